//! Scores of different kinds brought together.
//!
//! Reciprocal rank fusion: the sum of weight / (k + rank) over the lists in which a document is
//! (Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank
//! Learning Methods", 2009). The sum does not depend on the order of its terms, so that plans in
//! parallel order documents as serial ones do: [`Sum`] is the exact sum, rounded once.

use core::fmt;

use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec as VecIn;

/// Why an argument is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidArgument {
    /// The rank is less than 1.
    Rank,
    /// k is negative.
    K,
    /// The weight is no finite number.
    Weight,
    /// The half-life is not greater than 0.
    HalfLife,
}

impl fmt::Display for InvalidArgument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rank => "rank must be at least 1",
            Self::K => "k must not be negative",
            Self::Weight => "weight must be a finite number",
            Self::HalfLife => "half-life must be greater than zero",
        })
    }
}

impl core::error::Error for InvalidArgument {}

/// weight / (k + rank), ranks counted from 1; 0 for a document that a list does not have.
///
/// # Errors
/// If an argument is out of its bounds.
pub fn rrf(rank: Option<i64>, k: i64, weight: f64) -> Result<f64, InvalidArgument> {
    if k < 0 {
        return Err(InvalidArgument::K);
    }
    if !weight.is_finite() {
        return Err(InvalidArgument::Weight);
    }
    let Some(rank) = rank else { return Ok(0.0) };
    if rank < 1 {
        return Err(InvalidArgument::Rank);
    }
    Ok(weight / (i128::from(k) + i128::from(rank)) as f64)
}

/// The exact sum of finite numbers: numbers that do not overlap, in ascending order of their sizes
/// (Shewchuk, "Adaptive Precision Floating-Point Arithmetic and Fast Robust Geometric Predicates",
/// 1997). They are few unless the terms differ by many orders of magnitude, and never more than 40.
///
/// They are kept 2^60 times smaller, so that no sum on the way is too large. Terms below 10^-270 are
/// rounded by that.
#[derive(Debug)]
pub struct Sum<A: Allocator> {
    parts: VecIn<f64, A>,
}

/// 2^-60
const SCALE: f64 = 1.0 / (1_u64 << 60) as f64;

impl<A: Allocator> Sum<A> {
    /// Nothing yet: 0.
    pub fn new(allocator: A) -> Self {
        Self { parts: VecIn::new_in(allocator) }
    }

    /// Adds a finite number.
    pub fn add(&mut self, term: f64) {
        self.add_scaled(term * SCALE);
    }

    fn add_scaled(&mut self, mut term: f64) {
        let mut kept = 0;
        for index in 0..self.parts.len() {
            let mut part = self.parts[index];
            if term.abs() < part.abs() {
                (term, part) = (part, term);
            }
            let sum = term + part;
            let rest = part - (sum - term);
            if rest != 0.0 {
                self.parts[kept] = rest;
                kept += 1;
            }
            term = sum;
        }
        self.parts.truncate(kept);
        if term != 0.0 {
            self.parts.push(term);
        }
    }

    /// Adds all that was added to the other one.
    pub fn merge(&mut self, parts: &[f64]) {
        parts.iter().for_each(|part| self.add_scaled(*part));
    }

    /// What it is made of, for [`Self::merge`] elsewhere: finite numbers.
    pub fn parts(&self) -> &[f64] {
        &self.parts
    }

    /// The number nearest to the exact sum, of two equally near ones the even one; infinity if it is
    /// too large.
    pub fn value(&self) -> f64 {
        let mut parts = self.parts.iter().rev().copied();
        let mut sum = parts.next().unwrap_or(0.0);
        let mut rest = 0.0;
        for part in &mut parts {
            let before = sum;
            sum = before + part;
            rest = part - (sum - before);
            if rest != 0.0 {
                break;
            }
        }
        // Where the rest is half of the last digit, what is below it decides.
        if parts.next().is_some_and(|below| (below < 0.0) == (rest < 0.0)) {
            let more = sum + rest * 2.0;
            if more - sum == rest * 2.0 {
                sum = more;
            }
        }
        sum / SCALE
    }
}

/// (score − lowest) / (highest − lowest), 1 where both are equal. A score within its bounds gives 0
/// to 1; with the bounds exchanged the lowest score is the best one. NaN gives NaN.
pub fn minmax(score: f64, lowest: f64, highest: f64) -> f64 {
    if score.is_nan() {
        return score;
    }
    if lowest == highest {
        return 1.0;
    }
    if score == lowest {
        return 0.0;
    }
    if score == highest {
        return 1.0;
    }
    // Halves, so that no difference is too large.
    (score / 2.0 - lowest / 2.0) / (highest / 2.0 - lowest / 2.0)
}

/// A length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Duration {
    /// Before all.
    NegativeInfinity,
    /// Microseconds.
    Finite(i128),
    /// After all.
    Infinity,
}

/// 0.5^(age / half-life); 1 for what is younger than nothing, or has no end of its half-life.
///
/// # Errors
/// If the half-life is not greater than 0.
pub fn decay(age: Duration, half_life: Duration) -> Result<f64, InvalidArgument> {
    if half_life <= Duration::Finite(0) {
        return Err(InvalidArgument::HalfLife);
    }
    Ok(match (age, half_life) {
        (Duration::NegativeInfinity, _) | (_, Duration::Infinity) => 1.0,
        (Duration::Infinity, _) => 0.0,
        (Duration::Finite(age), _) if age <= 0 => 1.0,
        (Duration::Finite(age), Duration::Finite(half_life)) => {
            (-(age as f64 / half_life as f64)).exp2()
        }
        (Duration::Finite(_), Duration::NegativeInfinity) => return Err(InvalidArgument::HalfLife),
    })
}

