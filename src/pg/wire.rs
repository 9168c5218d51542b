//! Types and values in serialized states.
//!
//! A state may travel to another server, so nothing in it may depend on this one: types that
//! users or extensions create are named by schema and name, and values that are not plain
//! integers go through their type's own binary (or text) output and input, which also validate.

use core::ffi::CStr;

use intervals::{
    Span,
    wire::{Malformed, Reader, Writer},
};
use pgrx::pg_sys::{self, Datum, Oid};

use super::{ContextAllocator, RangeType, ServerLine, fenced, line::Spans};
use crate::error;

/// Types with a smaller OID have it on every server (`transam.h`: `FirstGenbkiObjectId`).
const FIXED_OIDS: u32 = 10_000;

/// Names the range type.
pub(crate) fn write_type(range_type: &RangeType, writer: &mut Writer<ContextAllocator>) {
    let oid = range_type.oid.to_u32();
    if oid < FIXED_OIDS {
        writer.u8(0);
        writer.u32(oid);
        return;
    }
    // SAFETY: the type exists, since values of it do; names are strings of the server.
    unsafe {
        let tuple = pg_sys::SearchSysCache1(
            pg_sys::SysCacheIdentifier::TYPEOID as i32,
            Datum::from(range_type.oid),
        );
        if tuple.is_null() {
            error::unknown_range_type(&format!("with OID {oid}"));
        }
        let form = pg_sys::GETSTRUCT(tuple).cast::<pg_sys::FormData_pg_type>();
        let schema = pg_sys::get_namespace_name((*form).typnamespace);
        writer.u8(1);
        writer.bytes(CStr::from_ptr(schema).to_bytes());
        writer.bytes(CStr::from_ptr((*form).typname.data.as_ptr()).to_bytes());
        pg_sys::ReleaseSysCache(tuple);
    }
}

/// The range type that [`write_type`] named; it exists here and is one.
pub(crate) fn read_type(reader: &mut Reader<'_>) -> Result<Oid, Malformed> {
    let (oid, name) = match reader.u8()? {
        0 => {
            let oid = reader.u32()?;
            (Oid::from(oid), format!("with OID {oid}"))
        }
        1 => {
            let (schema, name) = (text(reader.bytes()?)?, text(reader.bytes()?)?);
            // SAFETY: both are strings; a name that is too long is not found.
            let (oid, shown) = unsafe {
                let shown = pg_sys::quote_qualified_identifier(schema.as_ptr(), name.as_ptr());
                let shown = CStr::from_ptr(shown).to_string_lossy().into_owned();
                let schema = pg_sys::get_namespace_oid(schema.as_ptr(), true);
                let oid = pg_sys::GetSysCacheOid(
                    pg_sys::SysCacheIdentifier::TYPENAMENSP as i32,
                    pg_sys::Anum_pg_type_oid as i16,
                    Datum::from(name.as_ptr()),
                    Datum::from(schema),
                    Datum::null(),
                    Datum::null(),
                );
                (oid, shown)
            };
            (oid, shown)
        }
        _ => return Err(Malformed),
    };
    if !super::is_range_type(oid) {
        error::unknown_range_type(&name);
    }
    Ok(oid)
}

/// A name in the server's encoding.
fn text(bytes: &[u8]) -> Result<std::ffi::CString, Malformed> {
    std::ffi::CString::new(bytes).map_err(|_| Malformed)
}

/// Runs `work`, which writes or reads cuts of a line, in the encoding that its values travel in.
pub(crate) fn in_encoding<L: ServerLine, T>(work: impl FnOnce() -> T) -> T {
    if L::CALLS_TYPE { in_database_encoding(work) } else { work() }
}

/// Writes how many spans there are, and each.
pub(crate) fn write_spans<L: ServerLine>(
    line: &L,
    spans: &[Span<L::Cut>],
    writer: &mut Writer<ContextAllocator>,
) {
    writer.count(spans.len() as u64);
    in_encoding::<L, _>(|| line.write_spans(spans, writer));
}

/// Reads the spans that [`write_spans`] wrote; trusts nothing.
pub(crate) fn read_spans<'a, L: ServerLine>(
    line: &L,
    reader: &mut Reader<'a>,
) -> Result<Spans<'a, L::Cut>, Malformed> {
    let count = reader.items()?;
    in_encoding::<L, _>(|| line.read_spans(count, reader))
}

