//! Depth: how many values share a point.

use intervals::{
    Span,
    depth::{Depth, Event, Load, Scale, Unweighted},
    wire::{Malformed, Reader, Writer},
};
use pgrx::pg_sys::Datum;

use super::aggregate::{
    Kind, Shape, Summary, absorb, combine, deserialize, finish, serialize, support_functions,
    transition, transitions,
};
use crate::pg::{self, ContextAllocator, ServerLine, pg_function};

/// Weights as the server has them.
pub(crate) trait ServerScale: Scale {
    /// Weights that are kept lie in `memory`.
    fn new(memory: ContextAllocator) -> Self;
    /// Writes a weight as it travels in a serialized state.
    fn write(&self, weight: Self::Weight, writer: &mut Writer<ContextAllocator>);
    /// Reads what [`ServerScale::write`] wrote; trusts nothing.
    fn read(&self, reader: &mut Reader<'_>) -> Result<Self::Weight, Malformed>;
}

impl ServerScale for Unweighted {
    fn new(_memory: ContextAllocator) -> Self {
        Self
    }
    fn write(&self, (): (), _writer: &mut Writer<ContextAllocator>) {}
    fn read(&self, _reader: &mut Reader<'_>) -> Result<(), Malformed> {
        Ok(())
    }
}

/// The load of every point.
pub(crate) struct Loads<L: ServerLine, S: ServerScale> {
    pub(crate) depth: Depth<L, S, ContextAllocator>,
    pub(crate) scale: S,
}

impl<L: ServerLine, S: ServerScale> Summary<L> for Loads<L, S> {
    type Extra = S::Weight;

    fn new(memory: ContextAllocator) -> Self {
        Self { depth: Depth::new_in(memory), scale: S::new(memory) }
    }

    #[inline]
    fn add(&mut self, line: &L, span: Span<L::Cut>, weight: S::Weight) {
        self.depth.push(line, &self.scale, span, weight);
    }

    fn combine(&mut self, line: &L, other: &mut Self) {
        let Self { depth, scale } = self;
        depth.append(line, scale, &mut other.depth);
    }

    fn write(&mut self, line: &L, writer: &mut Writer<ContextAllocator>) {
        let Self { depth, scale } = self;
        pg::in_encoding::<L, _>(|| {
            for events in depth.events(line, scale) {
                writer.count(events.len() as u64);
                let mut last = None;
                for (i, &Event { cut, load }) in events.iter().enumerate() {
                    line.write_cut_after(last.replace(cut), (cut, load.count as u64), writer);
                    scale.write(load.weight, writer);
                    line.pause_at(i);
                }
            }
        });
    }

    fn absorb(&mut self, line: &L, reader: &mut Reader<'_>) -> Result<(), Malformed> {
        let Self { depth, scale } = self;
        let mut side = |ends| {
            let (mut last, mut total) = (None, 0_i64);
            let events = reader.items()?;
            let read = (0..events).map(|_| {
                let (cut, count) = line.read_cut_after(last, reader)?;
                last = Some(cut);
                let count = i64::try_from(count).map_err(|_| Malformed)?;
                total = total.checked_add(count).filter(|_| count > 0).ok_or(Malformed)?;
                Ok(Event { cut, load: Load { count, weight: scale.read(reader)? } })
            });
            depth.append_events(line, scale, ends, events, read)?;
            Ok(total)
        };
        let (started, ended) = pg::in_encoding::<L, _>(|| Ok((side(false)?, side(true)?)))?;
        if started == ended { Ok(()) } else { Err(Malformed) }
    }
}

/// The depth of every point.
pub(crate) enum Depths {}

impl Kind for Depths {
    const TAG: u8 = 3;
    type Extra = ();
    type Summary<L: ServerLine> = Loads<L, Unweighted>;
}

transitions!(Depths: range_depth_transition, multirange_depth_transition);
support_functions!(Depths:
    range_depth_combine, range_depth_serialize, range_depth_deserialize, range_depth_absorb);

pg_function! {
    /// `(internal, …) → bigint`: the largest number of values that share a point.
    fn range_max_depth_final(call) {
        finish!(call, Depths, |line, loads| {
            Datum::from(loads.depth.deepest(&line, &loads.scale).0)
        })
    }
}

pg_function! {
    /// `(internal, …) → anyrange`: where that is, first.
    fn range_max_depth_at_final(call) {
        finish!(call, Depths, |line, loads| {
            line.range(loads.depth.deepest(&line, &loads.scale).1)
        })
    }
}

pg_function! {
    /// `(internal, …) → boolean`: some two values share a point.
    fn range_has_overlap_final(call) {
        finish!(call, Depths, |line, loads| {
            let mut steps = loads.depth.steps(&line, &loads.scale);
            Datum::from(steps.any(|(_, load)| load.count > 1))
        })
    }
}
