//! Bytes of a state that travels between processes or servers.
//!
//! Integers are little-endian, cuts as they lie in memory; no padding. [`Reader`] trusts nothing: every length is checked against what is
//! left, and what it returns is bounded by the bytes it was given.

use core::slice;

use allocator_api2::{alloc::Allocator, vec::Vec};

use crate::{Key, Span, vec::append};

/// The bytes end too early, go on too long, or hold what no writer writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

/// In the first byte of a cut in a list: a number follows.
const SEVERAL: u8 = 0x80;

/// Appends to a buffer what a [`Reader`] reads back.
#[derive(Debug)]
pub struct Writer<A: Allocator> {
    bytes: Vec<u8, A>,
}

impl<A: Allocator> Writer<A> {
    /// Begins with an empty buffer, with room for `capacity` bytes.
    pub fn with_capacity_in(capacity: usize, allocator: A) -> Self {
        Self { bytes: Vec::with_capacity_in(capacity, allocator) }
    }

    /// One byte.
    pub fn u8(&mut self, value: u8) {
        self.bytes.push(value);
    }

    /// Four bytes.
    pub fn u32(&mut self, value: u32) {
        self.raw(&value.to_le_bytes());
    }

    /// Eight bytes.
    pub fn u64(&mut self, value: u64) {
        self.raw(&value.to_le_bytes());
    }

    /// A number of things, in as few groups of seven bits as it needs, the lowest first.
    pub fn count(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.u8(value as u8 | 0x80);
            value >>= 7;
        }
        self.u8(value as u8);
    }

    /// A length and that many bytes.
    ///
    /// # Panics
    /// If there are more than `u32::MAX`; no value of the server is as long.
    pub fn bytes(&mut self, value: &[u8]) {
        self.u32(u32::try_from(value.len()).expect("a value is shorter than 4 GB"));
        self.raw(value);
    }

    /// A cut.
    #[inline]
    pub fn key(&mut self, key: Key) {
        self.items(&[key]);
    }

    /// A cut of an ascending list and a number of things at it: its kind, and the distance of its
    /// value from the last one's in as few bytes as that needs, the lowest first. A single thing
    /// takes no room.
    #[inline]
    pub fn key_after(&mut self, last: Option<Key>, key: Key, count: u64) {
        let from = last.map_or(0, Key::raw);
        let distance = key.raw().wrapping_sub(from) as u64;
        let length = 8 - distance.leading_zeros() as usize / 8;
        let several = if count == 1 { 0 } else { SEVERAL };
        let mut bytes = [0; 9];
        bytes[0] = several | key.side() << 4 | length as u8;
        bytes[1..].copy_from_slice(&distance.to_le_bytes());
        self.raw(&bytes[..=length]);
        if count != 1 {
            self.count(count);
        }
    }

    /// Spans, without their number.
    pub fn spans(&mut self, spans: &[Span<Key>]) {
        self.items(spans);
    }

    /// Cuts or spans of cuts, as they lie in memory.
    #[inline]
    fn items<T: Plain>(&mut self, items: &[T]) {
        // SAFETY: plain items have neither padding nor pointers.
        self.raw(unsafe { slice::from_raw_parts(items.as_ptr().cast(), size_of_val(items)) });
    }

    /// Bytes as they are, without a length.
    #[inline]
    pub fn raw(&mut self, value: &[u8]) {
        append(&mut self.bytes, value);
    }

    /// What was written.
    pub fn finish(self) -> Vec<u8, A> {
        self.bytes
    }
}

/// Types of which all bytes are values, at any address.
///
/// # Safety
/// No padding, no pointers, an alignment of 1, and any bytes are one.
unsafe trait Plain {}
// SAFETY: packed, of two integers.
unsafe impl Plain for Key {}
// SAFETY: two of them, in the order of C.
unsafe impl Plain for Span<Key> {}

