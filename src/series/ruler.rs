//! How to step on a subtype: `anchor + k·step` for each kind of value.
//!
//! Types with a ruler of their own step inline or through one function of the server. All others
//! go through the operator `+` of their type, one step from the last; that neither rounds nor
//! drifts for exact types, and is all that an unknown type allows.

use core::{cell::Cell, cmp::Ordering};

use addresses::{
    Cut,
    address::{Offset, Size},
};
use intervals::{
    calendar,
    series::{CivilStep, DAY, END_TIMESTAMP, FIRST_TIMESTAMP},
};
use pgrx::pg_sys::{self, Datum, Oid};

use super::places::Places;
use crate::{
    error,
    pg::{self, Cast, ContextAllocator, Inet, Order, RangeType, Round, Sign, Stepper, Zone},
};

/// A step on one subtype.
pub(crate) enum Ruler {
    /// int4, int8, money, date by days, timestamps by fixed time, time: on the integers behind
    /// them.
    Linear { step: i64, first: i64, last: i64 },
    /// inet, by addresses.
    Addresses { step: Offset, over: Over },
    /// pg_lsn, timetz: on integers that are not words of the same order.
    Placed { step: i64, places: Places },
    /// date, timestamp: by months too.
    Civil { step: CivilStep, date: bool },
    /// timestamptz by months or days, in the civil time of a zone.
    Zoned { step: CivilStep, clock: Clock },
    /// float8 and float4: a product and a sum each, in double precision.
    Float { step: f64, single: bool },
    /// numeric, and every type with a `+` operator.
    Operator { stepper: &'static Stepper, step: Datum },
}

/// The line on which a series goes from address to address.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Over {
    /// That of the anchor's family. Terms keep its netmask.
    Family,
    /// That of both families, `::` being behind `255.255.255.255`, as `inetrange` has it.
    Both,
}

/// The clock of a zone, which is asked about one anchor again and again.
#[derive(Clone)]
pub(crate) struct Clock {
    zone: Zone,
    /// The last anchor, and what the clock shows then.
    last: Cell<Option<(i64, i64)>>,
}

impl Clock {
    fn at(&self, anchor: i64) -> i64 {
        match self.last.get() {
            Some((last, shown)) if last == anchor => shown,
            _ => {
                let shown = self.zone.clock(anchor);
                self.last.set(Some((anchor, shown)));
                shown
            }
        }
    }
}

/// What a step is given as.
#[derive(Clone, Copy)]
pub(crate) struct Given {
    pub(crate) value: Datum,
    pub(crate) kind: Oid,
    pub(crate) zone: Option<Datum>,
}

impl Given {
    /// The value as `target`, if there is an assignment cast to it, or it is a literal.
    fn as_type(self, target: Oid) -> Option<Datum> {
        Cast::of_argument(self.kind, target).map(|cast| cast.apply(self.value))
    }

    fn as_bigint(self) -> Option<i64> {
        self.as_type(pg_sys::INT8OID).map(|value| value.value() as i64)
    }

