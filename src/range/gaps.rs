//! Gaps: what the values leave open between them, or within a range.

use allocator_api2::vec::Vec;
use intervals::{
    Span,
    union::{Union, gaps, gaps_within},
    wire::{Malformed, Reader, Writer},
};
use pgrx::pg_sys::Datum;

use super::{
    aggregate::{
        Head, Kind, Shape, Summary, absorb, combine, create, deserialize, finish, serialize,
        summary, support_functions, unchanged,
    },
    union::Islands,
};
use crate::{
    error,
    pg::{self, Call, ContextAllocator, ServerLine, Varlena, pg_function, with_line},
};

pg_function! {
    /// `(internal, …) → anymultirange`: the hull minus the union.
    fn range_gaps_final(call) {
        finish!(call, Islands, |line, union| {
            let mut found = Vec::new_in(ContextAllocator::current());
            found.extend(gaps(union.islands(&line)));
            line.multirange(&found)
        })
    }
}

pg_function! {
    /// `(internal, …) → boolean`: there is no gap.
    fn range_is_contiguous_final(call) {
        finish!(call, Islands, |line, union| Datum::from(union.islands(&line).len() < 2))
    }
}

/// The union of all values, and the range whose rest is asked for.
pub(crate) struct Within<L: ServerLine> {
    union: Union<L, ContextAllocator>,
    /// Unknown until a row supplies it; the inner `None` is the empty range.
    within: Option<Option<Span<L::Cut>>>,
}

/// The union within a range.
pub(crate) enum Rest {}

impl Kind for Rest {
    const TAG: u8 = 7;
    type Extra = ();
    type Summary<L: ServerLine> = Within<L>;
}

impl<L: ServerLine> Within<L> {
    fn set(&mut self, line: &L, within: Option<Span<L::Cut>>) {
        let Some(known) = self.within else {
            let keep = |s: Span<_>| Span { start: line.keep(s.start), end: line.keep(s.end) };
            self.within = Some(within.map(keep));
            return;
        };
        let same = match (known, within) {
            (None, None) => true,
            (Some(a), Some(b)) => {
                line.compare(a.start, b.start).is_eq() && line.compare(a.end, b.end).is_eq()
            }
            _ => false,
        };
        if !same {
            error::within_differs();
        }
    }
}

impl<L: ServerLine> Summary<L> for Within<L> {
    type Extra = ();

    fn new(memory: ContextAllocator) -> Self {
        Self { union: Union::new_in(memory), within: None }
    }

    fn add(&mut self, line: &L, span: Span<L::Cut>, (): ()) {
        self.union.push(line, span);
    }

    fn combine(&mut self, line: &L, other: &mut Self) {
        if let Some(within) = other.within {
            self.set(line, within);
        }
        self.union.append(line, other.union.islands(line));
    }

    fn write(&mut self, line: &L, writer: &mut Writer<ContextAllocator>) {
        writer.u8(u8::from(self.within.is_some()));
        pg::write_spans(line, self.within.flatten().as_slice(), writer);
        pg::write_spans(line, self.union.islands(line), writer);
    }

    fn absorb(&mut self, line: &L, reader: &mut Reader<'_>) -> Result<(), Malformed> {
        let known = reader.u8()?;
        match (known, &*pg::read_spans(line, reader)?) {
            (0, []) => {}
            (1, []) => self.set(line, None),
            (1, [within]) => self.set(line, Some(*within)),
            _ => return Err(Malformed),
        }
        self.union.append(line, &pg::read_spans(line, reader)?);
        Ok(())
    }
}

support_functions!(Rest:
    range_rest_combine, range_rest_serialize, range_rest_deserialize, range_rest_absorb);

pg_function! {
    /// `(internal, value anyrange, within anyrange) → internal`
    fn range_rest_transition(call) {
        let mut state: *mut Head = call.pointer(0);
        let (value, within) = (call.argument(1), call.argument(2));
        let Some(any) = value.or(within) else { return unchanged(call, state) };
        if state.is_null() {
            let range_type = Shape::Range.range_type(call, &Varlena::new(any));
            state = create::<Rest>(call.aggregate_memory(), range_type);
        }
        with_line!(&*(*state).range_type, (*state).memory, |line| {
            let rest = summary::<_, Rest>(&line, state);
            if let Some(value) = value {
                Shape::Range.spans(&line, value, |span| rest.union.push(&line, span));
            }
            if let Some(within) = within {
                rest.set(&line, value_span(&line, within));
            }
        });
        Datum::from(state)
    }
}

/// The span of a range, `None` if it is empty.
///
/// # Safety
/// `value` is a range of the line's type.
pub(crate) unsafe fn value_span<L: ServerLine>(line: &L, value: Datum) -> Option<Span<L::Cut>> {
    // SAFETY: as ours.
    unsafe { line.range_span(L::value(value)) }
}

/// The multirange of what `islands` leave of `within`.
fn rest<L: ServerLine>(line: &L, islands: &[Span<L::Cut>], within: Option<Span<L::Cut>>) -> Datum {
    let mut found = Vec::new_in(ContextAllocator::current());
    if let Some(within) = within {
        found.extend(gaps_within(line, islands, within));
    }
    line.multirange(&found)
}

pg_function! {
    /// `(internal, …) → anymultirange`: `within` minus the union.
    fn range_rest_final(call) {
        finish!(call, Rest, |line, state| match state.within {
            None => call.null(),
            Some(within) => rest(&line, state.union.islands(&line), within),
        })
    }
}

/// The spans of a multirange, ascending.
///
/// # Safety
/// `value` is a multirange of the line's type.
pub(crate) unsafe fn multirange_islands<L: ServerLine>(
    line: &L,
    value: Datum,
) -> Vec<Span<L::Cut>, ContextAllocator> {
    let mut islands = Vec::new_in(ContextAllocator::current());
    // SAFETY: as ours.
    unsafe { Shape::Multirange.spans(line, value, |span| islands.push(span)) };
    islands
}

pg_function! {
    /// `(anymultirange) → anymultirange`: the gaps between its ranges.
    fn multirange_gaps(call) {
        gaps_of(call, None)
    }
}

pg_function! {
    /// `(anymultirange, within anyrange) → anymultirange`: what it leaves of `within`.
    fn multirange_gaps_within(call) {
        gaps_of(call, call.argument(1))
    }
}

/// The gaps of the multirange that is the first argument.
///
/// # Safety
/// So it is, and `within` a range of its type.
unsafe fn gaps_of(call: Call, within: Option<Datum>) -> Datum {
    let Some(value) = call.argument(0) else { return call.null() };
    // SAFETY: as ours.
    unsafe {
        let range_type = Shape::Multirange.range_type(call, &Varlena::new(value));
        with_line!(range_type, ContextAllocator::current(), |line| {
            let islands = multirange_islands(&line, value);
            match within {
                Some(within) => rest(&line, &islands, value_span(&line, within)),
                None => {
                    let mut found = Vec::new_in(ContextAllocator::current());
                    found.extend(gaps(&islands));
                    line.multirange(&found)
                }
            }
        })
    }
}
