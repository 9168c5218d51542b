//! Rows of an ordinary table by its primary key, without a statement of SQL.
//!
//! What is read for every query must cost microseconds, and be the same under any setting of the
//! planner and any search path: so rows are read as the server reads its own catalogs.
//!
//! Invariants:
//! * The lock on the table is kept to the end of the transaction, as a statement keeps it; the
//!   relation is open only while rows are read. An error leaves it to the server to close it.
//! * Whoever reads may: [`KeyedTable::open`] checks what the executor would check.

use core::ffi::CStr;
use std::ffi::CString;

use pgrx::pg_sys::{self, Datum, Oid};

use super::text;
use crate::error;

/// What a column must be.
#[derive(Clone, Copy)]
pub(crate) struct Column {
    pub(crate) name: &'static CStr,
    pub(crate) type_oid: Oid,
}

/// Why a relation is not a table with such columns and such a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotThis {
    /// There is none with this OID.
    Missing,
    /// It is something else, or was altered.
    Otherwise,
}

/// A table whose primary key are the first `KEY` of `N` columns, those of type text by their bytes.
#[derive(Clone, Copy)]
pub(crate) struct KeyedTable<const N: usize> {
    oid: Oid,
    index: Oid,
    attributes: [i16; N],
}

/// What a column of the key must be, for rows to be read.
#[derive(Clone, Copy)]
pub(crate) enum Condition<'a> {
    /// A `"char"` is this.
    Char(u8),
    /// A text is this.
    Text(&'a [u8]),
    /// A text begins with this, or comes behind all that do.
    AtLeast(&'a [u8]),
}

/// Which rows exist.
#[derive(Clone, Copy)]
pub(crate) enum Snapshot {
    /// Those that the running statement sees.
    Active,
    /// Those that are committed, or of this transaction, at the moment that they are looked at. No
    /// transaction fails to be serializable for having looked.
    Now,
}

impl<const N: usize> KeyedTable<N> {
    /// Locks and checks the table.
    ///
    /// # Errors
    /// If it is not one with these columns, of which the first `key` are its primary key.
    pub(crate) fn open(oid: Oid, columns: &[Column; N], key: usize) -> Result<Self, NotThis> {
        // SAFETY: the server locks the relation or says that there is none; it stays open and
        // unchanged until it is closed.
        unsafe {
            let relation = pg_sys::try_relation_open(oid, pg_sys::AccessShareLock as i32);
            if relation.is_null() {
                return Err(NotThis::Missing);
            }
            let found = Self::inspect(relation, columns, key);
            pg_sys::relation_close(relation, pg_sys::NoLock as i32);
            found.ok_or(NotThis::Otherwise)
        }
    }

    /// # Safety
    /// `relation` is open.
    unsafe fn inspect(
        relation: pg_sys::Relation,
        columns: &[Column; N],
        key: usize,
    ) -> Option<Self> {
        // SAFETY: as ours; an open relation has a row type, and an open index a description.
        unsafe {
            if (*(*relation).rd_rel).relkind as u8 != pg_sys::RELKIND_RELATION {
                return None;
            }
            let oid = (*relation).rd_id;
            let mut attributes = [0; N];
            for (attribute, column) in attributes.iter_mut().zip(columns) {
                *attribute = pg_sys::get_attnum(oid, column.name.as_ptr());
                if *attribute <= 0 || pg_sys::get_atttype(oid, *attribute) != column.type_oid {
                    return None;
                }
            }
            let index = pg_sys::RelationGetPrimaryKeyIndex(
                relation,
                #[cfg(feature = "pg18")]
                false,
            );
            if index == Oid::INVALID {
                return None;
            }
            let opened = pg_sys::index_open(index, pg_sys::AccessShareLock as i32);
            let form = (*opened).rd_index;
            let keys = (*form).indkey.values.as_slice((*form).indnkeyatts as usize);
            let fits = keys == &attributes[..key]
                && (0..key).all(|place| {
                    let collation = *(*opened).rd_indcollation.add(place);
                    columns[place].type_oid != pg_sys::TEXTOID
                        || collation == pg_sys::C_COLLATION_OID
                });
            pg_sys::index_close(opened, pg_sys::NoLock as i32);
            fits.then_some(Self { oid, index, attributes })
        }
    }

    /// The OID of the table.
    pub(crate) fn oid(&self) -> Oid {
        self.oid
    }

    /// Calls `each` with the columns of every row whose first columns are so, in the order of the
    /// key, until it returns false. What it is given lives until it returns.
    pub(crate) fn rows(
        &self,
        snapshot: Snapshot,
        conditions: &[Condition<'_>],
        mut each: impl FnMut([Option<Datum>; N]) -> bool,
    ) {
        // SAFETY: the table is locked by `open`, and its index with it; the conditions fit the key's
        // columns. The server fills as many values as the row type has columns.
        unsafe {
            let relation = pg_sys::relation_open(self.oid, pg_sys::NoLock as i32);
            let index = pg_sys::index_open(self.index, pg_sys::AccessShareLock as i32);
            let snapshot = match snapshot {
                Snapshot::Active => pg_sys::GetActiveSnapshot(),
                Snapshot::Now => &raw mut pg_sys::SnapshotSelfData,
            };
            let mut keys = [pg_sys::ScanKeyData::default(); N];
            for (place, condition) in conditions.iter().enumerate() {
                let (strategy, function, value) = match condition {
                    Condition::Char(value) => {
                        (pg_sys::BTEqualStrategyNumber, pg_sys::F_CHAREQ, Datum::from(*value))
                    }
                    Condition::Text(value) => {
                        (pg_sys::BTEqualStrategyNumber, pg_sys::F_TEXTEQ, text(value))
                    }
                    Condition::AtLeast(value) => {
                        (pg_sys::BTGreaterEqualStrategyNumber, pg_sys::F_TEXT_GE, text(value))
                    }
                };
                pg_sys::ScanKeyInit(
                    &mut keys[place],
                    self.attributes[place],
                    strategy as u16,
                    function.into(),
                    value,
                );
            }
            let scan = pg_sys::systable_beginscan_ordered(
                relation,
                index,
                snapshot,
                conditions.len() as i32,
                keys.as_mut_ptr(),
            );
            let description = (*relation).rd_att;
            let mut values = vec![Datum::null(); (*description).natts as usize];
            let mut nulls = vec![true; values.len()];
            loop {
                let tuple = pg_sys::systable_getnext_ordered(
                    scan,
                    pg_sys::ScanDirection::ForwardScanDirection,
                );
                if tuple.is_null() {
                    break;
                }
                pg_sys::heap_deform_tuple(
                    tuple,
                    description,
                    values.as_mut_ptr(),
                    nulls.as_mut_ptr(),
                );
                let row = self.attributes.map(|attribute| {
                    let place = attribute as usize - 1;
                    (!nulls[place]).then_some(values[place])
                });
                pgrx::check_for_interrupts!();
                if !each(row) {
                    break;
                }
            }
            pg_sys::systable_endscan_ordered(scan);
            pg_sys::index_close(index, pg_sys::AccessShareLock as i32);
            pg_sys::relation_close(relation, pg_sys::NoLock as i32);
        }
    }
}

/// The name of a relation, as SQL would write it with its schema; `None` if there is none.
pub(crate) fn relation_name(oid: Oid) -> Option<CString> {
    // SAFETY: the server returns strings in the current context, or null.
    unsafe {
        let name = pg_sys::get_rel_name(oid);
        if name.is_null() {
            return None;
        }
        let schema = pg_sys::get_namespace_name(pg_sys::get_rel_namespace(oid));
        Some(CStr::from_ptr(pg_sys::quote_qualified_identifier(schema, name)).to_owned())
    }
}

/// Raises the executor's own error unless the current user may read the table.
pub(crate) fn check_select(oid: Oid) {
    // SAFETY: the server looks up a relation that is locked, and raises what it finds.
    unsafe {
        let allowed =
            pg_sys::pg_class_aclcheck(oid, pg_sys::GetUserId(), pg_sys::ACL_SELECT.into());
        if allowed != pg_sys::AclResult::ACLCHECK_OK {
            let name = pg_sys::get_rel_name(oid);
            pg_sys::aclcheck_error(allowed, pg_sys::ObjectType::OBJECT_TABLE, name);
        }
    }
}

/// Whether row security hides rows of the table from the current user.
pub(crate) fn hides_rows(oid: Oid) -> bool {
    // SAFETY: the server looks up a relation that is locked.
    let applies = unsafe { pg_sys::check_enable_rls(oid, Oid::INVALID, true) };
    applies == pg_sys::CheckEnableRlsResult::RLS_ENABLED as i32
}

/// Whether this is a worker of a parallel query, which cannot read the temporary table.
pub(crate) fn is_out_of_reach(oid: Oid) -> bool {
    // SAFETY: reads a setting of the process, and the catalog.
    unsafe {
        pg_sys::ParallelWorkerNumber >= 0
            && pg_sys::get_rel_persistence(oid) as u8 == pg_sys::RELPERSISTENCE_TEMP
    }
}

/// Raises core's own error unless the current user owns the relation, or it does not exist.
pub(crate) fn check_owner(oid: Oid) {
    // SAFETY: the server looks the relation up, and raises what it finds.
    unsafe {
        #[cfg(feature = "pg15")]
        let owns = pg_sys::pg_class_ownercheck(oid, pg_sys::GetUserId());
        #[cfg(not(feature = "pg15"))]
        let owns = pg_sys::object_ownercheck(pg_sys::RelationRelationId, oid, pg_sys::GetUserId());
        if !owns {
            let kind = pg_sys::get_relkind_objtype(pg_sys::get_rel_relkind(oid));
            let name = pg_sys::get_rel_name(oid);
            pg_sys::aclcheck_error(pg_sys::AclResult::ACLCHECK_NOT_OWNER, kind, name);
        }
    }
}

/// Who owns a relation, which must exist.
pub(crate) fn owner(oid: Oid) -> Oid {
    // SAFETY: the entry stays while it is held; it is a row of pg_class.
    unsafe {
        let cache = pg_sys::SysCacheIdentifier::RELOID as i32;
        let tuple = pg_sys::SearchSysCache1(cache, Datum::from(oid));
        if tuple.is_null() {
            error::unknown_relation(oid.to_u32());
        }
        let owner = (*pg_sys::GETSTRUCT(tuple).cast::<pg_sys::FormData_pg_class>()).relowner;
        pg_sys::ReleaseSysCache(tuple);
        owner
    }
}

/// Runs `work` as another user, restricted as the server restricts what it runs for the owner of a
/// table. Row security that the owner forces upon himself does not count.
pub(crate) fn as_user<T>(user: Oid, work: impl FnOnce() -> T) -> T {
    // SAFETY: after an error the server itself restores both, with the transaction or savepoint.
    unsafe {
        let (mut before, mut context) = (Oid::INVALID, 0);
        pg_sys::GetUserIdAndSecContext(&mut before, &mut context);
        let restricted = pg_sys::SECURITY_RESTRICTED_OPERATION | pg_sys::SECURITY_NOFORCE_RLS;
        pg_sys::SetUserIdAndSecContext(user, context | restricted as i32);
        let result = work();
        pg_sys::SetUserIdAndSecContext(before, context);
        result
    }
}
