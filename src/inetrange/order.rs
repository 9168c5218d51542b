//! The order of `inet` by address alone, and the canonical form of `inetrange`.

use core::cmp::Ordering;

use pgrx::pg_sys::Datum;

use crate::{
    error,
    pg::{Call, Inet, InetBounds, Varlena, inetrange, pg_function, value_type},
};

/// How the addresses of the first two arguments compare; their netmasks do not count.
///
/// # Safety
/// Both are `inet`.
#[inline]
unsafe fn compare(call: Call) -> Ordering {
    let address = |n| {
        // The functions are strict.
        let datum = call.argument(n).unwrap_or(Datum::from(0));
        // SAFETY: as ours.
        unsafe { Inet::new(datum).address }
    };
    address(0).cmp(&address(1))
}

pg_function! {
    /// `(inet, inet) → integer`: the comparison function of `inet_host_ops`.
    fn inet_host_cmp(call) { Datum::from(compare(call) as i32) }
}

/// Declares the operators of `inet_host_ops`.
macro_rules! comparisons {
    ($($name:ident $test:ident,)*) => {
        $(pg_function! {
            /// `(inet, inet) → boolean`
            fn $name(call) { Datum::from(compare(call).$test()) }
        })*
    };
}
comparisons! {
    inet_host_lt is_lt,
    inet_host_le is_le,
    inet_host_eq is_eq,
    inet_host_ge is_ge,
    inet_host_gt is_gt,
}

pg_function! {
    /// `(internal) → void`: the options of an index column, which there can be none of.
    fn inet_host_options(_call) { error::no_index_on_hosts() }
}

pg_function! {
    /// `(inet, inet) → double precision`: how many addresses the first lies behind the second.
    fn inetrange_subdiff(call) {
        let (Some(upper), Some(lower)) = (call.argument(0), call.argument(1)) else {
            return call.null();
        };
        let (upper, lower) = (Inet::new(upper).address, Inet::new(lower).address);
        Datum::from(upper.line_difference(lower).to_bits())
    }
}

pg_function! {
    /// `(inetrange) → inetrange`: closed, of hosts. Never raises for bounds that are in order.
    ///
    /// A closed bound with a netmask stands for the first or the last address of its network; an
    /// exclusive one excludes its own address only.
    fn inetrange_canonical(call) {
        let Some(datum) = call.argument(0) else { return call.null() };
        let value = Varlena::new(datum);
        let Some(InetBounds { lower, upper }) = InetBounds::new(value) else { return datum };
        let is_canonical = |bound: Option<(Inet, bool)>| {
            bound.is_none_or(|(inet, inclusive)| inclusive && inet == Inet::host(inet.address))
        };
        if is_canonical(lower) && is_canonical(upper) {
            return datum;
        }
        // The outer `None`: no address lies on that side.
        let network = |inet: Inet| inet.address.network(inet.prefix);
        let lower = match lower {
            None => Some(None),
            Some((inet, true)) => network(inet).map(|network| Some(network.lower())),
            Some((inet, false)) => inet.address.next().map(Some),
        };
        let upper = match upper {
            None => Some(None),
            Some((inet, true)) => network(inet).map(|network| Some(network.upper())),
            Some((inet, false)) => inet.address.previous().map(Some),
        };
        let ends = lower.zip(upper).filter(|(lower, upper)| {
            lower.zip(*upper).is_none_or(|(lower, upper)| lower <= upper)
        });
        inetrange(value_type(&value), ends)
    }
}
