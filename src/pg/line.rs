//! Ranges and multiranges as spans of a line, and back.
//!
//! Layout of core's values, the same in all supported versions (`rangetypes.c`,
//! `multirangetypes.c`):
//!
//! * range: length word, type OID, lower and upper bound where they have values, each aligned as
//!   the subtype asks counted from the length word, one byte of flags at the very end;
//! * multirange: length word, type OID, count, count−1 words that lead to the bounds of each range
//!   but the first, count bytes of flags, then the bounds, each range's aligned.
//!
//! Invariant: spans come from values of one range type, in its canonical form.

use core::{cmp::Ordering, ptr};

use addresses::address::Size;
use allocator_api2::vec::Vec;
use intervals::{
    Key, Line, Span,
    wire::{Malformed, Reader, Writer},
};
use pgrx::pg_sys::{self, Datum, RangeBound};

use super::{
    ContextAllocator, Inet, RangeType,
    comparison::Comparison,
    fenced,
    inet::MAX_BOUNDS,
    range_type::{Canonical, Varlena, Word},
    wire,
};
use crate::error;

pub(super) const EMPTY: u8 = 0x01;
pub(super) const LOWER_INCLUSIVE: u8 = 0x02;
pub(super) const UPPER_INCLUSIVE: u8 = 0x04;
pub(super) const LOWER_INFINITE: u8 = 0x08;
pub(super) const UPPER_INFINITE: u8 = 0x10;

/// In a multirange: this word holds an offset from the first bound, not a length.
const OFFSET: u32 = 0x8000_0000;
/// Every so many ranges of a multirange the word is an offset.
const OFFSET_STRIDE: usize = 4;
/// Length word, type OID and count of a multirange.
const MULTIRANGE_HEADER: usize = 12;
/// Length word and type OID of a range.
const RANGE_HEADER: usize = 8;
/// The most bytes of a range whose bounds have a largest length.
const MOST_OF_A_RANGE: usize = RANGE_HEADER + MAX_BOUNDS + 1;
/// The server's limit for one value (`MaxAllocSize`).
pub(super) const MAX_VALUE: usize = 0x3fff_ffff;

/// Spans of a serialized state: as they lie there, or read.
pub(crate) enum Spans<'a, C> {
    Borrowed(&'a [Span<C>]),
    Read(Vec<Span<C>, ContextAllocator>),
}

impl<C> core::ops::Deref for Spans<'_, C> {
    type Target = [Span<C>];
    fn deref(&self) -> &[Span<C>] {
        match self {
            Self::Borrowed(spans) => spans,
            Self::Read(spans) => spans,
        }
    }
}

/// A line whose cuts are bounds of values of one range type.
pub(crate) trait ServerLine: Line + Sized {
    /// Serializing calls functions of the subtype.
    const CALLS_TYPE: bool;

    /// The range type.
    fn range_type(&self) -> &RangeType;

    /// Writes a cut as it travels in a serialized state.
    fn write_cut(&self, cut: Self::Cut, writer: &mut Writer<ContextAllocator>);

