//! All raw server interface: calls, memory, type cache, and the layout of ranges.
//!
//! Rooms see safe or well-fenced pieces; whatever is `unsafe` about the server is stated here.

mod call;
mod line;
mod memory;
mod range_type;
mod wire;

pub(crate) use call::{Call, pg_function, type_name};
pub(crate) use line::{DatumLine, InlineLine, ServerLine, with_line};
pub(crate) use memory::ContextAllocator;
pub(crate) use range_type::{Order, RangeType, Varlena, value_type};
pub(crate) use wire::{bytea, read_spans, read_type, write_spans, write_type};
