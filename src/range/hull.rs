//! The hull of all values: the smallest range that holds them.

use core::cmp::Ordering::{Greater, Less};

use intervals::{
    Span,
    wire::{Malformed, Reader, Writer},
};

use super::aggregate::{
    Kind, Shape, Summary, absorb, combine, deserialize, finish, serialize, support_functions,
    transition, transitions,
};
use crate::pg::{self, ContextAllocator, ServerLine, pg_function};

/// The hull of all values.
pub(crate) enum Hull {}

impl Kind for Hull {
    const TAG: u8 = 2;
    type Extra = ();
    type Summary<L: ServerLine> = Option<Span<L::Cut>>;
}

impl<L: ServerLine> Summary<L> for Option<Span<L::Cut>> {
    type Extra = ();

    fn new(_memory: ContextAllocator) -> Self {
        None
    }

    #[inline]
    fn add(&mut self, line: &L, span: Span<L::Cut>, (): ()) {
        let Some(hull) = self else {
            *self = Some(Span { start: line.keep(span.start), end: line.keep(span.end) });
            return;
        };
        if line.compare(span.start, hull.start) == Less {
            line.release(core::mem::replace(&mut hull.start, line.keep(span.start)));
        }
        if line.compare(span.end, hull.end) == Greater {
            line.release(core::mem::replace(&mut hull.end, line.keep(span.end)));
        }
    }

    fn combine(&mut self, line: &L, other: &mut Self) {
        if let Some(span) = *other {
            self.add(line, span, ());
        }
    }

    fn write(&mut self, line: &L, writer: &mut Writer<ContextAllocator>) {
        pg::write_spans(line, self.as_slice(), writer);
    }

    fn absorb(&mut self, line: &L, reader: &mut Reader<'_>) -> Result<(), Malformed> {
        match *pg::read_spans(line, reader)? {
            [] => {}
            [span] => self.add(line, span, ()),
            _ => return Err(Malformed),
        }
        Ok(())
    }
}

transitions!(Hull: range_hull_transition, multirange_hull_transition);
support_functions!(Hull:
    range_hull_combine, range_hull_serialize, range_hull_deserialize, range_hull_absorb);

pg_function! {
    /// `(internal, …) → anyrange`: the hull, the empty range where all values were empty.
    fn range_hull_final(call) {
        finish!(call, Hull, |line, hull| line.range(*hull))
    }
}
