//! Values of `inet` and `cidr`, and of range types over them.
//!
//! An `inet` is a varlena: a byte for the family, one for the length of its netmask, then 4 or 16
//! bytes of address. In a range it always has the short header, so nothing is padded.

use core::{ffi::CStr, fmt::Display};

use addresses::{Address, Block, Family, Key, address::Offset};
use allocator_api2::vec::Vec;
use pgrx::{
    check_for_interrupts,
    pg_sys::{self, Datum, Oid},
};

use super::{
    ContextAllocator, Varlena, call1, call3,
    line::{
        EMPTY, LOWER_INCLUSIVE, LOWER_INFINITE, MAX_VALUE, MultirangeParts, Room, UPPER_INCLUSIVE,
        UPPER_INFINITE, multirange_count,
    },
};
use crate::error;

/// `PGSQL_AF_INET`: the platform's `AF_INET`; `PGSQL_AF_INET6` is one more.
const AF_INET: u8 = 2;
const AF_INET6: u8 = AF_INET + 1;

/// The most bytes of an `inet` with the short header of one byte.
const MAX_SHORT: usize = 3 + 16;

/// `typalign` of `inet`: in a multirange, the bounds of each range begin at a multiple of it.
const ALIGN: usize = 4;

/// The most bytes of a range's bounds, padded.
pub(super) const MAX_BOUNDS: usize = (2 * MAX_SHORT).next_multiple_of(ALIGN);

/// A value of `inet` or `cidr`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Inet {
    pub(crate) address: Address,
    /// The length of the netmask, at most the family's width.
    pub(crate) prefix: u8,
}

impl Inet {
    /// # Safety
    /// `datum` is an `inet` or `cidr`.
    #[inline]
    pub(crate) unsafe fn new(datum: Datum) -> Self {
        // SAFETY: as ours.
        unsafe { Self::read(Varlena::new(datum)) }
    }

    /// # Safety
    /// `value` is an `inet` or `cidr`.
    #[inline]
    pub(crate) unsafe fn read(value: Varlena) -> Self {
        // SAFETY: the family tells how many bytes of address follow.
        unsafe {
            let at = value.start.add(2);
            let address = if *value.start == AF_INET {
                Address::v4(u32::from_be(at.cast::<u32>().read_unaligned()))
            } else {
                Address::v6(u128::from_be(at.cast::<u128>().read_unaligned()))
            };
            Self { address, prefix: (*value.start.add(1)).min(address.family().width()) }
        }
    }

    /// The bits of an IPv4 address that is not toasted; `None` for others. It cannot raise.
    ///
    /// # Safety
    /// `datum` is an `inet` or `cidr`.
    #[inline]
    pub(crate) unsafe fn v4_in_place(datum: Datum) -> Option<u32> {
        // SAFETY: as ours.
        unsafe {
            let at = Varlena::in_place(datum)?.start;
            let bits = || u32::from_be(at.add(2).cast::<u32>().read_unaligned());
            (*at == AF_INET).then(bits)
        }
    }

    /// The same of an IPv6 address.
    ///
    /// # Safety
    /// As [`Inet::v4_in_place`].
    #[inline]
    pub(crate) unsafe fn v6_in_place(datum: Datum) -> Option<u128> {
        // SAFETY: as ours.
        unsafe {
            let at = Varlena::in_place(datum)?.start;
            let bits = || u128::from_be(at.add(2).cast::<u128>().read_unaligned());
            (*at == AF_INET6).then(bits)
        }
    }

    /// A host.
    #[inline]
    pub(crate) fn host(address: Address) -> Self {
        Self { address, prefix: address.family().width() }
    }

    /// Its bytes with the short header, at the start of `buffer`.
    #[inline]
    fn short(self, buffer: &mut [u8; MAX_SHORT]) -> &[u8] {
        let mut bytes = [0; 16];
        let bytes = self.address.to_bytes(&mut bytes);
        let length = 3 + bytes.len();
        // `SET_VARSIZE_1B`
        buffer[0] = if cfg!(target_endian = "little") {
            (length as u8) << 1 | 1
        } else {
            length as u8 | 0x80
        };
        buffer[1] = match self.address.family() {
            Family::V4 => AF_INET,
            Family::V6 => AF_INET6,
        };
        buffer[2] = self.prefix;
        buffer[3..length].copy_from_slice(bytes);
        &buffer[..length]
    }

