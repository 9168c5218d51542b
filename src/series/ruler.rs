//! How to step on a subtype: `anchor + k·step` for each kind of value.
//!
//! Types with a ruler of their own step inline or through one function of the server. All others
//! go through the operator `+` of their type, one step from the last; that neither rounds nor
//! drifts for exact types, and is all that an unknown type allows.

use core::cmp::Ordering;

use intervals::{
    calendar,
    series::{CivilStep, DAY, END_TIMESTAMP, FIRST_TIMESTAMP},
};
use pgrx::pg_sys::{self, Datum, Oid};

use crate::{
    error,
    pg::{self, Cast, ContextAllocator, RangeType, Sign, Stepper},
};

/// A step on one subtype.
pub(crate) enum Ruler {
    /// int4, int8, date by days, timestamps by fixed time, time: on the integers behind them.
    Linear { step: i64, first: i64, last: i64 },
    /// date, timestamp: by months too.
    Civil { step: CivilStep, date: bool },
    /// timestamptz by months or days, in the civil time of a zone, given by name.
    Zoned { step: CivilStep, zone: Datum },
    /// float8 and float4: a product and a sum each, in double precision.
    Float { step: f64, single: bool },
    /// numeric, and every type with a `+` operator.
    Operator { stepper: &'static Stepper, step: Datum },
}

/// What a step is given as.
#[derive(Clone, Copy)]
pub(crate) struct Given {
    pub(crate) value: Datum,
    pub(crate) kind: Oid,
    pub(crate) zone: Option<Datum>,
}

impl Given {
    /// The value as `target`, if there is an assignment cast to it.
    fn as_type(self, target: Oid) -> Option<Datum> {
        Cast::of(self.kind, target).map(|cast| cast.apply(self.value))
    }

    fn as_bigint(self) -> Option<i64> {
        self.as_type(pg_sys::INT8OID).map(|value| value.value() as i64)
    }

    /// The value as months, days and microseconds.
    fn as_interval(self) -> Option<CivilStep> {
        let value = self.as_type(pg_sys::INTERVALOID)?;
        // SAFETY: the value is an interval.
        let interval = unsafe { *value.cast_mut_ptr::<pg_sys::Interval>() };
        if pg::is_infinite(&interval) {
            error::bad_step("step size cannot be infinite");
        }
        Some(CivilStep {
            months: interval.month.into(),
            days: interval.day.into(),
            micros: interval.time,
        })
    }
}

impl Ruler {
    /// The ruler for steps on `range_type`'s subtype; lies, with all it needs, in the current
    /// context. An error where the subtype cannot step so.
    pub(crate) fn of(range_type: &RangeType, given: Given) -> Self {
        let subtype = range_type.element();
        Self::native(pg::base_type(subtype), given).unwrap_or_else(|| {
            let collation = range_type.collation();
            let stepper = Stepper::of(subtype, given.kind, collation, &[Sign::Plus]);
            // SAFETY: it lies in the context in which the ruler is used.
            let stepper = unsafe { &*ContextAllocator::current().put(stepper) };
            let step = stepper.step(given.value);
            if pg::base_type(subtype) == pg_sys::NUMERICOID {
                pg::check_finite_numeric(step);
            }
            Self::Operator { stepper, step }
        })
    }

    /// Both with the same notion of a step, where one has months or days and the other has not.
    pub(crate) fn matched(self, other: Self) -> (Self, Self) {
        match (self, other) {
            (Self::Linear { step, .. }, b @ (Self::Civil { .. } | Self::Zoned { .. })) => {
                (b.fixed(step), b)
            }
            (a @ (Self::Civil { .. } | Self::Zoned { .. }), Self::Linear { step, .. }) => {
                let b = a.fixed(step);
                (a, b)
            }
            pair => pair,
        }
    }

    /// A step without months, for the subtype of this ruler.
    fn fixed(&self, step: i64) -> Self {
        match self {
            Self::Civil { date: true, .. } => {
                Self::Civil { step: CivilStep { days: step, ..CivilStep::default() }, date: true }
            }
            Self::Zoned { zone, .. } => {
                let step = CivilStep { micros: step, ..CivilStep::default() };
                Self::Zoned { step, zone: *zone }
            }
            _ => Self::Civil {
                step: CivilStep { micros: step, ..CivilStep::default() },
                date: false,
            },
        }
    }

