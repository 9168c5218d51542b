//! The key of an index over ranges of addresses, and the searches that such an index answers.
//!
//! A [`Key`] stands for one range (in a leaf, exactly) or for all ranges below an inner entry: the
//! hull of those that are not empty, and whether one of them is empty.
//!
//! Bytes of a key: the **number** of bytes is part of them.
//!
//! | bytes | meaning |
//! |---|---|
//! | 4 to 8 | an IPv4 pair: the lower address, then `upper - lower` in as few bytes as it takes |
//! | 1, or 9 to 33 | a tag, then what the tag says |
//!
//! So IPv4, the common case, pays for no tag, and its pairs are compared without building a `Key`
//! ([`decode_v4`], [`Search::accepts_v4`]). All numbers are big-endian. A tag is
//!
//! | bits | meaning |
//! |---|---|
//! | 7 | a range below is empty |
//! | 6–5 = 0 | IPv6 pair; bits 4–0 = n: the first n bytes of the lower address (its others are `00` and those of the upper one are `ff`), then the difference of the first n bytes |
//! | 6–5 = 1 | one IPv6 address; bits 4–0 = n: its first n bytes, then its last ones; zeros between |
//! | 6–5 = 2 | bits 1–0 the kind of the lower side, 3–2 of the upper one: 0 unbounded, 1 IPv4, 2 IPv6; then their addresses |
//! | 6–5 = 3 | no range below but empty ones |
//!
//! What would take 2 to 8 bytes in this form is filled up to 9 with zeros where they change nothing.

use core::cmp::Ordering;

use crate::address::low_bits;
use crate::{Address, Family, Span};

/// The most bytes that a key takes.
pub const MAX_LENGTH: usize = 33;

/// The fewest bytes of a tagged key that has any bytes after its tag.
const MIN_TAGGED: usize = 9;

/// One side of a key. Ordered so that lower and upper sides compare with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Bound {
    // The order of the fields is the order of bounds.
    rank: Rank,
    bits: u128,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// The upper side of no range at all: below every bound, so a union ignores it.
    BelowAll,
    UnboundedLower,
    V4,
    V6,
    UnboundedUpper,
    /// The lower side of no range at all.
    AboveAll,
}

impl Bound {
    const NO_UPPER: Self = Self { rank: Rank::BelowAll, bits: 0 };
    const NO_LOWER: Self = Self { rank: Rank::AboveAll, bits: 0 };
    const MIN: Self = Self { rank: Rank::UnboundedLower, bits: 0 };
    const MAX: Self = Self { rank: Rank::UnboundedUpper, bits: 0 };

    #[inline]
    const fn at(address: Address) -> Self {
        let rank = match address.family() {
            Family::V4 => Rank::V4,
            Family::V6 => Rank::V6,
        };
        Self { rank, bits: address.bits() }
    }

    /// The address of a bounded side.
    #[inline]
    const fn address(self) -> Option<Address> {
        match self.rank {
            Rank::V4 => Address::new(Family::V4, self.bits),
            Rank::V6 => Some(Address::v6(self.bits)),
            _ => None,
        }
    }

    /// The highest bound below this one; of [`Bound::MIN`], one that no key has.
    fn below(self) -> Self {
        match self.rank {
            Rank::BelowAll | Rank::UnboundedLower => Self::NO_UPPER,
            Rank::V4 | Rank::V6 => {
                self.address().and_then(Address::previous).map_or(Self::MIN, Self::at)
            }
            Rank::UnboundedUpper | Rank::AboveAll => Self::at(Family::V6.last()),
        }
    }

    /// The lowest bound above this one; of [`Bound::MAX`], one that no key has.
    fn above(self) -> Self {
        match self.rank {
            Rank::BelowAll | Rank::UnboundedLower => Self::at(Family::V4.first()),
            Rank::V4 | Rank::V6 => {
                self.address().and_then(Address::next).map_or(Self::MAX, Self::at)
            }
            Rank::UnboundedUpper | Rank::AboveAll => Self::NO_LOWER,
        }
    }
}

/// The hull of ranges of addresses, and whether one of them is empty.
///
/// Never of no range at all. An unbounded side differs from one at the extreme address, as it does
/// between ranges. Equal keys are the same key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    lower: Bound,
    upper: Bound,
    contains_empty: bool,
}

impl Key {
    /// The key of an empty range.
    pub const EMPTY: Self =
        Self { lower: Bound::NO_LOWER, upper: Bound::NO_UPPER, contains_empty: true };

    /// The key of a range that is not empty, `None` standing for an unbounded side; no key if the
    /// upper address is below the lower one.
    #[inline]
    pub fn range(lower: Option<Address>, upper: Option<Address>) -> Option<Self> {
        let lower = lower.map_or(Bound::MIN, Bound::at);
        let upper = upper.map_or(Bound::MAX, Bound::at);
        (lower <= upper).then_some(Self { lower, upper, contains_empty: false })
    }

    /// The key of the range of one address.
    #[inline]
    pub const fn element(address: Address) -> Self {
        let bound = Bound::at(address);
        Self { lower: bound, upper: bound, contains_empty: false }
    }

    /// The hull, `None` standing for an unbounded side; no hull if all ranges are empty.
    #[inline]
    pub fn hull(&self) -> Option<(Option<Address>, Option<Address>)> {
        self.has_hull().then(|| (self.lower.address(), self.upper.address()))
    }

    #[inline]
    fn has_hull(&self) -> bool {
        self.lower <= self.upper
    }

    /// The sides of the hull if both are bounded.
    #[inline]
    const fn bounded(&self) -> Option<(Address, Address)> {
        match (self.lower.address(), self.upper.address()) {
            (Some(lower), Some(upper)) => Some((lower, upper)),
            _ => None,
        }
    }

