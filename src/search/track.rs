//! Keeping corpus statistics current: triggers that append what each statement changes.
//!
//! Invariants:
//! * One statement fires the triggers of the one table that it names, whatever partitions its rows are
//!   in: each row is counted once. So every partition has triggers of its own, for statements that name
//!   it; and the documents cannot be a partition themselves.
//! * A trigger appends rows and never waits for another writer. It acts as the owner of the
//!   statistics, and only if they say themselves that they are of the firing table, or of a partitioned
//!   table above it.
//! * A write never fails because statistics are missing, renamed or altered: it warns.
//! * TRUNCATE of the documents' table itself makes all that came before void. TRUNCATE of a partition
//!   takes away what the partition had, counted before it is gone; where the partitioned table is
//!   truncated, its own trigger comes first, so nothing is left to be taken away.
//! * Statistics have a row of the kind `b` if they were counted while tracked, and nothing was changed
//!   about tracking since. Without it a refresh counts anew.

use core::ffi::CStr;
use std::ffi::CString;

use pgrx::pg_sys::{self, Datum, Oid};
use search::statistics::Totals;

use super::{
    collect::Counted,
    corpus::{Documents, column_type, documents_of, is_text},
    statistics::{self, Row, Source},
};
use crate::{
    error,
    pg::{
        self, ContextAllocator, Event, KeyedTable, Lock, Snapshot, Spi, Trigger, Value,
        pg_function, quoted, text,
    },
};

/// The triggers of a table: how the name ends, and what the statement creates.
const TRIGGERS: [(&CStr, &str); 4] = [
    (c"insert", "AFTER INSERT ON {} REFERENCING NEW TABLE AS new_rows"),
    (c"update", "AFTER UPDATE ON {} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows"),
    (c"delete", "AFTER DELETE ON {} REFERENCING OLD TABLE AS old_rows"),
    (c"truncate", "TRUNCATE ON {}"),
];

/// The function of the triggers, as SQL declares it.
const FUNCTION: &[u8] = b"search_track_change()";

/// What a trigger is to do.
struct Target {
    table: KeyedTable<6>,
    source: Source,
    /// The columns of the firing table, as in the source.
    attributes: Vec<i16>,
}

impl Target {
    /// What a trigger names, or why it does nothing.
    fn of(trigger: Trigger) -> Result<Self, &'static str> {
        let named = trigger.argument(0).zip(trigger.argument(1));
        let oid = named.and_then(|(schema, name)| pg::relation_named(schema, name));
        let table = statistics::keyed(oid.ok_or("There is no such table.")?, Lock::Write)
            .map_err(|_| "The table was altered.")?;
        let source = statistics::source(&table, Snapshot::Now)
            .ok_or("The table does not say what it is of.")?;
        let relation = trigger.relation();
        if !pg::names_upwards(relation).iter().any(|name| name.to_bytes() == source.documents) {
            return Err("They are of another table, or the table was renamed.");
        }
        let attribute = |(place, name): (usize, &Vec<u8>)| {
            let (attribute, type_oid) = column_type(relation, &c_string(name))?;
            let fits = if place == 0 { type_oid == pg_sys::TSVECTOROID } else { is_text(type_oid) };
            fits.then_some(attribute)
        };
        let attributes: Option<_> = source.columns.iter().enumerate().map(attribute).collect();
        let attributes = attributes.ok_or("A column was renamed, altered or dropped.")?;
        Ok(Self { table, source, attributes })
    }

    /// Appends what a statement changed.
    fn track(&self, trigger: Trigger) -> Result<(), &'static str> {
        let mut counted = Counted::new(ContextAllocator::current());
        let mut count = |sign, row: &[Option<Datum>]| {
            if let Some(document) = row[0] {
                // SAFETY: the columns were found to be a tsvector and texts.
                unsafe { counted.add(document, row[1..].iter().copied(), sign) }
            }
        };
        let relation = trigger.relation();
        match trigger.event() {
            Event::Change => trigger.each_change(&self.attributes, count),
            Event::Truncate => {
                let name = pg::relation_name(relation);
                if name.is_some_and(|name| name.to_bytes() == self.source.documents) {
                    return self.append(|id| [Row::new(b'r', b"", id).columns()].into_iter());
                }
                // A partitioned table has no rows of its own.
                if pg::relation_kind(relation) == pg_sys::RELKIND_RELATION && !self.is_empty() {
                    pg::each_row(relation, &self.attributes, |row| count(-1, row));
                }
            }
        }
        let collection = &mut counted.collection;
        collection.lexemes.sort();
        collection.words.sort();
        let is_change = |(_, count): &(&[u8], i64)| *count != 0;
        let totals = (collection.totals != Totals::default()).then_some(collection.totals);
        let lexemes = || collection.lexemes.iter().filter(is_change);
        let words = || collection.words.iter().filter(is_change);
        if totals.is_none() && lexemes().next().is_none() && words().next().is_none() {
            return Ok(());
        }
        self.append(|id| {
            let totals = totals.map(|totals| Row::totals_of(totals, id).columns());
            let row =
                move |kind| move |(word, count)| Row::counting(kind, word, count, id).columns();
            totals.into_iter().chain(lexemes().map(row(b'l'))).chain(words().map(row(b'v')))
        })
    }

    /// Appends rows with the next id.
    fn append<R>(&self, rows: impl FnOnce(i64) -> R) -> Result<(), &'static str>
    where
        R: Iterator<Item = [Option<Datum>; 6]>,
    {
        pg::as_user(pg::owner(self.table.oid()), || {
            let id = self.table.next_number(2).ok_or("Its column id is no identity any more.")?;
            self.table.append(rows(id));
            Ok(())
        })
    }

    /// Whether no document is counted.
    fn is_empty(&self) -> bool {
        let reset = statistics::reset(&self.table, Snapshot::Now);
        let mut empty = true;
        statistics::rows(&self.table, Snapshot::Now, b't', None, |row| {
            empty = row.id < reset;
            empty
        });
        empty
    }
}

