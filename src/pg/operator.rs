//! Adding a step, delta or gap to a bound: the operators behind `"any"` arguments.
//!
//! Operators are sought in pg_catalog, then in the schemas of the two types, nowhere else, so that
//! `search_path` never decides. The search is done once per place in a plan.
//!
//! Dates are an exception: core's `date + interval` is a timestamp, ours stays a date. So are
//! addresses: core adds no more than a bigint.

use core::ffi::CStr;

use addresses::{Cut, address::Offset};
use intervals::calendar;
use pgrx::pg_sys::{self, Datum, Oid};

use super::{ContextAllocator, Inet, fenced, type_name};
use crate::error;

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// Whether a step is added or subtracted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sign {
    Plus,
    Minus,
}

impl Sign {
    fn operator(self) -> &'static CStr {
        match self {
            Self::Plus => c"+",
            Self::Minus => c"-",
        }
    }
}

/// A function to be called, looked up once.
pub(crate) struct Function(pg_sys::FmgrInfo);

impl Function {
    /// The function with this OID; an error where the user may not execute it.
    fn of(oid: Oid) -> Self {
        // SAFETY: the function exists; what looks it up belongs in the place's context.
        unsafe {
            #[cfg(feature = "pg15")]
            let allowed =
                pg_sys::pg_proc_aclcheck(oid, pg_sys::GetUserId(), pg_sys::ACL_EXECUTE.into());
            #[cfg(not(feature = "pg15"))]
            let allowed = pg_sys::object_aclcheck(
                pg_sys::ProcedureRelationId,
                oid,
                pg_sys::GetUserId(),
                pg_sys::ACL_EXECUTE.into(),
            );
            if allowed != pg_sys::AclResult::ACLCHECK_OK {
                pg_sys::aclcheck_error(
                    allowed,
                    pg_sys::ObjectType::OBJECT_FUNCTION,
                    pg_sys::get_func_name(oid),
                );
            }
            let mut info = pg_sys::FmgrInfo::default();
            pg_sys::fmgr_info(oid, &mut info);
            Self(info)
        }
    }

    fn call2(&self, left: Datum, right: Datum, collation: Oid) -> Datum {
        // SAFETY: the lookup data is valid; the server changes only what it caches in it.
        unsafe {
            let info = (&raw const self.0).cast_mut();
            fenced::FunctionCall2Coll(info, collation, left, right)
        }
    }

    /// Calls a cast function, which may also take a type modifier and whether it is explicit.
    fn cast(&self, value: Datum) -> Datum {
        let (typmod, explicit) = (Datum::from(-1_i32), Datum::from(false));
        // SAFETY: as above, with as many arguments as the function declares.
        unsafe {
            let info = (&raw const self.0).cast_mut();
            match self.0.fn_nargs {
                1 => fenced::FunctionCall1Coll(info, Oid::INVALID, value),
                2 => fenced::FunctionCall2Coll(info, Oid::INVALID, value, typmod),
                _ => fenced::FunctionCall3Coll(info, Oid::INVALID, value, typmod, explicit),
            }
        }
    }
}

/// How a value becomes one of another type.
pub(crate) enum Cast {
    Nothing,
    Function(Function),
    /// An untyped literal: the type's input function and its parameter.
    Input(Oid, Oid),
    /// Text, which is read like one.
    Text(Oid, Oid),
}

/// Values of the type are read as an untyped literal would be: it is one, or text. Many clients
/// send what their user wrote as a literal with the type text or varchar.
pub(crate) fn is_literal(kind: Oid) -> bool {
    matches!(base_type(kind), pg_sys::UNKNOWNOID | pg_sys::TEXTOID | pg_sys::VARCHAROID)
}

