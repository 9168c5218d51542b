//! Random documents for the tests, and a writer of `tsvector`.

use core::ops::Range;
use std::collections::{BTreeMap, BTreeSet};

use allocator_api2::alloc::Global;

use crate::combining;
use crate::marking::Marker;
use crate::tsquery::{Node, TsQuery};
use crate::tsvector::{Label, Position};

/// Lexemes and their positions; none where they were stripped.
pub(crate) type Document = BTreeMap<Vec<u8>, Vec<Position>>;

/// A small generator (xorshift), so that every run sees the same input.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 8
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.bits() % bound
    }

    /// One to `longest` letters out of four.
    pub(crate) fn word(&mut self, longest: u64) -> Vec<u8> {
        (0..=self.below(longest)).map(|_| b'a' + self.below(4) as u8).collect()
    }

    /// Up to `places` words at places 1 and on; some with several words at one place, some
    /// stripped, with all labels.
    pub(crate) fn document(&mut self, places: u64, gap: u64) -> Document {
        let mut document = Document::new();
        let mut place = 0;
        for _ in 0..self.below(places + 1) {
            place += self.below(gap.min(3)) as u16;
            let label = Label::ALL[self.below(4) as usize];
            let positions: &mut Vec<Position> = document.entry(self.word(2)).or_default();
            let place = place.max(1);
            if positions.last().is_none_or(|last| last.place() < place) {
                positions.push(Position::new(place, label));
            }
        }
        for positions in document.values_mut() {
            if self.below(8) == 0 {
                positions.clear();
            }
        }
        document
    }
}

/// The bytes of a `tsvector` after its header.
pub(crate) fn vector(document: &Document) -> Vec<u8> {
    let mut bytes = (document.len() as i32).to_ne_bytes().to_vec();
    let mut data = Vec::new();
    for (text, positions) in document {
        let (flag, length, offset) =
            (u32::from(!positions.is_empty()), text.len() as u32, data.len() as u32);
        let bits = if cfg!(target_endian = "little") {
            flag | length << 1 | offset << 12
        } else {
            flag << 31 | length << 20 | offset
        };
        bytes.extend(bits.to_ne_bytes());
        data.extend(text);
        if !positions.is_empty() {
            data.resize(data.len().next_multiple_of(2), 0);
            data.extend((positions.len() as u16).to_ne_bytes());
            for position in positions {
                data.extend(position.0.to_ne_bytes());
            }
        }
    }
    bytes.extend(data);
    bytes
}