    /// The value, in the current context, as core's own functions make it.
    pub(crate) fn datum(self) -> Datum {
        let mut buffer = [0; MAX_SHORT];
        let content = &self.short(&mut buffer)[1..];
        // SAFETY: the server returns memory of this size, which is written whole.
        unsafe {
            let value = pg_sys::palloc(4 + content.len()).cast::<u8>();
            pgrx::set_varsize_4b(value.cast(), (4 + content.len()) as i32);
            value.add(4).copy_from_nonoverlapping(content.as_ptr(), content.len());
            Datum::from(value)
        }
    }
}

impl From<Block> for Inet {
    fn from(block: Block) -> Self {
        Self { address: block.first(), prefix: block.prefix() }
    }
}

/// The bounds of a range over `inet` that is not empty, as they are written: each, where there is
/// one, with whether it is inclusive.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InetBounds {
    pub(crate) lower: Option<(Inet, bool)>,
    pub(crate) upper: Option<(Inet, bool)>,
}

impl InetBounds {
    /// The bounds of a range, `None` if it is empty.
    ///
    /// # Safety
    /// `value` is a range over `inet`.
    #[inline]
    pub(crate) unsafe fn new(value: Varlena) -> Option<Self> {
        // SAFETY: a range ends with its flags; its bounds follow its type's OID.
        unsafe {
            let flags = *value.start.add(value.length - 1);
            (flags & EMPTY == 0).then(|| Self::stored(value.start.add(4), flags))
        }
    }

    /// The bits of the addresses of a range from one IPv4 address to another; `None` for a toasted
    /// range and others. It cannot raise.
    ///
    /// # Safety
    /// `datum` is an `inetrange`.
    #[inline]
    pub(crate) unsafe fn v4_in_place(datum: Datum) -> Option<(u32, u32)> {
        // SAFETY: as ours.
        unsafe {
            let [lower, upper] = Self::bits_in_place::<u32>(datum)?;
            Some((u32::from_be(lower), u32::from_be(upper)))
        }
    }

    /// The same of IPv6 addresses.
    ///
    /// # Safety
    /// `datum` is an `inetrange`.
    #[inline]
    pub(crate) unsafe fn v6_in_place(datum: Datum) -> Option<(u128, u128)> {
        // SAFETY: as ours.
        unsafe {
            let [lower, upper] = Self::bits_in_place::<u128>(datum)?;
            Some((u128::from_be(lower), u128::from_be(upper)))
        }
    }

    /// Both addresses, as they are stored, of a range that has two as large as `Bits`.
    ///
    /// # Safety
    /// `datum` is an `inetrange`.
    #[inline]
    unsafe fn bits_in_place<Bits>(datum: Datum) -> Option<[Bits; 2]> {
        // Its type's OID, two bounds, which have the short header, and flags: a range with a bound
        // of another size, or fewer bounds, has another length.
        let bound = 3 + size_of::<Bits>();
        // SAFETY: as ours.
        unsafe {
            let value = Varlena::in_place(datum)?;
            let bits = |at: usize| value.start.add(at).cast::<Bits>().read_unaligned();
            (value.length == 4 + 2 * bound + 1).then(|| [bits(4 + 3), bits(4 + bound + 3)])
        }
    }

    /// The addresses of both bounds that are stored at `at` under `flags`; `None` if there are fewer.
    ///
    /// # Safety
    /// As [`InetBounds::stored`].
    #[inline]
    unsafe fn stored_in_place(at: *const u8, flags: u8) -> Option<(Address, Address)> {
        if flags & (EMPTY | LOWER_INFINITE | UPPER_INFINITE) != 0 {
            return None;
        }
        // SAFETY: as ours.
        unsafe {
            let lower = Varlena::in_place(Datum::from(at))?;
            let upper = Varlena::in_place(Datum::from(lower.start.add(lower.length)))?;
            Some((Inet::read(lower).address, Inet::read(upper).address))
        }
    }

    /// The bounds that are stored at `at` under `flags`.
    ///
    /// # Safety
    /// `at` is where a range or multirange over `inet` has the bounds of one of its ranges.
    #[inline]
    pub(crate) unsafe fn stored(at: *const u8, flags: u8) -> Self {
        // SAFETY: as ours: values with short headers, one behind the other. A range that core
        // makes has no others, since `inet` is packable.
        unsafe {
            let mut next = at;
            let mut bound = |infinite, inclusive| {
                (flags & infinite == 0).then(|| {
                    let value = Varlena::new(Datum::from(next));
                    next = value.start.add(value.length);
                    (Inet::read(value), flags & inclusive != 0)
                })
            };
            let lower = bound(LOWER_INFINITE, LOWER_INCLUSIVE);
            Self { lower, upper: bound(UPPER_INFINITE, UPPER_INCLUSIVE) }
        }
    }

