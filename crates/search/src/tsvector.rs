//! The layout of core's `tsvector`, read in place.
//!
//! A [`TsVector`] stands over the bytes that follow the varlena header (of one or four bytes, at any
//! alignment):
//!
//! | bytes | meaning |
//! |---|---|
//! | `int32` | number of lexemes |
//! | `uint32` each | entries: 1 bit has positions, 11 bits length, 20 bits offset into what follows |
//! | the rest | for each lexeme its bytes and, at the next even offset, `uint16` count and positions |
//!
//! A position is a `uint16`: two bits of label over 14 bits of place. Lexemes are in the order of
//! their bytes (`memcmp`, then length), each once; places of one lexeme ascend.
//!
//! Nothing is checked beforehand but the size of the entries, since a scorer looks at a few lexemes
//! of each row: every access checks what it reads, and [`TsVector::check`] checks all. Wrong bytes
//! give [`Malformed`], or lexemes that are not found; never a panic or a read outside the bytes.

use core::cmp::Ordering;
use core::fmt;
use core::ops::Range;

/// The bytes are not what core writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the bytes do not have the expected layout")
    }
}

impl core::error::Error for Malformed {}

/// The longest lexeme that core puts into a `tsvector` or `tsquery`, in bytes.
pub const MAX_LEXEME: usize = (1 << 11) - 2;

/// The weight label of a position, in core's order of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Label {
    /// The default.
    D = 0,
    /// One above the default.
    C = 1,
    /// One below the highest.
    B = 2,
    /// The highest.
    A = 3,
}

impl Label {
    /// All labels, in the order in which core's arrays of weights list them: {D, C, B, A}.
    pub const ALL: [Self; 4] = [Self::D, Self::C, Self::B, Self::A];

    /// The bit of this label in the mask of a `tsquery` operand.
    pub fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A place in the document and its label, as core stores them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position(pub u16);

impl Position {
    /// The highest place that core stores; later ones are moved down to it.
    pub const MAX: u16 = (1 << 14) - 1;

    /// A place with a label; of the place only the 14 bits that core keeps.
    pub fn new(place: u16, label: Label) -> Self {
        Self((label as u16) << 14 | place & Self::MAX)
    }

    /// The place, counted from 1.
    #[inline]
    pub fn place(self) -> u16 {
        self.0 & Self::MAX
    }

    /// The label.
    #[inline]
    pub fn label(self) -> Label {
        Label::ALL[usize::from(self.0 >> 14)]
    }
}

/// The positions of one lexeme, in ascending order of places; none if they were stripped.
#[derive(Debug, Clone, Copy)]
pub struct Positions<'a> {
    /// Two bytes for each.
    bytes: &'a [u8],
}

impl<'a> Positions<'a> {
    /// No positions.
    pub const NONE: Self = Self { bytes: &[] };

    /// Positions as they lie in memory, two bytes each in native order; an odd last byte is
    /// ignored.
    pub fn from_bytes(bytes: &'a [u8]) -> Self {
        Self { bytes: &bytes[..bytes.len() & !1] }
    }

    /// How many.
    #[inline]
    pub fn len(self) -> usize {
        self.bytes.len() / 2
    }

    /// Whether the lexeme has none.
    #[inline]
    pub fn is_empty(self) -> bool {
        self.bytes.is_empty()
    }

    /// One after the other.
    #[inline]
    pub fn iter(self) -> impl ExactSizeIterator<Item = Position> + use<'a> {
        self.bytes.chunks_exact(2).map(|pair| Position(u16::from_ne_bytes([pair[0], pair[1]])))
    }
}

/// A lexeme with its positions.
#[derive(Debug, Clone, Copy)]
pub struct Lexeme<'a> {
    /// Its bytes, in the encoding of the database.
    pub text: &'a [u8],
    /// Where it stands.
    pub positions: Positions<'a>,
}

/// A `tsvector` over borrowed bytes.
#[derive(Debug, Clone, Copy)]
pub struct TsVector<'a> {
    /// Four bytes for each lexeme.
    entries: &'a [u8],
    data: &'a [u8],
}

/// One entry, taken apart.
#[derive(Clone, Copy)]
struct Entry {
    has_positions: bool,
    length: usize,
    offset: usize,
}

