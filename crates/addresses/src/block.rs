//! Aligned blocks of addresses (CIDR): a span that is one, the fewest that cover a span, those of
//! one size within a span, and the first free one.
//!
//! Invariants: a [`Block`]'s prefix is not longer than its family is wide, and its first address
//! has no bits set beyond it. Iterators are ascending and hold no more than two positions.

use crate::address::{Size, low_bits};
use crate::{Address, Family, Span};

/// All addresses that share their first `prefix` bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Block {
    first: Address,
    prefix: u8,
}

impl Block {
    /// The block of this prefix length that holds `address`; `None` if the family is not that
    /// wide.
    #[inline]
    pub const fn containing(address: Address, prefix: u8) -> Option<Self> {
        match address.network(prefix) {
            Some(network) => Some(Self { first: network.lower(), prefix }),
            None => None,
        }
    }

    /// The block that holds exactly the addresses of `span`, if there is one.
    #[inline]
    pub fn exact(span: Span) -> Option<Self> {
        let family = span.lower().family();
        if span.upper().family() != family {
            return None;
        }
        let host = span.lower().bits() ^ span.upper().bits();
        // The addresses differ in a run of low bits, all clear in the lower one.
        let aligned = host & host.wrapping_add(1) == 0 && span.lower().bits() & host == 0;
        let prefix = family.width() - host.count_ones() as u8;
        aligned.then_some(Self { first: span.lower(), prefix })
    }

    /// The first address.
    #[inline]
    pub const fn first(self) -> Address {
        self.first
    }

    /// The prefix length.
    #[inline]
    pub const fn prefix(self) -> u8 {
        self.prefix
    }

    /// All addresses of the block.
    #[inline]
    pub const fn span(self) -> Span {
        self.first.widened(self.prefix)
    }
}

/// The fewest blocks that together hold exactly the addresses of a span, ascending; a span of both
/// families is covered for each of them. At most 62 blocks for IPv4 and 254 for IPv6.
#[derive(Clone, Debug)]
pub struct Cover {
    rest: Option<Span>,
}

impl Cover {
    /// The cover of `span`.
    pub const fn new(span: Span) -> Self {
        Self { rest: Some(span) }
    }
}

impl Iterator for Cover {
    type Item = Block;

    fn next(&mut self) -> Option<Block> {
        let rest = self.rest?;
        let lower = rest.lower();
        let family = lower.family();
        let upper = rest.upper().min(family.last());
        // The largest block that starts at `lower` and does not pass `upper`: as long as
        // `lower` is aligned, and as `steps + 1` addresses fill.
        let steps = upper.bits() - lower.bits();
        let fits = match steps.checked_add(1) {
            Some(count) => count.ilog2() as u8,
            None => 128,
        };
        let aligned = lower.bits().trailing_zeros() as u8;
        let host = fits.min(aligned);
        let block = Block { first: lower, prefix: family.width() - host };
        let last = block.span().upper();
        self.rest = last.next().and_then(|next| Span::new(next, rest.upper()));
        Some(block)
    }
}

/// The blocks of one prefix length that lie wholly within a span, ascending.
///
/// A span of both families has blocks in each of them that is wide enough for the prefix length.
#[derive(Clone, Debug)]
pub struct Subnets {
    prefix: u8,
    // What is still to come of each family, as numbers of blocks: `bits >> (width - prefix)`.
    runs: [Option<(u128, u128)>; 2],
}

impl Subnets {
    const FAMILIES: [Family; 2] = [Family::V4, Family::V6];

    /// The blocks of length `prefix` within `span`; `None` if none of the span's families is wide
    /// enough for the prefix length.
    pub fn new(span: Span, prefix: u8) -> Option<Self> {
        if prefix > span.upper().family().width() {
            return None;
        }
        let runs = Self::FAMILIES.map(|family| {
            let part = span.part(family)?;
            let host = family.width().checked_sub(prefix)?;
            let (lower, upper) = (part.lower().bits(), part.upper().bits());
            let number = |bits: u128| bits.checked_shr(u32::from(host)).unwrap_or(0);
            let inside = low_bits(host);
            // An end within a block leaves that block out.
            let first = number(lower) + u128::from(lower & inside != 0);
            let last = number(upper).checked_sub(u128::from(upper & inside != inside))?;
            (first <= last).then_some((first, last))
        });
        Some(Self { prefix, runs })
    }

