//! Every error that a user can meet: SQLSTATE, message, detail and hint, one small function each.

use core::fmt::Display;

use addresses::{Family, text::ParseError};
use pgrx::{PgLogLevel, PgSqlErrorCode, pg_sys::panic::ErrorReport};
use search::{
    fusion::InvalidArgument,
    snippet::{OPTIONS, OptionError},
};

/// Raises `report` as an ERROR. It unwinds to the entry point, which hands it to the server.
#[cold]
#[track_caller]
fn raise(report: ErrorReport) -> ! {
    std::panic::panic_any(report)
}

/// Keeps what is raised on purpose, by us or by the server, from printing or collecting a
/// backtrace, whatever the environment says. A panic, which is a bug, goes to the server's log.
pub(crate) fn quiet_panics() {
    std::panic::set_hook(Box::new(|info| {
        if info.payload_as_str().is_some() {
            eprintln!("rangerank: {info}");
        }
    }));
}

fn report(code: PgSqlErrorCode, message: impl Into<String>) -> ErrorReport {
    ErrorReport::new(code, message.into(), "rangerank")
}

/// An aggregate's support function was called by hand.
#[cold]
pub(crate) fn not_in_aggregate(function: &str) -> ! {
    raise(
        report(
            PgSqlErrorCode::ERRCODE_FEATURE_NOT_SUPPORTED,
            format!("function {function} cannot be called on its own"),
        )
        .set_hint("It is the support function of an aggregate; call the aggregate."),
    )
}

/// One aggregate was given ranges of two types, which only a state from elsewhere can bring about.
#[cold]
pub(crate) fn mixed_types(first: &str, second: &str) -> ! {
    raise(
        report(
            PgSqlErrorCode::ERRCODE_DATATYPE_MISMATCH,
            "ranges of different types cannot be aggregated together",
        )
        .set_detail(format!("One is of type {first}, another of type {second}.")),
    )
}

/// The bytes of an aggregate's state are not what this version writes.
#[cold]
pub(crate) fn malformed_state(detail: &str) -> ! {
    raise(
        report(
            PgSqlErrorCode::ERRCODE_INVALID_BINARY_REPRESENTATION,
            "invalid serialized state of an aggregate",
        )
        .set_detail(detail)
        .set_hint("All servers that take part in a query must run the same version of rangerank."),
    )
}

/// A state names a type that this server does not have.
#[cold]
pub(crate) fn unknown_range_type(name: &str) -> ! {
    raise(
        report(
            PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT,
            format!("range type {name} does not exist on this server"),
        )
        .set_hint("Create the type under the same schema and name on every server."),
    )
}

/// The result has more ranges than one value can hold.
#[cold]
pub(crate) fn multirange_too_large(ranges: usize) -> ! {
    raise(
        report(PgSqlErrorCode::ERRCODE_PROGRAM_LIMIT_EXCEEDED, "multirange is too large")
            .set_detail(format!("{ranges} ranges do not fit into one value of at most 1 GB."))
            .set_hint("Aggregate over fewer rows at a time, for instance with GROUP BY."),
    )
}

/// A state has more bytes than one value can hold.
#[cold]
pub(crate) fn state_too_large(bytes: usize) -> ! {
    raise(
        report(
            PgSqlErrorCode::ERRCODE_PROGRAM_LIMIT_EXCEEDED,
            "state of a range aggregate is too large to be sent to another process",
        )
        .set_detail(format!("It has {bytes} bytes; the limit is 1 GB."))
        .set_hint("Set max_parallel_workers_per_gather to 0, or aggregate over fewer rows."),
    )
}

/// A result does not fit into its type.
#[cold]
pub(crate) fn out_of_range(type_name: &str) -> ! {
    raise(
        report(
            PgSqlErrorCode::ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE,
            format!("{type_name} out of range"),
        )
        .set_detail(format!("The result does not fit into type {type_name}.")),
    )
}

/// A date or time beyond the range of its type.
#[cold]
pub(crate) fn datetime_out_of_range(type_name: &str) -> ! {
    raise(report(
        PgSqlErrorCode::ERRCODE_DATETIME_FIELD_OVERFLOW,
        format!("{type_name} out of range"),
    ))
}

/// A finite sum of float8 weights became infinite.
#[cold]
pub(crate) fn float_overflow() -> ! {
    raise(
        report(PgSqlErrorCode::ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "value out of range: overflow")
            .set_hint("Cast the weights to numeric."),
    )
}