/// Reads back what a [`Writer`] wrote.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Begins at the first of `bytes`.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Malformed)?;
        self.rest = rest;
        Ok(taken)
    }

    /// As many bytes as they are.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        self.take(N)?.try_into().map_err(|_| Malformed)
    }

    /// One byte.
    pub fn u8(&mut self) -> Result<u8, Malformed> {
        Ok(self.array::<1>()?[0])
    }

    /// Four bytes.
    pub fn u32(&mut self) -> Result<u32, Malformed> {
        self.array().map(u32::from_le_bytes)
    }

    /// Eight bytes.
    pub fn u64(&mut self) -> Result<u64, Malformed> {
        self.array().map(u64::from_le_bytes)
    }

    /// A number of things.
    pub fn count(&mut self) -> Result<u64, Malformed> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = u64::from(self.u8()?);
            let bits = byte & 0x7f;
            // Bits beyond the last, or a group that says nothing.
            if bits << shift >> shift != bits || (byte == 0 && shift > 0) {
                return Err(Malformed);
            }
            value |= bits << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Malformed)
    }

    /// A number of items that follow, each a byte or more: no reason for more memory than the
    /// bytes themselves are.
    pub fn items(&mut self) -> Result<usize, Malformed> {
        let count = usize::try_from(self.count()?).map_err(|_| Malformed)?;
        if count <= self.rest.len() { Ok(count) } else { Err(Malformed) }
    }

    /// A length and that many bytes.
    pub fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let length = usize::try_from(self.u32()?).map_err(|_| Malformed)?;
        self.take(length)
    }

    /// A cut.
    #[inline]
    pub fn key(&mut self) -> Result<Key, Malformed> {
        let [key] = self.plain::<Key>(1)? else { return Err(Malformed) };
        if key.is_valid() { Ok(*key) } else { Err(Malformed) }
    }

    /// A cut and a number that [`Writer::key_after`] wrote behind the same cut.
    #[inline]
    pub fn key_after(&mut self, last: Option<Key>) -> Result<(Key, u64), Malformed> {
        let head = self.u8()?;
        let length = usize::from(head & 15);
        let distance = if let (Some(bytes), ..=8) = (self.rest.first_chunk(), length) {
            // All at once; those that belong to what follows are masked.
            let wide = u128::from(u64::from_le_bytes(*bytes));
            (wide & ((1 << (8 * length)) - 1)) as u64
        } else {
            let mut bytes = [0; 8];
            let room = bytes.get_mut(..length).ok_or(Malformed)?;
            room.copy_from_slice(self.rest.get(..length).ok_or(Malformed)?);
            u64::from_le_bytes(bytes)
        };
        self.take(length)?;
        let from = last.map_or(0, Key::raw);
        let key = Key::of_kind(from.wrapping_add(distance as i64), (head & !SEVERAL) >> 4);
        if !key.is_valid() {
            return Err(Malformed);
        }
        let count = if head & SEVERAL == 0 { 1 } else { self.count()? };
        Ok((key, count))
    }

    /// As many spans, where they lie.
    pub fn spans(&mut self, count: usize) -> Result<&'a [Span<Key>], Malformed> {
        let spans: &[Span<Key>] = self.plain(count)?;
        let valid = |span: &Span<Key>| {
            span.start.is_valid() && span.end.is_valid() && span.start < span.end
        };
        if spans.iter().all(valid) { Ok(spans) } else { Err(Malformed) }
    }

    #[inline]
    fn plain<T: Plain>(&mut self, count: usize) -> Result<&'a [T], Malformed> {
        let bytes = self.take(count.checked_mul(size_of::<T>()).ok_or(Malformed)?)?;
        // SAFETY: any bytes are plain items, wherever they lie, and there are as many.
        Ok(unsafe { slice::from_raw_parts(bytes.as_ptr().cast(), count) })
    }

    /// Everything was read.
    pub fn finish(self) -> Result<(), Malformed> {
        if self.rest.is_empty() { Ok(()) } else { Err(Malformed) }
    }
}

#[cfg(test)]
mod tests {
    use allocator_api2::alloc::Global;

    use super::*;

    const COUNTS: [u64; 6] = [0, 1, 127, 128, 300_000, u64::MAX];

    const SPAN: Span<Key> = Span { start: Key::MIN, end: Key::before(8) };

