//! Dividing the keys of a full page into two pages.
//!
//! Keys of different kinds are parted first, whatever the numbers: keys of one family from those
//! that are neither (empty ranges below, unbounded sides, both families), IPv4 from IPv6. Keys of
//! one kind are divided where the two hulls overlap least, each page getting a fair share, and
//! among divisions of equal overlap where the shares come closest to those asked for. So disjoint
//! keys are divided without overlap.
//!
//! The least overlap is found by sorting the lower sides and the upper sides, after A. Korotkov,
//! "A new double sorting-based node splitting algorithm for R-tree", 2011.

use core::cmp::Ordering;

use crate::{Address, Family, Key};

/// How keys are divided: numbers of keys, each once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    order: Vec<usize>,
    left: usize,
}

impl Split {
    /// Divides `keys` so that about a share `fill` of them goes to the left; at least one goes to
    /// each side if there are two. Takes O(n log n) steps; the same keys give the same division.
    pub fn new(keys: &[Key], fill: f64) -> Self {
        let count = keys.len();
        let share = |part: f64| (count as f64 * part).round() as usize;
        let mut division = Division {
            keys,
            order: (0..count).collect(),
            target: share(fill).clamp(1, count.saturating_sub(1).max(1)),
            // Three tenths of the keys where half of them are asked for.
            least: share(0.6 * fill.min(1.0 - fill)).max(1),
        };
        let left = if count < 2 {
            count
        } else {
            division.between_kinds().unwrap_or_else(|| division.within_kind())
        };
        Self { order: division.order, left }
    }

    /// The keys of the left page.
    pub fn left(&self) -> &[usize] {
        self.order.get(..self.left).unwrap_or_default()
    }

    /// The keys of the right page.
    pub fn right(&self) -> &[usize] {
        self.order.get(self.left..).unwrap_or_default()
    }
}

/// Which part of the keys, which fill so many `pages`, one page should get, to make pages that are
/// full to `share`: between 0 and 1.
///
/// An ordinary page that is full divides into halves. A build from sorted input divides the keys of
/// several pages at once, again and again until each part fits a page: one page is filled, the rest
/// divided further.
pub fn part_for_one_page(pages: f64, share: f64) -> f64 {
    let alike = (pages / share).round().max(pages.ceil()).max(2.0);
    if pages > 0.5 * alike {
        return 1.0 / alike;
    }
    // What fits a page is divided no further. So that it does not become a full one, the last two
    // share what just does not fit.
    const LAST: f64 = 1.02;
    let others = ((pages - LAST) / share).round();
    if others < 1.0 { 0.5 } else { (pages - LAST) / others / pages }
}

/// What the hull of a key is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Hull {
    V4,
    V6,
    BothFamilies,
    UnboundedUpper,
    UnboundedLower,
    Unbounded,
    None,
}

/// What a key is like: whether it contains an empty range, and its hull. The order is that in
/// which kinds are parted.
type Kind = (bool, Hull);

fn kind(key: &Key) -> Kind {
    let hull = match key.hull() {
        None => Hull::None,
        Some((None, None)) => Hull::Unbounded,
        Some((None, Some(_))) => Hull::UnboundedLower,
        Some((Some(_), None)) => Hull::UnboundedUpper,
        Some((Some(lower), Some(upper))) => match (lower.family(), upper.family()) {
            (Family::V4, Family::V4) => Hull::V4,
            (Family::V6, Family::V6) => Hull::V6,
            _ => Hull::BothFamilies,
        },
    };
    (key.contains_empty(), hull)
}

/// A division: the left hull ends at `left_upper`, and what fits into either fills the left up.
#[derive(Clone, Copy)]
struct Candidate {
    left_upper: Address,
    left: usize,
    /// Addresses that both hulls hold.
    overlap: f64,
    /// How far the left share is from the one asked for.
    miss: usize,
}

impl Candidate {
    fn better_than(&self, other: &Self) -> bool {
        let order = self.overlap.total_cmp(&other.overlap);
        order.then(self.miss.cmp(&other.miss)) == Ordering::Less
    }
}