/// Bytes of their hexadecimal digits.
pub(crate) fn hex(digits: &str) -> Vec<u8> {
    let digits = digits.as_bytes().chunks_exact(2);
    digits
        .map(|pair| u8::from_str_radix(core::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

/// A word without marks.
pub(crate) fn word(text: &str) -> Node {
    Node::Word { lexeme: text.into(), labels: 0, prefix: false }
}

/// A random query, of operators with two operands each.
pub(crate) fn query(random: &mut Random, depth: u32) -> Node {
    if depth == 0 || random.below(4) == 0 {
        let labels = if random.below(5) == 0 { random.below(16) as u8 } else { 0 };
        let prefix = random.below(5) == 0;
        return Node::Word { lexeme: random.word(2), labels, prefix };
    }
    let kind = random.below(7);
    if kind == 0 {
        return Node::Not(Box::new(query(random, depth - 1)));
    }
    let (left, right) = (query(random, depth - 1), query(random, depth - 1));
    match kind {
        1 | 2 => Node::And(vec![left, right]),
        3 | 4 => Node::Or(vec![left, right]),
        _ => Node::Phrase(vec![(0, left), (random.below(4) as u16, right)]),
    }
}

/// The optimal string alignment distance: the whole table, by the definition.
pub(crate) fn distance(a: &[char], b: &[char]) -> usize {
    let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            if i == 0 || j == 0 {
                table[i][j] = i + j;
                continue;
            }
            let replaced = table[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replaced.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(table[i - 2][j - 2] + 1);
            }
            table[i][j] = least;
        }
    }
    table[a.len()][b.len()]
}

/// Where a part of a phrase matches: `None` if that is unknown, else every place in the
/// universe at which a match ends, and its width.
pub(crate) type Places = Option<(BTreeSet<i64>, i64)>;

/// All places that count; negation is the complement within them.
const UNIVERSE: i64 = 300;

fn shift(places: &BTreeSet<i64>, by: i64) -> BTreeSet<i64> {
    places.iter().map(|place| place + by).filter(|place| *place <= UNIVERSE).collect()
}

/// A phrase by sets. Negation within shifted operands makes a difference between "everywhere"
/// and "everywhere from 1 on", so a negated set reaches below 1.
pub(crate) fn naive_phrase(tree: &Node, document: &Document) -> Places {
    match tree {
        Node::Word { lexeme, labels, prefix } => {
            let mut places = BTreeSet::new();
            for (text, positions) in document {
                if *prefix && text.starts_with(lexeme) || text == lexeme {
                    if positions.is_empty() {
                        return None;
                    }
                    places.extend(positions.iter().filter_map(|position| {
                        let counts = *labels == 0 || labels & position.label().bit() != 0;
                        counts.then_some(i64::from(position.place()))
                    }));
                }
            }
            Some((places, 0))
        }
        Node::Not(operand) => {
            let (places, width) = naive_phrase(operand, document)?;
            let all = -UNIVERSE..=UNIVERSE;
            Some((all.filter(|place| !places.contains(place)).collect(), width))
        }
        Node::Phrase(operands) => {
            let (distance, right) = &operands[1];
            let left = naive_phrase(&operands[0].1, document);
            let right = naive_phrase(right, document);
            if [&left, &right].iter().any(|side| side.as_ref().is_some_and(|s| s.0.is_empty())) {
                return Some((BTreeSet::new(), 0));
            }
            let ((left, left_width), (right, right_width)) = (left?, right?);
            let distance = i64::from(*distance);
            let left = shift(&left, distance + right_width);
            let places = left.intersection(&right).copied().collect();
            Some((places, distance + left_width + right_width))
        }
        Node::And(operands) | Node::Or(operands) => {
            let either = matches!(tree, Node::Or(_));
            let [left, right] = [0, 1].map(|index| naive_phrase(&operands[index], document));
            let none = |side: &Places| side.as_ref().is_some_and(|side| side.0.is_empty());
            if !either && (none(&left) || none(&right)) || none(&left) && none(&right) {
                return Some((BTreeSet::new(), 0));
            }
            let ((left, mut left_width), (right, mut right_width)) = (left?, right?);
            if left.is_empty() {
                left_width = 0;
            }
            if right.is_empty() {
                right_width = 0;
            }
            let width = left_width.max(right_width);
            let left = shift(&left, width - left_width);
            let right = shift(&right, width - right_width);
            let places = if either { &left | &right } else { &left & &right };
            Some((places, width))
        }
    }
}

/// Tokens of a text in UTF-8 that are words, as core's parser gives them: runs of letters and digits;
/// such with hyphens between them as a whole, then their parts.
pub(crate) fn tokens(text: &str) -> Vec<Range<usize>> {
    let is_word =
        |letter: char| letter.is_alphanumeric() || ('\u{300}'..'\u{370}').contains(&letter);
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < text.len() {
        // Without marks that belong to the character before.
        at = combining::end(text.as_bytes(), at);
        let run = text[at..].find(|c| !is_word(c) && c != '-').unwrap_or(text.len() - at);
        let parts = text[at..at + run].split('-').scan(at, |start, part| {
            let range = *start..*start + part.len();
            *start = range.end + 1;
            Some(range)
        });
        let parts: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
        if let [first, .., last] = &*parts {
            tokens.push(first.start..last.end);
        }
        tokens.extend(parts);
        at += run + text[at + run..].chars().next().map_or(0, char::len_utf8);
    }
    tokens
}

/// The lexemes of a word: in lower case; `the` is a stop word, and a word with an `x` has a second
/// lexeme, `x`.
pub(crate) fn lexemes(word: &str) -> Vec<String> {
    let word = word.to_lowercase();
    let mut lexemes = Vec::from_iter((word != "the").then_some(word));
    if lexemes.iter().any(|word| word.len() > 1 && word.contains('x')) {
        lexemes.push("x".into());
    }
    lexemes
}

/// A marker that has seen the words of a text.
pub(crate) fn marker(tree: &Node, text: &str, remember: bool) -> Marker<Global> {
    let bytes = tree.write().unwrap();
    let mut marker = Marker::new(TsQuery::new(&bytes).unwrap(), Global);
    read(&mut marker, text, remember);
    marker
}

/// Lets a marker see the words of a text.
pub(crate) fn read(marker: &mut Marker<Global>, text: &str, remember: bool) {
    marker.begin();
    for token in tokens(text) {
        let word = &text[token.clone()];
        if !(remember && marker.seen(0, token.start, word.as_bytes())) {
            let lexemes = lexemes(word);
            let lexemes = lexemes.iter().map(|lexeme| (0, lexeme.as_bytes()));
            marker.word(0, token.start, word.as_bytes(), lexemes, 1, remember);
        }
    }
    marker.finish(&mut || ());
}
