//! Triggers for statements: what happened to which table, and the rows.
//!
//! Rows are read where the server has collected them, without a query: a trigger costs writers little,
//! and no search path can change what it means.

use core::ffi::CStr;

use pgrx::pg_sys::{self, Datum, Oid};

use super::{Call, ContextAllocator};

/// What a statement does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    /// It changes rows.
    Change,
    /// It takes all away.
    Truncate,
}

/// A trigger that is firing.
#[derive(Clone, Copy)]
pub(crate) struct Trigger(*mut pg_sys::TriggerData);

impl Trigger {
    /// The trigger for a statement that calls the function, `None` if something else does.
    pub(crate) fn of(call: Call) -> Option<Self> {
        // SAFETY: the call is running; the server says by whom it is made.
        unsafe {
            let data = (*call.info()).context.cast::<pg_sys::TriggerData>();
            let is_it = !data.is_null()
                && (*data).type_ == pg_sys::NodeTag::T_TriggerData
                && (*data).tg_event & pg_sys::TRIGGER_EVENT_ROW == 0;
            is_it.then_some(Self(data))
        }
    }

    /// What the statement does.
    pub(crate) fn event(self) -> Event {
        // SAFETY: the trigger is firing.
        match unsafe { (*self.0).tg_event } & pg_sys::TRIGGER_EVENT_OPMASK {
            pg_sys::TRIGGER_EVENT_TRUNCATE => Event::Truncate,
            _ => Event::Change,
        }
    }

    /// The table that the statement names.
    pub(crate) fn relation(self) -> Oid {
        // SAFETY: the trigger is firing, and the table open.
        unsafe { (*(*self.0).tg_relation).rd_id }
    }

    /// Argument `n` of the trigger.
    pub(crate) fn argument<'a>(self, n: usize) -> Option<&'a CStr> {
        // SAFETY: a trigger has as many arguments, C strings that stay while it fires.
        unsafe {
            let trigger = &*(*self.0).tg_trigger;
            (n < trigger.tgnargs as usize).then(|| CStr::from_ptr(*trigger.tgargs.add(n)))
        }
    }

    /// Calls `each` with these columns of the rows that came (sign 1) and of those that went (-1), as
    /// far as the trigger names them.
    pub(crate) fn each_change(
        self,
        attributes: &[i16],
        mut each: impl FnMut(i64, &[Option<Datum>]),
    ) {
        // SAFETY: the trigger is firing.
        unsafe {
            let stores = [(1, (*self.0).tg_newtable), (-1, (*self.0).tg_oldtable)];
            let description = (*(*self.0).tg_relation).rd_att;
            for (sign, store) in stores {
                if !store.is_null() {
                    stored(store, description, attributes, |row| each(sign, row));
                }
            }
        }
    }
}

/// Calls `each` with these columns of the rows in a store, in a memory context that is emptied after
/// each row.
///
/// # Safety
/// The rows are as described, and have the attributes.
unsafe fn stored(
    store: *mut pg_sys::Tuplestorestate,
    description: pg_sys::TupleDesc,
    attributes: &[i16],
    mut each: impl FnMut(&[Option<Datum>]),
) {
    let last = attributes.iter().copied().max().unwrap_or(0);
    let memory = super::memory::scratch();
    // SAFETY: as ours. Several triggers read one store, so each has a place of its own.
    unsafe {
        let place = pg_sys::tuplestore_alloc_read_pointer(store, pg_sys::EXEC_FLAG_REWIND as i32);
        pg_sys::tuplestore_select_read_pointer(store, place);
        pg_sys::tuplestore_rescan(store);
        let slot =
            pg_sys::MakeSingleTupleTableSlot(description, &raw const pg_sys::TTSOpsMinimalTuple);
        while pg_sys::tuplestore_gettupleslot(store, true, false, slot) {
            pg_sys::slot_getsomeattrs_int(slot, last.into());
            let row: Vec<_> = attributes
                .iter()
                .map(|attribute| {
                    let place = *attribute as usize - 1;
                    (!*(*slot).tts_isnull.add(place)).then(|| *(*slot).tts_values.add(place))
                })
                .collect();
            ContextAllocator::within(memory, || each(&row));
            pg_sys::MemoryContextReset(memory.context());
            pgrx::check_for_interrupts!();
        }
        pg_sys::ExecDropSingleTupleTableSlot(slot);
        pg_sys::MemoryContextDelete(memory.context());
    }
}