pg_function! {
    /// `() → trigger`
    fn search_track_change(call) {
        let Some(trigger) = Trigger::of(call) else { error::not_a_trigger() };
        let done = Target::of(trigger).and_then(|target| target.track(trigger));
        if let Err(reason) = done {
            let name = |n| trigger.argument(n).map_or("?".into(), |name| pg::shown(name.to_bytes()));
            let table = statistics::described(trigger.relation());
            error::warn_not_tracked(&format!("{}.{}", name(0), name(1)), &table, reason);
        }
        // Nobody looks at what a trigger for a statement returns.
        Datum::null()
    }
}

/// A name of the server's as a C string.
fn c_string(name: &[u8]) -> CString {
    CString::new(name).expect("a name has no zero byte")
}

/// The arguments of triggers for a table, as the catalog has them.
fn arguments(stats: Oid) -> [CString; 2] {
    // SAFETY: the table is locked; the server returns strings in the current context.
    unsafe {
        let schema = pg_sys::get_namespace_name(pg_sys::get_rel_namespace(stats));
        let name = pg_sys::get_rel_name(stats);
        [CStr::from_ptr(schema).to_owned(), CStr::from_ptr(name).to_owned()]
    }
}

/// The trigger function, as `regprocedure` reads it.
fn function(schema: &CStr) -> Vec<u8> {
    [&quoted(schema), &b"."[..], FUNCTION].concat()
}

/// Whether all of the documents' tables have enabled triggers for the statistics, in the snapshot of
/// `spi`'s caller.
pub(super) fn is_tracked(
    spi: &Spi,
    snapshot: pg_sys::Snapshot,
    schema: &CStr,
    stats: Oid,
    documents: Oid,
) -> bool {
    let tables = pg::with_children(documents, Lock::Read);
    let oids: Vec<Datum> = tables.iter().map(|oid| Datum::from(*oid)).collect();
    // SAFETY: the snapshot is active.
    let found = unsafe {
        spi.execute_in(
            snapshot,
            &[b"SELECT pg_catalog.count(*) FROM pg_catalog.pg_trigger AS t \
                    WHERE t.tgrelid OPERATOR(pg_catalog.=) ANY ($1) \
                    AND t.tgfoid OPERATOR(pg_catalog.=) \
                        pg_catalog.to_regprocedure($2)::pg_catalog.oid \
                    AND t.tgargs OPERATOR(pg_catalog.=) $3 \
                    AND t.tgenabled OPERATOR(pg_catalog.=) ANY ('{O,A}') \
                    AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits AS i \
                        WHERE i.inhrelid OPERATOR(pg_catalog.=) $4)"],
            &[
                Value(pg_sys::OIDARRAYOID, Some(pg::oid_array(&oids))),
                Value(pg_sys::TEXTOID, Some(text(function(schema)))),
                Value(pg_sys::BYTEAOID, Some(text(stored(&arguments(stats))))),
                Value(pg_sys::OIDOID, Some(Datum::from(documents))),
            ],
        )
    };
    found.value(0, 0).is_some_and(|count| count.value() == tables.len() * TRIGGERS.len())
}

