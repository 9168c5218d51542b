//! Addresses, closed spans of them, and sizes.
//!
//! Invariants: the bits of an IPv4 address are below 2³²; a [`Span`]'s lower address is not above
//! its upper one; an [`Offset`] of zero is not negative.

use core::fmt;

/// The two families, in the order of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// 32-bit addresses.
    V4,
    /// 128-bit addresses.
    V6,
}

impl Family {
    /// Bits of an address: the longest prefix length.
    #[inline]
    pub const fn width(self) -> u8 {
        match self {
            Self::V4 => 32,
            Self::V6 => 128,
        }
    }

    #[inline]
    const fn max_bits(self) -> u128 {
        match self {
            Self::V4 => u32::MAX as u128,
            Self::V6 => u128::MAX,
        }
    }

    /// `0.0.0.0` or `::`.
    #[inline]
    pub const fn first(self) -> Address {
        Address { family: self, bits: 0 }
    }

    /// `255.255.255.255` or `ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff`.
    #[inline]
    pub const fn last(self) -> Address {
        Address { family: self, bits: self.max_bits() }
    }
}

/// An IP address. Ordered by family, then by value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    // The order of the fields is the order of the line.
    family: Family,
    bits: u128,
}

impl Address {
    /// The IPv4 address of these bits, the first octet being the highest.
    #[inline]
    pub const fn v4(bits: u32) -> Self {
        Self { family: Family::V4, bits: bits as u128 }
    }

    /// The IPv6 address of these bits, the first group being the highest.
    #[inline]
    pub const fn v6(bits: u128) -> Self {
        Self { family: Family::V6, bits }
    }

    /// The address of these bits in `family`, `None` if they are too many for it.
    #[inline]
    pub const fn new(family: Family, bits: u128) -> Option<Self> {
        if bits <= family.max_bits() { Some(Self { family, bits }) } else { None }
    }

    /// The address in network byte order, 4 or 16 bytes; `None` for another number of bytes.
    #[inline]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if let Ok(bytes) = <[u8; 4]>::try_from(bytes) {
            Some(Self::v4(u32::from_be_bytes(bytes)))
        } else {
            Some(Self::v6(u128::from_be_bytes(bytes.try_into().ok()?)))
        }
    }

    /// The address in network byte order, 4 or 16 bytes at the start of `buffer`.
    #[inline]
    pub fn to_bytes(self, buffer: &mut [u8; 16]) -> &[u8] {
        match self.family {
            Family::V4 => {
                let (head, _) = buffer.split_at_mut(4);
                head.copy_from_slice(&(self.bits as u32).to_be_bytes());
                head
            }
            Family::V6 => {
                *buffer = self.bits.to_be_bytes();
                buffer
            }
        }
    }

    /// The family.
    #[inline]
    pub const fn family(self) -> Family {
        self.family
    }

    /// The value: below 2³² for IPv4.
    #[inline]
    pub const fn bits(self) -> u128 {
        self.bits
    }

    /// The next address of the line; `None` after the last IPv6 address.
    #[inline]
    pub const fn next(self) -> Option<Self> {
        if self.bits != self.family.max_bits() {
            return Some(Self { bits: self.bits + 1, ..self });
        }
        match self.family {
            Family::V4 => Some(Family::V6.first()),
            Family::V6 => None,
        }
    }

    /// The address before this one; `None` before `0.0.0.0`.
    #[inline]
    pub const fn previous(self) -> Option<Self> {
        if self.bits != 0 {
            return Some(Self { bits: self.bits - 1, ..self });
        }
        match self.family {
            Family::V4 => None,
            Family::V6 => Some(Family::V4.last()),
        }
    }

    /// The address `offset` further in the same family; `None` outside of it.
    #[inline]
    pub const fn checked_add(self, offset: Offset) -> Option<Self> {
        let bits = if offset.negative {
            self.bits.checked_sub(offset.magnitude)
        } else {
            self.bits.checked_add(offset.magnitude)
        };
        match bits {
            Some(bits) => Self::new(self.family, bits),
            None => None,
        }
    }

    /// `self - other` where both are of one family, else `None`.
    #[inline]
    pub fn difference(self, other: Self) -> Option<Offset> {
        (self.family == other.family)
            .then(|| Offset::new(self.bits < other.bits, self.bits.abs_diff(other.bits)))
    }

    /// `self - other` on the line of both families, where the step from `255.255.255.255` to `::`
    /// is 1. At most one unit in the last place from the exact value.
    #[inline]
    pub fn line_difference(self, other: Self) -> f64 {
        if self < other {
            -Size::of_steps(self, other).to_f64()
        } else {
            Size::of_steps(other, self).to_f64()
        }
    }

    /// All addresses that share the first `prefix` bits with this one; `None` if the family is
    /// not that wide.
    #[inline]
    pub const fn network(self, prefix: u8) -> Option<Span> {
        if prefix <= self.family.width() { Some(self.widened(prefix)) } else { None }
    }

    /// [`Address::network`] of a prefix length that the family is known to have.
    #[inline]
    pub(crate) const fn widened(self, prefix: u8) -> Span {
        let host = low_bits(self.family.width().saturating_sub(prefix));
        let lower = Self { bits: self.bits & !host, ..self };
        let upper = Self { bits: self.bits | host, ..self };
        Span { lower, upper }
    }
}

