//! `generate_range_series(range, step [, span [, partial [, timezone]]])`: pieces of the range.
//!
//! Piece k runs from `lower + k·step` to `lower + (k+1)·step`, or to `lower + (k·step + span)`.
//! Every cut lies before its value, so a cut point starts the upper piece; the first piece begins
//! and the last one ends as the range itself does.

use core::cmp::Ordering::{Equal, Greater, Less};

use intervals::Span;
use pgrx::pg_sys::Datum;

use super::{
    ruler::Ruler,
    terms::{Field, given},
};
use crate::{
    error,
    pg::{
        self, Call, ContextAllocator, RangeType, Rows, ServerLine, Varlena, next_row, pg_function,
        with_line,
    },
};

/// What becomes of a piece that goes beyond the range.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Partial {
    Clip,
    Drop,
    Keep,
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
    memory: ContextAllocator,
}

impl<L: ServerLine> Pieces<L> {
    /// The value as a cut before it.
    fn cut(&self, value: Option<Datum>) -> Option<L::Cut> {
        value.map(|value| self.line.cut(value, false))
    }
}

impl<L: ServerLine> Iterator for Pieces<L> {
    type Item = Datum;

    fn next(&mut self) -> Option<Datum> {
        let begin = self.next?;
        let whole = self.field.span;
        let cut = self.line.cut(begin, false);
        let start = if self.k == 0 { whole.start } else { cut };
        if self.line.compare(start, whole.end) != Less {
            return None;
        }
        let k = self.k;
        let anchor = self.field.lower.0;
        let (next, end) = self.memory.within(|| {
            let next = k.checked_add(1).and_then(|k| self.step.at(anchor, k, Some(begin), None));
            let end = match &self.span {
                None => next,
                // The operator of the step starts from this term, all others from the anchor.
                Some(span) => match &self.step {
                    Ruler::Operator { .. } => span.at(begin, 1, Some(begin), None),
                    step => step.at(anchor, k, None, Some(span)),
                },
            };
            (next, end)
        });
        let (next_cut, end) = (self.cut(next), self.cut(end));
        if next_cut.is_some_and(|next| self.line.compare(next, cut) != Greater) {
            error::step_does_not_advance();
        }
        self.next = next;
        self.k += 1;
        // Without an end the piece reaches beyond what the type can hold.
        let beyond = end.is_none_or(|end| self.line.compare(end, whole.end) == Greater);
        let end = match self.partial {
            // So are all that follow.
            Partial::Drop if beyond => return None,
            Partial::Clip if beyond => whole.end,
            _ => end.unwrap_or(whole.end),
        };
        match Span::new(&self.line, start, end) {
            None => error::step_does_not_advance(),
            piece => Some(self.line.range(piece)),
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
            let pieces =
                Pieces { line, step, span, partial, field, k: 0, next: Some(lower), memory };
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
