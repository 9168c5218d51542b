//! Rows of an ordinary table by its primary key, without a statement of SQL.
//!
//! What is read for every query must cost microseconds, and be the same under any setting of the
//! planner and any search path: so rows are read as the server reads its own catalogs.
//!
//! Invariants:
//! * The lock on the table is kept to the end of the transaction, as a statement keeps it; the
//!   relation is open only while rows are read. An error leaves it to the server to close it.
//! * Whoever reads may: [`KeyedTable::open`] checks what the executor would check.

use core::{ffi::CStr, mem::zeroed};
use std::ffi::CString;

use pgrx::pg_sys::{self, Datum, Oid};

use super::{ContextAllocator, fenced, text};
use crate::error;

/// Rows that are written at once where nothing looks at them one by one, as COPY does.
const AT_ONCE: usize = 1000;

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

/// What a lock on a table keeps from others.
#[derive(Clone, Copy)]
#[repr(u32)]
pub(crate) enum Lock {
    /// To alter or truncate it.
    Read = pg_sys::AccessShareLock,
    /// Besides, to make an index or a trigger.
    Write = pg_sys::RowExclusiveLock,
    /// Besides, to take this lock.
    Maintain = pg_sys::ShareUpdateExclusiveLock,
    /// Besides, to write.
    KeepWriters = pg_sys::ShareRowExclusiveLock,
}

/// Locks a relation, if it exists, to the end of the transaction.
pub(crate) fn lock_relation(oid: Oid, lock: Lock) {
    // SAFETY: the server takes a lock, whatever the OID is.
    unsafe { pg_sys::LockRelationOid(oid, lock as i32) }
}