#[cfg(test)]
mod tests {
    use allocator_api2::alloc::Global;

    use super::*;
    use crate::testing::Random;

    #[test]
    fn reciprocal_ranks() {
        assert_eq!(rrf(Some(1), 60, 1.0), Ok(1.0 / 61.0));
        assert_eq!(rrf(Some(3), 0, 2.0), Ok(2.0 / 3.0));
        assert_eq!(rrf(None, 60, 1.0), Ok(0.0));
        assert_eq!(rrf(Some(i64::MAX), i64::MAX, 1.0), Ok(0.5_f64.powi(64)));
        assert_eq!(rrf(Some(0), 60, 1.0), Err(InvalidArgument::Rank));
        assert_eq!(rrf(Some(-1), 60, 1.0), Err(InvalidArgument::Rank));
        assert_eq!(rrf(None, -1, 1.0), Err(InvalidArgument::K));
        assert_eq!(rrf(Some(1), 60, f64::NAN), Err(InvalidArgument::Weight));
        assert_eq!(rrf(Some(1), 60, f64::INFINITY), Err(InvalidArgument::Weight));
    }

    fn sum(terms: &[f64]) -> f64 {
        let mut sum = Sum::new(Global);
        terms.iter().for_each(|term| sum.add(*term));
        sum.value()
    }

    /// Against sums of integers, which are exact, and rounded once by the conversion.
    #[test]
    fn sums_are_exact() {
        let mut random = Random(91);
        for _ in 0..100_000 {
            let mut exact = 0_i128;
            let terms: Vec<f64> = (0..random.below(8))
                .map(|_| {
                    let mantissa = (random.bits() & 0x1f_ffff_ffff_ffff) as i128;
                    let mantissa =
                        if random.below(4) == 0 { 1 << random.below(53) } else { mantissa };
                    let term = mantissa << random.below(70);
                    let term = if random.below(2) == 0 { term } else { -term };
                    exact += term;
                    term as f64
                })
                .collect();
            assert_eq!(sum(&terms), exact as f64, "{terms:?}");
        }
    }

    #[test]
    fn order_and_parts_do_not_matter() {
        let mut random = Random(93);
        for _ in 0..20_000 {
            let mut terms: Vec<f64> = (0..2 + random.below(20))
                .map(|_| {
                    let weight = f64::from_bits(random.bits() | random.bits() << 40);
                    let weight = if weight.is_finite() { weight } else { 0.1 };
                    rrf(Some(1 + random.below(100) as i64), 60, weight).unwrap()
                })
                .collect();
            let expected = sum(&terms);
            for index in (1..terms.len()).rev() {
                terms.swap(index, random.below(index as u64 + 1) as usize);
            }
            assert_eq!(sum(&terms), expected);
            let (left, right) = terms.split_at(random.below(terms.len() as u64) as usize);
            let [mut left, right] = [left, right].map(|terms| {
                let mut sum = Sum::new(Global);
                terms.iter().for_each(|term| sum.add(*term));
                sum
            });
            left.merge(right.parts());
            assert_eq!(left.value(), expected);
            assert!(left.parts().len() <= 40);
        }
    }

    #[test]
    fn sums_by_hand() {
        assert_eq!(sum(&[]), 0.0);
        assert_eq!(sum(&[1e308, 1e308, -1e308]), 1e308);
        assert_eq!(sum(&[1e308, 1e308]), f64::INFINITY);
        assert_eq!(sum(&[1e100, 1.0, -1e100]), 1.0);
        assert_eq!(sum(&[0.1; 10]), 1.0);
        assert_eq!(sum(&[1.0 / 61.0]), 1.0 / 61.0);
    }

    #[test]
    fn minmax_scores() {
        assert_eq!(minmax(3.0, 1.0, 5.0), 0.5);
        assert_eq!(minmax(1.0, 1.0, 5.0), 0.0);
        assert_eq!(minmax(7.0, 7.0, 7.0), 1.0);
        assert_eq!(minmax(1.0, 5.0, 1.0), 1.0);
        assert_eq!(minmax(f64::MAX, f64::MIN, f64::MAX), 1.0);
        assert_eq!(minmax(0.0, f64::MIN, f64::MAX), 0.5);
        assert!(minmax(f64::NAN, 1.0, 1.0).is_nan());
        assert!(minmax(2.0, f64::NAN, 1.0).is_nan());
    }

    #[test]
    fn half_lives() {
        use Duration::{Finite, Infinity, NegativeInfinity};
        assert_eq!(decay(Finite(0), Finite(7)), Ok(1.0));
        assert_eq!(decay(Finite(-3), Finite(7)), Ok(1.0));
        assert_eq!(decay(Finite(7), Finite(7)), Ok(0.5));
        assert_eq!(decay(Finite(21), Finite(7)), Ok(0.125));
        assert_eq!(decay(Finite(1), Finite(2)), Ok(core::f64::consts::FRAC_1_SQRT_2));
        assert_eq!(decay(Finite(i128::MAX), Finite(1)), Ok(0.0));
        assert_eq!(decay(Infinity, Finite(1)), Ok(0.0));
        assert_eq!(decay(NegativeInfinity, Finite(1)), Ok(1.0));
        assert_eq!(decay(Finite(1), Infinity), Ok(1.0));
        for wrong in [Finite(0), Finite(-1), NegativeInfinity] {
            assert_eq!(decay(Finite(1), wrong), Err(InvalidArgument::HalfLife));
        }
    }
}