/// A length was asked of a range type that cannot measure.
#[cold]
pub(crate) fn no_subtype_diff(type_name: &str) -> ! {
    raise(
        report(
            PgSqlErrorCode::ERRCODE_FEATURE_NOT_SUPPORTED,
            format!("ranges of type {type_name} have no length"),
        )
        .set_detail("The range type has no subtype_diff function.")
        .set_hint("Create the range type with a SUBTYPE_DIFF function."),
    )
}

/// `within` differs between rows of one group.
#[cold]
pub(crate) fn within_differs() -> ! {
    raise(
        report(
            PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
            "\"within\" must be the same range in every row of a group",
        )
        .set_hint("Add it to GROUP BY, or aggregate it first."),
    )
}

/// No operator adds a step to the subtype.
#[cold]
pub(crate) fn no_step_operator(operator: &str, subtype: &str, step: &str) -> ! {
    raise(
        report(
            PgSqlErrorCode::ERRCODE_UNDEFINED_FUNCTION,
            format!("operator does not exist: {subtype} {operator} {step}"),
        )
        .set_detail("It is sought in pg_catalog and in the schemas of the two types.")
        .set_hint(format!(
            "Cast the argument to a type that can be added to {subtype}, or create the operator in \
             the schema of one of the types."
        )),
    )
}

/// The type of an `"any"` argument cannot be told.
#[cold]
pub(crate) fn unknown_argument_type() -> ! {
    raise(
        report(
            PgSqlErrorCode::ERRCODE_INDETERMINATE_DATATYPE,
            "could not determine input data type",
        )
        .set_hint("Cast the argument to its type."),
    )
}

/// A step, delta or gap with which one cannot go on.
#[cold]
pub(crate) fn bad_step(message: &'static str) -> ! {
    raise(
        report(PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE, message)
            .set_hint("A step must be finite, lead from term to term, and not be zero."),
    )
}

/// A step that goes back, or stays, in between.
#[cold]
pub(crate) fn step_does_not_advance(hint: &'static str) -> ! {
    raise(
        report(PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE, "step does not advance")
            .set_detail("A term of the series does not lie beyond the one before.")
            .set_hint(hint),
    )
}

/// A piece that is to be kept whole and ends beyond what its type can hold.
#[cold]
pub(crate) fn piece_out_of_range(type_name: &str, datetime: bool) -> ! {
    let code = if datetime {
        PgSqlErrorCode::ERRCODE_DATETIME_FIELD_OVERFLOW
    } else {
        PgSqlErrorCode::ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE
    };
    raise(
        report(code, format!("{type_name} out of range"))
            .set_detail("A piece ends beyond the last value of its type.")
            .set_hint("Use clip or drop for pieces that cannot be whole."),
    )
}

/// A series over a range without an end.
#[cold]
pub(crate) fn unbounded_series() -> ! {
    raise(
        report(
            PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
            "cannot generate a series over an unbounded range",
        )
        .set_hint("Intersect it with a bounded range first: range * other."),
    )
}

/// A series without a step over a type that has no smallest one.
#[cold]
pub(crate) fn step_needed(type_name: &str) -> ! {
    raise(
        report(
            PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
            format!("a series over {type_name} needs a step"),
        )
        .set_hint("Give a step as second argument: generate_series(range, step)."),
    )
}

/// An unknown way to treat partial pieces.
#[cold]
pub(crate) fn unknown_partial(word: &str) -> ! {
    raise(
        report(
            PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
            format!("unrecognized value for \"partial\": \"{word}\""),
        )
        .set_hint("Use clip, drop or keep."),
    )
}

/// An interval with a part below a day, for dates.
#[cold]
pub(crate) fn part_of_a_day() -> ! {
    raise(
        report(
            PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
            "an interval for dates must consist of whole days",
        )
        .set_hint("Use years, months, weeks and days, or convert the range to tsrange."),
    )
}

/// A window function was called without a window.
#[cold]
pub(crate) fn not_in_window() -> ! {
    raise(
        report(
            PgSqlErrorCode::ERRCODE_WRONG_OBJECT_TYPE,
            "window function called without a window",
        )
        .set_hint("Call it with an OVER clause."),
    )
}