    /// Both hulls hold some address.
    #[inline]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.lower.max(other.lower) <= self.upper.min(other.upper)
    }

    /// The hull holds that of `other`, which is not empty.
    #[inline]
    pub fn contains(&self, other: &Self) -> bool {
        self.lower <= other.lower && other.upper <= self.upper
    }

    /// The hull ends before that of `other` begins.
    #[inline]
    pub fn ends_before(&self, other: &Self) -> bool {
        self.upper < other.lower
    }

    /// One of the ranges is empty.
    #[inline]
    pub const fn contains_empty(&self) -> bool {
        self.contains_empty
    }

    /// The key of all ranges of both keys.
    #[inline]
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self {
            lower: self.lower.min(other.lower),
            upper: self.upper.max(other.upper),
            contains_empty: self.contains_empty | other.contains_empty,
        }
    }

    /// What it costs to put `new` under this key; only the costs of one `new` compare.
    ///
    /// In this order: keys of another kind are kept apart (empty ranges, then unbounded sides,
    /// then families); the hull grows by as few addresses as can be; of two hulls that need not
    /// grow, the narrower is better. Finite and never negative.
    pub fn penalty(&self, new: &Self) -> f32 {
        // Growth takes 2⁻²⁰ to 2¹⁰⁹ of the scale, so that neither end of it is lost.
        const EMPTY: f32 = 1.0e36;
        const UNBOUNDED: f32 = 1.0e35;
        const FAMILY: f32 = 1.0e34;
        const GROWTH: f64 = 1.0 / 1_048_576.0;
        const WIDTH: f32 = 1.0e-12;

        if self == new {
            // None can be better, so the access method need not look further.
            return 0.0;
        }
        if !new.has_hull() {
            // As core does: rather with other empty ranges, then in the least ordinary key.
            let bounded = [self.lower, self.upper].map(|b| f32::from(b.address().is_some()));
            return match (self.has_hull(), self.contains_empty) {
                (false, _) => 0.0,
                (true, true) => 1.0,
                (true, false) => EMPTY * (1.0 + bounded[0] + bounded[1]),
            };
        }
        if !self.has_hull() {
            return EMPTY;
        }
        let mut cost = 0.0;
        for (own, new) in [(self.lower, new.lower), (self.upper, new.upper)] {
            cost += match (own.address(), new.address()) {
                _ if own.rank == new.rank => 0.0,
                (Some(_), Some(_)) => FAMILY,
                (None, _) => UNBOUNDED,
                // The key's own side goes.
                (Some(_), None) => 2.0 * UNBOUNDED,
            };
        }
        if new.contains_empty && !self.contains_empty {
            cost += EMPTY;
        }
        let steps = |from: Bound, to: Bound| match (from.address(), to.address()) {
            (Some(from), Some(to)) if from < to => to.line_difference(from),
            _ => 0.0,
        };
        let growth = steps(new.lower, self.lower) + steps(self.upper, new.upper);
        if growth > 0.0 {
            return cost + (growth * GROWTH) as f32;
        }
        let width = match self.bounded() {
            Some((lower, upper)) if lower.family() == upper.family() => {
                u128::BITS - (upper.bits() - lower.bits()).leading_zeros()
            }
            _ => u128::BITS + 1,
        };
        cost + width as f32 * WIDTH
    }

    /// A number in the order of keys, ties allowed: what a sort compares first.
    pub fn abbreviate(&self) -> u64 {
        let top = |upper: Bound| if upper.rank == Rank::V4 { upper.bits as u64 } else { u64::MAX };
        match self.lower.rank {
            Rank::AboveAll => 0,
            Rank::BelowAll | Rank::UnboundedLower => 1,
            // Two bits of family, then as much of the sides as there is room for.
            Rank::V4 => {
                1 << 62 | (self.lower.bits as u64) << 30 | top(self.upper).min(0xFFFF_FFFF) >> 2
            }
            Rank::V6 => 2 << 62 | (self.lower.bits >> 66) as u64,
            Rank::UnboundedUpper => u64::MAX,
        }
    }

    /// Writes the bytes of the key to the start of `buffer`.
    #[inline]
    pub fn encode<'a>(&self, buffer: &'a mut [u8; MAX_LENGTH]) -> &'a [u8] {
        if (self.lower.rank, self.upper.rank, self.contains_empty) != (Rank::V4, Rank::V4, false) {
            return self.encode_tagged(buffer);
        }
        let lower = self.lower.bits as u32;
        let difference = self.upper.bits as u32 - lower;
        let count = (39 - difference.leading_zeros() as usize) / 8;
        let all = u64::from(lower) << 32 | u64::from(difference) << (32 - 8 * count);
        let (head, _) = buffer.split_at_mut(8);
        head.copy_from_slice(&all.to_be_bytes());
        head.get(..4 + count).unwrap_or_default()
    }

    fn encode_tagged<'a>(&self, buffer: &'a mut [u8; MAX_LENGTH]) -> &'a [u8] {
        let flag = if self.contains_empty { CONTAINS_EMPTY } else { 0 };
        let mut out = Writer { buffer, length: 1 };
        let tag = if !self.has_hull() {
            EMPTY
        } else if (self.lower.rank, self.upper.rank) != (Rank::V6, Rank::V6) {
            let mut kinds = SIDES;
            for (side, shift) in [(self.lower, 0), (self.upper, 2)] {
                match side.rank {
                    Rank::V4 => {
                        kinds |= SIDE_V4 << shift;
                        out.number(side.bits, 4);
                    }
                    Rank::V6 => {
                        kinds |= SIDE_V6 << shift;
                        out.number(side.bits, 16);
                    }
                    _ => {}
                }
            }
            if out.length > 1 {
                out.number(0, MIN_TAGGED.saturating_sub(out.length));
            }
            kinds
        } else if self.lower == self.upper {
            let (head, tail) = outside_zeros(self.lower.bits);
            out.number(shift_right(self.lower.bits, 8 * (16 - head) as u32), head);
            out.number(self.lower.bits, tail.max((MIN_TAGGED - 1).saturating_sub(head)));
            HOST | head as u8
        } else {
            let filled = self.lower.bits.trailing_zeros().min(self.upper.bits.trailing_ones()) / 8;
            let head = 16 - filled as usize;
            let lower = shift_right(self.lower.bits, 8 * filled);
            let difference = shift_right(self.upper.bits, 8 * filled) - lower;
            let tail = (135 - difference.leading_zeros() as usize) / 8;
            out.number(lower, head);
            out.number(difference, tail.max((MIN_TAGGED - 1).saturating_sub(head)));
            PAIR | head as u8
        };
        let Writer { buffer, length } = out;
        buffer[0] = tag | flag;
        buffer.get(..length).unwrap_or_default()
    }

    /// The key of bytes that [`Key::encode`] wrote; `None` for bytes that mean no key.
    #[inline]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        if let Some((lower, upper)) = decode_v4(bytes) {
            let side = |bits: u32| Bound { rank: Rank::V4, bits: bits.into() };
            return Some(Self { lower: side(lower), upper: side(upper), contains_empty: false });
        }
        Self::decode_tagged(bytes)
    }

    fn decode_tagged(bytes: &[u8]) -> Option<Self> {
        let (&tag, rest) = bytes.split_first()?;
        if !(bytes.len() == 1 || (MIN_TAGGED..=MAX_LENGTH).contains(&bytes.len())) {
            return None;
        }
        let contains_empty = tag & CONTAINS_EMPTY != 0;
        let head = usize::from(tag & LOW);
        let side = |bits| Bound { rank: Rank::V6, bits };
        let (lower, upper) = match tag & KIND {
            PAIR => {
                let (start, difference) = split(rest, head)?;
                let filled = 8 * (16 - head) as u32;
                let end = start.checked_add(difference)?;
                if end > low_bits(8 * head as u8) {
                    return None;
                }
                let upper = shift_left(end, filled) | low_bits(filled as u8);
                (side(shift_left(start, filled)), side(upper))
            }
            HOST => {
                let (start, end) = split(rest, head)?;
                // The last bytes may not reach into the first ones.
                if rest.len() > 16 {
                    return None;
                }
                let bits = shift_left(start, 8 * (16 - head) as u32) | end;
                (side(bits), side(bits))
            }
            SIDES => {
                let (lower, rest) = decode_side(tag, rest, Bound::MIN)?;
                let (upper, rest) = decode_side((tag & LOW) >> 2, rest, Bound::MAX)?;
                let filled = bytes.len() == MIN_TAGGED && rest.iter().all(|byte| *byte == 0);
                if tag & LOW > 15 || lower > upper || !(rest.is_empty() || filled) {
                    return None;
                }
                (lower, upper)
            }
            _ => {
                let plain = rest.is_empty() && contains_empty && head == 0;
                return plain.then_some(Self::EMPTY);
            }
        };
        Some(Self { lower, upper, contains_empty })
    }
}

