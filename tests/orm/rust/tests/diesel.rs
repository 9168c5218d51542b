//! Diesel: ranges as pairs of `Bound`, multiranges as `Vec` of them, addresses as `IpNetwork`.
//!
//! libpq's environment variables (`PGHOST`, `PGDATABASE`, …) name the server.

use std::ops::Bound::{self, Excluded, Included, Unbounded};

use chrono::{DateTime, NaiveDate, TimeZone, Utc};
use diesel::connection::SimpleConnection;
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::pg::data_types::PgInterval;
use diesel::prelude::*;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{Bool, Cidr, Daterange, Inet, Interval, Range, SqlType, Text, Tstzrange};
use ipnetwork::IpNetwork;

type Span = (Bound<DateTime<Utc>>, Bound<DateTime<Utc>>);

// docs: setup
/// The SQL type `inetrange`.
#[derive(SqlType, diesel::query_builder::QueryId)]
#[diesel(postgres_type(name = "inetrange"))]
pub struct Inetrange;

/// What is written to it. On the wire it is a range of inet, which Diesel knows. It cannot read one, as it
/// has no default address for the bounds of an empty range: what is read are the bounds, or text.
#[derive(Debug, AsExpression)]
#[diesel(sql_type = Inetrange)]
pub struct InetRange(Bound<IpNetwork>, Bound<IpNetwork>);

impl ToSql<Inetrange, Pg> for InetRange {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let bounds = (self.0, self.1);
        ToSql::<Range<Inet>, Pg>::to_sql(&bounds, &mut out.reborrow())
    }
}

diesel::infix_operator!(HoldsNetwork, " >>= ", Bool, backend: Pg);

diesel::table! {
    booking (id) {
        id -> Integer,
        room -> Text,
        guest -> Text,
        during -> Tstzrange,
        seats -> Nullable<Int4range>,
    }
}

/// The SQL types of full-text search.
#[derive(SqlType, diesel::query_builder::QueryId)]
#[diesel(postgres_type(name = "tsvector"))]
pub struct Tsvector;

#[derive(SqlType, diesel::query_builder::QueryId)]
#[diesel(postgres_type(name = "tsquery"))]
pub struct Tsquery;

diesel::table! {
    use diesel::sql_types::*;
    use super::Tsvector;
    article (title) {
        title -> Text,
        body -> Text,
        words -> Tsvector,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::Inetrange;
    network (id) {
        id -> Integer,
        name -> Text,
        net -> Inetrange,
    }
}

/// The functions, with the types that this program calls them with.
#[diesel::declare_sql_function]
extern "SQL" {
    #[aggregate]
    fn range_union_agg(value: Tstzrange) -> Nullable<Tstzmultirange>;
    #[aggregate]
    fn range_gaps_agg(value: Tstzrange, within: Tstzrange) -> Nullable<Tstzmultirange>;
    #[aggregate]
    fn range_length_agg(value: Tstzrange) -> Nullable<Interval>;
    #[aggregate]
    fn range_max_depth(value: Tstzrange) -> Nullable<BigInt>;
    #[window]
    fn range_island(value: Tstzrange, max_gap: Interval) -> BigInt;
    #[window]
    fn range_session(value: Tstzrange, max_gap: Interval) -> Tstzrange;
    #[sql_name = "generate_series"]
    fn days(value: Daterange, step: Text) -> Date;
    #[sql_name = "generate_range_series"]
    fn slots(value: Tstzrange, step: Interval, span: Interval, partial: Text) -> Tstzrange;
    fn inetrange(network: Cidr) -> Inetrange;
    #[sql_name = "lower"]
    fn first(value: Inetrange) -> Nullable<Inet>;
    #[sql_name = "upper"]
    fn last(value: Inetrange) -> Nullable<Inet>;
    fn inetrange_text(value: Inetrange) -> Text;
    fn inetrange_cidrs(value: Inetrange) -> Cidr;
    fn search_query(config: Text, query: Text, matching: Text, stats: Text) -> Tsquery;
    fn bm25_rank(document: Tsvector, query: Tsquery, stats: Text) -> Double;
    fn search_snippet(config: Text, document: Text, query: Tsquery) -> Text;
}

diesel::infix_operator!(Matches, " @@ ", Bool, backend: Pg);
// docs: end

/// A transaction of its own for each test, never committed.
fn connect() -> PgConnection {
    let mut connection = PgConnection::establish("").unwrap();
    for command in [
        // Tests run side by side, and only one can create it.
        "SELECT pg_advisory_lock(1)",
        "CREATE EXTENSION IF NOT EXISTS rangerank",
        "SELECT pg_advisory_unlock(1)",
        "SET timezone = 'UTC'",
    ] {
        diesel::sql_query(command).execute(&mut connection).unwrap();
    }
    connection.begin_test_transaction().unwrap();
    connection
}

fn run(connection: &mut PgConnection, command: &str) {
    diesel::sql_query(command).execute(connection).unwrap();
}

/// A moment in July 2025.
fn at(day: u32, hour: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2025, 7, day, hour, 0, 0).unwrap()
}

