//! Ranges of addresses from networks and texts, and back.

use addresses::{
    Block, Span,
    text::{self, Short},
};
use pgrx::pg_sys::{self, Datum, Oid};

use crate::{
    error,
    pg::{self, Call, Inet, fenced, inetrange, inetrange_ends, pg_function},
};

/// What a place in a plan knows of `inetrange`.
struct Type {
    oid: Oid,
    /// Its input function, and what that is told.
    input: Oid,
    parameter: Oid,
}

impl Type {
    /// The type that the running function returns, by its declaration: so it is found in whatever
    /// schema it is.
    fn returned<'a>(call: Call) -> &'a Self {
        call.cached(
            |_| true,
            || {
                let (mut input, mut parameter) = (Oid::INVALID, Oid::INVALID);
                // SAFETY: catalog lookups, of a function that is running and of its type.
                let oid = unsafe {
                    let oid = pg_sys::get_func_rettype((*(*call.info()).flinfo).fn_oid);
                    pg_sys::getTypeInputInfo(oid, &mut input, &mut parameter);
                    oid
                };
                Self { oid, input, parameter }
            },
        )
    }
}

pg_function! {
    /// `(inet) → inetrange` and `(cidr) → inetrange`: the whole network.
    fn inetrange_from_inet(call) {
        let Some(datum) = call.argument(0) else { return call.null() };
        let Inet { address, prefix } = Inet::new(datum);
        let network = address.network(prefix).map(|span| (Some(span.lower()), Some(span.upper())));
        inetrange(Type::returned(call).oid, network)
    }
}

/// Whether a text is in the form that the type's input function reads.
fn is_range_form(text: &str) -> bool {
    const EMPTY: &str = "empty";
    let text = text.trim_start_matches([' ', '\t', '\n', '\r', '\x0B', '\x0C']);
    text.starts_with(['[', '('])
        || text.get(..EMPTY.len()).is_some_and(|word| word.eq_ignore_ascii_case(EMPTY))
}

pg_function! {
    /// `(text) → inetrange`
    fn inetrange_from_text(call) {
        let Some(datum) = call.argument(0) else { return call.null() };
        let text = pg::text_str(datum);
        let returned = Type::returned(call);
        if is_range_form(&text) {
            // Core's bytes, since errors show them.
            let text = pg_sys::text_to_cstring(datum.cast_mut_ptr());
            return fenced::OidInputFunctionCall(returned.input, text, returned.parameter, -1);
        }
        // What ip4r's iprange prints for all addresses of both families.
        if text.trim_ascii() == "-" {
            return inetrange(returned.oid, Some((None, None)));
        }
        match text::parse(&text) {
            Ok(span) => inetrange(returned.oid, Some((Some(span.lower()), Some(span.upper())))),
            Err(reason) => error::malformed_addresses(&text, &reason),
        }
    }
}

/// The addresses of a range that is bounded and not empty.
///
/// # Safety
/// `value` is an `inetrange`.
unsafe fn bounded(value: Datum) -> Option<Span> {
    // SAFETY: as ours.
    let (lower, upper) = unsafe { inetrange_ends(value) }?;
    Span::new(lower?, upper?)
}

pg_function! {
    /// `(inetrange) → text`: the shortest form, else the type's own.
    fn inetrange_text(call) {
        let Some(value) = call.argument(0) else { return call.null() };
        if let Some(short) = bounded(value).and_then(Short::new) {
            return pg::text(short.to_string());
        }
        let (mut output, mut is_varlena) = (Oid::INVALID, false);
        let oid = pg::value_type(&pg::Varlena::new(value));
        pg_sys::getTypeOutputInfo(oid, &mut output, &mut is_varlena);
        Datum::from(pg_sys::cstring_to_text(fenced::OidOutputFunctionCall(output, value)))
    }
}

pg_function! {
    /// `(inetrange) → cidr`: the block that the range is, NULL if it is none.
    fn inetrange_cidr(call) {
        let block = call.argument(0).and_then(|value| bounded(value)).and_then(Block::exact);
        block.map_or_else(|| call.null(), |block| Inet::from(block).datum())
    }
}

pg_function! {
    /// `(inetrange) → boolean`: whether the range is exactly one block.
    fn inetrange_is_cidr(call) {
        let block = call.argument(0).and_then(|value| bounded(value)).and_then(Block::exact);
        Datum::from(block.is_some())
    }
}