impl From<Span> for Key {
    #[inline]
    fn from(span: Span) -> Self {
        let (lower, upper) = (Bound::at(span.lower()), Bound::at(span.upper()));
        Self { lower, upper, contains_empty: false }
    }
}

/// The order of ranges, which a sorted build needs: empty ones first, then by lower side, then by
/// upper side.
impl Ord for Key {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        let parts = |key: &Self| (key.has_hull(), key.lower, key.upper, key.contains_empty);
        parts(self).cmp(&parts(other))
    }
}

impl PartialOrd for Key {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

const CONTAINS_EMPTY: u8 = 0x80;
const KIND: u8 = 0x60;
const LOW: u8 = 0x1F;
const PAIR: u8 = 0x00;
const HOST: u8 = 0x20;
const SIDES: u8 = 0x40;
const EMPTY: u8 = 0x60;
const SIDE_V4: u8 = 1;
const SIDE_V6: u8 = 2;

/// Whether the hull of the key of these bytes holds the IPv4 addresses from `lower` to `upper`, for
/// keys of IPv4 pairs; `None` for others.
///
/// It is what a [`Search`] for [`Strategy::Contains`] accepts, without a search.
#[inline]
pub fn holds_v4(bytes: &[u8], lower: u32, upper: u32) -> Option<bool> {
    let (start, difference) = start_v4(bytes)?;
    // What lies before the start wraps around to beyond the end.
    let within = |bits: u32| bits.wrapping_sub(start) <= difference;
    Some(within(lower) & within(upper))
}

/// The same of IPv6 addresses, for keys of either family without empty ranges.
#[inline]
pub fn holds_v6(bytes: &[u8], lower: u128, upper: u128) -> Option<bool> {
    if bytes.len() < MIN_TAGGED {
        return start_v4(bytes).map(|_| false);
    }
    let (&tag, rest) = bytes.split_first()?;
    let head = usize::from(tag & LOW);
    let tail = rest.len().checked_sub(head)?;
    if tag & !LOW == PAIR && (1..=8).contains(&head) && tail <= 8 {
        let start = u64::from_be_bytes(*rest.first_chunk()?) >> (64 - 8 * head);
        // The difference is the last bytes; what precedes it there is masked off.
        let last = u64::from_be_bytes(*rest.last_chunk()?);
        let difference = if tail == 8 { last } else { last & ((1 << (8 * tail)) - 1) };
        let within = |bits: u128| {
            let part = (bits >> 64) as u64 >> (64 - 8 * head);
            part.wrapping_sub(start) <= difference
        };
        return Some(within(lower) & within(upper));
    }
    holds_long_v6(bytes, lower, upper)
}

#[inline(never)]
fn holds_long_v6(bytes: &[u8], lower: u128, upper: u128) -> Option<bool> {
    let (&tag, rest) = bytes.split_first()?;
    let head = usize::from(tag & LOW);
    let others = 8 * 16_usize.checked_sub(head)? as u32;
    let (start, end) = split(rest, head)?;
    match tag & !LOW {
        PAIR => {
            let within = |bits| shift_right(bits, others).wrapping_sub(start) <= end;
            Some(within(lower) & within(upper))
        }
        HOST => Some(lower == upper && lower == shift_left(start, others) | end),
        _ => None,
    }
}

/// The IPv4 pair that these bytes of a key mean, lower address first; `None` if they mean
/// something else or nothing.
#[inline]
pub fn decode_v4(bytes: &[u8]) -> Option<(u32, u32)> {
    let (lower, difference) = start_v4(bytes)?;
    Some((lower, lower.checked_add(difference)?))
}

/// The lower address and the difference that bytes of this length mean.
#[inline]
fn start_v4(bytes: &[u8]) -> Option<(u32, u32)> {
    if bytes.len() > 8 {
        return None;
    }
    let lower = u32::from_be_bytes(*bytes.first_chunk()?);
    // The difference fills the end of the last four bytes; what precedes it there is masked off.
    let last = u32::from_be_bytes(*bytes.last_chunk()?);
    let mask = (1_u64 << (8 * (bytes.len() - 4))) - 1;
    Some((lower, last & mask as u32))
}

/// Shifts that may be as wide as the number.
#[inline]
fn shift_left(number: u128, by: u32) -> u128 {
    number.checked_shl(by).unwrap_or(0)
}

#[inline]
fn shift_right(number: u128, by: u32) -> u128 {
    number.checked_shr(by).unwrap_or(0)
}

/// How many bytes stand before and after the longest run of zero bytes.
fn outside_zeros(bits: u128) -> (usize, usize) {
    let mut longest = (16, 16);
    let mut start = 0;
    for (i, byte) in bits.to_be_bytes().into_iter().enumerate() {
        if byte != 0 {
            start = i + 1;
        } else if i + 1 - start > longest.1 - longest.0 {
            longest = (start, i + 1);
        }
    }
    (longest.0, 16 - longest.1)
}

/// Bytes of a key under construction.
struct Writer<'a> {
    buffer: &'a mut [u8; MAX_LENGTH],
    length: usize,
}

