//! Writing corpus statistics: made, counted again, folded.
//!
//! Invariants:
//! * Everything runs as the owner of the documents, restricted as the server restricts REFRESH
//!   MATERIALIZED VIEW: code of that owner (a cast, a trigger) gets no other rights.
//! * Only one session at a time writes anew or folds (SHARE UPDATE EXCLUSIVE on the table); readers and
//!   tracked writers do not wait.
//! * Documents are counted, and old rows deleted, in one snapshot, taken under that lock: a tracked write
//!   is either in the documents that were counted, and its delta is deleted, or its delta stays.
//! * What is written anew has the next id of the table's sequence; what is folded has the greatest id of
//!   what went into it.

use std::ffi::{CStr, CString};

use pgrx::pg_sys::{self, Datum, Oid};
use search::{statistics::Totals, vocabulary};

use super::{
    collect::{self, Part},
    statistics::{self, Source, Statistics, keyed},
    track::is_tracked,
};
use crate::{
    error,
    pg::{
        self, Call, KeyedTable, Lock, Snapshot, Spi, Value, array_elements, bigint_array,
        has_nulls, literal, pg_function, quoted, text, text_array,
    },
};

/// Words that are inserted by one statement.
const BATCH: usize = 1 << 16;

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

/// Writes statistics into one table.
struct Writer<'s> {
    spi: &'s Spi,
    /// Quoted and with its schema.
    table: &'s [u8],
    /// The schema of this extension.
    schema: &'s CStr,
}

impl Writer<'_> {
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

    /// Writes totals, if there is anything.
    fn totals(&self, totals: Totals, id: i64) {
        if totals == Totals::default() {
            return;
        }
        self.spi.execute(
            &[
                b"INSERT INTO ",
                self.table,
                b" (kind, word, id, documents, lengths) VALUES ('t', '', $1, $2, $3)",
            ],
            &[
                Value(pg_sys::INT8OID, Some(Datum::from(id))),
                Value(pg_sys::INT8OID, Some(Datum::from(totals.documents))),
                Value(pg_sys::INT8ARRAYOID, Some(bigint_array(&totals.lengths))),
            ],
        );
    }

    /// Writes words with their numbers, none of which is 0.
    fn words(&self, kind: u8, words: &[(&[u8], i64)], id: i64) {
        for words in words.chunks(BATCH) {
            let texts: Vec<Datum> = words.iter().map(|(word, _)| text(word)).collect();
            let numbers: Vec<i64> = words.iter().map(|(_, number)| *number).collect();
            self.spi.execute(
                &[
                    b"INSERT INTO ",
                    self.table,
                    b" (kind, word, id, documents) SELECT $1, u.w, $2, u.n \
                        FROM ROWS FROM (pg_catalog.unnest($3), pg_catalog.unnest($4)) AS u (w, n)",
                ],
                &[
                    Value(pg_sys::CHAROID, Some(Datum::from(kind))),
                    Value(pg_sys::INT8OID, Some(Datum::from(id))),
                    Value(pg_sys::TEXTARRAYOID, Some(text_array(&texts))),
                    Value(pg_sys::INT8ARRAYOID, Some(bigint_array(&numbers))),
                ],
            );
        }
    }

    /// Writes a vocabulary of words in ascending order.
    fn vocabulary(&self, words: &[(&[u8], i64)], id: i64) {
        let counted = words.iter().map(|(word, count)| (word, count.max(&0).unsigned_abs()));
        let Ok(data) = vocabulary::build(counted) else { error::malformed_counts() };
        // The last four bytes are a checksum of the others.
        let checksum: String =
            data.iter().rev().take(4).rev().map(|byte| format!("{byte:02x}")).collect();
        self.spi.execute(
            &[
                b"INSERT INTO ",
                self.table,
                b" (kind, word, id, documents, data) VALUES ('f', $1, $2, $3, $4)",
            ],
            &[
                Value(pg_sys::TEXTOID, Some(text(&checksum))),
                Value(pg_sys::INT8OID, Some(Datum::from(id))),
                Value(pg_sys::INT8OID, Some(Datum::from(words.len() as i64))),
                Value(pg_sys::BYTEAOID, Some(text(&data))),
            ],
        );
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

    /// Counts the documents, and puts what was counted in the place of what was there.
    fn count(&self, stats: Oid, documents: &Documents, columns: &[CString]) {
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
        let counted = pg::with_snapshot(|snapshot| {
            // SAFETY: the snapshot is active.
            unsafe {
                let counted = self.spi.execute_in(snapshot, &command, &[]).value(0, 0);
                let kinds = b" WHERE kind OPERATOR(pg_catalog.=) ANY ('{t,l,f,v,r,b}')";
                self.spi.execute_in(snapshot, &[b"DELETE FROM ", self.table, kinds], &[]);
                if is_tracked(self.spi, snapshot, self.schema, stats, documents.oid) {
                    self.words(b'b', &[(b"", 0)], id);
                }
                counted
            }
        });
        let (mut lexemes, mut words) = (Vec::new(), Vec::new());
        // SAFETY: the result of the aggregate is a bytea, which stays until the connection ends.
        let reader = counted.map(|counted| unsafe { collect::reader(counted) });
        let read = reader.map(|reader| {
            collect::read(reader, |part| match part {
                Part::Totals(totals) => self.totals(totals, id),
                Part::Lexeme(lexeme, count) => lexemes.push((lexeme, count)),
                Part::Word(word, count) => words.push((word, count)),
            })
        });
        if matches!(read, Some(Err(_))) {
            error::malformed_counts();
        }
        self.words(b'l', &lexemes, id);
        if columns.len() > 1 {
            self.vocabulary(&words, id);
        }
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
            let kinds = b" WHERE kind OPERATOR(pg_catalog.=) ANY ('{f,v}')";
            execute(&[b"DELETE FROM ", self.table, kinds], &[]);
            let words: Vec<_> = words.iter().map(|(word, count)| (&word[..], *count)).collect();
            // What is empty now is not void.
            self.vocabulary(&words, last.max(reset));
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
    let (known, table) = stats_name(&documents, column);
    let known = (known != Oid::INVALID).then_some(known);
    let mut others = false;
    if let Some(known) = known {
        let found = keyed(known, Lock::Maintain).ok();
        let found = found.and_then(|table| statistics::source(&table, Snapshot::Now));
        let same = |found: &&Source| {
            found.documents == wanted.documents && found.columns[0] == wanted.columns[0]
        };
        let Some(found) = found.as_ref().filter(same) else {
            error::statistics_name_taken(&pg::shown(&table), &pg::shown(documents.name.to_bytes()))
        };
        pg::check_owner(known);
        others = *found != wanted;
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
            let writer = Writer { spi, table: &table, schema: &call.schema() };
            if known.is_none() || others {
                writer.source(&wanted);
            }
            let stats = stats_name(&documents, column).0;
            writer.count(stats, &documents, &columns);
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
                        let writer = Writer { spi, table: name.to_bytes(), schema: &schema };
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
                    let writer = Writer { spi, table: name.to_bytes(), schema: &schema };
                    writer.count(stats, &documents, &columns);
                });
            });
        }
        Datum::null()
    }
}
