//! `inetrange`, a range type for IP addresses: thin glue over the crate `addresses`.

mod gist;
mod order;
