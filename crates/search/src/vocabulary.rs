//! The words of a corpus with their frequencies: similar words and completions.
//!
//! A vocabulary is a finite-state transducer (crate `fst`) from words to frequencies, in one piece of
//! bytes that is used in place. It has frequencies as what they lack to the greatest number: a
//! transducer puts as much of a number as near to the root as it can, so the sum on the way down says
//! how frequent the most frequent word below is, and completions are found best first.
//!
//! A search for similar words walks it together with a band of the distance table and leaves every branch on which no cell is within the limit; so it sees a small
//! part of the words.
//!
//! The distance is the *optimal string alignment* distance: insertions, deletions, substitutions and
//! transpositions of neighbouring characters cost 1, and no part of a word is edited twice. (`ca` and
//! `abc` are 3 apart; by the unrestricted Damerau–Levenshtein distance they would be 2.) It counts
//! characters in UTF-8, else bytes.

use core::cmp::Reverse;
use core::fmt;
use std::collections::{BTreeSet, BinaryHeap};

use fst::raw::{Fst, Node};
use fst::{Map, MapBuilder, Streamer};

use crate::tsvector::Malformed;

/// The greatest distance that is searched.
pub const MAX_DISTANCE: u8 = 2;

/// Cells of a row of the distance table that can be within the limit.
const BAND: usize = 2 * MAX_DISTANCE as usize + 1;

/// More than any distance that is searched.
const FAR: u8 = MAX_DISTANCE + 1;

/// What a character is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// One to four bytes.
    Utf8,
    /// Every byte is one.
    Bytes,
}

/// A word that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Its bytes.
    pub text: Vec<u8>,
    /// How far it is from what was sought; 0 for completions.
    pub distance: u8,
    /// Its number in the vocabulary: how many documents hold it.
    pub frequency: u64,
}

/// The words given to [`build`] were not in ascending order of their bytes, each once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unsorted;

/// The bytes of a vocabulary, from words in ascending order with their frequencies.
///
/// # Errors
/// If they are not in order.
pub fn build<W: AsRef<[u8]>>(
    words: impl IntoIterator<Item = (W, u64)>,
) -> Result<Vec<u8>, Unsorted> {
    let mut builder = MapBuilder::memory();
    for (word, frequency) in words {
        builder.insert(word, u64::MAX - frequency).map_err(|_| Unsorted)?;
    }
    builder.into_inner().map_err(|_| Unsorted)
}

/// A vocabulary over its bytes, and what has changed since they were written.
#[derive(Clone)]
pub struct Vocabulary<D> {
    map: Map<D>,
    encoding: Encoding,
    changes: Option<Changes>,
}

/// Words with other frequencies than `map` has: those of `map` do not count.
#[derive(Clone)]
struct Changes {
    words: BTreeSet<Vec<u8>>,
    /// Those that some document holds.
    present: Map<Vec<u8>>,
}

impl<D> fmt::Debug for Vocabulary<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vocabulary").field("encoding", &self.encoding).finish_non_exhaustive()
    }
}

/// A column of the distance table at a number of characters of a vocabulary word: the costs of
/// turning them into as many characters of what is sought, two fewer to two more.
#[derive(Clone, Copy)]
struct Column {
    characters: usize,
    costs: [u8; BAND],
    before: [u8; BAND],
    last: u32,
}

impl Column {
    fn first(sought: &[u32]) -> Self {
        let mut costs = [FAR; BAND];
        for (index, cost) in costs[MAX_DISTANCE as usize..].iter_mut().enumerate() {
            if index <= sought.len() {
                *cost = index as u8;
            }
        }
        Self { characters: 0, costs, before: [FAR; BAND], last: u32::MAX }
    }

