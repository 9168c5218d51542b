//! `inetrange`, a range type for IP addresses: thin glue over the crate `addresses`.

mod arithmetic;
mod blocks;
mod convert;
mod gist;
mod merge;
mod order;

use addresses::{Family, Span};

use crate::pg::Ends;

/// All addresses of a range: an unbounded side reaches the first IPv4 or the last IPv6 address.
fn span((lower, upper): Ends) -> Option<Span> {
    let (first, last) = (Family::V4.first(), Family::V6.last());
    Span::new(lower.unwrap_or(first), upper.unwrap_or(last))
}
