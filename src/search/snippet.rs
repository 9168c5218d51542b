//! Snippets: the passages of a text that say why a query has found it, and its words.
//!
//! Invariants:
//! * A place in a plan keeps its query with the words that it has met ([`Marker`]), for one
//!   configuration and as long as the [`generation`] of dictionaries is the same. An error may come at
//!   any time; [`Marker::begin`] puts right what it left half done.
//! * What dictionaries allocate lies in memory of its own, emptied every [`BATCH`] words, so that a
//!   document of any length takes the room of its words' places and no more.
//! * Words that no configuration asks about (spaces, tags) are none.

use allocator_api2::vec::Vec as VecIn;
use pgrx::{
    check_for_interrupts,
    pg_sys::{self, Datum, Oid},
};
use search::{
    marking::{Marker, place_of},
    snippet::{Characters, MAX_FRAGMENTS, Options, Value, highlights, passages, snippet},
    tsquery::TsQuery,
};

use crate::{
    error,
    pg::{
        Call, Configuration, ContextAllocator, JsonValue, Lexized, Lexizer, Round, Row, Rows,
        float, generation, is_utf8, json_object, next_row, pg_function, scaled, shown, text,
        text_array,
    },
};

/// Words after which the memory of dictionaries is emptied.
const BATCH: usize = 64;

/// Tokens after which a cancel is looked for.
const PAUSE: usize = 1024;

/// Bytes of the largest text.
const MAX_TEXT: usize = 0x3fff_ffff - 4;

fn pause() {
    check_for_interrupts!();
}

