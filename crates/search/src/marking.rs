//! Which words of a document a query means.
//!
//! A [`Marker`] is a query together with one document, word by word: the caller cuts the document
//! into tokens, as the server's parser does, and turns each into lexemes. Of words whose lexemes were
//! seen before only the bytes are needed: [`Marker::seen`] knows what they stand for, also from
//! documents before, so that most words cost no call of a dictionary.
//!
//! * Words are meant by what stands under no `!` in the query. Labels do not count: a document that
//!   is text has none.
//! * An operand outside phrases means every word that has its lexeme. An operand of a phrase means a
//!   word only where the phrase matches with it; what a match is, is said in [`crate::evaluate`].
//!   Places are not limited to the 14 bits of a `tsvector`, but a phrase wider than [`MAX_WIDTH`]
//!   means nothing.
//! * Tokens may lie within one another: parsers give a compound, then its parts. A word with parts
//!   does not count as a word, and is only marked where none of its parts is.
//!
//! Phrases are evaluated over sets of places, 64 of them in one step, a window of the document at a
//! time. Eight bytes are kept for a word, 16 for an occurrence.

use core::cmp::Reverse;
use core::ops::Range;

use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec as VecIn;

use crate::evaluate::{Move, Program, TermKind};
use crate::tsquery::TsQuery;
use crate::tsvector::Position;

/// The widest phrase that is looked for: from the first to the last place of a `tsvector`.
pub const MAX_WIDTH: u32 = Position::MAX as u32;

/// Words that are remembered with what they stand for.
const MAX_REMEMBERED: usize = 1 << 15;

/// Bytes of a word that is remembered.
const MAX_KEY: usize = 64;

/// Slots of the table that are looked at for a word.
const PROBES: usize = 16;

/// Of a word that has parts, in place of its number.
const WHOLE: u32 = 1 << 31;

/// No [`Match`]: the words are marked on their own.
pub(crate) const NONE: u32 = u32::MAX;

/// What is kept of a word.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Word {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// A word that has parts, or lies across others.
#[derive(Debug, Clone, Copy)]
struct Whole {
    word: Word,
    /// The number of its first part.
    first: u32,
}

/// A lexeme that an operand means.
#[derive(Debug, Clone, Copy)]
struct Match {
    leaf: u32,
    /// How many places behind the first one of its word.
    offset: u32,
    /// Where its bytes are in [`Memory::text`].
    start: u32,
    end: u32,
}

/// What a word stands for.
#[derive(Debug, Clone, Copy)]
struct Entry {
    /// The word's bytes in [`Memory::text`].
    start: u32,
    end: u32,
    kind: u32,
    hash: u32,
    positions: u32,
    /// Its matches.
    from: u32,
    to: u32,
}

/// Words with what they stand for; kept from document to document.
#[derive(Debug)]
struct Memory<A: Allocator> {
    /// One more than the number of an entry, or 0; as many as a power of two.
    slots: VecIn<u32, A>,
    entries: VecIn<Entry, A>,
    matches: VecIn<Match, A>,
    text: VecIn<u8, A>,
    /// Whether there are matches that belong to no entry.
    garbage: bool,
}

/// A place in the document where a term of the query is met, from one word to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span {
    pub(crate) first: u32,
    pub(crate) last: u32,
    /// The term's number in the query's program.
    pub(crate) term: u32,
    /// The lexeme that is marked, or [`NONE`].
    matched: u32,
}

/// An occurrence of an operand of a phrase.
#[derive(Debug, Clone, Copy)]
struct Occurrence {
    leaf: u32,
    position: u32,
    word: u32,
    matched: u32,
}

/// A word that is to be marked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    pub(crate) start: u32,
    pub(crate) end: u32,
    matched: u32,
    pub(crate) whole: bool,
}

/// How an operand is used.
#[derive(Debug, Clone, Copy)]
struct Use {
    /// The term that is made of it outside phrases.
    term: u32,
    /// Whether a phrase that means words has it.
    phrase: bool,
}

/// Where a token stands in a document. Parsers give a part of the document, or a copy of a part: that is
/// sought from `after` on, not far behind.
pub fn place_of(document: &[u8], token: &[u8], after: usize) -> Option<usize> {
    /// Bytes between two tokens that are looked at.
    const NEAR: usize = 1 << 12;
    let (all, part) = (document.as_ptr_range(), token.as_ptr_range());
    if all.start <= part.start && part.end <= all.end {
        return Some(part.start.addr() - all.start.addr());
    }
    let near = document.get(after..)?;
    let near = &near[..near.len().min(NEAR + token.len())];
    let found = near.windows(token.len().max(1)).position(|window| window == token);
    found.map(|at| after + at)
}

/// A query, ready to mark one document after the other.
#[derive(Debug)]
pub struct Marker<A: Allocator> {
    program: Program<A>,
    uses: VecIn<Use, A>,
    /// Operands that are used, plain ones first, then prefixes; each in the order of their lexemes.
    sorted: VecIn<u32, A>,
    plain: usize,
    /// The lengths of prefixes, each once.
    lengths: VecIn<u16, A>,
    memory: Memory<A>,
    position: u32,
    pub(crate) words: VecIn<Word, A>,
    wholes: VecIn<Whole, A>,
    /// Terms outside phrases that are met in words with parts: which word, term, match.
    whole_hits: VecIn<(u32, u32, u32), A>,
    occurrences: VecIn<Occurrence, A>,
    /// Words of phrases, and then all wholes, that are to be marked: word, match.
    marked: VecIn<(u32, u32), A>,
    pub(crate) spans: VecIn<Span, A>,
    allocator: A,
}

impl<A: Allocator + Clone> Memory<A> {
    fn new(allocator: A) -> Self {
        Self {
            slots: VecIn::new_in(allocator.clone()),
            entries: VecIn::new_in(allocator.clone()),
            matches: VecIn::new_in(allocator.clone()),
            text: VecIn::new_in(allocator),
            garbage: false,
        }
    }

