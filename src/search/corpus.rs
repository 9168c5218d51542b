//! Writing corpus statistics: made, counted again, folded.
//!
//! Invariants:
//! * Everything runs as the owner of the documents, restricted as the server restricts REFRESH
//!   MATERIALIZED VIEW: code of that owner (a cast, a trigger) gets no other rights.
//! * Only one session at a time writes anew or folds (SHARE UPDATE EXCLUSIVE on the table); readers and
//!   tracked writers do not wait.
//! * Documents are counted, and old rows looked at and deleted, in one snapshot, taken under that lock: a
//!   tracked write is either in the documents that were counted, and its delta is deleted, or its delta
//!   stays.
//! * A lexeme's row, or the vocabulary, that already says what was counted stays. Totals are always
//!   deleted and written anew: of two transactions that count in old snapshots, the later fails there,
//!   before it mixes its rows with those of the other.
//! * What is written anew has the next id of the table's sequence; what is folded has the greatest id of
//!   what went into it.

use std::ffi::{CStr, CString};

use pgrx::pg_sys::{self, Datum, Oid};
use search::{statistics::Totals, vocabulary};

use super::{
    collect::{self, Part},
    statistics::{self, COLUMNS, Row, Source, Statistics, keyed},
    track::is_tracked,
};
use crate::{
    error,
    pg::{
        self, Call, ContextAllocator, KeyedTable, Lock, Snapshot, Spi, Value, Varlena,
        array_elements, bytes, has_nulls, literal, pg_function, quoted, text,
    },
};

/// The documents of a corpus, which the user owns.
pub(super) struct Documents {
    pub(super) oid: Oid,
    /// Quoted and with its schema.
    pub(super) name: CString,
    /// `relkind`.
    pub(super) kind: u8,
    owner: Oid,
}

impl Documents {
    /// Locks and checks the table.
    pub(super) fn open(oid: Oid) -> Self {
        pg::check_owner(oid);
        pg::lock_relation(oid, Lock::Read);
        let Some(name) = pg::relation_name(oid) else { error::unknown_relation(oid.to_u32()) };
        let kind = pg::relation_kind(oid);
        let is_it = matches!(
            kind,
            pg_sys::RELKIND_RELATION | pg_sys::RELKIND_PARTITIONED_TABLE | pg_sys::RELKIND_MATVIEW
        );
        if !is_it {
            error::not_documents(&pg::shown(name.to_bytes()));
        }
        Self { oid, name, kind, owner: pg::owner(oid) }
    }

    /// Raises an error unless every row can be counted, and the columns are a `tsvector` and texts.
    fn check(&self, columns: &[impl AsRef<CStr>]) {
        let name = pg::shown(self.name.to_bytes());
        if pg::hides_rows(self.oid) {
            error::rows_hidden(&name, "Only who sees every row can have them counted.");
        }
        for (place, column) in columns.iter().enumerate() {
            let shown = pg::shown(column.as_ref().to_bytes());
            let Some((_, type_oid)) = column_type(self.oid, column.as_ref()) else {
                error::unknown_column(&shown, &name)
            };
            let (fits, expected) = match place {
                0 => (type_oid == pg_sys::TSVECTOROID, "tsvector"),
                _ => (is_text(type_oid), "text"),
            };
            if !fits {
                error::wrong_column_type(&shown, &pg::type_name(type_oid), expected);
            }
        }
    }
}

/// The number of a column and its type, below all domains.
pub(super) fn column_type(relation: Oid, column: &CStr) -> Option<(i16, Oid)> {
    // SAFETY: the server looks the column up.
    unsafe {
        let number = pg_sys::get_attnum(relation, column.as_ptr());
        let type_oid = pg_sys::get_atttype(relation, number);
        (number > 0).then(|| (number, pg_sys::getBaseType(type_oid)))
    }
}

/// Whether values of the type lie in memory as texts do.
pub(super) fn is_text(type_oid: Oid) -> bool {
    // Of a char(n) the blanks at the end make no word.
    // SAFETY: the server looks for a cast.
    type_oid == pg_sys::BPCHAROID || unsafe { pg_sys::IsBinaryCoercible(type_oid, pg_sys::TEXTOID) }
}