/// Rows of a window are not in the order of their ranges.
#[cold]
pub(crate) fn rows_out_of_order(function: &str) -> ! {
    raise(
        report(
            PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
            format!("{function} needs its rows in the order of their ranges"),
        )
        .set_hint("Order the window by the range itself: OVER (ORDER BY the range)."),
    )
}

/// A negative `max_gap`.
#[cold]
pub(crate) fn negative_gap() -> ! {
    raise(report(PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE, "max_gap must not be negative"))
}

/// A number of addresses that is fractional, NaN or infinite.
#[cold]
pub(crate) fn not_a_number_of_addresses(number: &str) -> ! {
    raise(
        report(
            PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
            "a number of addresses must be a whole number",
        )
        .set_detail(format!("It is {number}."))
        .set_hint(match number.parse::<f64>() {
            Ok(number) if number.is_finite() => "Use round(), floor() or ceil() to make it one.",
            _ => "Use a finite number.",
        }),
    )
}

/// A number of addresses of more than 128 bits.
#[cold]
pub(crate) fn too_many_addresses() -> ! {
    raise(
        report(
            PgSqlErrorCode::ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE,
            "number of addresses out of range",
        )
        .set_detail("An address has at most 128 bits."),
    )
}

/// A text that does not say which addresses it means.
#[cold]
pub(crate) fn malformed_addresses(text: &str, reason: &ParseError<'_>) -> ! {
    let (code, message) = match reason {
        ParseError::Families(..) => (
            PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
            "both addresses of a pair must be of one family".into(),
        ),
        _ => (
            PgSqlErrorCode::ERRCODE_INVALID_TEXT_REPRESENTATION,
            format!("invalid input syntax for type inetrange: \"{text}\""),
        ),
    };
    let hint = match reason {
        ParseError::Families(..) => "Only the range form, [10.0.0.1,::1], holds both families.",
        ParseError::HostBits { .. } => {
            "Write the network; that of an address comes from inet: inetrange('10.0.0.1/8'::inet)."
        }
        ParseError::LeadingZero(_) => "Write each octet in decimal, without leading zeros.",
        ParseError::OctetCount { .. } => "Write all four octets.",
        ParseError::Zone { .. } => "Leave out the % and the zone.",
        _ => {
            "Write 10.0.0.1, 10.0.0.0/8, 10.0.0.0/255.0.0.0, 10.0.0.1-10.0.0.9 or \
             [10.0.0.1,10.0.0.9]."
        }
    };
    raise(report(code, message).set_detail(reason.to_string()).set_hint(hint))
}

/// A prefix length that the family does not have.
#[cold]
pub(crate) fn bad_prefix_length(prefix: i32, family: Family) -> ! {
    let (name, width) = (family_name(family), family.width());
    raise(
        report(
            PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
            format!("invalid mask length: {prefix}"),
        )
        .set_hint(format!("A prefix length of {name} lies between 0 and {width}.")),
    )
}

/// An address outside of its family.
#[cold]
pub(crate) fn address_out_of_range(family: Family) -> ! {
    let name = family_name(family);
    raise(
        report(PgSqlErrorCode::ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "result is out of range")
            .set_detail(format!("It does not lie in the address space of {name}.")),
    )
}

/// The difference of addresses of two families.
#[cold]
pub(crate) fn different_families() -> ! {
    raise(
        report(
            PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
            "cannot subtract inet values of different sizes",
        )
        .set_detail("One address is of IPv4, the other of IPv6."),
    )
}

fn family_name(family: Family) -> &'static str {
    match family {
        Family::V4 => "IPv4",
        Family::V6 => "IPv6",
    }
}

/// More blocks than one array can hold.
#[cold]
pub(crate) fn array_too_large() -> ! {
    raise(
        report(
            PgSqlErrorCode::ERRCODE_PROGRAM_LIMIT_EXCEEDED,
            "array size exceeds the maximum allowed",
        )
        .set_detail("The blocks do not fit into one value of at most 1 GB.")
        .set_hint("Aggregate over fewer rows at a time, for instance with GROUP BY."),
    )
}

/// An array of something else than ranges.
#[cold]
pub(crate) fn not_an_array_of_ranges(element: &str) -> ! {
    raise(
        report(PgSqlErrorCode::ERRCODE_DATATYPE_MISMATCH, "argument must be an array of ranges")
            .set_detail(format!("Its elements are of type {element}."))
            .set_hint("Collect ranges with array_agg(range)."),
    )
}

