//! How many rows a series will have, for the planner.
//!
//! Known where the range and the step are constants, or will be at execution; elsewhere the
//! declared ROWS stand. A zero step or a range without an end is left for execution to refuse.

use intervals::series::{CivilStep, DAY, Progression};
use pgrx::pg_sys::{self, Datum};

use super::{
    ruler::{Given, Ruler},
    terms::Field,
};
use crate::pg::{
    self, Canonical, ContextAllocator, Inet, RangeType, RowsRequest, pg_function, with_line,
};

/// Whether a constant step raises no error when it is looked at: that is left for execution, since
/// a plan need not be executed.
///
/// # Safety
/// `step` is a value of the type `kind`.
unsafe fn is_harmless(subtype: pg_sys::Oid, step: Datum, kind: pg_sys::Oid) -> bool {
    if subtype == pg_sys::INETOID && kind == pg_sys::NUMERICOID {
        return pg::is_offset(step);
    }
    if kind != pg_sys::UNKNOWNOID && pg::is_literal(kind) {
        // Reading it may fail, and a text that is no step is no error of the planner's.
        return false;
    }
    if kind != pg_sys::INTERVALOID {
        return !pg::is_endless(kind, step);
    }
    // SAFETY: as ours.
    let interval = unsafe { &*step.cast_mut_ptr::<pg_sys::Interval>() };
    let too_fine = subtype == pg_sys::DATEOID && interval.time % DAY != 0;
    let too_coarse = subtype == pg_sys::TIMEOID && interval.month != 0;
    !(pg::is_infinite(interval) || too_fine || too_coarse)
}

/// How many terms `anchor + k·step` lie before `far`, or at it if that counts.
fn civil_terms(step: CivilStep, anchor: i64, far: i64, at_far: bool) -> f64 {
    let forward = step.about() > 0.0;
    let inside = |k: i64| {
        let term = step.times(k, CivilStep::default()).and_then(|step| step.after(anchor));
        term.is_some_and(|term| term == far && at_far || term != far && (term < far) == forward)
    };
    // Near enough to count the rest: a month is never three days off the mean.
    let mut k = (((far as f64 - anchor as f64) / step.about()) as i64 - 3).max(0);
    for _ in 0..8 {
        if !inside(k) {
            break;
        }
        k += 1;
    }
    k as f64
}

/// The number of rows of a series over `value`, with the step if there is one.
///
/// # Safety
/// `value` is a range.
unsafe fn rows(value: Datum, step: Option<(Datum, pg_sys::Oid)>, pieces: bool) -> Option<f64> {
    let memory = ContextAllocator::current();
    // SAFETY: as ours.
    unsafe {
        let oid = pg::value_type(&pg::Varlena::new(value));
        let range_type = RangeType::kept(memory, oid);
        let (step, kind) = match step {
            Some(step) => step,
            None if range_type.canonical == Canonical::Any => return None,
            None => (Datum::from(1_i32), pg_sys::INT4OID),
        };
        let base = pg::base_type(range_type.element());
        if !is_harmless(base, step, kind) {
            return None;
        }
        let ruler = Ruler::of(range_type, Given { value: step, kind, zone: None });
        let step = ruler.about().filter(|step| step.is_normal())?;
        with_line!(range_type, memory, |line| {
            let Some(field) = Field::find(&line, value).ok()? else { return Some(0.0) };
            let (low, high) = (field.lower.0, field.upper.0);
            let ascending = step > 0.0;
            let length = match ruler {
                Ruler::Civil { step, .. } | Ruler::Zoned { step, .. } => {
                    let (lower, upper) = field.integers(range_type);
                    let (near, far) = if ascending { (lower, upper) } else { (upper, lower) };
                    let unit = if base == pg_sys::DATEOID { DAY } else { 1 };
                    let [from, to] = [near, far].map(|bound| bound.value.saturating_mul(unit));
                    let terms = civil_terms(step, from, to, far.inclusive);
                    return Some(terms - f64::from(u8::from(!near.inclusive && !pieces)));
                }
                Ruler::Linear { step, .. } if !pieces => {
                    let (lower, upper) = field.integers(range_type);
                    return Some(Progression::new(lower, upper, step).about());
                }
                Ruler::Float { single: true, .. } => {
                    let float = |value: Datum| f64::from(f32::from_bits(value.value() as u32));
                    float(high) - float(low)
                }
                Ruler::Float { .. } => {
                    f64::from_bits(high.value() as u64) - f64::from_bits(low.value() as u64)
                }
                Ruler::Addresses { .. } => {
                    let [low, high] = [low, high].map(|bound| Inet::new(bound).address);
                    high.line_difference(low)
                }
                Ruler::Operator { .. } => pg::float(high) - pg::float(low),
                _ => (high.value() as i64) as f64 - (low.value() as i64) as f64,
            };
            let steps = length / step.abs();
            let exact = steps.fract() == 0.0;
            let (near, far) = if ascending {
                (field.lower.1, field.upper.1)
            } else {
                (field.upper.1, field.lower.1)
            };
            Some(if pieces {
                steps.ceil() + f64::from(u8::from(exact && far))
            } else {
                // Both ends count, unless they are excluded.
                let excluded = u8::from(!near) + u8::from(!far && exact);
                (steps.floor() + 1.0 - f64::from(excluded)).max(0.0)
            })
        })
    }
}

/// How many rows the planner's call will return, where that can be told.
///
/// # Safety
/// The request is about a series over a range.
unsafe fn estimate(request: &RowsRequest, pieces: bool) -> Option<f64> {
    let (value, _) = request.constant(0)?;
    let step = match request.argument_count() {
        1 => None,
        _ => Some(request.constant(1)?),
    };
    // SAFETY: as ours.
    unsafe { rows(value, step, pieces) }
}

pg_function! {
    /// `(internal) → internal`: planner support of `generate_series` over ranges.
    fn range_series_support(call) {
        RowsRequest::answer(call, |request| estimate(request, false))
    }
}
pg_function! {
    /// `(internal) → internal`: planner support of `generate_range_series`.
    fn range_pieces_support(call) {
        RowsRequest::answer(call, |request| estimate(request, true))
    }
}