/// Runs `work` with what a character is in this database.
fn with_characters<T>(work: impl FnOnce(Characters<'_>) -> T) -> T {
    // SAFETY: both read a setting of the database.
    let (encoding, longest) =
        unsafe { (pg_sys::GetDatabaseEncoding(), pg_sys::pg_database_encoding_max_length()) };
    if is_utf8() {
        work(Characters::Utf8)
    } else if longest == 1 {
        work(Characters::Bytes)
    } else {
        // SAFETY: there is a byte; in encodings of a server it tells the length.
        let length = |rest: &[u8]| unsafe {
            pg_sys::pg_encoding_mblen(encoding, rest.as_ptr().cast()).max(1) as usize
        };
        work(Characters::Other(&length))
    }
}

/// A query and memory for dictionaries.
struct Search {
    marker: Marker<ContextAllocator>,
    scratch: ContextAllocator,
}

impl Search {
    fn new(query: &[u8], memory: ContextAllocator) -> Self {
        let Ok(query) = TsQuery::new(query) else { error::corrupt_tsquery() };
        let scratch = memory.child(c"rangerank dictionaries");
        Self { marker: Marker::new(query, memory), scratch }
    }

    /// Reads a document: which words of it are meant.
    fn read(&mut self, configuration: Configuration, document: &[u8]) {
        let Self { marker, scratch } = self;
        marker.begin();
        let mut lexizer = Lexizer::new(configuration);
        // Where the last token ends.
        let mut after = 0;
        let mut asked = 0;
        for (number, token) in configuration.tokens(document).enumerate() {
            if number % PAUSE == 0 {
                pause();
            }
            if !configuration.knows(token.kind) {
                continue;
            }
            let waited = lexizer.is_waiting();
            if !waited
                && let Some(start) = place_of(document, token.text, after)
                && marker.seen(token.kind, start, token.text)
            {
                after = start + token.text.len();
                continue;
            }
            // What follows a token that a dictionary waits behind may change what it stands for.
            let mut alone = !waited;
            scratch.within(|| {
                lexizer.show(Some(token), |lexized| {
                    word(marker, document, &mut after, &lexized, alone);
                    alone = false;
                });
            });
            asked += 1;
            if asked % BATCH == 0 && !lexizer.is_waiting() {
                // SAFETY: no answer of a dictionary is waited for.
                unsafe { scratch.reset() };
            }
        }
        scratch.within(|| {
            lexizer.show(None, |lexized| word(marker, document, &mut after, &lexized, false));
        });
        // SAFETY: the document is at its end.
        unsafe { scratch.reset() };
        marker.finish(&mut pause);
    }
}

/// Gives tokens that were decided on to the marker; `alone` if nothing but themselves decided.
fn word(
    marker: &mut Marker<ContextAllocator>,
    document: &[u8],
    after: &mut usize,
    lexized: &Lexized<'_, '_>,
    alone: bool,
) {
    // A token that is not in the document has its lexemes, but nothing that could be marked.
    let mut place = |token: &[u8]| match place_of(document, token, *after) {
        Some(start) => {
            *after = start + token.len();
            (start, *after, alone)
        }
        None => (*after, *after, false),
    };
    for token in lexized.unknown {
        let (start, end, remember) = place(token.text);
        marker.word(token.kind, start, &document[start..end], [], 0, remember);
    }
    let Some(lexemes) = lexized.lexemes else { return };
    let mut behind = 0;
    let lexemes = lexemes.map(|lexeme| {
        behind += u32::from(lexeme.is_behind());
        (behind, lexeme.text())
    });
    let lexemes: Vec<(u32, &[u8])> = lexemes.collect();
    for (index, token) in lexized.tokens.iter().enumerate() {
        let (start, end, remember) = place(token.text);
        let last = index + 1 == lexized.tokens.len();
        let positions = if last { 1 + behind } else { 0 };
        let text = &document[start..end];
        marker.word(token.kind, start, text, lexemes.iter().copied(), positions, remember);
    }
}

/// The options in argument `n`, if there is one.
///
/// # Safety
/// It is a jsonb, not NULL.
unsafe fn options(call: Call, n: usize) -> Options {
    let mut options = Options::default();
    if n < call.arguments() {
        // SAFETY: as ours.
        let Some(members) = (unsafe { json_object(call.value(n)) }) else {
            error::options_not_object()
        };
        for (name, value) in members {
            let value = match value {
                // As if it was not there, which is what a parameter that is NULL comes to.
                JsonValue::Null
                    if search::snippet::OPTIONS.iter().any(|known| known.as_bytes() == name) =>
                {
                    continue;
                }
                JsonValue::Text(text) => Value::Text(text),
                JsonValue::Number(number) => match scaled(number, 0, Round::Down) {
                    Some((whole, true)) => Value::Integer(whole),
                    Some(_) => Value::Other,
                    None => Value::Integer(if float(number) > 0.0 { i64::MAX } else { i64::MIN }),
                },
                JsonValue::Null | JsonValue::Other => Value::Other,
            };
            if let Err(reason) = options.set(name, value) {
                error::bad_option(&shown(name), &reason);
            }
        }
        if let Err(reason) = options.check() {
            error::bad_option("min_words", &reason);
        }
    }
    options
}

/// The text that is argument `n`, read for the query behind it.
///
/// # Safety
/// They are a text and a tsquery, not NULL.
unsafe fn read<'a>(
    call: Call,
    configuration: Oid,
    n: usize,
) -> (&'a Marker<ContextAllocator>, &'a [u8]) {
    // SAFETY: as ours.
    let (document, query) = unsafe { (call.bytes(n), call.bytes(n + 1)) };
    let (oid, generation) = (configuration.to_u32().to_ne_bytes(), generation().to_ne_bytes());
    let search = call.remembered(&[query, &oid, &generation], |memory| Search::new(query, memory));
    search.read(Configuration::new(configuration), document);
    (&search.marker, document)
}

/// `(…, document text, query tsquery [, options jsonb]) → text`; the document is argument `n`.
///
/// # Safety
/// The arguments are these, not NULL.
unsafe fn search_snippet(call: Call, configuration: Oid, n: usize) -> Datum {
    // SAFETY: as ours.
    let (options, (marker, document)) =
        unsafe { (options(call, n + 2), read(call, configuration, n)) };
    let shown =
        with_characters(|characters| snippet(marker, document, characters, &options, &mut pause));
    if shown.len() > MAX_TEXT {
        error::snippet_too_large();
    }
    text(&shown)
}

