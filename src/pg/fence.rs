//! Calls of functions that users write, with their errors kept whole.
//!
//! An error of the server jumps; Rust must unwind instead. pgrx fences every call of the server so,
//! but keeps only a part of the error: a SQLSTATE of a user's own, the context and the names of
//! columns are lost on the way. Comparisons, casts, operators and canonical functions may be
//! anybody's code, so they are called through [`fence`], which leaves the error where the server
//! has put it, and unwinds to [`entry`], which lets the server go on with it. Parsers and dictionaries of
//! text search are called so too. Nothing is copied: when
//! memory has run out, a copy could not be made either.

use core::{ffi::c_int, mem::MaybeUninit, panic::AssertUnwindSafe};

use cee_scape::call_with_sigsetjmp;
use pgrx::pg_sys::{self, Datum, Oid};

use super::comparison::{Comparator, Converter};

/// An error of the server on its way; its data is the topmost on the server's stack of errors.
struct ServerError;

unsafe extern "C-unwind" {
    // As the server exports them: pgrx's own have its fence inside.
    fn pg_re_throw() -> !;
    fn FunctionCall1Coll(function: *mut pg_sys::FmgrInfo, collation: Oid, a: Datum) -> Datum;
    fn FunctionCall2Coll(
        function: *mut pg_sys::FmgrInfo,
        collation: Oid,
        a: Datum,
        b: Datum,
    ) -> Datum;
    fn FunctionCall3Coll(
        function: *mut pg_sys::FmgrInfo,
        collation: Oid,
        a: Datum,
        b: Datum,
        c: Datum,
    ) -> Datum;
    fn FunctionCall4Coll(
        function: *mut pg_sys::FmgrInfo,
        collation: Oid,
        a: Datum,
        b: Datum,
        c: Datum,
        d: Datum,
    ) -> Datum;
    fn str_tolower(
        text: *const core::ffi::c_char,
        bytes: usize,
        collation: Oid,
    ) -> *mut core::ffi::c_char;
    fn ExecSimpleRelationInsert(
        result: *mut pg_sys::ResultRelInfo,
        state: *mut pg_sys::EState,
        slot: *mut pg_sys::TupleTableSlot,
    );
    fn ExecConstraints(
        result: *mut pg_sys::ResultRelInfo,
        slot: *mut pg_sys::TupleTableSlot,
        state: *mut pg_sys::EState,
    );
    fn AfterTriggerEndQuery(state: *mut pg_sys::EState);
    fn nextval_internal(sequence: Oid, check_permissions: bool) -> i64;
    fn get_partition_ancestors(relation: Oid) -> *mut pg_sys::List;
    fn find_all_inheritors(
        parent: Oid,
        lock: pg_sys::LOCKMODE,
        parents: *mut *mut pg_sys::List,
    ) -> *mut pg_sys::List;
    fn SPI_connect() -> c_int;
    fn SPI_finish() -> c_int;
    fn SPI_prepare_cursor(
        command: *const core::ffi::c_char,
        count: c_int,
        types: *mut Oid,
        options: c_int,
    ) -> pg_sys::SPIPlanPtr;
    fn SPI_execute_snapshot(
        plan: pg_sys::SPIPlanPtr,
        values: *mut Datum,
        nulls: *const core::ffi::c_char,
        snapshot: pg_sys::Snapshot,
        crosscheck: pg_sys::Snapshot,
        read_only: bool,
        fire_triggers: bool,
        count: core::ffi::c_long,
    ) -> c_int;
    fn lookup_ts_config_cache(configuration: Oid) -> *mut pg_sys::TSConfigCacheEntry;
    fn lookup_ts_parser_cache(parser: Oid) -> *mut pg_sys::TSParserCacheEntry;
    fn lookup_ts_dictionary_cache(dictionary: Oid) -> *mut pg_sys::TSDictionaryCacheEntry;
    fn getTSCurrentConfig(raise: bool) -> Oid;
    fn textToQualifiedNameList(name: *mut pg_sys::text) -> *mut pg_sys::List;
    fn get_ts_config_oid(names: *mut pg_sys::List, missing_ok: bool) -> Oid;
    fn OidSendFunctionCall(function: Oid, value: Datum) -> *mut pg_sys::bytea;
    fn OidReceiveFunctionCall(
        function: Oid,
        buffer: *mut pg_sys::StringInfoData,
        parameter: Oid,
        modifier: i32,
    ) -> Datum;
    fn OidOutputFunctionCall(function: Oid, value: Datum) -> *mut core::ffi::c_char;
    fn OidInputFunctionCall(
        function: Oid,
        text: *mut core::ffi::c_char,
        parameter: Oid,
        modifier: i32,
    ) -> Datum;
    fn make_range(
        cache: *mut pg_sys::TypeCacheEntry,
        lower: *mut pg_sys::RangeBound,
        upper: *mut pg_sys::RangeBound,
        empty: bool,
        #[cfg(not(feature = "pg15"))] context: *mut pg_sys::Node,
    ) -> *mut pg_sys::RangeType;
    fn make_multirange(
        multirange: Oid,
        range: *mut pg_sys::TypeCacheEntry,
        count: c_int,
        ranges: *mut *mut pg_sys::RangeType,
    ) -> *mut core::ffi::c_void;
    fn bounds_adjacent(
        cache: *mut pg_sys::TypeCacheEntry,
        end: pg_sys::RangeBound,
        start: pg_sys::RangeBound,
    ) -> bool;
    fn range_cmp_bound_values(
        cache: *mut pg_sys::TypeCacheEntry,
        a: *const pg_sys::RangeBound,
        b: *const pg_sys::RangeBound,
    ) -> c_int;
    fn domain_check(
        value: Datum,
        is_null: bool,
        domain: Oid,
        extra: *mut *mut core::ffi::c_void,
        memory: pg_sys::MemoryContext,
    );
}

