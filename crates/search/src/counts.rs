//! How many documents hold each word: a hash table over one piece of memory.
//!
//! Invariants:
//! * The words lie one behind the other in `bytes`, in the order in which they were first seen.
//! * `slots` has a power of two of places, at most three quarters of them taken; a place holds the
//!   upper half of a hash and the number of a word plus one, or 0.
//! * Hashes are seeded at random: whoever writes documents cannot choose words that collide.

use std::hash::{BuildHasher, RandomState};

use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec;

use crate::statistics::Totals;
use crate::tsvector::{Malformed, TsVector};

/// One word.
#[derive(Clone, Copy)]
struct Entry {
    start: usize,
    length: usize,
    count: i64,
    /// The last row that counted it.
    row: u64,
}

/// Words, each with a count.
pub struct Counts<A: Allocator + Clone> {
    hasher: RandomState,
    slots: Vec<u64, A>,
    entries: Vec<Entry, A>,
    bytes: Vec<u8, A>,
}

impl<A: Allocator + Clone> Counts<A> {
    /// No words.
    pub fn new_in(allocator: A) -> Self {
        Self {
            hasher: RandomState::new(),
            slots: Vec::new_in(allocator.clone()),
            entries: Vec::new_in(allocator.clone()),
            bytes: Vec::new_in(allocator),
        }
    }

    /// The number of words.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no word.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The bytes of all words together.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Adds to the count of a word.
    #[inline]
    pub fn add(&mut self, word: &[u8], count: i64) {
        let entry = self.entry(word);
        entry.count = entry.count.saturating_add(count);
    }

    /// Adds to the count of a word, but once for a row. Rows are numbered from 1 and come one after
    /// the other.
    #[inline]
    pub fn add_once(&mut self, word: &[u8], count: i64, row: u64) {
        let entry = self.entry(word);
        if entry.row != row {
            entry.row = row;
            entry.count = entry.count.saturating_add(count);
        }
    }

    #[inline]
    fn entry(&mut self, word: &[u8]) -> &mut Entry {
        if (self.entries.len() + 1) * 4 > self.slots.len() * 3 {
            self.grow();
        }
        let hash = self.hasher.hash_one(word);
        let mask = self.slots.len() - 1;
        let mut place = hash as usize & mask;
        loop {
            let slot = self.slots[place];
            if slot == 0 {
                let entry = Entry { start: self.bytes.len(), length: word.len(), count: 0, row: 0 };
                self.bytes.extend_from_slice(word);
                self.entries.push(entry);
                self.slots[place] = Self::slot(hash, self.entries.len());
                return self.entries.last_mut().expect("one was pushed");
            }
            if slot >> 32 == hash >> 32 {
                let index = slot as u32 as usize - 1;
                let Entry { start, length, .. } = self.entries[index];
                if self.bytes[start..start + length] == *word {
                    return &mut self.entries[index];
                }
            }
            place = (place + 1) & mask;
        }
    }

    #[inline]
    fn slot(hash: u64, number: usize) -> u64 {
        hash >> 32 << 32 | number as u64
    }

    #[cold]
    fn grow(&mut self) {
        // A number of a word has 32 bits, as has 0 that stands for none.
        assert!(self.entries.len() < u32::MAX as usize, "too many words");
        let size = ((self.entries.len() + 1) * 2).next_power_of_two().max(64);
        self.slots.clear();
        self.slots.resize(size, 0);
        for (index, entry) in self.entries.iter().enumerate() {
            let word = &self.bytes[entry.start..entry.start + entry.length];
            let hash = self.hasher.hash_one(word);
            let mut place = hash as usize & (size - 1);
            while self.slots[place] != 0 {
                place = (place + 1) & (size - 1);
            }
            self.slots[place] = Self::slot(hash, index + 1);
        }
    }

