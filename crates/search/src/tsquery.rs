//! The layout of core's `tsquery`: reading in place, writing, printing.
//!
//! The bytes after the varlena header:
//!
//! | bytes | meaning |
//! |---|---|
//! | `int32` | number of items |
//! | 12 each | items in Polish notation: an operator, its right operand, its left operand |
//! | the rest | the operands' lexemes, each with a zero byte behind it |
//!
//! An item begins with its kind. An operand (1): mask of labels (0: any), whether it is a prefix,
//! padding, the lexeme's checksum, 12 bits length and 20 bits offset. An operator (2): which one,
//! `int16` distance of a phrase, `uint32` steps to the left operand; the right one follows at once.
//!
//! [`TsQuery::new`] checks the whole tree, so its readers cannot fail. Nothing here recurses over
//! bytes: a query of any depth is read, checked and printed with a list of what is still to do.
//! Read from its end, the array is the tree in postfix order, left operands first.

use core::fmt;

use crate::tsvector::{MAX_LEXEME, Malformed};

/// The longest distance of two words that core lets a phrase have.
pub const MAX_DISTANCE: u16 = 1 << 14;

/// Where the last operand may begin in the bytes of all operands.
const MAX_OFFSET: usize = (1 << 20) - 2;

/// Phrases up to this many words are chains, as core builds them; longer ones are balanced.
const CHAIN: usize = 32;

const ITEM: usize = 12;
const VALUE: u8 = 1;
const OPERATOR: u8 = 2;
const NOT: u8 = 1;
const AND: u8 = 2;
const OR: u8 = 3;
const PHRASE: u8 = 4;

/// A word of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Operand<'a> {
    /// Its bytes, in the encoding of the database.
    pub lexeme: &'a [u8],
    /// The labels that count, a set of [`Label::bit`](crate::tsvector::Label::bit); 0: any.
    pub labels: u8,
    /// Whether it stands for all lexemes that begin with it.
    pub prefix: bool,
}

/// One item of a query. Operands of operators are numbers of items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item<'a> {
    /// A word.
    Value(Operand<'a>),
    /// `!operand`
    Not(usize),
    /// `left & right`
    And(usize, usize),
    /// `left | right`
    Or(usize, usize),
    /// `left <distance> right`
    Phrase(usize, usize, u16),
}

/// A `tsquery` over borrowed bytes, checked.
#[derive(Debug, Clone, Copy)]
pub struct TsQuery<'a> {
    items: &'a [u8],
    operands: &'a [u8],
}

/// Length and offset of an operand: C puts the first bit-field into the lowest bits on
/// little-endian machines, and into the highest ones on the others.
fn unpack(bits: u32) -> (usize, usize) {
    if cfg!(target_endian = "little") {
        ((bits & 0xfff) as usize, (bits >> 12) as usize)
    } else {
        ((bits >> 20) as usize, (bits & 0xf_ffff) as usize)
    }
}

fn pack(length: usize, offset: usize) -> u32 {
    let (length, offset) = (length as u32, offset as u32);
    if cfg!(target_endian = "little") { length | offset << 12 } else { length << 20 | offset }
}

fn word(item: &[u8; ITEM], at: usize) -> u32 {
    u32::from_ne_bytes([item[at], item[at + 1], item[at + 2], item[at + 3]])
}

impl<'a> TsQuery<'a> {
    /// Over the bytes after the varlena header.
    ///
    /// # Errors
    /// If they are not a tree as core writes it, or an operand lies outside.
    pub fn new(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let (size, rest) = bytes.split_first_chunk::<4>().ok_or(Malformed)?;
        let size = usize::try_from(i32::from_ne_bytes(*size)).map_err(|_| Malformed)?;
        let (items, operands) =
            size.checked_mul(ITEM).and_then(|size| rest.split_at_checked(size)).ok_or(Malformed)?;
        let query = Self { items, operands };
        // The sizes of the trees to the right of the item that is looked at.
        let mut trees: Vec<usize> = Vec::new();
        for index in (0..size).rev() {
            let item = query.raw(index);
            let size = match (item[0], item[1]) {
                (VALUE, labels) => {
                    let (length, offset) = unpack(word(item, 8));
                    if labels > 15 || item[2] > 1 || operands.get(offset + length) != Some(&0) {
                        return Err(Malformed);
                    }
                    1
                }
                // The steps to its operand are 1 from the parser, but 0 from the operator `!!`.
                (OPERATOR, NOT) => trees.pop().ok_or(Malformed)? + 1,
                (OPERATOR, AND | OR | PHRASE) => {
                    let right = trees.pop().ok_or(Malformed)?;
                    let left = trees.pop().ok_or(Malformed)?;
                    if word(item, 4) as usize != right + 1 {
                        return Err(Malformed);
                    }
                    if item[1] == PHRASE && distance(item).is_none() {
                        return Err(Malformed);
                    }
                    left + right + 1
                }
                _ => return Err(Malformed),
            };
            trees.push(size);
        }
        if trees.len() > 1 { Err(Malformed) } else { Ok(query) }
    }

