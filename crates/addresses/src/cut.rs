//! Places between addresses: what bounds of ranges are on the line of both families.
//!
//! Invariant: a [`Cut`] is a number. 0 is the place before everything; 1 + n has n addresses below
//! it, up to all 2¹²⁸ + 2³²; one more is the place behind everything. The place after an address
//! is therefore the one before the next, also from `255.255.255.255` to `::`.

use core::cmp::Ordering;

use crate::address::{Address, Family, Size};

/// The number of the place before `::`, less the bits of that address.
const V6: u128 = (1 << 32) + 1;

/// A place between two addresses, or beyond all of them. Ordered as the line is.
///
/// Packed, so that memory of any alignment can hold it, and little of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(C, packed)]
pub struct Cut {
    low: u128,
    /// Bit 128.
    high: u8,
}

impl Cut {
    /// Before everything: no lower bound. The place before `0.0.0.0` is another, though nothing
    /// lies between them.
    pub const FIRST: Self = Self { low: 0, high: 0 };
    /// After everything: no upper bound.
    pub const LAST: Self = Self { low: V6 + 1, high: 1 };
    /// Before `0.0.0.0`.
    const BOTTOM: Self = Self::before(Family::V4.first());
    /// After the last IPv6 address.
    const TOP: Self = Self::after(Family::V6.last());

    /// The place just before an address.
    #[inline]
    pub const fn before(address: Address) -> Self {
        Self::beside(address, 0)
    }

    /// The place just after an address.
    #[inline]
    pub const fn after(address: Address) -> Self {
        Self::beside(address, 1)
    }

    #[inline]
    const fn beside(address: Address, more: u128) -> Self {
        match address.family() {
            Family::V4 => Self { low: address.bits() + 1 + more, high: 0 },
            Family::V6 => {
                let (low, carry) = address.bits().overflowing_add(V6 + more);
                Self { low, high: carry as u8 }
            }
        }
    }

    /// The address just after the place, if there is one.
    #[inline]
    pub const fn next(self) -> Option<Address> {
        if self.high == 0 && self.low < V6 {
            match self.low {
                0 => None,
                low => Some(Address::v4((low - 1) as u32)),
            }
        } else if self.high == 0 || self.low < V6 {
            Some(Address::v6(self.low.wrapping_sub(V6)))
        } else {
            None
        }
    }

    /// The address just before the place, if there is one.
    #[inline]
    pub const fn previous(self) -> Option<Address> {
        let (low, borrow) = self.low.overflowing_sub(1);
        match self.high.checked_sub(borrow as u8) {
            Some(high) => Self { low, high }.next(),
            None => None,
        }
    }

    /// The number of addresses from here to `end`, which is not before; `None` where one of them
    /// is beyond all addresses.
    pub fn size_to(self, end: Self) -> Option<Size> {
        let bounded = self != Self::FIRST && end != Self::LAST;
        end.number().checked_sub(self.number()).filter(|_| bounded)
    }

    /// No address lies between this place and the later one `end`.
    #[inline]
    pub fn adjoins(self, end: Self) -> bool {
        self == Self::FIRST && end == Self::BOTTOM || self == Self::TOP && end == Self::LAST
    }

    /// The place so many addresses further up or down; `None` beyond the addresses.
    pub fn moved(self, down: bool, by: Size) -> Option<Self> {
        let number = self.number();
        let number = if down { number.checked_sub(by) } else { number.checked_add(by) }?;
        let inside = Self::BOTTOM.number() <= number && number <= Self::TOP.number();
        inside.then(|| Self { low: number.low(), high: number.high() as u8 })
    }

    fn number(self) -> Size {
        Size::new(self.high.into(), self.low)
    }

    /// The place as bytes that do not depend on the machine.
    pub fn to_bytes(self) -> [u8; 17] {
        let mut bytes = [self.high; 17];
        bytes[..16].copy_from_slice(&{ self.low }.to_le_bytes());
        bytes
    }

    /// The place that [`Cut::to_bytes`] wrote; `None` for bytes that it never writes.
    pub fn from_bytes(bytes: [u8; 17]) -> Option<Self> {
        let [low @ .., high] = bytes;
        let cut = Self { low: u128::from_le_bytes(low), high };
        (cut <= Self::LAST).then_some(cut)
    }
}