/// Runs `call`; an error of the server unwinds from here.
///
/// # Safety
/// `call` does nothing but call one function of the server: nothing in it is to be dropped.
unsafe fn fence<T>(call: impl FnOnce() -> T) -> T {
    // SAFETY: as the server's PG_TRY does, on the only thread; both stacks are restored on every
    // way out, before anything else happens.
    unsafe {
        let memory = pg_sys::CurrentMemoryContext;
        let (jumps, contexts) = (pg_sys::PG_exception_stack, pg_sys::error_context_stack);
        let mut result = MaybeUninit::uninit();
        let jumped = call_with_sigsetjmp(false, |buffer| {
            pg_sys::PG_exception_stack = (&raw const *buffer).cast_mut().cast();
            result.write(call());
            0
        });
        pg_sys::PG_exception_stack = jumps;
        pg_sys::error_context_stack = contexts;
        if jumped == 0 {
            return result.assume_init();
        }
        pg_sys::CurrentMemoryContext = memory;
        // Without the hook for panics, which is for bugs.
        std::panic::resume_unwind(Box::new(ServerError))
    }
}

/// Runs the body of a function that the server calls; whatever unwinds from it becomes an ERROR.
///
/// # Safety
/// To be called from such a function only, with nothing to be dropped around it.
#[inline]
pub(crate) unsafe fn entry(body: impl FnOnce() -> Datum) -> Datum {
    match std::panic::catch_unwind(AssertUnwindSafe(body)) {
        Ok(datum) => datum,
        Err(payload) => {
            // SAFETY: an error of the server is still on its stack, as nothing calls the server
            // while one unwinds; pgrx turns its own errors, ours and panics into the server's.
            // Nothing is left to be dropped.
            unsafe {
                if payload.is::<ServerError>() {
                    pg_re_throw()
                }
                pg_sys::panic::pgrx_extern_c_guard(|| std::panic::resume_unwind(payload))
            }
        }
    }
}

/// A bound of a range type, compared, stepped or converted by functions of its type.
///
/// Each function here is the server's of the same name, fenced.
///
/// # Safety
/// What each is given is as the server's function expects it.
#[allow(non_snake_case)]
pub(crate) mod fenced {
    use super::*;

    macro_rules! fenced {
        ($($name:ident($($argument:ident: $type:ty),*) -> $result:ty;)*) => {
            $(#[inline]
            pub(crate) unsafe fn $name($($argument: $type),*) -> $result {
                // SAFETY: the caller answers for the arguments; the closure makes one call.
                unsafe { fence(|| super::$name($($argument),*)) }
            })*
        };
    }