impl Writer<'_> {
    /// Adds the lowest `count` bytes of `number`, at most 16.
    fn number(&mut self, number: u128, count: usize) {
        let bytes = number.to_be_bytes();
        let place = self.buffer.get_mut(self.length..self.length + count);
        if let (Some(place), Some(bytes)) = (place, bytes.get(16 - count..)) {
            place.copy_from_slice(bytes);
            self.length += count;
        }
    }
}

/// The numbers in the first `head` bytes and in the others; each may have at most 16. There are
/// none in fewer than 8 bytes, which a tag of numbers never precedes.
#[inline]
fn split(bytes: &[u8], head: usize) -> Option<(u128, u128)> {
    let first = u64::from_be_bytes(*bytes.first_chunk()?);
    let last = u64::from_be_bytes(*bytes.last_chunk()?);
    let (start, end) = bytes.split_at_checked(head)?;
    // Up to eight bytes of either are within a load that the whole always allows.
    let start = match 8_usize.checked_sub(head) {
        Some(others) => shift_right(first.into(), 8 * others as u32),
        None => number(start)?,
    };
    let end = if end.len() <= 8 {
        u128::from(last) & low_bits(8 * end.len() as u8)
    } else {
        number(end)?
    };
    Some((start, end))
}

/// The number in 8 to 16 bytes, by two loads that overlap.
#[inline]
fn number(bytes: &[u8]) -> Option<u128> {
    if bytes.len() > 16 {
        return None;
    }
    let first = u64::from_be_bytes(*bytes.first_chunk()?);
    let last = u64::from_be_bytes(*bytes.last_chunk()?);
    let rest = 8 * (bytes.len() - 8) as u8;
    Some(u128::from(first) << rest | u128::from(last) & low_bits(rest))
}

/// One side of the kind in the lowest two bits, and the bytes after it.
fn decode_side(kind: u8, bytes: &[u8], unbounded: Bound) -> Option<(Bound, &[u8])> {
    let length = match kind & 3 {
        0 => return Some((unbounded, bytes)),
        SIDE_V4 => 4,
        SIDE_V6 => 16,
        _ => return None,
    };
    let (address, rest) = bytes.split_at_checked(length)?;
    Some((Bound::at(Address::from_bytes(address)?), rest))
}

/// How the ranges that a search looks for lie to its query; the operators of core's `range_ops`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// `<<`
    Before,
    /// `&<`
    OverLeft,
    /// `&&`
    Overlaps,
    /// `&>`
    OverRight,
    /// `>>`
    After,
    /// `-|-`
    Adjacent,
    /// `@>`, of a range or of one address ([`Key::element`])
    Contains,
    /// `<@`
    ContainedBy,
    /// `=`
    Equals,
}

impl Strategy {
    /// The strategy of this number in `range_ops`.
    pub const fn from_number(number: u16) -> Option<Self> {
        Some(match number {
            1 => Self::Before,
            2 => Self::OverLeft,
            3 => Self::Overlaps,
            4 => Self::OverRight,
            5 => Self::After,
            6 => Self::Adjacent,
            7 | 16 => Self::Contains,
            8 => Self::ContainedBy,
            18 => Self::Equals,
            _ => return None,
        })
    }
}

/// A prepared search: which keys it accepts.
///
/// For each strategy, the ranges that fit a query are those whose lower and upper sides lie
/// between certain bounds: a rectangle, or two for adjacency. The same holds for the hulls that
/// may hold such a range. So a search is made once for a query and a level of the index, and then
/// only compares.
///
/// The query is the key of a range. For a multirange, it is the key of its hull: that is exact
/// for all strategies but [`Strategy::Overlaps`] and [`Strategy::ContainedBy`], for which it
/// accepts more keys, never fewer, than fit.
#[derive(Clone, Copy, Debug)]
pub struct Search {
    areas: [Area; 2],
    areas_v4: [AreaV4; 2],
    /// The second area holds anything.
    two_areas: bool,
    /// Accepts an empty range, and an inner key above one.
    empty: bool,
}

/// Hulls by where their lower and upper sides lie, ends included.
#[derive(Clone, Copy, Debug)]
struct Area {
    lower: (Bound, Bound),
    upper: (Bound, Bound),
}

/// The part of an [`Area`] in which both sides are IPv4 addresses.
#[derive(Clone, Copy, Debug)]
struct AreaV4 {
    lower: (u32, u32),
    upper: (u32, u32),
}

impl Area {
    const ALL: Self = Self { lower: (Bound::MIN, Bound::MAX), upper: (Bound::MIN, Bound::MAX) };
    const NONE: Self = Self { lower: (Bound::MAX, Bound::MIN), ..Self::ALL };

    const fn lower_from(self, least: Bound) -> Self {
        Self { lower: (least, self.lower.1), ..self }
    }

    const fn lower_to(self, most: Bound) -> Self {
        Self { lower: (self.lower.0, most), ..self }
    }

    const fn upper_from(self, least: Bound) -> Self {
        Self { upper: (least, self.upper.1), ..self }
    }

