//! Ranked text search over core's types: thin glue over the crate `search`.

mod fusion;
