//! Counting documents: an aggregate over `tsvector`s and texts, also in parallel.
//!
//! Invariants:
//! * A document is a row whose `tsvector` is not NULL. Its texts belong to it; NULL among them is none.
//! * A state lies in the aggregate's memory context and is never dropped. One that has arrived from
//!   another process borrows the bytes in which it came, and is combined with another at once.
//! * Serialized states and the result are of one form: version, totals, lexemes, words. In the result
//!   both lists are in ascending order.

use intervals::wire::{Malformed, Reader, Writer};
use pgrx::pg_sys::Datum;
use search::{
    counts::{Collection, Counts},
    statistics::Totals,
    tsvector::TsVector,
};

use crate::{
    error,
    pg::{self, Call, ContextAllocator, Tokens, Varlena, lower, pg_function},
};

/// First byte of a serialized state; another form would be another number.
const VERSION: u8 = 1;

/// The longest word of a vocabulary, in bytes.
const MAX_WORD: usize = 255;

/// The kinds of tokens of the default parser that are words: `asciiword`, `word`, `numword`, and the
/// parts of compounds, `hword_numpart`, `hword_part`, `hword_asciipart`.
pub(super) const WORDS: [u32; 6] = [1, 2, 3, 9, 10, 11];

/// Documents that are counted.
pub(super) struct Counted {
    pub(super) collection: Collection<ContextAllocator>,
    /// Whether capital letters of ASCII become small ones of ASCII (in Turkish I does not).
    plain: bool,
    /// A state that has arrived, still as it travelled.
    arrived: Option<Reader<'static>>,
}

impl Counted {
    pub(super) fn new(memory: ContextAllocator) -> Self {
        const CAPITALS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        let plain = lower(CAPITALS) == CAPITALS.to_ascii_lowercase();
        Self { collection: Collection::new_in(memory), plain, arrived: None }
    }

    /// Counts a document, or with `sign` -1 one that goes.
    ///
    /// # Safety
    /// `document` is a `tsvector`, `texts` are of type text.
    pub(super) unsafe fn add(
        &mut self,
        document: Datum,
        texts: impl Iterator<Item = Option<Datum>>,
        sign: i64,
    ) {
        // SAFETY: as ours; both stay where they are for the moment.
        unsafe {
            let document = Varlena::new(document);
            let added = TsVector::new(pg::bytes(document))
                .and_then(|document| self.collection.add(document, sign));
            if added.is_err() {
                error::malformed_tsvector();
            }
            for text in texts.flatten() {
                self.add_words(pg::bytes(Varlena::new(text)), sign);
            }
        }
    }

    fn add_words(&mut self, text: &[u8], sign: i64) {
        for token in Tokens::by_default(text) {
            if !WORDS.contains(&token.kind) {
                continue;
            }
            if self.plain && token.text.is_ascii() {
                let mut word = [0; MAX_WORD];
                let Some(word) = word.get_mut(..token.text.len()) else { continue };
                word.copy_from_slice(token.text);
                word.make_ascii_lowercase();
                self.collection.add_word(word, sign);
            } else {
                let word = lower(token.text);
                if word.len() <= MAX_WORD {
                    self.collection.add_word(&word, sign);
                }
            }
        }
    }

    /// Adds all that another state has counted.
    fn absorb(&mut self, other: &Self) {
        let to = &mut self.collection;
        match other.arrived {
            Some(reader) => {
                let read = read(reader, |part| match part {
                    Part::Totals(totals) => to.totals = to.totals.plus(totals),
                    Part::Lexeme(lexeme, count) => to.lexemes.add(lexeme, count),
                    Part::Word(word, count) => to.words.add(word, count),
                });
                if read.is_err() {
                    error::malformed_counts();
                }
            }
            None => {
                to.totals = to.totals.plus(other.collection.totals);
                let both = [
                    (&mut to.lexemes, &other.collection.lexemes),
                    (&mut to.words, &other.collection.words),
                ];
                for (to, from) in both {
                    for (word, count) in from.iter() {
                        to.add(word, count);
                        pgrx::check_for_interrupts!();
                    }
                }
            }
        }
    }

