//! What a person typed as a `tsquery`.
//!
//! The crate takes it apart and puts it together; here it meets the words of a text search configuration
//! and, for typos and prefixes, of a corpus. Each place in a plan keeps its last query.

use core::convert::Infallible;

use pgrx::pg_sys::{Datum, Oid};
use search::{
    parse::parse,
    resolve::{Dictionary, Lexeme, Match, resolve},
    tsquery,
};

use crate::{
    error,
    pg::{
        Call, Configuration, ContextAllocator, Lexizer, Moment, copy_varlena, lower, pg_function,
        text,
    },
};

/// The words of a configuration.
struct Words {
    configuration: Configuration,
}

impl Dictionary for Words {
    type Error = Infallible;

    fn lexize(&mut self, text: &[u8], lexemes: &mut Vec<Lexeme>) -> Result<u32, Infallible> {
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
        false
    }

    fn fold(&mut self, word: &[u8]) -> Result<Vec<u8>, Infallible> {
        Ok(lower(word))
    }

    fn similar(&mut self, _: &[u8], _: u8) -> Result<Vec<Vec<u8>>, Infallible> {
        Ok(Vec::new())
    }

    fn completions(&mut self, _: &[u8]) -> Result<Vec<Vec<u8>>, Infallible> {
        Ok(Vec::new())
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
enum Name<'n> {
    Current,
    Oid(Oid),
    Text(&'n [u8]),
}

/// The query for a text, kept by the place in the plan that asks.
fn search_query(call: Call, name: Name<'_>, query: &[u8], word: &[u8]) -> Datum {
    // The setting may change between two calls; a name stands for the same within one snapshot.
    let (tag, name_bytes) = match &name {
        Name::Current => (0, &Configuration::current().to_u32().to_ne_bytes()[..]),
        Name::Oid(oid) => (1, &oid.to_u32().to_ne_bytes()[..]),
        Name::Text(text) => (2, *text),
    };
    let moment = Moment::now();
    let [a, b, c] = moment.parts();
    let kept = call.remembered(&[query, word, &[tag], name_bytes, a, b, c], |memory| {
        let matching = matching(word);
        let oid = match name {
            Name::Current => Configuration::current(),
            Name::Oid(oid) => oid,
            Name::Text(text) => Configuration::named(text),
        };
        let mut words = Words { configuration: Configuration::new(oid) };
        let Ok(node) = resolve(parse(query), matching, &mut words);
        let written = match node {
            None => tsquery::empty(),
            Some(node) => node.write().unwrap_or_else(|_| error::query_too_large()),
        };
        memory.within(|| text(&written))
    });
    copy_varlena(*kept, ContextAllocator::current())
}

pg_function! {
    /// `(query text) → tsquery`
    fn search_query_current(call) {
        search_query(call, Name::Current, call.bytes(0), b"any")
    }
}

pg_function! {
    /// `(config regconfig, query text, match text) → tsquery`
    fn search_query_by_oid(call) {
        search_query(call, Name::Oid(Oid::from(call.value(0).value() as u32)), call.bytes(1), call.bytes(2))
    }
}

pg_function! {
    /// `(config text, query text, match text) → tsquery`
    fn search_query_by_name(call) {
        search_query(call, Name::Text(call.bytes(0)), call.bytes(1), call.bytes(2))
    }
}
