//! The calls that the server makes: arguments, results, caches, aggregate contexts.

use core::{ffi::c_void, ptr};

use pgrx::pg_sys::{self, Datum, Oid};

use super::ContextAllocator;
use crate::error;

/// One call of one of our functions.
#[derive(Clone, Copy)]
pub(crate) struct Call {
    info: pg_sys::FunctionCallInfo,
}

impl Call {
    /// # Safety
    /// `info` is what the server passed to the function that is running.
    #[inline]
    pub(crate) unsafe fn new(info: pg_sys::FunctionCallInfo) -> Self {
        Self { info }
    }

    /// Argument `n` from 0, `None` where it is NULL.
    ///
    /// # Panics
    /// In no call that fits the function's SQL declaration.
    #[inline]
    pub(crate) fn argument(self, n: usize) -> Option<Datum> {
        // SAFETY: the server passes `nargs` arguments.
        unsafe {
            debug_assert!(n < self.arguments());
            let argument = *(*self.info).args.as_ptr().add(n);
            (!argument.isnull).then_some(argument.value)
        }
    }

    /// How many arguments there are.
    #[inline]
    pub(crate) fn arguments(self) -> usize {
        // SAFETY: the call is running.
        unsafe { (*self.info).nargs as usize }
    }

    /// The schema of the function that is running.
    pub(crate) fn schema(self) -> std::ffi::CString {
        // SAFETY: the call is running; the function exists, and so does its schema.
        unsafe {
            let schema = pg_sys::get_func_namespace((*(*self.info).flinfo).fn_oid);
            core::ffi::CStr::from_ptr(pg_sys::get_namespace_name(schema)).to_owned()
        }
    }

    /// Argument `n` from 0.
    ///
    /// # Safety
    /// There is one, and it is not NULL.
    #[inline]
    pub(crate) unsafe fn value(self, n: usize) -> Datum {
        // SAFETY: as ours.
        unsafe { (*(*self.info).args.as_ptr().add(n)).value }
    }

    /// The bytes of argument `n` from 0, a varlena that is not NULL.
    ///
    /// # Safety
    /// There is one; the bytes live as long as the call.
    #[inline]
    pub(crate) unsafe fn bytes<'a>(self, n: usize) -> &'a [u8] {
        // SAFETY: as ours.
        unsafe { super::bytes(super::Varlena::new(self.value(n))) }
    }

    /// Argument `n` as the pointer that an `internal` holds, null where it is NULL.
    #[inline]
    pub(crate) fn pointer<T>(self, n: usize) -> *mut T {
        self.argument(n).map_or(ptr::null_mut(), |datum| datum.cast_mut_ptr())
    }

    /// The result NULL.
    #[inline]
    pub(crate) fn null(self) -> Datum {
        // SAFETY: the call is running, its frame is ours.
        unsafe { (*self.info).isnull = true };
        Datum::from(0)
    }

    /// The frame that the server passed.
    pub(crate) fn info(self) -> pg_sys::FunctionCallInfo {
        self.info
    }

    /// The type of argument `n` in the call expression, by which `"any"` is told.
    pub(crate) fn argument_type(self, n: i32) -> Oid {
        // SAFETY: the call is running.
        let oid = unsafe { pg_sys::get_fn_expr_argtype((*self.info).flinfo, n) };
        if oid == Oid::INVALID {
            error::unknown_argument_type();
        }
        oid
    }

    /// Where the state of the running aggregate lives.
    pub(crate) fn aggregate_memory(self) -> ContextAllocator {
        let mut context = ptr::null_mut();
        // SAFETY: the call is running; the server fills in the context or returns 0.
        unsafe {
            if pg_sys::AggCheckCallContext(self.info, &mut context) == 0 {
                let name = pg_sys::get_func_name((*(*self.info).flinfo).fn_oid);
                let name = core::ffi::CStr::from_ptr(name).to_string_lossy().into_owned();
                error::not_in_aggregate(&name);
            }
            ContextAllocator::new(context)
        }
    }

    /// What earlier calls from the same place in the plan left behind, or null.
    #[inline]
    fn extra(self) -> *mut *mut c_void {
        // SAFETY: the server always passes the function's lookup data.
        unsafe { &raw mut (*(*self.info).flinfo).fn_extra }
    }

