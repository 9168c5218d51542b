//! Ranked text search over core's types, without any knowledge of a database.
//!
//! | module | answers |
//! |---|---|
//! | [`tsvector`] | what a document holds: its bytes read in place |
//! | [`tsquery`] | what a query asks: its bytes read, written and printed |
//! | [`evaluate`] | which documents satisfy a query, and where its phrases match |
//! | [`bm25`] | how well: the score and its explanation |

pub mod bm25;
pub mod evaluate;
#[cfg(test)]
mod testing;
pub mod tsquery;
pub mod tsvector;