    /// The ends of a range of `inetrange`, which is closed.
    #[inline]
    fn ends(self) -> Ends {
        let end = |bound: Option<(Inet, bool)>| bound.map(|(inet, _)| inet.address);
        (end(self.lower), end(self.upper))
    }
}

/// What a range of `inetrange` consists of: both sides included, `None` for an unbounded one.
pub(crate) type Ends = (Option<Address>, Option<Address>);

/// The bytes of a range's bounds, and its flags.
pub(crate) struct EndBytes {
    /// Zeros behind the bounds, so that they can be padded.
    bytes: [u8; MAX_BOUNDS],
    length: usize,
    pub(crate) flags: u8,
}

impl EndBytes {
    pub(crate) fn new((lower, upper): Ends) -> Self {
        let mut ends = Self { bytes: [0; MAX_BOUNDS], length: 0, flags: 0 };
        for (end, inclusive, infinite) in
            [(lower, LOWER_INCLUSIVE, LOWER_INFINITE), (upper, UPPER_INCLUSIVE, UPPER_INFINITE)]
        {
            let Some(address) = end else {
                ends.flags |= infinite;
                continue;
            };
            let mut buffer = [0; MAX_SHORT];
            let bytes = Inet::host(address).short(&mut buffer);
            ends.bytes[ends.length..ends.length + bytes.len()].copy_from_slice(bytes);
            ends.length += bytes.len();
            ends.flags |= inclusive;
        }
        ends
    }

    /// The bytes of the bounds.
    pub(crate) fn bounds(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// The same, padded as within a multirange.
    pub(crate) fn padded(&self) -> &[u8] {
        &self.bytes[..self.length.next_multiple_of(ALIGN)]
    }
}

/// A range of the type `oid`, which is `inetrange`: closed and of hosts, `None` for the empty one.
/// It is made in the canonical form, so nothing is left to its canonical function.
pub(crate) fn inetrange(oid: Oid, ends: Option<Ends>) -> Datum {
    inetrange_in(oid, ends, Room::NEW)
}

/// The same, in `room`.
pub(super) fn inetrange_in(oid: Oid, ends: Option<Ends>, room: Room) -> Datum {
    let ends = ends.map(EndBytes::new);
    let (bounds, flags) = ends.as_ref().map_or((&[][..], EMPTY), |e| (e.bounds(), e.flags));
    let size = 4 + size_of::<Oid>() + bounds.len() + 1;
    // SAFETY: there is room for a value of this size, which is written whole.
    unsafe {
        let value = room.of_size(size);
        value.add(4).cast::<Oid>().write(oid);
        value.add(8).copy_from_nonoverlapping(bounds.as_ptr(), bounds.len());
        value.add(size - 1).write(flags);
        Datum::from(value)
    }
}

/// The ends of a range of `inetrange`, `None` if it is empty.
///
/// # Safety
/// `datum` is a value of `inetrange`.
#[inline]
pub(crate) unsafe fn inetrange_ends(datum: Datum) -> Option<Ends> {
    // SAFETY: as ours.
    unsafe { InetBounds::new(Varlena::new(datum)) }.map(InetBounds::ends)
}

/// An array of `cidr` with these blocks.
pub(crate) fn cidr_array(blocks: impl Iterator<Item = Block>) -> Datum {
    // All in words, as the elements are aligned. `ArrayType`: length, number of dimensions, no
    // NULLs, type of the elements; then the dimension and its lower bound.
    const COUNT: usize = 4;
    let type_of_elements = pg_sys::CIDROID.to_u32();
    let mut array = Vec::new_in(ContextAllocator::current());
    array.extend_from_slice(&[0, 1, 0, type_of_elements, 0, 1]);
    for block in blocks {
        let mut buffer = [0; MAX_SHORT];
        let content = &Inet::from(block).short(&mut buffer)[1..];
        let mut padded = [0; 20];
        padded[..content.len()].copy_from_slice(content);
        let words = padded.as_chunks::<4>().0.iter().map(|bytes| u32::from_ne_bytes(*bytes));
        array.push(length_word(4 + content.len()));
        array.extend(words.take(content.len().div_ceil(4)));
        array[COUNT] += 1;
        if array[COUNT] % 65_536 == 0 {
            check_for_interrupts!();
        }
        if size_of_val(&*array) > MAX_VALUE {
            error::array_too_large();
        }
    }
    array[0] = length_word(size_of_val(&*array));
    let datum = Datum::from(array.as_mut_ptr());
    // The result is the caller's: the context it lies in frees it.
    core::mem::forget(array);
    datum
}

/// The word that a varlena of `size` bytes with it begins with.
fn length_word(size: usize) -> u32 {
    let mut word = 0_u32;
    // SAFETY: the word is as large and as aligned as the server's.
    unsafe { pgrx::set_varsize_4b((&raw mut word).cast(), size as i32) };
    word
}

/// A multirange of `inetrange`, read where it lies.
#[derive(Clone, Copy)]
pub(crate) struct InetMultirange {
    value: Varlena,
    count: usize,
}

impl InetMultirange {
    /// # Safety
    /// `value` is such a multirange.
    #[inline]
    pub(crate) unsafe fn new(value: Varlena) -> Self {
        // SAFETY: as ours.
        Self { value, count: unsafe { multirange_count(value) } }
    }

