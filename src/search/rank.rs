//! BM25: the query with its numbers, and the scores of documents.
//!
//! A value of type `bm25query` is the bytes that `search::bm25::write` writes. A place in a plan takes
//! its query apart once (`Call::remembered`), so that a row costs a comparison and the score itself.

use pgrx::pg_sys::{self, Datum, Oid};
use search::{
    bm25::{self, Bm25Query, InvalidParameter, Numbers, Parameters, Scorer},
    evaluate::Program,
    tsquery::{self, TsQuery},
    tsvector::TsVector,
};

use super::statistics::Statistics;
use crate::{
    error,
    pg::{
        self, Call, ContextAllocator, Moment, Row, Rows, Varlena, copy_varlena, next_row,
        pg_function,
    },
};

/// A `tsvector` over the bytes of a value.
fn document(bytes: &[u8]) -> TsVector<'_> {
    TsVector::new(bytes).unwrap_or_else(|_| error::corrupt_tsvector())
}

/// A `tsquery` over the bytes of a value.
fn query(bytes: &[u8]) -> TsQuery<'_> {
    TsQuery::new(bytes).unwrap_or_else(|_| error::corrupt_tsquery())
}

/// A `bm25query` over the bytes of a value.
fn bm25query(bytes: &[u8]) -> Bm25Query<'_> {
    Bm25Query::new(bytes).unwrap_or_else(|_| error::corrupt_bm25query())
}

fn scorer(query: &Bm25Query<'_>, memory: ContextAllocator) -> Scorer<ContextAllocator> {
    Scorer::new(query, memory).unwrap_or_else(|_| error::corrupt_bm25query())
}

fn score(scorer: &mut Scorer<ContextAllocator>, bytes: &[u8]) -> Datum {
    let score = scorer.score(document(bytes)).unwrap_or_else(|_| error::corrupt_tsvector());
    Datum::from(score.to_bits())
}

/// Arguments `from..` of a call: k1, b, weights.
///
/// # Safety
/// They are two `float8` and an array of `float8`, none of them NULL.
unsafe fn parameters(call: Call, from: usize) -> Parameters {
    // SAFETY: as ours.
    let (k1, b, weights) = unsafe {
        let float = |n| f64::from_bits(call.value(n).value() as u64);
        (float(from), float(from + 1), pg::float8_array(call.value(from + 2)))
    };
    let weights = weights.unwrap_or_else(|| error::bad_weights());
    let parameters = Parameters { k1, b, weights };
    match parameters.check() {
        Ok(()) => parameters,
        Err(InvalidParameter::K1) => error::bad_k1(k1),
        Err(InvalidParameter::B) => error::bad_b(b),
        Err(InvalidParameter::Weight) => error::bad_weights(),
    }
}

/// The bytes of the query with the numbers of a corpus.
fn fill(bytes: &[u8], parameters: &Parameters, statistics: &Statistics) -> Vec<u8> {
    let program = Program::new(query(bytes), ContextAllocator::current());
    let mut frequencies = vec![0; program.leaves()];
    let scored = |leaf: &usize| program.is_scored(*leaf);
    let words: Vec<usize> =
        (0..program.leaves()).filter(scored).filter(|leaf| !program.leaf(*leaf).prefix).collect();
    let lexemes: Vec<&[u8]> = words.iter().map(|leaf| program.leaf(*leaf).lexeme).collect();
    for (leaf, frequency) in words.into_iter().zip(statistics.frequencies(&lexemes)) {
        frequencies[leaf] = frequency;
    }
    for leaf in (0..program.leaves()).filter(scored) {
        let operand = program.leaf(leaf);
        if operand.prefix {
            frequencies[leaf] = statistics.prefix_frequency(operand.lexeme);
        }
    }
    bm25::write(bytes, &program, parameters, &statistics.totals().corpus(), &frequencies)
}

/// What arguments `first..first + 5` of a call make, kept by the place in the plan that asks: a
/// `tsquery`, a statistics table, k1, b, weights.
///
/// # Safety
/// They are that, none of them NULL.
unsafe fn filled<'a, T>(
    call: Call,
    first: usize,
    make: impl FnOnce(&[u8], ContextAllocator) -> T,
) -> &'a mut T {
    // SAFETY: as ours.
    unsafe {
        let table = call.value(first + 1).value() as u32;
        let (k1, b) = (call.value(first + 2).value(), call.value(first + 3).value());
        let (query, weights) = (call.bytes(first), call.bytes(first + 4));
        let moment = Moment::now();
        let [who, running, below] = moment.parts();
        let (table_bytes, k1, b) = (table.to_ne_bytes(), k1.to_ne_bytes(), b.to_ne_bytes());
        let parts = [query, &table_bytes, &k1, &b, weights, who, running, below];
        call.remembered(&parts, |memory| {
            let parameters = parameters(call, first + 2);
            let statistics = Statistics::open(Oid::from(table));
            make(&fill(query, &parameters, &statistics), memory)
        })
    }
}

pg_function! {
    /// `(query tsquery, stats regclass, k1 float8, b float8, weights float8[]) → bm25query`
    fn bm25_query(call) {
        let kept = filled(call, 0, |bytes, memory| memory.within(|| pg::text(bytes)));
        copy_varlena(*kept, ContextAllocator::current())
    }
}

