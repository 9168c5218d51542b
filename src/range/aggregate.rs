//! What every range aggregate does with its state.
//!
//! Invariants:
//! * A state lies in the aggregate's memory context and is never dropped: the context frees it.
//! * A state names its range type itself; nothing is taken from the call expression.
//! * No state (NULL) means that no row had a value. A state without spans means that all values
//!   were empty.
//! * A final function changes nothing that a further transition could see, so that windows may
//!   ask again and aggregates of one kind share one state.

use core::ffi::c_void;

use intervals::{
    Span,
    wire::{Malformed, Reader, Writer},
};
use pgrx::pg_sys::Datum;

use crate::{
    error,
    pg::{self, Call, ContextAllocator, RangeType, ServerLine, Varlena, with_line},
};

/// First byte of a serialized state; another version would be another number. Spans travel as they
/// lie in memory, so the other order of bytes is another version too.
const WIRE_VERSION: u8 = if cfg!(target_endian = "little") { 1 } else { 0x81 };

/// What a state knows of the spans it has seen.
pub(crate) trait Summary<L: ServerLine> {
    /// What a row brings besides its value.
    type Extra: Copy;
    /// Before the first span.
    fn new(memory: ContextAllocator) -> Self;
    /// One more span.
    fn add(&mut self, line: &L, span: Span<L::Cut>, extra: Self::Extra);
    /// All that another state of the kind has seen.
    fn combine(&mut self, line: &L, other: &mut Self);
    /// Writes what was seen.
    fn write(&mut self, line: &L, writer: &mut Writer<ContextAllocator>);
    /// Adds what the [`Summary::write`] of another wrote; trusts nothing.
    fn absorb(&mut self, line: &L, reader: &mut Reader<'_>) -> Result<(), Malformed>;
}

/// One kind of state, shared by all aggregates that need the same knowledge.
pub(crate) trait Kind {
    /// Second byte of a serialized state.
    const TAG: u8;
    /// What a row brings besides its value.
    type Extra: Copy;
    /// The knowledge, for each kind of line.
    type Summary<L: ServerLine>: Summary<L, Extra = Self::Extra>;
}

/// What a state of any kind begins with.
#[repr(C)]
pub(crate) struct Head {
    pub(crate) range_type: *const RangeType,
    pub(crate) memory: ContextAllocator,
    /// What a deserialized state has seen, still as it travelled: it is combined with another at
    /// once, which then reads it in one pass.
    arrived: Option<Reader<'static>>,
}

/// A state.
#[repr(C)]
pub(crate) struct State<S> {
    head: Head,
    pub(crate) summary: S,
}

/// Whether an aggregate's argument is a range or a multirange.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Range,
    Multirange,
}

impl Shape {
    /// The range type of a value, from the value.
    ///
    /// # Safety
    /// `value` is of this shape.
    #[inline]
    pub(crate) unsafe fn range_type<'a>(self, call: Call, value: &Varlena) -> &'a RangeType {
        // SAFETY: as ours.
        let oid = unsafe { pg::value_type(value) };
        match self {
            Self::Range => RangeType::of(call, oid),
            Self::Multirange => RangeType::of_multirange(call, oid),
        }
    }

    /// Calls `each` with the spans of `value`.
    ///
    /// # Safety
    /// `value` is of this shape and of the line's type.
    #[inline]
    pub(crate) unsafe fn spans<L: ServerLine>(
        self,
        line: &L,
        value: Datum,
        mut each: impl FnMut(Span<L::Cut>),
    ) {
        // SAFETY: as ours.
        unsafe {
            let value = L::value(value);
            match self {
                Self::Range => line.range_span(value).into_iter().for_each(each),
                Self::Multirange => line.multirange_spans(value, &mut each),
            }
        }
    }
}