    /// Reads a cut that [`ServerLine::write_cut`] wrote; trusts nothing.
    fn read_cut(&self, reader: &mut Reader<'_>) -> Result<Self::Cut, Malformed>;

    /// Writes a cut, and the number of things at it, behind `last`, the cut written before it in the
    /// same ascending list.
    fn write_cut_after(
        &self,
        _last: Option<Self::Cut>,
        (cut, count): (Self::Cut, u64),
        writer: &mut Writer<ContextAllocator>,
    ) {
        self.write_cut(cut, writer);
        writer.count(count);
    }

    /// Reads what [`ServerLine::write_cut_after`] wrote; trusts nothing.
    fn read_cut_after(
        &self,
        _last: Option<Self::Cut>,
        reader: &mut Reader<'_>,
    ) -> Result<(Self::Cut, u64), Malformed> {
        Ok((self.read_cut(reader)?, reader.count()?))
    }

    /// Writes spans as they travel in a serialized state, without their number.
    fn write_spans(&self, spans: &[Span<Self::Cut>], writer: &mut Writer<ContextAllocator>) {
        for (i, span) in spans.iter().enumerate() {
            self.write_cut(span.start, writer);
            self.write_cut(span.end, writer);
            self.pause_at(i);
        }
    }

    /// Reads as many spans as [`ServerLine::write_spans`] wrote; trusts nothing. Their values are
    /// the current context's, or the reader's.
    fn read_spans<'a>(
        &self,
        count: usize,
        reader: &mut Reader<'a>,
    ) -> Result<Spans<'a, Self::Cut>, Malformed> {
        let mut spans = Vec::new_in(ContextAllocator::current());
        for i in 0..count {
            let (start, end) = (self.read_cut(reader)?, self.read_cut(reader)?);
            spans.push(Span::new(self, start, end).ok_or(Malformed)?);
            self.pause_at(i);
        }
        Ok(Spans::Read(spans))
    }

    /// Looks for a cancel every few ten thousand steps of a loop.
    #[inline]
    fn pause_at(&self, step: usize) {
        if step % 65_536 == 65_535 {
            self.pause();
        }
    }

    /// The bounds stored at `at` under `flags`.
    ///
    /// # Safety
    /// `at` is where a range of the type has its bounds, aligned unless all values are inline.
    unsafe fn bounds(&self, at: *const u8, flags: u8) -> Span<Self::Cut>;

    /// The bytes of a range or multirange, aligned where this line needs it.
    ///
    /// # Safety
    /// `datum` is a value of the line's range or multirange type.
    unsafe fn value(datum: Datum) -> Varlena;

    /// The range of this span, or the empty range; in `room`, where the line itself lays it out.
    fn range_in(&self, span: Option<Span<Self::Cut>>, room: Room) -> Datum;

    /// The same, in the current context.
    #[inline]
    fn range(&self, span: Option<Span<Self::Cut>>) -> Datum {
        self.range_in(span, Room::NEW)
    }

    /// The values of the bounds of a span, `None` on an unbounded side.
    fn values(&self, span: &Span<Self::Cut>) -> (Option<Datum>, Option<Datum>) {
        let value = |(value, _)| value;
        (self.lower(span.start).map(value), self.upper(span.end).map(value))
    }

    /// The lower bound at this cut, and whether it belongs to the range; `None` if unbounded.
    fn lower(&self, start: Self::Cut) -> Option<(Datum, bool)>;

    /// The upper bound at this cut, and whether it belongs to the range; `None` if unbounded.
    fn upper(&self, end: Self::Cut) -> Option<(Datum, bool)>;

    /// The number of addresses in a span of `inetrange`; `None` if it is unbounded.
    fn addresses(&self, span: &Span<Self::Cut>) -> Option<Size> {
        let (lower, upper) = self.values(span);
        // SAFETY: the subtype is inet; the bounds are closed by the type's canonical form.
        let address = |value| unsafe { Inet::new(value) }.address;
        addresses::Span::new(address(lower?), address(upper?)).map(addresses::Span::size)
    }

    /// The cut beside a value of the subtype.
    fn cut(&self, value: Datum, after: bool) -> Self::Cut;

    /// The multirange of these spans: ascending, none reaching the next.
    fn multirange(&self, spans: &[Span<Self::Cut>]) -> Datum;

    /// The span of a range, `None` if it is empty.
    ///
    /// # Safety
    /// `value` is what [`ServerLine::value`] returned for a range.
    #[inline]
    unsafe fn range_span(&self, value: Varlena) -> Option<Span<Self::Cut>> {
        // SAFETY: a range ends with its flags and begins with its type's OID.
        unsafe {
            let flags = *value.start.add(value.length - 1);
            (flags & EMPTY == 0).then(|| self.bounds(value.start.add(4), flags))
        }
    }

    /// Calls `each` with the spans of a multirange, ascending.
    ///
    /// # Safety
    /// `value` is what [`ServerLine::value`] returned for a multirange.
    #[inline]
    unsafe fn multirange_spans(&self, value: Varlena, mut each: impl FnMut(Span<Self::Cut>)) {
        // SAFETY: the layout is core's; `start` is 4 bytes behind the value's beginning.
        unsafe {
            let count = multirange_count(value);
            for (at, flags) in MultirangeParts::new(value, count, self.range_type().align, 0) {
                each(self.bounds(at, flags));
            }
        }
    }
}

/// Runs the body with the line of a range type, whichever kind it is.
macro_rules! with_line {
    ($range_type:expr, $memory:expr, |$line:ident| $body:expr) => {
        match $range_type.order {
            $crate::pg::Order::Inline(word) => {
                let $line = $crate::pg::InlineLine::new($range_type, word);
                $body
            }
            $crate::pg::Order::Address => {
                let $line = $crate::pg::AddressLine::new($range_type);
                $body
            }
            $crate::pg::Order::Function => {
                let $line = $crate::pg::DatumLine::new($range_type, $memory);
                $body
            }
        }
    };
}
pub(crate) use with_line;

/// Where the flags and the bounds of a multirange begin.
fn multirange_parts(count: usize, align: usize) -> (usize, usize) {
    let flags = MULTIRANGE_HEADER + count.saturating_sub(1) * 4;
    (flags, (flags + count).next_multiple_of(align))
}

