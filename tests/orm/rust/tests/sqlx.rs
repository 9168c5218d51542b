//! sqlx: ranges as `PgRange`, addresses as `IpNetwork`, everything in binary format.
//!
//! The server infers the type of a parameter where sqlx does not say it, and sqlx says it by the Rust type.
//! libpq's environment variables (`PGHOST`, `PGDATABASE`, …) name the server.

use std::ops::Bound::{Excluded, Included, Unbounded};

use chrono::{DateTime, NaiveDate, TimeDelta, TimeZone, Utc};
use ipnetwork::IpNetwork;
use rust_decimal::Decimal;
use sqlx::postgres::types::{PgInterval, PgRange};
use sqlx::postgres::{PgConnectOptions, PgTypeInfo};
use sqlx::{ConnectOptions, PgConnection, Postgres, Row};

type Outcome = Result<(), sqlx::Error>;

// docs: setup
/// An `inetrange`: sqlx knows how ranges and addresses travel, and has to be told what this one is called.
#[derive(Debug, Clone, PartialEq, sqlx::Encode, sqlx::Decode)]
struct InetRange(PgRange<IpNetwork>);

impl sqlx::Type<Postgres> for InetRange {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("inetrange")
    }
}
// docs: end

/// A transaction of its own for each test, never committed.
async fn connect() -> Result<PgConnection, sqlx::Error> {
    let mut connection = PgConnectOptions::new().connect().await?;
    // Tests run side by side, and only one can create it.
    sqlx::raw_sql(
        "SELECT pg_advisory_lock(1);
         CREATE EXTENSION IF NOT EXISTS rangerank;
         SELECT pg_advisory_unlock(1);
         BEGIN",
    )
    .execute(&mut connection)
    .await?;
    Ok(connection)
}

/// A moment in July 2025.
fn at(day: u32, hour: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2025, 7, day, hour, 0, 0).unwrap()
}

fn address(text: &str) -> IpNetwork {
    text.parse().unwrap()
}

fn inet_range(first: &str, last: &str) -> InetRange {
    InetRange(PgRange { start: Included(address(first)), end: Included(address(last)) })
}

/// Three bookings of two rooms.
async fn book(connection: &mut PgConnection) -> Outcome {
    // docs: insert
    sqlx::query("CREATE TABLE booking (room text, guest text, during tstzrange, seats int4range)")
        .execute(&mut *connection)
        .await?;
    for (room, guest, during, seats) in [
        ("Birch", "Ana", at(1, 9)..at(1, 12), PgRange::from(2..=4)),
        ("Birch", "Ben", at(1, 12)..at(1, 14), PgRange::from(1..3)),
        ("Fir", "Dua", at(1, 11)..at(1, 15), PgRange::from(6..)),
    ] {
        sqlx::query("INSERT INTO booking VALUES ($1, $2, $3, $4)")
            .bind(room)
            .bind(guest)
            .bind(PgRange::from(during))
            .bind(seats)
            .execute(&mut *connection)
            .await?;
    }
    // docs: end
    Ok(())
}

#[tokio::test]
async fn insert() -> Outcome {
    // docs: ranges are `PgRange`
    let mut connection = connect().await?;
    book(&mut connection).await?;
    let seats: Vec<PgRange<i32>> = sqlx::query_scalar("SELECT seats FROM booking ORDER BY guest")
        .fetch_all(&mut connection)
        .await?;
    // The server's canonical form of a discrete range is [).
    let open = PgRange { start: Included(6), end: Unbounded };
    assert_eq!(seats, [PgRange::from(2..5), PgRange::from(1..3), open]);
    Ok(())
}

#[tokio::test]
async fn filter() -> Outcome {
    let mut connection = connect().await?;
    book(&mut connection).await?;
    // docs: filter
    let noon: Vec<String> =
        sqlx::query_scalar("SELECT guest FROM booking WHERE during @> $1 ORDER BY guest")
            .bind(at(1, 12))
            .fetch_all(&mut connection)
            .await?;
    // docs: end
    assert_eq!(noon, ["Ben", "Dua"]);
    Ok(())
}

