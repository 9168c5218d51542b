//! A table of corpus statistics, and how it is read.
//!
//! One ordinary table holds all that is known of the documents of one column. What kind a row is of:
//!
//! | kind | one for each | word | documents | lengths, data |
//! |---|---|---|---|---|
//! | `s` source | table | name of the documents' table, quoted and with its schema | | |
//! | `c` column | column that is read | its name | 0 for the `tsvector`, texts from 1 on | |
//! | `t` totals | table, and delta | | number of documents | lengths: positions with labels {D,C,B,A} |
//! | `l` lexeme | lexeme, and delta | the lexeme | how many hold it | |
//! | `f` vocabulary | table with text columns | checksum of data | number of words | data: see the crate's `vocabulary` |
//! | `v` word | delta | the word | by how many more hold it than `f` says | |
//! | `r` reset | TRUNCATE | | | |
//! | `b` base | table that was counted while tracked | | | |
//!
//! Invariants:
//! * Rows of the kinds `t`, `l` and `v` of one word are summed. A delta is nothing but one more row.
//!   Counting anew leaves the row of a lexeme that has the right number by itself, with its id.
//! * A row of these kinds, and of `f`, with a smaller id than the greatest of an `r` is void. Ids
//!   come from one sequence. TRUNCATE keeps all others from the documents until it is committed, so
//!   every delta of what it removed has a smaller id, and every later one a greater id.
//! * Rows are read in the snapshot of the statement that asks, so the numbers fit the documents that
//!   it sees.
//! * A session keeps a few vocabularies as they were loaded; which one a row holds is told by its
//!   id, its checksum and its number of words together.

use std::{cell::RefCell, rc::Rc};

use pgrx::pg_sys::{self, Datum, Oid};
use search::{
    statistics::{Totals, document_frequency},
    vocabulary::{Encoding, Vocabulary},
};

use crate::{
    error,
    pg::{
        Column, Condition, KeyedTable, Lock, NotThis, Snapshot, Varlena, array_elements,
        bigint_array, bytes, check_privilege, hides_rows, is_out_of_reach, is_utf8, pg_function,
        relation_name, text,
    },
};

/// The columns, the first three of which are the key.
pub(super) const COLUMNS: [Column; 6] = [
    Column { name: c"kind", type_oid: pg_sys::CHAROID },
    Column { name: c"word", type_oid: pg_sys::TEXTOID },
    Column { name: c"id", type_oid: pg_sys::INT8OID },
    Column { name: c"documents", type_oid: pg_sys::INT8OID },
    Column { name: c"lengths", type_oid: pg_sys::INT8ARRAYOID },
    Column { name: c"data", type_oid: pg_sys::BYTEAOID },
];
const KEY: usize = 3;

/// How many vocabularies a session keeps.
const KEPT: usize = 4;

/// The bytes of a vocabulary, shared by those who read it.
#[derive(Clone)]
pub(crate) struct Bytes(Rc<Vec<u8>>);

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// A vocabulary as a session keeps it.
struct Kept {
    table: Oid,
    /// The id of the row, its checksum, and its number of words.
    which: (i64, Vec<u8>, i64),
    vocabulary: Vocabulary<Bytes>,
}

thread_local! {
    /// The one that was used last comes last.
    static VOCABULARIES: RefCell<Vec<Kept>> = const { RefCell::new(Vec::new()) };
}

/// What the documents of a statistics table are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    /// Their table, quoted and with its schema.
    pub(super) documents: Vec<u8>,
    /// The `tsvector` column, then the text columns.
    pub(super) columns: Vec<Vec<u8>>,
}

/// A row, read or to be written.
pub(super) struct Row<'r> {
    /// Where one that was read lies.
    pub(super) place: pg_sys::ItemPointerData,
    kind: u8,
    pub(super) word: &'r [u8],
    pub(super) id: i64,
    pub(super) documents: Option<i64>,
    lengths: Option<Datum>,
    pub(super) data: Option<Datum>,
}