/// The table that statistics are of.
pub(super) fn documents_of(source: &Source) -> Oid {
    pg::relation_of_name(&source.documents)
        .unwrap_or_else(|| error::documents_missing(&pg::shown(&source.documents)))
}

/// Rows that are deleted by one statement.
const BATCH: usize = 1 << 16;

/// Words with their numbers, in ascending order.
type Words<'w> = allocator_api2::vec::Vec<(&'w [u8], i64), ContextAllocator>;

/// A vocabulary as a row has it.
struct Encoded {
    /// What the last four bytes of the data are: a checksum of the others.
    checksum: String,
    words: i64,
    data: Vec<u8>,
}

impl Encoded {
    /// That of words in ascending order.
    fn new(words: &[(&[u8], i64)]) -> Self {
        let counted = words.iter().map(|(word, count)| {
            pgrx::check_for_interrupts!();
            (word, count.max(&0).unsigned_abs())
        });
        let Ok(data) = vocabulary::build(counted) else { error::malformed_counts() };
        let checksum = data.iter().rev().take(4).rev().map(|byte| format!("{byte:02x}")).collect();
        Self { checksum, words: words.len() as i64, data }
    }

    /// Whether the only row of a vocabulary has it, and is not void by a reset.
    fn is_in(&self, table: &KeyedTable<6>, reset: i64) -> bool {
        let (mut rows, mut same) = (0, false);
        statistics::rows(table, Snapshot::Active, b'f', None, |row| {
            rows += 1;
            same = row.id >= reset
                && row.word == self.checksum.as_bytes()
                && row.documents == Some(self.words)
                // SAFETY: the column is of type bytea.
                && row.data.is_some_and(|data| unsafe { bytes(Varlena::new(data)) } == self.data);
            true
        });
        rows == 1 && same
    }
}

/// Writes statistics into one table.
struct Writer<'s> {
    spi: &'s Spi,
    stats: Oid,
    /// Quoted and with its schema.
    table: &'s [u8],
    /// The numbers of its columns.
    attributes: [i16; 6],
    /// The schema of this extension.
    schema: &'s CStr,
}

impl<'s> Writer<'s> {
    /// Raises an error unless the current user sees every row of the table and may add some.
    fn new(spi: &'s Spi, stats: Oid, table: &'s [u8], schema: &'s CStr) -> Self {
        let name = pg::shown(table);
        let Some(attributes) = pg::attributes(stats, &COLUMNS) else {
            error::not_statistics(&name)
        };
        pg::check_privilege(stats, pg_sys::ACL_INSERT);
        if pg::hides_rows(stats) {
            error::rows_hidden(&name, "Corpus statistics have to be readable as a whole.");
        }
        Self { spi, stats, table, attributes, schema }
    }

    /// The next id of the table's sequence.
    fn next_id(&self) -> i64 {
        let command: &[&[u8]] = &[
            b"SELECT pg_catalog.nextval(pg_catalog.pg_get_serial_sequence($1, 'id')::pg_catalog.regclass)",
        ];
        let found = self.spi.execute(command, &[Value(pg_sys::TEXTOID, Some(text(self.table)))]);
        match found.value(0, 0) {
            Some(id) => id.value() as i64,
            None => error::not_statistics(&pg::shown(self.table)),
        }
    }

