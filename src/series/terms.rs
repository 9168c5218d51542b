//! `generate_series(range [, step])`: the terms that lie in the range.

use core::cmp::Ordering::{Equal, Greater, Less};

use intervals::{
    Span,
    series::{Bound, Progression},
};
use pgrx::pg_sys::{self, Datum};

use super::ruler::{Given, Ruler};
use crate::{
    error,
    pg::{
        self, Call, Canonical, ContextAllocator, RangeType, Rows, ServerLine, Varlena, next_row,
        pg_function, with_line,
    },
};

/// A range to go over: its span, and its bounds with whether they belong to it.
pub(crate) struct Field<L: ServerLine> {
    pub(crate) span: Span<L::Cut>,
    pub(crate) lower: (Datum, bool),
    pub(crate) upper: (Datum, bool),
}

/// A range has no end on some side.
pub(crate) struct Endless;

impl<L: ServerLine> Field<L> {
    /// `None` for an empty range; an error for one without an end.
    ///
    /// # Safety
    /// `value` is a range of the line's type.
    pub(crate) unsafe fn of(line: &L, value: Datum) -> Option<Self> {
        // SAFETY: as ours.
        unsafe { Self::find(line, value) }.unwrap_or_else(|Endless| error::unbounded_series())
    }

    /// The same, without raising an error.
    ///
    /// # Safety
    /// As [`Field::of`].
    pub(crate) unsafe fn find(line: &L, value: Datum) -> Result<Option<Self>, Endless> {
        // SAFETY: as ours.
        let Some(span) = (unsafe { line.range_span(L::value(value)) }) else { return Ok(None) };
        let base = pg::base_type(line.range_type().element());
        let finite = |bound: Option<(Datum, bool)>| {
            bound.filter(|(value, _)| !pg::is_endless(base, *value)).ok_or(Endless)
        };
        let (lower, upper) = (finite(line.lower(span.start))?, finite(line.upper(span.end))?);
        Ok(Some(Self { span, lower, upper }))
    }

    /// The bounds as integers, for a linear ruler; discrete half-open ranges end with their last
    /// element.
    pub(crate) fn integers(&self, range_type: &RangeType) -> (Bound, Bound) {
        let bound =
            |(value, inclusive): (Datum, bool)| Bound { value: value.value() as i64, inclusive };
        let mut upper = bound(self.upper);
        if range_type.canonical == Canonical::HalfOpen && !upper.inclusive {
            upper = Bound { value: upper.value - 1, inclusive: true };
        }
        (bound(self.lower), upper)
    }
}

/// The terms of a ruler that is not linear, each found from the anchor.
struct Terms<L: ServerLine> {
    line: L,
    ruler: Ruler,
    span: Span<L::Cut>,
    anchor: Datum,
    ascending: bool,
    k: i64,
    last: Option<Datum>,
    memory: ContextAllocator,
}

impl<L: ServerLine> Terms<L> {
    fn new(line: L, ruler: Ruler, field: &Field<L>, memory: ContextAllocator) -> Self {
        let ascending = match ruler.direction() {
            Some(direction) => direction == Greater,
            None => {
                // From the end at which the step leads into the range, if its type tells.
                let from = if ruler.seems_negative() { field.upper.0 } else { field.lower.0 };
                let next = memory.within(|| ruler.at(from, 1, Some(from), None));
                let order = next.map_or(Greater, |next| {
                    line.compare(line.cut(next, false), line.cut(from, false))
                });
                if order == Equal {
                    error::bad_step("step size cannot equal zero");
                }
                order == Greater
            }
        };
        let anchor = if ascending {
            field.lower.0
        } else if line.range_type().canonical == Canonical::HalfOpen && !field.upper.1 {
            // From the last element; core's discrete types are integers.
            Datum::from(field.upper.0.value() as i64 - 1)
        } else {
            field.upper.0
        };
        Self { line, ruler, span: field.span, anchor, ascending, k: 0, last: None, memory }
    }

    /// Whether the anchor belongs to the range.
    fn starts_inside(&self) -> bool {
        let (at_low, at_high) =
            (self.line.cut(self.anchor, false), self.line.cut(self.anchor, true));
        self.line.compare(self.span.start, at_low) != Greater
            && self.line.compare(at_high, self.span.end) != Greater
    }

    /// Whether the terms have gone behind the end.
    fn is_behind(&self, value: Datum) -> bool {
        if self.ascending {
            self.line.compare(self.line.cut(value, true), self.span.end) == Greater
        } else {
            self.line.compare(self.line.cut(value, false), self.span.start) == Less
        }
    }

    /// Whether `value`, the term of this `k`, lies beyond the last one; an error where it neither
    /// does nor repeats it for want of time in the zone.
    fn advances(&self, value: Datum, last: Datum) -> bool {
        let order = self.line.compare(self.line.cut(value, false), self.line.cut(last, false));
        if order == if self.ascending { Greater } else { Less } {
            return true;
        }
        let (from, to) = ((self.k - 1, None), (self.k, None));
        if order != Equal || !self.ruler.zone_skips(self.anchor, from, to) {
            error::step_does_not_advance(self.ruler.advice());
        }
        false
    }
}