    /// The words with their counts, in the order in which they were first seen.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&[u8], i64)> {
        self.entries.iter().map(|entry| self.word(entry))
    }

    fn word(&self, entry: &Entry) -> (&[u8], i64) {
        (&self.bytes[entry.start..entry.start + entry.length], entry.count)
    }

    /// Puts the words into ascending order.
    pub fn sort(&mut self) {
        let word = |entry: &Entry| &self.bytes[entry.start..entry.start + entry.length];
        // Most words differ in their first eight bytes, which are compared where they lie.
        let first = |entry: &Entry| {
            let word = word(entry);
            let mut bytes = [0; 8];
            let length = word.len().min(8);
            bytes[..length].copy_from_slice(&word[..length]);
            u64::from_be_bytes(bytes)
        };
        let allocator = self.entries.allocator().clone();
        let mut sorted = Vec::with_capacity_in(self.entries.len(), allocator);
        sorted.extend(self.entries.iter().map(|entry| (first(entry), *entry)));
        sorted.sort_unstable_by(|(a, one), (b, other)| {
            a.cmp(b).then_with(|| word(one).cmp(word(other)))
        });
        self.entries.clear();
        self.entries.extend(sorted.iter().map(|(_, entry)| *entry));
        self.slots.clear();
    }
}

/// What is counted of documents that come and go.
pub struct Collection<A: Allocator + Clone> {
    /// Documents and positions.
    pub totals: Totals,
    /// Lexemes and how many documents hold each.
    pub lexemes: Counts<A>,
    /// Words of the vocabulary, and how many documents hold each.
    pub words: Counts<A>,
    /// The number of rows seen.
    row: u64,
}

impl<A: Allocator + Clone> Collection<A> {
    /// Nothing counted.
    pub fn new_in(allocator: A) -> Self {
        Self {
            totals: Totals::default(),
            lexemes: Counts::new_in(allocator.clone()),
            words: Counts::new_in(allocator),
            row: 0,
        }
    }

    /// One more document, or, with `sign` -1, one less.
    ///
    /// # Errors
    /// If its bytes are wrong; a part of it may have been counted.
    pub fn add(&mut self, document: TsVector<'_>, sign: i64) -> Result<(), Malformed> {
        self.row += 1;
        let mut lengths = [0_i64; 4];
        for lexeme in document.iter() {
            let lexeme = lexeme?;
            self.lexemes.add(lexeme.text, sign);
            // As in `TsVector::lengths`.
            if lexeme.positions.is_empty() {
                lengths[0] += 1;
            }
            for position in lexeme.positions.iter() {
                lengths[position.label() as usize] += 1;
            }
        }
        let counted = Totals { documents: 1, lengths };
        self.totals = if sign < 0 { self.totals.minus(counted) } else { self.totals.plus(counted) };
        Ok(())
    }

    /// A word of the document that was added last.
    pub fn add_word(&mut self, word: &[u8], sign: i64) {
        self.words.add_once(word, sign, self.row);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use allocator_api2::alloc::Global;

    use super::*;
    use crate::testing::{Random, vector};

    /// Against a map, over documents that come and go.
    #[test]
    fn counts_as_a_map_does() {
        let mut random = Random(91);
        for _ in 0..50 {
            let mut collection = Collection::new_in(Global);
            let mut totals = Totals::default();
            let mut lexemes: BTreeMap<Vec<u8>, i64> = BTreeMap::new();
            let mut words: BTreeMap<Vec<u8>, i64> = BTreeMap::new();
            for _ in 0..1 + random.below(200) {
                let document = random.document(20, 6);
                let bytes = vector(&document);
                let document_view = TsVector::new(&bytes).unwrap();
                let sign = if random.below(3) == 0 { -1 } else { 1 };
                collection.add(document_view, sign).unwrap();
                let of = Totals::of(document_view).unwrap();
                totals = if sign < 0 { totals.minus(of) } else { totals.plus(of) };
                for (lexeme, _) in document {
                    *lexemes.entry(lexeme.into_iter().collect()).or_default() += sign;
                }
                let mut of_row = std::collections::BTreeSet::new();
                for _ in 0..random.below(9) {
                    let word = random.word(2);
                    collection.add_word(&word, sign);
                    of_row.insert(word);
                }
                for word in of_row {
                    *words.entry(word.into_iter().collect()).or_default() += sign;
                }
            }
            assert_eq!(collection.totals, totals);
            for (mut counts, expected) in [(collection.lexemes, lexemes), (collection.words, words)]
            {
                assert_eq!(counts.size(), expected.keys().map(|word| word.len()).sum::<usize>());
                counts.sort();
                // A word that is known is found again.
                counts.add(&expected.keys().next().cloned().unwrap_or_default(), 0);
                let expected = expected.iter().map(|(word, count)| (&word[..], *count));
                assert!(counts.iter().eq(expected));
            }
        }
    }
}