/// The ranges of a multirange, in order: where each has its bounds, and its flags.
pub(super) struct MultirangeParts {
    words: *const u32,
    flags: *const u8,
    bounds: *const u8,
    offset: usize,
    next: usize,
    count: usize,
}

impl MultirangeParts {
    /// From range number `first` on; `align` is the subtype's.
    ///
    /// # Safety
    /// `value` is a multirange of `count` ranges, and stays.
    #[inline]
    pub(super) unsafe fn new(value: Varlena, count: usize, align: usize, first: usize) -> Self {
        let (flags, bounds) = multirange_parts(count, align);
        // SAFETY: the layout is core's; `start` is 4 bytes behind the value's beginning.
        let mut parts = unsafe {
            let value = value.start.sub(4);
            Self {
                words: value.add(MULTIRANGE_HEADER).cast(),
                flags: value.add(flags),
                bounds: value.add(bounds),
                offset: 0,
                next: first,
                count,
            }
        };
        for place in (0..first.min(count)).rev() {
            // SAFETY: there is a word for each range but the first. Those before the last offset
            // need not be read.
            let word = unsafe { parts.words.add(place).read_unaligned() };
            parts.offset += (word & !OFFSET) as usize;
            if word & OFFSET != 0 {
                break;
            }
        }
        parts
    }
}

impl Iterator for MultirangeParts {
    type Item = (*const u8, u8);

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.count {
            return None;
        }
        // SAFETY: the multirange has such a range, and a word for the one after it if there is one.
        unsafe {
            let part = (self.bounds.add(self.offset), *self.flags.add(self.next));
            if self.next + 1 < self.count {
                let word = self.words.add(self.next).read_unaligned();
                let base = if word & OFFSET == 0 { self.offset } else { 0 };
                self.offset = base + (word & !OFFSET) as usize;
            }
            self.next += 1;
            Some(part)
        }
    }
}

/// Where a range is made.
#[derive(Clone, Copy)]
pub(crate) struct Room(*mut u8);

impl Room {
    /// A chunk of its own in the current context.
    pub(crate) const NEW: Self = Self(ptr::null_mut());

    /// Always the same chunk of `memory`: the next range that is made there overwrites the last.
    pub(crate) fn reused(memory: ContextAllocator) -> Self {
        Self(memory.put([0_u64; MOST_OF_A_RANGE.div_ceil(8)]).cast())
    }

    /// Room for a range of `size` bytes, of a type whose bounds have a largest length, which begins
    /// with that length; all other bytes are to be written.
    #[inline]
    pub(super) fn of_size(self, size: usize) -> *mut u8 {
        let Self(mut value) = self;
        // SAFETY: either chunk has room for so much, and a 4-byte length word begins it.
        unsafe {
            if value.is_null() {
                value = pg_sys::palloc(size).cast();
            } else {
                debug_assert!(size <= MOST_OF_A_RANGE);
            }
            pgrx::set_varsize_4b(value.cast(), size as i32);
        }
        value
    }
}

/// Raises an error unless a value of `size` bytes can exist, then makes room for it.
///
/// Its bytes are not initialized: the caller writes all of them, padding too.
fn new_value(size: usize, ranges: usize) -> *mut u8 {
    if size > MAX_VALUE {
        error::multirange_too_large(ranges);
    }
    // SAFETY: the server returns memory of this size; a 4-byte length word begins it.
    unsafe {
        let value = pg_sys::palloc(size).cast::<u8>();
        pgrx::set_varsize_4b(value.cast(), size as i32);
        value
    }
}

/// A multirange in the making: its ranges are pushed one by one, as many as it was made for.
pub(super) struct NewMultirange {
    value: *mut u8,
    /// Ranges so far.
    count: usize,
    /// Bytes of their bounds.
    length: usize,
    /// Where the bounds of the last one begin.
    last: usize,
    flags: *mut u8,
    bounds: *mut u8,
}

impl NewMultirange {
    /// Room for `count` ranges whose bounds take `size` bytes.
    pub(super) fn new(range_type: &RangeType, count: usize, size: usize) -> Self {
        let (flags, bounds) = multirange_parts(count, range_type.align);
        let value = new_value(bounds + size, count);
        // SAFETY: the value has room for all parts. The padding is written before the flags.
        unsafe {
            value.add(bounds - range_type.align).write_bytes(0, range_type.align);
            value.add(4).cast::<u32>().write(range_type.multirange.to_u32());
            value.add(8).cast::<u32>().write(count as u32);
            let (flags, bounds) = (value.add(flags), value.add(bounds));
            Self { value, count: 0, length: 0, last: 0, flags, bounds }
        }
    }