/// A number with the lowest `count` bits set; all of them from 128 on.
#[inline]
pub(crate) const fn low_bits(count: u8) -> u128 {
    match 1_u128.checked_shl(count as u32) {
        Some(next) => next - 1,
        None => u128::MAX,
    }
}

/// A distance between two addresses of one family, up to 2¹²⁸−1 either way.
///
/// Packed to 8 bytes: the alignment that any memory has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(C, packed(8))]
pub struct Offset {
    negative: bool,
    magnitude: u128,
}

impl Offset {
    /// `magnitude`, or the opposite of it if `negative`.
    #[inline]
    pub const fn new(negative: bool, magnitude: u128) -> Self {
        Self { negative: negative && magnitude != 0, magnitude }
    }

    /// The offset is below zero.
    #[inline]
    pub const fn is_negative(self) -> bool {
        self.negative
    }

    /// The distance without its direction.
    #[inline]
    pub const fn magnitude(self) -> u128 {
        self.magnitude
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.negative { "-" } else { "" })?;
        { self.magnitude }.fmt(f)
    }
}

/// Every address from a lower one to an upper one, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    lower: Address,
    upper: Address,
}

impl Span {
    /// The span of a closed pair, `None` if the upper address is below the lower one.
    #[inline]
    pub fn new(lower: Address, upper: Address) -> Option<Self> {
        (lower <= upper).then_some(Self { lower, upper })
    }

    /// The first address.
    #[inline]
    pub const fn lower(self) -> Address {
        self.lower
    }

    /// The last address.
    #[inline]
    pub const fn upper(self) -> Address {
        self.upper
    }

    /// The number of addresses, over both families: at least 1, at most 2¹²⁸ + 2³².
    #[inline]
    pub fn size(self) -> Size {
        let steps = Size::of_steps(self.lower, self.upper);
        let (low, carry) = steps.low.overflowing_add(1);
        Size { high: steps.high + u64::from(carry), low }
    }

    /// What lies in `family`.
    #[inline]
    pub fn part(self, family: Family) -> Option<Self> {
        Self::new(self.lower.max(family.first()), self.upper.min(family.last()))
    }
}

/// A number of addresses, below 2¹⁹²: the sizes of 2⁶³ spans can be added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Size {
    // The order of the fields is the order of sizes.
    high: u64,
    low: u128,
}

impl Size {
    /// Steps from `lower` to `upper`, which is not below it.
    #[inline]
    fn of_steps(lower: Address, upper: Address) -> Self {
        if lower.family == upper.family {
            return Self { high: 0, low: upper.bits - lower.bits };
        }
        let to_boundary = (1 << 32) - lower.bits;
        let (low, carry) = upper.bits.overflowing_add(to_boundary);
        Self { high: u64::from(carry), low }
    }

    #[inline]
    pub(crate) const fn new(high: u64, low: u128) -> Self {
        Self { high, low }
    }

    #[inline]
    pub(crate) const fn high(self) -> u64 {
        self.high
    }

    #[inline]
    pub(crate) const fn low(self) -> u128 {
        self.low
    }

    /// `magnitude · times`, which always fits.
    #[inline]
    pub const fn product(magnitude: u128, times: u64) -> Self {
        let times = times as u128;
        let low = (magnitude as u64 as u128) * times;
        let high = (magnitude >> 64) * times + (low >> 64);
        Self { high: (high >> 64) as u64, low: high << 64 | low as u64 as u128 }
    }