impl Cast {
    /// From `source` to `target`, as an assignment would; `None` where there is no such cast.
    pub(crate) fn of(source: Oid, target: Oid) -> Option<Self> {
        if source == target {
            return Some(Self::Nothing);
        }
        // SAFETY: catalog lookups of types that exist.
        unsafe {
            if source == pg_sys::UNKNOWNOID {
                let (input, parameter) = input_function(target);
                return Some(Self::Input(input, parameter));
            }
            let mut function = Oid::INVALID;
            let path = pg_sys::find_coercion_pathway(
                target,
                source,
                pg_sys::CoercionContext::COERCION_ASSIGNMENT,
                &mut function,
            );
            match path {
                pg_sys::CoercionPathType::COERCION_PATH_FUNC => {
                    Some(Self::Function(Function::of(function)))
                }
                pg_sys::CoercionPathType::COERCION_PATH_RELABELTYPE => Some(Self::Nothing),
                _ => None,
            }
        }
    }

    /// The same for an argument that may be a literal sent as text.
    pub(crate) fn of_argument(source: Oid, target: Oid) -> Option<Self> {
        Self::of(source, target).or_else(|| {
            is_literal(source).then(|| {
                let (input, parameter) = input_function(target);
                Self::Text(input, parameter)
            })
        })
    }

    pub(crate) fn apply(&self, value: Datum) -> Datum {
        match self {
            Self::Nothing => value,
            Self::Function(function) => function.cast(value),
            // SAFETY: a value of type unknown is a C string; the function is the type's input.
            Self::Input(input, parameter) => unsafe {
                fenced::OidInputFunctionCall(*input, value.cast_mut_ptr(), *parameter, -1)
            },
            // SAFETY: the value is text; the function is the type's input.
            Self::Text(input, parameter) => unsafe {
                let literal = pg_sys::text_to_cstring(value.cast_mut_ptr());
                fenced::OidInputFunctionCall(*input, literal, *parameter, -1)
            },
        }
    }
}

/// A type's input function and the parameter that it takes.
fn input_function(kind: Oid) -> (Oid, Oid) {
    let (mut input, mut parameter) = (Oid::INVALID, Oid::INVALID);
    // SAFETY: a catalog lookup of a type that exists.
    unsafe { pg_sys::getTypeInputInfo(kind, &mut input, &mut parameter) };
    (input, parameter)
}

/// `bound + step` or `bound - step`.
enum Operation {
    Operator {
        function: Function,
        result: Cast,
    },
    /// On dates: years, months and days.
    DateInterval,
    /// On addresses by a number of any size, where core takes a bigint: within the family. The
    /// step is an [`Offset`].
    Addresses,
    /// On times of day, which core's operator lets wrap at midnight; with an offset or without.
    TimeInterval {
        offset: bool,
    },
}

impl Operation {
    fn apply(&self, value: Datum, step: Datum, sign: Sign, collation: Oid) -> Datum {
        match self {
            Self::Operator { function, result } => {
                result.apply(function.call2(value, step, collation))
            }
            Self::DateInterval => date_plus_interval(value, step, sign),
            Self::Addresses => {
                // SAFETY: the value is an inet.
                let Inet { address, prefix } = unsafe { Inet::new(value) };
                let step = taken_offset(step);
                let step =
                    Offset::new(step.is_negative() != (sign == Sign::Minus), step.magnitude());
                match address.checked_add(step) {
                    Some(address) => Inet { address, prefix }.datum(),
                    None => error::address_out_of_range(address.family()),
                }
            }
            Self::TimeInterval { offset } => time_plus_interval(value, step, sign, *offset)
                .unwrap_or_else(|| {
                    error::datetime_out_of_range(if *offset {
                        "time with time zone"
                    } else {
                        "time"
                    })
                }),
        }
    }
}

/// Adds steps of one type to values of one subtype.
pub(crate) struct Stepper {
    subtype: Oid,
    step: Oid,
    collation: Oid,
    argument: Cast,
    /// The type that the operators take.
    taken: Oid,
    plus: Option<Operation>,
    minus: Option<Operation>,
}

