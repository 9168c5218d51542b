//! Window functions: the islands of ranges that come in order.
//!
//! One pass. An island's end is the largest end so far; a range that starts behind it, by more
//! than its own `max_gap` where that is given, begins the next island. Rows must come in the order
//! of `ORDER BY range` (lower bounds, then upper ones, empty ranges first); every row is checked
//! against the one before, so a wrong order is an error and never a wrong answer.

use core::{
    cmp::Ordering::{Equal, Greater, Less},
    ffi::c_void,
};

use intervals::{Line, Span};
use pgrx::pg_sys::{Datum, Oid};

use super::gaps::value_span;
use crate::{
    error,
    pg::{
        self, Call, Canonical, ContextAllocator, RangeType, ServerLine, Sign, Stepper, Varlena,
        Window, pg_function, with_line,
    },
};

/// What a place in a plan keeps.
struct Place {
    range_type: RangeType,
    /// How `max_gap` is added to an upper bound, where it is given.
    stepper: Option<Stepper>,
}

impl Place {
    fn of<'a>(call: Call, oid: Oid, with_gap: bool) -> &'a Self {
        call.cached(
            |kept: &Self| kept.range_type.oid == oid,
            || {
                let range_type = RangeType::look_up(oid);
                let stepper = with_gap.then(|| {
                    let (subtype, collation) = (range_type.element(), range_type.collation());
                    Stepper::of(subtype, call.argument_type(1), collation, &[Sign::Plus])
                });
                Self { range_type, stepper }
            },
        )
    }
}

impl Place {
    /// `max_gap` as the operator takes it, in the current context; an error if it is negative.
    fn step(&self, gap: Datum) -> Datum {
        let Some(stepper) = &self.stepper else { return gap };
        let gap = stepper.step(gap);
        if stepper.is_negative(gap) {
            error::negative_gap();
        }
        gap
    }
}

/// The walk over the rows of a partition, in order.
struct Walk<L: Line> {
    /// The last range that was not NULL; `None` inside if it was empty.
    last: Option<Option<Span<L::Cut>>>,
    /// The island so far.
    island: Option<Span<L::Cut>>,
    /// The island before it.
    finished: Option<Span<L::Cut>>,
}

impl<L: ServerLine> Walk<L> {
    const NEW: Self = Self { last: None, island: None, finished: None };

    /// Goes on to a range that is not NULL; true if it begins an island.
    fn go_on(
        &mut self,
        line: &L,
        function: &str,
        span: Option<Span<L::Cut>>,
        reaches: impl Fn(L::Cut, L::Cut) -> bool,
    ) -> bool {
        let in_order = match (self.last, span) {
            (None | Some(None), _) => true,
            (Some(Some(_)), None) => false,
            (Some(Some(a)), Some(b)) => match line.compare(a.start, b.start) {
                Less => true,
                Equal => line.compare(a.end, b.end) != Greater,
                Greater => false,
            },
        };
        if !in_order {
            error::rows_out_of_order(function);
        }
        let keep = |span: Span<_>| Span { start: line.keep(span.start), end: line.keep(span.end) };
        let release = |span: Option<Span<_>>| {
            if let Some(span) = span {
                line.release(span.start);
                line.release(span.end);
            }
        };
        release(self.last.replace(span.map(keep)).flatten());
        let Some(span) = span else { return false };
        if let Some(island) = &mut self.island
            && (line.reaches(island.end, span.start) || reaches(island.end, span.start))
        {
            if line.compare(span.end, island.end) == Greater {
                line.release(core::mem::replace(&mut island.end, line.keep(span.end)));
            }
            return false;
        }
        release(core::mem::replace(&mut self.finished, self.island.replace(keep(span))));
        true
    }
}

/// Whether an island that ends at `end` reaches `start` over a gap, which [`Place::step`] made.
///
/// On continuous types brackets do not count: `upper + max_gap` reaches a lower bound of the same
/// value. So it is with half-open discrete ranges, where `lower − upper` is the number of missing
/// elements. Discrete types with a canonical form of their own keep their bracket: behind `3]`
/// and two missing elements comes `[6`, which adjoins `5]`.
fn reaches_over<L: ServerLine>(
    line: &L,
    place: &Place,
    gap: Option<Datum>,
    end: L::Cut,
    start: L::Cut,
) -> bool {
    let (Some(stepper), Some(gap), Some((upper, closed))) =
        (place.stepper.as_ref(), gap, line.upper(end))
    else {
        return false;
    };
    let Some(sum) = stepper.apply_within(upper, gap) else { return true };
    if line.compare(line.cut(sum, closed), end) == Less {
        error::negative_gap();
    }
    line.reaches(line.cut(sum, closed || place.range_type.canonical != Canonical::Own), start)
}