    /// How many blocks are still to come.
    pub fn size(&self) -> Size {
        self.runs.iter().flatten().fold(Size::default(), |sum, (first, last)| {
            // A run has at most 2¹²⁸ blocks, so the sum always fits.
            let run = Size::from(last - first).checked_add(Size::from(1));
            run.and_then(|run| sum.checked_add(run)).unwrap_or(sum)
        })
    }

    /// Leaves out the next `count` blocks, in constant time.
    pub fn skip_blocks(&mut self, mut count: u128) {
        for run in &mut self.runs {
            if let Some((first, last)) = run {
                if count <= *last - *first {
                    *first += count;
                    return;
                }
                // Not more than `count`, or the run would have been long enough.
                count -= *last - *first + 1;
                *run = None;
            }
        }
    }
}

impl Iterator for Subnets {
    type Item = Block;

    #[inline]
    fn next(&mut self) -> Option<Block> {
        for (run, family) in self.runs.iter_mut().zip(Self::FAMILIES) {
            if let Some((number, last)) = *run {
                *run = (number < last).then(|| (number + 1, last));
                let host = u32::from(family.width().saturating_sub(self.prefix));
                let bits = number.checked_shl(host).unwrap_or(0);
                return Some(Block { first: Address::new(family, bits)?, prefix: self.prefix });
            }
        }
        None
    }

    fn nth(&mut self, n: usize) -> Option<Block> {
        self.skip_blocks(n as u128);
        self.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let size = self.size().to_usize();
        (size.unwrap_or(usize::MAX), size)
    }
}

/// The lowest block of length `prefix` that lies within `within` and holds no address of `taken`.
///
/// `taken` is ascending and disjoint; it is read until the block is found or `within` ends. No
/// block either if no family of `within` is wide enough for the prefix length.
#[inline]
pub fn first_free(
    within: Span,
    taken: impl IntoIterator<Item = Span>,
    prefix: u8,
) -> Option<Block> {
    let block_in = |lower: Address, upper: Address| {
        let host = lower.family().width().saturating_sub(prefix);
        // Mostly there are too few addresses between two that are taken.
        if lower.family() == upper.family()
            && lower <= upper
            && upper.bits() - lower.bits() < low_bits(host)
        {
            return None;
        }
        Subnets::new(Span::new(lower, upper)?, prefix)?.next()
    };
    let mut lower = within.lower();
    for taken in taken {
        if taken.lower() > within.upper() {
            break;
        }
        if let Some(before) = taken.lower().previous()
            && let Some(block) = block_in(lower, before)
        {
            return Some(block);
        }
        lower = lower.max(taken.upper().next()?);
    }
    block_in(lower, within.upper())
}

/// [`first_free`] among `count` taken spans, ascending and disjoint, of which `taken` returns those
/// from any number on: those that end before `within` are skipped by a binary search.
#[inline]
pub fn first_free_among<T: Iterator<Item = Span>>(
    within: Span,
    count: usize,
    taken: impl Fn(usize) -> T,
    prefix: u8,
) -> Option<Block> {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low.midpoint(high);
        let before = taken(middle).next().is_some_and(|span| span.upper() < within.lower());
        if before { low = middle + 1 } else { high = middle }
    }
    first_free(within, taken(low), prefix)
}

#[cfg(test)]
mod tests {
    use core::cell::Cell;

    use super::*;
    use crate::testing::{Random, boundary};

    fn address(text: &str) -> Address {
        crate::text::parse(text).unwrap().lower()
    }

    fn span(text: &str) -> Span {
        let (lower, upper) = text.split_once('-').unwrap_or((text, text));
        match Span::new(address(lower), address(upper)) {
            Some(span) if text.contains('-') => span,
            _ => crate::text::parse(text).unwrap(),
        }
    }

    /// Every block within the neighbours of [`boundary`], by trying each prefix length at each.
    fn blocks_of_boundary() -> Vec<Block> {
        let all = Span::new(boundary()[0], boundary()[39]).unwrap();
        let mut blocks = Vec::new();
        for first in boundary() {
            for prefix in 0..=first.family().width() {
                let block = Block::containing(first, prefix).unwrap();
                let inside =
                    block.span().lower() >= all.lower() && block.span().upper() <= all.upper();
                if block.first() == first && inside {
                    blocks.push(block);
                }
            }
        }
        blocks
    }