    fn clear(&mut self) {
        self.slots.fill(0);
        self.entries.clear();
        self.matches.clear();
        self.text.clear();
        self.garbage = false;
    }

    #[inline]
    fn hash(kind: u32, token: &[u8]) -> u32 {
        const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
        let mix = |hash: u64, value: u64| (hash.rotate_left(5) ^ value).wrapping_mul(FACTOR);
        let mut hash = mix(u64::from(kind), token.len() as u64);
        let mut chunks = token.chunks_exact(8);
        for chunk in &mut chunks {
            hash = mix(hash, u64::from_le_bytes(chunk.try_into().expect("eight bytes")));
        }
        let mut last = 0;
        for byte in chunks.remainder() {
            last = last << 8 | u64::from(*byte);
        }
        (mix(hash, last) >> 32) as u32
    }

    #[inline]
    fn find(&self, kind: u32, token: &[u8]) -> Option<Entry> {
        if token.len() > MAX_KEY || self.slots.is_empty() {
            return None;
        }
        let hash = Self::hash(kind, token);
        for probe in 0..PROBES {
            let slot = (hash as usize + probe) & (self.slots.len() - 1);
            let entry = self.entries[self.slots[slot].checked_sub(1)? as usize];
            if entry.hash == hash
                && entry.kind == kind
                && self.text[entry.start as usize..entry.end as usize] == *token
            {
                return Some(entry);
            }
        }
        None
    }

    /// Puts an entry into a free slot near its own, if there is one.
    fn link(&mut self, number: usize) {
        let hash = self.entries[number].hash as usize;
        for probe in 0..PROBES {
            let slot = (hash + probe) & (self.slots.len() - 1);
            if self.slots[slot] == 0 {
                self.slots[slot] = number as u32 + 1;
                return;
            }
        }
    }

    /// Remembers what a word stands for: the matches from `from` on.
    fn insert(&mut self, kind: u32, token: &[u8], positions: u32, from: u32) {
        if token.len() > MAX_KEY || self.entries.len() == MAX_REMEMBERED {
            self.garbage |= self.matches.len() > from as usize;
            return;
        }
        let start = self.text.len() as u32;
        self.text.extend_from_slice(token);
        let (end, to) = (self.text.len() as u32, self.matches.len() as u32);
        let hash = Self::hash(kind, token);
        self.entries.push(Entry { start, end, kind, hash, positions, from, to });
        if self.entries.len() * 2 > self.slots.len() {
            let slots = (self.slots.len() * 4).max(256);
            self.slots.clear();
            self.slots.resize(slots, 0);
            (0..self.entries.len()).for_each(|number| self.link(number));
        } else {
            self.link(self.entries.len() - 1);
        }
    }
}

impl<A: Allocator + Clone> Marker<A> {
    /// For this query.
    pub fn new(query: TsQuery<'_>, allocator: A) -> Self {
        let program = Program::new(query, allocator.clone());
        let mut uses = VecIn::new_in(allocator.clone());
        uses.resize(program.leaves(), Use { term: NONE, phrase: false });
        for (number, term) in program.terms().iter().enumerate() {
            match term.kind {
                TermKind::Leaf(leaf) => uses[leaf].term = number as u32,
                TermKind::Phrase(phrase) => {
                    for step in program.moves(phrase) {
                        if let Move::Leaf(leaf) = *step {
                            uses[leaf as usize].phrase = true;
                        }
                    }
                }
            }
        }
        let mut sorted = VecIn::new_in(allocator.clone());
        let is_used = |leaf: &u32| {
            let used = uses[*leaf as usize];
            used.term != NONE || used.phrase
        };
        sorted.extend((0..program.leaves() as u32).filter(is_used));
        let key = |leaf: u32| {
            let operand = program.leaf(leaf as usize);
            (operand.prefix, operand.lexeme)
        };
        sorted.sort_unstable_by(|a, b| key(*a).cmp(&key(*b)));
        // Operands that differ by their labels alone are one term.
        for pair in 1..sorted.len() {
            let (before, leaf) = (sorted[pair - 1], sorted[pair]);
            let term = uses[before as usize].term;
            if key(before) == key(leaf) && term != NONE {
                uses[leaf as usize].term = term;
            }
        }
        let plain = sorted.partition_point(|leaf| !key(*leaf).0);
        let mut lengths = VecIn::new_in(allocator.clone());
        lengths.extend(sorted[plain..].iter().map(|leaf| key(*leaf).1.len() as u16));
        lengths.sort_unstable();
        lengths.dedup();
        Self {
            program,
            uses,
            sorted,
            plain,
            lengths,
            memory: Memory::new(allocator.clone()),
            position: 0,
            words: VecIn::new_in(allocator.clone()),
            wholes: VecIn::new_in(allocator.clone()),
            whole_hits: VecIn::new_in(allocator.clone()),
            occurrences: VecIn::new_in(allocator.clone()),
            marked: VecIn::new_in(allocator.clone()),
            spans: VecIn::new_in(allocator.clone()),
            allocator,
        }
    }

    /// Begins a document. What words stand for is still known.
    pub fn begin(&mut self) {
        /// Elements that are kept for the next document: not the room of a giant.
        const KEPT: usize = 1 << 16;
        fn clear<T, A: Allocator>(list: &mut VecIn<T, A>) {
            list.clear();
            if list.capacity() > KEPT {
                list.shrink_to(KEPT);
            }
        }
        if self.memory.garbage {
            self.memory.clear();
        }
        self.position = 0;
        clear(&mut self.words);
        clear(&mut self.wholes);
        clear(&mut self.whole_hits);
        clear(&mut self.occurrences);
        clear(&mut self.marked);
        clear(&mut self.spans);
    }

    /// Forgets what words stand for: to be called when a dictionary may have changed.
    pub fn forget(&mut self) {
        self.memory.clear();
    }