/// A key of a GiST index is not one that its operator class writes.
#[cold]
pub(crate) fn corrupt_index_key() -> ! {
    raise(
        report(PgSqlErrorCode::ERRCODE_INDEX_CORRUPTED, "invalid key in an index on inetrange")
            .set_hint("Please REINDEX it."),
    )
}

/// An operator class lists a strategy that its support function does not know.
#[cold]
pub(crate) fn unknown_strategy(strategy: u16) -> ! {
    raise(report(
        PgSqlErrorCode::ERRCODE_FEATURE_NOT_SUPPORTED,
        format!("unrecognized range strategy: {strategy}"),
    ))
}

/// An index with `inet_host_ops`, where the server would look for subnets in it.
#[cold]
pub(crate) fn no_index_on_hosts() -> ! {
    raise(
        report(
            PgSqlErrorCode::ERRCODE_FEATURE_NOT_SUPPORTED,
            "operator class inet_host_ops does not support indexes on this version of PostgreSQL",
        )
        .set_detail("The operators << and >> of inet would miss rows in such an index.")
        .set_hint("Index the expression host(column), or a column of type inetrange."),
    )
}

/// An argument of reciprocal rank fusion is out of its bounds.
#[cold]
pub(crate) fn bad_score_argument(reason: &InvalidArgument, given: impl Display) -> ! {
    raise(
        report(PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE, reason.to_string())
            .set_detail(format!("It is {given}.")),
    )
}

/// A half-life after which nothing could have decayed to a half.
#[cold]
pub(crate) fn bad_half_life(reason: &InvalidArgument) -> ! {
    raise(report(PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE, reason.to_string()).set_hint(
        "It is the age at which the score has fallen to 0.5, for instance interval '30 days'.",
    ))
}

/// A finite sum of scores is too large.
#[cold]
pub(crate) fn score_overflow() -> ! {
    raise(
        report(PgSqlErrorCode::ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "value out of range: overflow")
            .set_hint("Use smaller weights."),
    )
}

/// An OID that no text search configuration has.
#[cold]
pub(crate) fn unknown_configuration(oid: u32) -> ! {
    raise(
        report(
            PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT,
            format!("text search configuration with OID {oid} does not exist"),
        )
        .set_hint("psql's \\dF lists those that there are."),
    )
}

/// A word that says how words of a query belong together, and is none.
#[cold]
pub(crate) fn bad_match(word: &str) -> ! {
    raise(
        report(
            PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
            format!("unrecognized value for match: \"{word}\""),
        )
        .set_hint("Valid values are any, all, and prefix."),
    )
}

/// A query's lexemes do not fit into a tsquery.
#[cold]
pub(crate) fn query_too_large() -> ! {
    raise(report(PgSqlErrorCode::ERRCODE_PROGRAM_LIMIT_EXCEEDED, "tsquery is too large"))
}

/// Options of a snippet that are no object.
#[cold]
pub(crate) fn options_not_object() -> ! {
    raise(
        report(
            PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
            "snippet options must be a JSON object",
        )
        .set_hint(format!("Its keys are among {}.", OPTIONS.join(", "))),
    )
}

/// An option of a snippet that there is not, or that cannot have this value.
#[cold]
pub(crate) fn bad_option(name: &str, reason: &OptionError) -> ! {
    raise(match reason {
        OptionError::Unknown => report(
            PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
            format!("unrecognized snippet option: \"{name}\""),
        )
        .set_hint(format!("Valid options are {}.", OPTIONS.join(", "))),
        _ => report(
            PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
            format!("invalid value for snippet option \"{name}\""),
        )
        .set_detail(format!("It {reason}.")),
    })
}

/// A number of results that nobody can have.
#[cold]
pub(crate) fn bad_count(n: i32, most: u32) -> ! {
    raise(
        report(
            PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
            format!("n must be between 1 and {most}"),
        )
        .set_detail(format!("It is {n}.")),
    )
}

/// A snippet that does not fit into one value.
#[cold]
pub(crate) fn snippet_too_large() -> ! {
    raise(
        report(PgSqlErrorCode::ERRCODE_PROGRAM_LIMIT_EXCEEDED, "snippet is too large")
            .set_detail("It does not fit into one value of at most 1 GB.")
            .set_hint("Ask for fewer words with max_words, or for fewer fragments."),
    )
}

/// A parameter of BM25 out of its bounds.
#[cold]
fn bad_parameter(message: &str, detail: String) -> ! {
    raise(report(PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE, message).set_detail(detail))
}