    fn sample() -> Vec<u8> {
        let mut writer = Writer::with_capacity_in(0, Global);
        writer.u8(7);
        writer.u64(u64::MAX - 1);
        writer.bytes(b"range");
        COUNTS.iter().for_each(|count| writer.count(*count));
        for key in [Key::MIN, Key::before(-5), Key::after(i64::MAX), Key::MAX] {
            writer.key(key);
        }
        writer.spans(&[SPAN, SPAN]);
        writer.finish()
    }

    type Sample<'a> = (u8, u64, &'a [u8], [u64; 6], [Key; 4], &'a [Span<Key>]);

    fn read(bytes: &[u8]) -> Result<Sample<'_>, Malformed> {
        let mut reader = Reader::new(bytes);
        let read = (
            reader.u8()?,
            reader.u64()?,
            reader.bytes()?,
            COUNTS
                .map(|_| reader.count())
                .into_iter()
                .collect::<Result<std::vec::Vec<_>, _>>()?
                .try_into()
                .unwrap(),
            [reader.key()?, reader.key()?, reader.key()?, reader.key()?],
            reader.spans(2)?,
        );
        reader.finish()?;
        Ok(read)
    }

    #[test]
    fn what_is_written_is_read_back() {
        let keys = [Key::MIN, Key::before(-5), Key::after(i64::MAX), Key::MAX];
        assert_eq!(
            read(&sample()),
            Ok((7, u64::MAX - 1, b"range".as_slice(), COUNTS, keys, [SPAN, SPAN].as_slice()))
        );
    }

    #[test]
    fn every_truncation_and_a_longer_input_are_malformed() {
        let whole = sample();
        for length in 0..whole.len() {
            assert_eq!(read(&whole[..length]), Err(Malformed));
        }
        let mut longer = whole.clone();
        longer.push(0);
        assert_eq!(read(&longer), Err(Malformed));
    }

    #[test]
    fn cuts_in_order_are_read_back_whatever_lies_between_them() {
        let mut keys = vec![Key::MIN];
        for value in [i64::MIN, -1 << 40, -257, -1, 0, 1, 255, 256, 1 << 56, i64::MAX] {
            keys.extend([Key::before(value), Key::after(value)]);
        }
        keys.push(Key::MAX);
        // Not in order too.
        keys.extend([Key::before(5), Key::after(-5), Key::MIN]);
        let mut writer = Writer::with_capacity_in(0, Global);
        let mut last = None;
        let count = |key: Key| [1, 2, 300, u64::MAX][key.raw() as usize % 4];
        keys.iter().for_each(|key| writer.key_after(last.replace(*key), *key, count(*key)));
        let bytes = writer.finish();
        let mut reader = Reader::new(&bytes);
        let mut last = None;
        for key in &keys {
            assert_eq!(reader.key_after(last), Ok((*key, count(*key))));
            last = Some(*key);
        }
        assert_eq!(reader.finish(), Ok(()));
        for length in 0..bytes.len() {
            let mut reader = Reader::new(&bytes[..length]);
            let mut last = None;
            let read = keys.iter().take_while(|_| {
                last = reader.key_after(last).ok().map(|(key, _)| key);
                last.is_some()
            });
            assert!(read.count() < keys.len());
        }
        for bytes in [&[0x19; 10][..], &[0x31, 7], &[0x41, 7], &[0x00], &[0x91, 7]] {
            assert_eq!(Reader::new(bytes).key_after(None), Err(Malformed));
        }
    }

    #[test]
    fn cuts_of_no_kind_and_spans_without_points_are_malformed() {
        for (kind, value) in [(0, 0), (3, 0), (4, 0), (255, i64::MIN)] {
            let mut bytes = i64::to_ne_bytes(value).to_vec();
            bytes.push(kind);
            assert_eq!(Reader::new(&bytes).key(), Err(Malformed));
        }
        for end in [Key::before(7), Key::after(6), Key::MIN] {
            let mut writer = Writer::with_capacity_in(0, Global);
            writer.spans(&[SPAN, Span { start: Key::before(7), end }]);
            assert_eq!(Reader::new(&writer.finish()).spans(2), Err(Malformed));
        }
        assert_eq!(Reader::new(&[]).spans(usize::MAX), Err(Malformed));
    }
}