impl<const N: usize> KeyedTable<N> {
    /// Locks and checks the table.
    ///
    /// # Errors
    /// If it is not one with these columns, of which the first `key` are its primary key.
    pub(crate) fn open(
        oid: Oid,
        lock: Lock,
        columns: &[Column; N],
        key: usize,
    ) -> Result<Self, NotThis> {
        // SAFETY: the server locks the relation or says that there is none; it stays open and
        // unchanged until it is closed.
        unsafe {
            let relation = pg_sys::try_relation_open(oid, lock as i32);
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
            let attributes = attributes(oid, columns)?;
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

    /// Calls `each` with the place and the columns of every row whose first columns are so, in the
    /// order of the key, until it returns false. What it is given lives until it returns.
    pub(crate) fn rows(
        &self,
        snapshot: Snapshot,
        conditions: &[Condition<'_>],
        mut each: impl FnMut(pg_sys::ItemPointerData, [Option<Datum>; N]) -> bool,
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
                if !each((*tuple).t_self, row) {
                    break;
                }
            }
            pg_sys::systable_endscan_ordered(scan);
            pg_sys::index_close(index, pg_sys::AccessShareLock as i32);
            pg_sys::relation_close(relation, pg_sys::NoLock as i32);
        }
    }

    /// Whether there is no row.
    pub(crate) fn is_empty(&self, snapshot: Snapshot) -> bool {
        let mut empty = true;
        self.rows(snapshot, &[], |_, _| {
            empty = false;
            false
        });
        empty
    }

    /// The next number of the sequence of column `place`, `None` if it is no identity.
    pub(crate) fn next_number(&self, place: usize) -> Option<i64> {
        // SAFETY: the table is locked; whoever may write to it may have its numbers.
        unsafe {
            let relation = pg_sys::relation_open(self.oid, pg_sys::NoLock as i32);
            let sequence = pg_sys::getIdentitySequence(
                #[cfg(any(feature = "pg15", feature = "pg16"))]
                self.oid,
                #[cfg(not(any(feature = "pg15", feature = "pg16")))]
                relation,
                self.attributes[place],
                true,
            );
            pg_sys::relation_close(relation, pg_sys::NoLock as i32);
            (sequence != Oid::INVALID).then(|| fenced::nextval_internal(sequence, false))
        }
    }

    /// See [`append`].
    pub(crate) fn append(&self, rows: impl Iterator<Item = [Option<Datum>; N]>) {
        append(self.oid, &self.attributes, rows);
    }
}

/// The numbers of these columns; `None` unless the table has them all, of these types.
pub(crate) fn attributes<const N: usize>(oid: Oid, columns: &[Column; N]) -> Option<[i16; N]> {
    let mut attributes = [0; N];
    for (attribute, column) in attributes.iter_mut().zip(columns) {
        // SAFETY: the server looks up a relation that is locked.
        unsafe {
            *attribute = pg_sys::get_attnum(oid, column.name.as_ptr());
            if *attribute <= 0 || pg_sys::get_atttype(oid, *attribute) != column.type_oid {
                return None;
            }
        }
    }
    Some(attributes)
}

/// Appends rows with these columns to a table that is locked for writing; each is made in memory that is
/// emptied when it has been written.
///
/// As in the apply worker of logical replication constraints and triggers of the table hold, while its
/// privileges and row security are the caller's matter. A table without index and trigger gets many rows
/// at once.
pub(crate) fn append<const N: usize>(
    oid: Oid,
    attributes: &[i16; N],
    mut rows: impl Iterator<Item = [Option<Datum>; N]>,
) {
    // SAFETY: the table has the attributes. All that is made here is given back, or by the server after
    // an error.
    unsafe {
        let relation = pg_sys::relation_open(oid, pg_sys::RowExclusiveLock as i32);
        let state = pg_sys::CreateExecutorState();
        let result = ContextAllocator::new((*state).es_query_cxt)
            .put(pg_sys::ResultRelInfo { type_: pg_sys::NodeTag::T_ResultRelInfo, ..zeroed() });
        pg_sys::InitResultRelInfo(result, relation, 0, core::ptr::null_mut(), 0);
        pg_sys::ExecOpenIndices(result, false);
        let constraints = (*(*relation).rd_att).constr;
        let at_once = (*(*relation).rd_rel).relam == pg_sys::HEAP_TABLE_AM_OID
            && (*result).ri_NumIndices == 0
            && (*relation).trigdesc.is_null()
            && constraints.as_ref().is_none_or(|constraints| !constraints.has_generated_stored);
        let mut slots: Vec<_> = (0..if at_once { AT_ONCE } else { 1 })
            .map(|_| pg_sys::table_slot_create(relation, core::ptr::null_mut()))
            .collect();
        let columns = (*(*relation).rd_att).natts as usize;
        pg_sys::AfterTriggerBeginQuery();
        let memory = super::memory::scratch();
        let mut filled = slots.len();
        while filled == slots.len() {
            filled = 0;
            while let Some(slot) = slots.get(filled).copied()
                && let Some(row) = memory.within(|| rows.next())
            {
                if let Some(clear) = (*(*slot).tts_ops).clear {
                    clear(slot);
                }
                core::slice::from_raw_parts_mut((*slot).tts_isnull, columns).fill(true);
                for (attribute, value) in attributes.iter().zip(row) {
                    let place = *attribute as usize - 1;
                    *(*slot).tts_isnull.add(place) = value.is_none();
                    *(*slot).tts_values.add(place) = value.unwrap_or(Datum::null());
                }
                pg_sys::ExecStoreVirtualTuple(slot);
                if !at_once {
                    fenced::ExecSimpleRelationInsert(result, state, slot);
                } else if !constraints.is_null() {
                    fenced::ExecConstraints(result, slot, state);
                }
                if !(*state).es_per_tuple_exprcontext.is_null() {
                    let context = (*(*state).es_per_tuple_exprcontext).ecxt_per_tuple_memory;
                    pg_sys::MemoryContextReset(context);
                }
                filled += 1;
            }
            if at_once && filled > 0 {
                let (slots, count) = (slots.as_mut_ptr(), filled as i32);
                let command = pg_sys::GetCurrentCommandId(true);
                pg_sys::heap_multi_insert(
                    relation,
                    slots,
                    count,
                    command,
                    0,
                    core::ptr::null_mut(),
                );
            }
            pg_sys::MemoryContextReset(memory.context());
            pgrx::check_for_interrupts!();
        }
        fenced::AfterTriggerEndQuery(state);
        for slot in slots {
            pg_sys::ExecDropSingleTupleTableSlot(slot);
        }
        pg_sys::ExecCloseIndices(result);
        pg_sys::FreeExecutorState(state);
        pg_sys::relation_close(relation, pg_sys::NoLock as i32);
        // What comes next in the transaction sees them.
        pg_sys::CommandCounterIncrement();
    }
}

/// Calls `each` with these columns of every row of a table, committed or of this transaction, in a
/// memory context that is emptied after each row. The table is locked; its partitions are not read.
pub(crate) fn each_row(oid: Oid, attributes: &[i16], mut each: impl FnMut(&[Option<Datum>])) {
    let memory = super::memory::scratch();
    // SAFETY: the relation is locked, and has the attributes; the snapshot is registered meanwhile.
    unsafe {
        let relation = pg_sys::relation_open(oid, pg_sys::NoLock as i32);
        let snapshot = pg_sys::RegisterSnapshot(pg_sys::GetLatestSnapshot());
        let none = core::ptr::null_mut();
        let scan = pg_sys::systable_beginscan(relation, Oid::INVALID, false, snapshot, 0, none);
        let description = (*relation).rd_att;
        let mut values = vec![Datum::null(); (*description).natts as usize];
        let mut nulls = vec![true; values.len()];
        loop {
            let tuple = pg_sys::systable_getnext(scan);
            if tuple.is_null() {
                break;
            }
            let (values, nulls) = (&mut values, &mut nulls);
            pg_sys::heap_deform_tuple(tuple, description, values.as_mut_ptr(), nulls.as_mut_ptr());
            let row: Vec<_> = attributes
                .iter()
                .map(|attribute| *attribute as usize - 1)
                .map(|place| (!nulls[place]).then(|| values[place]))
                .collect();
            memory.within(|| each(&row));
            pg_sys::MemoryContextReset(memory.context());
            pgrx::check_for_interrupts!();
        }
        pg_sys::systable_endscan(scan);
        pg_sys::UnregisterSnapshot(snapshot);
        pg_sys::relation_close(relation, pg_sys::NoLock as i32);
        pg_sys::MemoryContextDelete(memory.context());
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

/// Raises the executor's own error unless the current user has a privilege, `ACL_SELECT` for instance.
pub(crate) fn check_privilege(oid: Oid, privilege: u32) {
    // SAFETY: the server looks up a relation that is locked, and raises what it finds.
    unsafe {
        let allowed = pg_sys::pg_class_aclcheck(oid, pg_sys::GetUserId(), privilege.into());
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
            && relation_persistence(oid) == pg_sys::RELPERSISTENCE_TEMP
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

/// Runs `work` as a user: for another one restricted as the server restricts what it runs for the owner
/// of a table, and without row security that the owner forces upon himself.
pub(crate) fn as_user<T>(user: Oid, work: impl FnOnce() -> T) -> T {
    // SAFETY: after an error the server itself restores both, with the transaction or savepoint.
    unsafe {
        let (mut before, mut context) = (Oid::INVALID, 0);
        pg_sys::GetUserIdAndSecContext(&mut before, &mut context);
        if before == user {
            return work();
        }
        let restricted = pg_sys::SECURITY_RESTRICTED_OPERATION | pg_sys::SECURITY_NOFORCE_RLS;
        pg_sys::SetUserIdAndSecContext(user, context | restricted as i32);
        let result = work();
        pg_sys::SetUserIdAndSecContext(before, context);
        result
    }
}

/// The name of a relation and those of the partitioned tables above it, as [`relation_name`] gives
/// them.
pub(crate) fn names_upwards(oid: Oid) -> Vec<CString> {
    let mut names: Vec<CString> = relation_name(oid).into_iter().collect();
    // SAFETY: the server returns a list of OIDs.
    unsafe {
        if pg_sys::get_rel_relispartition(oid) {
            names.extend(oids(fenced::get_partition_ancestors(oid)).filter_map(relation_name));
        }
    }
    names
}

/// A relation and all that inherit from it, partitions for instance; each is locked.
pub(crate) fn with_children(oid: Oid, lock: Lock) -> Vec<Oid> {
    // SAFETY: the server returns a list of OIDs.
    unsafe { oids(fenced::find_all_inheritors(oid, lock as i32, core::ptr::null_mut())).collect() }
}

/// # Safety
/// `list` is one of OIDs.
unsafe fn oids(list: *mut pg_sys::List) -> impl Iterator<Item = Oid> {
    // SAFETY: as ours; no list is null.
    unsafe {
        let length = list.as_ref().map_or(0, |list| list.length as usize);
        (0..length).map(move |place| (*(*list).elements.add(place)).oid_value)
    }
}

/// A name as an SQL identifier.
pub(crate) fn quoted(name: &CStr) -> Vec<u8> {
    // SAFETY: the server returns a string in the current context.
    unsafe { CStr::from_ptr(pg_sys::quote_identifier(name.as_ptr())).to_bytes().to_vec() }
}

/// A text as an SQL literal.
pub(crate) fn literal(text: &CStr) -> Vec<u8> {
    // SAFETY: the server returns a string in the current context.
    unsafe { CStr::from_ptr(pg_sys::quote_literal_cstr(text.as_ptr())).to_bytes().to_vec() }
}

/// The relation with this name in this schema.
pub(crate) fn relation_named(schema: &CStr, name: &CStr) -> Option<Oid> {
    // SAFETY: the server looks both up.
    let oid = unsafe {
        let schema = pg_sys::get_namespace_oid(schema.as_ptr(), true);
        pg_sys::get_relname_relid(name.as_ptr(), schema)
    };
    (oid != Oid::INVALID).then_some(oid)
}

/// The relation of a name as [`relation_name`] gives it.
pub(crate) fn relation_of_name(name: &[u8]) -> Option<Oid> {
    // SAFETY: the server takes the name apart, or raises that it is none.
    unsafe {
        let names = fenced::textToQualifiedNameList(text(name).cast_mut_ptr());
        if names.as_ref()?.length != 2 {
            return None;
        }
        let part = |n| {
            let part = (*(*names).elements.add(n)).ptr_value.cast::<pg_sys::String>();
            CStr::from_ptr((*part).sval)
        };
        relation_named(part(0), part(1))
    }
}

/// `relkind` of a relation that exists.
pub(crate) fn relation_kind(oid: Oid) -> u8 {
    // SAFETY: the server looks the relation up.
    unsafe { pg_sys::get_rel_relkind(oid) as u8 }
}

/// `relpersistence` of a relation that exists.
pub(crate) fn relation_persistence(oid: Oid) -> u8 {
    // SAFETY: the server looks the relation up.
    unsafe { pg_sys::get_rel_persistence(oid) as u8 }
}

/// A name for a trigger that the table does not have yet.
pub(crate) fn unused_trigger_name(table: Oid, stem: &CStr, label: &CStr) -> CString {
    // SAFETY: the server makes names of parts, as it does for indexes, and looks them up.
    unsafe {
        let mut label = label.to_owned();
        for number in 1.. {
            let name = pg_sys::makeObjectName(stem.as_ptr(), core::ptr::null(), label.as_ptr());
            if pg_sys::get_trigger_oid(table, name, true) == Oid::INVALID {
                return CStr::from_ptr(name).to_owned();
            }
            let next =
                format!("{}{number}", label.to_string_lossy().trim_end_matches(char::is_numeric));
            label = CString::new(next).expect("a label has no zero byte");
        }
        unreachable!("a table has fewer triggers than there are numbers")
    }
}

/// Runs `work` with a new snapshot (that of the transaction, where it keeps one) as the active one.
pub(crate) fn with_snapshot<T>(work: impl FnOnce(pg_sys::Snapshot) -> T) -> T {
    // SAFETY: the snapshot is active until `work` has ended; after an error the server takes it away.
    unsafe {
        pg_sys::PushActiveSnapshot(pg_sys::GetTransactionSnapshot());
        let result = work(pg_sys::GetActiveSnapshot());
        pg_sys::PopActiveSnapshot();
        result
    }
}