/// k1 is negative, NaN or infinite.
#[cold]
pub(crate) fn bad_k1(k1: f64) -> ! {
    bad_parameter("k1 must be a finite number that is not negative", format!("It is {k1}."))
}

/// b lies outside 0 to 1.
#[cold]
pub(crate) fn bad_b(b: f64) -> ! {
    bad_parameter("b must be between 0 and 1", format!("It is {b}."))
}

/// The weights of the labels are no four finite numbers from 0 on.
#[cold]
pub(crate) fn bad_weights() -> ! {
    bad_parameter(
        "weights must be four finite numbers that are not negative",
        "They are the weights of the labels {D, C, B, A}, in this order.".to_owned(),
    )
}

/// A number of terms that is none.
#[cold]
pub(crate) fn bad_terms(terms: i32) -> ! {
    bad_parameter("terms must be at least 1", format!("It is {terms}."))
}

/// Bytes that are not as core's functions write them.
#[cold]
fn corrupt(type_name: &str) -> ! {
    raise(
        report(PgSqlErrorCode::ERRCODE_DATA_CORRUPTED, format!("{type_name} value is corrupted"))
            .set_hint("Make the value again from its source, and check the storage."),
    )
}

/// A `tsvector` whose bytes are wrong.
#[cold]
pub(crate) fn corrupt_tsvector() -> ! {
    corrupt("tsvector")
}

/// A `tsquery` whose bytes are wrong.
#[cold]
pub(crate) fn corrupt_tsquery() -> ! {
    corrupt("tsquery")
}

/// A `bm25query` whose bytes are wrong, or from another version.
#[cold]
pub(crate) fn corrupt_bm25query() -> ! {
    corrupt("bm25query")
}

/// Text that shows no `bm25query`.
#[cold]
pub(crate) fn malformed_bm25query(text: &str) -> ! {
    raise(
        report(
            PgSqlErrorCode::ERRCODE_INVALID_TEXT_REPRESENTATION,
            format!("invalid input syntax for type bm25query: \"{text}\""),
        )
        .set_hint("Make one with bm25_query()."),
    )
}

/// An OID that no relation has.
#[cold]
pub(crate) fn unknown_relation(oid: u32) -> ! {
    raise(report(
        PgSqlErrorCode::ERRCODE_UNDEFINED_TABLE,
        format!("relation with OID {oid} does not exist"),
    ))
}

/// A relation that is not a table of corpus statistics, or no longer.
#[cold]
pub(crate) fn not_statistics(name: &str) -> ! {
    raise(
        report(
            PgSqlErrorCode::ERRCODE_WRONG_OBJECT_TYPE,
            format!("{name} is not a table of corpus statistics"),
        )
        .set_hint(
            "search_create_stats makes one and returns it; one that was altered by hand has to be \
             dropped and made again.",
        ),
    )
}

/// Something in a table of corpus statistics is not what was written there.
#[cold]
pub(crate) fn damaged_statistics(name: &str, detail: &str) -> ! {
    raise(
        report(
            PgSqlErrorCode::ERRCODE_DATA_CORRUPTED,
            format!("the corpus statistics {name} are damaged"),
        )
        .set_detail(detail)
        .set_hint("search_refresh_stats(stats, recompute => true) writes them anew."),
    )
}

/// A temporary table of corpus statistics in a parallel worker.
#[cold]
pub(crate) fn temporary_statistics(name: &str) -> ! {
    raise(
        report(
            PgSqlErrorCode::ERRCODE_INVALID_TRANSACTION_STATE,
            format!("a parallel worker cannot read the temporary table {name}"),
        )
        .set_hint("Set max_parallel_workers_per_gather to 0 for this query."),
    )
}

/// Row security hides rows that have to be counted.
#[cold]
pub(crate) fn rows_hidden(name: &str, hint: &'static str) -> ! {
    raise(
        report(
            PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
            format!("row-level security hides rows of {name} from this user"),
        )
        .set_hint(hint),
    )
}

/// Not enough memory for a copy that a session keeps.
#[cold]
pub(crate) fn out_of_memory(bytes: usize) -> ! {
    raise(
        report(PgSqlErrorCode::ERRCODE_OUT_OF_MEMORY, "out of memory")
            .set_detail(format!("Failed on request of size {bytes}.")),
    )
}

