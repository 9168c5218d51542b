//! Ranked text search over core's types: thin glue over the crate `search`.
//!
//! [`query`] turns what was typed into a `tsquery`. [`statistics`] reads what is known of a corpus;
//! [`collect`] counts it, [`corpus`] writes it down.

mod collect;
mod corpus;
mod query;
mod statistics;