    fenced! {
        FunctionCall1Coll(f: *mut pg_sys::FmgrInfo, collation: Oid, a: Datum) -> Datum;
        FunctionCall2Coll(f: *mut pg_sys::FmgrInfo, collation: Oid, a: Datum, b: Datum) -> Datum;
        FunctionCall3Coll(f: *mut pg_sys::FmgrInfo, collation: Oid, a: Datum, b: Datum, c: Datum)
            -> Datum;
        FunctionCall4Coll(f: *mut pg_sys::FmgrInfo, collation: Oid, a: Datum, b: Datum, c: Datum,
            d: Datum) -> Datum;
        str_tolower(text: *const core::ffi::c_char, bytes: usize, collation: Oid)
            -> *mut core::ffi::c_char;
        ExecSimpleRelationInsert(result: *mut pg_sys::ResultRelInfo, state: *mut pg_sys::EState,
            slot: *mut pg_sys::TupleTableSlot) -> ();
        ExecConstraints(result: *mut pg_sys::ResultRelInfo, slot: *mut pg_sys::TupleTableSlot,
            state: *mut pg_sys::EState) -> ();
        AfterTriggerEndQuery(state: *mut pg_sys::EState) -> ();
        nextval_internal(sequence: Oid, check_permissions: bool) -> i64;
        get_partition_ancestors(relation: Oid) -> *mut pg_sys::List;
        find_all_inheritors(parent: Oid, lock: pg_sys::LOCKMODE, parents: *mut *mut pg_sys::List)
            -> *mut pg_sys::List;
        SPI_connect() -> c_int;
        SPI_finish() -> c_int;
        SPI_prepare_cursor(command: *const core::ffi::c_char, count: c_int, types: *mut Oid,
            options: c_int) -> pg_sys::SPIPlanPtr;
        lookup_ts_config_cache(configuration: Oid) -> *mut pg_sys::TSConfigCacheEntry;
        lookup_ts_parser_cache(parser: Oid) -> *mut pg_sys::TSParserCacheEntry;
        lookup_ts_dictionary_cache(dictionary: Oid) -> *mut pg_sys::TSDictionaryCacheEntry;
        getTSCurrentConfig(raise: bool) -> Oid;
        textToQualifiedNameList(name: *mut pg_sys::text) -> *mut pg_sys::List;
        get_ts_config_oid(names: *mut pg_sys::List, missing_ok: bool) -> Oid;
        OidSendFunctionCall(f: Oid, value: Datum) -> *mut pg_sys::bytea;
        OidReceiveFunctionCall(f: Oid, buffer: *mut pg_sys::StringInfoData, parameter: Oid,
            modifier: i32) -> Datum;
        OidOutputFunctionCall(f: Oid, value: Datum) -> *mut core::ffi::c_char;
        OidInputFunctionCall(f: Oid, text: *mut core::ffi::c_char, parameter: Oid, modifier: i32)
            -> Datum;
        make_multirange(multirange: Oid, range: *mut pg_sys::TypeCacheEntry, count: c_int,
            ranges: *mut *mut pg_sys::RangeType) -> *mut core::ffi::c_void;
        bounds_adjacent(cache: *mut pg_sys::TypeCacheEntry, end: pg_sys::RangeBound,
            start: pg_sys::RangeBound) -> bool;
        domain_check(value: Datum, is_null: bool, domain: Oid,
            extra: *mut *mut core::ffi::c_void, memory: pg_sys::MemoryContext) -> ();
        range_cmp_bound_values(cache: *mut pg_sys::TypeCacheEntry, a: *const pg_sys::RangeBound,
            b: *const pg_sys::RangeBound) -> c_int;
    }

    /// An abbreviated value by a function of sort support.
    #[inline]
    pub(crate) unsafe fn abbreviate(
        converter: Converter,
        value: Datum,
        support: pg_sys::SortSupport,
    ) -> Datum {
        // SAFETY: the caller answers for the arguments; the closure makes one call.
        unsafe { fence(|| converter(value, support)) }
    }

    /// The order of two values by a function of sort support.
    #[inline]
    pub(crate) unsafe fn compare(
        comparator: Comparator,
        a: Datum,
        b: Datum,
        support: pg_sys::SortSupport,
    ) -> c_int {
        // SAFETY: the caller answers for the arguments; the closure makes one call.
        unsafe { fence(|| comparator(a, b, support)) }
    }

    /// Runs a plan that may write, fires triggers, and returns all rows.
    pub(crate) unsafe fn execute_plan(
        plan: pg_sys::SPIPlanPtr,
        values: *mut Datum,
        nulls: *const core::ffi::c_char,
        snapshot: pg_sys::Snapshot,
    ) -> c_int {
        let none = core::ptr::null_mut();
        // SAFETY: the caller answers for the arguments; the closure makes one call.
        unsafe {
            fence(|| SPI_execute_snapshot(plan, values, nulls, snapshot, none, false, true, 0))
        }
    }

    /// From PostgreSQL 16 on the server's takes one argument more, for errors that do not raise.
    pub(crate) unsafe fn make_range(
        cache: *mut pg_sys::TypeCacheEntry,
        lower: &mut pg_sys::RangeBound,
        upper: &mut pg_sys::RangeBound,
        empty: bool,
    ) -> *mut pg_sys::RangeType {
        // SAFETY: the caller answers for the arguments; the closure makes one call.
        unsafe {
            fence(|| {
                super::make_range(
                    cache,
                    lower,
                    upper,
                    empty,
                    #[cfg(not(feature = "pg15"))]
                    core::ptr::null_mut(),
                )
            })
        }
    }
}