    /// Takes the next token, a word at `start` of the document, if it is known what it stands for.
    /// `kind` is whatever decides about its dictionaries. Returns false if it is not known: then the
    /// caller goes on with [`Self::word`].
    #[inline]
    pub fn seen(&mut self, kind: u32, start: usize, token: &[u8]) -> bool {
        let Some(entry) = self.memory.find(kind, token) else { return false };
        self.place(start, token.len(), entry.from, entry.to);
        self.position += entry.positions;
        true
    }

    /// Takes the next token, a word at `start` of the document, with its lexemes.
    ///
    /// `positions` are the places that it takes, as `to_tsvector` counts: 1 for a word that the
    /// dictionaries know, stop words too, 0 for one that they do not, and more where they add places
    /// (`TSL_ADDPOS`). Each lexeme comes with how many places behind the first one it stands.
    ///
    /// `remember` says whether the same token always stands for the same lexemes. It does not while
    /// a dictionary takes several tokens together; of those, each has the lexemes, and only the last
    /// one takes places.
    ///
    /// Tokens come in the order of their starts, one that contains others before them.
    pub fn word<'l>(
        &mut self,
        kind: u32,
        start: usize,
        token: &[u8],
        lexemes: impl IntoIterator<Item = (u32, &'l [u8])>,
        positions: u32,
        remember: bool,
    ) {
        let from = self.memory.matches.len() as u32;
        for (offset, lexeme) in lexemes {
            self.look_up(offset, lexeme);
        }
        let to = self.memory.matches.len() as u32;
        self.place(start, token.len(), from, to);
        self.position += positions;
        if remember {
            self.memory.insert(kind, token, positions, from);
        } else {
            self.memory.garbage |= to > from;
        }
    }

    /// Appends the matches of a lexeme.
    fn look_up(&mut self, offset: u32, lexeme: &[u8]) {
        let Self { program, sorted, memory, .. } = self;
        let start = memory.text.len() as u32;
        let end = start + lexeme.len() as u32;
        let (plain, prefixes) = sorted.split_at(self.plain);
        let mut all = |leaves: &[u32], text: &[u8]| {
            let of = |leaf: &u32| program.leaf(*leaf as usize).lexeme;
            let first = leaves.partition_point(|leaf| of(leaf) < text);
            for leaf in leaves[first..].iter().take_while(|leaf| of(leaf) == text) {
                memory.matches.push(Match { leaf: *leaf, offset, start, end });
            }
        };
        all(plain, lexeme);
        for length in &self.lengths {
            if let Some(prefix) = lexeme.get(..usize::from(*length)) {
                all(prefixes, prefix);
            }
        }
        if memory.matches.last().is_some_and(|last| last.start == start && last.offset == offset) {
            memory.text.extend_from_slice(lexeme);
        }
    }

    /// Puts a word into the document, and its matches at the current position.
    #[inline]
    fn place(&mut self, start: usize, length: usize, from: u32, to: u32) {
        let word = Word { start: start as u32, end: (start + length) as u32 };
        let mut number = self.words.len() as u32;
        match self.words.last() {
            Some(last) if word.start < last.start => {
                number = WHOLE | self.wholes.len() as u32;
                let first = self.words.partition_point(|other| other.end <= word.start) as u32;
                self.wholes.push(Whole { word, first });
            }
            Some(last) if word.start < last.end && word.end <= last.end => {
                number -= 1;
                self.take_apart();
                self.words.push(word);
            }
            _ => self.words.push(word),
        }
        for index in from..to {
            let Match { leaf, offset, .. } = self.memory.matches[index as usize];
            let Use { term, phrase } = self.uses[leaf as usize];
            if phrase {
                let position = self.position + 1 + offset;
                self.occurrences.push(Occurrence { leaf, position, word: number, matched: index });
            }
            if term == NONE {
            } else if number & WHOLE != 0 {
                self.whole_hits.push((number, term, index));
            } else {
                let mut last = self.spans.iter().rev().take_while(|span| span.first == number);
                if !last.any(|span| span.term == term) {
                    self.spans.push(Span { first: number, last: number, term, matched: index });
                }
            }
        }
    }

    /// The last word has parts: it counts no longer.
    fn take_apart(&mut self) {
        let Some(word) = self.words.pop() else { return };
        let (first, number) = (self.words.len() as u32, WHOLE | self.wholes.len() as u32);
        self.wholes.push(Whole { word, first });
        while let Some(span) = self.spans.last().filter(|span| span.first == first) {
            self.whole_hits.push((number, span.term, span.matched));
            self.spans.pop();
        }
        let occurrences = self.occurrences.iter_mut().rev();
        for occurrence in occurrences.take_while(|occurrence| occurrence.word == first) {
            occurrence.word = number;
        }
    }

    /// The numbers of the first and last word of one.
    fn parts(&self, word: u32) -> (u32, u32) {
        if word & WHOLE == 0 {
            return (word, word);
        }
        let Whole { word, first } = self.wholes[(word & !WHOLE) as usize];
        let first = first.min(self.words.len() as u32 - 1);
        let after = self.words.partition_point(|part| part.start < word.end) as u32;
        (first, after.saturating_sub(1).max(first))
    }

    /// Ends the document: decides which words are meant. `pause` is called now and then.
    pub fn finish(&mut self, pause: &mut dyn FnMut()) {
        for index in 0..self.whole_hits.len() {
            let (word, term, matched) = self.whole_hits[index];
            let (first, last) = self.parts(word);
            self.marked.push((word, matched));
            self.spans.push(Span { first, last, term, matched: NONE });
        }
        if !self.occurrences.is_empty() {
            let last = self.occurrences.iter().map(|found| found.position).max();
            self.position = self.position.max(last.unwrap_or(0));
            self.occurrences.sort_unstable_by_key(|found| (found.leaf, found.position, found.word));
            for number in 0..self.program.terms().len() {
                if let TermKind::Phrase(phrase) = self.program.terms()[number].kind {
                    self.phrase(number as u32, phrase, pause);
                }
            }
        }
        self.marked.sort_unstable();
        self.marked.dedup_by_key(|marked| marked.0);
        if !self.spans.is_sorted() {
            self.spans.sort_unstable();
        }
    }