    /// The value as microseconds, for times of day; a day has 24 hours.
    fn as_time(self) -> Option<i64> {
        let step = self.as_interval()?.fixed();
        Some(step.unwrap_or_else(|| {
            error::bad_step("step size of a series of times cannot have months")
        }))
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
        let over = if range_type.order == Order::Address { Over::Both } else { Over::Family };
        Self::native(pg::base_type(subtype), over, given).unwrap_or_else(|| {
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
            Self::Zoned { clock, .. } => {
                let step = CivilStep { micros: step, ..CivilStep::default() };
                Self::Zoned { step, clock: clock.clone() }
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
            Self::Addresses { step, .. } => {
                let size = Size::from(step.magnitude()).to_f64();
                Some(if step.is_negative() { -size } else { size })
            }
            Self::Placed { .. } => None,
            Self::Float { step, .. } => Some(*step),
            Self::Operator { stepper, step } => stepper.is_numeric().then(|| pg::float(*step)),
        }
    }

    fn native(subtype: Oid, over: Over, given: Given) -> Option<Self> {
        let linear = |step, first: i64, last: i64| Self::Linear { step, first, last };
        let timestamps = |step| linear(step, FIRST_TIMESTAMP, END_TIMESTAMP - 1);
        Some(match subtype {
            pg_sys::INT2OID => linear(given.as_bigint()?, i16::MIN.into(), i16::MAX.into()),
            pg_sys::INT4OID => linear(given.as_bigint()?, i32::MIN.into(), i32::MAX.into()),
            pg_sys::INT8OID => linear(given.as_bigint()?, i64::MIN, i64::MAX),
            pg_sys::MONEYOID => {
                let step = given.as_type(pg_sys::MONEYOID)?;
                linear(step.value() as i64, i64::MIN, i64::MAX)
            }
            pg_sys::DATEOID => {
                // A literal is an interval, the natural type of steps on dates.
                if !pg::is_literal(given.kind)
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
                // An unknown zone is an error whatever the step.
                // SAFETY: SQL declares the zone as text.
                let zone = given.zone.map(|name| unsafe { Zone::of(name) });
                let step = given.as_interval()?;
                if step.months == 0 && step.days == 0 {
                    timestamps(step.micros)
                } else {
                    let zone = zone.unwrap_or_else(Zone::of_session);
                    Self::Zoned { step, clock: Clock { zone, last: Cell::new(None) } }
                }
            }
            pg_sys::TIMEOID => linear(given.as_time()?, 0, DAY),
            pg_sys::TIMETZOID => {
                Self::Placed { step: given.as_time()?, places: Places::TimesAtOffset }
            }
            pg_sys::INETOID => {
                let step = given.as_type(pg_sys::NUMERICOID)?;
                pg::check_finite_numeric(step);
                Self::Addresses { step: pg::offset(step), over }
            }
            pg_sys::PG_LSNOID => {
                let step = given.as_type(pg_sys::NUMERICOID)?;
                pg::check_finite_numeric(step);
                // What is no whole number of bytes is left to the operator, which rounds.
                let (step, true) = pg::scaled(step, 0, Round::Down)? else { return None };
                Self::Placed { step, places: Places::Positions }
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
            Self::Addresses { over, .. } => {
                // SAFETY: the ruler was made for the anchor's type.
                let Inet { address, prefix } = unsafe { Inet::new(anchor) };
                let (down, by) = self.way(k, more)?;
                Some(match over {
                    Over::Family => {
                        let address = address.checked_add(Offset::new(down, by.to_u128()?))?;
                        Inet { address, prefix }.datum()
                    }
                    Over::Both => Inet::host(Cut::before(address).moved(down, by)?.next()?).datum(),
                })
            }
            Self::Placed { step, places } => {
                let more = match more {
                    Some(Self::Placed { step, .. }) => *step,
                    _ => 0,
                };
                // SAFETY: the ruler was made for the anchor's type.
                unsafe { places.at(anchor, i128::from(*step) * i128::from(k) + i128::from(more)) }
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
            Self::Zoned { step, clock } => {
                zoned(anchor.value() as i64, step.times(k, civil(more))?, clock).map(Datum::from)
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
                if *single {
                    let sum = sum as f32;
                    sum.is_finite().then(|| Datum::from(i64::from(sum.to_bits())))
                } else {
                    sum.is_finite().then(|| Datum::from(sum.to_bits()))
                }
            }
            Self::Operator { stepper, step } => {
                let from = match last {
                    Some(last) => stepper.sum(Sign::Plus, last, *step),
                    None => anchor,
                };
                Some(match more {
                    Some(Self::Operator { stepper, step }) => stepper.sum(Sign::Plus, from, *step),
                    _ => from,
                })
            }
        }
    }

    /// The last value before `anchor + k·step + more`, for a type in closed canonical form whose
    /// last value that sum may be just behind. As [`Ruler::at`].
    pub(crate) fn before(&self, anchor: Datum, k: i64, more: Option<&Self>) -> Option<Datum> {
        let Self::Addresses { over: Over::Both, .. } = self else { return None };
        // SAFETY: the ruler was made for the anchor's type.
        let address = unsafe { Inet::new(anchor) }.address;
        let (down, by) = self.way(k, more)?;
        let last = Cut::before(address).moved(down, by)?.previous()?;
        Some(Inet::host(last).datum())
    }

    /// `k·step + more`, which leads the same way, on addresses: whether down, and how far.
    fn way(&self, k: i64, more: Option<&Self>) -> Option<(bool, Size)> {
        let offset = |ruler: &Self| match ruler {
            Self::Addresses { step, .. } => *step,
            _ => Offset::new(false, 0),
        };
        let step = offset(self);
        let more = more.map_or(0, |more| offset(more).magnitude());
        let by = Size::product(step.magnitude(), k.unsigned_abs());
        Some((step.is_negative(), by.checked_add(more.into())?))
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
            Self::Linear { .. } | Self::Addresses { .. } | Self::Placed { .. } => true,
            Self::Operator { stepper, .. } => stepper.is_numeric(),
            _ => false,
        }
    }

    /// Whether the clock of the ruler's zone goes on, in the direction of the step, between two
    /// terms, each a number of steps and what is added to them.
    ///
    /// If it does, terms that are equal are so because the zone skips the time between them
    /// (`Pacific/Apia` 2011-12-30), and one of them is to be left out. That ends: each needs a
    /// change of the zone's offset, of which there are finitely many, and none repeats. If it does
    /// not, the step itself stands still.
    pub(crate) fn zone_skips(
        &self,
        anchor: Datum,
        from: (i64, Option<&Self>),
        to: (i64, Option<&Self>),
    ) -> bool {
        let Self::Zoned { step, clock } = self else { return false };
        let start = clock.at(anchor.value() as i64);
        let shown = |(k, more)| step.times(k, civil(more)).and_then(|step| step.shown(start));
        match (shown(from), shown(to)) {
            (Some(from), Some(to)) => from != to && (from < to) == (step.about() > 0.0),
            _ => false,
        }
    }

    /// What to do about a step that does not advance.
    pub(crate) fn advice(&self) -> &'static str {
        match self {
            Self::Float { .. } => {
                "Take a larger step: values of this size lie farther apart than the step is long."
            }
            Self::Zoned { .. } => {
                "Do not mix months, days and time of opposite sign in a step: neither months nor \
                 days are all of the same length."
            }
            Self::Operator { .. } => {
                "The operator + of the type must lead from each value of the range to a value \
                 beyond it."
            }
            _ => "Do not mix months and days of opposite sign in a step.",
        }
    }

    /// The step leads down, as far as its own type tells.
    pub(crate) fn seems_negative(&self) -> bool {
        match self {
            Self::Operator { stepper, step } => stepper.is_negative(*step),
            _ => self.direction() == Some(Ordering::Less),
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
            Self::Addresses { step, .. } if step.is_negative() => Some(Ordering::Less),
            Self::Addresses { step, .. } => Some(step.magnitude().cmp(&0)),
            Self::Placed { step, .. } => Some(step.cmp(&0)),
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
fn zoned(anchor: i64, step: CivilStep, clock: &Clock) -> Option<i64> {
    let inside = |sum: &i64| (FIRST_TIMESTAMP..END_TIMESTAMP).contains(sum);
    let mut sum = anchor;
    if step.months != 0 || step.days != 0 {
        let shown = CivilStep { micros: 0, ..step }.shown(clock.at(anchor))?;
        sum = Some(clock.zone.instant(shown)).filter(inside)?;
    }
    sum.checked_add(step.micros).filter(inside)
}