#[tokio::test]
async fn aggregates() -> Outcome {
    // docs: multiranges are `Vec<PgRange>`, unnested
    let mut connection = connect().await?;
    book(&mut connection).await?;
    // docs: aggregates
    // sqlx has no type for multiranges: unnest them, or build an array.
    let rows = sqlx::query(
        "SELECT room, ARRAY(SELECT unnest(range_gaps_agg(during, $1))) AS free,
                range_length_agg(during) AS length, range_max_depth(during) AS depth
         FROM booking GROUP BY room ORDER BY room",
    )
    .bind(PgRange::from(at(1, 8)..at(1, 18)))
    .fetch_all(&mut connection)
    .await?;
    let free: Vec<PgRange<DateTime<Utc>>> = rows[0].get("free");
    let length: PgInterval = rows[0].get("length");
    let depth: i64 = rows[0].get("depth");
    // docs: end
    assert_eq!(free, [PgRange::from(at(1, 8)..at(1, 9)), PgRange::from(at(1, 14)..at(1, 18))]);
    assert_eq!(length, PgInterval::try_from(TimeDelta::hours(5)).unwrap());
    assert_eq!(depth, 1);
    Ok(())
}

#[tokio::test]
async fn windows() -> Outcome {
    let mut connection = connect().await?;
    book(&mut connection).await?;
    // docs: windows
    let rows: Vec<(String, i64, PgRange<DateTime<Utc>>)> = sqlx::query_as(
        "SELECT guest, range_island(during, $1) OVER w, range_session(during, $1) OVER w
         FROM booking WINDOW w AS (PARTITION BY room ORDER BY during) ORDER BY guest",
    )
    .bind(TimeDelta::hours(1))
    .fetch_all(&mut connection)
    .await?;
    // docs: end
    let morning = PgRange::from(at(1, 9)..at(1, 14));
    assert_eq!(
        rows,
        [
            ("Ana".into(), 1, morning.clone()),
            ("Ben".into(), 1, morning),
            ("Dua".into(), 1, PgRange::from(at(1, 11)..at(1, 15))),
        ]
    );
    Ok(())
}

#[tokio::test]
async fn series() -> Outcome {
    let mut connection = connect().await?;
    let day = |month, day| NaiveDate::from_ymd_opt(2025, month, day).unwrap();
    // docs: series
    // A step is a TimeDelta, a PgInterval, or a str that is read as a literal.
    let months: Vec<NaiveDate> = sqlx::query_scalar("SELECT generate_series($1, $2)")
        .bind(PgRange::from(day(1, 31)..day(4, 1)))
        .bind("1 month")
        .fetch_all(&mut connection)
        .await?;
    let slots: Vec<PgRange<DateTime<Utc>>> =
        sqlx::query_scalar("SELECT generate_range_series($1, $2, $3, partial => 'drop')")
            .bind(PgRange::from(at(1, 9)..at(1, 14)))
            .bind(TimeDelta::minutes(120))
            .bind(TimeDelta::minutes(90))
            .fetch_all(&mut connection)
            .await?;
    // docs: end
    assert_eq!(months, [day(1, 31), day(2, 28), day(3, 31)]);
    let piece = |hour| PgRange::from(at(1, hour)..at(1, hour) + TimeDelta::minutes(90));
    assert_eq!(slots, [piece(9), piece(11)]);

    // sqlx prepares a query once, with the types of the first call: other types need another text.
    let numbers: Vec<i64> = sqlx::query_scalar("SELECT generate_series($1, $2) AS number")
        .bind(PgRange::from(1_i64..10))
        .bind(4_i16)
        .fetch_all(&mut connection)
        .await?;
    assert_eq!(numbers, [1, 5, 9]);
    let step = Decimal::new(4, 1);
    let decimals: Vec<Decimal> = sqlx::query_scalar("SELECT generate_series($1, $2) AS decimal")
        .bind(PgRange::from(Decimal::ZERO..Decimal::ONE))
        .bind(step)
        .fetch_all(&mut connection)
        .await?;
    assert_eq!(decimals, [Decimal::ZERO, step, step + step]);
    Ok(())
}