fn span(from: DateTime<Utc>, to: DateTime<Utc>) -> Span {
    (Included(from), Excluded(to))
}

fn address(text: &str) -> IpNetwork {
    text.parse().unwrap()
}

fn inet_range(first: &str, last: &str) -> InetRange {
    InetRange(Included(address(first)), Included(address(last)))
}

/// Three bookings of two rooms.
fn book(connection: &mut PgConnection) {
    run(
        connection,
        "CREATE TABLE booking (id serial PRIMARY KEY, room text NOT NULL, guest text NOT NULL,
                               during tstzrange NOT NULL, seats int4range)",
    );
    // docs: insert
    let rows = [
        ("Birch", "Ana", span(at(1, 9), at(1, 12)), (Included(2), Included(4))),
        ("Birch", "Ben", span(at(1, 12), at(1, 14)), (Included(1), Excluded(3))),
        ("Fir", "Dua", span(at(1, 11), at(1, 15)), (Included(6), Unbounded)),
    ]
    .map(|(room, guest, during, seats)| {
        (
            booking::room.eq(room),
            booking::guest.eq(guest),
            booking::during.eq(during),
            booking::seats.eq(seats),
        )
    });
    diesel::insert_into(booking::table).values(&rows).execute(connection).unwrap();
    // docs: end
}

#[test]
fn insert() {
    // docs: ranges are `(Bound, Bound)`
    let mut connection = connect();
    book(&mut connection);
    let seats: Vec<Option<(Bound<i32>, Bound<i32>)>> =
        booking::table.order(booking::guest).select(booking::seats).load(&mut connection).unwrap();
    // The server's canonical form of a discrete range is [).
    let expected =
        [(Included(2), Excluded(5)), (Included(1), Excluded(3)), (Included(6), Unbounded)];
    assert_eq!(seats, expected.map(Some));
}

#[test]
fn filter() {
    let mut connection = connect();
    book(&mut connection);
    // docs: filter
    let noon: Vec<String> = booking::table
        .filter(booking::during.contains(at(1, 12)))
        .order(booking::guest)
        .select(booking::guest)
        .load(&mut connection)
        .unwrap();
    // docs: end
    assert_eq!(noon, ["Ben", "Dua"]);
}

#[test]
fn aggregates() {
    // docs: multiranges are `Vec<(Bound, Bound)>`
    let mut connection = connect();
    book(&mut connection);
    // docs: aggregates
    let day = span(at(1, 8), at(1, 18));
    type Row = (String, Option<Vec<Span>>, Option<Vec<Span>>, Option<PgInterval>, Option<i64>);
    let rows: Vec<Row> = booking::table
        .group_by(booking::room)
        .select((
            booking::room,
            range_union_agg(booking::during),
            range_gaps_agg(booking::during, day),
            range_length_agg(booking::during),
            range_max_depth(booking::during),
        ))
        .order(booking::room)
        .load(&mut connection)
        .unwrap();
    // docs: end
    assert_eq!(
        rows[0],
        (
            "Birch".into(),
            Some(vec![span(at(1, 9), at(1, 14))]),
            Some(vec![span(at(1, 8), at(1, 9)), span(at(1, 14), at(1, 18))]),
            Some(PgInterval::from_microseconds(5 * 3_600_000_000)),
            Some(1),
        )
    );
}

#[test]
fn windows() {
    let mut connection = connect();
    book(&mut connection);
    // docs: windows
    let gap = PgInterval::from_microseconds(3_600_000_000);
    let rows: Vec<(String, i64, Span)> = booking::table
        .select((
            booking::guest,
            range_island(booking::during, gap)
                .partition_by(booking::room)
                .window_order(booking::during),
            range_session(booking::during, gap)
                .partition_by(booking::room)
                .window_order(booking::during),
        ))
        .order(booking::guest)
        .load(&mut connection)
        .unwrap();
    // docs: end
    let morning = span(at(1, 9), at(1, 14));
    let other = span(at(1, 11), at(1, 15));
    assert_eq!(
        rows,
        [("Ana".into(), 1, morning), ("Ben".into(), 1, morning), ("Dua".into(), 1, other)]
    );
}

#[test]
fn series() {
    let mut connection = connect();
    let day = |month, day| NaiveDate::from_ymd_opt(2025, month, day).unwrap();
    // docs: series
    // Functions that return sets stand in the SELECT list: a row for each term.
    let months: Vec<NaiveDate> =
        diesel::select(days((Included(day(1, 31)), Excluded(day(4, 1))), "1 month"))
            .load(&mut connection)
            .unwrap();
    let minutes = |count: i64| PgInterval::from_microseconds(count * 60_000_000);
    let pieces: Vec<Span> =
        diesel::select(slots(span(at(1, 9), at(1, 14)), minutes(120), minutes(90), "drop"))
            .load(&mut connection)
            .unwrap();
    // docs: end
    assert_eq!(months, [day(1, 31), day(2, 28), day(3, 31)]);
    let piece = |hour| span(at(1, hour), at(1, hour) + chrono::TimeDelta::minutes(90));
    assert_eq!(pieces, [piece(9), piece(11)]);
}