/// Arguments of a trigger as the catalog stores them.
fn stored(arguments: &[CString; 2]) -> Vec<u8> {
    arguments.iter().flat_map(|argument| argument.to_bytes_with_nul()).copied().collect()
}

/// Drops the triggers of a table for these statistics, and those for statistics that are gone.
fn drop_triggers(spi: &Spi, schema: &CStr, table: Oid, arguments: &[CString; 2]) {
    let found = spi.execute(
        &[b"SELECT t.tgname, t.tgargs FROM pg_catalog.pg_trigger AS t \
                WHERE t.tgrelid OPERATOR(pg_catalog.=) $1 AND t.tgfoid OPERATOR(pg_catalog.=) \
                    pg_catalog.to_regprocedure($2)::pg_catalog.oid"],
        &[
            Value(pg_sys::OIDOID, Some(Datum::from(table))),
            Value(pg_sys::TEXTOID, Some(text(function(schema)))),
        ],
    );
    for row in 0..found.count {
        let (Some(name), Some(args)) = (found.value(row, 0), found.value(row, 1)) else { continue };
        // SAFETY: the columns are of type name and bytea.
        let (name, args) = unsafe {
            let name = CStr::from_ptr(name.cast_mut_ptr());
            (name, pg::bytes(pg::Varlena::new(args)).to_vec())
        };
        let mut names = args.split(|byte| *byte == 0).map(c_string);
        let named = names.next().zip(names.next());
        let gone = named.is_none_or(|(schema, name)| pg::relation_named(&schema, &name).is_none());
        if gone || args == stored(arguments) {
            let Some(table) = pg::relation_name(table) else { continue };
            spi.execute(&[b"DROP TRIGGER ", &quoted(name), b" ON ", table.to_bytes()], &[]);
        }
    }
}

/// Creates the triggers of a table for statistics.
fn create_triggers(spi: &Spi, schema: &CStr, table: Oid, before: bool, arguments: &[CString; 2]) {
    let Some(table_name) = pg::relation_name(table) else { return };
    let [stats_schema, stats_name] = arguments;
    for (event, clause) in TRIGGERS {
        let name = pg::unused_trigger_name(table, stats_name, event);
        let (timing, rest) = clause.split_once("{}").expect("a clause names the table");
        let when: &[u8] = match (event == c"truncate", before) {
            (false, _) => b"",
            (true, true) => b"BEFORE ",
            (true, false) => b"AFTER ",
        };
        spi.execute(
            &[
                b"CREATE TRIGGER ",
                &quoted(&name),
                b" ",
                when,
                timing.as_bytes(),
                table_name.to_bytes(),
                rest.as_bytes(),
                b" FOR EACH STATEMENT EXECUTE FUNCTION ",
                &quoted(schema),
                b".search_track_change(",
                &pg::literal(stats_schema),
                b", ",
                &pg::literal(stats_name),
                b")",
            ],
            &[],
        );
    }
}