#[tokio::test]
async fn addresses() -> Outcome {
    // docs: inetranges are `PgRange<IpNetwork>`, in a type of one's own
    let mut connection = connect().await?;
    // docs: addresses
    sqlx::raw_sql(
        "CREATE TABLE network (name text, net inetrange);
         CREATE INDEX ON network USING gist (net)",
    )
    .execute(&mut connection)
    .await?;
    // An inetrange, or what inetrange() makes of an IpNetwork or of text.
    sqlx::query("INSERT INTO network VALUES ('guests', $1), ('office', inetrange($2)), ('lab', inetrange($3))")
        .bind(inet_range("10.0.1.0", "10.0.1.99"))
        .bind(address("10.0.0.0/24"))
        .bind("2001:db8::/120")
        .execute(&mut connection)
        .await?;
    let whose: (String, InetRange) =
        sqlx::query_as("SELECT name, net FROM network WHERE net >>= $1")
            .bind(address("10.0.1.7"))
            .fetch_one(&mut connection)
            .await?;
    let free: Vec<InetRange> = sqlx::query_scalar(
        "SELECT unnest(range_gaps_agg(net, inetrange($1))) FROM network WHERE net && inetrange($1)",
    )
    .bind(address("10.0.0.0/23"))
    .fetch_all(&mut connection)
    .await?;
    let blocks: Vec<IpNetwork> =
        sqlx::query_scalar("SELECT inetrange_cidrs(net) FROM network WHERE name = 'guests'")
            .fetch_all(&mut connection)
            .await?;
    // docs: end
    assert_eq!(whose, ("guests".into(), inet_range("10.0.1.0", "10.0.1.99")));
    assert_eq!(free, [inet_range("10.0.1.100", "10.0.1.255")]);
    assert_eq!(blocks, ["10.0.1.0/26", "10.0.1.64/27", "10.0.1.96/30"].map(address));
    Ok(())
}

#[tokio::test]
async fn search() -> Outcome {
    let mut connection = connect().await?;
    // docs: search
    sqlx::raw_sql(
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
    .execute(&mut connection)
    .await?;
    let found: Vec<(String, f64)> = sqlx::query_as(
        "SELECT title, bm25_rank(words, query, 'article_words_stats') AS score
         FROM article, search_query('english', $1, 'all', 'article_words_stats') AS query
         WHERE words @@ query ORDER BY score DESC",
    )
    // As people type: a word with a typo, and one that is not wanted.
    .bind("rangse~ -songs")
    .fetch_all(&mut connection)
    .await?;
    let meant: String = sqlx::query_scalar("SELECT search_correct('article_words_stats', $1)")
        .bind("ranegs of adresses")
        .fetch_one(&mut connection)
        .await?;
    // docs: end
    assert_eq!(meant, "ranges of addresses");
    assert_eq!(
        found.iter().map(|(title, _)| title.as_str()).collect::<Vec<_>>(),
        ["Ranges", "Addresses"]
    );
    assert!(found[0].1 > found[1].1);
    Ok(())
}

#[tokio::test]
async fn index() -> Outcome {
    let mut connection = connect().await?;
    sqlx::raw_sql(
        "CREATE TABLE network (net inetrange, note text);
         INSERT INTO network
             SELECT inetrange(c), '' FROM inetrange_subnets(inetrange('10.0.0.0/12'::cidr), 24) AS c;
         CREATE INDEX ON network USING gist (net);
         ANALYZE network",
    )
    .execute(&mut connection)
    .await?;
    for condition in ["net @> $1", "net >>= $1"] {
        let plan: Vec<String> =
            sqlx::query_scalar(&format!("EXPLAIN SELECT * FROM network WHERE {condition}"))
                .bind(address("10.1.2.3"))
                .fetch_all(&mut connection)
                .await?;
        assert!(plan[0].contains("Index Scan using network_net_idx"), "{plan:?}");
    }
    Ok(())
}

#[tokio::test]
async fn half_open() -> Outcome {
    // Bounds are std's: excluded and unbounded ones come back as the server keeps them.
    let mut connection = connect().await?;
    let sent = PgRange { start: Excluded(at(1, 9)), end: Unbounded };
    let found: PgRange<DateTime<Utc>> = sqlx::query_scalar("SELECT range_shift($1, $2)")
        .bind(sent)
        .bind("1 hour")
        .fetch_one(&mut connection)
        .await?;
    assert_eq!(found, PgRange { start: Excluded(at(1, 10)), end: Unbounded });
    Ok(())
}
