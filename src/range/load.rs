//! Load: the sum of the weights of the values that share a point.
//!
//! Sums must come back to what they were when a span ends. Integers are summed in 128 bits;
//! float8 in twice its precision, with NaN and infinities counted apart since subtracting would
//! not undo them; numeric exactly, likewise.

use core::cmp::Ordering;

use intervals::{
    depth::Scale,
    wire::{Malformed, Reader, Writer},
};
use pgrx::pg_sys::{self, Datum};

use super::{
    aggregate::{
        Kind, Shape, absorb, combine, deserialize, finish, serialize, support_functions, transition,
    },
    depth::{Loads, ServerScale},
};
use crate::{
    error,
    pg::{self, ContextAllocator, ServerLine, pg_function},
};

/// A weight or a sum of weights as seen from outside.
trait Weigh: ServerScale {
    /// The order of the values that two sums stand for.
    fn compare(&self, left: Self::Weight, right: Self::Weight) -> Ordering;
    /// The value of a sum, as SQL gets it; an error where its type cannot hold it.
    fn value(&self, sum: Self::Weight) -> Datum;
    /// A copy of the sum that is not changed by further additions.
    fn copy(&self, sum: Self::Weight) -> Self::Weight {
        sum
    }
}

/// A sum of integers; `packed` because the server aligns to 8 bytes.
#[derive(Clone, Copy)]
#[repr(C, packed(8))]
pub(crate) struct Wide(i128);

/// Weights of type bigint, integer and smallint.
pub(crate) struct Integers;

impl Scale for Integers {
    type Weight = Wide;
    fn zero(&self) -> Wide {
        Wide(0)
    }
    fn add(&self, to: &mut Wide, weight: Wide) {
        *to = Wide(to.0.wrapping_add(weight.0));
    }
    fn subtract(&self, from: &mut Wide, weight: Wide) {
        *from = Wide(from.0.wrapping_sub(weight.0));
    }
}

impl ServerScale for Integers {
    fn new(_memory: ContextAllocator) -> Self {
        Self
    }
    fn write(&self, weight: Wide, writer: &mut Writer<ContextAllocator>) {
        let sum = weight.0;
        writer.raw(&sum.to_le_bytes());
    }
    fn read(&self, reader: &mut Reader<'_>) -> Result<Wide, Malformed> {
        let low = reader.u64()?;
        let high = reader.u64()? as i64;
        Ok(Wide(i128::from(high) << 64 | i128::from(low)))
    }
}

impl Weigh for Integers {
    fn compare(&self, left: Wide, right: Wide) -> Ordering {
        let (left, right) = (left.0, right.0);
        left.cmp(&right)
    }
    fn value(&self, sum: Wide) -> Datum {
        let sum = sum.0;
        i64::try_from(sum).map_or_else(|_| error::out_of_range("bigint"), Datum::from)
    }
}

/// A sum of numbers some of which are not finite, which are counted.
#[derive(Clone, Copy)]
pub(crate) struct Sum<F> {
    nan: i64,
    infinite: i64,
    minus_infinite: i64,
    finite: F,
}

impl<F> Sum<F> {
    fn of_finite(finite: F) -> Self {
        Self { nan: 0, infinite: 0, minus_infinite: 0, finite }
    }

    /// Adds the counts of `other`, `by` times.
    fn count<G>(&mut self, other: &Sum<G>, by: i64) {
        self.nan = self.nan.wrapping_add(by.wrapping_mul(other.nan));
        self.infinite = self.infinite.wrapping_add(by.wrapping_mul(other.infinite));
        self.minus_infinite =
            self.minus_infinite.wrapping_add(by.wrapping_mul(other.minus_infinite));
    }

    /// What the sum is where it is not finite.
    fn special(&self) -> Option<f64> {
        if self.nan != 0 || self.infinite != 0 && self.minus_infinite != 0 {
            Some(f64::NAN)
        } else if self.infinite != 0 {
            Some(f64::INFINITY)
        } else {
            (self.minus_infinite != 0).then_some(f64::NEG_INFINITY)
        }
    }

    /// The order of two sums; −infinity < numbers < infinity < NaN.
    fn order(&self, other: &Self, finite: impl FnOnce(&F, &F) -> Ordering) -> Ordering {
        let rank = |sum: &Self| match sum.special() {
            None => 1,
            Some(special) if special.is_nan() => 3,
            Some(special) => 1 + special.signum() as i32,
        };
        rank(self).cmp(&rank(other)).then_with(|| {
            if self.special().is_some() {
                Ordering::Equal
            } else {
                finite(&self.finite, &other.finite)
            }
        })
    }

    fn write_counts(&self, writer: &mut Writer<ContextAllocator>) {
        for count in [self.nan, self.infinite, self.minus_infinite] {
            writer.u64(count as u64);
        }
    }

    fn read_counts(reader: &mut Reader<'_>, finite: F) -> Result<Self, Malformed> {
        Ok(Self {
            nan: reader.u64()? as i64,
            infinite: reader.u64()? as i64,
            minus_infinite: reader.u64()? as i64,
            finite,
        })
    }
}

