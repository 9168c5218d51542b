//! Values and functions of core's types.

use core::{ffi::CStr, ptr};
use std::borrow::Cow;

use pgrx::pg_sys::{self, Datum, Oid};

use super::{ContextAllocator, fenced};

/// A function of the server that takes no collation and never returns NULL.
pub(crate) type Function = unsafe fn(pg_sys::FunctionCallInfo) -> Datum;

/// Calls a built-in function with `N` arguments, none NULL.
fn call<const N: usize>(function: Function, arguments: [Datum; N]) -> Datum {
    #[repr(C)]
    struct Frame<const N: usize> {
        info: pg_sys::FunctionCallInfoBaseData,
        arguments: [pg_sys::NullableDatum; N],
    }
    // SAFETY: the frame has the layout that the server gives to N arguments.
    unsafe {
        let mut frame = Frame {
            info: pg_sys::FunctionCallInfoBaseData { nargs: N as i16, ..Default::default() },
            arguments: arguments.map(|value| pg_sys::NullableDatum { value, isnull: false }),
        };
        frame.info.fncollation = Oid::INVALID;
        function(&raw mut frame.info)
    }
}

/// `function(argument)`.
pub(crate) fn call1(function: Function, argument: Datum) -> Datum {
    call(function, [argument])
}

/// `function(left, right)`.
pub(crate) fn call2(function: Function, left: Datum, right: Datum) -> Datum {
    call(function, [left, right])
}

/// `function(a, b, c)`.
pub(crate) fn call3(function: Function, a: Datum, b: Datum, c: Datum) -> Datum {
    call(function, [a, b, c])
}

/// The numeric with this value.
pub(crate) fn numeric(value: i64) -> Datum {
    // SAFETY: the server makes a new value.
    unsafe { Datum::from(pg_sys::int64_to_numeric(value)) }
}

/// A copy of a varlena in `memory`; the value must not be toasted.
pub(crate) fn copy_varlena(value: Datum, memory: ContextAllocator) -> Datum {
    // SAFETY: a varlena is as long as it says.
    unsafe {
        let from = value.cast_mut_ptr::<u8>();
        let length = pgrx::varsize_any(from.cast());
        let to = pg_sys::MemoryContextAlloc(memory.context(), length).cast::<u8>();
        ptr::copy_nonoverlapping(from, to, length);
        Datum::from(to)
    }
}

/// The text with these characters.
pub(crate) fn text(value: impl AsRef<[u8]>) -> Datum {
    let value = value.as_ref();
    // SAFETY: the server copies the bytes, as many as it is told.
    unsafe {
        Datum::from(pg_sys::cstring_to_text_with_len(value.as_ptr().cast(), value.len() as i32))
    }
}

/// The characters of a text value, which must outlive them, as [`shown`].
///
/// # Safety
/// `value` is a text.
pub(crate) unsafe fn text_str<'a>(value: Datum) -> Cow<'a, str> {
    // SAFETY: as ours; a text is as long as it says.
    let bytes = unsafe {
        let value = super::Varlena::new(value);
        core::slice::from_raw_parts(value.start, value.length)
    };
    shown(bytes)
}

/// Whether the database is in UTF-8.
pub(crate) fn is_utf8() -> bool {
    // SAFETY: reads a setting of the database.
    unsafe { pg_sys::GetDatabaseEncoding() == pg_sys::pg_enc::PG_UTF8 as i32 }
}

/// The characters of bytes in the encoding of the database, as [`text_str`] gives them.
pub(crate) fn shown(bytes: &[u8]) -> Cow<'_, str> {
    if is_utf8() || bytes.is_ascii() {
        return String::from_utf8_lossy(bytes);
    }
    let shown = |b: &u8| if b.is_ascii() { char::from(*b) } else { '?' };
    Cow::Owned(bytes.iter().map(shown).collect())
}

/// The elements of an array that are not NULL, and their type; they point into a copy or into
/// the array itself, which must live as long as they are used.
///
/// # Safety
/// `array` is an array.
pub(crate) unsafe fn array_elements(array: Datum) -> (Oid, impl Iterator<Item = Datum>) {
    // SAFETY: as ours; the server allocates what it returns in the current context.
    unsafe {
        let array = pg_sys::pg_detoast_datum(array.cast_mut_ptr()).cast::<pg_sys::ArrayType>();
        let element = (*array).elemtype;
        let (mut length, mut by_value, mut align) = (0, false, 0);
        pg_sys::get_typlenbyvalalign(element, &mut length, &mut by_value, &mut align);
        let (mut values, mut nulls, mut count) = (ptr::null_mut(), ptr::null_mut(), 0);
        pg_sys::deconstruct_array(
            array,
            element,
            length.into(),
            by_value,
            align,
            &mut values,
            &mut nulls,
            &mut count,
        );
        let present = (0..count as usize).filter(move |i| !*nulls.add(*i));
        (element, present.map(move |i| *values.add(i)))
    }
}