    /// Number of its ranges.
    #[inline]
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// The ends of its ranges from number `first` on, counted from 0; ranges ascend.
    ///
    /// # Safety
    /// The multirange stays.
    #[inline]
    pub(crate) unsafe fn ends_from(&self, first: usize) -> impl Iterator<Item = Ends> + use<> {
        // SAFETY: as ours.
        unsafe {
            MultirangeParts::new(self.value, self.count, ALIGN, first).map(|(at, flags)| {
                match InetBounds::stored_in_place(at, flags) {
                    Some((lower, upper)) => (Some(lower), Some(upper)),
                    None => Self::stored_ends(at, flags),
                }
            })
        }
    }

    /// What is stored at `at` under `flags`, with few bounds or in a form that is not core's.
    ///
    /// # Safety
    /// As [`InetBounds::stored`].
    #[cold]
    unsafe fn stored_ends(at: *const u8, flags: u8) -> Ends {
        // SAFETY: as ours.
        unsafe { InetBounds::stored(at, flags) }.ends()
    }

    /// The ends of its range number `i`.
    ///
    /// # Safety
    /// There is one.
    #[inline]
    pub(crate) unsafe fn ends(&self, i: usize) -> Ends {
        // SAFETY: as ours.
        unsafe { self.ends_from(i) }.next().unwrap_or_default()
    }

    /// The key of its range number `i`.
    ///
    /// # Safety
    /// There is one.
    pub(crate) unsafe fn key_at(&self, i: usize) -> Key {
        // SAFETY: as ours.
        let (lower, upper) = unsafe { self.ends(i) };
        Key::range(lower, upper).unwrap_or(Key::EMPTY)
    }

    /// The key of its hull.
    pub(crate) fn key(&self) -> Key {
        let Some(last) = self.count.checked_sub(1) else { return Key::EMPTY };
        // SAFETY: there is a first range and a last one.
        let ((lower, _), (_, upper)) = unsafe { (self.ends(0), self.ends(last)) };
        Key::range(lower, upper).unwrap_or(Key::EMPTY)
    }
}

/// The numeric with the value that `number` shows, a whole number.
pub(crate) fn numeric_of(number: impl Display) -> Datum {
    let text = format!("{number}\0");
    let (element, modifier) = (Datum::from(Oid::INVALID), Datum::from(-1_i32));
    call3(pg_sys::numeric_in, Datum::from(text.as_ptr()), element, modifier)
}

/// Why a numeric is no [`Offset`].
enum NoOffset {
    NotWhole,
    TooLarge,
}

/// A numeric as a number of addresses; an error for one that is not whole, or has more than 128
/// bits: no two addresses of a family lie so far apart.
pub(crate) fn offset(number: Datum) -> Offset {
    match parse_offset(number) {
        Ok(offset) => offset,
        Err((NoOffset::NotWhole, text)) => error::not_a_number_of_addresses(text),
        Err((NoOffset::TooLarge, _)) => error::too_many_addresses(),
    }
}

/// Whether [`offset`] takes the numeric.
pub(crate) fn is_offset(number: Datum) -> bool {
    parse_offset(number).is_ok()
}

/// The same, or why not, and the text of the number in the current context.
fn parse_offset<'a>(number: Datum) -> Result<Offset, (NoOffset, &'a str)> {
    // SAFETY: the server returns a C string of ASCII characters, which outlives its use here.
    let text = unsafe {
        let text = call1(pg_sys::numeric_out, number).cast_mut_ptr();
        CStr::from_ptr(text).to_str().unwrap_or_default()
    };
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    // NaN and the infinities are words.
    if !whole.bytes().all(|b| b.is_ascii_digit()) || fraction.bytes().any(|b| b != b'0') {
        return Err((NoOffset::NotWhole, text));
    }
    let magnitude = whole.parse().map_err(|_| (NoOffset::TooLarge, text))?;
    Ok(Offset::new(negative, magnitude))
}
