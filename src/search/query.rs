//! What a person typed as a `tsquery`.
//!
//! The crate takes it apart and puts it together; here it meets the words of a text search configuration
//! and, for typos and prefixes, of a corpus. Each place in a plan keeps its last query.

use core::{cell::OnceCell, convert::Infallible};

use pgrx::{
    check_for_interrupts,
    pg_sys::{Datum, Oid},
};
use search::{
    parse::parse,
    resolve::{Dictionary, Lexeme, MAX_EXPANSIONS, Match, resolve},
    tsquery,
    vocabulary::{Vocabulary, Word},
};

use super::statistics::{Bytes, Statistics};
use crate::{
    error,
    pg::{
        Call, Configuration, ContextAllocator, Lexizer, Moment, copy_varlena, generation, lower,
        pg_function, text,
    },
};

/// A word that is so many times rarer than the most frequent similar one was hardly meant, and what it
/// adds to the score, as a rare word, hides what was.
const RARER: u64 = 20;

/// The words of a configuration, and of a corpus.
struct Words {
    configuration: Configuration,
    statistics: Option<Statistics>,
    /// That of the statistics, once it was asked for.
    vocabulary: OnceCell<Option<Vocabulary<Bytes>>>,
}

impl Words {
    fn vocabulary(&self) -> Option<&Vocabulary<Bytes>> {
        self.vocabulary
            .get_or_init(|| self.statistics.as_ref().and_then(Statistics::vocabulary))
            .as_ref()
    }

    /// Words of the vocabulary, if there is one.
    fn of_corpus(&self, ask: impl FnOnce(&Vocabulary<Bytes>) -> Vec<Word>) -> Vec<Vec<u8>> {
        let words = self.vocabulary().map(ask).unwrap_or_default();
        words.into_iter().map(|word| word.text).collect()
    }
}

impl Dictionary for Words {
    type Error = Infallible;

    fn lexize(&mut self, text: &[u8], lexemes: &mut Vec<Lexeme>) -> Result<u32, Infallible> {
        // Thousands of words with typos take seconds.
        check_for_interrupts!();
        let mut lexizer = Lexizer::new(self.configuration);
        let mut position = 0;
        for token in self.configuration.tokens(text).map(Some).chain([None]) {
            lexizer.show(token, |lexized| {
                let Some(found) = lexized.lexemes else { return };
                position += 1;
                for lexeme in found {
                    position += u32::from(lexeme.is_behind());
                    lexemes.push(Lexeme {
                        position,
                        variant: lexeme.variant,
                        prefix: lexeme.is_prefix(),
                        text: lexeme.text().to_vec(),
                    });
                }
            });
        }
        Ok(position)
    }

    fn has_vocabulary(&self) -> bool {
        self.vocabulary().is_some()
    }

    fn fold(&mut self, word: &[u8]) -> Result<Vec<u8>, Infallible> {
        Ok(lower(word))
    }

    fn similar(&mut self, word: &[u8], typos: u8) -> Result<Vec<Vec<u8>>, Infallible> {
        Ok(self.of_corpus(|vocabulary| {
            if vocabulary.frequency(word).is_some() {
                return Vec::new();
            }
            let mut words = vocabulary.similar(word, typos, MAX_EXPANSIONS);
            let most = words.first().map_or(0, |word| word.frequency);
            words.retain(|word| word.frequency.saturating_mul(RARER) >= most);
            words
        }))
    }

    fn completions(&mut self, prefix: &[u8]) -> Result<Vec<Vec<u8>>, Infallible> {
        Ok(self.of_corpus(|vocabulary| vocabulary.completions(prefix, MAX_EXPANSIONS)))
    }
}

/// How words side by side belong together.
fn matching(word: &[u8]) -> Match {
    match word {
        b"any" => Match::Any,
        b"all" => Match::All,
        b"prefix" => Match::Prefix,
        other => error::bad_match(&String::from_utf8_lossy(other)),
    }
}

/// The configuration of a call.
#[derive(Clone, Copy)]
enum Name<'n> {
    Current,
    Oid(Oid),
    Text(&'n [u8]),
}

/// The query for a text, kept by the place in the plan that asks.
fn search_query(
    call: Call,
    name: Name<'_>,
    query: &[u8],
    word: &[u8],
    table: Option<Oid>,
) -> Datum {
    let number = |oid: Oid| oid.to_u32().to_ne_bytes();
    // The setting may change between two calls, and what dictionaries know; a name stands for the same
    // within one snapshot.
    let (oid, text_name): (Oid, &[u8]) = match name {
        Name::Current => (Configuration::current(), &[]),
        Name::Oid(oid) => (oid, &[]),
        Name::Text(text) => (Oid::INVALID, text),
    };
    let numbers = [number(oid), number(table.unwrap_or(Oid::INVALID))];
    let dictionaries = generation().to_ne_bytes();
    let moment = Moment::now();
    let [who, running, below] = moment.parts();
    let parts =
        [query, word, text_name, numbers.as_flattened(), &dictionaries, who, running, below];
    let kept = call.remembered(&parts, |memory| {
        let matching = matching(word);
        let oid = if let Name::Text(text) = name { Configuration::named(text) } else { oid };
        let configuration = Configuration::new(oid);
        let mut words = Words {
            configuration,
            statistics: table.map(Statistics::open),
            vocabulary: OnceCell::new(),
        };
        let Ok(node) = resolve(parse(query), matching, &mut words);
        let written = node.map_or_else(tsquery::empty, |node| {
            node.write().unwrap_or_else(|_| error::query_too_large())
        });
        memory.within(|| text(written))
    });
    copy_varlena(*kept, ContextAllocator::current())
}

/// # Safety
/// Argument `n` of the call is an OID.
unsafe fn oid(call: Call, n: usize) -> Oid {
    // SAFETY: as ours.
    Oid::from(unsafe { call.value(n) }.value() as u32)
}

pg_function! {
    /// `(query text) → tsquery`
    fn search_query_current(call) {
        search_query(call, Name::Current, call.bytes(0), b"any", None)
    }
}

pg_function! {
    /// `(config regconfig, query text, match text) → tsquery`
    fn search_query_by_oid(call) {
        search_query(call, Name::Oid(oid(call, 0)), call.bytes(1), call.bytes(2), None)
    }
}

pg_function! {
    /// `(config text, query text, match text) → tsquery`
    fn search_query_by_name(call) {
        search_query(call, Name::Text(call.bytes(0)), call.bytes(1), call.bytes(2), None)
    }
}

pg_function! {
    /// `(config regconfig, query text, match text, stats regclass) → tsquery`
    fn search_query_by_oid_stats(call) {
        let table = Some(oid(call, 3));
        search_query(call, Name::Oid(oid(call, 0)), call.bytes(1), call.bytes(2), table)
    }
}

pg_function! {
    /// `(config text, query text, match text, stats regclass) → tsquery`
    fn search_query_by_name_stats(call) {
        let table = Some(oid(call, 3));
        search_query(call, Name::Text(call.bytes(0)), call.bytes(1), call.bytes(2), table)
    }
}
