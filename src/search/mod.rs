//! Ranked text search over core's types: thin glue over the crate `search`.
//!
//! [`query`] turns what was typed into a `tsquery`; [`statistics`] reads the numbers of a corpus, [`rank`]
//! scores documents by both. [`collect`] counts a corpus, [`corpus`] writes the numbers down.

mod collect;
mod corpus;
mod query;
mod rank;
mod statistics;