impl Stepper {
    /// The operators for `subtype` and steps given as `step`; an error where there is none for a
    /// sign in `signs`.
    pub(crate) fn of(subtype: Oid, step: Oid, collation: Oid, signs: &[Sign]) -> Self {
        let mut stepper = Self {
            subtype,
            step,
            collation,
            argument: Cast::Nothing,
            taken: step,
            plus: None,
            minus: None,
        };
        for (argument, cast) in candidates(subtype, step) {
            let find = |sign| {
                let wanted = signs.contains(&sign);
                wanted.then(|| operation(subtype, argument, sign))
            };
            let (plus, minus) = (find(Sign::Plus), find(Sign::Minus));
            if !matches!(plus, Some(None)) && !matches!(minus, Some(None)) {
                stepper.argument = cast;
                stepper.taken = base_type(argument);
                stepper.plus = plus.flatten();
                stepper.minus = minus.flatten();
                return stepper;
            }
        }
        let sign = signs.first().map_or(c"+", |sign| sign.operator());
        error::no_step_operator(&sign.to_string_lossy(), &type_name(subtype), &type_name(step))
    }

    /// It serves these types.
    pub(crate) fn fits(&self, subtype: Oid, step: Oid) -> bool {
        self.subtype == subtype && self.step == step
    }

    /// It adds to numeric.
    pub(crate) fn is_numeric(&self) -> bool {
        base_type(self.subtype) == pg_sys::NUMERICOID
    }

    /// The step as the operators take it, in the current context.
    pub(crate) fn step(&self, step: Datum) -> Datum {
        let step = self.argument.apply(step);
        match self.operation() {
            Some(Operation::DateInterval) => {
                // SAFETY: the step is an interval.
                whole_days(unsafe { &*step.cast_mut_ptr::<pg_sys::Interval>() });
                step
            }
            Some(Operation::Addresses) => {
                Datum::from(ContextAllocator::current().put(super::offset(step)))
            }
            _ => step,
        }
    }

    /// What adds or subtracts, whichever was asked for.
    fn operation(&self) -> Option<&Operation> {
        self.plus.as_ref().or(self.minus.as_ref())
    }

    /// `value + step` or `value - step`, for a step that [`Stepper::step`] returned; an error if
    /// that is not in the domain that the subtype may be.
    pub(crate) fn apply(&self, sign: Sign, value: Datum, step: Datum) -> Datum {
        let sum = self.sum(sign, value, step);
        if base_type(self.subtype) != self.subtype {
            check_domain(self.subtype, sum);
        }
        sum
    }

    /// The same without the check, for what is only compared.
    pub(crate) fn sum(&self, sign: Sign, value: Datum, step: Datum) -> Datum {
        let operation = match sign {
            Sign::Plus => &self.plus,
            Sign::Minus => &self.minus,
        };
        match operation {
            Some(operation) => operation.apply(value, step, sign, self.collation),
            None => error::no_step_operator(
                &sign.operator().to_string_lossy(),
                &type_name(self.subtype),
                &type_name(self.step),
            ),
        }
    }
}

impl Stepper {
    /// `value + step`, or `None` where that is beyond an integer type, date or time of day, or
    /// beyond all addresses: these are taken on one line, over both families.
    pub(crate) fn apply_within(&self, value: Datum, step: Datum) -> Option<Datum> {
        if let Some(Operation::TimeInterval { offset }) = &self.plus {
            return time_plus_interval(value, step, Sign::Plus, *offset);
        }
        if let Some(Operation::Addresses) = &self.plus {
            // SAFETY: the value is an inet.
            let address = unsafe { Inet::new(value) }.address;
            let step = taken_offset(step);
            let sum = Cut::before(address).moved(step.is_negative(), step.magnitude().into());
            return sum?.next().map(|address| Inet::host(address).datum());
        }
        let (value_word, largest) = match base_type(self.subtype) {
            pg_sys::INT2OID => (i64::from(value.value() as i16), i64::from(i16::MAX)),
            pg_sys::INT4OID | pg_sys::DATEOID => {
                (i64::from(value.value() as i32), i64::from(i32::MAX))
            }
            pg_sys::INT8OID => (value.value() as i64, i64::MAX),
            _ => return Some(self.sum(Sign::Plus, value, step)),
        };
        match self.integer(step) {
            None => Some(self.sum(Sign::Plus, value, step)),
            Some(step) => {
                value_word.checked_add(step).filter(|sum| *sum <= largest).map(Datum::from)
            }
        }
    }