/// The bigint[] with these elements.
pub(crate) fn bigint_array(values: &[i64]) -> Datum {
    let mut values: Vec<Datum> = values.iter().map(|value| Datum::from(*value)).collect();
    // SAFETY: as many values of the type, passed as it is.
    unsafe {
        Datum::from(pg_sys::construct_array(
            values.as_mut_ptr(),
            values.len() as i32,
            pg_sys::INT8OID,
            8,
            true,
            pg_sys::TYPALIGN_DOUBLE as core::ffi::c_char,
        ))
    }
}

/// The oid[] with these elements.
pub(crate) fn oid_array(values: &[Datum]) -> Datum {
    let mut values = values.to_vec();
    // SAFETY: as many values of the type, passed as it is.
    unsafe {
        Datum::from(pg_sys::construct_array(
            values.as_mut_ptr(),
            values.len() as i32,
            pg_sys::OIDOID,
            4,
            true,
            pg_sys::TYPALIGN_INT as core::ffi::c_char,
        ))
    }
}

/// The text[] with these elements, which are texts.
pub(crate) fn text_array(values: &[Datum]) -> Datum {
    let mut values = values.to_vec();
    // SAFETY: as many values of the type, passed as it is.
    unsafe {
        Datum::from(pg_sys::construct_array(
            values.as_mut_ptr(),
            values.len() as i32,
            pg_sys::TEXTOID,
            -1,
            false,
            pg_sys::TYPALIGN_INT as core::ffi::c_char,
        ))
    }
}

/// The tid[] with these elements.
pub(crate) fn tid_array(values: &[pg_sys::ItemPointerData]) -> Datum {
    let mut values: Vec<Datum> =
        values.iter().map(|value| Datum::from(&raw const *value)).collect();
    // SAFETY: as many values of the type, passed by reference.
    unsafe {
        Datum::from(pg_sys::construct_array(
            values.as_mut_ptr(),
            values.len() as i32,
            pg_sys::TIDOID,
            size_of::<pg_sys::ItemPointerData>() as i32,
            false,
            pg_sys::TYPALIGN_SHORT as core::ffi::c_char,
        ))
    }
}

/// Whether an element of the array is NULL.
///
/// # Safety
/// `array` is an array.
pub(crate) unsafe fn has_nulls(array: Datum) -> bool {
    // SAFETY: as ours; the server allocates what it returns in the current context.
    unsafe {
        let array = pg_sys::pg_detoast_datum(array.cast_mut_ptr()).cast::<pg_sys::ArrayType>();
        pg_sys::array_contains_nulls(array)
    }
}

/// The number as a float8; infinite where it is too large for one.
pub(crate) fn float(number: Datum) -> f64 {
    f64::from_bits(call1(pg_sys::numeric_float8_no_overflow, number).value() as u64)
}

/// The number of decimal digits that a finite numeric shows.
pub(crate) fn scale(number: Datum) -> i32 {
    call1(pg_sys::numeric_scale, number).value() as i32
}

/// How [`scaled`] rounds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Round {
    Down,
    Up,
}

/// `number · 10^scale` as an integer of at most 18 digits, and whether that is exact.
pub(crate) fn scaled(number: Datum, scale: i32, round: Round) -> Option<(i64, bool)> {
    if scale > 18 || !(float(number).abs() * 10_f64.powi(scale)).lt(&1e18) {
        return None;
    }
    let rounded = call2(pg_sys::numeric_trunc, number, Datum::from(scale));
    let exact = call2(pg_sys::numeric_cmp, rounded, number).value() as i32;
    // The text of the truncated value is its digits and, if there are any, a point in between.
    // SAFETY: the server returns a C string.
    let text = unsafe {
        let text = call1(pg_sys::numeric_out, rounded).cast_mut_ptr::<core::ffi::c_char>();
        CStr::from_ptr(text).to_str().ok()?
    };
    let digits: String = text.chars().filter(|c| *c != '.').collect();
    let units = digits.parse::<i64>().ok()?;
    // Towards zero is up for negative numbers and down for positive ones.
    let units = match (round, exact) {
        (Round::Down, 1) => units - 1,
        (Round::Up, -1) => units + 1,
        _ => units,
    };
    Some((units, exact == 0))
}

/// The numeric `units / 10^scale`, shown with as many digits.
pub(crate) fn unscaled(units: i64, scale: i32) -> Datum {
    // SAFETY: the server makes a new value.
    unsafe { Datum::from(pg_sys::int64_div_fast_to_numeric(units, scale)) }
}