    /// The next range: its bounds, as long as their alignment asks, and its flags.
    ///
    /// # Safety
    /// The value was made for it.
    #[inline]
    pub(super) unsafe fn push(&mut self, bounds: &[u8], flags: u8) {
        // SAFETY: as ours.
        unsafe {
            if self.count > 0 {
                let word = if self.count.is_multiple_of(OFFSET_STRIDE) {
                    self.length as u32 | OFFSET
                } else {
                    (self.length - self.last) as u32
                };
                let words = self.value.add(MULTIRANGE_HEADER).cast::<u32>();
                words.add(self.count - 1).write(word);
                self.last = self.length;
            }
            self.flags.add(self.count).write(flags);
            let at = self.bounds.add(self.length);
            at.copy_from_nonoverlapping(bounds.as_ptr(), bounds.len());
        }
        self.count += 1;
        self.length += bounds.len();
    }

    pub(super) fn datum(self) -> Datum {
        Datum::from(self.value)
    }
}

/// The number of ranges of a multirange.
///
/// # Safety
/// `value` is a multirange.
pub(crate) unsafe fn multirange_count(value: Varlena) -> usize {
    // SAFETY: the count follows the type's OID.
    unsafe { value.start.add(4).cast::<u32>().read_unaligned() as usize }
}

/// The line of a range type whose bounds are compared inline.
#[derive(Clone, Copy)]
pub(crate) struct InlineLine<'a> {
    range_type: &'a RangeType,
    word: Word,
}

impl<'a> InlineLine<'a> {
    #[inline]
    pub(crate) fn new(range_type: &'a RangeType, word: Word) -> Self {
        Self { range_type, word }
    }

    /// The value stored at `at` as an integer in the same order.
    ///
    /// # Safety
    /// A value of the subtype lies at `at`, aligned or not.
    #[inline]
    unsafe fn load(&self, at: *const u8) -> i64 {
        // SAFETY: each word is read in its own length.
        unsafe {
            match self.word {
                Word::I64 => at.cast::<i64>().read_unaligned(),
                Word::I32 => at.cast::<i32>().read_unaligned() as i64,
                Word::U32 => at.cast::<u32>().read_unaligned() as i64,
                Word::I16 => at.cast::<i16>().read_unaligned() as i64,
                Word::Bool | Word::Char => *at as i64,
                Word::U64 => at.cast::<i64>().read_unaligned() ^ i64::MIN,
                Word::F32 => float_to_key(at.cast::<f32>().read_unaligned() as f64),
                Word::F64 => float_to_key(at.cast::<f64>().read_unaligned()),
            }
        }
    }

    /// The value of `key` as the server passes it.
    pub(crate) fn datum(&self, key: i64) -> Datum {
        match self.word {
            Word::I64 | Word::I32 | Word::I16 | Word::U32 | Word::Bool | Word::Char => {
                Datum::from(key)
            }
            Word::U64 => Datum::from(key ^ i64::MIN),
            Word::F32 => Datum::from((key_to_float(key) as f32).to_bits() as i32 as i64),
            Word::F64 => Datum::from(key_to_float(key).to_bits()),
        }
    }

    /// Whether a bound of the type can lie at this cut.
    #[inline]
    pub(crate) fn admits(&self, cut: Key) -> bool {
        let Some(value) = cut.value() else { return true };
        let fits = match self.word {
            Word::I64 | Word::U64 => true,
            Word::I32 => i32::try_from(value).is_ok(),
            Word::U32 => u32::try_from(value).is_ok(),
            Word::I16 => i16::try_from(value).is_ok(),
            Word::Bool => value == 0 || value == 1,
            Word::Char => u8::try_from(value).is_ok(),
            Word::F32 => {
                let float = key_to_float(value);
                float_to_key(float) == value && (float.is_nan() || float as f32 as f64 == float)
            }
            Word::F64 => float_to_key(key_to_float(value)) == value,
        };
        // core's daterange_canonical leaves the bounds infinity and -infinity as they are.
        let infinite_date = value == i32::MIN as i64 || value == i32::MAX as i64;
        let half_open = self.range_type.canonical == Canonical::HalfOpen;
        fits && !(half_open && cut.is_after() && !infinite_date)
    }

