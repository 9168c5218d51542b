//! Addresses plus numbers, and the distance of two addresses: exact over all 128 bits.

use crate::{
    error,
    pg::{Inet, numeric_of, offset, pg_function},
};

pg_function! {
    /// `(inet, numeric) → inet`: the netmask stays.
    fn inet_add(call) {
        let (Some(inet), Some(number)) = (call.argument(0), call.argument(1)) else {
            return call.null();
        };
        let Inet { address, prefix } = Inet::new(inet);
        match address.checked_add(offset(number)) {
            Some(address) => Inet { address, prefix }.datum(),
            None => error::address_out_of_range(address.family()),
        }
    }
}

pg_function! {
    /// `(inet, inet) → numeric`: how far the first lies behind the second.
    fn inet_diff(call) {
        let (Some(inet), Some(other)) = (call.argument(0), call.argument(1)) else {
            return call.null();
        };
        match Inet::new(inet).address.difference(Inet::new(other).address) {
            Some(difference) => numeric_of(difference),
            None => error::different_families(),
        }
    }
}