    /// The number of items.
    pub fn len(self) -> usize {
        self.items.len() / ITEM
    }

    /// Whether there is nothing in it; such a query matches nothing.
    pub fn is_empty(self) -> bool {
        self.items.is_empty()
    }

    fn raw(self, index: usize) -> &'a [u8; ITEM] {
        self.items[index * ITEM..].first_chunk().expect("a whole item")
    }

    /// The item of that number; the root is 0.
    ///
    /// # Panics
    /// If there is none.
    pub fn item(self, index: usize) -> Item<'a> {
        let item = self.raw(index);
        let left = || index + word(item, 4) as usize;
        match (item[0], item[1]) {
            (VALUE, labels) => {
                let (length, offset) = unpack(word(item, 8));
                let lexeme = &self.operands[offset..offset + length];
                Item::Value(Operand { lexeme, labels, prefix: item[2] != 0 })
            }
            (_, NOT) => Item::Not(index + 1),
            (_, AND) => Item::And(left(), index + 1),
            (_, OR) => Item::Or(left(), index + 1),
            (_, _) => Item::Phrase(left(), index + 1, distance(item).expect("checked")),
        }
    }

    /// All operands, from left to right.
    pub fn operands(self) -> impl Iterator<Item = Operand<'a>> {
        (0..self.len()).rev().filter_map(move |index| match self.item(index) {
            Item::Value(operand) => Some(operand),
            _ => None,
        })
    }

    /// Appends the tree below an item, as core prints it.
    pub fn print(self, index: usize, out: &mut Vec<u8>) {
        enum Todo {
            /// Item, precedence of the operator above it, whether it is to the right of a phrase.
            Item(usize, u8, bool),
            Operator(Item<'static>),
            Close,
        }
        let mut todo = vec![Todo::Item(index, 0, false)];
        while let Some(next) = todo.pop() {
            let (index, above, behind) = match next {
                Todo::Item(index, above, behind) => (index, above, behind),
                Todo::Operator(Item::And(..)) => {
                    out.extend(b" & ");
                    continue;
                }
                Todo::Operator(Item::Phrase(_, _, 1)) => {
                    out.extend(b" <-> ");
                    continue;
                }
                Todo::Operator(Item::Phrase(_, _, distance)) => {
                    out.extend(format!(" <{distance}> ").bytes());
                    continue;
                }
                Todo::Operator(_) => {
                    out.extend(b" | ");
                    continue;
                }
                Todo::Close => {
                    out.extend(b" )");
                    continue;
                }
            };
            let (operator, left, right, precedence) = match self.item(index) {
                Item::Value(operand) => {
                    operand.print(out);
                    continue;
                }
                Item::Not(operand) => {
                    out.push(b'!');
                    todo.push(Todo::Item(operand, 4, false));
                    continue;
                }
                Item::Phrase(left, right, distance) => {
                    (Item::Phrase(0, 0, distance), left, right, 3)
                }
                Item::And(left, right) => (Item::And(0, 0), left, right, 2),
                Item::Or(left, right) => (Item::Or(0, 0), left, right, 1),
            };
            let phrase = precedence == 3;
            if precedence < above || phrase && above == 3 && behind {
                out.extend(b"( ");
                todo.push(Todo::Close);
            }
            todo.push(Todo::Item(right, precedence, phrase));
            todo.push(Todo::Operator(operator));
            todo.push(Todo::Item(left, precedence, false));
        }
    }
}

fn distance(item: &[u8; ITEM]) -> Option<u16> {
    let distance = i16::from_ne_bytes([item[2], item[3]]);
    u16::try_from(distance).ok().filter(|&distance| distance <= MAX_DISTANCE)
}

