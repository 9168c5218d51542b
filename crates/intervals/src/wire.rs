//! Bytes of a state that travels between processes or servers.
//!
//! Little-endian, no padding. [`Reader`] trusts nothing: every length is checked against what is
//! left, and what it returns is bounded by the bytes it was given.

use allocator_api2::{alloc::Allocator, vec::Vec};

use crate::Key;

/// The bytes end too early, go on too long, or hold what no writer writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

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

    /// A length and that many bytes.
    ///
    /// # Panics
    /// If there are more than `u32::MAX`; no value of the server is as long.
    pub fn bytes(&mut self, value: &[u8]) {
        self.u32(u32::try_from(value.len()).expect("a value is shorter than 4 GB"));
        self.raw(value);
    }

    /// A cut: which of its four kinds it is, and its value where it has one.
    pub fn key(&mut self, key: Key) {
        match key.value() {
            None => self.u8(if key == Key::MIN { 0 } else { 3 }),
            Some(value) => {
                self.u8(1 + u8::from(key.is_after()));
                self.u64(value as u64);
            }
        }
    }

    /// Bytes as they are, without a length.
    pub fn raw(&mut self, value: &[u8]) {
        self.bytes.extend_from_slice(value);
    }

    /// What was written.
    pub fn finish(self) -> Vec<u8, A> {
        self.bytes
    }
}

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

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
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

    /// A length and that many bytes.
    pub fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let length = usize::try_from(self.u32()?).map_err(|_| Malformed)?;
        self.take(length)
    }

    /// A cut.
    pub fn key(&mut self) -> Result<Key, Malformed> {
        Ok(match self.u8()? {
            0 => Key::MIN,
            side @ (1 | 2) => Key::at(self.u64()? as i64, side == 2),
            3 => Key::MAX,
            _ => return Err(Malformed),
        })
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

    fn sample() -> Vec<u8> {
        let mut writer = Writer::with_capacity_in(0, Global);
        writer.u8(7);
        writer.u64(u64::MAX - 1);
        writer.bytes(b"range");
        for key in [Key::MIN, Key::before(-5), Key::after(i64::MAX), Key::MAX] {
            writer.key(key);
        }
        writer.finish()
    }

    type Sample<'a> = (u8, u64, &'a [u8], [Key; 4]);

    fn read(bytes: &[u8]) -> Result<Sample<'_>, Malformed> {
        let mut reader = Reader::new(bytes);
        let read = (
            reader.u8()?,
            reader.u64()?,
            reader.bytes()?,
            [reader.key()?, reader.key()?, reader.key()?, reader.key()?],
        );
        reader.finish()?;
        Ok(read)
    }

    #[test]
    fn what_is_written_is_read_back() {
        let keys = [Key::MIN, Key::before(-5), Key::after(i64::MAX), Key::MAX];
        assert_eq!(read(&sample()), Ok((7, u64::MAX - 1, b"range".as_slice(), keys)));
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
}