    /// Marks the words of a phrase where it matches.
    fn phrase(&mut self, term: u32, phrase: usize, pause: &mut dyn FnMut()) {
        let tree = Tree::new(self.program.moves(phrase), self.allocator.clone());
        let mut found = Found {
            ends: VecIn::new_in(self.allocator.clone()),
            marks: VecIn::new_in(self.allocator.clone()),
        };
        let width = tree.run(&self.occurrences, self.position, &mut found, pause);
        let Found { ends, mut marks } = found;
        marks.sort_unstable();
        marks.dedup();
        let (mut from, mut to) = (0, 0);
        for end in ends {
            while marks.get(from).is_some_and(|mark| mark.0.saturating_add(width) < end) {
                from += 1;
            }
            while marks.get(to).is_some_and(|mark| mark.0 <= end) {
                to += 1;
            }
            if from < to {
                let (first, last) = (self.parts(marks[from].1).0, self.parts(marks[to - 1].1).1);
                self.spans.push(Span { first, last: last.max(first), term, matched: NONE });
            }
        }
        self.marked.extend(marks.into_iter().map(|(_, word, matched)| (word, matched)));
    }

    /// What a term weighs beside others: the number of words that it asks for.
    pub(crate) fn words_of_term(&self, term: usize) -> u64 {
        match self.program.terms()[term].kind {
            TermKind::Leaf(_) => 1,
            TermKind::Phrase(phrase) => {
                let mut stack = VecIn::new_in(self.allocator.clone());
                for step in self.program.moves(phrase) {
                    let value = match *step {
                        Move::Leaf(_) => 1_u64,
                        Move::SkipIfNone(_) => continue,
                        Move::Not => {
                            stack.pop();
                            0
                        }
                        Move::And | Move::Or | Move::Phrase(_) => {
                            let (right, left) = (stack.pop(), stack.pop());
                            let (right, left) = (right.unwrap_or(0), left.unwrap_or(0));
                            if matches!(step, Move::Phrase(_)) {
                                left + right
                            } else {
                                left.max(right)
                            }
                        }
                    };
                    stack.push(value);
                }
                stack.pop().unwrap_or(1).max(1)
            }
        }
    }

    /// The number of terms.
    pub(crate) fn terms(&self) -> usize {
        self.program.terms().len()
    }

    /// The marks on these words, in order.
    pub(crate) fn marks(&self, words: Range<u32>) -> VecIn<Mark, A> {
        let mut marks = VecIn::new_in(self.allocator.clone());
        let mut push = |word: Word, matched, whole| {
            marks.push(Mark { start: word.start, end: word.end, matched, whole });
        };
        let from = self.spans.partition_point(|span| span.first < words.start);
        for span in self.spans[from..].iter().take_while(|span| span.first < words.end) {
            if span.matched != NONE {
                push(self.words[span.first as usize], span.matched, false);
            }
        }
        let from = self.marked.partition_point(|marked| marked.0 < words.start);
        for marked in self.marked[from..].iter().take_while(|marked| marked.0 < words.end) {
            push(self.words[marked.0 as usize], marked.1, false);
        }
        let from = self.marked.partition_point(|marked| marked.0 < WHOLE);
        if from < self.marked.len() && !words.is_empty() {
            let start = self.words[words.start as usize].start;
            let end = self.words[words.end as usize - 1].end;
            for (word, matched) in &self.marked[from..] {
                let word = self.wholes[(word & !WHOLE) as usize].word;
                if word.start < end && word.end > start {
                    push(word, *matched, true);
                }
            }
        }
        marks.sort_unstable_by_key(|mark| {
            (mark.start, Reverse(mark.end), !mark.whole, mark.matched)
        });
        marks.dedup_by_key(|mark| (mark.start, mark.end, mark.whole));
        let mut kept = 0;
        for index in 0..marks.len() {
            let mark = marks[index];
            let mut after = marks[index + 1..].iter().take_while(|next| next.start < mark.end);
            if !mark.whole || !after.any(|next| !next.whole) {
                marks[kept] = mark;
                kept += 1;
            }
        }
        marks.truncate(kept);
        marks
    }

    /// The lexeme for which a word is marked.
    pub(crate) fn lexeme(&self, mark: &Mark) -> &[u8] {
        let Match { start, end, .. } = self.memory.matches[mark.matched as usize];
        &self.memory.text[start as usize..end as usize]
    }