    /// The step as an integer, if that is what the operators take.
    fn integer(&self, step: Datum) -> Option<i64> {
        Some(match self.taken {
            pg_sys::INT2OID => i64::from(step.value() as i16),
            pg_sys::INT4OID => i64::from(step.value() as i32),
            pg_sys::INT8OID => step.value() as i64,
            _ => return None,
        })
    }

    /// The step is below zero; false for types that are not core's.
    pub(crate) fn is_negative(&self, step: Datum) -> bool {
        if let Some(Operation::Addresses) = self.operation() {
            return taken_offset(step).is_negative();
        }
        match self.taken {
            pg_sys::FLOAT8OID => f64::from_bits(step.value() as u64) < 0.0,
            pg_sys::NUMERICOID => super::float(step) < 0.0,
            pg_sys::INTERVALOID => {
                // SAFETY: the step is an interval.
                let interval = unsafe { &*step.cast_mut_ptr::<pg_sys::Interval>() };
                let days = i64::from(interval.month) * 30 + i64::from(interval.day);
                i128::from(days) * i128::from(DAY) + i128::from(interval.time) < 0
            }
            _ => self.integer(step).is_some_and(|step| step < 0),
        }
    }
}

/// What [`Stepper::step`] made of a number of addresses.
fn taken_offset(step: Datum) -> Offset {
    // SAFETY: it was put there.
    unsafe { *step.cast_mut_ptr::<Offset>() }
}

/// Raises the server's error unless `value` belongs to the domain.
pub(crate) fn check_domain(domain: Oid, value: Datum) {
    // SAFETY: the value is of the domain's base type.
    unsafe {
        fenced::domain_check(value, false, domain, core::ptr::null_mut(), core::ptr::null_mut())
    }
}

/// The type that a domain is over, at the bottom; any other type itself.
pub(crate) fn base_type(oid: Oid) -> Oid {
    // SAFETY: a catalog lookup of a type that exists.
    unsafe { pg_sys::getBaseType(oid) }
}

/// The types as which a step may be taken, best first, with the casts to them.
fn candidates(subtype: Oid, step: Oid) -> impl Iterator<Item = (Oid, Cast)> {
    let base = base_type;
    let natural = match base(subtype) {
        pg_sys::DATEOID => [pg_sys::INTERVALOID, pg_sys::INT4OID],
        pg_sys::TIMESTAMPOID | pg_sys::TIMESTAMPTZOID | pg_sys::TIMEOID | pg_sys::TIMETZOID => {
            [pg_sys::INTERVALOID; 2]
        }
        pg_sys::INETOID => [pg_sys::NUMERICOID; 2],
        pg_sys::CIDROID => [pg_sys::INT8OID; 2],
        pg_sys::PG_LSNOID => [pg_sys::NUMERICOID; 2],
        other => [other; 2],
    };
    let exact = [step, base(step)];
    let exact = exact.into_iter().filter(move |_| step != pg_sys::UNKNOWNOID);
    exact.chain(natural).filter_map(move |candidate| {
        Cast::of(step, candidate)
            .or_else(|| Cast::of_argument(base(step), candidate))
            .map(|cast| (candidate, cast))
    })
}