/// What a window function keeps for its partition; all zeros when the partition begins.
struct Kept {
    walk: *mut c_void,
    memory: Option<ContextAllocator>,
    /// `range_island`: the number of the last island.
    number: i64,
    /// `range_session`: the next row to look at.
    scanned: i64,
    /// `range_session`: the row at which the next island begins.
    until: i64,
}

impl Kept {
    /// Where the partition's memory is.
    fn memory(&mut self) -> ContextAllocator {
        let kept: *mut Self = self;
        // SAFETY: there is no other `Kept` than the one that a window keeps.
        *self.memory.get_or_insert_with(|| unsafe { Window::memory(kept) })
    }

    /// The walk, for the line of the range type.
    ///
    /// # Safety
    /// The line is always that of the same type.
    unsafe fn walk<'a, L: ServerLine>(&mut self, _line: &L) -> &'a mut Walk<L> {
        if self.walk.is_null() {
            self.walk = self.memory().put(Walk::<L>::NEW).cast();
        }
        // SAFETY: made above, in memory of the partition.
        unsafe { &mut *self.walk.cast() }
    }
}

/// `range_island` with or without `max_gap`.
///
/// # Safety
/// The call is one of a window function over a range.
unsafe fn island(call: Call, with_gap: bool) -> Datum {
    let window = Window::of(call);
    // SAFETY: SQL declares the arguments; nothing here is to be dropped.
    let (value, gap) = unsafe {
        window.forget_before(window.position());
        (window.argument(0), if with_gap { window.argument(1) } else { None })
    };
    let (Some(value), false) = (value, with_gap && gap.is_none()) else { return call.null() };
    // SAFETY: the argument is a range; the partition's memory begins as zeros.
    unsafe {
        let place = Place::of(call, pg::value_type(&Varlena::new(value)), with_gap);
        let kept = window.kept::<Kept>();
        with_line!(&place.range_type, kept.memory(), |line| {
            let walk = kept.walk(&line);
            let span = value_span(&line, value);
            let gap = gap.map(|gap| place.step(gap));
            let begins = walk.go_on(&line, "range_island", span, |end, start| {
                reaches_over(&line, place, gap, end, start)
            });
            kept.number += i64::from(begins);
            if span.is_some() { Datum::from(kept.number) } else { call.null() }
        })
    }
}

/// `range_session` with or without `max_gap`.
///
/// # Safety
/// The call is one of a window function over a range.
unsafe fn session(call: Call, with_gap: bool) -> Datum {
    let window = Window::of(call);
    // SAFETY: SQL declares the arguments; nothing here is to be dropped.
    let (value, gap) =
        unsafe { (window.argument(0), if with_gap { window.argument(1) } else { None }) };
    let (Some(value), false) = (value, with_gap && gap.is_none()) else { return call.null() };
    // SAFETY: as above.
    unsafe {
        let place = Place::of(call, pg::value_type(&Varlena::new(value)), with_gap);
        let kept = window.kept::<Kept>();
        with_line!(&place.range_type, kept.memory(), |line| {
            if value_span(&line, value).is_none() {
                return call.null();
            }
            let walk = kept.walk(&line);
            let own_gap = with_gap && !window.argument_is_stable(call, 1);
            let gap = gap.map(|gap| place.step(gap));
            let position = window.position();
            // Ahead to the first row of the next island; each row is looked at once.
            while position >= kept.until {
                let gap = if own_gap {
                    // Before the range, which is valid until another argument is asked for.
                    let kind = call.argument_type(1);
                    window.argument_copy_at(1, kept.scanned, kind).map(|gap| place.step(gap))
                } else {
                    gap
                };
                let Some(value) = window.argument_at(0, kept.scanned) else {
                    kept.until = i64::MAX;
                    break;
                };
                if let Some(value) = value
                    && (gap.is_some() || !with_gap)
                {
                    let started = walk.island.is_some();
                    let span = value_span(&line, value);
                    let begins = walk.go_on(&line, "range_session", span, |end, start| {
                        reaches_over(&line, place, gap, end, start)
                    });
                    if begins && started {
                        kept.until = kept.scanned;
                    }
                }
                kept.scanned += 1;
            }
            window.forget_before(position);
            line.range(if kept.until == i64::MAX { walk.island } else { walk.finished })
        })
    }
}

pg_function! {
    /// `(anyrange) → bigint`: the number of the row's island, from 1.
    fn range_island(call) { island(call, false) }
}
pg_function! {
    /// `(anyrange, max_gap) → bigint`: likewise, islands joined over gaps.
    fn range_island_gap(call) { island(call, true) }
}
pg_function! {
    /// `(anyrange) → anyrange`: the hull of the row's island.
    fn range_session(call) { session(call, false) }
}
pg_function! {
    /// `(anyrange, max_gap) → anyrange`: likewise, islands joined over gaps.
    fn range_session_gap(call) { session(call, true) }
}
pg_function! {
    /// `(internal) → internal`: planner support of both, which look at no frame.
    fn range_window_support(call) { pg::answer_any_frame(call) }
}