/// Raises an error unless `step`, a numeric, is a number.
pub(crate) fn check_finite_numeric(step: Datum) {
    // SAFETY: the value is a numeric.
    let (nan, infinite) = unsafe {
        let number: pg_sys::Numeric = pg_sys::pg_detoast_datum(step.cast_mut_ptr()).cast();
        (pg_sys::numeric_is_nan(number), pg_sys::numeric_is_inf(number))
    };
    if nan {
        crate::error::bad_step("step size cannot be NaN");
    } else if infinite {
        crate::error::bad_step("step size cannot be infinity");
    }
}

/// Whether a value of a core type is infinite, or NaN: where it bounds a range, that has no end.
pub(crate) fn is_endless(base_type: Oid, value: Datum) -> bool {
    match base_type {
        pg_sys::DATEOID => matches!(value.value() as i32, i32::MIN | i32::MAX),
        pg_sys::TIMESTAMPOID | pg_sys::TIMESTAMPTZOID => {
            matches!(value.value() as i64, i64::MIN | i64::MAX)
        }
        pg_sys::FLOAT8OID => !f64::from_bits(value.value() as u64).is_finite(),
        pg_sys::FLOAT4OID => !f32::from_bits(value.value() as u32).is_finite(),
        // SAFETY: the value is a numeric.
        pg_sys::NUMERICOID => unsafe {
            let number: pg_sys::Numeric = pg_sys::pg_detoast_datum(value.cast_mut_ptr()).cast();
            pg_sys::numeric_is_nan(number) || pg_sys::numeric_is_inf(number)
        },
        _ => false,
    }
}

/// What an output function prints of a value.
pub(crate) fn output<'a>(function: u32, value: Datum) -> &'a [u8] {
    // SAFETY: a C string in the current context.
    unsafe { CStr::from_ptr(fenced::OidOutputFunctionCall(Oid::from(function), value)).to_bytes() }
}

/// What the input function of a type without modifiers reads from a text without zeros.
pub(crate) fn input(function: u32, text: &[u8]) -> Datum {
    let text = to_c_string(text);
    // SAFETY: a C string.
    unsafe {
        fenced::OidInputFunctionCall(Oid::from(function), text.cast_mut_ptr(), Oid::INVALID, -1)
    }
}

/// The bytes of a `cstring` argument.
///
/// # Safety
/// It is one, and lives as long as the bytes are used.
pub(crate) unsafe fn c_string<'a>(value: Datum) -> &'a [u8] {
    // SAFETY: as ours.
    unsafe { CStr::from_ptr(value.cast_mut_ptr()).to_bytes() }
}

/// A `cstring` with these bytes, none of them zero.
pub(crate) fn to_c_string(text: impl AsRef<[u8]>) -> Datum {
    let text = text.as_ref();
    // SAFETY: the chunk has room for the bytes and a zero.
    unsafe {
        let chunk = pg_sys::palloc(text.len() + 1).cast::<u8>();
        chunk.copy_from_nonoverlapping(text.as_ptr(), text.len());
        chunk.add(text.len()).write(0);
        Datum::from(chunk)
    }
}

/// The text that a binary input function has received, in the encoding of the database.
///
/// # Safety
/// `message` is its argument.
pub(crate) unsafe fn received_text<'a>(message: Datum) -> &'a [u8] {
    let message = message.cast_mut_ptr::<pg_sys::StringInfoData>();
    let mut length = 0;
    // SAFETY: as ours; the server returns as many bytes as it says.
    unsafe {
        let rest = (*message).len - (*message).cursor;
        let text = pg_sys::pq_getmsgtext(message, rest, &mut length);
        core::slice::from_raw_parts(text.cast(), length as usize)
    }
}

/// What a binary output function sends for a text: in the client's encoding.
pub(crate) fn sent_text(text: &[u8]) -> Datum {
    let mut buffer = pg_sys::StringInfoData::default();
    // SAFETY: the server fills the buffer and turns it into a value.
    unsafe {
        pg_sys::pq_begintypsend(&mut buffer);
        pg_sys::pq_sendtext(&mut buffer, text.as_ptr().cast(), text.len() as i32);
        Datum::from(pg_sys::pq_endtypsend(&mut buffer))
    }
}

/// The elements of an array of `float8`: `None` unless it has one dimension, N elements, no NULL.
///
/// # Safety
/// `array` is one.
pub(crate) unsafe fn float8_array<const N: usize>(array: Datum) -> Option<[f64; N]> {
    // SAFETY: as ours; with one dimension and no NULL the header takes 24 bytes.
    unsafe {
        let array = pg_sys::pg_detoast_datum(array.cast_mut_ptr()).cast::<pg_sys::ArrayType>();
        let count = array.add(1).cast::<i32>();
        ((*array).ndim == 1 && (*array).dataoffset == 0 && *count == N as i32).then(|| {
            let elements = array.cast::<u8>().add(24).cast::<f64>();
            core::array::from_fn(|n| *elements.add(n))
        })
    }
}
