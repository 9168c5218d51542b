//! Ranked text search over core's types: thin glue over the crate `search`.
//!
//! [`query`] turns what was typed into a `tsquery`; [`snippet`] shows where a text has it; [`fusion`]
//! brings scores of different kinds together.

mod fusion;
mod query;
mod snippet;