    /// After one more character.
    #[inline]
    fn next(&self, sought: &[u32], character: u32) -> Self {
        let mut costs = [FAR; BAND];
        for index in 0..BAND {
            // The number of sought characters at this cell.
            let Some(length) = (self.characters + 1 + index).checked_sub(MAX_DISTANCE as usize)
            else {
                continue;
            };
            if length > sought.len() {
                break;
            }
            let mut cost = FAR;
            if let Some(inserted) = self.costs.get(index + 1) {
                cost = cost.min(inserted + 1);
            }
            if length > 0 {
                let replaced = u8::from(sought[length - 1] != character);
                cost = cost.min(self.costs[index] + replaced);
                if index > 0 {
                    cost = cost.min(costs[index - 1] + 1);
                }
            }
            if length > 1 && sought[length - 1] == self.last && sought[length - 2] == character {
                cost = cost.min(self.before[index] + 1);
            }
            costs[index] = cost;
        }
        Self { characters: self.characters + 1, costs, before: self.costs, last: character }
    }

    /// The least distance that any continuation can have.
    #[inline]
    fn least(&self) -> u8 {
        self.costs.into_iter().min().unwrap_or(FAR)
    }

    /// The distance if the word ends here.
    #[inline]
    fn distance(&self, sought: &[u32]) -> u8 {
        let index = (sought.len() + MAX_DISTANCE as usize).checked_sub(self.characters);
        index.and_then(|index| self.costs.get(index)).copied().unwrap_or(FAR)
    }
}

/// Bytes of a character that is not complete.
#[derive(Clone, Copy, Default)]
struct Partial {
    bits: u32,
    missing: u8,
}

impl Partial {
    /// The character that ends with this byte. Bytes that are no UTF-8 become characters of their
    /// own.
    #[inline]
    fn push(&mut self, byte: u8, encoding: Encoding) -> Option<u32> {
        let byte_value = u32::from(byte);
        if encoding == Encoding::Bytes || byte < 0x80 {
            *self = Self::default();
            return Some(byte_value);
        }
        if byte < 0xc0 {
            if self.missing == 0 {
                return Some(0x11_0000 | byte_value);
            }
            self.bits = self.bits << 6 | byte_value & 0x3f;
            self.missing -= 1;
            return (self.missing == 0).then_some(self.bits);
        }
        let missing = (byte.leading_ones() as u8).min(4) - 1;
        *self = Self { bits: byte_value & (0x3f >> missing), missing };
        None
    }
}

/// The characters of a text.
pub(crate) fn characters(text: &[u8], encoding: Encoding) -> Vec<u32> {
    let mut partial = Partial::default();
    text.iter().filter_map(|byte| partial.push(*byte, encoding)).collect()
}

/// In the order of what is better: by rank, then frequency, then words earlier in the alphabet; and
/// the distance.
type Candidate = (Reverse<u8>, u64, Reverse<Vec<u8>>, u8);

/// The best words so far, at most so many.
pub(crate) struct Best {
    limit: usize,
    /// The worst on top.
    heap: BinaryHeap<Reverse<Candidate>>,
}

impl Best {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, heap: BinaryHeap::new() }
    }

    /// Takes a word if it is among the best: of lower rank, then more frequent. Words come in
    /// ascending order.
    pub(crate) fn offer(&mut self, rank: u8, text: &[u8], distance: u8, frequency: u64) {
        if self.heap.len() >= self.limit {
            // Of equals the first stays.
            let beaten = self.heap.peek().is_some_and(|Reverse((worst, least, _, _))| {
                (Reverse(rank), frequency) > (*worst, *least)
            });
            if !beaten {
                return;
            }
            self.heap.pop();
        }
        self.heap.push(Reverse((Reverse(rank), frequency, Reverse(text.to_vec()), distance)));
    }

    /// The best first.
    pub(crate) fn into_words(self) -> Vec<Word> {
        let sorted = self.heap.into_sorted_vec().into_iter();
        sorted
            .map(|Reverse((_, frequency, Reverse(text), distance))| Word {
                text,
                distance,
                frequency,
            })
            .collect()
    }
}

/// A node on the way down, with the transition that is next.
struct Frame<'f> {
    node: Node<'f>,
    next: usize,
    output: u64,
    column: Column,
    partial: Partial,
}

impl<D: AsRef<[u8]>> Vocabulary<D> {
    /// Over the bytes that [`build`] made. The checksum guards against damage, not against bytes that
    /// somebody made up: they must not come from a user.
    ///
    /// # Errors
    /// If their form, length or checksum is wrong.
    pub fn new(bytes: D, encoding: Encoding) -> Result<Self, Malformed> {
        let map = Map::new(bytes).map_err(|_| Malformed)?;
        map.as_fst().verify().map_err(|_| Malformed)?;
        Ok(Self { map, encoding, changes: None })
    }

