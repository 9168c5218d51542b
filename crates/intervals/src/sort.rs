//! Sorting in place and merging, in steps short enough to be cancelled between them.

use core::cmp::Ordering;

use allocator_api2::{alloc::Allocator, vec::Vec};

use crate::{Line, union::PAUSE, vec::append};

/// Items sorted in one go; about a tenth of a second when comparing is cheap.
const STEP: usize = 1 << 20;

/// Sorts `items` in place by `cut_of`, calling [`Line::pause`] between steps.
///
/// Input in order costs one pass. The order of items with equal cuts is not defined.
pub(crate) fn sort<L: Line, T>(line: &L, items: &mut [T], cut_of: impl Fn(&T) -> L::Cut + Copy) {
    let order = |a: &T, b: &T| line.compare(cut_of(a), cut_of(b));
    if items.len() > STEP {
        line.pause();
        if items.is_sorted_by(|a, b| order(a, b) != Ordering::Greater) {
            return;
        }
        // Halving by selection keeps every uninterrupted stretch linear.
        let middle = items.len() / 2;
        let (left, _, right) = items.select_nth_unstable_by(middle, order);
        sort(line, left, cut_of);
        sort(line, right, cut_of);
    } else {
        items.sort_unstable_by(order);
        line.pause();
    }
}

/// Sorts `items`, the first `sorted` of which are ascending: only the others, then both are merged.
///
/// Needs room for the fewer of them once more.
pub(crate) fn settle<L: Line, T: Copy, A: Allocator + Clone>(
    line: &L,
    items: &mut Vec<T, A>,
    sorted: usize,
    cut_of: impl Fn(&T) -> L::Cut + Copy,
) {
    sort(line, &mut items[sorted..], cut_of);
    let follows =
        |left: &T, right: &T| line.compare(cut_of(left), cut_of(right)) != Ordering::Greater;
    let (left, right) = items.split_at(sorted);
    let ([.., last], [first, ..]) = (left, right) else { return };
    if follows(last, first) {
        return;
    }
    let fewer = if left.len() < right.len() { left } else { right };
    let mut moved = Vec::with_capacity_in(fewer.len(), items.allocator().clone());
    append(&mut moved, fewer);
    if sorted >= items.len() - sorted {
        items.truncate(sorted);
        merge(line, items, &moved, cut_of, |_| {});
        return;
    }
    // From the front: what was moved away has left room for all that is ahead.
    let (mut rest, mut from) = (&moved[..], sorted);
    let mut at = 0;
    while let [next, more @ ..] = rest {
        if from < items.len() && !follows(next, &items[from]) {
            items[at] = items[from];
            from += 1;
        } else {
            items[at] = *next;
            rest = more;
        }
        at += 1;
        if at.is_multiple_of(PAUSE) {
            line.pause();
        }
    }
}

/// Joins neighbours: `join` adds an item to the one before it, or returns false.
pub(crate) fn coalesce<L: Line, T: Copy, A: Allocator>(
    line: &L,
    items: &mut Vec<T, A>,
    mut join: impl FnMut(&mut T, &T) -> bool,
) {
    let mut kept = 0;
    for i in 1..items.len() {
        let (before, after) = items.split_at_mut(i);
        if !join(&mut before[kept], &after[0]) {
            kept += 1;
            // A copy onto itself would have the next comparison wait for it.
            if kept != i {
                items[kept] = items[i];
            }
        }
        if i % PAUSE == 0 {
            line.pause();
        }
    }
    items.truncate(kept + 1);
}

/// Merges the ascending `theirs` into the ascending `mine`; of equal cuts, ours come first.
///
/// `keep` sees each of theirs once, where it now lies.
pub(crate) fn merge<L: Line, T: Copy, A: Allocator>(
    line: &L,
    mine: &mut Vec<T, A>,
    theirs: &[T],
    cut_of: impl Fn(&T) -> L::Cut,
    keep: impl Fn(&mut T),
) {
    let mut ours = mine.len();
    // From behind, into the room for both: nothing is overwritten before it has moved.
    mine.reserve_exact(theirs.len());
    append(mine, theirs);
    let mut rest = theirs;
    while let [more @ .., their] = rest {
        let at = ours + more.len();
        if ours > 0 && line.compare(cut_of(&mine[ours - 1]), cut_of(their)) == Ordering::Greater {
            ours -= 1;
            mine[at] = mine[ours];
        } else {
            rest = more;
            mine[at] = *their;
            keep(&mut mine[at]);
        }
        if at.is_multiple_of(PAUSE) {
            line.pause();
        }
    }
}

#[cfg(test)]
mod tests {
    use allocator_api2::alloc::Global;

    use super::*;
    use crate::{Key, KeyLine};

    #[test]
    fn more_than_one_step_is_sorted_like_the_standard_library_does() {
        let mut state = 1_u64;
        let mut items: Vec<Key> = (0..STEP * 3 + 17)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                Key::before((state >> 40) as i64)
            })
            .collect();
        let mut expected = items.clone();
        expected.sort();
        sort(&KeyLine, &mut items, |key| *key);
        assert_eq!(items, expected);
        sort(&KeyLine, &mut items, |key| *key);
        assert_eq!(items, expected);
    }

    #[test]
    fn settling_behind_any_number_of_sorted_items_sorts_them_all() {
        for (sorted, others) in [(0, 0), (0, 9), (9, 0), (1, 300), (300, 1), (170, 130), (130, 170)]
        {
            let mut items = Vec::new_in(Global);
            items.extend((0..sorted + others).map(|i| Key::before((i * 7_919) % 101)));
            items[..sorted as usize].sort();
            let mut expected = items.to_vec();
            expected.sort();
            settle(&KeyLine, &mut items, sorted as usize, |key| *key);
            assert_eq!(items.as_slice(), expected);
        }
    }

    #[test]
    fn merging_two_sorted_halves_sorts_the_whole() {
        for (ours, theirs) in [(0, 0), (0, 5), (5, 0), (1, 300), (300, 1), (170, 130)] {
            let sorted = |keys: core::ops::Range<i64>| {
                let mut keys: std::vec::Vec<Key> =
                    keys.map(|i| Key::before((i * 7_919) % 101)).collect();
                keys.sort();
                keys
            };
            let mut merged = Vec::new_in(Global);
            merged.extend(sorted(0..ours));
            merge(&KeyLine, &mut merged, &sorted(ours..ours + theirs), |key| *key, |_| {});
            let mut expected = sorted(0..ours + theirs);
            assert_eq!(merged.as_slice(), expected);
            coalesce(&KeyLine, &mut merged, |last, key| last == key);
            expected.dedup();
            assert_eq!(merged.as_slice(), expected);
        }
    }
}