#[test]
fn addresses() {
    // docs: inetranges are written as `(Bound, Bound)`, read as two `IpNetwork` or text
    let mut connection = connect();
    run(
        &mut connection,
        "CREATE TABLE network (id serial PRIMARY KEY, name text NOT NULL, net inetrange NOT NULL)",
    );
    // docs: addresses
    diesel::insert_into(network::table)
        .values(&[
            (network::name.eq("guests"), network::net.eq(inet_range("10.0.1.0", "10.0.1.99"))),
            (network::name.eq("lab"), network::net.eq(inet_range("2001:db8::", "2001:db8::ff"))),
        ])
        .execute(&mut connection)
        .unwrap();
    // A network becomes an inetrange by the function of that name.
    let office = inetrange(address("10.0.0.0/24"));
    diesel::insert_into(network::table)
        .values((network::name.eq("office"), network::net.eq(office)))
        .execute(&mut connection)
        .unwrap();

    let wanted = address("10.0.1.7").into_sql::<Inet>();
    let whose: Vec<(String, Option<IpNetwork>, Option<IpNetwork>)> = network::table
        .filter(HoldsNetwork::new(network::net, wanted))
        .select((network::name, first(network::net), last(network::net)))
        .load(&mut connection)
        .unwrap();
    let shown: Vec<String> = network::table
        .order(network::net)
        .select(inetrange_text(network::net))
        .load(&mut connection)
        .unwrap();
    let blocks: Vec<IpNetwork> = network::table
        .filter(network::name.eq("guests"))
        .select(inetrange_cidrs(network::net))
        .load(&mut connection)
        .unwrap();
    // docs: end
    let bounds = ["10.0.1.0", "10.0.1.99"].map(|bound| Some(address(bound)));
    assert_eq!(whose, [("guests".into(), bounds[0], bounds[1])]);
    assert_eq!(shown, ["10.0.0.0/24", "10.0.1.0-10.0.1.99", "2001:db8::/120"]);
    assert_eq!(blocks, ["10.0.1.0/26", "10.0.1.64/27", "10.0.1.96/30"].map(address));
}

#[test]
fn search() {
    let mut connection = connect();
    // docs: search
    connection
        .batch_execute(
            "CREATE TABLE article (
                 title text, body text,
                 words tsvector GENERATED ALWAYS AS
                     (setweight(to_tsvector('english', title), 'A') || to_tsvector('english', body)) STORED
             );
             CREATE INDEX ON article USING gin (words);
             INSERT INTO article VALUES
                 ('Ranges', 'A range has two bounds. A multirange is a list of ranges.'),
                 ('Folk songs', 'Home on the range, and other songs.'),
                 ('Addresses', 'Networks are ranges of addresses.');
             SELECT search_create_stats('article', 'words', 'title', 'body')",
        )
        .unwrap();
    // As people type: a word with a typo, and one that is not wanted.
    let query = || search_query("english", "rangse~ -songs", "all", "article_words_stats");
    let score = || bm25_rank(article::words, query(), "article_words_stats");
    let found: Vec<(String, f64, String)> = article::table
        .filter(Matches::new(article::words, query()))
        .order(score().desc())
        .select((article::title, score(), search_snippet("english", article::body, query())))
        .load(&mut connection)
        .unwrap();
    // docs: end
    let titles: Vec<_> = found.iter().map(|row| row.0.as_str()).collect();
    assert_eq!(titles, ["Ranges", "Addresses"]);
    assert!(found[0].1 > found[1].1);
    assert_eq!(found[1].2, "Networks are <mark>ranges</mark> of addresses.");
}

#[test]
fn index() {
    let mut connection = connect();
    for command in [
        "CREATE TABLE network (id serial, name text, net inetrange)",
        "INSERT INTO network (net)
             SELECT inetrange(c) FROM inetrange_subnets(inetrange('10.0.0.0/12'::cidr), 24) AS c",
        "CREATE INDEX ON network USING gist (net)",
        "ANALYZE network",
    ] {
        run(&mut connection, command);
    }
    #[derive(QueryableByName)]
    struct Plan {
        #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
        line: String,
    }
    let plan: Vec<Plan> = diesel::sql_query("EXPLAIN SELECT net FROM network WHERE net >>= $1")
        .bind::<Inet, _>(address("10.1.2.3"))
        .load(&mut connection)
        .unwrap();
    assert!(plan[0].line.contains("Index Only Scan using network_net_idx"), "{}", plan[0].line);
}