/// An unevaluated sum `high + low` with `|low| ≤ ulp(high)/2` (Dekker 1971).
#[derive(Clone, Copy)]
pub(crate) struct Double {
    high: f64,
    low: f64,
}

impl Double {
    /// Adds `value`; the error of each addition is exact (Knuth's TwoSum).
    fn plus(self, value: f64) -> Self {
        let two_sum = |a: f64, b: f64| {
            let sum = a + b;
            let virtual_b = sum - a;
            (sum, (a - (sum - virtual_b)) + (b - virtual_b))
        };
        let (high, error) = two_sum(self.high, value);
        if !high.is_finite() {
            // Overflow; it stays, and is an error if it turns out to be the largest sum.
            return Self { high, low: 0.0 };
        }
        let (high, low) = two_sum(high, self.low + error);
        Self { high, low }
    }
}

/// Weights of type float8.
pub(crate) struct Floats;

impl Floats {
    fn weight(value: f64) -> Sum<Double> {
        let finite = if value.is_finite() { value } else { 0.0 };
        let mut sum = Sum::of_finite(Double { high: finite, low: 0.0 });
        sum.nan = i64::from(value.is_nan());
        sum.infinite = i64::from(value == f64::INFINITY);
        sum.minus_infinite = i64::from(value == f64::NEG_INFINITY);
        sum
    }
}

impl Scale for Floats {
    type Weight = Sum<Double>;
    fn zero(&self) -> Sum<Double> {
        Self::weight(0.0)
    }
    fn add(&self, to: &mut Sum<Double>, weight: Sum<Double>) {
        to.count(&weight, 1);
        to.finite = to.finite.plus(weight.finite.high).plus(weight.finite.low);
    }
    fn subtract(&self, from: &mut Sum<Double>, weight: Sum<Double>) {
        from.count(&weight, -1);
        from.finite = from.finite.plus(-weight.finite.high).plus(-weight.finite.low);
    }
}

impl ServerScale for Floats {
    fn new(_memory: ContextAllocator) -> Self {
        Self
    }
    fn write(&self, weight: Sum<Double>, writer: &mut Writer<ContextAllocator>) {
        writer.u64(weight.finite.high.to_bits());
        writer.u64(weight.finite.low.to_bits());
        weight.write_counts(writer);
    }
    fn read(&self, reader: &mut Reader<'_>) -> Result<Sum<Double>, Malformed> {
        let high = f64::from_bits(reader.u64()?);
        let low = f64::from_bits(reader.u64()?);
        Sum::read_counts(reader, Double { high, low })
    }
}

impl Weigh for Floats {
    fn compare(&self, left: Sum<Double>, right: Sum<Double>) -> Ordering {
        left.order(&right, |a, b| a.high.total_cmp(&b.high).then(a.low.total_cmp(&b.low)))
    }
    fn value(&self, sum: Sum<Double>) -> Datum {
        let value = sum.special().unwrap_or_else(|| {
            if !sum.finite.high.is_finite() {
                error::float_overflow();
            }
            // No minus zero.
            sum.finite.high + 0.0
        });
        Datum::from(value.to_bits())
    }
}

/// Weights of type numeric; values lie in `memory`.
pub(crate) struct Numerics {
    memory: ContextAllocator,
}

impl Numerics {
    fn weight(value: Datum) -> Sum<Datum> {
        // SAFETY: the value is a numeric; the server's functions tell what it is.
        let (value, nan, infinite) = unsafe {
            let value = pg_sys::pg_detoast_datum(value.cast_mut_ptr());
            let number: pg_sys::Numeric = value.cast();
            (Datum::from(value), pg_sys::numeric_is_nan(number), pg_sys::numeric_is_inf(number))
        };
        if !nan && !infinite {
            return Sum::of_finite(value);
        }
        let zero = pg::numeric(0);
        let negative = infinite && pg::call2(pg_sys::numeric_cmp, value, zero).value() as i32 <= 0;
        Sum {
            nan: i64::from(nan),
            infinite: i64::from(infinite && !negative),
            minus_infinite: i64::from(negative),
            finite: zero,
        }
    }

    fn replace(&self, sum: &mut Datum, new: Datum) {
        let kept = pg::copy_varlena(new, self.memory);
        // SAFETY: both were allocated by this scale or the server for it.
        unsafe {
            pg_sys::pfree(new.cast_mut_ptr());
            pg_sys::pfree(sum.cast_mut_ptr());
        }
        *sum = kept;
    }
}