struct Division<'a> {
    keys: &'a [Key],
    order: Vec<usize>,
    /// Keys that should go to the left, and the fewest that must go to either side.
    target: usize,
    least: usize,
}

impl Division<'_> {
    /// Sorts the keys by kind and says where to cut; `None` if all are of one kind.
    fn between_kinds(&mut self) -> Option<usize> {
        let kinds: Vec<_> = self.keys.iter().map(kind).collect();
        self.order.sort_by_key(|i| kinds.get(*i));
        let up_to = |last: Kind| self.order.partition_point(|i| kinds.get(*i) <= Some(&last));
        let count = self.order.len();
        let one_family = up_to((false, Hull::V6));
        if 0 < one_family && one_family < count {
            return Some(one_family);
        }
        // Only such keys, or none of them: of the cuts between two kinds the most even one.
        kinds
            .iter()
            .map(|kind| up_to(*kind))
            .filter(|cut| *cut < count)
            .min_by_key(|cut| (cut.abs_diff(self.target), *cut))
    }

    /// Orders keys of one kind and says where to cut.
    fn within_kind(&mut self) -> usize {
        let sides: Option<Vec<_>> = self
            .keys
            .iter()
            .map(|key| key.hull().and_then(|(lower, upper)| Some((lower?, upper?))))
            .collect();
        let keys = self.keys;
        let best = sides.as_deref().and_then(|sides| self.least_overlap(sides));
        let (Some(best), Some(sides)) = (best, sides) else {
            // One side is the same for all of them, or there is no better division than this.
            self.order.sort_by_key(|i| keys.get(*i));
            return self.target;
        };
        self.order.sort_by_key(|i| {
            // Of those that fit into either hull, the first ones go to the left.
            let side =
                sides.get(*i).map(|(lower, upper)| (*upper > best.left_upper, *lower, *upper));
            (side, *i)
        });
        best.left
    }

    /// The division of least overlap among those with fair shares. One of these is found for each
    /// place at which the right hull may begin, and for each at which the left one may end.
    fn least_overlap(&self, sides: &[(Address, Address)]) -> Option<Candidate> {
        let mut by_lower = sides.to_vec();
        by_lower.sort_unstable();
        let mut by_upper = sides.to_vec();
        by_upper.sort_unstable_by_key(|(lower, upper)| (*upper, *lower));
        let mut best = None;

        // The right hull begins at a lower side: what begins earlier goes to the left.
        let mut left_upper = Family::V4.first();
        for (i, pair) in by_lower.windows(2).enumerate() {
            left_upper = left_upper.max(pair[0].1);
            if pair[0].0 < pair[1].0 {
                let most = by_upper.partition_point(|(_, upper)| *upper <= left_upper);
                self.consider(&mut best, left_upper, pair[1].0, i + 1, most);
            }
        }
        // The left hull ends at an upper side: what ends later goes to the right.
        let mut right_lower = Family::V6.last();
        for (i, pair) in by_upper.windows(2).enumerate().rev() {
            right_lower = right_lower.min(pair[1].0);
            if pair[0].1 < pair[1].1 {
                let fewest = by_lower.partition_point(|(lower, _)| *lower < right_lower);
                self.consider(&mut best, pair[0].1, right_lower, fewest, i + 1);
            }
        }
        best
    }

    /// Keeps a division with these ends and `fewest` to `most` keys on the left, if it is the best
    /// so far.
    fn consider(
        &self,
        best: &mut Option<Candidate>,
        left_upper: Address,
        right_lower: Address,
        fewest: usize,
        most: usize,
    ) {
        let left = self.target.min(most).max(fewest);
        if left < self.least || self.keys.len() - left < self.least {
            return;
        }
        let overlap = (left_upper.line_difference(right_lower) + 1.0).max(0.0);
        let miss = left.abs_diff(self.target);
        let candidate = Candidate { left_upper, left, overlap, miss };
        if best.is_none_or(|best| candidate.better_than(&best)) {
            *best = Some(candidate);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Span;
    use crate::testing::Random;

    fn pair(lower: u32, upper: u32) -> Key {
        Key::from(Span::new(Address::v4(lower), Address::v4(upper)).unwrap())
    }

    fn hull(keys: &[Key], side: &[usize]) -> Key {
        side.iter().map(|i| keys[*i]).reduce(|a, b| a.union(&b)).unwrap()
    }

    fn ends(key: &Key) -> (Address, Address) {
        match key.hull() {
            Some((Some(lower), Some(upper))) => (lower, upper),
            _ => panic!("{key:?}"),
        }
    }

    /// Each key is on one side, and neither is empty.
    fn check(keys: &[Key], fill: f64) -> Split {
        let split = Split::new(keys, fill);
        let mut all: Vec<_> = split.left().iter().chain(split.right()).copied().collect();
        all.sort();
        assert!(all.into_iter().eq(0..keys.len()));
        if keys.len() > 1 {
            assert!(!split.left().is_empty() && !split.right().is_empty());
        }
        assert_eq!(split, Split::new(keys, fill));
        split
    }

    fn shuffle<T>(items: &mut [T], random: &mut Random) {
        for i in (1..items.len()).rev() {
            items.swap(i, random.below(i as u64 + 1) as usize);
        }
    }

    #[test]
    fn disjoint_keys_are_divided_without_overlap_at_the_share_asked_for() {
        let mut random = Random(51);
        for fill in [0.5, 0.9, 0.1] {
            for count in [2, 3, 10, 301] {
                let mut at = 0;
                let mut keys: Vec<_> = (0..count)
                    .map(|_| {
                        let lower = at + random.below(1 << 20) as u32;
                        at = lower + 1 + random.below(1 << 10) as u32;
                        pair(lower, at - 1)
                    })
                    .collect();
                shuffle(&mut keys, &mut random);
                let split = check(&keys, fill);
                let [left, right] = [split.left(), split.right()].map(|s| ends(&hull(&keys, s)));
                assert!(left.1 < right.0);
                let share = (count as f64 * fill).round() as usize;
                assert_eq!(split.left().len(), share.clamp(1, count - 1));
            }
        }
    }

    /// Oracle: all divisions with fair shares.
    #[test]
    fn no_division_with_fair_shares_overlaps_less_or_is_more_even() {
        let mut random = Random(52);
        let mut overlapping = 0;
        for _ in 0..2_000 {
            let count = 4 + random.below(7) as usize;
            let longest = 1 + random.below(40);
            let keys: Vec<_> = (0..count)
                .map(|_| {
                    let lower = random.below(40) as u32;
                    pair(lower, lower + random.below(longest) as u32)
                })
                .collect();
            let cost = |left: &[usize], right: &[usize]| {
                let miss = left.len().abs_diff((count as f64 / 2.0).round() as usize);
                let (left, right) = (ends(&hull(&keys, left)), ends(&hull(&keys, right)));
                ((left.1.line_difference(right.0) + 1.0).max(0.0), miss)
            };
            let least = ((count as f64 * 0.3).round() as usize).max(1);
            let best = (1_u32..(1 << count) - 1)
                .filter(|set| (least..=count - least).contains(&(set.count_ones() as usize)))
                .map(|set| {
                    let (left, right): (Vec<_>, Vec<_>) =
                        (0..count).partition(|i| set >> i & 1 == 1);
                    cost(&left, &right)
                })
                .fold((f64::INFINITY, 0), |a, b| if b < a { b } else { a });
            let split = check(&keys, 0.5);
            assert_eq!(cost(split.left(), split.right()), best, "{keys:?}");
            assert!(split.left().len().min(split.right().len()) >= least);
            overlapping += usize::from(best.0 > 0.0);
        }
        assert!(overlapping > 500, "{overlapping}");
    }

    #[test]
    fn equal_keys_and_nested_keys_are_divided_evenly() {
        for key in [
            pair(5, 9),
            Key::EMPTY,
            Key::range(None, None).unwrap(),
            pair(5, 9).union(&Key::EMPTY),
            pair(5, 9).union(&Key::element(Address::v6(1))),
        ] {
            for count in [2, 7, 200] {
                let split = check(&vec![key; count], 0.5);
                assert!(split.left().len().abs_diff(count / 2) <= 1);
            }
        }
        let nested: Vec<_> = (0..100).map(|i| pair(i, 1_000 - i)).collect();
        let split = check(&nested, 0.5);
        assert!((30..=70).contains(&split.left().len()));
        check(&[], 0.5);
        check(&[pair(1, 2)], 0.5);
        check(&[pair(1, 2), pair(1, 2), pair(3, 4)], f64::NAN);
    }

    #[test]
    fn pages_become_as_full_as_asked() {
        for percent in 10..=100 {
            let share = f64::from(percent) / 100.0;
            for hundredths in 101..=400 {
                let (mut rest, mut pages) = (f64::from(hundredths) / 100.0, Vec::new());
                while rest > 1.0 {
                    let part = part_for_one_page(rest, share);
                    assert!(0.0 < part && part < 1.0);
                    pages.push(rest * part);
                    rest -= rest * part;
                }
                pages.push(rest);
                // Only what no division can do is missed: two pages out of hardly more than one.
                let most = pages.iter().copied().fold(0.0, f64::max);
                assert!(most <= (1.5 * share).clamp(0.67, 1.0) + 1.0e-9, "{share} {pages:?}");
                if hundredths == 400 {
                    let least = pages.iter().copied().fold(1.0, f64::min);
                    assert!(least >= (0.85 * share).min(0.85), "{share} {pages:?}");
                    assert!(share < 0.56 || most - least < 1.0e-9, "{share} {pages:?}");
                }
            }
        }
        assert_eq!(part_for_one_page(1.0, 0.9), 0.5);
        assert_eq!(part_for_one_page(1.004, 0.05), 0.5);
    }

    #[test]
    fn kinds_are_parted_first() {
        let v4 = |i: u32| pair(i, i + 3);
        let v6 = |i: u32| Key::element(Address::v6(i.into()));
        let upper = |i: u32| Key::range(None, Some(Address::v4(i))).unwrap();
        let lower = |i: u32| Key::range(Some(Address::v4(i)), None).unwrap();
        let empty = |_| Key::EMPTY;
        let marked = |i: u32| pair(i, i).union(&Key::EMPTY);
        type Make<'a> = &'a dyn Fn(u32) -> Key;
        let mut random = Random(53);
        // The first kind goes to the left alone, whatever the numbers.
        for (left, right) in [
            (&v4 as Make, &[&v6 as Make][..]),
            (&v4, &[&empty]),
            (&v6, &[&upper, &empty]),
            (&v4, &[&marked]),
            (&lower, &[&upper]),
            (&upper, &[&marked]),
            (&marked, &[&empty]),
        ] {
            for numbers in [(1, 50), (50, 1), (20, 20)] {
                let make = |make: Make, n| (0..n).map(|i| make(7 * i)).collect::<Vec<_>>();
                let first = make(left, numbers.0);
                let mut keys = first.clone();
                right.iter().for_each(|kind| keys.extend(make(*kind, numbers.1)));
                shuffle(&mut keys, &mut random);
                let split = check(&keys, 0.5);
                let mut found: Vec<_> = split.left().iter().map(|i| keys[*i]).collect();
                found.sort();
                let mut first = first;
                first.sort();
                assert_eq!(found, first);
            }
        }
        // Unbounded keys are divided by their other side.
        let mut keys: Vec<_> = (0..50).map(upper).collect();
        shuffle(&mut keys, &mut random);
        let split = check(&keys, 0.5);
        assert_eq!(hull(&keys, split.left()), upper(24));
        // One family each and both of them: the keys of one family first.
        let mut keys = vec![v4(1), v6(1), v4(9).union(&v6(9))];
        keys.rotate_left(2);
        assert_eq!(check(&keys, 0.5).right(), [0]);
    }

    #[test]
    fn any_keys_can_be_divided() {
        let mut random = Random(54);
        for _ in 0..2_000 {
            let count = 2 + random.below(60);
            let keys: Vec<_> = (0..count)
                .map(|_| match random.below(20) {
                    0 => Key::EMPTY,
                    1 => Key::range(None, Some(random.address())).unwrap(),
                    2 => Key::from(random.span()).union(&Key::EMPTY),
                    _ => Key::from(random.span()),
                })
                .collect();
            check(&keys, [0.5, 0.75, 0.0, 1.0][random.below(4) as usize]);
        }
    }
}
