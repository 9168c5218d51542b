//! `generate_range_series(range, step [, span [, partial [, timezone]]])`: pieces of the range.
//!
//! Piece k runs from `lower + k·step` to `lower + (k+1)·step`, or to `lower + (k·step + span)`.
//! Every cut lies before its value, so a cut point starts the upper piece; the first piece begins
//! and the last one ends as the range itself does.

use core::cmp::Ordering::{Equal, Greater, Less};

use intervals::Span;
use pgrx::pg_sys::{self, Datum};

use super::{
    ruler::Ruler,
    terms::{Field, given},
};
use crate::{
    error,
    pg::{
        self, Call, ContextAllocator, Order, RangeType, Room, Rows, ServerLine, Varlena, next_row,
        pg_function, with_line,
    },
};

/// What becomes of a piece that goes beyond the range.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Partial {
    Clip,
    Drop,
    Keep,
}

/// Pieces of a series on integers that lie within the range: all but the first and the last ones.
#[derive(Clone, Copy)]
struct Inner {
    step: i64,
    length: i64,
    /// The last place at which one may start, so that neither its end nor the next one's start
    /// lies behind the upper bound.
    last: i64,
}

impl Inner {
    /// `None` where pieces are not the integers of the ruler as they are.
    fn of<L: ServerLine>(
        range_type: &RangeType,
        field: &Field<L>,
        step: &Ruler,
        span: Option<&Ruler>,
    ) -> Option<Self> {
        let (Order::Inline(_), None) = (range_type.order, range_type.domain()) else { return None };
        let Ruler::Linear { step, .. } = *step else { return None };
        let length = match span {
            None => step,
            Some(Ruler::Linear { step, .. }) => *step,
            Some(_) => return None,
        };
        let (_, upper) = field.integers(range_type);
        Some(Self { step, length, last: upper.value.checked_sub(step.max(length))? })
    }
}

struct Pieces<L: ServerLine> {
    line: L,
    step: Ruler,
    span: Option<Ruler>,
    partial: Partial,
    field: Field<L>,
    k: i64,
    /// Where the next piece starts; `None` behind the end of the type.
    next: Option<Datum>,
    /// Where the last piece ended, if the next one starts where it did.
    repeated: Option<L::Cut>,
    /// What the bounds that are made must belong to.
    domain: Option<pg_sys::Oid>,
    inner: Option<Inner>,
    memory: ContextAllocator,
    room: Room,
}

impl<L: ServerLine> Pieces<L> {
    /// The value as a cut before it.
    fn cut(&self, value: Option<Datum>) -> Option<L::Cut> {
        value.map(|value| self.line.cut(value, false))
    }

    fn keeps(&self) -> bool {
        self.partial == Partial::Keep
    }

    /// Raises the error for a piece that is to be kept whole and has no end in the type.
    fn too_long(&self) -> ! {
        let element = self.line.range_type().element();
        let datetime = matches!(
            pg::base_type(element),
            pg_sys::DATEOID
                | pg_sys::TIMESTAMPOID
                | pg_sys::TIMESTAMPTZOID
                | pg_sys::TIMEOID
                | pg_sys::TIMETZOID
        );
        error::piece_out_of_range(&pg::type_name(element), datetime)
    }

    /// The next piece, which may be the first or the last one.
    #[inline(never)]
    fn any(&mut self) -> Option<Datum> {
        loop {
            let begin = self.next?;
            let whole = self.field.span;
            let cut = self.line.cut(begin, false);
            let first = self.line.compare(cut, whole.start) != Greater;
            let start = if first { whole.start } else { cut };
            if self.line.compare(start, whole.end) != Less {
                return None;
            }
            let k = self.k;
            let anchor = self.field.lower.0;
            let (next, end, last) = self.memory.within(|| {
                let next =
                    k.checked_add(1).and_then(|k| self.step.at(anchor, k, Some(begin), None));
                let end = match &self.span {
                    None => next,
                    // The operator of the step starts from this term, all others from the anchor.
                    Some(span) => match &self.step {
                        Ruler::Operator { .. } => span.at(begin, 1, Some(begin), None),
                        step => step.at(anchor, k, None, Some(span)),
                    },
                };
                // The piece may end with the last value of the type.
                let last = match end {
                    Some(_) => None,
                    None if self.span.is_none() => {
                        self.step.before(anchor, k.saturating_add(1), None)
                    }
                    None => self.step.before(anchor, k, self.span.as_ref()),
                };
                (next, end, last)
            });
            let next_cut = self.cut(next);
            let end_cut = self.cut(end).or_else(|| last.map(|last| self.line.cut(last, true)));
            let order = next_cut.map_or(Greater, |next| self.line.compare(next, cut));
            if order != Greater
                && !(order == Equal && self.step.zone_skips(anchor, (k, None), (k + 1, None)))
            {
                error::step_does_not_advance(self.step.advice());
            }
            self.next = next;
            self.k += 1;
            // Without an end the piece reaches beyond what the type can hold.
            let beyond = end_cut.is_none_or(|end| self.line.compare(end, whole.end) == Greater);
            let end_cut = match (self.partial, end_cut) {
                // So are all that follow.
                (Partial::Drop, _) if beyond => return None,
                (Partial::Clip, _) if beyond => whole.end,
                (_, Some(end_cut)) => end_cut,
                (_, None) => self.too_long(),
            };
            let repeated = (order == Equal).then_some(end_cut);
            let repeated = core::mem::replace(&mut self.repeated, repeated);
            let Some(piece) = Span::new(&self.line, start, end_cut) else {
                // Where the zone skips the time of a whole piece, there is none.
                let to = match &self.span {
                    None => (k + 1, None),
                    span => (k, span.as_ref()),
                };
                if self.step.zone_skips(anchor, (k, None), to) {
                    continue;
                }
                error::step_does_not_advance(self.step.advice());
            };
            if repeated.is_some_and(|end| self.line.compare(end, end_cut) == Equal) {
                continue;
            }
            if let Some(domain) = self.domain {
                let made = [(!first).then_some(begin), end.filter(|_| !beyond || self.keeps())];
                made.into_iter().flatten().for_each(|bound| pg::check_domain(domain, bound));
            }
            return Some(self.line.range_in(Some(piece), self.room));
        }
    }
}

