//! The line of `inetrange`: places between addresses.
//!
//! Invariant: values of the type are in its canonical form, closed and of hosts, and so is what is
//! made here, without asking the canonical function. The place after an address is the one before
//! the next, so neighbours meet as half-open ranges do.

use core::cmp::Ordering;

use addresses::{Cut, address::Size};
use intervals::{
    Line, Span,
    wire::{Malformed, Reader, Writer},
};
use pgrx::pg_sys::Datum;

use super::{
    ContextAllocator, EndBytes, Ends, Inet, InetBounds, RangeType, ServerLine, Varlena,
    inet::inetrange_in,
    line::{NewMultirange, Room},
};

/// The line of `inetrange`.
#[derive(Clone, Copy)]
pub(crate) struct AddressLine<'a> {
    range_type: &'a RangeType,
}

impl<'a> AddressLine<'a> {
    #[inline]
    pub(crate) fn new(range_type: &'a RangeType) -> Self {
        Self { range_type }
    }
}

/// The bounds of a span, which are addresses unless they are missing: it has a point.
#[inline]
fn ends(span: &Span<Cut>) -> Ends {
    (span.start.next(), span.end.previous())
}

impl Line for AddressLine<'_> {
    type Cut = Cut;

    #[inline]
    fn compare(&self, left: Cut, right: Cut) -> Ordering {
        left.cmp(&right)
    }

    #[inline]
    fn adjoins(&self, end: Cut, start: Cut) -> bool {
        end.adjoins(start)
    }

    fn pause(&self) {
        pgrx::check_for_interrupts!();
    }
}

impl ServerLine for AddressLine<'_> {
    const CALLS_TYPE: bool = false;

    #[inline]
    fn range_type(&self) -> &RangeType {
        self.range_type
    }

    fn write_cut(&self, cut: Cut, writer: &mut Writer<ContextAllocator>) {
        writer.raw(&cut.to_bytes());
    }

    fn read_cut(&self, reader: &mut Reader<'_>) -> Result<Cut, Malformed> {
        Cut::from_bytes(reader.array()?).ok_or(Malformed)
    }

    #[inline]
    unsafe fn bounds(&self, at: *const u8, flags: u8) -> Span<Cut> {
        // SAFETY: as ours.
        let bounds = unsafe { InetBounds::stored(at, flags) };
        Span {
            start: bounds.lower.map_or(Cut::FIRST, |(inet, _)| Cut::before(inet.address)),
            end: bounds.upper.map_or(Cut::LAST, |(inet, _)| Cut::after(inet.address)),
        }
    }

    #[inline]
    unsafe fn value(datum: Datum) -> Varlena {
        // SAFETY: as ours.
        unsafe { Varlena::new(datum) }
    }

    fn range_in(&self, span: Option<Span<Cut>>, room: Room) -> Datum {
        inetrange_in(self.range_type.oid, span.as_ref().map(ends), room)
    }

    fn lower(&self, start: Cut) -> Option<(Datum, bool)> {
        start.next().map(|address| (Inet::host(address).datum(), true))
    }

    fn upper(&self, end: Cut) -> Option<(Datum, bool)> {
        end.previous().map(|address| (Inet::host(address).datum(), true))
    }

    fn addresses(&self, span: &Span<Cut>) -> Option<Size> {
        span.start.size_to(span.end)
    }

    fn cut(&self, value: Datum, after: bool) -> Cut {
        // SAFETY: the subtype is inet.
        let address = unsafe { Inet::new(value) }.address;
        if after { Cut::after(address) } else { Cut::before(address) }
    }

    fn multirange(&self, spans: &[Span<Cut>]) -> Datum {
        let length = |span| EndBytes::new(ends(span)).padded().len();
        let mut size = 0;
        for (i, span) in spans.iter().enumerate() {
            size += length(span);
            self.pause_at(i);
        }
        let mut value = NewMultirange::new(self.range_type, spans.len(), size);
        for (i, span) in spans.iter().enumerate() {
            let ends = EndBytes::new(ends(span));
            // SAFETY: the value has room for the bounds of all spans, as measured above.
            unsafe { value.push(ends.padded(), ends.flags) };
            self.pause_at(i);
        }
        value.datum()
    }
}
