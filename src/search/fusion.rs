//! Fusion: scores of different kinds brought together.
//!
//! Invariants of `rrf_agg`:
//! * A state lies in the aggregate's memory context, which frees it. No state (NULL) means that there
//!   was no row; it exists from the first row on, as moving frames want it.
//! * `rows` counts the rows with a k and a weight; without any the result is NULL. A NULL rank is a
//!   row that adds 0.
//! * The sum is exact, so neither the order of rows nor what left a frame can be seen in it.

use intervals::wire::{Malformed, Reader, Writer};
use pgrx::pg_sys::{self, Datum};
use search::fusion::{Duration, InvalidArgument, Sum, decay, minmax, rrf};

use crate::{
    error,
    pg::{self, Call, ContextAllocator, Varlena, is_infinite, pg_function},
};

/// First bytes of a serialized state: its version, and a kind that no other aggregate has.
const WIRE_HEADER: [u8; 2] = [1, 0xD1];

/// k where it is not given (Cormack, Clarke and Büttcher 2009).
const USUAL_K: i32 = 60;

/// The float8 that an argument is.
fn float8(value: Datum) -> f64 {
    f64::from_bits(value.value() as u64)
}

fn result(value: f64) -> Datum {
    Datum::from(value.to_bits())
}

/// What one list gives to a document: its rank, argument `first`, with k and the weight behind it if
/// there are as many arguments. `None` if k or the weight is NULL.
fn term(call: Call, first: usize) -> Option<f64> {
    let rank = call.argument(first).map(|rank| rank.value() as i64);
    let given = |n: usize| first + n < call.arguments();
    let k = if given(1) { call.argument(first + 1)?.value() as i32 } else { USUAL_K };
    let weight = if given(2) { float8(call.argument(first + 2)?) } else { 1.0 };
    let refuse = |reason| match reason {
        InvalidArgument::Rank => error::bad_score_argument(&reason, rank.unwrap_or_default()),
        InvalidArgument::K => error::bad_score_argument(&reason, k),
        _ => error::bad_score_argument(&reason, weight),
    };
    Some(rrf(rank, k.into(), weight).unwrap_or_else(refuse))
}

pg_function! {
    /// `(rank bigint, k integer, weight float8) → float8`
    fn rrf_score(call) { term(call, 0).map_or_else(|| call.null(), result) }
}

/// A state.
struct Fused {
    rows: i64,
    sum: Sum<ContextAllocator>,
}

impl Fused {
    fn new(memory: ContextAllocator) -> *mut Self {
        memory.put(Self { rows: 0, sum: Sum::new(memory) })
    }
}

/// `(state, rank, …) → state`: a row comes (`by` 1) or leaves (`by` −1).
///
/// # Safety
/// The call's first argument is a state or NULL, the others are those of [`term`].
unsafe fn step(call: Call, by: i8) -> Datum {
    let mut state: *mut Fused = call.pointer(0);
    if state.is_null() {
        state = Fused::new(call.aggregate_memory());
    }
    if let Some(term) = term(call, 1) {
        // SAFETY: as ours.
        let state = unsafe { &mut *state };
        state.rows += i64::from(by);
        state.sum.add(f64::from(by) * term);
    }
    Datum::from(state)
}

pg_function! {
    /// `(internal, bigint [, integer [, float8]]) → internal`
    fn rrf_transition(call) { step(call, 1) }
}
pg_function! {
    /// `(internal, bigint [, integer [, float8]]) → internal`: a row leaves the frame.
    fn rrf_inverse(call) { step(call, -1) }
}

/// The state of the call's first argument with all that `other` has seen.
///
/// # Safety
/// The call's first argument is a state or NULL, `other` a state or null.
unsafe fn combined(call: Call, other: *mut Fused) -> Datum {
    let mut state: *mut Fused = call.pointer(0);
    // SAFETY: as ours.
    unsafe {
        let Some(other) = other.as_ref() else {
            return call.argument(0).unwrap_or_else(|| call.null());
        };
        if state.is_null() {
            state = Fused::new(call.aggregate_memory());
        }
        (*state).rows = (*state).rows.wrapping_add(other.rows);
        (*state).sum.merge(other.sum.parts());
    }
    Datum::from(state)
}

pg_function! {
    /// `(internal, internal) → internal`
    fn rrf_combine(call) { combined(call, call.pointer(1)) }
}