    /// The step, if all are as long, or about, in units of the subtype's difference; for
    /// timestamps microseconds.
    pub(crate) fn about(&self) -> Option<f64> {
        match self {
            Self::Linear { step, .. } => Some(*step as f64),
            Self::Civil { step, date } => Some(step.about() / if *date { DAY as f64 } else { 1.0 }),
            Self::Zoned { step, .. } => Some(step.about()),
            Self::Float { step, .. } => Some(*step),
            Self::Operator { stepper, step } => stepper.is_numeric().then(|| pg::float(*step)),
        }
    }

    fn native(subtype: Oid, given: Given) -> Option<Self> {
        let linear = |step, first: i64, last: i64| Self::Linear { step, first, last };
        let timestamps = |step| linear(step, FIRST_TIMESTAMP, END_TIMESTAMP - 1);
        Some(match subtype {
            pg_sys::INT2OID => linear(given.as_bigint()?, i16::MIN.into(), i16::MAX.into()),
            pg_sys::INT4OID => linear(given.as_bigint()?, i32::MIN.into(), i32::MAX.into()),
            pg_sys::INT8OID => linear(given.as_bigint()?, i64::MIN, i64::MAX),
            pg_sys::DATEOID => {
                // An untyped literal is an interval, the natural type of steps on dates.
                if given.kind != pg_sys::UNKNOWNOID
                    && let Some(days) = given.as_bigint()
                {
                    return Some(linear(days, calendar::FIRST, calendar::LAST));
                }
                let step = given.as_interval()?;
                if step.micros % DAY != 0 {
                    error::part_of_a_day();
                }
                match step.fixed() {
                    Some(micros) => linear(micros / DAY, calendar::FIRST, calendar::LAST),
                    None => Self::Civil { step, date: true },
                }
            }
            pg_sys::TIMESTAMPOID => {
                let step = given.as_interval()?;
                step.fixed().map_or(Self::Civil { step, date: false }, timestamps)
            }
            pg_sys::TIMESTAMPTZOID => {
                if let Some(zone) = given.zone {
                    // An unknown zone is an error whatever the step.
                    pg::call2(pg_sys::timestamptz_zone, zone, Datum::from(0_i64));
                }
                let step = given.as_interval()?;
                if step.months == 0 && step.days == 0 {
                    timestamps(step.micros)
                } else {
                    let zone = given.zone.unwrap_or_else(pg::session_zone);
                    Self::Zoned { step, zone }
                }
            }
            pg_sys::TIMEOID => {
                let fixed = given.as_interval()?.fixed();
                let step = fixed.unwrap_or_else(|| {
                    error::bad_step("step size of a series of times cannot have months")
                });
                linear(step, 0, DAY)
            }
            pg_sys::FLOAT4OID | pg_sys::FLOAT8OID => {
                let step = given.as_type(pg_sys::FLOAT8OID)?;
                let step = f64::from_bits(step.value() as u64);
                Self::Float { step, single: subtype == pg_sys::FLOAT4OID }
            }
            _ => return None,
        })
    }