/// Raises an error unless every change of the documents can be seen by triggers.
fn check_trackable(spi: &Spi, documents: &Documents, source: &Source, tables: &[Oid]) {
    let name = pg::shown(documents.name.to_bytes());
    if documents.kind == pg_sys::RELKIND_MATVIEW {
        error::cannot_track(&name, "It is a materialized view.");
    }
    if tables.iter().any(|table| pg::relation_kind(*table) == pg_sys::RELKIND_FOREIGN_TABLE) {
        error::cannot_track(&name, "A partition is a foreign table.");
    }
    if documents.kind == pg_sys::RELKIND_RELATION && tables.len() > 1 {
        error::cannot_track(&name, "Other tables inherit from it.");
    }
    let found = spi.execute(
        &[b"SELECT FROM pg_catalog.pg_inherits AS i WHERE i.inhrelid OPERATOR(pg_catalog.=) $1"],
        &[Value(pg_sys::OIDOID, Some(Datum::from(documents.oid)))],
    );
    if found.count > 0 {
        error::cannot_track(
            &name,
            "It is a part of another table, through which its rows may change.",
        );
    }
    // A virtual column has no value where triggers see rows.
    let names: Vec<Datum> = source.columns.iter().map(text).collect();
    let found = spi.execute(
        &[b"SELECT FROM pg_catalog.pg_attribute AS a \
                WHERE a.attrelid OPERATOR(pg_catalog.=) $1 \
                AND a.attname::pg_catalog.text OPERATOR(pg_catalog.=) ANY ($2) \
                AND a.attgenerated OPERATOR(pg_catalog.=) 'v'"],
        &[
            Value(pg_sys::OIDOID, Some(Datum::from(documents.oid))),
            Value(pg_sys::TEXTARRAYOID, Some(pg::text_array(&names))),
        ],
    );
    if found.count > 0 {
        error::cannot_track(&name, "One of the columns is a virtual generated column.");
    }
    // Nor has a stored one, if a row comes through the partitioned table and the partition has its
    // columns in other places: the server keeps the row as it was before the columns were computed.
    let oids: Vec<Datum> = tables.iter().map(|oid| Datum::from(*oid)).collect();
    let found = spi.execute(
        &[b"SELECT FROM pg_catalog.pg_attribute AS a \
                WHERE a.attrelid OPERATOR(pg_catalog.=) $1 \
                AND a.attname::pg_catalog.text OPERATOR(pg_catalog.=) ANY ($2) \
                AND a.attgenerated OPERATOR(pg_catalog.=) 's' \
                AND (SELECT pg_catalog.count(DISTINCT s.layout) FROM (\
                    SELECT pg_catalog.array_agg(ROW(c.attnum, c.attlen, c.attalign, \
                        CASE WHEN NOT c.attisdropped THEN c.attname END)::pg_catalog.text \
                        ORDER BY c.attnum) AS layout \
                    FROM pg_catalog.pg_attribute AS c \
                    WHERE c.attrelid OPERATOR(pg_catalog.=) ANY ($3) \
                    AND c.attnum OPERATOR(pg_catalog.>) 0 GROUP BY c.attrelid) AS s) \
                OPERATOR(pg_catalog.>) 1"],
        &[
            Value(pg_sys::OIDOID, Some(Datum::from(documents.oid))),
            Value(pg_sys::TEXTARRAYOID, Some(pg::text_array(&names))),
            Value(pg_sys::OIDARRAYOID, Some(pg::oid_array(&oids))),
        ],
    );
    if found.count > 0 {
        error::cannot_track(
            &name,
            "One of the columns is a generated column, and a partition has its columns in another order.",
        );
    }
}

pg_function! {
    /// `(stats regclass, enabled boolean) → void`
    fn search_track_stats(call) {
        let stats = Oid::from(call.value(0).value() as u32);
        let enabled = call.value(1).value() != 0;
        let (table, source) = statistics::known(stats, Lock::Read);
        let documents = Documents::open(documents_of(&source));
        let tables = pg::with_children(documents.oid, Lock::KeepWriters);
        pg::lock_relation(stats, Lock::Maintain);
        let (schema, arguments) = (call.schema(), arguments(stats));
        if enabled {
            Spi::connect(|spi| check_trackable(spi, &documents, &source, &tables));
        }
        for table in tables {
            pg::as_user(pg::owner(table), || {
                Spi::connect(|spi| {
                    drop_triggers(spi, &schema, table, &arguments);
                    if enabled {
                        // See above: a partitioned table's own must come before its partitions'.
                        let before = documents.kind == pg_sys::RELKIND_PARTITIONED_TABLE;
                        create_triggers(spi, &schema, table, before, &arguments);
                    }
                });
            });
        }
        pg::as_user(pg::owner(table.oid()), || {
            Spi::connect(|spi| {
                let Some(stats) = pg::relation_name(stats) else { return };
                let kind = b" WHERE kind OPERATOR(pg_catalog.=) 'b'";
                spi.execute(&[b"DELETE FROM ", stats.to_bytes(), kind], &[]);
            });
        });
        Datum::null()
    }
}
