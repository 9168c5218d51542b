//! Options that come as `jsonb`.

use core::{mem::MaybeUninit, slice};

use pgrx::pg_sys::{self, Datum, JsonbIteratorToken as Step, jbvType};

/// A value in an object.
pub(crate) enum JsonValue<'a> {
    Null,
    Text(&'a [u8]),
    /// A `numeric`.
    Number(Datum),
    Other,
}

/// The members of an object, `None` if it is something else; they live as long as the value, or as the
/// current context.
///
/// # Safety
/// `value` is a `jsonb`.
pub(crate) unsafe fn json_object<'a>(value: Datum) -> Option<Vec<(&'a [u8], JsonValue<'a>)>> {
    // SAFETY: as ours; the iterator fills in a value with each step that has one, and strings point
    // into the detoasted value.
    unsafe {
        let json = pg_sys::pg_detoast_datum(value.cast_mut_ptr()).cast::<pg_sys::Jsonb>();
        let mut iterator = pg_sys::JsonbIteratorInit(&raw mut (*json).root);
        let mut found = MaybeUninit::<pg_sys::JsonbValue>::zeroed();
        let mut next = || {
            (pg_sys::JsonbIteratorNext(&mut iterator, found.as_mut_ptr(), true), *found.as_ptr())
        };
        let (first, _) = next();
        if first != Step::WJB_BEGIN_OBJECT {
            return None;
        }
        let text = |value: pg_sys::JsonbValue| {
            let string = value.val.string;
            slice::from_raw_parts(string.val.cast::<u8>(), string.len.max(0) as usize)
        };
        let mut members = Vec::new();
        while let (Step::WJB_KEY, key) = next() {
            let (_, value) = next();
            members.push((
                text(key),
                match value.type_ {
                    jbvType::jbvNull => JsonValue::Null,
                    jbvType::jbvString => JsonValue::Text(text(value)),
                    jbvType::jbvNumeric => JsonValue::Number(Datum::from(value.val.numeric)),
                    _ => JsonValue::Other,
                },
            ));
        }
        Some(members)
    }
}
