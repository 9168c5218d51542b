//! Moving-aggregate states: a window frame slides, rows come and go.
//!
//! Invariants: the state exists from the first row on, even if that is NULL, since the server
//! forbids a moving transition to return NULL; its range type is known from the first value on.
//! `rows` counts the values, empty ones too; without any the result is NULL.

use core::{ffi::c_void, ptr};

use allocator_api2::vec::Vec;
use intervals::frame::Frame;
use pgrx::pg_sys::Datum;

use super::aggregate::Shape;
use crate::pg::{Call, ContextAllocator, RangeType, ServerLine, Varlena, pg_function, with_line};

struct Moving {
    range_type: *const RangeType,
    memory: ContextAllocator,
    rows: i64,
    frame: *mut c_void,
}

/// The frame of a state, for the line of its range type.
///
/// # Safety
/// The state has a range type, and the line is that type's.
unsafe fn frame<'a, L: ServerLine>(
    _line: &L,
    state: &Moving,
) -> &'a mut Frame<L, ContextAllocator> {
    // SAFETY: `step` put it there.
    unsafe { &mut *state.frame.cast() }
}

fn new_frame<L: ServerLine>(_line: &L, memory: ContextAllocator) -> *mut c_void {
    memory.put(Frame::<L, _>::new_in(memory)).cast()
}

/// `(state, value) → state`: a row enters (`by` 1) or leaves (`by` −1).
unsafe fn step(call: Call, shape: Shape, by: i64) -> Datum {
    // SAFETY: the arguments are a state of ours and a value of the shape.
    unsafe {
        let mut state: *mut Moving = call.pointer(0);
        if state.is_null() {
            let memory = call.aggregate_memory();
            let fresh = Moving { range_type: ptr::null(), memory, rows: 0, frame: ptr::null_mut() };
            state = memory.put(fresh);
        }
        let Some(value) = call.argument(1) else { return Datum::from(state) };
        let state = &mut *state;
        if state.range_type.is_null() {
            let range_type = shape.range_type(call, &Varlena::new(value));
            state.frame =
                with_line!(range_type, state.memory, |line| new_frame(&line, state.memory));
            state.range_type = range_type;
        }
        state.rows += by;
        with_line!(&*state.range_type, state.memory, |line| {
            let frame = frame(&line, state);
            shape.spans(&line, value, |span| {
                if by > 0 { frame.add(&line, span) } else { frame.remove(&line, span) }
            });
        });
        Datum::from(&raw mut *state)
    }
}

pg_function! {
    /// `(internal, anyrange) → internal`: a range enters the frame.
    fn range_frame_add(call) { step(call, Shape::Range, 1) }
}
pg_function! {
    /// `(internal, anyrange) → internal`: a range leaves the frame.
    fn range_frame_remove(call) { step(call, Shape::Range, -1) }
}
pg_function! {
    /// `(internal, anymultirange) → internal`: a multirange enters the frame.
    fn multirange_frame_add(call) { step(call, Shape::Multirange, 1) }
}
pg_function! {
    /// `(internal, anymultirange) → internal`: a multirange leaves the frame.
    fn multirange_frame_remove(call) { step(call, Shape::Multirange, -1) }
}

/// Runs the body with the line and the frame of a state, or returns NULL where it has no rows.
macro_rules! finish_frame {
    ($call:ident, |$line:ident, $frame:ident| $body:expr) => {{
        let state: *mut Moving = $call.pointer(0);
        if state.is_null() || (*state).rows == 0 {
            return $call.null();
        }
        let state = &*state;
        with_line!(&*state.range_type, state.memory, |$line| {
            let $frame = frame(&$line, state);
            $body
        })
    }};
}

pg_function! {
    /// `(internal, …) → anyrange`: the hull of the frame.
    fn range_frame_hull(call) {
        finish_frame!(call, |line, frame| line.range(frame.hull()))
    }
}
pg_function! {
    /// `(internal, …) → anymultirange`: the union of the frame.
    fn range_frame_union(call) {
        finish_frame!(call, |line, frame| {
            let room = frame.islands_at_most().min(1024);
            let mut islands = Vec::with_capacity_in(room, ContextAllocator::current());
            frame.islands(&line, &mut islands);
            line.multirange(&islands)
        })
    }
}
pg_function! {
    /// `(internal, …) → bigint`: the largest number of ranges of the frame that share a point.
    fn range_frame_max_depth(call) {
        finish_frame!(call, |line, frame| Datum::from(frame.max_depth()))
    }
}