    /// The vocabulary in which as many more (or fewer) documents hold some words, each given once
    /// and in ascending order. A word that no document holds is none. Earlier changes are forgotten.
    ///
    /// # Errors
    /// If the words are not in order.
    pub fn changed<W: AsRef<[u8]>>(
        self,
        changes: impl IntoIterator<Item = (W, i64)>,
    ) -> Result<Self, Unsorted> {
        let mut words = BTreeSet::new();
        let mut present = MapBuilder::memory();
        for (word, change) in changes {
            let word = word.as_ref();
            let known = self.map.get(word).map_or(0, |output| u64::MAX - output);
            let frequency = known.saturating_add_signed(change);
            if frequency > 0 {
                present.insert(word, u64::MAX - frequency).map_err(|_| Unsorted)?;
            }
            words.insert(word.to_vec());
        }
        let present = present.into_map();
        let changes = (!words.is_empty()).then_some(Changes { words, present });
        Ok(Self { changes, ..self })
    }

    /// All words with their frequencies, in ascending order.
    pub fn each(&self, mut each: impl FnMut(&[u8], u64)) {
        let (words, present) = match &self.changes {
            None => (None, None),
            Some(changes) => (Some(&changes.words), Some(&changes.present)),
        };
        let mut present = present.map(Map::stream);
        let mut next = present.as_mut().and_then(Streamer::next);
        let mut stream = self.map.stream();
        while let Some((word, output)) = stream.next() {
            while let Some((changed, output)) = next.filter(|(changed, _)| *changed <= word) {
                each(changed, u64::MAX - output);
                next = present.as_mut().and_then(Streamer::next);
            }
            if !words.is_some_and(|words| words.contains(word)) {
                each(word, u64::MAX - output);
            }
        }
        while let Some((changed, output)) = next {
            each(changed, u64::MAX - output);
            next = present.as_mut().and_then(Streamer::next);
        }
    }

    /// What a character is.
    pub(crate) fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The number of words.
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether there is no word.
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// The frequency of a word, if it is known.
    pub fn frequency(&self, word: &[u8]) -> Option<u64> {
        let output = match &self.changes {
            Some(changes) if changes.words.contains(word) => changes.present.get(word),
            _ => self.map.get(word),
        };
        output.map(|output| u64::MAX - output)
    }

    /// The words within a distance (at most [`MAX_DISTANCE`]), most frequent first, equally frequent
    /// ones by their bytes, at most `limit`.
    pub fn similar(&self, word: &[u8], distance: u8, limit: usize) -> Vec<Word> {
        let mut best = Best::new(limit);
        self.within(word, distance, |text, distance, frequency| {
            best.offer(0, text, distance, frequency);
        });
        best.into_words()
    }

    /// The words that begin with `prefix`, most frequent first, equally frequent ones by their bytes,
    /// at most `limit`.
    pub fn completions(&self, prefix: &[u8], limit: usize) -> Vec<Word> {
        let Some(changes) = &self.changes else {
            return completions(self.map.as_fst(), prefix, limit, |_| true);
        };
        let unchanged = |word: &[u8]| !changes.words.contains(word);
        let mut words = completions(self.map.as_fst(), prefix, limit, unchanged);
        words.extend(completions(changes.present.as_fst(), prefix, limit, |_| true));
        words.sort_by(|a, b| (b.frequency, &a.text).cmp(&(a.frequency, &b.text)));
        words.truncate(limit);
        words
    }

    /// Calls `each` with every word within a distance, in ascending order.
    pub(crate) fn within(&self, word: &[u8], distance: u8, mut each: impl FnMut(&[u8], u8, u64)) {
        let Some(changes) = &self.changes else {
            return within(self.map.as_fst(), self.encoding, word, distance, each);
        };
        let mut changed: Vec<(Vec<u8>, u8, u64)> = Vec::new();
        let present = changes.present.as_fst();
        within(present, self.encoding, word, distance, |text, distance, frequency| {
            changed.push((text.to_vec(), distance, frequency));
        });
        let mut changed = changed.into_iter().peekable();
        within(self.map.as_fst(), self.encoding, word, distance, |text, distance, frequency| {
            while let Some((text, distance, frequency)) =
                changed.next_if(|(changed, _, _)| &**changed <= text)
            {
                each(&text, distance, frequency);
            }
            if !changes.words.contains(text) {
                each(text, distance, frequency);
            }
        });
        changed.for_each(|(text, distance, frequency)| each(&text, distance, frequency));
    }
}