    pub(crate) fn allocator(&self) -> A {
        self.allocator.clone()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Leaf(u32),
    Not,
    And,
    Or,
    Phrase(u32),
}

/// A part of a phrase; operands stand before their operator.
#[derive(Debug, Clone, Copy)]
struct Node {
    kind: Kind,
    left: usize,
    right: usize,
    /// Whether its set says where it does not match.
    negate: bool,
    /// Whether it is under a `!`.
    negated: bool,
    /// The sum of its distances, as far as its operands match anywhere.
    width: u32,
    /// Whether it may match anywhere.
    present: bool,
}

/// Where a phrase matches.
struct Found<A: Allocator> {
    /// The last places of its matches, ascending.
    ends: VecIn<u32, A>,
    /// Places, words and matches of its words.
    marks: VecIn<(u32, u32, u32), A>,
}

/// A phrase over sets of places.
struct Tree<A: Allocator> {
    nodes: VecIn<Node, A>,
    /// Its operands, each once, ascending.
    leaves: VecIn<u32, A>,
    /// Whether a width depends on what matches anywhere.
    mixed: bool,
    /// Places that are looked at together, at least.
    window: u32,
    allocator: A,
}

/// The sets of a tree for the places from `low` on, as many words for each node; behind them those of
/// each operand's places that matches need.
struct Window<A: Allocator> {
    low: u32,
    size: usize,
    bits: VecIn<u64, A>,
}

/// 64 places of a set that is moved up.
#[inline]
fn up(set: &[u64], index: usize, by: u32) -> u64 {
    let (words, bits) = ((by / 64) as usize, by % 64);
    let at = |back: usize| index.checked_sub(back).map_or(0, |index| set[index]);
    if bits == 0 { at(words) } else { at(words) << bits | at(words + 1) >> (64 - bits) }
}

/// 64 places of a set that is moved down.
#[inline]
fn down(set: &[u64], index: usize, by: u32) -> u64 {
    let (words, bits) = ((by / 64) as usize, by % 64);
    let at = |further: usize| set.get(index + further).copied().unwrap_or(0);
    if bits == 0 { at(words) } else { at(words) >> bits | at(words + 1) << (64 - bits) }
}

impl<A: Allocator + Clone> Tree<A> {
    fn new(moves: &[Move], allocator: A) -> Self {
        let mut nodes: VecIn<Node, A> = VecIn::new_in(allocator.clone());
        let mut stack: VecIn<usize, A> = VecIn::new_in(allocator.clone());
        for step in moves {
            let kind = match *step {
                Move::SkipIfNone(_) => continue,
                Move::Leaf(leaf) => Kind::Leaf(leaf),
                Move::Not => Kind::Not,
                Move::And => Kind::And,
                Move::Or => Kind::Or,
                Move::Phrase(distance) => Kind::Phrase(u32::from(distance)),
            };
            let (left, right) = match kind {
                Kind::Leaf(_) => (0, 0),
                Kind::Not => (stack.pop().unwrap_or(0), 0),
                _ => {
                    let right = stack.pop().unwrap_or(0);
                    (stack.pop().unwrap_or(0), right)
                }
            };
            let negate = match kind {
                Kind::Leaf(_) => false,
                Kind::Not => !nodes[left].negate,
                Kind::And | Kind::Phrase(_) => nodes[left].negate && nodes[right].negate,
                Kind::Or => nodes[left].negate || nodes[right].negate,
            };
            stack.push(nodes.len());
            nodes.push(Node { kind, left, right, negate, negated: false, width: 0, present: true });
        }
        for index in (0..nodes.len()).rev() {
            let Node { kind, left, right, negated, .. } = nodes[index];
            match kind {
                Kind::Leaf(_) => {}
                Kind::Not => nodes[left].negated = true,
                _ => {
                    nodes[left].negated |= negated;
                    nodes[right].negated |= negated;
                }
            }
        }
        let mut leaves = VecIn::new_in(allocator.clone());
        leaves.extend(nodes.iter().filter_map(|node| match node.kind {
            Kind::Leaf(leaf) => Some(leaf),
            _ => None,
        }));
        leaves.sort_unstable();
        leaves.dedup();
        let mut tree = Self { nodes, leaves, mixed: false, window: 8192, allocator };
        tree.measure();
        tree.mixed = tree.nodes.iter().any(|node| match node.kind {
            Kind::Leaf(_) | Kind::Phrase(_) => false,
            Kind::Not => tree.nodes[node.left].width > 0,
            Kind::And | Kind::Or => tree.nodes[node.left].width + tree.nodes[node.right].width > 0,
        });
        tree
    }

    /// Of an operand as its operator sees it.
    fn width(&self, node: usize) -> u32 {
        if self.nodes[node].present { self.nodes[node].width } else { 0 }
    }

    /// Calculates the widths from what is present.
    fn measure(&mut self) {
        for index in 0..self.nodes.len() {
            let Node { kind, left, right, .. } = self.nodes[index];
            let both = self.nodes[left].present && self.nodes[right].present;
            self.nodes[index].width = match kind {
                Kind::Leaf(_) => 0,
                Kind::Not => self.nodes[left].width,
                Kind::Phrase(distance) if both => {
                    distance.saturating_add(self.width(left)).saturating_add(self.width(right))
                }
                Kind::And if both => self.width(left).max(self.width(right)),
                Kind::And | Kind::Phrase(_) => 0,
                Kind::Or => self.width(left).max(self.width(right)),
            };
        }
    }

    /// Finds the matches in a document with so many places, and returns their width.
    fn run(
        mut self,
        occurrences: &[Occurrence],
        places: u32,
        found: &mut Found<A>,
        pause: &mut dyn FnMut(),
    ) -> u32 {
        let root = self.nodes.len() - 1;
        let span = self.nodes[root].width.min(MAX_WIDTH);
        // What cannot be there, because words are not, without a look at places.
        for index in 0..self.nodes.len() {
            let Node { kind, left, right, negate, .. } = self.nodes[index];
            let present = |node: usize| self.nodes[node].present;
            self.nodes[index].present = negate
                || match kind {
                    Kind::Leaf(leaf) => !of_leaf(occurrences, leaf, 0, u32::MAX).is_empty(),
                    Kind::Not => true,
                    Kind::And | Kind::Phrase(_) => present(left) && present(right),
                    Kind::Or => present(left) || present(right),
                };
        }
        if !self.nodes[root].present || self.nodes[root].negate {
            return 0;
        }
        let all = places + span;
        let size = all.min((4 * span).max(self.window)).div_ceil(64) as usize;
        let mut bits = VecIn::new_in(self.allocator.clone());
        bits.resize(size * (self.nodes.len() + self.leaves.len()), 0);
        let mut window = Window { low: 1, size, bits };
        // Each further window begins so far before the last one's end as a match may reach back.
        let further = size as u32 * 64 - span;
        let starts = (0..).map(|number| 1 + number * further);
        let starts = starts.take_while(|low| *low == 1 || *low + span <= all);
        loop {
            self.measure();
            let mut seen = VecIn::new_in(self.allocator.clone());
            seen.extend(self.nodes.iter().map(|node| node.negate));
            for low in starts.clone() {
                pause();
                window.low = low;
                self.evaluate(&mut window, occurrences);
                let valid = if low == 1 { 0 } else { span };
                for (index, seen) in seen.iter_mut().enumerate() {
                    *seen |= !*seen && window.any(index, valid);
                }
            }
            let stable = self.nodes.iter().zip(&seen).all(|(node, seen)| node.present == *seen);
            for (node, seen) in self.nodes.iter_mut().zip(seen) {
                node.present = seen;
            }
            if stable || !self.mixed {
                break;
            }
        }
        if !self.nodes[root].present {
            return 0;
        }
        for low in starts {
            pause();
            window.low = low;
            self.evaluate(&mut window, occurrences);
            self.trace(&mut window, if low == 1 { 0 } else { span }, occurrences, found);
        }
        self.nodes[root].width
    }

