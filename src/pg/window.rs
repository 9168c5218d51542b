//! The interface of window functions (`windowapi.h`, and `datumCopy`), which pgrx does not bind.

use core::ffi::{c_int, c_void};

use pgrx::pg_sys::{self, Datum, Oid, ffi::pg_guard_ffi_boundary};

use super::{Call, ContextAllocator};

const SEEK_HEAD: c_int = 1;

unsafe extern "C-unwind" {
    fn WinGetPartitionLocalMemory(window: *mut c_void, size: usize) -> *mut c_void;
    fn WinGetCurrentPosition(window: *mut c_void) -> i64;
    fn WinSetMarkPosition(window: *mut c_void, position: i64);
    fn WinGetFuncArgInPartition(
        window: *mut c_void,
        argument: c_int,
        position: c_int,
        seek: c_int,
        set_mark: bool,
        is_null: *mut bool,
        is_out: *mut bool,
    ) -> Datum;
    fn WinGetFuncArgCurrent(window: *mut c_void, argument: c_int, is_null: *mut bool) -> Datum;
    fn datumCopy(value: Datum, by_value: bool, length: c_int) -> Datum;
}

/// The window in which a call of a window function runs.
#[derive(Clone, Copy)]
pub(crate) struct Window(*mut c_void);

impl Window {
    /// The window of a call.
    pub(crate) fn of(call: Call) -> Self {
        // SAFETY: SQL declares the function WINDOW, so the server passes a window as its context;
        // it refuses to call such a function otherwise, but for the fast path, checked here.
        unsafe {
            let context = (*call.info()).context;
            if context.is_null() || (*context).type_ != pg_sys::NodeTag::T_WindowObjectData {
                crate::error::not_in_window();
            }
            Self(context.cast())
        }
    }

    /// What the function keeps for the partition: zeroed when a partition begins.
    ///
    /// # Safety
    /// All zeros is a valid `T`, and the function keeps nothing of another type. No caller may
    /// have anything to drop: where memory runs out, the server's error jumps over it.
    #[inline]
    pub(crate) unsafe fn kept<'a, T>(self) -> &'a mut T {
        // SAFETY: the server returns memory of this size in the partition's context.
        unsafe { &mut *WinGetPartitionLocalMemory(self.0, size_of::<T>()).cast() }
    }

    /// The context of the partition, from what is kept for it.
    ///
    /// # Safety
    /// `kept` is what [`Window::kept`] returned.
    pub(crate) unsafe fn memory<T>(kept: *mut T) -> ContextAllocator {
        // SAFETY: the server's chunks know their context.
        unsafe { ContextAllocator::new(pg_sys::GetMemoryChunkContext(kept.cast())) }
    }

    /// The row for which the function is called, from 0.
    #[inline]
    pub(crate) fn position(self) -> i64 {
        // SAFETY: the window is valid during the call; the server only reads a number.
        unsafe { WinGetCurrentPosition(self.0) }
    }

    /// No row before `position` will be asked for again, so none need be kept.
    ///
    /// # Safety
    /// No caller may have anything to drop: an error of the server jumps over it.
    #[inline]
    pub(crate) unsafe fn forget_before(self, position: i64) {
        // SAFETY: the window is valid during the call.
        unsafe { WinSetMarkPosition(self.0, position) }
    }

    /// Argument `n` for the current row.
    ///
    /// # Safety
    /// SQL declares the argument. No caller may have anything to drop: an error in the argument's
    /// expression jumps over it, which saves every row a fence.
    #[inline]
    pub(crate) unsafe fn argument(self, n: i32) -> Option<Datum> {
        let mut is_null = false;
        // SAFETY: as ours.
        let value = unsafe { WinGetFuncArgCurrent(self.0, n, &mut is_null) };
        (!is_null).then_some(value)
    }

    /// Argument `n` is the same for all rows, as far as its expression tells.
    pub(crate) fn argument_is_stable(self, call: Call, n: i32) -> bool {
        // SAFETY: the server fills in the lookup data of a call.
        unsafe { pg_sys::get_fn_expr_arg_stable((*call.info()).flinfo, n) }
    }

    /// Argument `n` for the row at `position`: `None` behind the last row, `Some(None)` for NULL.
    ///
    /// The value is valid until the next call.
    pub(crate) fn argument_at(self, n: i32, position: i64) -> Option<Option<Datum>> {
        let Self(window) = self;
        let position = c_int::try_from(position).ok()?;
        let (mut is_null, mut is_out) = (false, false);
        let (null, out) = (&raw mut is_null, &raw mut is_out);
        // SAFETY: the window is valid during the call, and SQL declares the argument.
        let value = unsafe {
            pg_guard_ffi_boundary(|| {
                WinGetFuncArgInPartition(window, n, position, SEEK_HEAD, false, null, out)
            })
        };
        (!is_out).then_some((!is_null).then_some(value))
    }

    /// A copy of argument `n`, of type `kind`, for the row at `position`, in the current context;
    /// `None` for NULL and behind the last row.
    ///
    /// # Safety
    /// The argument is of that type.
    pub(crate) unsafe fn argument_copy_at(self, n: i32, position: i64, kind: Oid) -> Option<Datum> {
        let value = self.argument_at(n, position).flatten()?;
        let (mut length, mut by_value) = (0, false);
        // SAFETY: as ours.
        unsafe {
            pg_sys::get_typlenbyval(kind, &mut length, &mut by_value);
            Some(pg_guard_ffi_boundary(|| datumCopy(value, by_value, length.into())))
        }
    }
}