    const fn upper_to(self, most: Bound) -> Self {
        Self { upper: (self.upper.0, most), ..self }
    }

    #[inline]
    fn holds(&self, lower: Bound, upper: Bound) -> bool {
        let within = |(least, most), bound| least <= bound && bound <= most;
        within(self.lower, lower) && within(self.upper, upper)
    }

    fn v4(&self) -> AreaV4 {
        let part = |(least, most): (Bound, Bound)| {
            let (first, last) = (Bound::at(Family::V4.first()), Bound::at(Family::V4.last()));
            let (least, most) = (least.max(first), most.min(last));
            // Bounds of other ranks remain only on the wrong side of each other.
            if least <= most { (least.bits as u32, most.bits as u32) } else { (1, 0) }
        };
        AreaV4 { lower: part(self.lower), upper: part(self.upper) }
    }
}

impl AreaV4 {
    #[inline]
    const fn holds(&self, lower: u32, upper: u32) -> bool {
        // Without branches: one comparison often decides as little as the next.
        (self.lower.0 <= lower)
            & (lower <= self.lower.1)
            & (self.upper.0 <= upper)
            & (upper <= self.upper.1)
    }
}

impl Search {
    /// The search for ranges that lie to the range `query` as `strategy` says: among the keys of
    /// ranges if `leaf`, else among keys of all ranges below an inner entry.
    pub fn new(strategy: Strategy, query: &Key, leaf: bool) -> Self {
        let mut areas = [Area::NONE; 2];
        let mut empty = false;
        if query.has_hull() {
            areas = Self::areas(strategy, query, leaf);
            empty = strategy == Strategy::ContainedBy;
        } else {
            // Only these three hold where the query is empty.
            match strategy {
                Strategy::Contains => (areas[0], empty) = (Area::ALL, true),
                Strategy::ContainedBy | Strategy::Equals => empty = true,
                _ => {}
            }
        }
        let two_areas = strategy == Strategy::Adjacent;
        Self { areas, areas_v4: areas.map(|area| area.v4()), two_areas, empty }
    }

    fn areas(strategy: Strategy, query: &Key, leaf: bool) -> [Area; 2] {
        let (lower, upper) = (query.lower, query.upper);
        let (before, after) = (lower.below(), upper.above());
        let overlaps = Area::ALL.lower_to(upper).upper_from(lower);
        let contains = Area::ALL.lower_to(lower).upper_from(upper);
        let area = match (strategy, leaf) {
            (Strategy::Before, true) => Area::ALL.upper_to(before),
            (Strategy::Before, false) => Area::ALL.lower_to(before),
            (Strategy::OverLeft, true) => Area::ALL.upper_to(upper),
            (Strategy::OverLeft, false) => Area::ALL.lower_to(upper),
            (Strategy::OverRight, true) => Area::ALL.lower_from(lower),
            (Strategy::OverRight, false) => Area::ALL.upper_from(lower),
            (Strategy::After, true) => Area::ALL.lower_from(after),
            (Strategy::After, false) => Area::ALL.upper_from(after),
            (Strategy::Overlaps, _) | (Strategy::ContainedBy, false) => overlaps,
            (Strategy::Contains, _) | (Strategy::Equals, false) => contains,
            (Strategy::ContainedBy, true) => Area::ALL.lower_from(lower).upper_to(upper),
            (Strategy::Equals, true) => contains.lower_from(lower).upper_to(upper),
            (Strategy::Adjacent, _) => {
                // Next to an unbounded side, or to an extreme address, lies nothing.
                let beside = |neighbour: Bound, ends: bool| {
                    if neighbour.address().is_none() {
                        Area::NONE
                    } else if !leaf {
                        Area::ALL.lower_to(neighbour).upper_from(neighbour)
                    } else if ends {
                        Area::ALL.upper_from(neighbour).upper_to(neighbour)
                    } else {
                        Area::ALL.lower_from(neighbour).lower_to(neighbour)
                    }
                };
                return [beside(before, true), beside(after, false)];
            }
        };
        [area, Area::NONE]
    }

    /// The search accepts the key of this IPv4 pair.
    #[inline]
    pub const fn accepts_v4(&self, lower: u32, upper: u32) -> bool {
        self.areas_v4[0].holds(lower, upper)
            || self.two_areas && self.areas_v4[1].holds(lower, upper)
    }

    /// The search accepts the key.
    #[inline]
    pub fn accepts(&self, key: &Key) -> bool {
        (self.empty && key.contains_empty)
            || key.has_hull() && self.areas.iter().any(|area| area.holds(key.lower, key.upper))
    }