    fn write(&self) -> Datum {
        let collection = &self.collection;
        let size = |counts: &Counts<_>| counts.size() + counts.len() * 8;
        let size = 64 + size(&collection.lexemes) + size(&collection.words);
        let mut writer = Writer::with_capacity_in(size, ContextAllocator::current());
        writer.raw(&[0; 4]);
        writer.u8(VERSION);
        writer.u64(collection.totals.documents as u64);
        collection.totals.lengths.iter().for_each(|length| writer.u64(*length as u64));
        for counts in [&collection.lexemes, &collection.words] {
            writer.count(counts.len() as u64);
            for (word, count) in counts.iter() {
                writer.bytes(word);
                writer.count(count as u64);
                pgrx::check_for_interrupts!();
            }
        }
        pg::bytea(writer)
    }
}

/// A part of what was counted.
pub(super) enum Part<'a> {
    Totals(Totals),
    Lexeme(&'a [u8], i64),
    Word(&'a [u8], i64),
}

/// Calls `each` with the parts of a serialized state, behind its version: the totals, all lexemes, all
/// words.
pub(super) fn read<'a>(
    mut reader: Reader<'a>,
    mut each: impl FnMut(Part<'a>),
) -> Result<(), Malformed> {
    let documents = reader.u64()? as i64;
    let mut lengths = [0; 4];
    for length in &mut lengths {
        *length = reader.u64()? as i64;
    }
    each(Part::Totals(Totals { documents, lengths }));
    for part in [Part::Lexeme, Part::Word] {
        for _ in 0..reader.items()? {
            let word = reader.bytes()?;
            each(part(word, i64::try_from(reader.count()?).map_err(|_| Malformed)?));
            pgrx::check_for_interrupts!();
        }
    }
    reader.finish()
}

/// A reader of a serialized state, behind its version.
///
/// # Safety
/// `state` is a bytea that lives as long as what is read.
pub(super) unsafe fn reader<'a>(state: Datum) -> Reader<'a> {
    // SAFETY: as ours.
    let mut reader = Reader::new(unsafe { pg::bytes(Varlena::new(state)) });
    if reader.u8() != Ok(VERSION) {
        error::malformed_counts();
    }
    reader
}

/// The state as it was; NULL stays NULL.
fn unchanged(call: Call, state: *mut Counted) -> Datum {
    if state.is_null() { call.null() } else { Datum::from(state) }
}

/// The state, made if there is none.
fn present(call: Call, state: *mut Counted) -> *mut Counted {
    if !state.is_null() {
        return state;
    }
    let memory = call.aggregate_memory();
    memory.put(Counted::new(memory))
}

pg_function! {
    /// `(internal, tsvector [, texts]) → internal`
    fn search_corpus_transition(call) {
        let state: *mut Counted = call.pointer(0);
        let Some(document) = call.argument(1) else { return unchanged(call, state) };
        let texts = 2..call.arguments();
        // SQL can only declare them as "any".
        let is_text = |n| call.argument_type(n as i32) == pgrx::pg_sys::TEXTOID;
        if state.is_null() && !texts.clone().all(is_text) {
            error::not_a_text();
        }
        let state = present(call, state);
        (*state).add(document, texts.map(|n| call.argument(n)), 1);
        Datum::from(state)
    }
}

pg_function! {
    /// `(internal, internal) → internal`
    fn search_corpus_combine(call) {
        let (to, from): (*mut Counted, *mut Counted) = (call.pointer(0), call.pointer(1));
        if from.is_null() {
            return unchanged(call, to);
        }
        let to = present(call, to);
        (*to).absorb(&*from);
        Datum::from(to)
    }
}

pg_function! {
    /// `(internal) → bytea`
    fn search_corpus_serialize(call) {
        let state: *mut Counted = call.pointer(0);
        (*state).write()
    }
}

pg_function! {
    /// `(bytea, internal) → internal`
    fn search_corpus_deserialize(call) {
        // Only in an aggregate; the state itself is for combining at once, then it may go.
        call.aggregate_memory();
        let memory = ContextAllocator::current();
        let mut state = Counted::new(memory);
        state.arrived = Some(reader(call.value(0)));
        Datum::from(memory.put(state))
    }
}

pg_function! {
    /// `(internal) → bytea`: both lists in ascending order.
    fn search_corpus_final(call) {
        let state: *mut Counted = call.pointer(0);
        if state.is_null() {
            return call.null();
        }
        (*state).collection.lexemes.sort(|| {
            pgrx::check_for_interrupts!();
        });
        (*state).collection.words.sort(|| {
            pgrx::check_for_interrupts!();
        });
        (*state).write()
    }
}
