//! Ranked text search over core's types: thin glue over the crate `search`.
//!
//! [`query`] turns what was typed into a `tsquery`; [`statistics`] reads the numbers of a corpus;
//! [`rank`] brings both together and scores documents.

mod query;
mod rank;
mod statistics;