/// `(state, value, …) → state`: one more row, with what its further arguments bring.
///
/// # Safety
/// The call's arguments are a state of the kind and a value of the shape.
#[inline(always)]
pub(crate) unsafe fn transition<K: Kind>(
    call: Call,
    shape: Shape,
    extra: Option<K::Extra>,
) -> Datum {
    let state: *mut Head = call.pointer(0);
    let (Some(value), Some(extra)) = (call.argument(1), extra) else {
        return unchanged(call, state);
    };
    // SAFETY: a state that exists is of the kind, and its summary of the line of its type.
    unsafe {
        let start = Varlena::new(value);
        let state = if state.is_null() {
            create::<K>(call.aggregate_memory(), shape.range_type(call, &start))
        } else {
            state
        };
        let range_type = &*(*state).range_type;
        let oid = pg::value_type(&start);
        let expected = match shape {
            Shape::Range => range_type.oid,
            Shape::Multirange => range_type.multirange,
        };
        if oid != expected {
            error::mixed_types(&pg::type_name(expected), &pg::type_name(oid));
        }
        with_line!(range_type, (*state).memory, |line| {
            let summary = summary::<_, K>(&line, state);
            shape.spans(&line, value, |span| summary.add(&line, span, extra));
        });
        Datum::from(state)
    }
}

/// `(state, state) → state`: the rows of both.
///
/// # Safety
/// The call's arguments are states of the kind.
pub(crate) unsafe fn combine<K: Kind>(call: Call) -> Datum {
    let (to, from): (*mut Head, *mut Head) = (call.pointer(0), call.pointer(1));
    if from.is_null() {
        return unchanged(call, to);
    }
    // SAFETY: states that exist are of the kind.
    unsafe { merge::<K>(call, to, from) }
}

/// `to` with all that `from` has seen.
///
/// # Safety
/// `to` is a state of the kind or null, `from` such a state.
unsafe fn merge<K: Kind>(call: Call, to: *mut Head, from: *mut Head) -> Datum {
    // SAFETY: as ours.
    unsafe {
        let range_type = &*(*from).range_type;
        let to = if to.is_null() {
            // The type's description may live with the other state's call: look it up here.
            create::<K>(call.aggregate_memory(), RangeType::of(call, range_type.oid))
        } else {
            to
        };
        let oid = (*(*to).range_type).oid;
        if oid != range_type.oid {
            error::mixed_types(&pg::type_name(oid), &pg::type_name(range_type.oid));
        }
        with_line!(&*(*to).range_type, (*to).memory, |line| {
            let summary_of = |state| summary::<_, K>(&line, state);
            match (*from).arrived {
                None => summary_of(to).combine(&line, summary_of(from)),
                Some(mut reader) => {
                    let read = summary_of(to).absorb(&line, &mut reader);
                    if read.and_then(|()| reader.finish()).is_err() {
                        malformed();
                    }
                }
            }
        });
        Datum::from(to)
    }
}

/// `(state) → bytea`: what travels between processes and servers.
///
/// # Safety
/// The call's argument is a state of the kind; the function is strict.
pub(crate) unsafe fn serialize<K: Kind>(call: Call) -> Datum {
    let state: *mut Head = call.pointer(0);
    // SAFETY: the state is of the kind.
    unsafe {
        let range_type = &*(*state).range_type;
        let mut writer = Writer::with_capacity_in(64, ContextAllocator::current());
        writer.raw(&[0; 4]);
        writer.u8(WIRE_VERSION);
        writer.u8(K::TAG);
        pg::write_type(range_type, &mut writer);
        with_line!(range_type, (*state).memory, |line| {
            summary::<_, K>(&line, state).write(&line, &mut writer);
        });
        pg::bytea(writer)
    }
}

/// `(bytea, internal) → state`.
///
/// # Safety
/// The call's first argument is a bytea; the function is strict.
pub(crate) unsafe fn deserialize<K: Kind>(call: Call) -> Datum {
    // SAFETY: the argument is a bytea.
    let state = unsafe { read::<K>(call, 0) };
    Datum::from(state)
}

/// `(state, bytea) → state`: adds a serialized state, as a distributed engine's coordinator does
/// in two steps. It is a C symbol without SQL declaration, for tests of what travels.
///
/// # Safety
/// The call's arguments are a state of the kind and a bytea.
pub(crate) unsafe fn absorb<K: Kind>(call: Call) -> Datum {
    let to: *mut Head = call.pointer(0);
    if call.argument(1).is_none() {
        return unchanged(call, to);
    }
    // SAFETY: both are states of the kind.
    unsafe {
        let from = read::<K>(call, 1);
        merge::<K>(call, to, from)
    }
}

