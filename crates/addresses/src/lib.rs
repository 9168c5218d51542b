//! IP addresses on one line, without any knowledge of a database.
//!
//! Everything rests on one total order over both families: every IPv4 address lies before every
//! IPv6 address, and `255.255.255.255` and `::` are neighbours. A [`Span`] is a closed pair of
//! addresses on that line, so it may reach from one family into the other; it is never empty or
//! backwards.
//!
//! | module | answers |
//! |---|---|
//! | [`address`] | addresses, spans, their order, distances and sizes |
//! | [`cut`] | places between addresses: bounds of ranges |
//! | [`text`] | how a person writes and reads them |
//! | [`block`] | aligned blocks (CIDR): cover of a span, subnets, the first free one |
//! | [`key`] | the key of an index over ranges of addresses: bytes, search, penalty, order |
//! | [`split`] | how the keys of a full page of that index are divided |
//!
//! Only [`split`] allocates. Nothing panics on a caller's data.

pub mod address;
pub mod block;
pub mod cut;
pub mod key;
pub mod split;
#[cfg(test)]
mod testing;
pub mod text;

pub use address::{Address, Family, Span};
pub use block::Block;
pub use cut::Cut;
pub use key::Key;
