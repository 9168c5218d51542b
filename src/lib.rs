//! rangerank: range algebra and ranked search as native PostgreSQL functions.
//!
//! A map. Algorithms live in `crates/` and know nothing of the server; the rooms here are thin
//! glue over them; [`pg`] is the only place that speaks to the server; what SQL sees is declared
//! in `sql/`, by hand, so that it can be reviewed as SQL.
//!
//! | room | what it serves |
//! |---|---|
//! | [`range`] | aggregates, functions and window functions over ranges and multiranges |
//! | [`inetrange`] | the range type for IP addresses: order, canonical form, index, functions |
//! | [`series`] | elements and pieces of ranges |
//! | [`search`] | queries, corpus statistics, ranking, snippets, suggestions, fusion |

mod error;
mod inetrange;
mod pg;
mod range;
mod search;
mod series;

pgrx::pg_module_magic!();

/// Called once when a backend loads the library.
#[pgrx::pg_guard]
extern "C-unwind" fn _PG_init() {
    error::quiet_panics();
}