/// The bytes as a bytea; the first four were reserved for its length.
pub(crate) fn bytea(writer: Writer<ContextAllocator>) -> Datum {
    let mut bytes = writer.finish();
    let Some(size) = i32::try_from(bytes.len()).ok().filter(|size| *size < 0x3fff_ffff) else {
        error::state_too_large(bytes.len())
    };
    // SAFETY: the buffer begins with room for a 4-byte length word, aligned as all chunks are.
    unsafe { pgrx::set_varsize_4b(bytes.as_mut_ptr().cast(), size) };
    let datum = Datum::from(bytes.as_mut_ptr());
    // The result is the caller's: the context it lies in frees it.
    core::mem::forget(bytes);
    datum
}

/// How values of a type travel.
struct Transport {
    binary: bool,
    write: Oid,
    read: Oid,
    parameter: Oid,
}

impl Transport {
    /// By the type's binary functions if it has both, else by its text.
    fn of(element: Oid) -> Self {
        let mut transport = Self {
            binary: false,
            write: Oid::INVALID,
            read: Oid::INVALID,
            parameter: Oid::INVALID,
        };
        // SAFETY: the type exists, since the range type does.
        unsafe {
            let tuple = pg_sys::SearchSysCache1(
                pg_sys::SysCacheIdentifier::TYPEOID as i32,
                Datum::from(element),
            );
            if !tuple.is_null() {
                let form = *pg_sys::GETSTRUCT(tuple).cast::<pg_sys::FormData_pg_type>();
                pg_sys::ReleaseSysCache(tuple);
                transport.binary = form.typsend != Oid::INVALID && form.typreceive != Oid::INVALID;
            }
            let mut is_varlena = false;
            let Self { binary, write, read, parameter } = &mut transport;
            if *binary {
                pg_sys::getTypeBinaryOutputInfo(element, write, &mut is_varlena);
                pg_sys::getTypeBinaryInputInfo(element, read, parameter);
            } else {
                pg_sys::getTypeOutputInfo(element, write, &mut is_varlena);
                pg_sys::getTypeInputInfo(element, read, parameter);
            }
        }
        transport
    }
}

/// Writes a value of the type `element`.
///
/// # Safety
/// `value` is one.
pub(crate) unsafe fn write_value(
    element: Oid,
    value: Datum,
    writer: &mut Writer<ContextAllocator>,
) {
    let transport = Transport::of(element);
    // SAFETY: the functions are the type's own.
    unsafe {
        if transport.binary {
            let sent = fenced::OidSendFunctionCall(transport.write, value);
            writer.bytes(pgrx::varlena_to_byte_slice(sent.cast()));
            pg_sys::pfree(sent.cast());
        } else {
            let text = fenced::OidOutputFunctionCall(transport.write, value);
            writer.bytes(CStr::from_ptr(text).to_bytes());
            pg_sys::pfree(text.cast());
        }
    }
}

/// Reads a value of the type `element`, into the current context.
pub(crate) fn read_value(element: Oid, reader: &mut Reader<'_>) -> Result<Datum, Malformed> {
    let transport = Transport::of(element);
    let bytes = reader.bytes()?;
    // SAFETY: the functions are the type's own and trust nothing; the buffer ends with a zero,
    // as they may expect.
    unsafe {
        let length = i32::try_from(bytes.len()).map_err(|_| Malformed)?;
        let buffer = pg_sys::palloc0(bytes.len() + 1).cast::<u8>();
        buffer.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
        if transport.binary {
            let mut message = pg_sys::StringInfoData {
                data: buffer.cast(),
                len: length,
                maxlen: length + 1,
                cursor: 0,
            };
            let value = fenced::OidReceiveFunctionCall(
                transport.read,
                &mut message,
                transport.parameter,
                -1,
            );
            if message.cursor == length { Ok(value) } else { Err(Malformed) }
        } else {
            let text = buffer.cast();
            Ok(fenced::OidInputFunctionCall(transport.read, text, transport.parameter, -1))
        }
    }
}

/// Runs `work` with the client's encoding set to the database's.
///
/// Binary input and output of text convert to and from the client's encoding, which the processes
/// that exchange states need not share: a parallel worker uses the database's.
fn in_database_encoding<T>(work: impl FnOnce() -> T) -> T {
    // SAFETY: encodings are settings of this session; both were valid before.
    unsafe {
        let client = pg_sys::pg_get_client_encoding();
        let database = pg_sys::GetDatabaseEncoding();
        if client == database {
            return work();
        }
        pg_sys::SetClientEncoding(database);
        let result = std::panic::catch_unwind(core::panic::AssertUnwindSafe(work));
        pg_sys::SetClientEncoding(client);
        result.unwrap_or_else(|error| std::panic::resume_unwind(error))
    }
}