/// Bytes of a tsvector that core did not write.
#[cold]
pub(crate) fn malformed_tsvector() -> ! {
    raise(
        report(PgSqlErrorCode::ERRCODE_DATA_CORRUPTED, "a tsvector is damaged")
            .set_detail("Its lexemes or positions lie outside of its bytes."),
    )
}

/// Bytes that are not what an aggregate of documents has counted.
#[cold]
pub(crate) fn malformed_counts() -> ! {
    raise(
        report(
            PgSqlErrorCode::ERRCODE_INVALID_BINARY_REPRESENTATION,
            "invalid serialized state of search_corpus_agg",
        )
        .set_detail("The bytes are not a state of this version."),
    )
}

/// Something else than a text was given to the aggregate of documents.
#[cold]
pub(crate) fn not_a_text() -> ! {
    raise(
        report(
            PgSqlErrorCode::ERRCODE_DATATYPE_MISMATCH,
            "arguments of search_corpus_agg behind the first must be of type text",
        )
        .set_hint("Cast them to text."),
    )
}

/// A relation that cannot have corpus statistics.
#[cold]
pub(crate) fn not_documents(name: &str) -> ! {
    raise(
        report(
            PgSqlErrorCode::ERRCODE_WRONG_OBJECT_TYPE,
            format!("{name} is not a table or materialized view"),
        )
        .set_detail("Corpus statistics are of tables, partitioned tables and materialized views."),
    )
}

/// A column that the documents do not have.
#[cold]
pub(crate) fn unknown_column(column: &str, relation: &str) -> ! {
    raise(report(
        PgSqlErrorCode::ERRCODE_UNDEFINED_COLUMN,
        format!("column \"{column}\" of relation {relation} does not exist"),
    ))
}

/// A column that cannot be counted.
#[cold]
pub(crate) fn wrong_column_type(column: &str, type_name: &str, expected: &str) -> ! {
    raise(report(
        PgSqlErrorCode::ERRCODE_DATATYPE_MISMATCH,
        format!("column \"{column}\" is of type {type_name} but must be of type {expected}"),
    ))
}

/// The name that a new statistics table would have belongs to something else.
#[cold]
pub(crate) fn statistics_name_taken(name: &str, documents: &str) -> ! {
    raise(
        report(PgSqlErrorCode::ERRCODE_DUPLICATE_TABLE, format!("relation {name} already exists"))
            .set_detail(format!("It does not hold the statistics of this column of {documents}."))
            .set_hint("Rename or drop it."),
    )
}

/// The table that corpus statistics say they are of is not there.
#[cold]
pub(crate) fn documents_missing(name: &str) -> ! {
    raise(
        report(
            PgSqlErrorCode::ERRCODE_UNDEFINED_TABLE,
            format!("the documents of the statistics, {name}, do not exist"),
        )
        .set_hint("If the table was renamed, make new statistics with search_create_stats."),
    )
}

/// Documents whose changes triggers cannot see.
#[cold]
pub(crate) fn cannot_track(name: &str, detail: &str) -> ! {
    raise(
        report(
            PgSqlErrorCode::ERRCODE_FEATURE_NOT_SUPPORTED,
            format!("changes of {name} cannot be tracked"),
        )
        .set_detail(detail)
        .set_hint("search_refresh_stats counts the documents again."),
    )
}

/// A trigger function was called by hand, or for each row.
#[cold]
pub(crate) fn not_a_trigger() -> ! {
    raise(
        report(
            PgSqlErrorCode::ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED,
            "search_track_change must be called by a trigger for each statement",
        )
        .set_hint("search_track_stats creates such triggers."),
    )
}

/// Warns that a change is not counted.
#[cold]
pub(crate) fn warn_not_tracked(statistics: &str, table: &str, reason: &str) {
    report(
        PgSqlErrorCode::ERRCODE_WARNING,
        format!("the corpus statistics {statistics} do not count this change of {table}"),
    )
    .set_detail(reason)
    .set_hint(
        "Call search_track_stats with the statistics in use, then search_refresh_stats; or drop the \
         trigger.",
    )
    .report(PgLogLevel::WARNING);
}

/// NULL among the names of columns.
#[cold]
pub(crate) fn null_column() -> ! {
    raise(report(
        PgSqlErrorCode::ERRCODE_NULL_VALUE_NOT_ALLOWED,
        "the names of text columns must not be NULL",
    ))
}
