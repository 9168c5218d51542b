//! The union of all values: islands, and what follows from them.

use intervals::{
    Span,
    union::Union,
    wire::{Malformed, Reader, Writer},
};

use super::aggregate::{
    Kind, Shape, Summary, absorb, combine, deserialize, finish, serialize, support_functions,
    transition, transitions,
};
use crate::pg::{self, ContextAllocator, ServerLine, pg_function};

/// The union of all values.
pub(crate) enum Islands {}

impl Kind for Islands {
    const TAG: u8 = 1;
    type Extra = ();
    type Summary<L: ServerLine> = Union<L, ContextAllocator>;
}

impl<L: ServerLine> Summary<L> for Union<L, ContextAllocator> {
    type Extra = ();

    fn new(memory: ContextAllocator) -> Self {
        Self::new_in(memory)
    }

    #[inline]
    fn add(&mut self, line: &L, span: Span<L::Cut>, (): ()) {
        self.push(line, span);
    }

    fn combine(&mut self, line: &L, other: &mut Self) {
        self.append(line, other.islands(line));
    }

    fn write(&mut self, line: &L, writer: &mut Writer<ContextAllocator>) {
        pg::write_spans(line, self.islands(line), writer);
    }

    fn absorb(&mut self, line: &L, reader: &mut Reader<'_>) -> Result<(), Malformed> {
        self.append(line, &pg::read_spans(line, reader)?);
        Ok(())
    }
}

transitions!(Islands: range_union_transition, multirange_union_transition);
support_functions!(Islands:
    range_union_combine, range_union_serialize, range_union_deserialize, range_union_absorb);

pg_function! {
    /// `(internal, …) → anymultirange`: the union.
    fn range_union_final(call) {
        finish!(call, Islands, |line, union| line.multirange(union.islands(&line)))
    }
}