/// The operation on exactly these types, or on what the subtype is a domain of.
fn operation(subtype: Oid, argument: Oid, sign: Sign) -> Option<Operation> {
    // SAFETY: catalog lookups of types that exist.
    unsafe {
        let base = pg_sys::getBaseType(subtype);
        if base == pg_sys::DATEOID && argument == pg_sys::INTERVALOID {
            return Some(Operation::DateInterval);
        }
        if matches!(base, pg_sys::TIMEOID | pg_sys::TIMETZOID) && argument == pg_sys::INTERVALOID {
            return Some(Operation::TimeInterval { offset: base == pg_sys::TIMETZOID });
        }
        if base == pg_sys::INETOID && argument == pg_sys::NUMERICOID {
            return Some(Operation::Addresses);
        }
        let schemas =
            [pg_sys::Oid::from(pg_sys::PG_CATALOG_NAMESPACE), schema(subtype), schema(argument)];
        for left in [subtype, base] {
            for schema in schemas {
                let tuple = pg_sys::SearchSysCache4(
                    pg_sys::SysCacheIdentifier::OPERNAMENSP as i32,
                    Datum::from(sign.operator().as_ptr()),
                    Datum::from(left),
                    Datum::from(argument),
                    Datum::from(schema),
                );
                if tuple.is_null() {
                    continue;
                }
                let form = *pg_sys::GETSTRUCT(tuple).cast::<pg_sys::FormData_pg_operator>();
                pg_sys::ReleaseSysCache(tuple);
                if form.oprcode == Oid::INVALID {
                    continue;
                }
                if let Some(result) = Cast::of(form.oprresult, base) {
                    return Some(Operation::Operator {
                        function: Function::of(form.oprcode),
                        result,
                    });
                }
            }
        }
    }
    None
}

/// The schema of a type.
fn schema(oid: Oid) -> Oid {
    // SAFETY: a catalog lookup; the tuple is read before it is released.
    unsafe {
        let tuple =
            pg_sys::SearchSysCache1(pg_sys::SysCacheIdentifier::TYPEOID as i32, Datum::from(oid));
        if tuple.is_null() {
            return Oid::INVALID;
        }
        let schema = (*pg_sys::GETSTRUCT(tuple).cast::<pg_sys::FormData_pg_type>()).typnamespace;
        pg_sys::ReleaseSysCache(tuple);
        schema
    }
}

/// `date ± interval`, as a date; ±infinity stays.
fn date_plus_interval(date: Datum, step: Datum, sign: Sign) -> Datum {
    let day = date.value() as i32;
    if day == i32::MIN || day == i32::MAX {
        return date;
    }
    // SAFETY: the step is an interval.
    let (months, days) = unsafe { whole_days(&*step.cast_mut_ptr::<pg_sys::Interval>()) };
    let factor = if sign == Sign::Plus { 1 } else { -1 };
    match calendar::add(day.into(), factor * months, factor * days) {
        Some(day) => Datum::from(day),
        None => error::datetime_out_of_range("date"),
    }
}

/// `time ± interval`, of which days and months do not count, as in core; `None` beyond midnight.
fn time_plus_interval(time: Datum, step: Datum, sign: Sign, offset: bool) -> Option<Datum> {
    // SAFETY: the step is an interval.
    let step = unsafe { (*step.cast_mut_ptr::<pg_sys::Interval>()).time };
    let step = if sign == Sign::Plus { Some(step) } else { step.checked_neg() };
    let moved = |time: i64| time.checked_add(step?).filter(|time| (0..=DAY).contains(time));
    if !offset {
        return moved(time.value() as i64).map(Datum::from);
    }
    // SAFETY: the value is a timetz, read field by field: it lacks the struct's padding.
    unsafe {
        let value = time.cast_mut_ptr::<pg_sys::TimeTzADT>();
        let sum = pg_sys::TimeTzADT { time: moved((*value).time)?, zone: (*value).zone };
        Some(Datum::from(ContextAllocator::current().put(sum)))
    }
}

/// The months and days of an interval that may be added to a date.
pub(crate) fn whole_days(interval: &pg_sys::Interval) -> (i64, i64) {
    if is_infinite(interval) {
        error::bad_step("an infinite interval cannot be added to a date");
    }
    if interval.time % DAY != 0 {
        error::part_of_a_day();
    }
    (interval.month.into(), i64::from(interval.day) + interval.time / DAY)
}

/// Infinite intervals exist from PostgreSQL 17 on; before, no interval has all these parts.
pub(crate) fn is_infinite(interval: &pg_sys::Interval) -> bool {
    let all = |time, part| interval.time == time && interval.day == part && interval.month == part;
    all(i64::MIN, i32::MIN) || all(i64::MAX, i32::MAX)
}