/// The words of a transducer that begin with `prefix` and are wanted, as [`Vocabulary::completions`].
fn completions<D: AsRef<[u8]>>(
    fst: &Fst<D>,
    prefix: &[u8],
    limit: usize,
    wanted: impl Fn(&[u8]) -> bool,
) -> Vec<Word> {
    let (mut node, mut output) = (fst.root(), 0);
    for byte in prefix {
        let Some(index) = node.find_input(*byte) else { return Vec::new() };
        let transition = node.transition(index);
        output += transition.out.value();
        node = fst.node(transition.addr);
    }
    let mut words = Vec::new();
    // What may come next, the least output on top: a node, or, without an address, a word.
    let mut next = BinaryHeap::new();
    next.push(Reverse((output, prefix.to_vec(), Some(node.addr()))));
    while let Some(Reverse((output, text, address))) = next.pop()
        && words.len() < limit
    {
        let Some(address) = address else {
            if wanted(&text) {
                words.push(Word { text, distance: 0, frequency: u64::MAX - output });
            }
            continue;
        };
        let node = fst.node(address);
        for transition in node.transitions() {
            let longer = [&*text, &[transition.inp]].concat();
            let output = output + transition.out.value();
            next.push(Reverse((output, longer, Some(transition.addr))));
        }
        if node.is_final() {
            next.push(Reverse((output + node.final_output().value(), text, None)));
        }
    }
    words
}