impl<L: ServerLine> Iterator for Pieces<L> {
    type Item = Datum;

    /// A piece is valid until the next one is asked for.
    fn next(&mut self) -> Option<Datum> {
        let start = self.next?.value() as i64;
        match self.inner {
            Some(Inner { step, length, last }) if self.k > 0 && start <= last => {
                self.k += 1;
                self.next = Some(Datum::from(start + step));
                let [start, end] =
                    [start, start + length].map(|at| self.line.cut(at.into(), false));
                Some(self.line.range_in(Some(Span { start, end }), self.room))
            }
            _ => self.any(),
        }
    }
}

/// Checks that a step or span goes up from the lower bound.
fn check_positive<L: ServerLine>(line: &L, ruler: &Ruler, from: Datum) {
    let order = ruler.direction().unwrap_or_else(|| {
        ruler
            .at(from, 1, Some(from), None)
            .map_or(Greater, |next| line.compare(line.cut(next, false), line.cut(from, false)))
    });
    if order == Equal {
        error::bad_step("step size cannot equal zero");
    } else if order != Greater {
        error::bad_step("step size of a series of ranges must be positive");
    }
}

/// The set that `generate_range_series` returns; runs in the memory of the call series.
///
/// # Safety
/// The call's arguments are a range, a step, and as many of span, partial and time zone.
unsafe fn pieces(call: Call, arguments: usize) -> Option<Rows> {
    let value = call.argument(0)?;
    let memory = ContextAllocator::current();
    let zone = (arguments > 4).then_some(4);
    // SAFETY: as ours; the arguments live as long as the call series.
    unsafe {
        let partial = match arguments {
            ..4 => Partial::Clip,
            _ => match pg::text_str(call.argument(3)?).as_ref() {
                "clip" => Partial::Clip,
                "drop" => Partial::Drop,
                "keep" => Partial::Keep,
                other => error::unknown_partial(other),
            },
        };
        let range_type = RangeType::kept(memory, pg::value_type(&Varlena::new(value)));
        let step = Ruler::of(range_type, given(call, 1, zone)?);
        let (step, span) = if arguments > 2 {
            let (step, span) = step.matched(Ruler::of(range_type, given(call, 2, zone)?));
            (step, Some(span))
        } else {
            (step, None)
        };
        with_line!(range_type, memory, |line| {
            for ruler in [Some(&step), span.as_ref()].into_iter().flatten() {
                // Wrong steps are errors over an empty range too, as far as they show.
                if ruler.direction() == Some(Less) {
                    error::bad_step("step size of a series of ranges must be positive");
                }
            }
            let field = Field::of(&line, value)?;
            let lower = field.lower.0;
            check_positive(&line, &step, lower);
            if let Some(span) = &span {
                check_positive(&line, span, lower);
            }
            let inner = Inner::of(range_type, &field, &step, span.as_ref());
            let pieces = Pieces {
                line,
                step,
                span,
                partial,
                field,
                k: 0,
                next: Some(lower),
                repeated: None,
                domain: range_type.domain(),
                memory,
                inner,
                room: Room::reused(memory),
            };
            Some(Rows::new(memory, pieces))
        })
    }
}

pg_function! {
    /// `(anyrange, step) → SETOF anyrange`
    fn range_pieces(call) { next_row(call, || pieces(call, 2)) }
}
pg_function! {
    /// `(anyrange, step, span) → SETOF anyrange`
    fn range_pieces_span(call) { next_row(call, || pieces(call, 3)) }
}
pg_function! {
    /// `(anyrange, step, span, partial text) → SETOF anyrange`
    fn range_pieces_partial(call) { next_row(call, || pieces(call, 4)) }
}
pg_function! {
    /// `(tstzrange, interval, interval, partial text, timezone text) → SETOF tstzrange`
    fn range_pieces_at_zone(call) { next_row(call, || pieces(call, 5)) }
}