impl Operand<'_> {
    /// Appends it as core prints it: quoted, with its marks.
    pub fn print(&self, out: &mut Vec<u8>) {
        out.push(b'\'');
        for &byte in self.lexeme {
            if matches!(byte, b'\'' | b'\\') {
                out.push(byte);
            }
            out.push(byte);
        }
        out.push(b'\'');
        if self.prefix || self.labels != 0 {
            out.push(b':');
        }
        if self.prefix {
            out.push(b'*');
        }
        for (bit, letter) in [(8, b'A'), (4, b'B'), (2, b'C'), (1, b'D')] {
            if self.labels & bit != 0 {
                out.push(letter);
            }
        }
    }
}

impl fmt::Display for TsQuery<'_> {
    /// As core prints it; bytes that are no UTF-8 are replaced.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = Vec::new();
        if !self.is_empty() {
            self.print(0, &mut out);
        }
        f.write_str(&String::from_utf8_lossy(&out))
    }
}

/// A query that is to be written. Operands without any word in them are left out.
///
/// The writer goes down a tree by recursion: its depth is the caller's care.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Node {
    /// A word: lexeme, labels and prefix as in [`Operand`].
    Word {
        /// Its bytes.
        lexeme: Vec<u8>,
        /// The labels that count; 0: any.
        labels: u8,
        /// Whether it stands for all lexemes that begin with it.
        prefix: bool,
    },
    /// Not the operand.
    Not(Box<Node>),
    /// All of them, as a balanced tree.
    And(Vec<Node>),
    /// One of them, as a balanced tree.
    Or(Vec<Node>),
    /// One after the other, each with its distance from the one before (that of the first one says
    /// nothing).
    Phrase(Vec<(u16, Node)>),
}

/// The operands together, or one of them, are longer than a `tsquery` can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

impl Node {
    /// The number of words, each as often as it stands there.
    pub fn words(&self) -> usize {
        match self {
            Self::Word { .. } => 1,
            Self::Not(operand) => operand.words(),
            Self::And(operands) | Self::Or(operands) => operands.iter().map(Self::words).sum(),
            Self::Phrase(operands) => operands.iter().map(|(_, node)| node.words()).sum(),
        }
    }

    /// The bytes of the query, without the varlena header.
    ///
    /// # Errors
    /// If a lexeme, or all of them together, are longer than the layout can say.
    pub fn write(&self) -> Result<Vec<u8>, TooLarge> {
        let mut writer = Writer::default();
        writer.node(self)?;
        Ok(writer.finish())
    }
}

/// The bytes of the query without words.
pub fn empty() -> Vec<u8> {
    Writer::default().finish()
}

/// Takes the tree in postfix order.
#[derive(Default)]
struct Writer {
    items: Vec<[u8; ITEM]>,
    operands: Vec<u8>,
    /// Sizes of the trees that no operator has taken yet.
    trees: Vec<u32>,
}

impl Writer {
    fn value(&mut self, operand: &Operand<'_>) -> Result<(), TooLarge> {
        let Operand { lexeme, labels, prefix } = *operand;
        let offset = self.operands.len();
        if lexeme.len() > MAX_LEXEME || offset > MAX_OFFSET {
            return Err(TooLarge);
        }
        let mut item = [VALUE, labels, u8::from(prefix), 0, 0, 0, 0, 0, 0, 0, 0, 0];
        item[4..8].copy_from_slice(&checksum(lexeme).to_ne_bytes());
        item[8..].copy_from_slice(&pack(lexeme.len(), offset).to_ne_bytes());
        self.items.push(item);
        self.operands.extend_from_slice(lexeme);
        self.operands.push(0);
        self.trees.push(1);
        Ok(())
    }