/// Calls `each` with every word of a transducer within a distance, in ascending order.
fn within<D: AsRef<[u8]>>(
    fst: &Fst<D>,
    encoding: Encoding,
    word: &[u8],
    distance: u8,
    mut each: impl FnMut(&[u8], u8, u64),
) {
    let distance = distance.min(MAX_DISTANCE);
    let sought = characters(word, encoding);
    let mut text: Vec<u8> = Vec::new();
    let mut frames = vec![Frame {
        node: fst.root(),
        next: 0,
        output: 0,
        column: Column::first(&sought),
        partial: Partial::default(),
    }];
    let end = |frame: &Frame<'_>| {
        let distance = frame.column.distance(&sought);
        (frame.node.is_final() && frame.partial.missing == 0)
            .then(|| (distance, u64::MAX - (frame.output + frame.node.final_output().value())))
    };
    if let Some((found, frequency)) = end(&frames[0]).filter(|(found, _)| *found <= distance) {
        each(&text, found, frequency);
    }
    while let Some(frame) = frames.last_mut() {
        if frame.next == frame.node.len() {
            frames.pop();
            text.pop();
            continue;
        }
        let transition = frame.node.transition(frame.next);
        frame.next += 1;
        let mut partial = frame.partial;
        let column = match partial.push(transition.inp, encoding) {
            Some(character) => frame.column.next(&sought, character),
            None => frame.column,
        };
        if column.least() > distance {
            continue;
        }
        let next = Frame {
            node: fst.node(transition.addr),
            next: 0,
            output: frame.output + transition.out.value(),
            column,
            partial,
        };
        text.push(transition.inp);
        if let Some((found, frequency)) = end(&next).filter(|(found, _)| *found <= distance) {
            each(&text, found, frequency);
        }
        frames.push(next);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::{Duration, Instant};

    use super::*;
    use crate::testing::{Random, distance};

    fn vocabulary(words: &BTreeMap<String, u64>) -> Vocabulary<Vec<u8>> {
        let bytes = build(words.iter().map(|(word, frequency)| (word, *frequency))).unwrap();
        Vocabulary::new(bytes, Encoding::Utf8).unwrap()
    }

    fn word(random: &mut Random, longest: u64) -> String {
        const LETTERS: [char; 5] = ['a', 'b', 'ö', '語', '😀'];
        (0..random.below(longest + 1)).map(|_| LETTERS[random.below(5) as usize]).collect()
    }

    /// A vocabulary with changes answers as one that is built anew.
    #[test]
    fn changes_are_the_same_as_building_again() {
        let mut random = Random(57);
        let mut found = 0;
        for _ in 0..300 {
            let words: BTreeMap<String, u64> =
                (0..40).map(|_| (word(&mut random, 5), 1 + random.below(9))).collect();
            let changes: BTreeMap<String, i64> = (0..random.below(40))
                .map(|_| (word(&mut random, 5), random.below(16) as i64 - 8))
                .collect();
            let mut expected = words.clone();
            for (word, change) in &changes {
                let frequency = expected.entry(word.clone()).or_default();
                *frequency = frequency.saturating_add_signed(*change);
            }
            expected.retain(|word, frequency| *frequency > 0 || !changes.contains_key(word));
            let changed = vocabulary(&words)
                .changed(changes.iter().map(|(word, change)| (word, *change)))
                .unwrap();
            let again = vocabulary(&expected);
            let mut all = Vec::new();
            changed.each(|word, frequency| {
                all.push((String::from_utf8(word.to_vec()).unwrap(), frequency));
            });
            assert!(all.iter().cloned().eq(expected));
            for _ in 0..20 {
                let sought = word(&mut random, 5);
                let sought = sought.as_bytes();
                assert_eq!(changed.frequency(sought), again.frequency(sought));
                for limit in [1, 3, 100] {
                    let completions = changed.completions(sought, limit);
                    found += completions.len();
                    assert_eq!(completions, again.completions(sought, limit));
                    assert_eq!(changed.similar(sought, 2, limit), again.similar(sought, 2, limit));
                }
                let suggest = crate::suggest::suggest;
                assert_eq!(suggest(&changed, sought, 3), suggest(&again, sought, 3));
            }
        }
        assert!(found > 10_000);
        let words = BTreeMap::from([("a".to_string(), 1)]);
        assert!(vocabulary(&words).changed([("b", 1), ("a", 1)]).is_err());
    }

    #[test]
    fn the_same_words_as_the_whole_table() {
        let mut random = Random(51);
        let mut found = 0;
        for _ in 0..300 {
            let words: BTreeMap<String, u64> =
                (0..60).map(|_| (word(&mut random, 7), random.below(20))).collect();
            let vocabulary = vocabulary(&words);
            for _ in 0..10 {
                let sought = word(&mut random, 8);
                let characters: Vec<char> = sought.chars().collect();
                for limit in 0..=2 {
                    let mut expected: Vec<Word> = words
                        .iter()
                        .filter_map(|(word, frequency)| {
                            let d = distance(&word.chars().collect::<Vec<_>>(), &characters);
                            (d <= limit).then(|| Word {
                                text: word.clone().into_bytes(),
                                distance: d as u8,
                                frequency: *frequency,
                            })
                        })
                        .collect();
                    expected.sort_by_key(|word| Reverse(word.frequency));
                    found += expected.len();
                    let similar = |n| vocabulary.similar(sought.as_bytes(), limit as u8, n);
                    assert_eq!(similar(100), expected, "{sought}");
                    assert_eq!(similar(3), expected[..expected.len().min(3)]);
                }
            }
        }
        assert!(found > 10_000);
    }

    #[test]
    fn distances_by_hand() {
        let words = ["abc", "abd", "acb", "bca", "cab", "kitten", "über"];
        let words = words.iter().map(|word| (word.to_string(), 1)).collect();
        let vocabulary = vocabulary(&words);
        let near = |word: &str, distance| -> Vec<String> {
            let found = vocabulary.similar(word.as_bytes(), distance, 64).into_iter();
            found.map(|word| String::from_utf8(word.text).unwrap()).collect()
        };
        assert_eq!(near("bac", 1), ["abc", "bca"], "a transposition is one typo");
        assert_eq!(near("sitten", 1), ["kitten"]);
        assert_eq!(near("sittin", 2), ["kitten"]);
        assert_eq!(near("sitting", 2), [""; 0]);
        assert_eq!(near("uber", 1), ["über"], "characters, not bytes");
        assert_eq!(near("ca", 2), ["acb", "bca", "cab"], "no part is edited twice: not abc");
    }

    #[test]
    fn bytes_where_a_byte_is_a_character() {
        let bytes = build([(&b"\xfcber"[..], 3)]).unwrap();
        let vocabulary = Vocabulary::new(bytes, Encoding::Bytes).unwrap();
        assert_eq!(vocabulary.similar(b"uber", 1, 9).len(), 1);
        assert_eq!(vocabulary.similar(b"uber", 0, 9).len(), 0);
        assert_eq!(vocabulary.frequency(b"\xfcber"), Some(3));
    }

    #[test]
    fn completions_are_the_words_with_that_prefix() {
        let mut random = Random(53);
        let mut words: BTreeMap<Vec<u8>, u64> =
            (0..500).map(|_| (random.word(4), random.below(50))).collect();
        words.insert(vec![0xff, 0xff], 1);
        words.insert(vec![0xff], 2);
        let bytes = build(words.iter().map(|(word, frequency)| (word, *frequency))).unwrap();
        let vocabulary = Vocabulary::new(bytes, Encoding::Bytes).unwrap();
        for prefix in [&b""[..], b"a", b"ab", b"abc", b"zz", b"\xff"] {
            let mut expected: Vec<_> =
                words.iter().filter(|(word, _)| word.starts_with(prefix)).collect();
            expected.sort_by_key(|(_, frequency)| Reverse(**frequency));
            let found = vocabulary.completions(prefix, 10);
            let found: Vec<_> = found.iter().map(|word| (&word.text, &word.frequency)).collect();
            assert_eq!(found, expected[..expected.len().min(10)]);
        }
    }

    #[test]
    fn wrong_bytes_are_refused() {
        let bytes = build([("a", 1), ("b", 2)]).unwrap();
        for at in 0..bytes.len() {
            let mut wrong = bytes.clone();
            wrong[at] ^= 0x55;
            assert!(Vocabulary::new(wrong, Encoding::Utf8).is_err());
            assert!(Vocabulary::new(&bytes[..at], Encoding::Utf8).is_err());
        }
        assert_eq!(build([("b", 1), ("a", 1)]), Err(Unsorted));
        assert_eq!(build([("a", 1), ("a", 1)]), Err(Unsorted));
    }

    /// A million words made of syllables. The bound is generous: checks are on in tests.
    #[test]
    fn a_million_words_are_searched_in_milliseconds() {
        let mut random = Random(55);
        let mut words = BTreeMap::new();
        let syllables: Vec<String> = (0..300)
            .map(|_| {
                let letter =
                    |r: &mut Random, from: &[u8]| from[r.below(from.len() as u64) as usize] as char;
                let mut s = String::from(letter(&mut random, b"bcdfghklmnprstvw"));
                s.push(letter(&mut random, b"aeiou"));
                if random.below(2) == 0 {
                    s.push(letter(&mut random, b"lmnrst"));
                }
                s
            })
            .collect();
        while words.len() < 1_000_000 {
            let word: String =
                (0..2 + random.below(3)).map(|_| &*syllables[random.below(300) as usize]).collect();
            words.insert(word, 1 + random.below(1000));
        }
        let vocabulary = vocabulary(&words);
        let mut sought: Vec<Vec<u8>> = Vec::new();
        for word in words.keys().step_by(20_011) {
            let mut word = word.clone().into_bytes();
            let at = random.below(word.len() as u64 - 1) as usize;
            word.swap(at, at + 1);
            sought.push(word);
        }
        let time = |distance| {
            vocabulary.similar(&sought[0], distance, 64);
            let start = Instant::now();
            let found: usize =
                sought.iter().map(|word| vocabulary.similar(word, distance, 64).len()).sum();
            assert!(found >= sought.len());
            start.elapsed() / sought.len() as u32
        };
        let (one, two) = (time(1), time(2));
        println!(
            "{} bytes; distance 1: {one:?}, 2: {two:?}",
            vocabulary.map.as_fst().as_bytes().len()
        );
        assert!(one < Duration::from_millis(50) && two < Duration::from_millis(100));
    }
}
