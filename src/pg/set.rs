//! Functions that return sets, one value per call.
//!
//! The iterator lies in the context of the call series and is never dropped: where a query stops
//! early the server just frees the context.

use core::ptr;

use pgrx::pg_sys::{self, Datum};

use super::{Call, ContextAllocator};

/// Makes rows of several columns, of the type that the call expression wants.
#[derive(Clone, Copy)]
pub(crate) struct Row(pg_sys::TupleDesc);

impl Row {
    /// The row type of the call's result.
    pub(crate) fn of(call: Call) -> Self {
        let mut description = ptr::null_mut();
        // SAFETY: the call is running; the server describes its result, which SQL declares a row.
        unsafe {
            pg_sys::get_call_result_type(call.info(), ptr::null_mut(), &mut description);
            Self(pg_sys::BlessTupleDesc(description))
        }
    }

    /// A row of these values, `None` for NULL.
    pub(crate) fn form<const N: usize>(self, values: [Option<Datum>; N]) -> Datum {
        let mut nulls = values.map(|value| value.is_none());
        let mut values = values.map(|value| value.unwrap_or(Datum::from(0)));
        // SAFETY: SQL declares N columns of the values' types.
        unsafe {
            let tuple = pg_sys::heap_form_tuple(self.0, values.as_mut_ptr(), nulls.as_mut_ptr());
            pg_sys::HeapTupleHeaderGetDatum((*tuple).t_data)
        }
    }
}

/// The rest of a set. A row need not outlive the call for the next one: the server promises no more
/// of what is made in the context of a call (`ExecProjectSet` and `ExecMakeTableFunctionResult` reset
/// it before the next), so whoever keeps a row copies it.
pub(crate) struct Rows(*mut dyn Iterator<Item = Datum>);

impl Rows {
    /// The rows that an iterator yields; it and all it refers to lie in `memory`.
    pub(crate) fn new<'a>(
        memory: ContextAllocator,
        rows: impl Iterator<Item = Datum> + 'a,
    ) -> Self {
        let rows: *mut (dyn Iterator<Item = Datum> + 'a) = memory.put(rows);
        // SAFETY: only the lifetime changes; the caller promises that it is that of the memory.
        Self(unsafe { core::mem::transmute::<*mut _, *mut dyn Iterator<Item = Datum>>(rows) })
    }
}

/// Returns the next value of the set that `make` describes at the first call.
///
/// `make` runs with the context of the call series as the current one; `None` is the empty set.
///
/// # Safety
/// SQL declares the function as returning a set of what the iterator yields.
pub(crate) unsafe fn next_row(call: Call, make: impl FnOnce() -> Option<Rows>) -> Datum {
    // SAFETY: the server's protocol for value-per-call sets (funcapi.h): fn_extra is null at the
    // first call and from then on holds the context that init_MultiFuncCall made.
    unsafe {
        let info = call.info();
        let function = (*info).flinfo;
        if (*function).fn_extra.is_null() {
            let context = pg_sys::init_MultiFuncCall(info);
            let memory = (*context).multi_call_memory_ctx;
            let before = pg_sys::MemoryContextSwitchTo(memory);
            let rows =
                make().map_or(ptr::null_mut(), |rows| ContextAllocator::new(memory).put(rows));
            pg_sys::MemoryContextSwitchTo(before);
            (*context).user_fctx = rows.cast();
        }
        let context = (*function).fn_extra.cast::<pg_sys::FuncCallContext>();
        let result = (*info).resultinfo.cast::<pg_sys::ReturnSetInfo>();
        let rows = (*context).user_fctx.cast::<Rows>();
        if let Some(value) = rows.as_mut().and_then(|rows| (*rows.0).next()) {
            (*context).call_cntr += 1;
            (*result).isDone = pg_sys::ExprDoneCond::ExprMultipleResult;
            return value;
        }
        pg_sys::end_MultiFuncCall(info, context);
        (*result).isDone = pg_sys::ExprDoneCond::ExprEndResult;
        call.null()
    }
}