impl<L: ServerLine> Iterator for Terms<L> {
    type Item = Datum;

    fn next(&mut self) -> Option<Datum> {
        loop {
            let k = self.k;
            let value = self.memory.within(|| self.ruler.at(self.anchor, k, self.last, None))?;
            if let Some(last) = self.last {
                if !self.ruler.always_advances() && !self.advances(value, last) {
                    self.k += 1;
                    continue;
                }
                if k > 1 && !self.line.range_type().by_value {
                    // SAFETY: the ruler made it, and the row that showed it is done with.
                    unsafe { pg_sys::pfree(last.cast_mut_ptr()) }
                }
            }
            self.last = Some(value);
            self.k += 1;
            if k == 0 && !self.starts_inside() {
                continue;
            }
            return (!self.is_behind(value)).then_some(value);
        }
    }
}

/// The terms as a set, each of which must belong to the domain that the subtype may be.
fn rows(
    memory: ContextAllocator,
    range_type: &RangeType,
    terms: impl Iterator<Item = Datum>,
) -> Rows {
    match range_type.domain() {
        None => Rows::new(memory, terms),
        Some(domain) => {
            Rows::new(memory, terms.inspect(move |term| pg::check_domain(domain, *term)))
        }
    }
}

/// The terms of a numeric series, where anchor and step are integers of at most 18 digits once
/// scaled by a power of ten; `None` elsewhere.
///
/// The anchor itself comes as it is written, all others with the digits of anchor and step.
fn scaled<L: ServerLine>(
    terms: &Terms<L>,
    field: &Field<L>,
) -> Option<impl Iterator<Item = Datum> + use<L>> {
    let step = terms.ruler.numeric_step()?;
    let scale = pg::scale(terms.anchor).max(pg::scale(step));
    let units = |value, round| pg::scaled(value, scale, round);
    let bound = |(value, inclusive): (Datum, bool), round| {
        let (value, exact) = units(value, round)?;
        // What was rounded into the range belongs to it.
        Some(Bound { value, inclusive: inclusive || !exact })
    };
    let (step, _) = units(step, pg::Round::Down)?;
    let (lower, upper) = (bound(field.lower, pg::Round::Up)?, bound(field.upper, pg::Round::Down)?);
    let anchor = terms.anchor;
    let (first, _) = units(anchor, pg::Round::Down)?;
    Some(
        Progression::new(lower, upper, step)
            .map(move |term| if term == first { anchor } else { pg::unscaled(term, scale) }),
    )
}

/// The set that `generate_series` returns; runs in the memory of the call series.
///
/// # Safety
/// The call's arguments are a range and, if `given`, a step.
unsafe fn terms(call: Call, given: Option<Given>) -> Option<Rows> {
    let value = call.argument(0)?;
    let memory = ContextAllocator::current();
    // SAFETY: as ours; the arguments live as long as the call series.
    unsafe {
        let range_type = RangeType::kept(memory, pg::value_type(&Varlena::new(value)));
        let one = Given { value: Datum::from(1_i32), kind: pg_sys::INT4OID, zone: None };
        let given = match given {
            Some(given) => given,
            None if range_type.canonical == Canonical::Any => {
                error::step_needed(&pg::type_name(range_type.oid))
            }
            None => one,
        };
        let ruler = Ruler::of(range_type, given);
        ruler.direction();
        with_line!(range_type, memory, |line| {
            let field = Field::of(&line, value)?;
            if let Ruler::Linear { step, .. } = ruler {
                let (lower, upper) = field.integers(range_type);
                let terms = Progression::new(lower, upper, step).map(Datum::from);
                return Some(rows(memory, range_type, terms));
            }
            let terms = Terms::new(line, ruler, &field, memory);
            if let Some(terms) = scaled(&terms, &field) {
                return Some(rows(memory, range_type, terms));
            }
            Some(rows(memory, range_type, terms))
        })
    }
}

/// The step that is argument `n` of the call, with the zone that may be argument `zone`.
pub(crate) fn given(call: Call, n: usize, zone: Option<usize>) -> Option<Given> {
    let zone = match zone {
        Some(zone) => Some(call.argument(zone)?),
        None => None,
    };
    Some(Given { value: call.argument(n)?, kind: call.argument_type(n as i32), zone })
}

pg_function! {
    /// `(anyrange) → SETOF anyelement`: every element of a discrete range.
    fn range_elements(call) { next_row(call, || terms(call, None)) }
}
pg_function! {
    /// `(anyrange, step) → SETOF anyelement`
    fn range_series(call) { next_row(call, || terms(call, Some(given(call, 1, None)?))) }
}
pg_function! {
    /// `(tstzrange, interval, timezone text) → SETOF timestamptz`
    fn range_series_at_zone(call) { next_row(call, || terms(call, Some(given(call, 1, Some(2))?))) }
}
