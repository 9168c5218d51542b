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
    statistics::{Source, keyed, source},
};
use crate::{
    error,
    pg::{
        self, Call, Snapshot, Spi, Value, array_elements, bigint_array, hides_rows, pg_function,
        relation_name, text, text_array,
    },
};

/// Words that are inserted by one statement.
const BATCH: usize = 1 << 16;

/// The documents of a corpus, as the user has named them and may read them.
struct Documents {
    oid: Oid,
    name: CString,
    owner: Oid,
    persistence: u8,
}

impl Documents {
    /// Locks and checks the table.
    fn open(oid: Oid) -> Self {
        // SAFETY: the server looks the relation up and locks it, or raises that there is none.
        unsafe {
            pg::check_owner(oid);
            pg_sys::LockRelationOid(oid, pg_sys::AccessShareLock as i32);
            let Some(name) = relation_name(oid) else { error::unknown_relation(oid.to_u32()) };
            let kind = pg_sys::get_rel_relkind(oid) as u8;
            let persistence = pg_sys::get_rel_persistence(oid) as u8;
            let is_it = matches!(
                kind,
                pg_sys::RELKIND_RELATION
                    | pg_sys::RELKIND_PARTITIONED_TABLE
                    | pg_sys::RELKIND_MATVIEW
            );
            if !is_it {
                error::not_documents(&pg::shown(name.to_bytes()));
            }
            if hides_rows(oid) {
                error::rows_hidden(
                    &pg::shown(name.to_bytes()),
                    "Only who sees every row can have them counted.",
                );
            }
            Self { oid, name, owner: pg::owner(oid), persistence }
        }
    }

    /// Raises an error unless the column exists and is of a type that `fits`.
    fn check_column(&self, column: &CStr, expected: &str, fits: impl Fn(Oid) -> bool) {
        // SAFETY: the server looks the column up.
        let (number, type_oid) = unsafe {
            let number = pg_sys::get_attnum(self.oid, column.as_ptr());
            (number, pg_sys::get_atttype(self.oid, number))
        };
        let column = pg::shown(column.to_bytes());
        if number == 0 {
            error::unknown_column(&column, &pg::shown(self.name.to_bytes()));
        }
        // SAFETY: as above.
        if !fits(unsafe { pg_sys::getBaseType(type_oid) }) {
            error::wrong_column_type(&column, &pg::type_name(type_oid), expected);
        }
    }
}

/// Whether values of the type are texts, or can be written as such without loss.
fn is_text(type_oid: Oid) -> bool {
    let (mut category, mut preferred) = (0, false);
    // SAFETY: the server fills in both.
    unsafe { pg_sys::get_type_category_preferred(type_oid, &mut category, &mut preferred) };
    category as u8 == b'S'
}

/// A name as an SQL identifier.
fn quoted(name: &CStr) -> Vec<u8> {
    // SAFETY: the server returns a string in the current context.
    unsafe { CStr::from_ptr(pg_sys::quote_identifier(name.as_ptr())).to_bytes().to_vec() }
}

/// A text as an SQL literal.
fn literal(text: &CStr) -> Vec<u8> {
    // SAFETY: the server returns a string in the current context.
    unsafe { CStr::from_ptr(pg_sys::quote_literal_cstr(text.as_ptr())).to_bytes().to_vec() }
}