/// The state in the bytea that is argument `n`. It borrows the bytes: whoever calls for it must
/// combine it before they go, as the executor does in one expression.
unsafe fn read<K: Kind>(call: Call, n: usize) -> *mut Head {
    // Only in an aggregate; the state itself is for combining at once, then it may go.
    call.aggregate_memory();
    let memory = ContextAllocator::current();
    let Some(datum) = call.argument(n) else { error::malformed_state("The state is NULL.") };
    // SAFETY: the bytea is as long as it says; the reader stays within it.
    unsafe {
        let value = Varlena::new(datum);
        let mut reader = Reader::new(core::slice::from_raw_parts(value.start, value.length));
        if reader.u8() != Ok(WIRE_VERSION) || reader.u8() != Ok(K::TAG) {
            malformed();
        }
        let Ok(oid) = pg::read_type(&mut reader) else { malformed() };
        let state = create::<K>(memory, RangeType::of(call, oid));
        (*state).arrived = Some(reader);
        state
    }
}

fn malformed() -> ! {
    error::malformed_state("The bytes are not a state of this version.")
}

/// The state as it was; NULL stays NULL.
pub(crate) fn unchanged(call: Call, state: *mut Head) -> Datum {
    if state.is_null() { call.null() } else { Datum::from(state) }
}

/// A fresh state in `memory`.
#[cold]
pub(crate) fn create<K: Kind>(memory: ContextAllocator, range_type: &RangeType) -> *mut Head {
    fn with<L: ServerLine, K: Kind>(_: &L, head: Head) -> *mut c_void {
        let memory = head.memory;
        memory.put(State { summary: K::Summary::<L>::new(memory), head }).cast()
    }
    let head = Head { range_type, memory, arrived: None };
    with_line!(range_type, memory, |line| with::<_, K>(&line, head)).cast()
}

/// The summary in a state.
///
/// # Safety
/// The state is of the kind, and the line that of its range type.
#[inline]
pub(crate) unsafe fn summary<'a, L: ServerLine, K: Kind>(
    _line: &L,
    state: *mut Head,
) -> &'a mut K::Summary<L> {
    // SAFETY: `create` made it so.
    unsafe { &mut (*state.cast::<State<K::Summary<L>>>()).summary }
}

/// Runs the body of a final function with the line and the summary of its state, or returns NULL.
macro_rules! finish {
    ($call:ident, $kind:ty, |$line:ident, $summary:ident| $body:expr) => {{
        let state: *mut $crate::range::aggregate::Head = $call.pointer(0);
        if state.is_null() {
            return $call.null();
        }
        let range_type = &*(*state).range_type;
        $crate::pg::with_line!(range_type, (*state).memory, |$line| {
            let $summary = $crate::range::aggregate::summary::<_, $kind>(&$line, state);
            $body
        })
    }};
}
pub(crate) use finish;

/// Declares the support functions of one kind of state, but for the transitions.
macro_rules! support_functions {
    ($kind:ty: $combine:ident, $serialize:ident, $deserialize:ident, $absorb:ident) => {
        $crate::pg::pg_function! {
            /// `(internal, internal) → internal`
            fn $combine(call) { combine::<$kind>(call) }
        }
        $crate::pg::pg_function! {
            /// `(internal) → bytea`
            fn $serialize(call) { serialize::<$kind>(call) }
        }
        $crate::pg::pg_function! {
            /// `(bytea, internal) → internal`
            fn $deserialize(call) { deserialize::<$kind>(call) }
        }
        $crate::pg::pg_function! {
            /// `(internal, bytea) → internal`, for tests only
            fn $absorb(call) { absorb::<$kind>(call) }
        }
    };
}
pub(crate) use support_functions;

/// Declares the transitions of one kind of state that takes nothing but values.
macro_rules! transitions {
    ($kind:ty: $range:ident, $multirange:ident) => {
        $crate::pg::pg_function! {
            /// `(internal, anyrange) → internal`
            fn $range(call) { transition::<$kind>(call, Shape::Range, Some(())) }
        }
        $crate::pg::pg_function! {
            /// `(internal, anymultirange) → internal`
            fn $multirange(call) { transition::<$kind>(call, Shape::Multirange, Some(())) }
        }
    };
}
pub(crate) use transitions;
