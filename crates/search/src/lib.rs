//! Ranked text search over core's types, without any knowledge of a database.
//!
//! | module | answers |
//! |---|---|
//! | [`tsvector`] | what a document holds: its bytes read in place |
//! | [`tsquery`] | what a query asks: its bytes read, written and printed |
//! | [`parse`] | what a person typed, taken apart |
//! | [`resolve`] | the query it stands for |
//! | [`evaluate`] | which documents satisfy a query, and where its phrases match |
//! | [`bm25`] | how well: the score and its explanation |
//! | [`statistics`] | numbers of a corpus that changes |
//! | [`counts`] | those numbers taken from documents |
//! | [`vocabulary`] | which words are similar, or begin alike |
//! | [`suggest`] | what was meant, what may come next |
//! | [`plain`] | plain words of a text, without the server's parser |
//! | [`marking`] | which words of a text a query means |
//! | [`snippet`] | the passages of a text that say why it was found |
//! | [`fusion`] | scores of different kinds brought together |
//!
//! A query goes [`parse::parse`] → [`resolve::resolve`] → [`tsquery::Node::write`]; with the numbers
//! of a corpus it becomes the bytes of [`bm25::write`], and a [`bm25::Scorer`] runs it against
//! documents. Nothing panics on a caller's data, and nothing recurses deeper than
//! [`parse::MAX_NESTING`] brackets allow: queries of any depth may come from outside. What is done for
//! each row allocates only through the caller's allocator.

pub mod bm25;
mod combining;
pub mod counts;
pub mod evaluate;
pub mod fusion;
pub mod marking;
pub mod parse;
pub mod plain;
pub mod resolve;
pub mod snippet;
pub mod statistics;
pub mod suggest;
#[cfg(test)]
mod testing;
pub mod tsquery;
pub mod tsvector;
pub mod vocabulary;
