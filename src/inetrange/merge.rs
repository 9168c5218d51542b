//! The aggregate `cidr_merge_agg`: the fewest blocks that cover exactly the networks of all inputs.
//!
//! Invariants: a state is a union of networks in the aggregate's memory context, which frees it; it
//! names no type, so it travels to any server. No state (NULL) means that no row had a value.

use addresses::{Cut, Span as Addresses, block::Cover};
use intervals::{
    Line, Span,
    union::Union,
    wire::{Malformed, Reader, Writer},
};
use pgrx::{check_for_interrupts, pg_sys::Datum};

use crate::{
    error,
    pg::{self, Call, ContextAllocator, Inet, Varlena, cidr_array, pg_function},
};

/// First bytes of a serialized state: its version, and a kind that no range aggregate has.
const WIRE_HEADER: [u8; 2] = [1, 0xC1];

/// The line of both families; places beyond all addresses are not among its cuts.
struct NetworkLine;

impl Line for NetworkLine {
    type Cut = Cut;

    #[inline]
    fn compare(&self, left: Cut, right: Cut) -> core::cmp::Ordering {
        left.cmp(&right)
    }

    fn pause(&self) {
        check_for_interrupts!();
    }
}

/// A state.
type Networks = Union<NetworkLine, ContextAllocator>;

/// The addresses between two cuts.
fn addresses(span: &Span<Cut>) -> Option<Addresses> {
    Addresses::new(span.start.next()?, span.end.previous()?)
}

/// The state of the call's first argument, else a fresh one in the aggregate's memory.
///
/// # Safety
/// The call's first argument is a state or NULL.
#[inline]
unsafe fn state<'a>(call: Call) -> &'a mut Networks {
    let state: *mut Networks = call.pointer(0);
    let state = if state.is_null() {
        let memory = call.aggregate_memory();
        memory.put(Union::new_in(memory))
    } else {
        state
    };
    // SAFETY: as ours.
    unsafe { &mut *state }
}

/// The state of the call's first argument as it is; NULL stays NULL.
fn unchanged(call: Call) -> Datum {
    call.argument(0).unwrap_or_else(|| call.null())
}

pg_function! {
    /// `(internal, inet) → internal`
    fn cidr_merge_transition(call) {
        let Some(value) = call.argument(1) else { return unchanged(call) };
        let Inet { address, prefix } = Inet::new(value);
        let state = state(call);
        if let Some(network) = address.network(prefix) {
            let (start, end) = (Cut::before(network.lower()), Cut::after(network.upper()));
            state.push(&NetworkLine, Span { start, end });
        }
        Datum::from(&raw mut *state)
    }
}

/// The state of the call's first argument with all that `other` has seen.
///
/// # Safety
/// The call's first argument is a state or NULL, `other` a state.
unsafe fn combined(call: Call, other: *mut Networks) -> Datum {
    // SAFETY: as ours.
    let (state, other) = unsafe { (state(call), &mut *other) };
    state.append(&NetworkLine, other.islands(&NetworkLine));
    Datum::from(&raw mut *state)
}

pg_function! {
    /// `(internal, internal) → internal`
    fn cidr_merge_combine(call) {
        let from: *mut Networks = call.pointer(1);
        if from.is_null() { unchanged(call) } else { combined(call, from) }
    }
}

pg_function! {
    /// `(internal) → bytea`
    fn cidr_merge_serialize(call) {
        let state: *mut Networks = call.pointer(0);
        let islands = (*state).islands(&NetworkLine);
        let mut writer = Writer::with_capacity_in(64, ContextAllocator::current());
        // Room for the length of the bytea.
        writer.raw(&[0; 4]);
        writer.raw(&WIRE_HEADER);
        writer.count(islands.len() as u64);
        for span in islands {
            writer.raw(&span.start.to_bytes());
            writer.raw(&span.end.to_bytes());
        }
        pg::bytea(writer)
    }
}

/// Reads what [`cidr_merge_serialize`] wrote into a new state in the current context; trusts
/// nothing.
fn read(mut reader: Reader<'_>) -> Result<*mut Networks, Malformed> {
    let memory = ContextAllocator::current();
    if (reader.u8()?, reader.u8()?) != WIRE_HEADER.into() {
        return Err(Malformed);
    }
    let mut networks = Union::new_in(memory);
    for _ in 0..reader.items()? {
        let mut cut = || reader.array().and_then(|bytes| Cut::from_bytes(bytes).ok_or(Malformed));
        let span = Span { start: cut()?, end: cut()? };
        addresses(&span).ok_or(Malformed)?;
        networks.push(&NetworkLine, span);
    }
    reader.finish()?;
    Ok(memory.put(networks))
}

/// The state in the bytea that is argument `n`, in the current context: it is for combining at
/// once, then it may go.
///
/// # Safety
/// The argument is a bytea.
unsafe fn arrived(call: Call, n: usize) -> Option<*mut Networks> {
    // Only in an aggregate.
    call.aggregate_memory();
    // SAFETY: as ours; a bytea is as long as it says.
    let bytes = unsafe {
        let bytes = Varlena::new(call.argument(n)?);
        core::slice::from_raw_parts(bytes.start, bytes.length)
    };
    match read(Reader::new(bytes)) {
        Ok(state) => Some(state),
        Err(Malformed) => error::malformed_state("The bytes are not a state of this version."),
    }
}

pg_function! {
    /// `(bytea, internal) → internal`
    fn cidr_merge_deserialize(call) { arrived(call, 0).map_or_else(|| call.null(), Datum::from) }
}

pg_function! {
    /// `(internal, bytea) → internal`: adds a serialized state. It is a C symbol without SQL
    /// declaration, for tests of what travels.
    fn cidr_merge_absorb(call) {
        arrived(call, 1).map_or_else(|| unchanged(call), |other| combined(call, other))
    }
}

pg_function! {
    /// `(internal) → cidr[]`
    fn cidr_merge_final(call) {
        let state: *mut Networks = call.pointer(0);
        if state.is_null() {
            return call.null();
        }
        let islands = (*state).islands(&NetworkLine);
        cidr_array(islands.iter().filter_map(addresses).flat_map(Cover::new))
    }
}
