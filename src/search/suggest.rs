//! What was meant, and what may come next, by the words of a corpus.
//!
//! Invariants: words are folded as those of the vocabulary are; only words that it has are given. Without
//! a vocabulary there is nothing to suggest, and a query stays as it is. Results lie in the context of
//! the call series, since what is in it is never dropped.

use core::convert::Infallible;

use allocator_api2::vec::Vec as VecIn;
use pgrx::pg_sys::{Datum, Oid};
use search::{
    marking::place_of,
    suggest::{correct, suggest},
    vocabulary::{Vocabulary, Word},
};

use super::{
    collect::WORDS,
    statistics::{Bytes, Statistics},
};
use crate::{
    error,
    pg::{Call, ContextAllocator, Row, Rows, Tokens, lower, next_row, pg_function, text},
};

/// The most words of one answer.
const MAX_WORDS: u32 = 10_000;

/// The vocabulary of the statistics that are the first argument.
///
/// # Safety
/// It is a regclass, not NULL.
unsafe fn vocabulary(call: Call) -> Option<Vocabulary<Bytes>> {
    // SAFETY: as ours.
    Statistics::open(Oid::from(unsafe { call.value(0) }.value() as u32)).vocabulary()
}

/// Rows of `N` columns, made of the words that `find` finds for the folded second argument, at most as
/// many as the third says.
///
/// # Safety
/// The arguments are `(stats regclass, word text, n integer)`, not NULL; SQL declares the columns.
unsafe fn words<const N: usize>(
    call: Call,
    find: impl FnOnce(&Vocabulary<Bytes>, &[u8], usize) -> Vec<Word>,
    columns: impl Fn(&Word) -> [Datum; N],
) -> Datum {
    let make = || {
        let memory = ContextAllocator::current();
        let row = Row::of(call);
        let mut values = VecIn::new_in(memory);
        // SAFETY: as ours.
        let (word, n) = unsafe { (call.bytes(1), call.value(2).value() as i32) };
        let limit = match u32::try_from(n) {
            Ok(limit @ 1..=MAX_WORDS) => limit as usize,
            _ => error::bad_count(n, MAX_WORDS),
        };
        // SAFETY: as ours.
        if let Some(vocabulary) = unsafe { vocabulary(call) } {
            values.extend(find(&vocabulary, &lower(word), limit).iter().map(columns));
        }
        Some(Rows::new(memory, values.into_iter().map(move |values| row.form(values.map(Some)))))
    };
    // SAFETY: as ours.
    unsafe { next_row(call, make) }
}

pg_function! {
    /// `(stats regclass, word text, n integer) → SETOF (word text, distance integer, documents bigint)`
    fn search_suggest(call) {
        words(call, suggest, |word| {
            let distance = i32::from(word.distance);
            [text(&word.text), Datum::from(distance), Datum::from(word.frequency)]
        })
    }
}

pg_function! {
    /// `(stats regclass, prefix text, n integer) → SETOF (word text, documents bigint)`
    fn search_complete(call) {
        words(call, Vocabulary::completions, |word| [text(&word.text), Datum::from(word.frequency)])
    }
}

pg_function! {
    /// `(stats regclass, query text) → text`
    fn search_correct(call) {
        let query = call.bytes(1);
        let Some(vocabulary) = vocabulary(call) else { return text(query) };
        let words = |part: &[u8]| -> Result<_, Infallible> {
            let tokens = Tokens::by_default(part).filter(|token| WORDS.contains(&token.kind));
            let place = |token: &[u8]| {
                let start = place_of(part, token, 0)?;
                Some((start..start + token.len(), lower(token)))
            };
            Ok(tokens.filter_map(|token| place(token.text)).collect())
        };
        let Ok(corrected) = correct(&vocabulary, query, words);
        text(&corrected)
    }
}