impl<'r> Row<'r> {
    /// A row without numbers.
    pub(super) fn new(kind: u8, word: &'r [u8], id: i64) -> Self {
        let place = pg_sys::ItemPointerData::default();
        Self { place, kind, word, id, documents: None, lengths: None, data: None }
    }

    /// A row of a word and a number of documents.
    pub(super) fn counting(kind: u8, word: &'r [u8], documents: i64, id: i64) -> Self {
        Self { documents: Some(documents), ..Self::new(kind, word, id) }
    }

    /// A row of totals.
    pub(super) fn totals_of(totals: Totals, id: i64) -> Self {
        let lengths = Some(bigint_array(&totals.lengths));
        Self { documents: Some(totals.documents), lengths, ..Self::new(b't', b"", id) }
    }

    /// The same row with data.
    pub(super) fn with_data(self, data: &[u8]) -> Self {
        Self { data: Some(text(data)), ..self }
    }

    /// Its columns.
    pub(super) fn columns(&self) -> [Option<Datum>; 6] {
        [
            Some(Datum::from(self.kind)),
            Some(text(self.word)),
            Some(Datum::from(self.id)),
            self.documents.map(Datum::from),
            self.lengths,
            self.data,
        ]
    }

    /// What a row of totals adds; labels that somebody took out add nothing.
    pub(super) fn totals(&self) -> Totals {
        let mut totals = Totals { documents: self.documents.unwrap_or(0), ..Totals::default() };
        if let Some(lengths) = self.lengths {
            // SAFETY: the column is of type bigint[].
            let (_, lengths) = unsafe { array_elements(lengths) };
            for (total, length) in totals.lengths.iter_mut().zip(lengths) {
                *total = length.value() as i64;
            }
        }
        totals
    }
}

/// A table of corpus statistics that may be read, in the snapshot of the running statement.
pub(crate) struct Statistics {
    table: KeyedTable<6>,
    /// Rows with a smaller id are void.
    reset: i64,
}

/// The table with this OID, if it is one of corpus statistics. It is locked.
pub(super) fn keyed(oid: Oid, lock: Lock) -> Result<KeyedTable<6>, NotThis> {
    KeyedTable::open(oid, lock, &COLUMNS, KEY)
}

/// The table with this OID, which must be one of corpus statistics. It is locked.
fn expected(oid: Oid, lock: Lock) -> KeyedTable<6> {
    keyed(oid, lock).unwrap_or_else(|wrong| match wrong {
        NotThis::Missing => error::unknown_relation(oid.to_u32()),
        NotThis::Otherwise => error::not_statistics(&described(oid)),
    })
}

/// The table with this OID, which must be one of corpus statistics, and what it is of. It is locked.
pub(super) fn known(oid: Oid, lock: Lock) -> (KeyedTable<6>, Source) {
    let table = expected(oid, lock);
    match source(&table, Snapshot::Now) {
        Some(source) => (table, source),
        None => error::not_statistics(&described(oid)),
    }
}

/// The name of a relation for messages.
pub(super) fn described(oid: Oid) -> String {
    let name = relation_name(oid);
    match name {
        Some(name) => crate::pg::shown(name.to_bytes()).into_owned(),
        None => format!("with OID {}", oid.to_u32()),
    }
}