impl PartialOrd for Cut {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Cut {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        ({ self.high }, { self.low }).cmp(&({ other.high }, { other.low }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Span,
        address::Offset,
        testing::{Random, boundary},
    };

    /// Ascending: the ends of both families.
    fn edges() -> Vec<Address> {
        let near = |family: Family| {
            let (first, last) = (family.first(), family.last());
            [Some(first), first.next(), last.previous(), Some(last)]
        };
        [near(Family::V4), near(Family::V6)].concat().into_iter().flatten().collect()
    }

    #[test]
    fn the_place_after_an_address_is_the_one_before_the_next() {
        let mut random = Random(31);
        let some = core::iter::repeat_with(|| random.address()).take(10_000);
        for address in some.chain(edges()).chain(boundary()) {
            let (before, after) = (Cut::before(address), Cut::after(address));
            assert!(Cut::FIRST < before && before < after && after < Cut::LAST);
            assert_eq!((before.next(), after.previous()), (Some(address), Some(address)));
            assert_eq!((before.previous(), after.next()), (address.previous(), address.next()));
            assert_eq!(address.next().map(Cut::before), Some(after).filter(|c| *c != Cut::TOP));
            assert_eq!(before.size_to(after), Some(Size::from(1)));
        }
        for outside in [Cut::FIRST, Cut::LAST] {
            assert_eq!((outside.next(), outside.previous()), (None, None));
        }
    }

    #[test]
    fn places_are_ordered_as_addresses_and_as_far_apart() {
        let mut random = Random(32);
        let mut some: Vec<_> = core::iter::repeat_with(|| random.address()).take(200).collect();
        some.extend(edges());
        for a in &some {
            for b in &some {
                assert_eq!(Cut::before(*a).cmp(&Cut::before(*b)), a.cmp(b));
                let size = Span::new(*a, *b).map(Span::size);
                let apart = Cut::before(*a).size_to(Cut::after(*b));
                assert_eq!(apart.filter(|size| *size != Size::default()), size);
                assert_eq!(Cut::FIRST.size_to(Cut::after(*b)), None);
                assert_eq!(Cut::before(*a).size_to(Cut::LAST), None);
            }
        }
    }

    #[test]
    fn moves_are_steps_along_the_line() {
        let line = boundary();
        for (i, a) in line.iter().enumerate() {
            for (j, b) in line.iter().enumerate() {
                let moved = Cut::before(*a).moved(j < i, Size::from(i.abs_diff(j) as u128));
                assert_eq!(moved, Some(Cut::before(*b)));
            }
        }
        let all = Size::new(1, 1 << 32);
        assert_eq!(Cut::BOTTOM.moved(false, all), Some(Cut::TOP));
        assert_eq!(Cut::TOP.moved(true, all), Some(Cut::BOTTOM));
        assert_eq!(Cut::TOP.moved(false, Size::from(1)), None);
        assert_eq!(Cut::BOTTOM.moved(true, Size::from(1)), None);
        // Within a family, as the arithmetic of addresses has it.
        let mut random = Random(33);
        for _ in 0..10_000 {
            let (address, by) = (random.address(), random.address().bits());
            for down in [false, true] {
                if let Some(sum) = address.checked_add(Offset::new(down, by)) {
                    let moved = Cut::before(address).moved(down, Size::from(by));
                    assert_eq!(moved, Some(Cut::before(sum)));
                }
            }
        }
    }

    #[test]
    fn nothing_lies_beyond_the_addresses() {
        assert!(Cut::FIRST.adjoins(Cut::BOTTOM) && Cut::TOP.adjoins(Cut::LAST));
        let cuts = [Cut::FIRST, Cut::BOTTOM, Cut::after(Address::v4(0)), Cut::TOP, Cut::LAST];
        for pair in cuts.windows(2) {
            let none = pair[0].next().is_none() || pair[1].previous().is_none();
            assert_eq!(pair[0].adjoins(pair[1]), none);
        }
    }

    #[test]
    fn bytes_round_trip_and_others_are_refused() {
        let mut random = Random(34);
        let some = core::iter::repeat_with(|| Cut::after(random.address())).take(1_000);
        for cut in some.chain([Cut::FIRST, Cut::BOTTOM, Cut::TOP, Cut::LAST]) {
            assert_eq!(Cut::from_bytes(cut.to_bytes()), Some(cut));
        }
        let mut beyond = Cut::LAST.to_bytes();
        beyond[0] += 1;
        assert_eq!(Cut::from_bytes(beyond), None);
        let mut beyond = Cut::FIRST.to_bytes();
        beyond[16] = 2;
        assert_eq!(Cut::from_bytes(beyond), None);
    }
}