    /// Writes the value of a cut at `at`, if it has one, and returns what lies behind it.
    ///
    /// # Safety
    /// There is room for a value of the subtype.
    #[inline]
    unsafe fn store(&self, at: *mut u8, cut: Key) -> *mut u8 {
        let Some(key) = cut.value() else { return at };
        let datum = self.datum(key).value();
        // SAFETY: each length is written as such. The low bytes of a datum hold the value.
        unsafe {
            match self.range_type.length {
                8 => at.cast::<u64>().write_unaligned(datum as u64),
                4 => at.cast::<u32>().write_unaligned(datum as u32),
                2 => at.cast::<u16>().write_unaligned(datum as u16),
                _ => *at = datum as u8,
            }
            at.add(self.range_type.length as usize)
        }
    }

    /// Writes the bounds of neighbouring spans of an ascending list.
    ///
    /// # Safety
    /// There is room for them.
    unsafe fn store_all(&self, mut at: *mut u8, spans: &[Span<Key>]) -> *mut u8 {
        let bounded = spans.first().is_none_or(|span| span.start != Key::MIN)
            && spans.last().is_none_or(|span| span.end != Key::MAX);
        // SAFETY: as ours. The loops for the commonest words store without looking at the type.
        unsafe {
            match self.word {
                Word::I64 if bounded => {
                    for span in spans {
                        at.cast::<i64>().write_unaligned(span.start.raw());
                        at.add(8).cast::<i64>().write_unaligned(span.end.raw());
                        at = at.add(16);
                    }
                }
                Word::I32 if bounded => {
                    for span in spans {
                        at.cast::<i32>().write_unaligned(span.start.raw() as i32);
                        at.add(4).cast::<i32>().write_unaligned(span.end.raw() as i32);
                        at = at.add(8);
                    }
                }
                _ => {
                    for span in spans {
                        at = self.store(self.store(at, span.start), span.end);
                    }
                }
            }
        }
        at
    }

    #[inline]
    fn flags(span: &Span<Key>) -> u8 {
        Self::inclusive(span)
            | (u8::from(span.start == Key::MIN) * LOWER_INFINITE)
            | (u8::from(span.end == Key::MAX) * UPPER_INFINITE)
    }

    /// The flags of a span that has both bounds.
    #[inline]
    fn inclusive(span: &Span<Key>) -> u8 {
        (u8::from(span.start.is_before()) * LOWER_INCLUSIVE)
            | (u8::from(span.end.is_after()) * UPPER_INCLUSIVE)
    }

    /// The length of the bounds of `span`.
    fn bounds_length(&self, span: &Span<Key>) -> usize {
        let values =
            usize::from(span.start.value().is_some()) + usize::from(span.end.value().is_some());
        values * self.range_type.length as usize
    }
}

/// Floats in the server's order: −0 equals 0, all NaN are equal and above infinity.
fn float_to_key(float: f64) -> i64 {
    let bits = if float.is_nan() { f64::NAN.to_bits() } else { (float + 0.0).to_bits() } as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

fn key_to_float(key: i64) -> f64 {
    f64::from_bits((key ^ (((key >> 63) as u64) >> 1) as i64) as u64)
}

impl Line for InlineLine<'_> {
    type Cut = Key;

    #[inline]
    fn compare(&self, left: Key, right: Key) -> Ordering {
        left.cmp(&right)
    }

    fn pause(&self) {
        pgrx::check_for_interrupts!();
    }
}

