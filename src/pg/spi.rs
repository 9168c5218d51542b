//! Statements of SQL.
//!
//! Errors keep all that the server says of them: each call is fenced (see `fence.rs`).
//!
//! Invariants:
//! * A command names every function, operator, type and relation with its schema, so that it means
//!   the same under any search path.
//! * What a command returns lives until the connection is finished. An error leaves the connection
//!   to the server, which ends it with the transaction or savepoint.

use core::{ffi::c_char, ptr};
use std::ffi::CString;

use pgrx::pg_sys::{self, Datum, Oid};

use super::fenced;

/// An argument of a command, `None` for NULL.
#[derive(Clone, Copy)]
pub(crate) struct Value(pub(crate) Oid, pub(crate) Option<Datum>);

/// A connection to the server's programming interface.
pub(crate) struct Spi(());

/// Rows that a command has returned.
#[derive(Clone, Copy)]
pub(crate) struct Found {
    table: *mut pg_sys::SPITupleTable,
    /// How many rows it returned or changed.
    pub(crate) count: u64,
}

impl Spi {
    /// Runs `work` with a connection.
    pub(crate) fn connect<T>(work: impl FnOnce(&Self) -> T) -> T {
        let spi = Self(());
        // SAFETY: a function of the server is running; the connection ends before it does.
        unsafe {
            fenced::SPI_connect();
            let result = work(&spi);
            fenced::SPI_finish();
            result
        }
    }

    /// Runs a command, given in pieces, in a snapshot of its own.
    pub(crate) fn execute(&self, command: &[&[u8]], arguments: &[Value]) -> Found {
        self.run(command, arguments, ptr::null_mut())
    }

    /// Runs a command that sees what `snapshot` sees, and what this transaction has done. A query may
    /// use parallel workers.
    ///
    /// # Safety
    /// The snapshot is registered or active.
    pub(crate) unsafe fn execute_in(
        &self,
        snapshot: pg_sys::Snapshot,
        command: &[&[u8]],
        arguments: &[Value],
    ) -> Found {
        self.run(command, arguments, snapshot)
    }

    fn run(&self, command: &[&[u8]], arguments: &[Value], snapshot: pg_sys::Snapshot) -> Found {
        let command =
            CString::new(command.concat()).expect("names of the server have no zero byte");
        let mut types: Vec<Oid> = arguments.iter().map(|Value(oid, _)| *oid).collect();
        let mut values: Vec<Datum> =
            arguments.iter().map(|Value(_, value)| value.unwrap_or(Datum::null())).collect();
        let nulls: Vec<c_char> = arguments
            .iter()
            .map(|Value(_, value)| if value.is_some() { b' ' } else { b'n' } as c_char)
            .collect();
        // SAFETY: there is a connection; the arguments are as many as their types say.
        unsafe {
            let plan = fenced::SPI_prepare_cursor(
                command.as_ptr(),
                types.len() as i32,
                types.as_mut_ptr(),
                pg_sys::CURSOR_OPT_PARALLEL_OK as i32,
            );
            assert!(!plan.is_null(), "a command of our own is wrong: {command:?}");
            let result = fenced::execute_plan(plan, values.as_mut_ptr(), nulls.as_ptr(), snapshot);
            assert!(result >= 0, "a command of our own is wrong: {command:?}");
            Found { table: pg_sys::SPI_tuptable, count: pg_sys::SPI_processed }
        }
    }
}

impl Found {
    /// A value, from row and column 0 on; `None` for NULL.
    pub(crate) fn value(self, row: u64, column: i32) -> Option<Datum> {
        assert!(row < self.count && !self.table.is_null(), "no such row");
        let mut null = false;
        // SAFETY: there are as many rows; the server checks the column.
        unsafe {
            let tuple = *(*self.table).vals.add(row as usize);
            let value = pg_sys::SPI_getbinval(tuple, (*self.table).tupdesc, column + 1, &mut null);
            (!null).then_some(value)
        }
    }
}