impl Entry {
    /// C puts the first bit-field into the lowest bits on little-endian machines, and into the
    /// highest ones on the others.
    #[inline]
    fn from_bits(bits: u32) -> Self {
        let (flag, length, offset) = if cfg!(target_endian = "little") {
            (bits & 1, bits >> 1 & 0x7ff, bits >> 12)
        } else {
            (bits >> 31, bits >> 20 & 0x7ff, bits & 0xf_ffff)
        };
        Self { has_positions: flag != 0, length: length as usize, offset: offset as usize }
    }
}

impl<'a> TsVector<'a> {
    /// Over the bytes after the varlena header.
    ///
    /// # Errors
    /// If the entries do not fit into the bytes.
    #[inline]
    pub fn new(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let (size, rest) = bytes.split_first_chunk::<4>().ok_or(Malformed)?;
        let size = usize::try_from(i32::from_ne_bytes(*size)).map_err(|_| Malformed)?;
        let (entries, data) =
            size.checked_mul(4).and_then(|size| rest.split_at_checked(size)).ok_or(Malformed)?;
        Ok(Self { entries, data })
    }

    /// The number of lexemes.
    #[inline]
    pub fn len(self) -> usize {
        self.entries.len() / 4
    }

    /// Whether there is no lexeme.
    #[inline]
    pub fn is_empty(self) -> bool {
        self.entries.is_empty()
    }

    #[inline]
    fn entry(self, index: usize) -> Result<Entry, Malformed> {
        let bytes = self.entries.get(index * 4..).and_then(<[u8]>::first_chunk::<4>);
        Ok(Entry::from_bits(u32::from_ne_bytes(*bytes.ok_or(Malformed)?)))
    }