/// `(…, document text, query tsquery, n integer [, options jsonb]) → text[]`; the document is argument
/// `n`.
///
/// # Safety
/// The arguments are these, not NULL.
unsafe fn search_snippets(call: Call, configuration: Oid, n: usize) -> Datum {
    // SAFETY: as ours.
    let (count, mut options) = unsafe { (call.value(n + 2).value() as i32, options(call, n + 3)) };
    options.fragments = match u32::try_from(count) {
        Ok(count @ 1..=MAX_FRAGMENTS) => count,
        _ => error::bad_count(count, MAX_FRAGMENTS),
    };
    // SAFETY: as ours.
    let (marker, document) = unsafe { read(call, configuration, n) };
    let mut texts = VecIn::new_in(ContextAllocator::current());
    with_characters(|characters| {
        passages(marker, document, characters, &options, &mut pause, |passage| {
            if passage.len() > MAX_TEXT {
                error::snippet_too_large();
            }
            texts.push(text(passage));
        });
    });
    text_array(&texts)
}

/// `(…, document text, query tsquery) → SETOF (start integer, length integer, lexeme text)`; the
/// document is argument `n`.
///
/// # Safety
/// The arguments are these, not NULL.
unsafe fn search_highlights(call: Call, configuration: impl FnOnce() -> Oid, n: usize) -> Datum {
    let make = || {
        let memory = ContextAllocator::current();
        let row = Row::of(call);
        let work = memory.child(c"rangerank highlights");
        // Start, length, and where the lexeme ends among all.
        let mut words = VecIn::new_in(memory);
        let mut lexemes = VecIn::new_in(memory);
        work.within(|| {
            // SAFETY: as ours; the context is deleted when neither is used any more, and what lies
            // in it is never dropped.
            let (search, document) =
                unsafe { (&mut *work.put(Search::new(call.bytes(n + 1), work)), call.bytes(n)) };
            search.read(Configuration::new(configuration()), document);
            with_characters(|characters| {
                highlights(&search.marker, document, characters, |word| {
                    lexemes.extend_from_slice(word.lexeme);
                    words.push((word.start as i32, word.length as i32, lexemes.len()));
                });
            });
        });
        // SAFETY: as above.
        unsafe { work.delete() };
        let mut from = 0;
        let rows = words.into_iter().map(move |(start, length, to)| {
            let lexeme = &lexemes[from..to];
            from = to;
            row.form([Datum::from(start), Datum::from(length), text(lexeme)].map(Some))
        });
        Some(Rows::new(memory, rows))
    };
    // SAFETY: SQL declares these columns.
    unsafe { next_row(call, make) }
}

pg_function! {
    /// `(document text, query tsquery [, options jsonb]) → text`
    fn search_snippet_current(call) { search_snippet(call, Configuration::current(), 0) }
}
pg_function! {
    /// `(config regconfig, document text, query tsquery [, options jsonb]) → text`
    fn search_snippet_by_oid(call) { search_snippet(call, configuration_of(call), 1) }
}
pg_function! {
    /// `(config text, document text, query tsquery [, options jsonb]) → text`
    fn search_snippet_by_name(call) {
        search_snippet(call, Configuration::named(call.bytes(0)), 1)
    }
}
pg_function! {
    /// `(document text, query tsquery, n integer [, options jsonb]) → text[]`
    fn search_snippets_current(call) { search_snippets(call, Configuration::current(), 0) }
}
pg_function! {
    /// `(config regconfig, document text, query tsquery, n integer [, options jsonb]) → text[]`
    fn search_snippets_by_oid(call) { search_snippets(call, configuration_of(call), 1) }
}
pg_function! {
    /// `(config text, document text, query tsquery, n integer [, options jsonb]) → text[]`
    fn search_snippets_by_name(call) {
        search_snippets(call, Configuration::named(call.bytes(0)), 1)
    }
}
pg_function! {
    /// `(document text, query tsquery) → SETOF record`
    fn search_highlights_current(call) { search_highlights(call, Configuration::current, 0) }
}
pg_function! {
    /// `(config regconfig, document text, query tsquery) → SETOF record`
    fn search_highlights_by_oid(call) {
        search_highlights(call, || configuration_of(call), 1)
    }
}
pg_function! {
    /// `(config text, document text, query tsquery) → SETOF record`
    fn search_highlights_by_name(call) {
        search_highlights(call, || Configuration::named(call.bytes(0)), 1)
    }
}

/// The configuration that is the first argument.
///
/// # Safety
/// It is a regconfig, not NULL.
unsafe fn configuration_of(call: Call) -> Oid {
    // SAFETY: as ours.
    Oid::from(unsafe { call.value(0) }.value() as u32)
}