    /// The sum, `None` if it does not fit.
    #[inline]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        let (low, carry) = self.low.overflowing_add(other.low);
        let Some(high) = self.high.checked_add(other.high) else { return None };
        match high.checked_add(carry as u64) {
            Some(high) => Some(Self { high, low }),
            None => None,
        }
    }

    /// The difference, `None` if `other` is larger.
    #[inline]
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        let (low, borrow) = self.low.overflowing_sub(other.low);
        let Some(high) = self.high.checked_sub(other.high) else { return None };
        match high.checked_sub(borrow as u64) {
            Some(high) => Some(Self { high, low }),
            None => None,
        }
    }

    /// The size as 128 bits, `None` if it does not fit.
    #[inline]
    pub const fn to_u128(self) -> Option<u128> {
        if self.high == 0 { Some(self.low) } else { None }
    }

    /// The size as `usize`, `None` if it does not fit.
    #[inline]
    pub fn to_usize(self) -> Option<usize> {
        if self.high == 0 { self.low.try_into().ok() } else { None }
    }

    /// The nearest double, or its neighbour.
    #[inline]
    pub const fn to_f64(self) -> f64 {
        const HIGH: f64 = 2.0 * (1_u128 << 127) as f64;
        // Far cheaper than from 128 bits.
        if self.high == 0 && self.low <= u64::MAX as u128 {
            return self.low as u64 as f64;
        }
        self.high as f64 * HIGH + self.low as f64
    }
}