    #[inline]
    fn text(self, entry: Entry) -> Result<&'a [u8], Malformed> {
        self.data.get(entry.offset..entry.offset + entry.length).ok_or(Malformed)
    }

    /// Where the count of positions lies, and the count.
    #[inline]
    fn count(self, entry: Entry) -> Result<(usize, usize), Malformed> {
        let start = (entry.offset + entry.length).next_multiple_of(2);
        let count = self.data.get(start..).and_then(<[u8]>::first_chunk::<2>).ok_or(Malformed)?;
        Ok((start, usize::from(u16::from_ne_bytes(*count))))
    }

    #[inline]
    fn positions(self, entry: Entry) -> Result<Positions<'a>, Malformed> {
        if !entry.has_positions {
            return Ok(Positions::NONE);
        }
        let (start, count) = self.count(entry)?;
        let bytes = self.data.get(start + 2..start + 2 + 2 * count).ok_or(Malformed)?;
        Ok(Positions { bytes })
    }

    /// The lexeme of that number, in order, counted from 0.
    ///
    /// # Errors
    /// If there is none, or its bytes or positions lie outside.
    #[inline]
    pub fn lexeme(self, index: usize) -> Result<Lexeme<'a>, Malformed> {
        let entry = self.entry(index)?;
        Ok(Lexeme { text: self.text(entry)?, positions: self.positions(entry)? })
    }

    /// One lexeme after the other.
    pub fn iter(self) -> impl ExactSizeIterator<Item = Result<Lexeme<'a>, Malformed>> + use<'a> {
        (0..self.len()).map(move |index| self.lexeme(index))
    }

    /// The first index from `low` on whose lexeme is not `before`; all for which it holds come
    /// first.
    fn partition(self, mut low: usize, before: impl Fn(&[u8]) -> bool) -> Result<usize, Malformed> {
        let mut high = self.len();
        while low < high {
            let middle = low + (high - low) / 2;
            if before(self.text(self.entry(middle)?)?) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    /// The indexes of the lexemes that are `text` (one or none).
    ///
    /// # Errors
    /// If a lexeme that is looked at lies outside the bytes.
    #[inline]
    pub fn find(self, text: &[u8]) -> Result<Range<usize>, Malformed> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.text(self.entry(middle)?)?.cmp(text) {
                Ordering::Less => low = middle + 1,
                Ordering::Equal => return Ok(middle..middle + 1),
                Ordering::Greater => high = middle,
            }
        }
        Ok(low..low)
    }

    /// The indexes of the lexemes that begin with `prefix`.
    ///
    /// # Errors
    /// If a lexeme that is looked at lies outside the bytes.
    pub fn find_prefix(self, prefix: &[u8]) -> Result<Range<usize>, Malformed> {
        let low = self.partition(0, |text| text < prefix)?;
        // Most prefixes match few lexemes: a step at a time to the end of the match first.
        if low == self.len() || !self.text(self.entry(low)?)?.starts_with(prefix) {
            return Ok(low..low);
        }
        Ok(low..self.partition(low, |text| text.starts_with(prefix))?)
    }

    /// The number of positions with each label, {D, C, B, A}. A lexeme without positions counts
    /// once, with D.
    ///
    /// # Errors
    /// If positions lie outside the bytes.
    pub fn lengths(self) -> Result<[u32; 4], Malformed> {
        let mut lengths = [0; 4];
        for index in 0..self.len() {
            let entry = self.entry(index)?;
            if entry.has_positions {
                for position in self.positions(entry)?.iter() {
                    lengths[position.label() as usize] += 1;
                }
            } else {
                lengths[Label::D as usize] += 1;
            }
        }
        Ok(lengths)
    }

    /// The sum of [`Self::lengths`], without a look at the positions.
    ///
    /// Lexemes and their positions fill the bytes behind the entries without gaps, whatever their
    /// order there (all functions of core write them so): what the lexemes do not take, with their
    /// padding and their counts, the positions do.
    ///
    /// # Errors
    /// If there are gaps, and a count of positions lies outside the bytes.
    #[inline]
    pub fn length(self) -> Result<u64, Malformed> {
        let (mut taken, mut with_positions) = (0_u64, 0_u64);
        // So many that their sums fit into 32 bits, of which more are added at once.
        for entries in self.entries.as_chunks::<4>().0.chunks(1 << 16) {
            let (mut bytes_taken, mut count) = (0_u32, 0_u32);
            for bits in entries {
                let bits = u32::from_ne_bytes(*bits);
                let Entry { has_positions, length, offset } = Entry::from_bits(bits);
                let (length, offset) = (length as u32, offset as u32);
                let has_positions = u32::from(has_positions);
                bytes_taken += length + 2 * has_positions + (has_positions & (offset + length));
                count += has_positions;
            }
            taken += u64::from(bytes_taken);
            with_positions += u64::from(count);
        }
        let without = self.len() as u64 - with_positions;
        match (self.data.len() as u64).checked_sub(taken) {
            Some(positions) if positions & 1 == 0 => Ok(without + positions / 2),
            _ => Ok(self.lengths()?.into_iter().map(u64::from).sum()),
        }
    }

    /// Looks at everything: that all lexemes and positions lie in the bytes, and their order.
    ///
    /// # Errors
    /// If anything is not as core writes it.
    pub fn check(self) -> Result<(), Malformed> {
        let mut last: Option<&[u8]> = None;
        for index in 0..self.len() {
            let entry = self.entry(index)?;
            let lexeme = self.lexeme(index)?;
            if last.is_some_and(|last| last >= lexeme.text) {
                return Err(Malformed);
            }
            last = Some(lexeme.text);
            let mut place = 0;
            for position in lexeme.positions.iter() {
                if position.place() <= place {
                    return Err(Malformed);
                }
                place = position.place();
            }
            if entry.has_positions && lexeme.positions.is_empty() {
                return Err(Malformed);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::testing::{Random, hex, vector};

    /// `'cat':3A,7 'dog':1B,2C,16383D 'a' 'zoö':5`, from the page of a table (PostgreSQL 18,
    /// x86-64), without its header.
    const GOLDEN: &str = "04000000020000000710000007a000000960010061636174020003c00700\
                          646f6700030001800240ff3f7a6fc3b601000500";

    #[test]
    #[cfg(target_endian = "little")]
    fn the_bytes_of_a_server() {
        let bytes = hex(GOLDEN);
        let vector = TsVector::new(&bytes).unwrap();
        vector.check().unwrap();
        let found: Vec<(String, Vec<(u16, Label)>)> = vector
            .iter()
            .map(|lexeme| {
                let lexeme = lexeme.unwrap();
                let positions = lexeme.positions.iter().map(|p| (p.place(), p.label())).collect();
                (String::from_utf8(lexeme.text.to_vec()).unwrap(), positions)
            })
            .collect();
        use Label::*;
        let expected: Vec<(String, Vec<(u16, Label)>)> = vec![
            ("a".into(), vec![]),
            ("cat".into(), vec![(3, A), (7, D)]),
            ("dog".into(), vec![(1, B), (2, C), (16383, D)]),
            ("zoö".into(), vec![(5, D)]),
        ];
        assert_eq!(found, expected);
        assert_eq!(vector.lengths().unwrap(), [4, 1, 1, 1]);
        assert_eq!(vector.length().unwrap(), 7);
        assert_eq!(vector.find(b"dog").unwrap(), 2..3);
        assert_eq!(vector.find_prefix(b"").unwrap(), 0..4);
    }

    /// What the writer of the tests makes is what the server made.
    #[test]
    #[cfg(target_endian = "little")]
    fn the_writer_of_the_tests() {
        let words = BTreeMap::from([
            (b"a".to_vec(), vec![]),
            (b"cat".to_vec(), vec![Position::new(3, Label::A), Position::new(7, Label::D)]),
            (
                b"dog".to_vec(),
                vec![
                    Position::new(1, Label::B),
                    Position::new(2, Label::C),
                    Position::new(16383, Label::D),
                ],
            ),
            ("zoö".into(), vec![Position::new(5, Label::D)]),
        ]);
        assert_eq!(vector(&words), hex(GOLDEN));
    }

    #[test]
    fn searches_find_what_a_scan_finds() {
        let mut random = Random(7);
        for _ in 0..2000 {
            let words = random.document(30, 12);
            let bytes = vector(&words);
            let vector = TsVector::new(&bytes).unwrap();
            vector.check().unwrap();
            assert_eq!(vector.len(), words.len());
            let all: Vec<&[u8]> = vector.iter().map(|lexeme| lexeme.unwrap().text).collect();
            for _ in 0..10 {
                let word = random.word(3);
                let scan = |hit: &dyn Fn(&[u8]) -> bool| -> Vec<usize> {
                    (0..all.len()).filter(|&index| hit(all[index])).collect()
                };
                let exact: Vec<usize> = vector.find(&word).unwrap().collect();
                assert_eq!(exact, scan(&|text| text == word));
                let prefix: Vec<usize> = vector.find_prefix(&word).unwrap().collect();
                assert_eq!(prefix, scan(&|text| text.starts_with(&word)));
            }
            let mut lengths = [0; 4];
            for positions in words.values() {
                if positions.is_empty() {
                    lengths[0] += 1;
                }
                for position in positions {
                    lengths[position.label() as usize] += 1;
                }
            }
            assert_eq!(vector.lengths().unwrap(), lengths);
            assert_eq!(vector.length().unwrap(), lengths.iter().map(|&n| u64::from(n)).sum());
        }
    }

    /// Every byte set to several values, and every truncation: an answer or an error.
    #[test]
    fn wrong_bytes_are_no_danger() {
        let mut random = Random(9);
        let touch = |bytes: &[u8]| -> bool {
            let Ok(vector) = TsVector::new(bytes) else { return false };
            let _ =
                (vector.length(), vector.lengths(), vector.find(b"ab"), vector.find_prefix(b"a"));
            let _ = vector.lexeme(usize::MAX / 8);
            vector.check().is_ok()
        };
        let mut rejected = 0;
        for _ in 0..50 {
            let bytes = vector(&random.document(12, 6));
            assert!(touch(&bytes));
            for cut in 0..bytes.len() {
                assert!(!touch(&bytes[..cut]), "a tsvector without its end");
            }
            for at in 0..bytes.len() {
                for value in [0, 1, 0x7f, 0x80, 0xff, bytes[at] ^ 1, bytes[at].wrapping_add(1)] {
                    let mut wrong = bytes.clone();
                    wrong[at] = value;
                    rejected += u32::from(!touch(&wrong));
                }
            }
        }
        assert!(rejected > 1000);
    }
}