    fn operator(&mut self, operator: u8, distance: u16) {
        let last = self.trees.pop().expect("an operand");
        let (left, size) = match operator {
            NOT => (1, last + 1),
            _ => (last + 1, last + 1 + self.trees.pop().expect("a left operand")),
        };
        let mut item = [OPERATOR, operator, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        item[2..4].copy_from_slice(&distance.to_ne_bytes());
        item[4..8].copy_from_slice(&u32::to_ne_bytes(left));
        self.items.push(item);
        self.trees.push(size);
    }

    /// Whether the node left a tree.
    fn node(&mut self, node: &Node) -> Result<bool, TooLarge> {
        match node {
            Node::Word { lexeme, labels, prefix } => {
                self.value(&Operand { lexeme, labels: *labels, prefix: *prefix })?;
                Ok(true)
            }
            Node::Not(operand) => {
                let some = self.node(operand)?;
                if some {
                    self.operator(NOT, 0);
                }
                Ok(some)
            }
            Node::And(operands) => self.balanced(operands, AND),
            Node::Or(operands) => self.balanced(operands, OR),
            Node::Phrase(operands) => self.phrase(operands),
        }
    }

    fn pair(&mut self, left: bool, right: bool, operator: u8, distance: u16) -> bool {
        if left && right {
            self.operator(operator, distance);
        }
        left || right
    }

    fn balanced(&mut self, operands: &[Node], operator: u8) -> Result<bool, TooLarge> {
        match operands {
            [] => Ok(false),
            [one] => self.node(one),
            _ => {
                let (left, right) = operands.split_at(operands.len().div_ceil(2));
                let left = self.balanced(left, operator)?;
                let right = self.balanced(right, operator)?;
                Ok(self.pair(left, right, operator, 0))
            }
        }
    }

    /// The width of a phrase counts when it is an operand of another, so that it does not matter
    /// how a chain is put into brackets.
    fn phrase(&mut self, operands: &[(u16, Node)]) -> Result<bool, TooLarge> {
        if operands.len() > CHAIN {
            let (left, right) = operands.split_at(operands.len().div_ceil(2));
            let distance = right[0].0.min(MAX_DISTANCE);
            let left = self.phrase(left)?;
            let right = self.phrase(right)?;
            return Ok(self.pair(left, right, PHRASE, distance));
        }
        let mut some = false;
        for (distance, operand) in operands {
            let next = self.node(operand)?;
            some = self.pair(some, next, PHRASE, (*distance).min(MAX_DISTANCE));
        }
        Ok(some)
    }

    fn finish(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(4 + self.items.len() * ITEM + self.operands.len());
        bytes.extend((self.items.len() as i32).to_ne_bytes());
        bytes.extend(self.items.iter().rev().flatten());
        bytes.extend(self.operands);
        bytes
    }
}

/// The table of the reflected CRC-32 polynomial.
const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut entry = index as u32;
        let mut bit = 0;
        while bit < 8 {
            entry = entry >> 1 ^ if entry & 1 == 1 { 0xedb8_8320 } else { 0 };
            bit += 1;
        }
        table[index] = entry;
        index += 1;
    }
    table
};