/// Writes statistics into one table.
struct Writer<'s> {
    spi: &'s Spi,
    /// Quoted and with its schema.
    table: &'s [u8],
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
    fn count(&self, schema: &CStr, documents: &CStr, columns: &[Vec<u8>]) {
        let id = self.next_id();
        let mut command: Vec<Vec<u8>> =
            vec![b"SELECT ".to_vec(), quoted(schema), b".search_corpus_agg(".to_vec()];
        for (place, column) in columns.iter().enumerate() {
            let column = CString::new(&column[..]).expect("a name has no zero byte");
            command.push(if place > 0 { b", d.".to_vec() } else { b"d.".to_vec() });
            command.push(quoted(&column));
            command.push(if place > 0 { b"::pg_catalog.text".to_vec() } else { Vec::new() });
        }
        command.push(b") FROM ".to_vec());
        command.push(documents.to_bytes().to_vec());
        command.push(b" AS d".to_vec());
        let command: Vec<&[u8]> = command.iter().map(|piece| &piece[..]).collect();
        // SAFETY: the snapshot is registered until both commands have run.
        let counted = unsafe {
            let snapshot = pg_sys::RegisterSnapshot(pg_sys::GetTransactionSnapshot());
            let counted = self.spi.execute_in(snapshot, &command, &[]).value(0, 0);
            self.spi.execute_in(
                snapshot,
                &[
                    b"DELETE FROM ",
                    self.table,
                    b" WHERE kind OPERATOR(pg_catalog.=) ANY ('{t,l,f,v,r}')",
                ],
                &[],
            );
            pg_sys::UnregisterSnapshot(snapshot);
            counted
        };
        let Some(counted) = counted else { return };
        let (mut lexemes, mut words) = (Vec::new(), Vec::new());
        // SAFETY: the result of the aggregate is a bytea, which stays until the connection ends.
        let read = collect::read(unsafe { collect::reader(counted) }, |part| match part {
            Part::Totals(totals) => self.totals(totals, id),
            Part::Lexeme(lexeme, count) => lexemes.push((lexeme, count)),
            Part::Word(word, count) => words.push((word, count)),
        });
        if read.is_err() {
            error::malformed_counts();
        }
        self.words(b'l', &lexemes, id);
        if columns.len() > 1 {
            self.vocabulary(&words, id);
        }
    }
}

/// The comments of a statistics table.
const COMMENTS: [(&CStr, &CStr); 6] = [
    (
        c"kind",
        c"s source, c column, t totals, l lexeme, f vocabulary, v change of its word, r reset",
    ),
    (c"word", c"what the row is of: a lexeme, a word, a name"),
    (c"id", c"rows of one word are summed; those before the greatest id of a reset are void"),
    (c"documents", c"number of documents, or by how much it changes"),
    (c"lengths", c"positions with each label, {D,C,B,A}"),
    (c"data", c"words of the text columns with their numbers of documents, as a transducer"),
];

/// Makes an empty table, without a key.
fn create_table(spi: &Spi, table: &[u8], documents: &Documents, column: &[u8]) {
    let persistence: &[u8] = match documents.persistence {
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
        let column = CStr::from_ptr(call.value(1).cast_mut_ptr::<pg_sys::NameData>().cast());
        (Oid::from(call.value(0).value() as u32), column)
    };
    let documents = Documents::open(oid);
    documents.check_column(column, "tsvector", |type_oid| type_oid == pg_sys::TSVECTOROID);
    for text in texts {
        documents.check_column(text, "text", is_text);
    }
    let columns = [&[column], texts].concat();
    let source = Source {
        documents: documents.name.to_bytes().to_vec(),
        columns: columns.iter().map(|column| column.to_bytes().to_vec()).collect(),
    };
    let (known, table) = stats_name(&documents, column);
    let known = (known != Oid::INVALID).then_some(known);
    if let Some(known) = known {
        // SAFETY: locks a relation; it may turn out to be none of ours.
        unsafe { pg_sys::LockRelationOid(known, pg_sys::ShareUpdateExclusiveLock as i32) };
        let is_ours = keyed(known).ok().and_then(|table| self::source(&table, Snapshot::Now));
        let same = |found: &Source| {
            found.documents == source.documents && found.columns[0] == source.columns[0]
        };
        if !is_ours.as_ref().is_some_and(same) {
            error::statistics_name_taken(&pg::shown(&table), &pg::shown(documents.name.to_bytes()));
        }
        pg::check_owner(known);
    }
    pg::as_user(documents.owner, || {
        Spi::connect(|spi| {
            if known.is_none() {
                create_table(spi, &table, &documents, column.to_bytes());
            }
            let writer = Writer { spi, table: &table };
            writer.source(&source);
            writer.count(&call.schema(), &documents.name, &source.columns);
            if known.is_none() {
                spi.execute(&[b"ALTER TABLE ", &table, b" ADD PRIMARY KEY (kind, word, id)"], &[]);
            }
        });
    });
    Datum::from(stats_name(&documents, column).0)
}

pg_function! {
    /// `(documents regclass, tsv_column name) → regclass`
    fn search_create_stats(call) { create(call, &[]) }
}

pg_function! {
    /// `(documents regclass, tsv_column name, VARIADIC text_columns name[]) → regclass`
    fn search_create_stats_texts(call) {
        let (_, names) = array_elements(call.value(2));
        let names: Vec<&CStr> = names.map(|name| CStr::from_ptr(name.cast_mut_ptr())).collect();
        create(call, &names)
    }
}