    fn holds(outer: Span, inner: Span) -> bool {
        outer.lower() <= inner.lower() && inner.upper() <= outer.upper()
    }

    fn spans_of_boundary() -> impl Iterator<Item = Span> {
        let line = boundary();
        (0..line.len() * line.len())
            .filter_map(move |i| Span::new(line[i / line.len()], line[i % line.len()]))
    }

    #[test]
    fn around_the_boundary_blocks_covers_and_subnets_equal_brute_force() {
        let blocks = blocks_of_boundary();
        for span in spans_of_boundary() {
            let inside: Vec<_> = blocks.iter().filter(|b| holds(span, b.span())).collect();
            let exact = inside.iter().find(|b| b.span() == span);
            assert_eq!(Block::exact(span), exact.map(|b| **b));
            // The minimal cover: exactly the blocks within the span that no larger one holds.
            let maximal: Vec<_> = inside
                .iter()
                .filter(|b| !inside.iter().any(|o| o != *b && holds(o.span(), b.span())))
                .map(|b| **b)
                .collect();
            assert_eq!(Cover::new(span).collect::<Vec<_>>(), maximal, "{span:?}");
            for prefix in 0..=129 {
                let expected: Vec<_> =
                    inside.iter().filter(|b| b.prefix() == prefix).map(|b| **b).collect();
                match Subnets::new(span, prefix) {
                    Some(subnets) => {
                        assert_eq!(subnets.size(), Size::from(expected.len() as u128));
                        assert_eq!(subnets.size_hint(), (expected.len(), Some(expected.len())));
                        for n in 0..=expected.len() {
                            assert_eq!(subnets.clone().nth(n).as_ref(), expected.get(n));
                        }
                        assert_eq!(subnets.collect::<Vec<_>>(), expected);
                    }
                    None => assert!(prefix > span.upper().family().width()),
                }
            }
        }
    }

    /// Lines of `tests/addresses/generate.py`: `first last` as hexadecimal bits and the
    /// blocks of Python's `ipaddress.summarize_address_range`, `bits/prefix` each.
    #[test]
    fn covers_equal_those_of_python() {
        let lines = include_str!("testdata/covers.txt").lines();
        let mut seen = 0;
        for line in lines.filter(|line| !line.starts_with('#')) {
            let mut words = line.split(' ');
            let mut word = || words.next().unwrap();
            let family = if word() == "4" { Family::V4 } else { Family::V6 };
            let address =
                |hex: &str| Address::new(family, u128::from_str_radix(hex, 16).unwrap()).unwrap();
            let span = Span::new(address(word()), address(word())).unwrap();
            let expected = words.map(|word| {
                let (bits, prefix) = word.split_once('/').unwrap();
                Block { first: address(bits), prefix: prefix.parse().unwrap() }
            });
            assert!(Cover::new(span).eq(expected), "{line}");
            seen += 1;
        }
        assert!(seen > 100, "{seen}");
    }

    #[test]
    fn covers_tile_any_span_with_maximal_blocks() {
        let mut random = Random(31);
        for _ in 0..20_000 {
            let span = random.span();
            let mut next = Some(span.lower());
            let blocks: Vec<_> = Cover::new(span).collect();
            for (i, block) in blocks.iter().enumerate() {
                assert_eq!(Some(block.first()), next);
                assert_eq!(Block::exact(block.span()), Some(*block));
                // No block and its neighbour are the halves of a larger one.
                if let Some(after) = blocks.get(i + 1) {
                    let joined = Span::new(block.first(), after.span().upper()).unwrap();
                    assert_eq!(Block::exact(joined), None);
                }
                next = block.span().upper().next();
            }
            assert_eq!(next, span.upper().next());
        }
        let whole = Span::new(Family::V4.first(), Family::V6.last()).unwrap();
        assert!(Cover::new(whole).map(|b| b.to_string()).eq(["0.0.0.0/0", "::/0"]));
        let most = Span::new(Address::v4(1), Address::v4(u32::MAX - 1)).unwrap();
        assert_eq!(Cover::new(most).count(), 62);
        let most = Span::new(Address::v6(1), Address::v6(u128::MAX - 1)).unwrap();
        assert_eq!(Cover::new(most).count(), 254);
    }