impl Scale for Numerics {
    type Weight = Sum<Datum>;
    fn zero(&self) -> Sum<Datum> {
        Sum::of_finite(pg::copy_varlena(pg::numeric(0), self.memory))
    }
    fn add(&self, to: &mut Sum<Datum>, weight: Sum<Datum>) {
        to.count(&weight, 1);
        let sum = pg::call2(pg_sys::numeric_add, to.finite, weight.finite);
        self.replace(&mut to.finite, sum);
    }
    fn subtract(&self, from: &mut Sum<Datum>, weight: Sum<Datum>) {
        from.count(&weight, -1);
        let difference = pg::call2(pg_sys::numeric_sub, from.finite, weight.finite);
        self.replace(&mut from.finite, difference);
    }
    fn keep(&self, weight: Sum<Datum>) -> Sum<Datum> {
        Sum { finite: pg::copy_varlena(weight.finite, self.memory), ..weight }
    }
}

impl ServerScale for Numerics {
    fn new(memory: ContextAllocator) -> Self {
        Self { memory }
    }
    fn write(&self, weight: Sum<Datum>, writer: &mut Writer<ContextAllocator>) {
        // SAFETY: the value is a numeric.
        unsafe { pg::write_value(pg_sys::NUMERICOID, weight.finite, writer) }
        weight.write_counts(writer);
    }
    fn read(&self, reader: &mut Reader<'_>) -> Result<Sum<Datum>, Malformed> {
        let finite = pg::read_value(pg_sys::NUMERICOID, reader)?;
        Sum::read_counts(reader, finite)
    }
}

impl Weigh for Numerics {
    fn compare(&self, left: Sum<Datum>, right: Sum<Datum>) -> Ordering {
        left.order(&right, |a, b| (pg::call2(pg_sys::numeric_cmp, *a, *b).value() as i32).cmp(&0))
    }
    fn value(&self, sum: Sum<Datum>) -> Datum {
        match sum.special() {
            None => sum.finite,
            Some(special) => pg::call1(pg_sys::float8_numeric, Datum::from(special.to_bits())),
        }
    }
    fn copy(&self, sum: Sum<Datum>) -> Sum<Datum> {
        Sum { finite: pg::copy_varlena(sum.finite, ContextAllocator::current()), ..sum }
    }
}

/// Defines the kind of state for one scale and its functions.
macro_rules! loads {
    ($kind:ident, $tag:literal, $scale:ty, $final:ident: $($function:ident),*) => {
        /// The load of every point, with weights of one family of types.
        pub(crate) enum $kind {}

        impl Kind for $kind {
            const TAG: u8 = $tag;
            type Extra = <$scale as Scale>::Weight;
            type Summary<L: ServerLine> = Loads<L, $scale>;
        }

        support_functions!($kind: $($function),*);

        pg_function! {
            /// `(internal, …) → weight`: the largest load of a covered point, 0 without any.
            fn $final(call) {
                finish!(call, $kind, |line, loads| {
                    let Loads { depth, scale } = loads;
                    let mut most: Option<<$scale as Scale>::Weight> = None;
                    for (_, load) in depth.steps(&line, scale) {
                        if most.is_none_or(|most| scale.compare(load.weight, most).is_gt()) {
                            most = Some(scale.copy(load.weight));
                        }
                    }
                    scale.value(most.unwrap_or_else(|| scale.zero()))
                })
            }
        }
    };
}

loads!(IntegerLoads, 4, Integers, range_max_load_integer_final: range_load_integer_combine,
    range_load_integer_serialize, range_load_integer_deserialize, range_load_integer_absorb);
loads!(FloatLoads, 5, Floats, range_max_load_float_final: range_load_float_combine,
    range_load_float_serialize, range_load_float_deserialize, range_load_float_absorb);
loads!(NumericLoads, 6, Numerics, range_max_load_numeric_final: range_load_numeric_combine,
    range_load_numeric_serialize, range_load_numeric_deserialize, range_load_numeric_absorb);

pg_function! {
    /// `(internal, anyrange, smallint) → internal`
    fn range_load_smallint_transition(call) {
        let weight = call.argument(2).map(|weight| Wide(i128::from(weight.value() as i16)));
        transition::<IntegerLoads>(call, Shape::Range, weight)
    }
}
pg_function! {
    /// `(internal, anyrange, integer) → internal`
    fn range_load_integer_transition(call) {
        let weight = call.argument(2).map(|weight| Wide(i128::from(weight.value() as i32)));
        transition::<IntegerLoads>(call, Shape::Range, weight)
    }
}
pg_function! {
    /// `(internal, anyrange, bigint) → internal`
    fn range_load_bigint_transition(call) {
        let weight = call.argument(2).map(|weight| Wide(i128::from(weight.value() as i64)));
        transition::<IntegerLoads>(call, Shape::Range, weight)
    }
}
pg_function! {
    /// `(internal, anyrange, float8) → internal`
    fn range_load_float_transition(call) {
        let weight = call.argument(2).map(|weight| f64::from_bits(weight.value() as u64));
        transition::<FloatLoads>(call, Shape::Range, weight.map(Floats::weight))
    }
}
pg_function! {
    /// `(internal, anyrange, numeric) → internal`
    fn range_load_numeric_transition(call) {
        let weight = call.argument(2).map(Numerics::weight);
        transition::<NumericLoads>(call, Shape::Range, weight)
    }
}