    fn append<'r>(&self, rows: impl Iterator<Item = Row<'r>>) {
        pg::append(self.stats, &self.attributes, rows.map(|row| row.columns()));
    }

    /// Writes words with their numbers.
    fn words(&self, kind: u8, words: &[(&[u8], i64)], id: i64) {
        self.append(words.iter().map(|(word, number)| Row::counting(kind, word, *number, id)));
    }

    /// Writes totals, if there is anything.
    fn totals(&self, totals: Totals, id: i64) {
        if totals != Totals::default() {
            self.append(core::iter::once_with(|| Row::totals_of(totals, id)));
        }
    }

    fn vocabulary(&self, vocabulary: &Encoded, id: i64) {
        self.append(core::iter::once_with(|| {
            let row = Row::counting(b'f', vocabulary.checksum.as_bytes(), vocabulary.words, id);
            row.with_data(&vocabulary.data)
        }));
    }

    /// Says what the statistics are of, and which columns are read.
    fn source(&self, source: &Source) {
        self.spi.execute(
            &[b"DELETE FROM ", self.table, b" WHERE kind OPERATOR(pg_catalog.=) ANY ('{s,c}')"],
            &[],
        );
        let columns = source.columns.iter().zip(0..);
        let columns: Vec<_> = columns.map(|(column, place)| (&column[..], place)).collect();
        self.words(b's', &[(&source.documents, 0)], 0);
        self.words(b'c', &columns, 0);
    }

    /// Counts the documents, and makes the table say that. In a table that is known are rows, by its
    /// key; a new one is empty.
    fn count(&self, known: Option<KeyedTable<6>>, documents: &Documents, columns: &[CString]) {
        let id = self.next_id();
        let mut command: Vec<Vec<u8>> =
            vec![b"SELECT ".to_vec(), quoted(self.schema), b".search_corpus_agg(".to_vec()];
        for (place, column) in columns.iter().enumerate() {
            command.push(if place > 0 { b", d.".to_vec() } else { b"d.".to_vec() });
            command.push(quoted(column));
            command.push(if place > 0 { b"::pg_catalog.text".to_vec() } else { Vec::new() });
        }
        command.extend([
            b") FROM ".to_vec(),
            documents.name.to_bytes().to_vec(),
            b" AS d".to_vec(),
        ]);
        let command: Vec<&[u8]> = command.iter().map(|piece| &piece[..]).collect();
        pg::with_snapshot(|snapshot| {
            // SAFETY: the snapshot is active.
            let counted = unsafe { self.spi.execute_in(snapshot, &command, &[]).value(0, 0) };
            let memory = ContextAllocator::current();
            let (mut lexemes, mut words) = (Words::new_in(memory), Words::new_in(memory));
            let mut totals = Totals::default();
            // SAFETY: the result of the aggregate is a bytea, which stays until the connection ends.
            let reader = counted.map(|counted| unsafe { collect::reader(counted) });
            let read = reader.map(|reader| {
                collect::read(reader, |part| match part {
                    Part::Totals(counted) => totals = counted,
                    Part::Lexeme(lexeme, count) => lexemes.push((lexeme, count)),
                    Part::Word(word, count) => words.push((word, count)),
                })
            });
            if matches!(read, Some(Err(_))) {
                error::malformed_counts();
            }
            let mut vocabulary = (columns.len() > 1).then(|| Encoded::new(&words));
            if let Some(table) = known {
                // A reset that this snapshot does not see makes rows void all the same.
                let seen = statistics::reset(&table, Snapshot::Active);
                let reset = seen.max(statistics::reset(&table, Snapshot::Now));
                let mut kinds: &[u8] = b"t,v,r,b,f";
                if vocabulary.as_ref().is_some_and(|vocabulary| vocabulary.is_in(&table, reset)) {
                    vocabulary = None;
                    kinds = b"t,v,r,b";
                }
                self.delete_kinds(snapshot, kinds);
                lexemes = self.update_lexemes(snapshot, &table, reset, &lexemes);
            }
            if is_tracked(self.spi, snapshot, self.schema, self.stats, documents.oid) {
                self.words(b'b', &[(b"", 0)], id);
            }
            self.totals(totals, id);
            self.words(b'l', &lexemes, id);
            if let Some(vocabulary) = vocabulary {
                self.vocabulary(&vocabulary, id);
            }
        });
    }

    /// Deletes the rows of some kinds, with commas between them, that the snapshot, which is active, sees.
    fn delete_kinds(&self, snapshot: pg_sys::Snapshot, kinds: &[u8]) {
        let condition = b" WHERE kind OPERATOR(pg_catalog.=) ANY ('{";
        // SAFETY: the snapshot is active.
        unsafe {
            let command: &[&[u8]] = &[b"DELETE FROM ", self.table, condition, kinds, b"}')"];
            self.spi.execute_in(snapshot, command, &[]);
        }
    }

    /// Deletes the rows of lexemes that do not say what was counted, and returns what has to be written.
    fn update_lexemes<'w>(
        &self,
        snapshot: pg_sys::Snapshot,
        table: &KeyedTable<6>,
        reset: i64,
        counted: &[(&'w [u8], i64)],
    ) -> Words<'w> {
        let memory = ContextAllocator::current();
        let mut wrong = allocator_api2::vec::Vec::new_in(memory);
        let mut missing = Words::new_in(memory);
        let mut counted = counted.iter().copied().peekable();
        // Both are in the order of the words. Of several rows of a word at most one is right.
        statistics::rows(table, Snapshot::Active, b'l', None, |row| {
            while let Some(lexeme) = counted.next_if(|(lexeme, _)| *lexeme < row.word) {
                missing.push(lexeme);
            }
            let is_right = |(lexeme, count): &(&[u8], i64)| {
                *lexeme == row.word && Some(*count) == row.documents && row.id >= reset
            };
            if counted.next_if(is_right).is_none() {
                wrong.push(row.place);
            }
            true
        });
        missing.extend(counted);
        for places in wrong.chunks(BATCH) {
            // SAFETY: the snapshot is active.
            unsafe {
                self.spi.execute_in(
                    snapshot,
                    &[b"DELETE FROM ", self.table, b" WHERE ctid OPERATOR(pg_catalog.=) ANY ($1)"],
                    &[Value(pg_sys::TIDARRAYOID, Some(pg::tid_array(places)))],
                );
            }
        }
        missing
    }

    /// Adds up the rows of each word that the active snapshot sees.
    fn fold(&self, table: KeyedTable<6>, snapshot: pg_sys::Snapshot, has_texts: bool) {
        let statistics = Statistics::of(table);
        let reset = statistics::reset(&table, Snapshot::Active);
        let before = Value(pg_sys::INT8OID, Some(Datum::from(reset)));
        // SAFETY: the snapshot is active.
        let execute = |pieces: &[&[u8]], arguments: &[Value]| unsafe {
            self.spi.execute_in(snapshot, pieces, arguments)
        };
        let (mut count, mut last) = (0, i64::MIN);
        statistics::rows(&table, Snapshot::Active, b't', None, |row| {
            (count, last) = (count + 1, last.max(row.id));
            true
        });
        if count > 1 || last < reset {
            let kind = b" WHERE kind OPERATOR(pg_catalog.=) 't'";
            execute(&[b"DELETE FROM ", self.table, kind], &[]);
            self.totals(statistics.totals(), last);
        }
        execute(
            &[
                b"WITH gone AS (DELETE FROM ",
                self.table,
                b" AS t WHERE t.kind OPERATOR(pg_catalog.=) 'l' \
                    AND (t.id OPERATOR(pg_catalog.<) $1 OR t.word OPERATOR(pg_catalog.=) ANY (\
                        SELECT s.word FROM ",
                self.table,
                b" AS s WHERE s.kind OPERATOR(pg_catalog.=) 'l' \
                        GROUP BY s.word HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 1)) \
                    RETURNING t.word, t.id, t.documents) \
                INSERT INTO ",
                self.table,
                b" (kind, word, id, documents) \
                SELECT 'l', g.word, pg_catalog.max(g.id), pg_catalog.sum(g.documents) FROM gone AS g \
                WHERE g.id OPERATOR(pg_catalog.>=) $1 GROUP BY g.word \
                HAVING pg_catalog.sum(g.documents) OPERATOR(pg_catalog.<>) 0",
            ],
            &[before],
        );
        let (mut changed, mut last) = (false, i64::MIN);
        for kind in [b'f', b'v'] {
            statistics::rows(&table, Snapshot::Active, kind, None, |row| {
                changed |= kind == b'v' || row.id < reset;
                last = last.max(row.id);
                true
            });
        }
        if changed && has_texts {
            let mut words: Vec<(Vec<u8>, i64)> = Vec::new();
            if let Some(vocabulary) = statistics.vocabulary() {
                vocabulary.each(|word, count| words.push((word.to_vec(), count as i64)));
            }
            self.delete_kinds(snapshot, b"f,v");
            let words: Vec<_> = words.iter().map(|(word, count)| (&word[..], *count)).collect();
            // What is empty now is not void.
            self.vocabulary(&Encoded::new(&words), last.max(reset));
        }
        // Every delta before a reset that is seen has been seen, and is gone.
        let kind = b" WHERE kind OPERATOR(pg_catalog.=) 'r' AND id OPERATOR(pg_catalog.<=) $1";
        execute(&[b"DELETE FROM ", self.table, kind], &[before]);
    }
}