/// Calls `each` with the rows of a kind under further conditions, in the order of their words.
pub(super) fn rows(
    table: &KeyedTable<6>,
    snapshot: Snapshot,
    kind: u8,
    word: Option<Condition<'_>>,
    mut each: impl FnMut(Row<'_>) -> bool,
) {
    let conditions = [Some(Condition::Char(kind)), word];
    let conditions: Vec<_> = conditions.into_iter().flatten().collect();
    table.rows(snapshot, &conditions, |place, [_, word, id, documents, lengths, data]| {
        let (Some(word), Some(id)) = (word, id) else { return true };
        each(Row {
            place,
            kind,
            // SAFETY: the column is of type text, and its value stays where it is meanwhile.
            word: unsafe { bytes(Varlena::new(word)) },
            id: id.value() as i64,
            documents: documents.map(|datum| datum.value() as i64),
            lengths,
            data,
        })
    });
}

/// What the statistics are of, `None` if the table does not say.
pub(super) fn source(table: &KeyedTable<6>, snapshot: Snapshot) -> Option<Source> {
    let mut documents = None;
    rows(table, snapshot, b's', None, |row| {
        documents = Some(row.word.to_vec());
        true
    });
    let mut columns = Vec::new();
    rows(table, snapshot, b'c', None, |row| {
        columns.push((row.documents.unwrap_or(0), row.word.to_vec()));
        true
    });
    columns.sort();
    let columns: Vec<_> = columns.into_iter().map(|(_, column)| column).collect();
    documents.filter(|_| !columns.is_empty()).map(|documents| Source { documents, columns })
}

impl Statistics {
    /// Opens the statistics for reading.
    ///
    /// Raises an error if there is no such table, it is not one of corpus statistics, the user may
    /// not read it, or this process cannot.
    pub(crate) fn open(oid: Oid) -> Self {
        let table = expected(oid, Lock::Read);
        check_privilege(oid, pg_sys::ACL_SELECT);
        if is_out_of_reach(oid) {
            error::temporary_statistics(&described(oid));
        }
        if hides_rows(oid) {
            error::rows_hidden(
                &described(oid),
                "Corpus statistics have to be readable as a whole.",
            );
        }
        Self::of(table)
    }

    /// The statistics in a table, without a look at who asks.
    pub(super) fn of(table: KeyedTable<6>) -> Self {
        Self { table, reset: reset(&table, Snapshot::Active) }
    }

    /// Calls `each` with the rows that count.
    fn each(&self, kind: u8, word: Option<Condition<'_>>, mut each: impl FnMut(Row<'_>) -> bool) {
        rows(&self.table, Snapshot::Active, kind, word, |row| row.id < self.reset || each(row));
    }

    /// Documents and positions of the corpus.
    pub(crate) fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        self.each(b't', None, |row| {
            totals = totals.plus(row.totals());
            true
        });
        totals
    }

    /// In how many documents each of these lexemes is.
    pub(crate) fn frequencies(&self, lexemes: &[&[u8]]) -> Vec<u64> {
        let frequency = |lexeme: &&[u8]| {
            let mut deltas = Vec::new();
            self.each(b'l', Some(Condition::Text(lexeme)), |row| {
                deltas.extend(row.documents);
                true
            });
            document_frequency(0, deltas)
        };
        lexemes.iter().map(frequency).collect()
    }

    /// The sum of the frequencies of all lexemes that begin with `prefix`: more than there are
    /// documents, if some hold several of them.
    pub(crate) fn prefix_frequency(&self, prefix: &[u8]) -> u64 {
        let mut sum = 0_u64;
        let mut lexeme: Vec<u8> = Vec::new();
        let mut deltas: Vec<i64> = Vec::new();
        self.each(b'l', Some(Condition::AtLeast(prefix)), |row| {
            if row.word != lexeme {
                sum = sum.saturating_add(document_frequency(0, deltas.drain(..)));
                if !row.word.starts_with(prefix) {
                    return false;
                }
                lexeme.clear();
                lexeme.extend_from_slice(row.word);
            }
            deltas.extend(row.documents);
            true
        });
        sum.saturating_add(document_frequency(0, deltas))
    }

    /// The vocabulary of the text columns, with the changes that are pending; `None` if there are no
    /// text columns.
    pub(crate) fn vocabulary(&self) -> Option<Vocabulary<Bytes>> {
        let (mut known, mut vocabulary) = (false, None);
        rows(&self.table, Snapshot::Active, b'f', None, |row| {
            known = true;
            if row.id >= self.reset {
                vocabulary = Some(load(self.table.oid(), &row));
            }
            true
        });
        if !known {
            return None;
        }
        let mut changes: Vec<(Vec<u8>, i64)> = Vec::new();
        self.each(b'v', None, |row| {
            let change = row.documents.unwrap_or(0);
            match changes.last_mut() {
                Some((word, sum)) if word == row.word => *sum = sum.saturating_add(change),
                _ => changes.push((row.word.to_vec(), change)),
            }
            true
        });
        let vocabulary = vocabulary.unwrap_or_else(|| {
            let none: [(&[u8], u64); 0] = [];
            let bytes = search::vocabulary::build(none).expect("no words are in order");
            read(self.table.oid(), bytes)
        });
        Some(vocabulary.changed(changes).expect("the rows come in the order of their words"))
    }
}