/// The checksum of a lexeme: core's "legacy" CRC-32, which uses the table of the reflected
/// polynomial as if it were that of the plain one, and so is no CRC that anybody else computes.
fn checksum(lexeme: &[u8]) -> u32 {
    !lexeme
        .iter()
        .fold(!0, |crc: u32, &byte| TABLE[usize::from((crc >> 24) as u8 ^ byte)] ^ crc << 8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Random, hex, query, word as node};

    fn not(operand: Node) -> Node {
        Node::Not(Box::new(operand))
    }

    fn word(text: &str, labels: u8, prefix: bool) -> Node {
        Node::Word { lexeme: text.into(), labels, prefix }
    }

    fn text(node: &Node) -> String {
        TsQuery::new(&node.write().unwrap()).unwrap().to_string()
    }

    /// Bytes from the page of a table (PostgreSQL 18, x86-64), without their headers.
    #[test]
    #[cfg(target_endian = "little")]
    fn the_bytes_of_a_server() {
        let phrase = Node::Phrase(vec![(0, word("a", 0, false)), (3, word("zoö", 1, false))]);
        let first = Node::And(vec![word("cat", 12, true), not(word("dog", 0, false))]);
        for (golden, tree, printed) in [
            ("010000000100000011d669de0300000063617400", word("cat", 0, false), "'cat'"),
            (
                "080000000203000004000000000000000204030002000000000000000101000052d76be304a00000\
                 01000000bcbeb71701800000020200000300000000000000020100000100000000000000010000\
                 009284853703400000010c010011d669de0300000063617400646f670061007a6fc3b600",
                Node::Or(vec![first, phrase]),
                "'cat':*AB & !'dog' | 'a' <3> 'zoö':D",
            ),
            (
                "0700000002020000020000000000000001000000334add67016000000204010002000000000000\
                 000100000090dfb9f9014000000203000002000000000000000100000006efbe8e012000000100\
                 0000bcbeb717010000006100620063006400",
                Node::And(vec![
                    Node::Phrase(vec![(0, Node::Or(vec![node("a"), node("b")])), (1, node("c"))]),
                    node("d"),
                ]),
                "( 'a' | 'b' ) <-> 'c' & 'd'",
            ),
        ] {
            assert_eq!(tree.write().unwrap(), hex(golden));
            assert_eq!(text(&tree), printed);
        }
    }

    /// Stored bytes of `!! 'a'`, `'a' && !! ('b' <-> 'c')` and `ts_rewrite('a & !b & c', 'b',
    /// 'x | y')`, and what PostgreSQL 18 prints: operators and functions leave other bytes than the
    /// parser.
    #[test]
    #[cfg(target_endian = "little")]
    fn the_bytes_of_operators() {
        for (golden, printed) in [
            ("0200000002010000000000000000000001000000bcbeb717010000006100", "!'a'"),
            (
                "060000000202000005000000000000000201000000000000000000000204010002000000000000\
                 000100000090dfb9f9010000000100000006efbe8e0120000001000000bcbeb717014000006300\
                 62006100",
                "'a' & !( 'b' <-> 'c' )",
            ),
            (
                "080000000202000007000000000000000202000005000000000000000201000001000000000000\
                 0002030000020000000000000001000000ea26db0401000000010000007c16dc73012000000100\
                 0000bcbeb717014000000100000090dfb9f9016000007900780061006300",
                "'c' & 'a' & !( 'x' | 'y' )",
            ),
            ("00000000", ""),
        ] {
            assert_eq!(TsQuery::new(&hex(golden)).unwrap().to_string(), printed);
        }
    }

    /// As PostgreSQL 18 prints them.
    #[test]
    fn printed_as_core_does() {
        let [a, b, c, d] = ["a", "b", "c", "d"].map(node);
        let phrase =
            |left: Node, distance, right: Node| Node::Phrase(vec![(0, left), (distance, right)]);
        for (tree, printed) in [
            (phrase(a.clone(), 1, phrase(b.clone(), 1, c.clone())), "'a' <-> ( 'b' <-> 'c' )"),
            (
                Node::Or(vec![
                    a.clone(),
                    Node::And(vec![b.clone(), not(Node::Or(vec![c.clone(), node("d'e\\")]))]),
                ]),
                "'a' | 'b' & !( 'c' | 'd''e\\\\' )",
            ),
            (
                phrase(not(phrase(a.clone(), 1, b.clone())), 2, word("c", 12, true)),
                "!( 'a' <-> 'b' ) <2> 'c':*AB",
            ),
            (not(not(a.clone())), "!!'a'"),
            (
                phrase(
                    Node::Or(vec![a.clone(), b.clone()]),
                    1,
                    Node::And(vec![c.clone(), not(d.clone())]),
                ),
                "( 'a' | 'b' ) <-> ( 'c' & !'d' )",
            ),
            (phrase(phrase(phrase(a, 1, b), 0, c), 5, d), "'a' <-> 'b' <0> 'c' <5> 'd'"),
        ] {
            assert_eq!(text(&tree), printed);
        }
    }

    #[test]
    fn empty_operands_are_left_out() {
        let none = Node::And(vec![]);
        assert_eq!(none.write().unwrap(), empty());
        assert!(TsQuery::new(&empty()).unwrap().is_empty());
        assert_eq!(not(none.clone()).write().unwrap(), empty());
        let some = Node::Or(vec![none.clone(), node("a"), not(none.clone()), node("b"), none]);
        assert_eq!(text(&some), "'a' | 'b'");
    }

    #[test]
    fn limits_of_the_layout() {
        let longest = Node::Word { lexeme: vec![b'x'; MAX_LEXEME], labels: 0, prefix: false };
        let bytes = longest.write().unwrap();
        assert_eq!(TsQuery::new(&bytes).unwrap().operands().next().unwrap().lexeme.len(), 2046);
        let longer = Node::Word { lexeme: vec![b'x'; MAX_LEXEME + 1], labels: 0, prefix: false };
        assert_eq!(longer.write(), Err(TooLarge));
        let many = vec![longest.clone(); 512];
        assert!(TsQuery::new(&Node::Or(many).write().unwrap()).is_ok());
        assert_eq!(Node::Or(vec![longest; 514]).write(), Err(TooLarge));
        let far = Node::Phrase(vec![(0, node("a")), (u16::MAX, node("b"))]);
        assert_eq!(text(&far), "'a' <16384> 'b'");
    }

    /// The depth of `n` operands side by side is the logarithm of `n`.
    #[test]
    fn trees_are_balanced() {
        fn depth(query: TsQuery<'_>, index: usize) -> usize {
            match query.item(index) {
                Item::Value(_) => 1,
                Item::Not(operand) => 1 + depth(query, operand),
                Item::And(left, right) | Item::Or(left, right) | Item::Phrase(left, right, _) => {
                    1 + depth(query, left).max(depth(query, right))
                }
            }
        }
        for n in [1, 2, 3, 5, 100, 4096] {
            let words: Vec<Node> = (0..n).map(|i| node(&i.to_string())).collect();
            let balanced = (n as f64).log2().ceil() as usize + 1;
            let phrase = Node::Phrase(words.iter().map(|word| (1, word.clone())).collect());
            for (tree, at_most) in [
                (Node::And(words.clone()), balanced),
                (Node::Or(words.clone()), balanced),
                (phrase, balanced + CHAIN),
            ] {
                let bytes = tree.write().unwrap();
                let query = TsQuery::new(&bytes).unwrap();
                assert!(depth(query, 0) <= at_most);
                let order: Vec<_> = query.operands().map(|operand| operand.lexeme).collect();
                let expected: Vec<String> = (0..n).map(|i| i.to_string()).collect();
                assert!(order.iter().zip(&expected).all(|(a, b)| *a == b.as_bytes()));
            }
        }
    }

    #[test]
    fn round_trips() {
        fn read(query: TsQuery<'_>, index: usize) -> Node {
            match query.item(index) {
                Item::Value(Operand { lexeme, labels, prefix }) => {
                    Node::Word { lexeme: lexeme.to_vec(), labels, prefix }
                }
                Item::Not(operand) => not(read(query, operand)),
                Item::And(left, right) => Node::And(vec![read(query, left), read(query, right)]),
                Item::Or(left, right) => Node::Or(vec![read(query, left), read(query, right)]),
                Item::Phrase(left, right, distance) => {
                    Node::Phrase(vec![(0, read(query, left)), (distance, read(query, right))])
                }
            }
        }
        let mut random = Random(11);
        for _ in 0..3000 {
            let tree = query(&mut random, 5);
            let bytes = tree.write().unwrap();
            assert_eq!(read(TsQuery::new(&bytes).unwrap(), 0), tree);
        }
    }

    /// Trees of a depth that no recursion stands.
    #[test]
    fn depth_is_no_danger() {
        let n = 200_000;
        let mut writer = Writer::default();
        let operand = Operand { lexeme: b"a", labels: 0, prefix: false };
        writer.value(&operand).unwrap();
        for _ in 0..n {
            writer.value(&operand).unwrap();
            writer.operator(AND, 0);
            writer.operator(NOT, 0);
        }
        let bytes = writer.finish();
        let query = TsQuery::new(&bytes).unwrap();
        assert_eq!(query.len(), 3 * n + 1);
        assert!(query.to_string().starts_with("!( !( !( "));
    }

    /// Every byte set to several values, and every truncation: a tree or an error.
    #[test]
    fn wrong_bytes_are_no_danger() {
        let mut random = Random(13);
        let mut rejected = 0;
        for _ in 0..50 {
            let bytes = query(&mut random, 5).write().unwrap();
            for cut in 0..bytes.len() {
                assert!(TsQuery::new(&bytes[..cut]).is_err(), "a tsquery without its end");
            }
            for at in 0..bytes.len() {
                for value in [0, 1, 2, 3, 0x7f, 0x80, 0xff, bytes[at] ^ 1] {
                    let mut wrong = bytes.clone();
                    wrong[at] = value;
                    match TsQuery::new(&wrong) {
                        Ok(query) => drop(query.to_string()),
                        Err(Malformed) => rejected += 1,
                    }
                }
            }
        }
        assert!(rejected > 1000);
    }
}
