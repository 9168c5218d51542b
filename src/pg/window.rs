//! The interface of window functions (`windowapi.h`), which pgrx does not bind.

use core::ffi::{c_int, c_void};

use pgrx::pg_sys::{self, Datum, ffi::pg_guard_ffi_boundary};

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

    /// What the function keeps for the partition: zeroed when a partition begins. Also where it
    /// lies, for what it points to.
    ///
    /// # Safety
    /// All zeros is a valid `T`, and the function keeps nothing of another type.
    pub(crate) unsafe fn kept<'a, T>(self) -> (&'a mut T, ContextAllocator) {
        // SAFETY: the server returns memory of this size in the partition's context.
        unsafe {
            let Self(window) = self;
            let kept = pg_guard_ffi_boundary(|| WinGetPartitionLocalMemory(window, size_of::<T>()));
            let context = pg_sys::GetMemoryChunkContext(kept);
            (&mut *kept.cast(), ContextAllocator::new(context))
        }
    }

    /// The row for which the function is called, from 0.
    pub(crate) fn position(self) -> i64 {
        let Self(window) = self;
        // SAFETY: the window is valid during the call.
        unsafe { pg_guard_ffi_boundary(|| WinGetCurrentPosition(window)) }
    }

    /// No row before `position` will be asked for again.
    pub(crate) fn forget_before(self, position: i64) {
        let Self(window) = self;
        // SAFETY: the window is valid during the call.
        unsafe { pg_guard_ffi_boundary(|| WinSetMarkPosition(window, position)) }
    }

    /// Argument `n` for the current row.
    pub(crate) fn argument(self, n: i32) -> Option<Datum> {
        let Self(window) = self;
        let mut is_null = false;
        let out = &raw mut is_null;
        // SAFETY: the window is valid during the call, and SQL declares the argument.
        let value = unsafe { pg_guard_ffi_boundary(|| WinGetFuncArgCurrent(window, n, out)) };
        (!is_null).then_some(value)
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
}