/// The greatest id of a reset marker, or the least of all numbers.
pub(super) fn reset(table: &KeyedTable<6>, snapshot: Snapshot) -> i64 {
    let mut reset = i64::MIN;
    rows(table, snapshot, b'r', None, |row| {
        reset = reset.max(row.id);
        true
    });
    reset
}

/// A vocabulary over its bytes.
fn read(table: Oid, bytes: Vec<u8>) -> Vocabulary<Bytes> {
    let encoding = if is_utf8() { Encoding::Utf8 } else { Encoding::Bytes };
    Vocabulary::new(Bytes(Rc::new(bytes)), encoding).unwrap_or_else(|_| {
        error::damaged_statistics(&described(table), "The bytes of the vocabulary are wrong.")
    })
}

/// The vocabulary of a row, which the session may have already.
fn load(table: Oid, row: &Row<'_>) -> Vocabulary<Bytes> {
    let which = (row.id, row.word.to_vec(), row.documents.unwrap_or(0));
    VOCABULARIES.with(|kept| {
        let mut kept = kept.borrow_mut();
        if let Some(place) = kept.iter().position(|kept| kept.table == table) {
            // It comes last, or makes room for its successor.
            let found = kept.remove(place);
            if found.which == which {
                let vocabulary = found.vocabulary.clone();
                kept.push(found);
                return vocabulary;
            }
        }
        let Some(data) = row.data else {
            error::damaged_statistics(&described(table), "The vocabulary has no data.")
        };
        // SAFETY: the column is of type bytea.
        let data = unsafe { bytes(Varlena::new(data)) };
        let mut copy = Vec::new();
        if copy.try_reserve_exact(data.len()).is_err() {
            error::out_of_memory(data.len());
        }
        copy.extend_from_slice(data);
        let vocabulary = read(table, copy);
        if kept.len() == KEPT {
            kept.remove(0);
        }
        kept.push(Kept { table, which, vocabulary: vocabulary.clone() });
        vocabulary
    })
}

pg_function! {
    /// `(stats regclass, word text) → bigint[]`: documents, positions with each label, and of the word
    /// the document frequency as a lexeme and as a prefix of lexemes, that in the vocabulary (-1
    /// without one), and how many words it begins. A C symbol without SQL declaration, for tests.
    fn search_statistics_probe(call) {
        let statistics = Statistics::open(Oid::from(call.value(0).value() as u32));
        let word = bytes(Varlena::new(call.value(1)));
        let Totals { documents, lengths } = statistics.totals();
        let vocabulary = statistics.vocabulary();
        let known = |vocabulary: &Vocabulary<Bytes>| vocabulary.frequency(word).unwrap_or(0) as i64;
        let completions =
            |vocabulary: &Vocabulary<Bytes>| vocabulary.completions(word, usize::MAX).len() as i64;
        let numbers = [
            statistics.frequencies(&[word])[0] as i64,
            statistics.prefix_frequency(word) as i64,
            vocabulary.as_ref().map_or(-1, known),
            vocabulary.as_ref().map_or(-1, completions),
        ];
        bigint_array(&[&[documents][..], &lengths, &numbers].concat())
    }
}
