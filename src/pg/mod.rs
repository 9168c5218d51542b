//! All raw server interface: calls, memory, type cache, and the layout of ranges.
//!
//! Rooms see safe or well-fenced pieces; whatever is `unsafe` about the server is stated here.

mod address_line;
mod call;
mod comparison;
mod fence;
mod gist;
mod inet;
mod json;
mod line;
mod memory;
mod operator;
mod range_type;
mod set;
mod site;
mod spi;
mod support;
mod table;
mod text_search;
mod trigger;
mod value;
mod window;
mod wire;
mod zone;

pub(crate) use address_line::AddressLine;
pub(crate) use call::{Call, pg_function, type_name};
pub(crate) use fence::{entry, fenced};
pub(crate) use gist::{
    Entry, INNER_SIZE, PAGE, entries, entry_size, fill_factor, fill_split, inner_key, is_leaf,
    key_bytes, key_in_place, leaf_key,
};
pub(crate) use inet::{
    EndBytes, Ends, Inet, InetBounds, InetMultirange, cidr_array, inetrange, inetrange_ends,
    is_offset, numeric_of, offset,
};
pub(crate) use json::{JsonValue, json_object};
pub(crate) use line::{DatumLine, InlineLine, Room, ServerLine, multirange_count, with_line};
pub(crate) use memory::ContextAllocator;
pub(crate) use operator::{Cast, Sign, Stepper, base_type, check_domain, is_infinite, is_literal};
pub(crate) use range_type::{
    Canonical, Order, RangeType, Varlena, bytes, is_range_type, value_type,
};
pub(crate) use set::{Row, Rows, next_row};
pub(crate) use site::Moment;
pub(crate) use spi::{Spi, Value};
pub(crate) use support::{RowsRequest, answer_any_frame};
pub(crate) use table::{
    Column, Condition, KeyedTable, Lock, NotThis, Snapshot, append, as_user, attributes,
    check_owner, check_privilege, each_row, hides_rows, is_out_of_reach, literal, lock_relation,
    names_upwards, owner, quoted, relation_kind, relation_name, relation_named, relation_of_name,
    relation_persistence, unused_trigger_name, with_children, with_snapshot,
};
pub(crate) use text_search::{Configuration, Lexized, Lexizer, Tokens, generation, lower};
pub(crate) use trigger::{Event, Trigger};
pub(crate) use value::{
    Round, array_elements, bigint_array, c_string, call1, call2, call3, check_finite_numeric,
    copy_varlena, float, float8_array, has_nulls, input, is_endless, is_utf8, numeric, oid_array,
    output, received_text, scale, scaled, sent_text, shown, text, text_array, text_str, tid_array,
    to_c_string, unscaled,
};
pub(crate) use window::Window;
pub(crate) use wire::{
    bytea, in_encoding, read_spans, read_type, read_value, write_spans, write_type, write_value,
};
pub(crate) use zone::Zone;