    /// `anchor + k·step + more`, where `last` is `anchor + (k−1)·step`; `None` where the type
    /// does not reach so far. A value by reference lies in the current context.
    pub(crate) fn at(
        &self,
        anchor: Datum,
        k: i64,
        last: Option<Datum>,
        more: Option<&Self>,
    ) -> Option<Datum> {
        match self {
            Self::Linear { step, first, last } => {
                let more = match more {
                    Some(Self::Linear { step, .. }) => *step,
                    _ => 0,
                };
                let offset = i128::from(*step) * i128::from(k) + i128::from(more);
                let sum = i64::try_from(i128::from(anchor.value() as i64) + offset).ok()?;
                (*first..=*last).contains(&sum).then(|| Datum::from(sum))
            }
            Self::Civil { step, date } => {
                let step = step.times(k, civil(more))?;
                if *date {
                    let days = step.days.checked_add(step.micros / DAY)?;
                    let day = i64::from(anchor.value() as i32);
                    calendar::add(day, step.months, days).map(Datum::from)
                } else {
                    step.after(anchor.value() as i64).map(Datum::from)
                }
            }
            Self::Zoned { step, zone } => {
                zoned(anchor.value() as i64, step.times(k, civil(more))?, *zone).map(Datum::from)
            }
            Self::Float { step, single } => {
                let more = match more {
                    Some(Self::Float { step, .. }) => *step,
                    _ => 0.0,
                };
                let from = if *single {
                    f64::from(f32::from_bits(anchor.value() as u32))
                } else {
                    f64::from_bits(anchor.value() as u64)
                };
                let k = k as f64;
                let sum = from + k * step + more;
                // Where only the product is too large, the sum may still be near.
                let sum = if sum.is_finite() {
                    sum
                } else {
                    (from / 2.0 + k * (step / 2.0) + more / 2.0) * 2.0
                };
                Some(if *single {
                    Datum::from(i64::from((sum as f32).to_bits()))
                } else {
                    Datum::from(sum.to_bits())
                })
            }
            Self::Operator { stepper, step } => {
                let from = match last {
                    Some(last) => stepper.apply(Sign::Plus, last, *step),
                    None => anchor,
                };
                Some(match more {
                    Some(Self::Operator { stepper, step }) => {
                        stepper.apply(Sign::Plus, from, *step)
                    }
                    _ => from,
                })
            }
        }
    }

    /// The step on numeric.
    pub(crate) fn numeric_step(&self) -> Option<Datum> {
        match self {
            Self::Operator { stepper, step } if stepper.is_numeric() => Some(*step),
            _ => None,
        }
    }

    /// A step that is not zero always leads on: integers and numeric, which do not round.
    pub(crate) fn always_advances(&self) -> bool {
        match self {
            Self::Linear { .. } => true,
            Self::Operator { stepper, .. } => stepper.is_numeric(),
            _ => false,
        }
    }

    /// The sign of the step, as far as it shows without a value to start from; an error for steps
    /// that no series can take.
    pub(crate) fn direction(&self) -> Option<Ordering> {
        let direction = self.sign();
        if direction == Some(Ordering::Equal) {
            error::bad_step("step size cannot equal zero");
        }
        direction
    }

    fn sign(&self) -> Option<Ordering> {
        match self {
            Self::Linear { step, .. } => Some(step.cmp(&0)),
            Self::Float { step, .. } => {
                if step.is_nan() {
                    error::bad_step("step size cannot be NaN");
                }
                if step.is_infinite() {
                    error::bad_step("step size cannot be infinity");
                }
                step.partial_cmp(&0.0)
            }
            Self::Civil { step, .. } | Self::Zoned { step, .. } => {
                let nothing = *step == CivilStep::default();
                Some(step.about().partial_cmp(&0.0)?).filter(|order| order.is_ne() || nothing)
            }
            Self::Operator { .. } => None,
        }
    }
}

/// The step of a civil ruler as months, days and microseconds; of none, nothing.
fn civil(more: Option<&Ruler>) -> CivilStep {
    match more {
        Some(Ruler::Civil { step, .. } | Ruler::Zoned { step, .. }) => *step,
        _ => CivilStep::default(),
    }
}

/// `timestamptz + step`: months and days in the civil time of the zone, then the time. `None`
/// outside the range of the type.
fn zoned(anchor: i64, step: CivilStep, zone: Datum) -> Option<i64> {
    let inside = |sum: &i64| (FIRST_TIMESTAMP..END_TIMESTAMP).contains(sum);
    let mut sum = anchor;
    if step.months != 0 || step.days != 0 {
        let at_zone = pg::call2(pg_sys::timestamptz_zone, zone, Datum::from(anchor));
        let civil = at_zone.value() as i64;
        let moved = CivilStep { micros: 0, ..step }.after(civil)?;
        // The server refuses to convert what is out of range. Between anchor and term the offset
        // of the zone may change, by less than three hours.
        let change = 3 * 3_600_000_000;
        (moved - (civil - anchor)).checked_add(change).filter(inside)?;
        sum = pg::call2(pg_sys::timestamp_zone, zone, Datum::from(moved)).value() as i64;
    }
    sum.checked_add(step.micros).filter(inside)
}