    /// The search accepts the key of these bytes; `None` if they mean no key.
    #[inline]
    pub fn accepts_bytes(&self, bytes: &[u8]) -> Option<bool> {
        match decode_v4(bytes) {
            Some((lower, upper)) => Some(self.accepts_v4(lower, upper)),
            None => Some(self.accepts(&Key::decode_tagged(bytes)?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Random, boundary};

    const STRATEGIES: [Strategy; 9] = [
        Strategy::Before,
        Strategy::OverLeft,
        Strategy::Overlaps,
        Strategy::OverRight,
        Strategy::After,
        Strategy::Adjacent,
        Strategy::Contains,
        Strategy::ContainedBy,
        Strategy::Equals,
    ];

    /// Points 1 to 6 are addresses around the boundary, 0 and 7 what lies before and after them:
    /// a range with an unbounded side holds more than one that starts at an address.
    fn toy(set: u8) -> Key {
        let address = |point: u32| boundary()[16 + point as usize];
        if set == 0 {
            return Key::EMPTY;
        }
        let (first, last) = (set.trailing_zeros(), 7 - set.leading_zeros());
        let lower = (first > 0).then(|| address(first));
        let upper = (last < 7).then(|| address(last));
        Key::range(lower, upper).unwrap()
    }

    /// Every set of points that a range may have. `{0}` and `{7}` are none: they have no bound.
    fn toys() -> impl Iterator<Item = u8> {
        let runs = (0..8).flat_map(|first| (first..8).map(move |last| (first, last)));
        let sets = runs.map(|(first, last)| (0xFF << first) as u8 & 0xFF >> (7 - last));
        sets.filter(|set| ![1, 0x80].contains(set)).chain([0])
    }

    /// The operators by their meaning for sets.
    fn fits(strategy: Strategy, a: u8, b: u8) -> bool {
        let (least, most) = (u8::trailing_zeros, |set: u8| 7 - set.leading_zeros());
        let both = a != 0 && b != 0;
        match strategy {
            Strategy::Before => both && most(a) < least(b),
            Strategy::OverLeft => both && most(a) <= most(b),
            Strategy::Overlaps => a & b != 0,
            Strategy::OverRight => both && least(a) >= least(b),
            Strategy::After => both && least(a) > most(b),
            Strategy::Adjacent => both && (most(a) + 1 == least(b) || most(b) + 1 == least(a)),
            Strategy::Contains => a & b == b,
            Strategy::ContainedBy => a & b == a,
            Strategy::Equals => a == b,
        }
    }

    #[test]
    fn searches_in_leaves_are_exact() {
        let mut accepted = 0;
        for strategy in STRATEGIES {
            for query in toys() {
                let search = Search::new(strategy, &toy(query), true);
                for set in toys() {
                    let expected = fits(strategy, set, query);
                    assert_eq!(
                        search.accepts(&toy(set)),
                        expected,
                        "{set:b} {strategy:?} {query:b}"
                    );
                    accepted += usize::from(expected);
                }
            }
        }
        assert!(accepted > 1_000, "{accepted}");
    }

    /// An inner key is accepted exactly when some range that may lie below it fits: none is
    /// missed, and no page is read that cannot hold one.
    #[test]
    fn searches_in_inner_pages_follow_what_may_lie_below() {
        for strategy in STRATEGIES {
            for query in toys() {
                let search = Search::new(strategy, &toy(query), false);
                for (hull, contains_empty) in toys()
                    .flat_map(|hull| [(hull, false), (hull, true)])
                    .filter(|k| *k != (0, false))
                {
                    let mut key = toy(hull);
                    key.contains_empty = contains_empty;
                    // Before the first point lie addresses too, so here `{0}` is a range.
                    let below = toys().chain([1, 0x80]).filter(|set| *set != 0 && set & !hull == 0);
                    let expected = below
                        .chain(contains_empty.then_some(0))
                        .any(|set| fits(strategy, set, query));
                    assert_eq!(search.accepts(&key), expected, "{hull:b} {strategy:?} {query:b}");
                }
            }
        }
    }

    fn random_key(random: &mut Random) -> Key {
        let span = random.span();
        let mut key = match random.below(12) {
            0 => return Key::EMPTY,
            1 => Key::range(None, Some(span.upper())).unwrap(),
            2 => Key::range(Some(span.lower()), None).unwrap(),
            3 => Key::range(None, None).unwrap(),
            _ => Key::from(span),
        };
        key.contains_empty = random.below(6) == 0;
        key
    }

    fn encoded(key: &Key) -> Vec<u8> {
        key.encode(&mut [0xA5; MAX_LENGTH]).to_vec()
    }

    #[test]
    fn unions_are_accepted_wherever_a_part_is() {
        let mut random = Random(41);
        let mut accepted = 0;
        for _ in 0..20_000 {
            let query = random_key(&mut random);
            let leaf = loop {
                let key = random_key(&mut random);
                if !key.has_hull() || !key.contains_empty {
                    break key;
                }
            };
            let key = (0..random.below(4)).fold(leaf, |key, _| key.union(&random_key(&mut random)));
            for strategy in STRATEGIES {
                if Search::new(strategy, &query, true).accepts(&leaf) {
                    accepted += 1;
                    let search = Search::new(strategy, &query, false);
                    assert!(search.accepts(&key), "{key:?} {strategy:?} {query:?}");
                    assert_eq!(search.accepts_bytes(&encoded(&key)), Some(true));
                }
            }
        }
        assert!(accepted > 20_000, "{accepted}");
    }

    #[test]
    fn bytes_are_searched_like_keys() {
        let mut random = Random(42);
        let mut pairs = 0;
        for _ in 0..30_000 {
            let query = random_key(&mut random);
            let key = match (query.bounded(), random.below(2)) {
                // Sides next to those of the query, where comparisons go wrong first.
                (Some((lower, upper)), 0) => {
                    let near = |a: Address, r: u64| match r {
                        0 => a.previous().unwrap_or(a),
                        1 => a,
                        _ => a.next().unwrap_or(a),
                    };
                    let [a, b] = [near(lower, random.below(3)), near(upper, random.below(3))];
                    Key::range(Some(a.min(b)), Some(a.max(b))).unwrap()
                }
                _ => random_key(&mut random),
            };
            for strategy in STRATEGIES {
                for leaf in [false, true] {
                    let search = Search::new(strategy, &query, leaf);
                    let expected = search.accepts(&key);
                    assert_eq!(search.accepts_bytes(&encoded(&key)), Some(expected));
                    if let Some((lower, upper)) = decode_v4(&encoded(&key)) {
                        assert_eq!(
                            search.accepts_v4(lower, upper),
                            expected,
                            "{key:?} {strategy:?} {query:?}"
                        );
                        pairs += 1;
                    }
                }
            }
        }
        assert!(pairs > 50_000, "{pairs}");
    }

    #[test]
    fn extreme_addresses_are_not_unbounded_sides() {
        let (first, last) = (Family::V4.first(), Family::V6.last());
        let all = Key::range(None, None).unwrap();
        let every = Key::range(Some(first), Some(last)).unwrap();
        let accepts =
            |strategy, key: &Key, query: &Key| Search::new(strategy, query, true).accepts(key);
        assert_ne!(all, every);
        assert!(accepts(Strategy::Contains, &all, &every));
        assert!(!accepts(Strategy::Contains, &every, &all));
        assert!(!accepts(Strategy::Equals, &every, &all));
        for key in [all, every] {
            for query in [all, every] {
                for strategy in [Strategy::Adjacent, Strategy::Before, Strategy::After] {
                    assert!(!accepts(strategy, &key, &query));
                    assert!(!accepts(strategy, &Key::element(first), &query));
                    assert!(!accepts(strategy, &Key::element(last), &query));
                }
            }
        }
        // Nothing is next to an extreme address on its outer side, so no page is read for it.
        for (query, outer) in
            [(first, Key::range(None, Some(first))), (last, Key::range(Some(last), None))]
        {
            let search = Search::new(Strategy::Adjacent, &Key::element(query), false);
            assert!(!search.accepts(&outer.unwrap()));
        }
        let ends = Key::element(Family::V4.last());
        let starts = Key::element(Family::V6.first());
        assert!(accepts(Strategy::Adjacent, &ends, &starts));
        assert!(accepts(Strategy::Adjacent, &starts, &ends));
    }

    #[test]
    fn strategies_have_the_numbers_of_range_ops() {
        let numbers = [1, 2, 3, 4, 5, 6, 7, 8, 18];
        assert_eq!(numbers.map(Strategy::from_number), STRATEGIES.map(Some));
        assert_eq!(Strategy::from_number(16), Some(Strategy::Contains));
        for number in [0, 9, 15, 17, 19, u16::MAX] {
            assert_eq!(Strategy::from_number(number), None);
        }
    }

    #[test]
    fn keys_round_trip_through_bytes() {
        let mut random = Random(43);
        for _ in 0..200_000 {
            let key = random_key(&mut random);
            let bytes = encoded(&key);
            assert_eq!(Key::decode(&bytes), Some(key), "{bytes:x?}");
            let v4 = key.bounded().filter(|_| !key.contains_empty).and_then(|(lower, upper)| {
                let of_v4 = upper.family() == Family::V4;
                of_v4.then_some((lower.bits() as u32, upper.bits() as u32))
            });
            assert_eq!(decode_v4(&bytes), v4);
            assert_eq!((4..=8).contains(&bytes.len()), v4.is_some());
            if let Some((lower, upper)) = v4 {
                let difference = (upper - lower).to_be_bytes();
                let bytes_needed = difference.iter().skip_while(|byte| **byte == 0).count();
                assert_eq!(bytes.len(), 4 + bytes_needed);
            }
            assert!(bytes.len() == 1 || bytes.len() >= 4 && bytes.len() <= MAX_LENGTH);
        }
    }

    #[test]
    fn common_keys_are_short() {
        let length = |text| encoded(&crate::text::parse(text).unwrap().into()).len();
        for (text, expected) in [
            ("10.0.0.1", 4),
            ("10.0.0.0/24", 5),
            ("10.0.0.0/8", 7),
            ("0.0.0.0/0", 8),
            ("::/0", 9),
            ("2001:db8::/32", 9),
            ("2001:db8:1::/48", 9),
            ("2001:db8:1:2::/64", 9),
            ("2001:db8:1:2:300::/72", 10),
            ("2001:db8::1", 9),
            ("2001:db8:1:2::ffff:1", 13),
            ("2001:db8:1:2:3:4:5:6", 16),
            ("2001:db8:101:102:313:414:515:616", 17),
            ("2001:db8:101:102:313:414:515:616-2001:db8:101:102:313:414:515:617", 18),
            ("::1-ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe", 33),
        ] {
            assert_eq!(length(text), expected, "{text}");
        }
        // An index tuple of 24 bytes: 8 of header, 1 of the value's own, 15 of these.
        let mut random = Random(44);
        for _ in 0..10_000 {
            for prefix in 0..=64 {
                let block = random.address_of(Family::V6).network(prefix).unwrap();
                assert!(encoded(&block.into()).len() <= 11);
            }
        }
        assert_eq!(encoded(&Key::EMPTY).len(), 1);
        assert_eq!(encoded(&Key::range(None, None).unwrap()).len(), 1);
    }

    #[test]
    fn malformed_bytes_are_refused_and_never_fatal() {
        assert_eq!(Key::decode(&[]), None);
        for bytes in [
            // `upper` beyond the family.
            &[255, 255, 255, 255, 1][..],
            &[255, 255, 255, 0, 0, 0, 1, 0],
            // Short of what the tag says, or more than it says.
            &[0x41],
            &[0x44, 1, 2],
            &[0xE0, 0],
            &[0x60],
            &[0x61],
            &[0x40 | 3; 9],
            &[0x40 | 1 << 4; 9],
            &[0x41, 10, 0, 0, 1, 0, 0, 0, 1],
            &[0x45, 10, 0, 0, 1, 9, 0, 0, 1],
            &[0x41; 10],
            &[0x20 | 17; 30],
            &[0x0F; 33],
            &[0x20; 18],
            &[0x21; 18],
            &[0x50],
            &[0x41, 10, 0, 0, 1, 0, 0, 0, 0, 0],
            &[0x01, 0xFF, 0, 0, 0, 0, 0, 0, 1],
        ] {
            assert_eq!(Key::decode(bytes), None, "{bytes:x?}");
            assert_eq!(decode_v4(bytes), None);
        }
        let mut random = Random(45);
        let (mut good, mut bad) = (0, 0);
        let mut check = |bytes: &[u8]| match Key::decode(bytes) {
            Some(key) => {
                assert!(key.has_hull() || key == Key::EMPTY);
                assert_eq!(Key::decode(&encoded(&key)), Some(key));
                assert!(encoded(&key).len() <= bytes.len());
                good += 1;
            }
            None => {
                let _ = (holds_v4(bytes, 0, u32::MAX), holds_v6(bytes, 0, u128::MAX));
                bad += 1;
            }
        };
        for _ in 0..20_000 {
            let mut bytes = encoded(&random_key(&mut random));
            let bit = random.below(8 * bytes.len() as u64);
            bytes[bit as usize / 8] ^= 1 << (bit % 8);
            check(&bytes);
            for length in 0..bytes.len() {
                check(&bytes[..length]);
            }
        }
        for length in 0..40 {
            for _ in 0..4_000 {
                let bytes: Vec<u8> = (0..length).map(|_| random.bits() as u8).collect();
                check(&bytes);
            }
        }
        assert!(good > 50_000 && bad > 50_000, "{good} {bad}");
    }

    #[test]
    fn keys_are_sorted_as_ranges_are_and_abbreviations_follow() {
        let address = |text| Some(crate::text::parse(text).unwrap().lower());
        let range = |lower, upper| Key::range(lower, upper).unwrap();
        let ascending = [
            Key::EMPTY,
            range(None, address("10.0.0.1")),
            range(None, address("::1")),
            range(None, None),
            range(address("0.0.0.0"), address("0.0.0.0")),
            range(address("10.0.0.0"), address("10.0.0.255")),
            range(address("10.0.0.0"), address("10.1.0.0")),
            range(address("10.0.0.0"), address("::1")),
            range(address("10.0.0.0"), None),
            range(address("10.0.0.1"), address("10.0.0.1")),
            range(address("255.255.255.255"), address("::")),
            range(address("::"), address("::")),
            range(address("2001::"), address("2001::1")),
            range(address("2001:0:0:4::"), address("2001:0:0:4::1")),
            range(address("2001:0:0:4::"), None),
        ];
        for (i, a) in ascending.iter().enumerate() {
            for (j, b) in ascending.iter().enumerate() {
                assert_eq!(a.cmp(b), i.cmp(&j), "{a:?} {b:?}");
            }
        }
        let mut random = Random(46);
        let mut keys: Vec<_> = (0..20_000).map(|_| random_key(&mut random)).collect();
        keys.extend(ascending);
        keys.sort();
        assert!(keys.is_sorted_by_key(Key::abbreviate));
        let numbers = keys.chunk_by(|a, b| a.abbreviate() == b.abbreviate()).count();
        assert!(numbers > 8_000, "{numbers}");
    }

    #[test]
    fn penalties_rank_as_documented() {
        let key = |text: &str| Key::from(crate::text::parse(text).unwrap());
        let range = |lower: Option<&str>, upper: Option<&str>| {
            let address = |text| crate::text::parse(text).unwrap().lower();
            Key::range(lower.map(address), upper.map(address)).unwrap()
        };
        let with_empty = key("10.0.0.0/8").union(&Key::EMPTY);
        let across = key("10.0.0.0/8").union(&key("::1"));
        let ladder: [(Key, &[Key]); 4] = [
            (
                key("10.1.2.0/24"),
                &[
                    key("10.1.2.0/24"),
                    key("10.1.0.0/16"),
                    key("10.0.0.0/8"),
                    key("10.1.3.0/24"),
                    key("10.1.4.0/24"),
                    key("10.128.0.0/9"),
                    key("192.168.0.0/16"),
                    across,
                    key("2001:db8::/32"),
                    range(Some("10.0.0.0"), None),
                    range(None, None),
                    Key::EMPTY,
                ],
            ),
            (
                key("2001:db8::1"),
                &[
                    key("2001:db8::1"),
                    key("::/0"),
                    key("2001:db8::2"),
                    key("2001:db8::3"),
                    key("2001:db8:1::/48"),
                    key("2a00::/16"),
                    key("ffff::/16"),
                    across,
                    key("10.0.0.0/8"),
                    range(Some("2001::"), None),
                    range(None, None),
                ],
            ),
            (
                Key::EMPTY,
                &[
                    Key::EMPTY,
                    with_empty,
                    range(None, None),
                    range(None, Some("10.0.0.1")),
                    key("10.0.0.0/8"),
                ],
            ),
            (
                range(None, Some("10.0.0.9")),
                &[
                    range(None, Some("10.0.0.10")),
                    range(None, Some("10.0.0.8")),
                    range(None, None),
                    key("10.0.0.0/8"),
                    Key::EMPTY,
                ],
            ),
        ];
        for (new, originals) in ladder {
            let costs: Vec<_> = originals.iter().map(|key| key.penalty(&new)).collect();
            assert!(costs.windows(2).all(|pair| pair[0] < pair[1]), "{new:?} {costs:?}");
        }
        assert_eq!(key("10.0.0.1").penalty(&key("10.0.0.1")), 0.0);
        assert!(key("10.0.0.0/8").penalty(&with_empty) > key("::1").penalty(&key("10.0.0.1")));
    }

    #[test]
    fn penalties_are_finite_and_say_whether_a_key_grows() {
        let mut random = Random(47);
        for _ in 0..50_000 {
            let (key, new) = (random_key(&mut random), random_key(&mut random));
            let cost = key.penalty(&new);
            assert!(cost.is_finite() && cost >= 0.0);
            if key.union(&new) != key {
                assert!(cost > 1.0e-7, "{key:?} {new:?}");
            }
            if let (Some(a), Some(b)) = (key.bounded(), new.bounded())
                && a.0.family() == b.0.family()
                && a.1.family() == b.1.family()
                && key.union(&new) == key
            {
                assert!(cost < 1.0e-7, "{key:?} {new:?}");
            }
        }
    }

    #[test]
    fn holding_addresses_is_what_a_search_accepts() {
        let mut random = Random(11);
        let (mut told, mut held) = (0, 0);
        for _ in 0..100_000 {
            let first = random.address();
            let prefix = random.below(u64::from(first.family().width()) + 1) as u8;
            let span = first.network(prefix).unwrap();
            let key = match random.below(8) {
                0 => Key::element(first),
                1 => Key::from(span).union(&Key::element(random.address())),
                2 => Key::from(span).union(&Key::EMPTY),
                _ => Key::from(span),
            };
            let mut buffer = [0; MAX_LENGTH];
            let bytes = key.encode(&mut buffer);
            let near = [span.lower(), span.upper(), first, random.address()];
            let around = near.iter().flat_map(|a| [a.previous(), Some(*a), a.next()]).flatten();
            for other in around {
                for (lower, upper) in
                    [(other, other), (first.min(other), first.max(other)), (other, span.upper())]
                {
                    let Some(query) = Key::range(Some(lower), Some(upper)) else { continue };
                    let search = Search::new(Strategy::Contains, &query, false);
                    let holds = match (lower.family(), upper.family()) {
                        (Family::V4, Family::V4) => {
                            holds_v4(bytes, lower.bits() as u32, upper.bits() as u32)
                        }
                        (Family::V6, Family::V6) => holds_v6(bytes, lower.bits(), upper.bits()),
                        _ => continue,
                    };
                    if let Some(holds) = holds {
                        assert_eq!(Some(holds), search.accepts_bytes(bytes), "{key:?} {query:?}");
                        told += 1;
                        held += usize::from(holds);
                    }
                }
            }
        }
        assert!(told > 900_000 && held > 200_000, "{told} {held}");
    }
}