    /// How far the operands of a node are moved up.
    fn offsets(&self, node: &Node) -> (u32, u32) {
        match node.kind {
            Kind::Phrase(distance) => (distance.saturating_add(self.width(node.right)), 0),
            _ => {
                let width = self.width(node.left).max(self.width(node.right));
                (width - self.width(node.left), width - self.width(node.right))
            }
        }
    }

    /// Fills the sets, bottom up.
    fn evaluate(&self, window: &mut Window<A>, occurrences: &[Occurrence]) {
        let (size, low) = (window.size, window.low);
        for (index, node) in self.nodes.iter().enumerate() {
            let (before, rest) = window.bits.split_at_mut(index * size);
            let set = &mut rest[..size];
            let of = |node: usize| &before[node * size..(node + 1) * size];
            if let Kind::Leaf(leaf) = node.kind {
                set.fill(0);
                for occurrence in of_leaf(occurrences, leaf, low, low + size as u32 * 64) {
                    let bit = occurrence.position - low;
                    set[(bit / 64) as usize] |= 1 << (bit % 64);
                }
                continue;
            }
            if node.kind == Kind::Not {
                set.copy_from_slice(of(node.left));
                continue;
            }
            if node.width > MAX_WIDTH {
                set.fill(0);
                continue;
            }
            let (left, right) = (of(node.left), of(node.right));
            let (left_by, right_by) = self.offsets(node);
            let negate = (self.nodes[node.left].negate, self.nodes[node.right].negate);
            for (at, set) in set.iter_mut().enumerate() {
                let (left, right) = (up(left, at, left_by), up(right, at, right_by));
                // De Morgan: what the negated sides say of the sets.
                *set = match (node.kind == Kind::Or, negate) {
                    (false, (false, false)) | (true, (true, true)) => left & right,
                    (false, (true, true)) | (true, (false, false)) => left | right,
                    (false, (false, true)) | (true, (true, false)) => left & !right,
                    (false, (true, false)) | (true, (false, true)) => right & !left,
                };
            }
        }
    }

