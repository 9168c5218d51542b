//! Ranges in pieces: cut at points, or where the depth of many ranges changes.
//!
//! Both stream: the first call sorts what it was given, each further one returns a piece.

use allocator_api2::vec::Vec;
use intervals::{
    Span,
    depth::{Depth, Unweighted},
};
use pgrx::pg_sys::Datum;

use super::gaps::value_span;
use crate::{
    error,
    pg::{
        self, Call, ContextAllocator, RangeType, Row, Rows, ServerLine, Varlena, array_elements,
        next_row, pg_function, with_line,
    },
};

/// The pieces of a span between ascending cuts.
fn pieces<L: ServerLine>(
    line: L,
    span: Span<L::Cut>,
    mut cuts: impl Iterator<Item = L::Cut>,
) -> impl Iterator<Item = Datum> {
    let mut rest = Some(span);
    core::iter::from_fn(move || {
        let span = rest.take()?;
        // A cut outside, or where the piece begins, cuts nothing.
        let parts = cuts
            .find_map(|cut| Span::new(&line, span.start, cut).zip(Span::new(&line, cut, span.end)));
        let piece = parts.map_or(span, |(piece, more)| {
            rest = Some(more);
            piece
        });
        Some(line.range(Some(piece)))
    })
}

/// The set that [`range_split`] returns; runs in the memory of the call series.
///
/// # Safety
/// The call's arguments are a range and an array of its subtype.
unsafe fn split(call: Call) -> Option<Rows> {
    let (value, points) = (call.argument(0)?, call.argument(1)?);
    let memory = ContextAllocator::current();
    // SAFETY: as ours; the arguments live as long as the call series.
    unsafe {
        let range_type = RangeType::kept(memory, pg::value_type(&Varlena::new(value)));
        with_line!(range_type, memory, |line| {
            let span = value_span(&line, value)?;
            let mut cuts = Vec::new_in(memory);
            cuts.extend(array_elements(points).1.map(|point| line.cut(point, false)));
            cuts.sort_unstable_by(|a, b| intervals::Line::compare(&line, *a, *b));
            Some(Rows::new(memory, pieces(line, span, cuts.into_iter())))
        })
    }
}

pg_function! {
    /// `(anycompatiblerange, VARIADIC anycompatiblearray) → SETOF anycompatiblerange`
    fn range_split(call) { next_row(call, || split(call)) }
}

/// The set that [`range_profile`] returns; runs in the memory of the call series.
///
/// # Safety
/// The call's argument is an array.
unsafe fn profile(call: Call) -> Option<Rows> {
    let ranges = call.argument(0)?;
    let memory = ContextAllocator::current();
    // SAFETY: as ours; what lies in the memory of the call series lives as long as the iterator.
    unsafe {
        let (element, ranges) = array_elements(ranges);
        if !pg::is_range_type(element) {
            error::not_an_array_of_ranges(&pg::type_name(element));
        }
        let row = Row::of(call);
        let range_type = RangeType::kept(memory, element);
        with_line!(range_type, memory, |line| {
            let line = &*memory.put(line);
            let depth = &mut *memory.put(Depth::new_in(memory));
            for range in ranges {
                if let Some(span) = value_span(line, range) {
                    depth.push(line, &Unweighted, span, ());
                }
            }
            let steps = depth.profile(line, &Unweighted);
            let rows = steps.map(move |(span, count)| {
                row.form([Some(line.range(Some(span))), Some(Datum::from(count))])
            });
            Some(Rows::new(memory, rows))
        })
    }
}

pg_function! {
    /// `(anyarray) → TABLE(span anyelement, depth bigint)`
    fn range_profile(call) { next_row(call, || profile(call)) }
}