    #[test]
    fn subnets_stream_in_128_bits() {
        let mut subnets = Subnets::new(span("2001:db8::/32"), 64).unwrap();
        assert_eq!(subnets.size(), Size::from(1 << 32));
        assert_eq!(subnets.nth(0xFFFF_FFFE).unwrap().to_string(), "2001:db8:ffff:fffe::/64");
        assert_eq!(subnets.next().unwrap().to_string(), "2001:db8:ffff:ffff::/64");
        assert_eq!(subnets.next(), None);

        let whole = Span::new(Family::V4.first(), Family::V6.last()).unwrap();
        let of = |prefix| Subnets::new(whole, prefix).unwrap();
        assert!(of(0).map(|b| b.to_string()).eq(["0.0.0.0/0", "::/0"]));
        assert_eq!(of(128).size().to_string(), "340282366920938463463374607431768211456");
        assert_eq!(of(128).size_hint(), (usize::MAX, None));
        assert_eq!(of(32).size(), Size::from(1 << 33));
        assert_eq!(of(33).size(), Size::from(1 << 33));
        let mut last = of(128);
        last.skip_blocks(u128::MAX);
        assert_eq!(last.next().map(Block::first), Some(Family::V6.last()));
        let mut none = of(128);
        none.skip_blocks(u128::MAX);
        none.skip_blocks(1);
        assert_eq!(none.next(), None);
        assert!(Subnets::new(whole, 129).is_none());
        assert!(Subnets::new(span("10.0.0.0/8"), 33).is_none());
        assert_eq!(Subnets::new(span("10.0.0.1-10.0.0.254"), 8).unwrap().next(), None);
        assert_eq!(of(32).nth(1 << 32).unwrap().to_string(), "::/32");
    }

    #[test]
    fn the_first_free_block_equals_brute_force() {
        let mut random = Random(32);
        let line = boundary();
        let blocks = blocks_of_boundary();
        let mut found = 0;
        for _ in 0..60_000 {
            let (mut taken, mut at) = (Vec::new(), random.below(12) as usize);
            while at < line.len() && random.below(8) > 0 {
                let end = (at + random.below(6) as usize).min(line.len() - 1);
                taken.push(Span::new(line[at], line[end]).unwrap());
                // Neighbours may touch, as those of other types' multiranges may.
                at = end + 1 + random.below(5) as usize;
            }
            let (a, b) = (line[random.below(40) as usize], line[random.below(40) as usize]);
            let within = Span::new(a.min(b), a.max(b)).unwrap();
            let prefix =
                [28, 29, 30, 31, 32, 124, 125, 126, 127, 128, 129][random.below(11) as usize];
            let apart = |b: &Block, t: &Span| b.span().upper() < t.lower() || t.upper() < b.first();
            let expected = blocks.iter().copied().find(|b| {
                b.prefix() == prefix && holds(within, b.span()) && taken.iter().all(|t| apart(b, t))
            });
            assert_eq!(first_free(within, taken.iter().copied(), prefix), expected);
            assert_eq!(
                first_free_among(within, taken.len(), |i| taken[i..].iter().copied(), prefix),
                expected
            );
            found += usize::from(expected.is_some());
        }
        assert!(found > 10_000, "{found}");
    }

    #[test]
    fn few_of_many_taken_spans_are_read() {
        let taken = |i: usize| span("10.0.0.0/32").lower().bits() as u32 + 4 * i as u32;
        let reads = Cell::new(0);
        let read = |first: usize| {
            (first..1_000_000).map(|i| {
                reads.set(reads.get() + 1);
                Span::new(Address::v4(taken(i)), Address::v4(taken(i) + 1)).unwrap()
            })
        };
        let within = Span::new(Address::v4(taken(777_777)), Family::V4.last()).unwrap();
        let free = first_free_among(within, 1_000_000, read, 31);
        assert_eq!(free, Block::containing(Address::v4(taken(777_777) + 2), 31));
        assert!(reads.get() < 25, "{}", reads.get());
        let all = Span::new(Family::V4.first(), Family::V6.last()).unwrap();
        assert_eq!(first_free(all, [all], 128), None);
        let end = Span::new(Address::v6(u128::MAX), Family::V6.last()).unwrap();
        assert_eq!(first_free(end, [], 128), Block::containing(Family::V6.last(), 128));
    }
}