/// The comments of a statistics table.
const COMMENTS: [(&CStr, &CStr); 6] = [
    (
        c"kind",
        c"s source, c column, t totals, l lexeme, f vocabulary, v change of its word, r reset, b base",
    ),
    (c"word", c"what the row is of: a lexeme, a word, a name"),
    (c"id", c"rows of one word are summed; those before the greatest id of a reset are void"),
    (c"documents", c"number of documents, or by how much it changes"),
    (c"lengths", c"positions with each label, {D,C,B,A}"),
    (c"data", c"words of the text columns with their numbers of documents, as a transducer"),
];

/// Makes an empty table, without a key.
fn create_table(spi: &Spi, table: &[u8], documents: &Documents, column: &[u8]) {
    let persistence: &[u8] = match pg::relation_persistence(documents.oid) {
        // What survives a crash does not outlive its documents.
        pg_sys::RELPERSISTENCE_UNLOGGED => b"UNLOGGED ",
        _ => b"",
    };
    spi.execute(
        &[
            b"CREATE ",
            persistence,
            b"TABLE ",
            table,
            b" (kind pg_catalog.\"char\" NOT NULL, \
                word pg_catalog.text COLLATE pg_catalog.\"C\" NOT NULL, \
                id pg_catalog.int8 NOT NULL GENERATED BY DEFAULT AS IDENTITY, \
                documents pg_catalog.int8, lengths pg_catalog.int8[], data pg_catalog.bytea)",
        ],
        &[],
    );
    spi.execute(&[b"ALTER TABLE ", table, b" ALTER COLUMN data SET STORAGE EXTERNAL"], &[]);
    let comment = [b"corpus statistics of ", documents.name.to_bytes(), b", column ", column];
    let comment = CString::new(comment.concat()).expect("a name has no zero byte");
    spi.execute(&[b"COMMENT ON TABLE ", table, b" IS ", &literal(&comment)], &[]);
    for (name, comment) in COMMENTS {
        let name = name.to_bytes();
        spi.execute(&[b"COMMENT ON COLUMN ", table, b".", name, b" IS ", &literal(comment)], &[]);
    }
}

