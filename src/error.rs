//! Every error that a user can meet: SQLSTATE, message, detail and hint, one small function each.

use pgrx::{PgSqlErrorCode, pg_sys::panic::ErrorReport};

/// Raises `report` as an ERROR. It unwinds to the entry point, which hands it to the server.
#[cold]
#[track_caller]
fn raise(report: ErrorReport) -> ! {
    std::panic::panic_any(report)
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
            "invalid serialized state of a range aggregate",
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
    raise(report(
        PgSqlErrorCode::ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE,
        format!("{type_name} out of range"),
    ))
}

/// A finite sum of float8 weights became infinite.
#[cold]
pub(crate) fn float_overflow() -> ! {
    raise(report(
        PgSqlErrorCode::ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE,
        "value out of range: overflow",
    ))
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
