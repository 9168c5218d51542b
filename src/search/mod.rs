//! Ranked text search over core's types: thin glue over the crate `search`.
//!
//! [`query`] turns what was typed into a `tsquery`; [`statistics`] reads the numbers of a corpus, [`rank`]
//! scores documents by both. [`collect`] counts a corpus, [`corpus`] writes the numbers down, [`track`]
//! keeps them current. [`snippet`] shows where a text has a query; [`suggest`] what was meant;
//! [`fusion`] brings scores of different kinds together.

mod collect;
mod corpus;
mod fusion;
mod query;
mod rank;
mod snippet;
mod statistics;
mod suggest;
mod track;
