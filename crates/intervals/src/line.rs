//! Cuts, spans, and the line that orders them.

use core::cmp::Ordering;

/// An ordered line of cuts.
///
/// A line also owns what its cuts point to: structures call [`Line::keep`] for every cut that they
/// store and [`Line::release`] for every stored cut that they drop, each exactly once.
pub trait Line {
    /// A place on the line; cheap to copy, possibly a handle to a value kept elsewhere.
    type Cut: Copy + 'static;

    /// Total order of cuts.
    fn compare(&self, left: Self::Cut, right: Self::Cut) -> Ordering;

    /// No point lies between an `end` and a later `start`, although the cuts differ.
    ///
    /// Only asked when `end` is before `start`. True for discrete types whose canonical form is
    /// closed, such as `[1,2]` and `[3,4]` over integers.
    fn adjoins(&self, _end: Self::Cut, _start: Self::Cut) -> bool {
        false
    }

    /// A copy of `cut` that lives as long as the structure that stores it.
    fn keep(&self, cut: Self::Cut) -> Self::Cut {
        cut
    }

    /// Gives back a cut that [`Line::keep`] returned.
    fn release(&self, _cut: Self::Cut) {}

    /// Called at least every few ten thousand steps of a long loop; the place to look for a
    /// cancel. It may unwind: every structure stays safe to drop and to read, not to go on with.
    fn pause(&self) {}

    /// A span that ends at `end` and one that starts at `start` leave no point between them.
    #[inline]
    fn reaches(&self, end: Self::Cut, start: Self::Cut) -> bool {
        self.compare(end, start) != Ordering::Less || self.adjoins(end, start)
    }
}

/// The points between two cuts. Invariant: `start` is before `end` and there are points between
/// them, so a span is never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Span<C> {
    /// Where the span begins.
    pub start: C,
    /// Where the span ends.
    pub end: C,
}

impl<C: Copy> Span<C> {
    /// The span between two cuts, or `None` if no point lies there.
    #[inline]
    pub fn new<L: Line<Cut = C>>(line: &L, start: C, end: C) -> Option<Self> {
        let has_points = line.compare(start, end) == Ordering::Less && !line.adjoins(start, end);
        has_points.then_some(Self { start, end })
    }
}

/// A cut at an `i64`: the value and the side of it.
///
/// Ordered by value, then before < after; [`Key::MIN`] and [`Key::MAX`] lie outside all others.
/// Packed, because pages of memory are what many islands cost most; and so that spans can travel
/// as they lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(C, packed)]
pub struct Key {
    value: i64,
    side: u8,
}

impl Key {
    const BEFORE: u8 = 1;
    const AFTER: u8 = 2;

    /// The cut before everything: an unbounded lower side.
    pub const MIN: Self = Self { value: i64::MIN, side: 0 };
    /// The cut after everything: an unbounded upper side.
    pub const MAX: Self = Self { value: i64::MAX, side: 3 };

    /// The cut just before `value`: the lower bound `[value` or the upper bound `value)`.
    #[inline]
    pub const fn before(value: i64) -> Self {
        Self { value, side: Self::BEFORE }
    }

    /// The cut just after `value`: the lower bound `(value` or the upper bound `value]`.
    #[inline]
    pub const fn after(value: i64) -> Self {
        Self { value, side: Self::AFTER }
    }

    /// The cut at `value`, after it if `after`, else before it.
    #[inline]
    pub const fn at(value: i64, after: bool) -> Self {
        Self { value, side: Self::BEFORE + after as u8 }
    }

    /// The cut of a kind as it travels, which may be none.
    #[inline]
    pub(crate) const fn of_kind(value: i64, side: u8) -> Self {
        Self { value, side }
    }

    /// The kind of the cut as it travels.
    #[inline]
    pub(crate) const fn side(self) -> u8 {
        self.side
    }

    /// The value beside the cut, `None` for [`Key::MIN`] and [`Key::MAX`].
    #[inline]
    pub const fn value(self) -> Option<i64> {
        match self.side {
            Self::BEFORE | Self::AFTER => Some(self.value),
            _ => None,
        }
    }

    /// The value beside the cut; meaningless for [`Key::MIN`] and [`Key::MAX`].
    #[inline]
    pub const fn raw(self) -> i64 {
        self.value
    }

    /// The cut is one of the four kinds, and has a value only where its kind does.
    #[inline]
    pub(crate) const fn is_valid(self) -> bool {
        matches!(
            (self.side, self.value),
            (Self::BEFORE | Self::AFTER, _) | (0, i64::MIN) | (3, i64::MAX)
        )
    }

    /// The cut lies just before its value.
    #[inline]
    pub const fn is_before(self) -> bool {
        self.side == Self::BEFORE
    }

    /// The cut lies just after its value.
    #[inline]
    pub const fn is_after(self) -> bool {
        self.side == Self::AFTER
    }

    // One 128-bit comparison instead of two and a branch.
    #[inline]
    const fn rank(self) -> i128 {
        (self.value as i128) << 64 | self.side as i128
    }
}

impl PartialOrd for Key {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }

    #[inline]
    fn lt(&self, other: &Self) -> bool {
        self.rank() < other.rank()
    }
}

impl Ord for Key {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}

/// The line of [`Key`]s, for values that map to an `i64` in their own order.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeyLine;

impl Line for KeyLine {
    type Cut = Key;

    #[inline]
    fn compare(&self, left: Key, right: Key) -> Ordering {
        left.cmp(&right)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_ordered_by_value_then_side_and_infinities_enclose_all() {
        let ascending = [
            Key::MIN,
            Key::before(i64::MIN),
            Key::after(i64::MIN),
            Key::before(-1),
            Key::after(-1),
            Key::before(0),
            Key::after(0),
            Key::before(i64::MAX),
            Key::after(i64::MAX),
            Key::MAX,
        ];
        for (i, a) in ascending.iter().enumerate() {
            for (j, b) in ascending.iter().enumerate() {
                assert_eq!(a.cmp(b), i.cmp(&j), "{a:?} {b:?}");
                assert_eq!(a < b, i < j);
            }
        }
        assert_eq!(Key::after(7).value(), Some(7));
        assert_eq!(Key::MIN.value(), None);
        assert_eq!(Key::at(7, true), Key::after(7));
    }

    #[test]
    fn an_empty_span_does_not_exist() {
        assert!(Span::new(&KeyLine, Key::before(3), Key::before(3)).is_none());
        assert!(Span::new(&KeyLine, Key::before(3), Key::after(3)).is_some());
    }
}