impl ServerLine for InlineLine<'_> {
    const CALLS_TYPE: bool = false;

    #[inline]
    fn range_type(&self) -> &RangeType {
        self.range_type
    }

    fn write_cut(&self, cut: Key, writer: &mut Writer<ContextAllocator>) {
        writer.key(cut);
    }

    fn read_cut(&self, reader: &mut Reader<'_>) -> Result<Key, Malformed> {
        let cut = reader.key()?;
        if self.admits(cut) { Ok(cut) } else { Err(Malformed) }
    }

    #[inline]
    fn write_cut_after(
        &self,
        last: Option<Key>,
        (cut, count): (Key, u64),
        writer: &mut Writer<ContextAllocator>,
    ) {
        writer.key_after(last, cut, count);
    }

    #[inline(always)]
    fn read_cut_after(
        &self,
        last: Option<Key>,
        reader: &mut Reader<'_>,
    ) -> Result<(Key, u64), Malformed> {
        let (cut, count) = reader.key_after(last)?;
        if self.admits(cut) { Ok((cut, count)) } else { Err(Malformed) }
    }

    fn write_spans(&self, spans: &[Span<Key>], writer: &mut Writer<ContextAllocator>) {
        writer.spans(spans);
    }

    fn read_spans<'a>(
        &self,
        count: usize,
        reader: &mut Reader<'a>,
    ) -> Result<Spans<'a, Key>, Malformed> {
        let spans = reader.spans(count)?;
        let admits = |span: &Span<Key>| self.admits(span.start) && self.admits(span.end);
        if spans.iter().all(admits) { Ok(Spans::Borrowed(spans)) } else { Err(Malformed) }
    }

    #[inline]
    unsafe fn bounds(&self, at: *const u8, flags: u8) -> Span<Key> {
        // SAFETY: the values that the flags announce lie one behind the other: a by-value type
        // is as long as it is aligned.
        unsafe {
            let mut next = at;
            let start = if flags & LOWER_INFINITE != 0 {
                Key::MIN
            } else {
                next = at.add(self.range_type.length as usize);
                Key::at(self.load(at), flags & LOWER_INCLUSIVE == 0)
            };
            let end = if flags & UPPER_INFINITE != 0 {
                Key::MAX
            } else {
                Key::at(self.load(next), flags & UPPER_INCLUSIVE != 0)
            };
            Span { start, end }
        }
    }

    #[inline]
    unsafe fn value(datum: Datum) -> Varlena {
        // SAFETY: as ours.
        unsafe { Varlena::new(datum) }
    }

    #[inline]
    fn range_in(&self, span: Option<Span<Key>>, room: Room) -> Datum {
        let length = span.as_ref().map_or(0, |span| self.bounds_length(span));
        let value = room.of_size(RANGE_HEADER + length + 1);
        // SAFETY: the value has room for header, bounds and flags.
        unsafe {
            value.add(4).cast::<u32>().write(self.range_type.oid.to_u32());
            *value.add(RANGE_HEADER + length) = span.as_ref().map_or(EMPTY, Self::flags);
            if let Some(span) = span {
                let next = self.store(value.add(RANGE_HEADER), span.start);
                self.store(next, span.end);
            }
        }
        Datum::from(value)
    }

    fn lower(&self, start: Key) -> Option<(Datum, bool)> {
        start.value().map(|key| (self.datum(key), start.is_before()))
    }

    fn upper(&self, end: Key) -> Option<(Datum, bool)> {
        end.value().map(|key| (self.datum(key), end.is_after()))
    }

    fn cut(&self, value: Datum, after: bool) -> Key {
        let bytes = value.value().to_le_bytes();
        // SAFETY: the low bytes of a datum hold the value.
        Key::at(unsafe { self.load(bytes.as_ptr()) }, after)
    }

    fn multirange(&self, spans: &[Span<Key>]) -> Datum {
        let align = self.range_type.align;
        let (flags_at, bounds_at) = multirange_parts(spans.len(), align);
        let most = 2 * self.range_type.length as usize;
        let unbounded = |span: &Span<Key>| most - self.bounds_length(span);
        // Only the outermost ranges can lack a bound.
        let less: usize = match spans {
            [] => 0,
            [only] => unbounded(only),
            [first, .., last] => unbounded(first) + unbounded(last),
        };
        let value = new_value(bounds_at + most * spans.len() - less, spans.len());
        // SAFETY: the value has room for all parts.
        unsafe {
            // The padding before the bounds, first of all: it may reach into what follows here.
            value.add(bounds_at - align).write_bytes(0, align);
            value.add(4).cast::<u32>().write(self.range_type.multirange.to_u32());
            value.add(8).cast::<u32>().write(spans.len() as u32);
            let words = value.add(MULTIRANGE_HEADER).cast::<u32>();
            // The first range may lack its lower bound; all others but the last have both.
            let first = spans.first().map_or(0, |span| self.bounds_length(span));
            for i in 1..spans.len() {
                let offset = (first + (i - 1) * most) as u32;
                let length = if i == 1 { first as u32 } else { most as u32 };
                words.add(i - 1).write(if i % OFFSET_STRIDE == 0 {
                    offset | OFFSET
                } else {
                    length
                });
            }
            let mut flags = value.add(flags_at);
            let mut next = value.add(bounds_at);
            // In chunks that stay in the nearest cache.
            for some in spans.chunks(512) {
                for span in some {
                    *flags = Self::inclusive(span);
                    flags = flags.add(1);
                }
                next = self.store_all(next, some);
                self.pause();
            }
            // Only the outermost can lack a bound.
            if let ([first, ..], [.., last]) = (spans, spans) {
                *value.add(flags_at) = Self::flags(first);
                *value.add(flags_at + spans.len() - 1) = Self::flags(last);
            }
        }
        Datum::from(value)
    }
}

/// Where a [`DatumCut`] lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    First,
    Before,
    After,
    Last,
}