pg_function! {
    /// `(internal) → bytea`
    fn rrf_serialize(call) {
        let state: *mut Fused = call.pointer(0);
        let Fused { rows, sum } = &*state;
        let mut writer = Writer::with_capacity_in(64, ContextAllocator::current());
        // Room for the length of the bytea.
        writer.raw(&[0; 4]);
        writer.raw(&WIRE_HEADER);
        writer.u64(*rows as u64);
        writer.count(sum.parts().len() as u64);
        sum.parts().iter().for_each(|part| writer.u64(part.to_bits()));
        pg::bytea(writer)
    }
}

/// Reads what [`rrf_serialize`] wrote into a new state in the current context; trusts nothing.
fn read(mut reader: Reader<'_>) -> Result<*mut Fused, Malformed> {
    if (reader.u8()?, reader.u8()?) != WIRE_HEADER.into() {
        return Err(Malformed);
    }
    let memory = ContextAllocator::current();
    let (rows, mut sum) = (reader.u64()? as i64, Sum::new(memory));
    for _ in 0..reader.items()? {
        let part = f64::from_bits(reader.u64()?);
        // What a writer writes is far from the largest numbers, so that sums of it stay finite.
        if part.abs() >= 1e300 || part.is_nan() {
            return Err(Malformed);
        }
        sum.merge(&[part]);
    }
    reader.finish()?;
    Ok(memory.put(Fused { rows, sum }))
}

/// The state in the bytea that is argument `n`, or null, in the current context: it is for combining
/// at once, then it may go.
///
/// # Safety
/// The argument is a bytea.
unsafe fn arrived(call: Call, n: usize) -> *mut Fused {
    // Only in an aggregate.
    call.aggregate_memory();
    let Some(bytes) = call.argument(n) else { return core::ptr::null_mut() };
    // SAFETY: as ours; a bytea is as long as it says.
    let bytes = unsafe {
        let bytes = Varlena::new(bytes);
        core::slice::from_raw_parts(bytes.start, bytes.length)
    };
    read(Reader::new(bytes)).unwrap_or_else(|Malformed| {
        error::malformed_state("The bytes are not a state of this version.")
    })
}

pg_function! {
    /// `(bytea, internal) → internal`
    fn rrf_deserialize(call) { Datum::from(arrived(call, 0)) }
}
pg_function! {
    /// `(internal, bytea) → internal`: adds a serialized state. It is a C symbol without SQL
    /// declaration, for tests of what travels.
    fn rrf_absorb(call) { combined(call, arrived(call, 1)) }
}

pg_function! {
    /// `(internal) → float8`
    fn rrf_final(call) {
        let state: *mut Fused = call.pointer(0);
        match state.as_ref() {
            Some(state) if state.rows != 0 => {
                let sum = state.sum.value();
                if sum.is_infinite() {
                    error::score_overflow();
                }
                result(sum)
            }
            _ => call.null(),
        }
    }
}

pg_function! {
    /// `(score float8, lowest float8, highest float8) → float8`
    fn minmax_score(call) {
        result(minmax(float8(call.value(0)), float8(call.value(1)), float8(call.value(2))))
    }
}

/// A length of time by its epoch seconds, as `extract(epoch FROM …)` counts them: a year has 365.25
/// days, a month 30.
fn duration(interval: &pg_sys::Interval) -> Duration {
    const DAY: i128 = 86_400_000_000;
    /// 365.25 days
    const YEAR: i128 = DAY / 4 * 1461;
    if is_infinite(interval) {
        let forward = interval.time > 0;
        return if forward { Duration::Infinity } else { Duration::NegativeInfinity };
    }
    let (months, days) = (i128::from(interval.month), i128::from(interval.day));
    let days = (days + months % 12 * 30) * DAY;
    Duration::Finite(months / 12 * YEAR + days + i128::from(interval.time))
}

pg_function! {
    /// `(age interval, half_life interval) → float8`
    fn decay_score(call) {
        let [age, half_life] = [0, 1].map(|n| {
            let interval: *mut pg_sys::Interval = call.value(n).cast_mut_ptr();
            duration(&*interval)
        });
        match decay(age, half_life) {
            Ok(score) => result(score),
            Err(reason) => error::bad_half_life(&reason),
        }
    }
}