impl From<u128> for Size {
    #[inline]
    fn from(low: u128) -> Self {
        Self { high: 0, low }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.high == 0 {
            return self.low.fmt(f);
        }
        // Long division by the largest power of ten that a limb holds. With `high` set there are
        // three or four parts: 2¹²⁸ has 39 digits, 2¹⁹² has 58.
        const POWER: u128 = 10_u128.pow(19);
        let mut limbs = [self.high, (self.low >> 64) as u64, self.low as u64];
        let mut parts = [0_u64; 4];
        for part in &mut parts {
            let mut rest = 0_u128;
            for limb in &mut limbs {
                let value = rest << 64 | u128::from(*limb);
                *limb = (value / POWER) as u64;
                rest = value % POWER;
            }
            *part = rest as u64;
        }
        let [d, c, b, a] = parts;
        if a == 0 { write!(f, "{b}{c:019}{d:019}") } else { write!(f, "{a}{b:019}{c:019}{d:019}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Random, boundary};

    const WHOLE: Span = Span { lower: Family::V4.first(), upper: Family::V6.last() };

    #[test]
    fn one_line_orders_both_families_and_steps_cross_them() {
        let line = boundary();
        for (i, a) in line.iter().enumerate() {
            for (j, b) in line.iter().enumerate() {
                assert_eq!(a.cmp(b), i.cmp(&j), "{a} {b}");
                assert_eq!(a.line_difference(*b), i as f64 - j as f64, "{a} {b}");
            }
        }
        for pair in line.windows(2) {
            assert_eq!(pair[0].next(), Some(pair[1]));
            assert_eq!(pair[1].previous(), Some(pair[0]));
        }
        assert_eq!(Family::V4.last().next(), Some(Family::V6.first()));
        assert_eq!(Family::V6.first().previous(), Some(Family::V4.last()));
        assert_eq!(Family::V6.last().next(), None);
        assert_eq!(Family::V4.first().previous(), None);
    }

    #[test]
    fn offsets_stay_in_the_family_and_undo_differences() {
        let mut random = Random(11);
        for _ in 0..20_000 {
            let (a, b) = (random.address(), random.address());
            match a.difference(b) {
                Some(offset) => {
                    assert_eq!(b.checked_add(offset), Some(a));
                    let back = Offset::new(!offset.is_negative(), offset.magnitude());
                    assert_eq!(a.checked_add(back), Some(b));
                    assert_eq!(offset.is_negative(), a < b);
                }
                None => assert_ne!(a.family(), b.family()),
            }
        }
        let all = Offset::new(false, u128::MAX);
        let back = Offset::new(true, u128::MAX);
        assert_eq!(Family::V6.first().checked_add(all), Some(Family::V6.last()));
        assert_eq!(Family::V6.last().checked_add(back), Some(Family::V6.first()));
        assert_eq!(Address::v6(1).checked_add(all), None);
        assert_eq!(Address::v4(1).checked_add(all), None);
        assert_eq!(Address::v4(1).checked_add(Offset::new(true, 2)), None);
        assert_eq!(Family::V4.last().checked_add(Offset::new(false, 1)), None);
        assert_eq!(Offset::new(true, 0), Offset::new(false, 0));
        assert_eq!(back.to_string(), "-340282366920938463463374607431768211455");
    }

    #[test]
    fn bytes_round_trip_and_other_lengths_are_refused() {
        let mut random = Random(12);
        for _ in 0..1_000 {
            let address = random.address();
            let mut buffer = [0xAA; 16];
            assert_eq!(Address::from_bytes(address.to_bytes(&mut buffer)), Some(address));
        }
        for length in (0..=20).filter(|l| ![4, 16].contains(l)) {
            assert_eq!(Address::from_bytes(&[0; 20][..length]), None);
        }
        assert_eq!(Address::from_bytes(&[10, 0, 0, 1]), Some(Address::v4(0x0A00_0001)));
        assert_eq!(Address::new(Family::V4, 1 << 32), None);
    }

    #[test]
    fn networks_share_exactly_their_prefix() {
        let mut random = Random(13);
        for _ in 0..2_000 {
            let address = random.address();
            let width = address.family().width();
            for prefix in 0..=width {
                let network = address.network(prefix).unwrap();
                let shift = u32::from(width - prefix);
                let top = |a: Address| a.bits().checked_shr(shift).unwrap_or(0);
                assert_eq!(top(network.lower()), top(address));
                assert_eq!(top(network.upper()), top(address));
                let size = 1_u128.checked_shl(shift).map_or(WHOLE_V6, Size::from);
                assert_eq!(network.size(), size);
            }
            assert_eq!(address.network(width + 1), None);
        }
    }

    const WHOLE_V6: Size = Size { high: 1, low: 0 };

    #[test]
    fn sizes_beyond_128_bits_are_exact() {
        // Oracle: Python's integers.
        assert_eq!(WHOLE_V6.to_string(), "340282366920938463463374607431768211456");
        assert_eq!(WHOLE.size().to_string(), "340282366920938463463374607436063178752");
        assert_eq!(WHOLE.size().to_f64(), 2.0_f64.powi(128) + 2.0_f64.powi(32));
        assert_eq!(WHOLE.part(Family::V4).unwrap().size(), Size::from(1 << 32));
        let most = Size { high: u64::MAX, low: u128::MAX };
        assert_eq!(most.to_string(), "6277101735386680763835789423207666416102355444464034512895");
        assert_eq!(most.checked_add(Size::from(1)), None);
        assert_eq!(
            Size::from(u128::MAX).checked_add(Size::from(1)).map(|s| s.to_string()),
            Some(WHOLE_V6.to_string())
        );
        // 10³⁸·10¹ + 7: zeros inside the parts are printed.
        let tens =
            (0..10).try_fold(Size::from(7), |sum, _| sum.checked_add(10_u128.pow(38).into()));
        assert_eq!(tens.unwrap().to_string(), format!("1{}7", "0".repeat(38)));
        assert_eq!(WHOLE_V6.to_usize(), None);
        assert_eq!(Size::from(7).to_usize(), Some(7));
    }

    #[test]
    fn products_are_repeated_sums_and_differences_undo_sums() {
        let mut random = Random(15);
        for times in 0..200_u64 {
            let magnitude = random.address().bits();
            let sum = (0..times)
                .try_fold(Size::default(), |sum, _| sum.checked_add(Size::from(magnitude)));
            let product = Size::product(magnitude, times);
            assert_eq!(sum, Some(product));
            let less = product.checked_sub(Size::from(magnitude));
            assert_eq!(less, times.checked_sub(1).map(|t| Size::product(magnitude, t)));
        }
        // (2¹²⁸−1)(2⁶⁴−1) = 2¹⁹² − 2¹²⁸ − 2⁶⁴ + 1
        let most = Size::product(u128::MAX, u64::MAX);
        assert_eq!(most, Size { high: u64::MAX - 1, low: u128::MAX - u128::from(u64::MAX) + 1 });
        assert_eq!(most.to_u128(), None);
        assert_eq!(Size::product(u128::MAX, 1).to_u128(), Some(u128::MAX));
    }

    #[test]
    fn sizes_of_pieces_add_up() {
        let mut random = Random(14);
        for _ in 0..20_000 {
            let Some(span) = Span::new(random.address(), random.address()) else { continue };
            let parts = [Family::V4, Family::V6].into_iter().filter_map(|f| span.part(f));
            let sum = parts.map(Span::size).try_fold(Size::default(), Size::checked_add);
            assert_eq!(sum, Some(span.size()));
        }
    }
}
