//! Terms `anchor + k·step` between two bounds, each computed from the anchor.
//!
//! Nothing accumulates: the k-th month after January 31 is the last day of that month, not of the
//! shortest month on the way.

use crate::calendar;

/// Microseconds of a day.
pub const DAY: i64 = 86_400_000_000;
/// The first timestamp of the server, 4714-11-24 BC.
pub const FIRST_TIMESTAMP: i64 = -211_813_488_000_000_000;
/// The first timestamp behind the server's range.
pub const END_TIMESTAMP: i64 = 9_223_371_331_200_000_000;

/// A bound of the values that a series may take, and whether it belongs to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The value.
    pub value: i64,
    /// The value belongs to the range.
    pub inclusive: bool,
}

/// The integers `anchor + k·step` between two bounds; the anchor is the lower bound, or the upper
/// one where the step is negative.
#[derive(Clone, Debug)]
pub struct Progression {
    next: i64,
    step: i64,
    /// How many terms follow the next one; `None` when there is none. A `u64` holds it even for
    /// all `i64`.
    following: Option<u64>,
}

impl Progression {
    /// The terms for a step that is not zero. Exact at the limits of `i64`.
    pub fn new(lower: Bound, upper: Bound, step: i64) -> Self {
        let (low, high) = (
            i128::from(lower.value) + i128::from(!lower.inclusive),
            i128::from(upper.value) - i128::from(!upper.inclusive),
        );
        let wide = i128::from(step);
        let anchor = if step > 0 { lower } else { upper };
        let first = i128::from(anchor.value) + if anchor.inclusive { 0 } else { wide };
        let room = if step > 0 { high - first } else { first - low };
        let following = (room >= 0).then(|| (room / wide.abs()) as u64);
        // Without terms the first one need not be an i64.
        Self { next: first as i64, step, following }
    }

    /// How many terms there are, as near as a float comes.
    pub fn about(&self) -> f64 {
        self.following.map_or(0.0, |following| following as f64 + 1.0)
    }
}

impl Iterator for Progression {
    type Item = i64;

    #[inline]
    fn next(&mut self) -> Option<i64> {
        self.following = self.following?.checked_sub(1);
        let term = self.next;
        self.next = term.wrapping_add(self.step);
        Some(term)
    }
}

/// A step of months, days and microseconds, which are not multiples of each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct CivilStep {
    /// Months.
    pub months: i64,
    /// Days.
    pub days: i64,
    /// Microseconds.
    pub micros: i64,
}

impl CivilStep {
    /// `k` times the step, plus `more`; `None` where that is out of every range.
    pub fn times(self, k: i64, more: Self) -> Option<Self> {
        Some(Self {
            months: self.months.checked_mul(k)?.checked_add(more.months)?,
            days: self.days.checked_mul(k)?.checked_add(more.days)?,
            micros: self.micros.checked_mul(k)?.checked_add(more.micros)?,
        })
    }

    /// The step as microseconds, a day having 24 hours, if it has no months.
    pub fn fixed(self) -> Option<i64> {
        if self.months != 0 {
            return None;
        }
        self.days.checked_mul(DAY)?.checked_add(self.micros)
    }

    /// `timestamp` plus the step: months first, with the day cut to the month's length, then
    /// days, then time, as the server adds an interval. `None` outside the server's range.
    pub fn after(self, timestamp: i64) -> Option<i64> {
        self.shown(timestamp).filter(|sum| (FIRST_TIMESTAMP..END_TIMESTAMP).contains(sum))
    }

    /// The same for what a clock shows, which may lie outside the server's range by the offset of
    /// its zone.
    pub fn shown(self, clock: i64) -> Option<i64> {
        let (day, time) = (clock.div_euclid(DAY), clock.rem_euclid(DAY));
        let day = i64::from(calendar::add(day, self.months, self.days)?);
        day.checked_mul(DAY)?.checked_add(time)?.checked_add(self.micros)
    }

    /// About how many microseconds the step spans; a month counts as a twelfth of 365.2425 days.
    pub fn about(self) -> f64 {
        let month = 365.2425 / 12.0 * DAY as f64;
        self.months as f64 * month + self.days as f64 * DAY as f64 + self.micros as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(value: i64, inclusive: bool) -> Bound {
        Bound { value, inclusive }
    }

    #[test]
    fn small_progressions_equal_a_filter_over_all_values() {
        for low in -4..4 {
            for high in low..6 {
                for step in (-4..=4).filter(|step| *step != 0) {
                    for (a, b) in [(true, true), (true, false), (false, true), (false, false)] {
                        let inside = |v: &i64| {
                            (*v > low || a && *v == low) && (*v < high || b && *v == high)
                        };
                        let anchor = if step > 0 { low } else { high };
                        let expected: Vec<i64> =
                            (0..40).map(|k| anchor + k * step).filter(inside).collect();
                        let terms = Progression::new(bound(low, a), bound(high, b), step);
                        assert_eq!(terms.collect::<Vec<_>>(), expected, "{low} {high} {step}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_ends_of_the_integers_neither_overflow_nor_loop() {
        let all = Progression::new(bound(i64::MIN, true), bound(i64::MAX, true), 1);
        assert_eq!(all.following, Some(u64::MAX));
        let far = Progression::new(bound(i64::MIN, true), bound(i64::MAX, true), i64::MAX);
        assert_eq!(far.collect::<Vec<_>>(), [i64::MIN, -1, i64::MAX - 1]);
        let down = Progression::new(bound(i64::MIN, true), bound(i64::MAX, true), i64::MIN);
        assert_eq!(down.collect::<Vec<_>>(), [i64::MAX, -1]);
        let none = Progression::new(bound(i64::MAX, false), bound(i64::MAX, true), 1);
        assert_eq!(none.count(), 0);
        let last = Progression::new(bound(i64::MAX - 1, true), bound(i64::MAX, true), 1);
        assert_eq!(last.collect::<Vec<_>>(), [i64::MAX - 1, i64::MAX]);
    }

    #[test]
    fn months_are_counted_from_the_anchor() {
        let month = CivilStep { months: 1, ..CivilStep::default() };
        let start = calendar::day(2024, 1, 31) * DAY + 5;
        let days: Vec<_> = (0..4)
            .map(|k| month.times(k, CivilStep::default()).and_then(|step| step.after(start)))
            .map(|t| t.map(|t| (calendar::civil(t.div_euclid(DAY)), t.rem_euclid(DAY))))
            .collect();
        assert_eq!(
            days,
            [(1, 31), (2, 29), (3, 31), (4, 30)].map(|(m, d)| Some(((2024, m, d), 5)))
        );
        assert_eq!(month.after(END_TIMESTAMP - 1), None);
    }
}