    /// The value that this place in the plan keeps between calls; `make` makes the first.
    ///
    /// One function keeps values of one type only.
    #[inline]
    pub(crate) fn kept<'a, T>(self, make: impl FnOnce() -> T) -> &'a mut T {
        // SAFETY: only this function and `cached` write fn_extra, with a T in memory that lives as
        // long; a call has ended before the next one of its place begins.
        unsafe {
            let extra = self.extra();
            if (*extra).is_null() {
                self.keep(make);
            }
            &mut *(*extra).cast::<T>()
        }
    }

    #[cold]
    #[inline(never)]
    fn keep<T>(self, make: impl FnOnce() -> T) {
        // SAFETY: as `kept`.
        unsafe {
            let memory = ContextAllocator::new((*(*self.info).flinfo).fn_mcxt);
            *self.extra() = memory.within(|| memory.put(make())).cast();
        }
    }

    /// The value that this place in the plan keeps between calls, if it fits, else a new one.
    ///
    /// One function keeps values of one type only.
    #[inline]
    pub(crate) fn cached<'a, T>(
        self,
        fits: impl Fn(&T) -> bool,
        make: impl FnOnce() -> T,
    ) -> &'a T {
        // SAFETY: only this function writes fn_extra, with a T in memory that lives as long.
        unsafe {
            let extra = self.extra();
            let kept = (*extra).cast::<T>();
            if !kept.is_null() && fits(&*kept) {
                return &*kept;
            }
            let memory = ContextAllocator::new((*(*self.info).flinfo).fn_mcxt);
            // What is looked up may keep things of its own where it was made: function lookups do.
            let fresh = memory.within(|| memory.put(make()));
            *extra = fresh.cast();
            &*fresh
        }
    }
}

/// Declares a function that SQL calls: its C symbol, its version record, and its body.
///
/// The body gets a [`Call`] and returns a `Datum`. An error or a panic in it becomes an ERROR.
///
/// Blocks after `try` are run before that guard, the second one if the first one has no result, and so
/// on: each returns the result or `None`, and must not raise, panic, or call what might.
macro_rules! pg_function {
    (@run $call:ident $info:ident try $quick:block $($rest:tt)+) => {{
        #[inline(never)]
        unsafe fn next($info: pgrx::pg_sys::FunctionCallInfo) -> pgrx::pg_sys::Datum {
            $crate::pg::pg_function!(@run $call $info $($rest)+)
        }
        // SAFETY: the server passes a valid frame; and as the block says.
        unsafe {
            let $call = $crate::pg::Call::new($info);
            match $quick {
                Some(result) => result,
                None => next($info),
            }
        }
    }};
    (@run $call:ident $info:ident $body:block) => {
        // SAFETY: the server passes a valid frame, on its only thread.
        unsafe {
            $crate::pg::entry(|| {
                let $call = $crate::pg::Call::new($info);
                $body
            })
        }
    };
    ($(#[doc = $doc:literal])* fn $name:ident($call:ident) $($body:tt)+) => {
        $crate::pg::pg_function! {
            $(#[doc = $doc])*
            fn $name => |info| {
                $crate::pg::pg_function!(@run $call info $($body)+)
            }
        }
    };
    ($(#[doc = $doc:literal])* fn $name:ident => |$info:ident| $body:block) => {
        $(#[doc = $doc])*
        ///
        /// # Safety
        /// To be called by the server only, as its SQL declaration says.
        #[unsafe(no_mangle)]
        unsafe extern "C-unwind" fn $name(
            $info: pgrx::pg_sys::FunctionCallInfo,
        ) -> pgrx::pg_sys::Datum $body

        const _: () = {
            #[unsafe(export_name = concat!("pg_finfo_", stringify!($name)))]
            extern "C" fn version() -> &'static pgrx::pg_sys::Pg_finfo_record {
                const RECORD: pgrx::pg_sys::Pg_finfo_record =
                    pgrx::pg_sys::Pg_finfo_record { api_version: 1 };
                &RECORD
            }
        };
    };
}
pub(crate) use pg_function;

/// The name of a type as SQL would write it.
pub(crate) fn type_name(oid: Oid) -> String {
    // SAFETY: the server returns a string in the current context, for any OID.
    unsafe {
        let name = pg_sys::format_type_be(oid);
        core::ffi::CStr::from_ptr(name).to_string_lossy().into_owned()
    }
}