/// A cut at any value: the value and the side of it.
///
/// Invariant: of two cuts the one with the smaller key comes first; see [`Comparison`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct DatumCut {
    key: u64,
    value: Datum,
    place: Place,
}

impl DatumCut {
    const FIRST: Self = Self { key: 0, value: Datum::null(), place: Place::First };
    const LAST: Self = Self { key: u64::MAX, value: Datum::null(), place: Place::Last };

    /// The value, `None` on an unbounded side.
    fn value(self) -> Option<Datum> {
        matches!(self.place, Place::Before | Place::After).then_some(self.value)
    }

    /// The bound of a range that this cut is.
    fn bound(self, lower: bool) -> RangeBound {
        RangeBound {
            val: self.value,
            infinite: self.value().is_none(),
            inclusive: self.place == if lower { Place::Before } else { Place::After },
            lower,
        }
    }
}

/// The line of a range type whose bounds are compared by a function of the server.
#[derive(Clone, Copy)]
pub(crate) struct DatumLine<'a> {
    range_type: &'a RangeType,
    comparison: &'a Comparison,
    memory: ContextAllocator,
}

impl<'a> DatumLine<'a> {
    /// Values that are kept are copied into `memory`.
    ///
    /// # Panics
    /// Unless bounds of the type are compared by a function.
    #[inline]
    pub(crate) fn new(range_type: &'a RangeType, memory: ContextAllocator) -> Self {
        let comparison =
            range_type.comparison.as_ref().expect("the type is compared by a function");
        Self { range_type, comparison, memory }
    }

    /// The cut beside a value of the subtype.
    fn at(&self, value: Datum, after: bool) -> DatumCut {
        // SAFETY: the value is of the subtype.
        let key = unsafe { self.comparison.key(value) };
        DatumCut { key, value, place: if after { Place::After } else { Place::Before } }
    }

    /// The order of cuts with equal keys.
    #[inline(never)]
    fn compare_values(&self, left: DatumCut, right: DatumCut) -> Ordering {
        let order = match (left.value(), right.value()) {
            // SAFETY: both are values of the subtype.
            (Some(a), Some(b)) => unsafe { self.comparison.compare(a, b) },
            _ => Ordering::Equal,
        };
        order.then(left.place.cmp(&right.place))
    }

    /// The length of the value at `at`.
    ///
    /// # Safety
    /// A value of the subtype, which is not passed by value, lies at `at`.
    unsafe fn value_length(&self, at: *const u8) -> usize {
        // SAFETY: as ours.
        unsafe {
            match self.range_type.length {
                -1 => pgrx::varsize_any(at.cast()),
                -2 => core::ffi::CStr::from_ptr(at.cast()).count_bytes() + 1,
                length => length as usize,
            }
        }
    }

    /// The value at `at`, and what lies behind it.
    ///
    /// # Safety
    /// A value of the subtype lies at `at`, as `datum_write` of the server put it there.
    unsafe fn fetch(&self, at: *const u8) -> (Datum, *const u8) {
        // SAFETY: as ours.
        unsafe {
            if !self.range_type.by_value {
                return (Datum::from(at), at.add(self.value_length(at)));
            }
            let length = self.range_type.length as usize;
            let value = match length {
                1 => *at as i8 as i64,
                2 => at.cast::<i16>().read_unaligned() as i64,
                4 => at.cast::<i32>().read_unaligned() as i64,
                _ => at.cast::<i64>().read_unaligned(),
            };
            (Datum::from(value), at.add(length))
        }
    }

    /// `at`, moved to where the next value begins.
    ///
    /// # Safety
    /// A value lies at or, behind padding, after `at`.
    unsafe fn aligned(&self, at: *const u8) -> *const u8 {
        // SAFETY: as ours. A short varlena begins with a byte that is not zero, unlike padding.
        unsafe {
            if self.range_type.length == -1 && *at != 0 {
                return at;
            }
            at.add(at.align_offset(self.range_type.align))
        }
    }

    /// A range of core's making: canonical where the type has a function for that.
    fn make(&self, span: Option<Span<DatumCut>>) -> *mut pg_sys::RangeType {
        let (mut lower, mut upper) = match span {
            Some(span) => (span.start.bound(true), span.end.bound(false)),
            None => Default::default(),
        };
        // SAFETY: the bounds hold values of the subtype.
        unsafe { fenced::make_range(self.range_type.cache, &mut lower, &mut upper, span.is_none()) }
    }
}

