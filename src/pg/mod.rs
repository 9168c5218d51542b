//! All raw server interface: calls, memory, type cache, and the layout of ranges.
//!
//! Rooms see safe or well-fenced pieces; whatever is `unsafe` about the server is stated here.

mod call;
mod line;
mod memory;
mod range_type;
mod value;
mod wire;

pub(crate) use call::{Call, pg_function, type_name};
pub(crate) use line::{DatumLine, InlineLine, ServerLine, with_line};
pub(crate) use memory::ContextAllocator;
pub(crate) use range_type::{Order, RangeType, Varlena, value_type};
pub(crate) use value::{call1, call2, copy_varlena, numeric};
pub(crate) use wire::{
    bytea, read_cuts, read_spans, read_type, read_value, write_cuts, write_spans, write_type,
    write_value,
};
