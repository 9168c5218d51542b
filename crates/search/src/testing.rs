//! Random documents for the tests, and a writer of `tsvector`.

use std::collections::BTreeMap;

use crate::tsquery::Node;
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
