//! rangerank: range algebra and ranked search as native PostgreSQL functions.
pgrx::pg_module_magic!();