/// The table for the statistics of a column: in the schema of the documents, named after both as core
/// names what it makes for a column.
fn stats_name(documents: &Documents, column: &CStr) -> (Oid, Vec<u8>) {
    // SAFETY: the documents exist; the server returns strings in the current context.
    unsafe {
        let schema = pg_sys::get_rel_namespace(documents.oid);
        let table = pg_sys::get_rel_name(documents.oid);
        let name = pg_sys::makeObjectName(table, column.as_ptr(), c"stats".as_ptr());
        let oid = pg_sys::get_relname_relid(name, schema);
        let schema = pg_sys::get_namespace_name(schema);
        let name = CStr::from_ptr(pg_sys::quote_qualified_identifier(schema, name));
        (oid, name.to_bytes().to_vec())
    }
}

/// Makes or replaces the statistics of a column, and returns their table.
fn create(call: Call, texts: &[&CStr]) -> Datum {
    // SAFETY: SQL declares a regclass and a name, and the function as strict.
    let (oid, column) = unsafe {
        let column = CStr::from_ptr(call.value(1).cast_mut_ptr());
        (Oid::from(call.value(0).value() as u32), column)
    };
    let documents = Documents::open(oid);
    let columns: Vec<CString> =
        [&[column], texts].concat().into_iter().map(CStr::to_owned).collect();
    documents.check(&columns);
    let wanted = Source {
        documents: documents.name.to_bytes().to_vec(),
        columns: columns.iter().map(|column| column.to_bytes().to_vec()).collect(),
    };
    let (stats, table) = stats_name(&documents, column);
    let exists = stats != Oid::INVALID;
    let known = exists.then(|| keyed(stats, Lock::Maintain).ok()).flatten();
    let mut others = false;
    if exists {
        let found = known.map(|table| {
            let source = statistics::source(&table, Snapshot::Now);
            source.ok_or_else(|| table.is_empty(Snapshot::Now))
        });
        others = match found {
            Some(Ok(found))
                if found.documents == wanted.documents && found.columns[0] == wanted.columns[0] =>
            {
                found != wanted
            }
            // Truncated by somebody, or, unlogged, by a crash.
            Some(Err(true)) => true,
            _ => error::statistics_name_taken(
                &pg::shown(&table),
                &pg::shown(documents.name.to_bytes()),
            ),
        };
        pg::check_owner(stats);
    }
    if others {
        // Whoever writes meanwhile would count the words of other columns.
        pg::with_children(oid, Lock::KeepWriters);
    }
    pg::as_user(documents.owner, || {
        Spi::connect(|spi| {
            if known.is_none() {
                create_table(spi, &table, &documents, column.to_bytes());
            }
            let stats = stats_name(&documents, column).0;
            let schema = call.schema();
            let writer = Writer::new(spi, stats, &table, &schema);
            if known.is_none() || others {
                writer.source(&wanted);
            }
            writer.count(known, &documents, &columns);
            if known.is_none() {
                spi.execute(&[b"ALTER TABLE ", &table, b" ADD PRIMARY KEY (kind, word, id)"], &[]);
            }
            Datum::from(stats)
        })
    })
}

