//! Random and hand-picked addresses for the tests.

use crate::{Address, Family, Span};

/// A small generator (xorshift), so that every run sees the same input.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.bits() % bound
    }

    fn wide(&mut self) -> u128 {
        u128::from(self.bits()) << 64 | u128::from(self.bits())
    }

    /// Either family; often close to an end of it, often with long runs of zeros or ones.
    pub(crate) fn address(&mut self) -> Address {
        let family = if self.below(2) == 0 { Family::V4 } else { Family::V6 };
        self.address_of(family)
    }

    pub(crate) fn address_of(&mut self, family: Family) -> Address {
        let width = u64::from(family.width());
        let all = family.last().bits();
        let bits = match self.below(6) {
            0 => u128::from(self.below(300)),
            1 => all - u128::from(self.below(300)),
            2 => (self.wide() & all) << self.below(width) & all,
            3 => !((self.wide() & all) << self.below(width)) & all,
            4 => self.wide() & self.wide() & self.wide() & all,
            _ => self.wide() & all,
        };
        Address::new(family, bits).expect("bits of the family")
    }

    /// A span of one family or both; often a block, a single address or a short span.
    pub(crate) fn span(&mut self) -> Span {
        let a = self.address();
        let b = match self.below(5) {
            0 => a,
            1 => {
                let prefix = self.below(u64::from(a.family().width()) + 1) as u8;
                return a.network(prefix).expect("a prefix of the family");
            }
            2 => self.address(),
            3 => {
                let far = u128::from(self.bits()) >> self.below(64);
                Address::new(a.family(), a.bits().saturating_add(far)).unwrap_or(a)
            }
            _ => self.address_of(a.family()),
        };
        Span::new(a.min(b), a.max(b)).expect("sorted")
    }
}

/// Forty neighbours around the place where the families meet.
pub(crate) fn boundary() -> Vec<Address> {
    let v4 = (u32::MAX - 19..=u32::MAX).map(Address::v4);
    v4.chain((0..20).map(Address::v6)).collect()
}