    /// Goes down from the matches to the words that they are made of; the sets become the places
    /// that matches need. Matches that end among the first `skip` places belong to the window before.
    fn trace(
        &self,
        window: &mut Window<A>,
        skip: u32,
        occurrences: &[Occurrence],
        found: &mut Found<A>,
    ) {
        let (size, low) = (window.size, window.low);
        let root = self.nodes.len() - 1;
        let (sets, needed) = window.bits.split_at_mut((root + 1) * size);
        needed.fill(0);
        let ends = &mut sets[root * size..];
        for bit in 0..skip {
            ends[(bit / 64) as usize] &= !(1 << (bit % 64));
        }
        let mut any = false;
        for (index, &set) in ends.iter().enumerate() {
            let mut set = set;
            while set != 0 {
                found.ends.push(low + index as u32 * 64 + set.trailing_zeros());
                set &= set - 1;
                any = true;
            }
        }
        if !any {
            return;
        }
        for index in (0..self.nodes.len()).rev() {
            let node = &self.nodes[index];
            if node.negated {
                continue;
            }
            let (before, rest) = sets.split_at_mut(index * size);
            let set = &rest[..size];
            match node.kind {
                Kind::Not => {}
                Kind::Leaf(leaf) => {
                    // An operand may stand there often: its words are collected once.
                    let number = self.leaves.partition_point(|other| *other < leaf);
                    let needed = needed[number * size..].iter_mut();
                    needed.zip(set).for_each(|(needed, set)| *needed |= set);
                }
                _ => {
                    let (left_by, right_by) = self.offsets(node);
                    for (operand, by) in [(node.left, left_by), (node.right, right_by)] {
                        let negate = self.nodes[operand].negate;
                        let operand = &mut before[operand * size..(operand + 1) * size];
                        for (at, operand) in operand.iter_mut().enumerate() {
                            let matches = if negate { !*operand } else { *operand };
                            *operand = down(set, at, by) & matches;
                        }
                    }
                }
            }
        }
        for (leaf, needed) in self.leaves.iter().zip(needed.chunks_exact(size)) {
            for word in of_leaf(occurrences, *leaf, low, low + size as u32 * 64) {
                let bit = word.position - low;
                if needed[(bit / 64) as usize] >> (bit % 64) & 1 != 0 {
                    found.marks.push((word.position, word.word, word.matched));
                }
            }
        }
    }
}

impl<A: Allocator> Window<A> {
    /// Whether a set has a place behind the first `skip` ones.
    fn any(&self, node: usize, skip: u32) -> bool {
        let set = &self.bits[node * self.size..(node + 1) * self.size];
        let (words, bits) = ((skip / 64) as usize, skip % 64);
        set[words] >> bits != 0 || set[words + 1..].iter().any(|set| *set != 0)
    }
}

/// The occurrences of an operand at the places from `low` to before `high`.
fn of_leaf(occurrences: &[Occurrence], leaf: u32, low: u32, high: u32) -> &[Occurrence] {
    let before = |place: u32| {
        occurrences.partition_point(|found| (found.leaf, found.position) < (leaf, place))
    };
    &occurrences[before(low)..before(high)]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use allocator_api2::alloc::Global;

    use super::*;
    use crate::testing::{self, Document, Random, lexemes, naive_phrase, tokens, word};
    use crate::tsquery::Node as Query;
    use crate::tsvector::{Label, Position};

    /// A random query without labels: texts have none.
    fn query(random: &mut Random) -> Query {
        fn strip(tree: &mut Query) {
            match tree {
                Query::Word { labels, .. } => *labels = 0,
                Query::Not(operand) => strip(operand),
                Query::And(operands) | Query::Or(operands) => operands.iter_mut().for_each(strip),
                Query::Phrase(operands) => operands.iter_mut().for_each(|(_, node)| strip(node)),
            }
        }
        let mut tree = testing::query(random, 4);
        strip(&mut tree);
        tree
    }

    /// A text of the words that [`query`] asks for, some of them compounds, with stop words.
    fn text(random: &mut Random, words: u64) -> String {
        let mut text = String::new();
        for _ in 0..random.below(words) {
            match random.below(9) {
                0 => text.push_str("the"),
                1 => text.push_str("xa"),
                _ => text.push_str(core::str::from_utf8(&random.word(2)).unwrap()),
            }
            text.push_str([" ", ", ", "-", ". "][random.below(4) as usize]);
        }
        text
    }

    fn document(text: &str) -> Document {
        let mut document = Document::new();
        for (place, token) in (1..).zip(tokens(text)) {
            for lexeme in lexemes(&text[token]) {
                let positions: &mut Vec<_> = document.entry(lexeme.into_bytes()).or_default();
                positions.push(Position::new(place, Label::D));
            }
        }
        document
    }

    fn width(tree: &Query, document: &Document) -> i64 {
        naive_phrase(tree, document)
            .filter(|places| !places.0.is_empty())
            .map_or(0, |places| places.1)
    }

    /// The places of the words of which a match that ends there is made, by the definition.
    fn made_of(tree: &Query, document: &Document, end: i64, places: &mut BTreeSet<i64>) {
        if !naive_phrase(tree, document).is_some_and(|matches| matches.0.contains(&end)) {
            return;
        }
        match tree {
            Query::Word { .. } => {
                places.insert(end);
            }
            Query::Not(_) => {}
            Query::Phrase(operands) => {
                let [(_, left), (distance, right)] = &operands[..] else { panic!() };
                made_of(right, document, end, places);
                let before = end - i64::from(*distance) - width(right, document);
                made_of(left, document, before, places);
            }
            Query::And(operands) | Query::Or(operands) => {
                let widest = operands.iter().map(|operand| width(operand, document)).max();
                for operand in operands {
                    let end = end - widest.unwrap() + width(operand, document);
                    made_of(operand, document, end, places);
                }
            }
        }
    }

    /// Whether what is negated by the definition: it matches everywhere but at some places.
    fn is_negated(tree: &Query) -> bool {
        match tree {
            Query::Word { .. } => false,
            Query::Not(operand) => !is_negated(operand),
            Query::And(operands) => operands.iter().all(is_negated),
            Query::Or(operands) => operands.iter().any(is_negated),
            Query::Phrase(operands) => operands.iter().all(|(_, operand)| is_negated(operand)),
        }
    }

    /// The places of all words that are meant, by the definition.
    fn meant(tree: &Query, document: &Document, places: &mut BTreeSet<i64>) {
        match tree {
            Query::Word { .. } => {
                let found = naive_phrase(tree, document).unwrap().0;
                places.extend(found);
            }
            Query::Not(_) => {}
            Query::And(operands) | Query::Or(operands) => {
                operands.iter().for_each(|operand| meant(operand, document, places));
            }
            Query::Phrase(_) if is_negated(tree) => {}
            Query::Phrase(_) => {
                for end in naive_phrase(tree, document).unwrap().0 {
                    made_of(tree, document, end, places);
                }
            }
        }
    }

    /// The same words as by the definition, a compound only if none of its parts is.
    #[test]
    fn tokens_are_found_where_they_stand() {
        let document = b"one two one";
        assert_eq!(place_of(document, &document[8..], 0), Some(8), "a part");
        assert_eq!(place_of(document, &document[11..], 0), Some(11));
        let copy = |text: &str| text.as_bytes().to_vec();
        assert_eq!(place_of(document, &copy("one"), 0), Some(0), "a copy");
        assert_eq!(place_of(document, &copy("one"), 3), Some(8));
        assert_eq!(place_of(document, &copy("three"), 0), None);
        assert_eq!(place_of(document, &copy("one"), 99), None);
        let far = [vec![b' '; 5000], copy("one")].concat();
        assert_eq!(place_of(&far, &copy("one"), 0), None, "too far");
        assert_eq!(place_of(&far, &copy("one"), 1000), Some(5000));
    }

    #[test]
    fn words_are_those_that_the_query_means() {
        let mut random = Random(101);
        let mut found = 0;
        for _ in 0..30_000 {
            let (tree, text) = (query(&mut random), text(&mut random, 30));
            let mut places = BTreeSet::new();
            meant(&tree, &document(&text), &mut places);
            let tokens = tokens(&text);
            let is_meant = |index: usize| places.contains(&(index as i64 + 1));
            let expected: Vec<Range<usize>> = (0..tokens.len())
                .filter(|index| {
                    let token = &tokens[*index];
                    let mut parts = (index + 1..tokens.len())
                        .take_while(|part| tokens[*part].start < token.end);
                    is_meant(*index) && !parts.any(is_meant)
                })
                .map(|index| tokens[index].clone())
                .collect();
            let remember = random.below(2) == 0;
            let marker = testing::marker(&tree, &text, remember);
            let marks = marker.marks(0..marker.words.len() as u32);
            let marks: Vec<_> =
                marks.iter().map(|mark| mark.start as usize..mark.end as usize).collect();
            assert_eq!(marks, expected, "{tree:?} in {text}");
            found += marks.len();
        }
        assert!(found > 30_000);
    }

    /// Phrases match where [`crate::evaluate`] says, also if a document is seen in small pieces.
    #[test]
    fn phrases_match_where_the_scorer_says() {
        let mut random = Random(103);
        let (mut found, mut pieces) = (0, 0);
        for _ in 0..6_000 {
            let (tree, text) = (query(&mut random), text(&mut random, 200));
            let document = document(&text);
            let bytes = tree.write().unwrap();
            let program = Program::new(TsQuery::new(&bytes).unwrap(), Global);
            let vector = testing::vector(&document);
            let mut scratch = crate::evaluate::Scratch::new(&program, Global);
            let vector = crate::tsvector::TsVector::new(&vector).unwrap();
            let (mut source, mut matches) = scratch.row(&program, vector);
            let marker = testing::marker(&tree, &text, true);
            for term in program.terms() {
                let TermKind::Phrase(phrase) = term.kind else { continue };
                let expected = program.places(phrase, &mut source, &mut matches).unwrap();
                let expected: Vec<u32> =
                    expected.iter().map(|place| u32::from(place.place())).collect();
                for window in [1, 8192] {
                    let mut tree = Tree::new(program.moves(phrase), Global);
                    tree.window = window;
                    let mut matches =
                        Found { ends: VecIn::new_in(Global), marks: VecIn::new_in(Global) };
                    let mut calls = 0;
                    tree.run(&marker.occurrences, marker.position, &mut matches, &mut || {
                        calls += 1
                    });
                    assert_eq!(&*matches.ends, &*expected, "{bytes:?} in {text}");
                    pieces += usize::from(calls > 3);
                }
                found += expected.len();
            }
        }
        assert!(found > 4_000 && pieces > 500);
    }

    /// Places go on where those of a `tsvector` end.
    #[test]
    fn long_documents() {
        let mut random = Random(105);
        let words: Vec<&str> =
            (0..60_000).map(|_| ["a", "b", "c", "d"][random.below(4) as usize]).collect();
        let tree = Query::Phrase(vec![(0, word("a")), (2, word("b")), (40, word("c"))]);
        let marker = testing::marker(&tree, &words.join(" "), true);
        let mut expected = BTreeSet::new();
        for index in 0..words.len() - 42 {
            let places = [index, index + 2, index + 42];
            if places.map(|place| words[place]) == ["a", "b", "c"] {
                expected.extend(places);
            }
        }
        let marks = marker.marks(0..words.len() as u32);
        let marks: Vec<usize> = marks.iter().map(|mark| mark.start as usize / 2).collect();
        assert_eq!(marks, Vec::from_iter(expected));
        assert!(marks.len() > 2000);
    }

    /// What was seen in one document is known in the next, whatever is in it.
    #[test]
    fn memory_makes_no_difference() {
        let mut random = Random(107);
        for _ in 0..100 {
            let tree = query(&mut random);
            let mut kept = testing::marker(&tree, "", true);
            for _ in 0..20 {
                let text = text(&mut random, 60);
                testing::read(&mut kept, &text, true);
                let new = testing::marker(&tree, &text, false);
                assert_eq!(
                    &*kept.spans.iter().map(|s| (s.first, s.last, s.term)).collect::<Vec<_>>(),
                    &*new.spans.iter().map(|s| (s.first, s.last, s.term)).collect::<Vec<_>>()
                );
                let shown = |marker: &Marker<Global>| -> Vec<(u32, Vec<u8>)> {
                    let marks = marker.marks(0..marker.words.len() as u32);
                    let shown = marks.iter().map(|mark| (mark.start, marker.lexeme(mark).to_vec()));
                    shown.collect()
                };
                assert_eq!(shown(&kept), shown(&new));
                if random.below(5) == 0 {
                    kept.forget();
                }
            }
        }
    }

    /// More words than are remembered.
    #[test]
    fn memory_is_bounded() {
        let tree = Query::Word { lexeme: b"9".to_vec(), labels: 0, prefix: true };
        let text: String = (0..100_000).map(|number| format!("{number} ")).collect();
        let mut marker = testing::marker(&tree, &text, true);
        for _ in 0..2 {
            assert_eq!(marker.marks(0..100_000).len(), 11_111);
            assert!(marker.memory.entries.len() <= MAX_REMEMBERED);
            testing::read(&mut marker, &text, true);
        }
    }

    /// Tokens that lie across each other, go back, or lie outside of the text.
    #[test]
    fn strange_tokens_are_no_danger() {
        let mut random = Random(109);
        for _ in 0..20_000 {
            let tree = query(&mut random);
            let bytes = tree.write().unwrap();
            let mut marker = Marker::new(TsQuery::new(&bytes).unwrap(), Global);
            for _ in 0..random.below(12) {
                let lexeme = random.word(2);
                let (start, offset) = (random.below(12) as usize, random.below(3) as u32);
                let positions = random.below(3) as u32;
                marker.word(0, start, &lexeme, [(offset, &*lexeme)], positions, false);
            }
            marker.finish(&mut || ());
            let text = "a b<c>d-a";
            let characters = crate::snippet::Characters::Utf8;
            let options =
                crate::snippet::Options { fragments: 3, max_words: 3, ..Default::default() };
            crate::snippet::snippet(&marker, text.as_bytes(), characters, &options, &mut || ());
            crate::snippet::highlights(&marker, text.as_bytes(), characters, |_| ());
        }
    }

    /// The same word thousands of times, in the document and in a phrase.
    #[test]
    fn repetitions_are_no_danger() {
        let tree = Query::Phrase(vec![(1, word("a")); 1024]);
        let text = "a ".repeat(100_000);
        let marker = testing::marker(&tree, &text, true);
        assert_eq!(marker.marks(0..100_000).len(), 100_000);
        let tree = Query::Phrase(vec![(16_384, word("a")); 3]);
        assert_eq!(testing::marker(&tree, &text, true).marks(0..100_000).len(), 0);
    }
}