pg_function! {
    /// `(documents regclass, tsv_column name) → regclass`
    fn search_create_stats(call) { create(call, &[]) }
}

pg_function! {
    /// `(documents regclass, tsv_column name, VARIADIC text_columns name[]) → regclass`
    fn search_create_stats_texts(call) {
        if has_nulls(call.value(2)) {
            error::null_column();
        }
        let (_, names) = array_elements(call.value(2));
        let names: Vec<&CStr> = names.map(|name| CStr::from_ptr(name.cast_mut_ptr())).collect();
        create(call, &names)
    }
}

pg_function! {
    /// `(stats regclass, recompute boolean) → void`
    fn search_refresh_stats(call) {
        let stats = Oid::from(call.value(0).value() as u32);
        let asked = call.value(1).value() != 0;
        pg::check_owner(stats);
        let (table, source) = statistics::known(stats, Lock::Maintain);
        let documents = documents_of(&source);
        let schema = call.schema();
        let Some(name) = pg::relation_name(stats) else { error::unknown_relation(stats.to_u32()) };
        pg::lock_relation(documents, Lock::Read);
        let folded = !asked && pg::as_user(pg::owner(stats), || {
            Spi::connect(|spi| {
                pg::with_snapshot(|snapshot| {
                    let mut based = false;
                    statistics::rows(&table, Snapshot::Active, b'b', None, |_| {
                        based = true;
                        true
                    });
                    let folds = based && is_tracked(spi, snapshot, &schema, stats, documents);
                    if folds {
                        let writer = Writer::new(spi, stats, name.to_bytes(), &schema);
                        writer.fold(table, snapshot, source.columns.len() > 1);
                    }
                    folds
                })
            })
        });
        if !folded {
            let documents = Documents::open(documents);
            let columns: Vec<CString> =
                source.columns.iter().map(|column| CString::new(&column[..]).expect("a name")).collect();
            documents.check(&columns);
            pg::as_user(documents.owner, || {
                Spi::connect(|spi| {
                    let writer = Writer::new(spi, stats, name.to_bytes(), &schema);
                    writer.count(Some(table), &documents, &columns);
                });
            });
        }
        Datum::null()
    }
}
