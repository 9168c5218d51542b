-- range_island, range_session: the islands of ranges that come in order. Random data: tests/differential.
SET datestyle = ISO;
SET timezone = 'UTC';
SET intervalstyle = postgres;
CREATE SCHEMA windows;
SET search_path = windows, public;
CREATE TYPE float8_range AS RANGE (subtype = float8);
CREATE TYPE letters AS RANGE (subtype = text, collation = "C");
CREATE FUNCTION error_of(query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE query;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ': ' || SQLERRM;
END $$;
CREATE TABLE booking (id int, room text, during int4range);
INSERT INTO booking VALUES (1, 'a', '[1,3)'), (2, 'a', '[2,4)'), (3, 'a', '[4,6)'), (4, 'a', '[8,9)'), (5, 'a', NULL), (6, 'a', 'empty'),
    (7, 'a', '[8,9)'), (8, 'b', '[3,)'), (9, 'b', '(,1)'), (10, 'b', '[5,6)'), (11, 'c', NULL), (12, 'd', 'empty'), (13, 'e', '[1,20)'), (14, 'e', '[2,3)'), (15, 'e', '[19,21)');

-- Partitions, peers, NULL and empty ranges; a long range that covers shorter ones; with max_gap.
SELECT id, room, during, range_island(during) OVER w AS island, range_session(during) OVER w AS session,
    range_island(during, 1) OVER w AS island_1, range_session(during, 1) OVER w AS session_1,
    range_island(during, 2) OVER w AS island_2, range_session(during, 2) OVER w AS session_2
FROM booking WINDOW w AS (PARTITION BY room ORDER BY during) ORDER BY id;
-- NULL first; other columns behind the range.
SELECT id, range_island(during) OVER (PARTITION BY room ORDER BY during NULLS FIRST, id DESC) AS island,
    range_session(during) OVER (PARTITION BY room ORDER BY during NULLS FIRST, id) AS session
FROM booking ORDER BY id;
-- No partition: all rows. The frame does not count.
SELECT id, during, range_island(during) OVER (ORDER BY during) AS island,
    range_session(during) OVER (ORDER BY during ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS session,
    range_session(during) OVER (ORDER BY during RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) = range_session(during) OVER (ORDER BY during) AS same
FROM booking WHERE room IN ('a', 'e') ORDER BY id;
SELECT pg_typeof(range_island(during) OVER w), pg_typeof(range_session(during) OVER w), pg_typeof(range_island(during, 1) OVER w), pg_typeof(range_session(during, 1) OVER w)
FROM booking WINDOW w AS (ORDER BY during) LIMIT 1;
SELECT range_island(during) OVER (ORDER BY during), range_session(during) OVER (ORDER BY during) FROM booking WHERE false;
-- With other functions over the same window, and islands of islands.
SELECT room, island, count(*), range_merge(during) FROM (
    SELECT room, during, range_island(during) OVER (PARTITION BY room ORDER BY during) AS island, row_number() OVER (PARTITION BY room ORDER BY during) AS n FROM booking) AS i
GROUP BY room, island ORDER BY room, island;
SELECT DISTINCT range_session(session, 3) OVER (ORDER BY session) FROM (SELECT range_session(during, 1) OVER (PARTITION BY room ORDER BY during) AS session FROM booking WHERE room <> 'b') AS s ORDER BY 1;

-- Closed and open bounds: continuous ranges that leave out a point are apart. With max_gap only the
-- distance of the bounds counts.
SELECT r, range_island(r) OVER w, range_session(r) OVER w, range_island(r, 0) OVER w AS island_0, range_island(r, 0.5) OVER w AS island_half, range_session(r, 0.5) OVER w AS session_half
FROM (VALUES ('[1,2)'::numrange), ('(2,3]'), ('(3,3.25)'), ('(3.75,4)'), ('[4.5,4.50]'), ('(5.001,6)'), ('[6,6]'), ('[7,)')) AS v (r) WINDOW w AS (ORDER BY r);
-- Discrete types count missing elements, closed or not as they are written.
SELECT r, range_island(r) OVER w, range_island(r, 0) OVER w AS island_0, range_island(r, 1) OVER w AS island_1, range_session(r, 2) OVER w AS session_2
FROM (VALUES ('[2024-02-26,2024-02-28]'::daterange), ('[2024-02-29,2024-02-29]'), ('(2024-03-01,2024-03-03)'), ('[2024-03-05,2024-03-06)'), ('[2024-03-08,infinity]')) AS v (r) WINDOW w AS (ORDER BY r);
SET client_min_messages = warning;
CREATE TYPE closed_range;
CREATE FUNCTION closed(closed_range) RETURNS closed_range LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'int4range_canonical';
CREATE TYPE closed_range AS RANGE (subtype = int4, canonical = closed);
RESET client_min_messages;
CREATE OR REPLACE FUNCTION closed(r closed_range) RETURNS closed_range LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    low int := lower(r);
    high int := upper(r);
BEGIN
    IF isempty(r) OR (lower_inc(r) OR low IS NULL) AND (upper_inc(r) OR high IS NULL) THEN
        RETURN r;
    END IF;
    low := low + CASE WHEN lower_inc(r) THEN 0 ELSE 1 END;
    high := high - CASE WHEN upper_inc(r) THEN 0 ELSE 1 END;
    RETURN CASE WHEN low > high THEN 'empty'::closed_range ELSE closed_range(low, high, '[]') END;
END $$;
SELECT r, range_island(r) OVER w, range_session(r) OVER w, range_island(r, 1) OVER w AS island_1, range_session(r, 2) OVER w AS session_2
FROM (VALUES (closed_range(1, 2, '[]')), (closed_range(3, 4, '[]')), (closed_range(6, 8)), (closed_range(10, 11)), (closed_range(14, NULL))) AS v (r) WINDOW w AS (ORDER BY r);

-- Every overload.
SELECT r, range_island(r) OVER w, range_session(r) OVER w, range_island(r, 2::bigint) OVER w AS island_2, range_session(r, 2::bigint) OVER w AS session_2
FROM (VALUES ('[1,3)'::int8range), ('[5,6)'), ('[9000000000,)')) AS v (r) WINDOW w AS (ORDER BY r);
SELECT r, range_island(r) OVER w, range_session(r) OVER w, range_island(r, interval '1 month') OVER w AS island_month, range_session(r, interval '1 month') OVER w AS session_month
FROM (VALUES ('[2024-01-01,2024-01-31 12:00)'::tsrange), ('(2024-02-29 12:00,2024-03-01]'), ('(2024-04-01 00:00:01,infinity)'), ('[infinity,infinity]')) AS v (r) WINDOW w AS (ORDER BY r);
SELECT r, range_island(r) OVER w, range_session(r) OVER w, range_island(r, interval '30 min') OVER w AS island_30, range_session(r, interval '30 min') OVER w AS session_30
FROM (VALUES ('[2024-01-01 10:00,2024-01-01 11:00)'::tstzrange), ('[2024-01-01 11:30,2024-01-01 12:00)'), ('[2024-01-01 12:30:00.000001,2024-01-01 13:00)')) AS v (r) WINDOW w AS (ORDER BY r);
SELECT r, range_island(r) OVER w, range_session(r) OVER w, range_island(r, 0.5::float8) OVER w AS island_half, range_session(r, 0.5) OVER w AS session_half
FROM (VALUES (float8_range('-Infinity', '-1')), (float8_range('-0', 1)), (float8_range(1.5, 2)), (float8_range(2.75, 'NaN', '[]'))) AS v (r) WINDOW w AS (ORDER BY r);
-- By reference, of any length.
SELECT r, range_island(r) OVER w, range_session(r) OVER w
FROM (VALUES (letters('a', 'b')), (letters('ab', 'bb')), (letters('bb', 'c')), (letters('c', 'd', '()')), (letters('e', NULL))) AS v (r) WINDOW w AS (ORDER BY r);
SELECT count(*), count(DISTINCT island), max(length(upper(session))), bool_and(r <@ session) AS inside
FROM (SELECT r, range_island(r) OVER w AS island, range_session(r) OVER w AS session
    FROM (SELECT letters(lpad(i::text, 5, '0') || repeat('x', i % 3000), lpad((i + 1 + i % 2)::text, 5, '0') || repeat('y', i % 2500)) AS r FROM generate_series(1, 3000, 3) AS i) AS v
    WINDOW w AS (ORDER BY r)) AS s;
-- Other types of gaps, by an operator or a cast; untyped literals.
SELECT range_island(r, 2::smallint) OVER w, range_island(r, 2::bigint) OVER w, range_island(r, 2.0) OVER w, range_island(r, '2') OVER w, range_session(r, '2') OVER w
FROM (VALUES ('[1,3)'::int4range), ('[5,6)'), ('[9,)')) AS v (r) WINDOW w AS (ORDER BY r);
SELECT range_island(r, 2) OVER w, range_island(r, 0.5::float8) OVER w, range_island(r, '2') OVER w, range_session(r, '2') OVER w
FROM (VALUES ('[1,3)'::numrange), ('[5,6)'), ('[9,)')) AS v (r) WINDOW w AS (ORDER BY r);
SELECT range_island(r, 2::smallint) OVER w, range_island(r, interval '2 days') OVER w, range_island(r, '2') OVER w, range_session(r, '2') OVER w
FROM (VALUES ('[2024-01-01,2024-01-03)'::daterange), ('[2024-01-05,2024-01-06)'), ('[2024-01-09,)')) AS v (r) WINDOW w AS (ORDER BY r);
SELECT range_island(r, '2 days') OVER w, range_session(r, '2 days') OVER w, range_island(r, time '23:00') OVER w
FROM (VALUES ('[2024-01-01,2024-01-03)'::tsrange), ('[2024-01-05,2024-01-06)'), ('[2024-01-09,)')) AS v (r) WINDOW w AS (ORDER BY r);
PREPARE island_int AS SELECT range_island(during, $1) OVER (ORDER BY during) FROM booking WHERE room = 'a';
PREPARE session_date AS SELECT range_session(r, $1) OVER (ORDER BY r) FROM (VALUES ('[2024-01-01,2024-01-03)'::daterange), ('[2024-01-05,2024-01-06)')) AS v (r);
PREPARE session_ts AS SELECT range_session(r, $1) OVER (ORDER BY r) FROM (VALUES ('[2024-01-01,2024-01-03)'::tstzrange), ('[2024-01-05,2024-01-06)')) AS v (r);
SELECT name, parameter_types FROM pg_prepared_statements ORDER BY name;
EXECUTE island_int(0);
EXECUTE island_int(2);
EXECUTE session_date(2);
EXECUTE session_ts('2 days');
DEALLOCATE ALL;
-- The max_gap of the row that is to join counts, in both functions; without one the row is left out.
SELECT id, r, gap, range_island(r, gap) OVER w AS island, range_session(r, gap) OVER w AS session, range_session(r, gap::bigint) OVER w AS any_type,
    range_session(numrange(lower(r), upper(r)), gap::numeric) OVER w AS by_reference
FROM (VALUES (1, '[1,3)'::int4range, 0), (2, '[5,6)', 2), (3, '[8,9)', 1), (4, '[10,11)', 1), (5, '[12,13)', NULL), (6, '[12,20)', 0), (7, '[12,20)', 1), (8, '[30,31)', 10)) AS v (id, r, gap) WINDOW w AS (ORDER BY r, id);
SELECT error_of('SELECT range_session(r, gap) OVER (ORDER BY r) FROM (VALUES (''[1,3)''::int4range, 0), (''[5,6)'', -2)) AS v (r, gap)');
-- Times of day do not wrap: beyond midnight nothing is missing.
CREATE TYPE times AS RANGE (subtype = time);
CREATE TYPE offset_times AS RANGE (subtype = timetz);
CREATE DOMAIN share AS numeric CHECK (VALUE BETWEEN 0 AND 1);
CREATE TYPE shares AS RANGE (subtype = share);
SELECT range_island(t, '45 min') OVER (ORDER BY t) AS time, range_session(o, '45 min') OVER (ORDER BY o) AS timetz, range_island(s, 0.6) OVER (ORDER BY s) AS domain
FROM (VALUES (times('22:00', '22:30'), offset_times('22:00+01', '22:30+01'), shares(0, 0.1)), (times('23:00', '23:40'), offset_times('23:00+01', '23:40+01'), shares(0.8, 0.9)), (times('23:50', '24:00'), offset_times('23:50+01', '24:00+01'), shares(1, 1, '[]'))) AS v (t, o, s);

-- A wrong order is an error: descending, none, that of another column, of lower bounds with ties.
SELECT range_island(during) OVER (PARTITION BY room ORDER BY during DESC) FROM booking;
SELECT range_session(during) OVER (ORDER BY id) FROM booking;
SELECT error_of('SELECT range_island(during) OVER () FROM booking'),
    error_of('SELECT range_session(during) OVER (ORDER BY during DESC) FROM booking'),
    error_of('SELECT range_island(during, 1) OVER (ORDER BY id) FROM booking'),
    error_of('SELECT range_session(during, 1) OVER (ORDER BY id) FROM booking');
SELECT error_of($$SELECT range_island(r) OVER (ORDER BY lower(r)) FROM (VALUES ('[1,5)'::int4range), ('[1,2)')) AS v (r)$$),
    error_of($$SELECT range_session(r) OVER (ORDER BY lower(r)) FROM (VALUES ('[1,5)'::int4range), ('[1,2)')) AS v (r)$$),
    error_of($$SELECT range_island(r) OVER (ORDER BY lower(r)) FROM (VALUES ('(1,5)'::numrange), ('[1,2)')) AS v (r)$$),
    error_of($$SELECT range_island(r) OVER () FROM (VALUES ('[1,5)'::int4range), ('empty')) AS v (r)$$),
    error_of($$SELECT range_session(r) OVER () FROM (VALUES ('[1,)'::int4range), ('(,5)')) AS v (r)$$);
-- Rows that come in order may come without ORDER BY; NULL may stand anywhere.
SELECT r, range_island(r) OVER (), range_session(r) OVER () FROM (VALUES ('empty'::int4range), (NULL), ('[1,2)'), (NULL), ('[1,2)'), ('[2,3)'), (NULL), ('[7,8)')) AS v (r);

-- max_gap: NULL, negative, for dates in whole days, without an operator.
SELECT id, range_island(during, NULL) OVER w, range_session(during, NULL) OVER w, range_island(during, NULL::bigint) OVER w FROM booking WHERE room = 'a' WINDOW w AS (ORDER BY during) ORDER BY id;
SELECT range_island(during, -1) OVER (ORDER BY during) FROM booking WHERE room = 'a';
SELECT error_of('SELECT range_session(during, -1) OVER (ORDER BY during) FROM booking'),
    error_of($$SELECT range_island(r, -0.5) OVER (ORDER BY r) FROM (VALUES ('[1,5)'::numrange)) AS v (r)$$),
    error_of($$SELECT range_island(r, '-1 us') OVER (ORDER BY r) FROM (VALUES ('[2024-01-01,2024-01-03)'::tsrange)) AS v (r)$$),
    error_of($$SELECT range_island(r, -1) OVER (ORDER BY r) FROM (VALUES ('[1,)'::int4range)) AS v (r)$$),
    error_of($$SELECT range_session(r, -1) OVER (ORDER BY r) FROM (VALUES ('[1,)'::int4range)) AS v (r)$$);
SELECT range_island(during, interval '1 day') OVER (ORDER BY during) FROM booking;
SELECT error_of($$SELECT range_island(r, interval '1 hour') OVER (ORDER BY r) FROM (VALUES ('[2024-01-01,2024-01-03)'::daterange)) AS v (r)$$),
    error_of($$SELECT range_island(r, '1 day') OVER (ORDER BY r) FROM (VALUES ('[2024-01-01,2024-01-03)'::daterange)) AS v (r)$$),
    error_of($$SELECT range_session(r, 'x'::text) OVER (ORDER BY r) FROM (VALUES (windows.letters('a', 'b'))) AS v (r)$$),
    error_of($$SELECT range_session(r, 1) OVER (ORDER BY r) FROM (VALUES ('[2024-01-01,2024-01-03)'::tsrange)) AS v (r)$$);

-- Without a window, and other misuse.
SELECT range_island('[1,2)'::int4range);
SELECT range_session('[1,2)'::int4range, 1);
\set VERBOSITY terse
SELECT range_island(during) FILTER (WHERE true) OVER (ORDER BY during) FROM booking;
SELECT range_session(DISTINCT during) OVER (ORDER BY during) FROM booking;
SELECT range_island('[1,2)') OVER ();
SELECT range_island(1) OVER ();
SELECT range_session(int4multirange(int4range(1, 2))) OVER ();
SELECT count(*) FROM booking WHERE range_island(during) OVER (ORDER BY during) = 1;
\set VERBOSITY default

-- Large partitions: islands of one row, one of all rows, one that a long range at the start makes.
SELECT count(*), max(island), bool_and(session = r) AS alone FROM (
    SELECT r, range_island(r) OVER w AS island, range_session(r) OVER w AS session
    FROM (SELECT int4range(i * 2, i * 2 + 1) AS r FROM generate_series(1, 200000) AS i) AS v WINDOW w AS (ORDER BY r)) AS s;
SELECT count(*), max(island), count(DISTINCT session), range_agg(DISTINCT session) FROM (
    SELECT range_island(r) OVER w AS island, range_session(r) OVER w AS session
    FROM (SELECT int4range(i * 2, i * 2 + 2) AS r FROM generate_series(1, 200000) AS i) AS v WINDOW w AS (ORDER BY r)) AS s;
SELECT count(*), max(island), count(DISTINCT session), range_agg(DISTINCT session) FROM (
    SELECT range_island(r, '1') OVER w AS island, range_session(r, '1') OVER w AS session
    FROM (SELECT numrange(i * 2, i * 2 + 1) AS r FROM generate_series(1, 50000) AS i) AS v WINDOW w AS (ORDER BY r)) AS s;
-- Partitions that go to disk, and that are left early.
SET work_mem = '64kB';
SELECT count(*), max(island), bool_and(length = 50) AS of_fifty FROM (
    SELECT range_island(r) OVER w AS island, range_length(range_session(r) OVER w) AS length
    FROM (SELECT i % 3 AS p, int4range(i / 3 % 50 + i / 150 * 100, i / 3 % 50 + i / 150 * 100 + 1) AS r FROM generate_series(0, 44999) AS i) AS v WINDOW w AS (PARTITION BY p ORDER BY r)) AS s;
RESET work_mem;
SELECT range_island(r) OVER (ORDER BY r), range_session(r) OVER (ORDER BY r) FROM (SELECT int4range(i, i + 1) AS r FROM generate_series(1, 1000) AS i) AS v LIMIT 2;

-- A subtype whose + lives in a schema that is not in the search path, and is written in SQL.
CREATE SCHEMA elsewhere;
CREATE TYPE elsewhere.mark AS (n int);
CREATE FUNCTION elsewhere.plus(elsewhere.mark, int) RETURNS elsewhere.mark LANGUAGE sql IMMUTABLE AS 'SELECT ROW(($1).n + $2)::elsewhere.mark';
CREATE OPERATOR elsewhere.+ (FUNCTION = elsewhere.plus, LEFTARG = elsewhere.mark, RIGHTARG = int);
CREATE TYPE marks AS RANGE (subtype = elsewhere.mark);
SELECT i, range_island(r, 2) OVER w, range_session(r, 2) OVER w, range_island(r, 1) OVER w
FROM (SELECT i, marks(ROW(i * 3), ROW(i * 3 + 1)) AS r FROM generate_series(1, 4) AS i) AS v WINDOW w AS (ORDER BY r) ORDER BY i;

-- Neither looks at the frame, and the planner is told so: from PostgreSQL 16 on it takes the frame by rows that needs no peers, which 18 shows.
SELECT bool_and(a = b AND a = c AND a = d AND (x, y) IS NOT DISTINCT FROM (z, z)) AS whatever_the_frame
FROM (SELECT range_island(r) OVER w AS a, range_island(r) OVER (w RANGE CURRENT ROW) AS b, range_island(r) OVER (w GROUPS BETWEEN 1 FOLLOWING AND 2 FOLLOWING EXCLUDE TIES) AS c, range_island(r) OVER (w ROWS UNBOUNDED PRECEDING) AS d,
        range_session(r) OVER w AS x, range_session(r) OVER (w ROWS 1 PRECEDING EXCLUDE CURRENT ROW) AS y, range_session(r) OVER (w GROUPS 1 PRECEDING) AS z
    FROM (SELECT int4range(i % 50 * 3, i % 50 * 3 + i % 5) AS r FROM generate_series(1, 200) AS i) AS v WINDOW w AS (ORDER BY r)) AS f;
CREATE FUNCTION plan_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    line text; plan text := '';
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
        plan := plan || line || E'\n';
    END LOOP;
    RETURN plan;
END $$;
SELECT call, current_setting('server_version_num')::int < 180000 OR plan_of(format('SELECT %s OVER (ORDER BY r) FROM (SELECT int4range(i, i + 2) AS r FROM generate_series(1, 9) AS i) AS v', call)) LIKE '%ROWS UNBOUNDED PRECEDING%' AS by_rows
FROM unnest('{row_number(),range_island(r),"range_island(r, 1)",range_session(r),"range_session(r, 1)"}'::text[]) AS call;

SET client_min_messages = warning;
DROP SCHEMA windows CASCADE;
DROP SCHEMA elsewhere CASCADE;