impl Line for DatumLine<'_> {
    type Cut = DatumCut;

    #[inline]
    fn compare(&self, left: DatumCut, right: DatumCut) -> Ordering {
        match left.key.cmp(&right.key) {
            Ordering::Equal => self.compare_values(left, right),
            order => order,
        }
    }

    fn adjoins(&self, end: DatumCut, start: DatumCut) -> bool {
        if self.range_type.canonical != Canonical::Own
            || end.value().is_none()
            || start.value().is_none()
        {
            return false;
        }
        // SAFETY: both are bounds of ranges of the type.
        unsafe {
            fenced::bounds_adjacent(self.range_type.cache, end.bound(false), start.bound(true))
        }
    }

    fn keep(&self, cut: DatumCut) -> DatumCut {
        let Some(value) = cut.value() else { return cut };
        if self.range_type.by_value {
            return cut;
        }
        // SAFETY: the value lies where it says, and its copy is as long.
        unsafe {
            let from = value.cast_mut_ptr::<u8>();
            let length = self.value_length(from);
            let to = pg_sys::MemoryContextAlloc(self.memory.context(), length).cast::<u8>();
            ptr::copy_nonoverlapping(from, to, length);
            DatumCut { value: Datum::from(to), ..cut }
        }
    }

    fn release(&self, cut: DatumCut) {
        if let Some(value) = cut.value()
            && !self.range_type.by_value
        {
            // SAFETY: `keep` allocated it.
            unsafe { pg_sys::pfree(value.cast_mut_ptr()) }
        }
    }

    fn pause(&self) {
        pgrx::check_for_interrupts!();
    }
}

impl ServerLine for DatumLine<'_> {
    const CALLS_TYPE: bool = true;

    fn range_type(&self) -> &RangeType {
        self.range_type
    }

    fn write_cut(&self, cut: DatumCut, writer: &mut Writer<ContextAllocator>) {
        writer.u8(cut.place as u8);
        if let Some(value) = cut.value() {
            // SAFETY: cuts hold values of the subtype.
            unsafe { wire::write_value(self.range_type.element(), value, writer) }
        }
    }

    fn read_cut(&self, reader: &mut Reader<'_>) -> Result<DatumCut, Malformed> {
        let place = match reader.u8()? {
            0 => return Ok(DatumCut::FIRST),
            1 => Place::Before,
            2 => Place::After,
            3 => return Ok(DatumCut::LAST),
            _ => return Err(Malformed),
        };
        let value = wire::read_value(self.range_type.element(), reader)?;
        Ok(self.at(value, place == Place::After))
    }

    unsafe fn bounds(&self, at: *const u8, flags: u8) -> Span<DatumCut> {
        // SAFETY: the values that the flags announce lie there, in the server's layout.
        unsafe {
            let mut next = at;
            let start = if flags & LOWER_INFINITE != 0 {
                DatumCut::FIRST
            } else {
                let (value, behind) = self.fetch(at);
                next = behind;
                self.at(value, flags & LOWER_INCLUSIVE == 0)
            };
            let end = if flags & UPPER_INFINITE != 0 {
                DatumCut::LAST
            } else {
                // The first value needs no padding: the bounds begin aligned.
                let next = if next == at { at } else { self.aligned(next) };
                self.at(self.fetch(next).0, flags & UPPER_INCLUSIVE != 0)
            };
            Span { start, end }
        }
    }

    unsafe fn value(datum: Datum) -> Varlena {
        // SAFETY: as ours.
        unsafe { Varlena::new_aligned(datum) }
    }

    fn range_in(&self, span: Option<Span<DatumCut>>, _room: Room) -> Datum {
        Datum::from(self.make(span))
    }

    fn lower(&self, start: DatumCut) -> Option<(Datum, bool)> {
        start.value().map(|value| (value, start.place == Place::Before))
    }

    fn upper(&self, end: DatumCut) -> Option<(Datum, bool)> {
        end.value().map(|value| (value, end.place == Place::After))
    }

    fn cut(&self, value: Datum, after: bool) -> DatumCut {
        self.at(value, after)
    }

    fn multirange(&self, spans: &[Span<DatumCut>]) -> Datum {
        let mut ranges = Vec::with_capacity_in(spans.len(), ContextAllocator::current());
        for (i, span) in spans.iter().enumerate() {
            ranges.push(self.make(Some(*span)));
            if i % 1024 == 1023 {
                self.pause();
            }
        }
        let Ok(count) = i32::try_from(ranges.len()) else {
            error::multirange_too_large(ranges.len())
        };
        let RangeType { multirange, cache, .. } = *self.range_type;
        let ranges = ranges.as_mut_ptr();
        // SAFETY: the ranges are of the type that the entry describes.
        unsafe { Datum::from(fenced::make_multirange(multirange, cache, count, ranges)) }
    }
}
