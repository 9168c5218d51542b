//! Sorting in place, in steps short enough to be cancelled between them.

use core::cmp::Ordering;

use crate::Line;

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

#[cfg(test)]
mod tests {
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
}