pg_function! {
    /// `(document tsvector, query tsquery, stats regclass, k1 float8, b float8, weights float8[]) → float8`
    fn bm25_rank(call) {
        let kept = filled(call, 1, |bytes, memory| scorer(&bm25query(bytes), memory));
        score(kept, call.bytes(0))
    }
}

pg_function! {
    /// `(document tsvector, query bm25query) → float8`
    fn bm25_score(call) {
        let bytes = call.bytes(1);
        let kept = call.remembered(&[bytes], |memory| scorer(&bm25query(bytes), memory));
        score(kept, call.bytes(0))
    }
}

/// The rows of [`bm25_explain`]; runs in the memory of the call series.
///
/// # Safety
/// The call's arguments are a `tsvector` and a `bm25query`.
unsafe fn explain(call: Call) -> Option<Rows> {
    let memory = ContextAllocator::current();
    // SAFETY: as ours.
    let (vector, bytes) = unsafe { (call.bytes(0), call.bytes(1)) };
    let prepared = bm25query(bytes);
    let parts = scorer(&prepared, memory).explain(document(vector));
    let parts = parts.unwrap_or_else(|_| error::corrupt_tsvector());
    let row = Row::of(call);
    let rows: Vec<Datum> = parts
        .iter()
        .map(|part| {
            let mut printed = Vec::new();
            prepared.query.print(part.item, &mut printed);
            row.form([
                Some(pg::text(printed)),
                Some(Datum::from(part.tf.to_bits())),
                part.document_frequency.map(|df| Datum::from(df.min(i64::MAX as u64))),
                Some(Datum::from(part.idf.to_bits())),
                Some(Datum::from(part.boost)),
                Some(Datum::from(part.score.to_bits())),
            ])
        })
        .collect();
    let mut kept = allocator_api2::vec::Vec::with_capacity_in(rows.len(), memory);
    kept.extend(rows);
    Some(Rows::new(memory, kept.into_iter()))
}

pg_function! {
    /// `(document tsvector, query bm25query) → TABLE(…)`
    fn bm25_explain(call) { next_row(call, || explain(call)) }
}

pg_function! {
    /// `(document tsvector, stats regclass, terms integer) → bm25query`
    fn search_more_like(call) {
        let terms = usize::try_from(call.value(2).value() as i32).ok().filter(|terms| *terms > 0);
        let terms = terms.unwrap_or_else(|| error::bad_terms(call.value(2).value() as i32));
        let statistics = Statistics::open(Oid::from(call.value(1).value() as u32));
        let vector = document(call.bytes(0));
        vector.check().unwrap_or_else(|_| error::corrupt_tsvector());
        let lexemes: Vec<&[u8]> = vector.iter().flatten().map(|lexeme| lexeme.text).collect();
        let mut frequencies = statistics.frequencies(&lexemes).into_iter();
        let documents = statistics.totals().corpus().documents;
        // Asked for in the document's order.
        let node = bm25::more_like(vector, terms, documents, |_| frequencies.next().unwrap_or(0));
        let node = node.unwrap_or_else(|_| error::corrupt_tsvector());
        let query = node.map_or_else(tsquery::empty, |node| {
            node.write().unwrap_or_else(|_| error::query_too_large())
        });
        pg::text(fill(&query, &Parameters::default(), &statistics))
    }
}

pg_function! {
    /// `(bm25query) → tsquery`
    fn bm25query_tsquery(call) { pg::text(bm25query(call.bytes(0)).bytes) }
}

/// The text of a `bm25query`: its numbers, then the query as core prints it.
fn print(bytes: &[u8]) -> Vec<u8> {
    let prepared = bm25query(bytes);
    let mut text = prepared.print().into_bytes();
    text.extend(pg::output(pg_sys::F_TSQUERYOUT, pg::text(prepared.bytes)));
    text
}

/// The `bm25query` that a text shows.
fn parse(text: &[u8]) -> Datum {
    // The numbers are ASCII; only the query's words may be in another encoding than UTF-8.
    let head = text.iter().take_while(|byte| byte.is_ascii()).count();
    let shown = || String::from_utf8_lossy(text).into_owned();
    let malformed = || error::malformed_bm25query(&shown());
    let ascii = core::str::from_utf8(&text[..head]).unwrap_or_default();
    let (numbers, rest) = Numbers::parse(ascii).unwrap_or_else(|_| malformed());
    let words = &text[head - rest.len()..];
    // SAFETY: what the input function makes is a tsquery.
    let bytes = unsafe {
        let value = pg::input(pg_sys::F_TSQUERYIN, words);
        pg::bytes(Varlena::new(value))
    };
    let program = Program::new(query(bytes), ContextAllocator::current());
    if program.leaves() != numbers.frequencies.len() {
        malformed();
    }
    let Numbers { parameters, corpus, frequencies } = numbers;
    pg::text(bm25::write(bytes, &program, &parameters, &corpus, &frequencies))
}

pg_function! {
    /// Input: `(cstring) → bm25query`
    fn bm25query_in(call) { parse(pg::c_string(call.value(0))) }
}

pg_function! {
    /// Output: `(bm25query) → cstring`
    fn bm25query_out(call) { pg::to_c_string(print(call.bytes(0))) }
}

pg_function! {
    /// Binary input: `(internal) → bm25query`
    fn bm25query_recv(call) { parse(pg::received_text(call.value(0))) }
}

pg_function! {
    /// Binary output: `(bm25query) → bytea`, which is the text
    fn bm25query_send(call) { pg::sent_text(&print(call.bytes(0))) }
}
