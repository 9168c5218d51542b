-- range_union_agg: the union. Oracle: core's range_agg.
SET datestyle = ISO;
SET timezone = 'UTC';
CREATE SCHEMA unions;
SET search_path = unions, public;

-- NULL is skipped, an empty range contributes nothing; overlapping and adjacent ranges become one.
SELECT range_union_agg(r), range_agg(r)
FROM (VALUES ('[5,9)'::int4range), (NULL), ('[1,2)'), ('empty'), ('[9,11)'), ('[20,30)'), ('[22,23)')) AS v (r);
-- No row, rows of NULL, rows of empty ranges, empty ranges and a NULL.
SELECT range_union_agg(r), range_agg(r) FROM (SELECT int4range(1, 2) WHERE false) AS v (r);
SELECT range_union_agg(r), range_agg(r) FROM (VALUES (NULL::int4range), (NULL)) AS v (r);
SELECT range_union_agg(r), range_agg(r) FROM (VALUES ('empty'::int4range), ('empty')) AS v (r);
SELECT range_union_agg(r), range_agg(r) FROM (VALUES ('empty'::int4range), (NULL)) AS v (r);
-- Unbounded sides.
SELECT range_union_agg(r), range_agg(r) FROM (VALUES ('(,5)'::numrange), ('[7,8]'), ('(9,)')) AS v (r);
SELECT range_union_agg(r), range_agg(r) FROM (VALUES ('(,5)'::numrange), ('(5,)')) AS v (r);
SELECT range_union_agg(r), range_agg(r) FROM (VALUES ('(,5)'::numrange), ('[5,)')) AS v (r);
SELECT range_union_agg(r), range_agg(r) FROM (VALUES ('(,)'::int8range), ('[1,2)')) AS v (r);
-- Neighbours meet unless both leave out the point between them.
SELECT a, b, range_union_agg(r), range_union_agg(r) = range_agg(r) AS as_core
FROM (VALUES ('(1,2)'), ('[1,2)'), ('(1,2]'), ('[1,2]')) AS x (a),
    (VALUES ('(2,3)'), ('[2,3)'), ('(2,3]'), ('[2,3]')) AS y (b),
    LATERAL (VALUES (b::numrange), (a::numrange)) AS v (r)
GROUP BY a, b ORDER BY a COLLATE "C", b COLLATE "C";
-- A point.
SELECT range_union_agg(r), range_agg(r) FROM (VALUES ('[2,2]'::numrange), ('(2,3)'), ('[1,2)'), ('[5,5]')) AS v (r);

-- Every built-in range type, with one range and with some.
SELECT range_union_agg(r), range_agg(r) FROM (VALUES (int4range(-2147483648, 0)), (int4range(7, 2147483647)), (int4range(0, 1))) AS v (r);
SELECT range_union_agg(r), range_agg(r) FROM (VALUES (int8range(-9223372036854775808, 0)), (int8range(7, NULL))) AS v (r);
SELECT range_union_agg(r), range_agg(r) FROM (VALUES (numrange('NaN', NULL)), (numrange('-Infinity', 1.50)), (numrange(1.5, 2.000)), (numrange(3, 4, '(]'))) AS v (r);
SELECT range_union_agg(r), range_agg(r) FROM (VALUES (daterange('2024-02-28', '2024-02-29', '[]')), (daterange('-infinity', '2024-01-01')), (daterange('2024-03-01', 'infinity', '[]'))) AS v (r);
SELECT range_union_agg(r), range_agg(r) FROM (VALUES (daterange('-infinity', 'infinity', '[]')), (daterange(NULL, '-infinity'))) AS v (r);
SELECT range_union_agg(r), range_agg(r) FROM (VALUES (tsrange('-infinity', '2024-01-01', '[]')), (tsrange('2024-01-01', 'infinity', '(]')), (tsrange('infinity', NULL, '()'))) AS v (r);
SELECT range_union_agg(r), range_agg(r) FROM (VALUES (tstzrange('2024-03-31 00:00+01', '2024-03-31 04:00+02')), (tstzrange('2024-03-31 02:00+00', '2024-03-31 03:00+00', '(]'))) AS v (r);
SELECT range_union_agg(r), range_agg(r) FROM (VALUES (int4range(1, 2))) AS v (r);
SELECT range_union_agg(r), range_agg(r) FROM (VALUES (int8range(1, 2))) AS v (r);
SELECT range_union_agg(r), range_agg(r) FROM (VALUES (numrange(1, 2))) AS v (r);
SELECT range_union_agg(r), range_agg(r) FROM (VALUES (daterange('2024-01-01', '2024-01-02'))) AS v (r);
SELECT range_union_agg(r), range_agg(r) FROM (VALUES (tsrange('2024-01-01', '2024-01-02'))) AS v (r);
SELECT range_union_agg(r), range_agg(r) FROM (VALUES (tstzrange('2024-01-01', '2024-01-02'))) AS v (r);

-- Results of every size, byte for byte as core builds them.
SELECT count(*) AS sizes, bool_and(record_image_eq(ROW(ours), ROW(core))) AS same_bytes
FROM (
    SELECT range_union_agg(r) AS ours, range_agg(r) AS core
    FROM generate_series(0, 70) AS size, generate_series(0, size - 1) AS i,
        LATERAL (SELECT int8range(CASE WHEN i > 0 OR size % 3 > 0 THEN i * 10 END, CASE WHEN i < size - 1 OR size % 5 > 0 THEN i * 10 + 3 END)) AS v (r)
    GROUP BY size) AS each;
SELECT count(*) AS sizes, bool_and(record_image_eq(ROW(ours), ROW(core))) AS same_bytes
FROM (
    SELECT range_union_agg(r) AS ours, range_agg(r) AS core
    FROM generate_series(0, 70) AS size, generate_series(0, size - 1) AS i,
        LATERAL (SELECT daterange('2024-01-01'::date + i * 10, '2024-01-01'::date + i * 10 + 3)) AS v (r)
    GROUP BY size) AS each;
SELECT count(*) AS sizes, bool_and(record_image_eq(ROW(ours), ROW(core))) AS same_bytes
FROM (
    SELECT range_union_agg(r) AS ours, range_agg(r) AS core
    FROM generate_series(0, 70) AS size, generate_series(0, size - 1) AS i,
        LATERAL (SELECT numrange(i * 10, i * 10.0 + i / 7.0, '(]')) AS v (r)
    GROUP BY size) AS each;

-- Multiranges.
SELECT range_union_agg(m), range_agg(m), pg_typeof(range_union_agg(m))
FROM (VALUES ('{[5,9),[12,14)}'::int4multirange), (NULL), ('{}'), ('{[-3,-2),[9,10)}')) AS v (m);
SELECT range_union_agg(m), range_agg(m) FROM (VALUES ('{}'::int4multirange), ('{}')) AS v (m);
SELECT range_union_agg(m), range_agg(m) FROM (VALUES (NULL::int4multirange)) AS v (m);
SELECT range_union_agg(m), range_agg(m) FROM (VALUES ('{(,1),[5,6)}'::nummultirange), ('{[9,)}'), ('{[1,5]}')) AS v (m);

-- Types that users create.
CREATE TYPE float8_range AS RANGE (subtype = float8);
CREATE TYPE letters AS RANGE (subtype = text, collation = "C");
CREATE TYPE size AS ENUM ('small', 'large');
ALTER TYPE size ADD VALUE 'medium' BEFORE 'large';
CREATE TYPE sizes AS RANGE (subtype = size);
CREATE DOMAIN percent AS int4 CHECK (VALUE BETWEEN 0 AND 100);
CREATE TYPE percents AS RANGE (subtype = percent);
CREATE TYPE point_in_version AS (major int, minor text COLLATE "C");
CREATE TYPE versions AS RANGE (subtype = point_in_version);
CREATE TYPE booleans AS RANGE (subtype = bool);
CREATE TYPE "Odd ""name""" AS RANGE (subtype = int2);
SELECT range_union_agg(r), range_agg(r) FROM (VALUES (float8_range('-0', 1)), (float8_range('-Infinity', 0)), (float8_range(2, 'NaN', '[]'))) AS v (r);
SELECT range_union_agg(r), range_agg(r) FROM (VALUES (letters('b', 'd')), (letters('B', 'a')), (letters('c', repeat('é', 3), '[]'))) AS v (r);
SELECT range_union_agg(r), range_agg(r) FROM (VALUES (sizes('large', 'large', '[]')), (sizes('small', 'medium'))) AS v (r);
SELECT range_union_agg(r), range_agg(r) FROM (VALUES (percents(1, 5)), (percents(3, 100, '[]'))) AS v (r);
SELECT range_union_agg(r), range_agg(r) FROM (VALUES (versions((1, 'a'), (2, NULL))), (versions((2, NULL), (3, 'b'), '(]'))) AS v (r);
SELECT range_union_agg(r), range_agg(r) FROM (VALUES (booleans(false, true)), (booleans(true, true, '[]'))) AS v (r);
SELECT range_union_agg(r), pg_typeof(range_union_agg(r)) FROM (VALUES ("Odd ""name"""(1::int2, 2::int2)), ("Odd ""name"""(2::int2, 3::int2))) AS v (r);
-- Values that lie out of line.
CREATE TABLE long_texts AS
SELECT letters(i || repeat('x', 3000 * i), (i + 1) || repeat('x', 2000 * i)) AS r FROM generate_series(1, 8) AS i;
SELECT range_union_agg(r) = range_agg(r) AS as_core, octet_length(range_union_agg(r)::text) FROM long_texts;

-- A discrete type in closed form. PL/pgSQL takes no shell type, so its canonical function begins as
-- another and gets its body once the type is there.
SET client_min_messages = warning;
CREATE TYPE closed_range;
CREATE FUNCTION closed(closed_range) RETURNS closed_range
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'int4range_canonical';
CREATE TYPE closed_range AS RANGE (subtype = int4, canonical = closed);
RESET client_min_messages;
CREATE OR REPLACE FUNCTION closed(r closed_range) RETURNS closed_range
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
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
SELECT range_union_agg(r), range_agg(r), range_merge(r) FROM (VALUES (closed_range(4, 6)), (closed_range(1, 3, '(]')), (closed_range(8, 9)), (closed_range(11, NULL))) AS v (r);
SELECT id, range_union_agg(r) OVER w, range_agg(r) OVER w FROM (VALUES (1, closed_range(1, 2, '[]')), (2, closed_range(3, 4, '[]')), (3, closed_range(5, 6, '[]')), (4, closed_range(3, 3, '[]'))) AS v (id, r)
WINDOW w AS (ORDER BY id ROWS 1 PRECEDING) ORDER BY id;

-- Clauses of aggregate calls.
CREATE TABLE booking (id int, room text, during int4range);
INSERT INTO booking VALUES (1, 'a', '[1,3)'), (2, 'a', '[8,9)'), (3, 'b', 'empty'), (4, 'b', NULL),
    (5, NULL, '[20,)'), (6, 'a', '[2,4)'), (7, 'b', 'empty'), (8, 'c', NULL);
SELECT room, range_union_agg(during), range_agg(during) FROM booking GROUP BY room ORDER BY room;
SELECT room, id % 2 AS odd, range_union_agg(during), range_union_agg(during) IS NOT DISTINCT FROM range_agg(during) AS as_core
FROM booking GROUP BY GROUPING SETS ((room), (id % 2), ()) ORDER BY room, odd;
SELECT room, id % 2 AS odd, range_union_agg(during) IS NOT DISTINCT FROM range_agg(during) AS as_core
FROM booking GROUP BY CUBE (room, id % 2) ORDER BY room, odd;
SELECT range_union_agg(during) FILTER (WHERE room = 'a'), range_union_agg(during) FILTER (WHERE false) FROM booking;
SELECT range_union_agg(DISTINCT during), range_union_agg(during ORDER BY id DESC), range_union_agg(ALL during) FROM booking;
-- Core lets nobody name the arguments of an aggregate call.
\set VERBOSITY terse
SELECT range_union_agg(value => during) FROM booking;
\set VERBOSITY default
SELECT room FROM booking GROUP BY room HAVING range_union_agg(during) @> 3;
SELECT during, unnest FROM (SELECT range_union_agg(during) AS during FROM booking) AS u, unnest(during) ORDER BY unnest;

-- Windows: the frame slides over NULL and empty rows.
SELECT id, during,
    range_union_agg(during) OVER w AS ours,
    range_union_agg(during) OVER w IS NOT DISTINCT FROM range_agg(during) OVER w AS as_core,
    range_union_agg(int4multirange(during)) OVER w IS NOT DISTINCT FROM range_agg(int4multirange(during)) OVER w AS multirange_as_core
FROM booking
WINDOW w AS (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) ORDER BY id;
SELECT id,
    range_union_agg(during) OVER (ORDER BY id) AS running,
    range_union_agg(during) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING) AS before,
    range_union_agg(during) OVER (ORDER BY id ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS after,
    range_union_agg(during) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW) AS neighbours,
    range_union_agg(during) OVER (ORDER BY id RANGE BETWEEN 2 PRECEDING AND CURRENT ROW) AS near,
    range_union_agg(during) OVER (ORDER BY id / 3 GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE TIES) AS groups
FROM booking ORDER BY id;
-- The same by partitions, filtered, and with equal ranges that come and go.
SELECT id, range_union_agg(during) FILTER (WHERE id <> 2) OVER (PARTITION BY room ORDER BY id ROWS 1 PRECEDING) AS ours
FROM booking ORDER BY id;
SELECT count(*) AS frames, bool_and(ours = core) AS as_core
FROM (
    SELECT range_union_agg(r) OVER w AS ours, range_agg(r) OVER w AS core
    FROM (SELECT i, int4range(i % 3, i % 3 + 2) AS r FROM generate_series(1, 300) AS i) AS v
    WINDOW w AS (ORDER BY i ROWS BETWEEN 7 PRECEDING AND 3 FOLLOWING)) AS each;

-- Plans: partial aggregation, of groups too, and of partitions.
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0.1;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
CREATE TABLE numbers (i int, r int4range) PARTITION BY HASH (i);
CREATE TABLE evens PARTITION OF numbers FOR VALUES WITH (MODULUS 2, REMAINDER 0) WITH (parallel_workers = 2);
CREATE TABLE odds PARTITION OF numbers FOR VALUES WITH (MODULUS 2, REMAINDER 1) WITH (parallel_workers = 2);
INSERT INTO numbers SELECT i, int4range(i * 2 % 9001, i * 2 % 9001 + 1 + i % 2) FROM generate_series(1, 10000) AS i;
ANALYZE numbers;
EXPLAIN (COSTS OFF) SELECT range_union_agg(r) FROM evens;
SELECT range_union_agg(r) = range_agg(r) AS as_core FROM evens;
SELECT (SELECT range_union_agg(r) FROM evens) = (SELECT range_agg(r) FROM evens) AS as_core;
SET parallel_leader_participation = off;
SELECT (SELECT range_union_agg(r) FROM evens) = (SELECT range_agg(r) FROM evens) AS as_core;
SELECT (SELECT range_union_agg(int4multirange(r)) FROM evens) = (SELECT range_agg(r) FROM evens) AS as_core;
SELECT range_union_agg(r) FROM evens WHERE i < 0;
SET enable_partitionwise_aggregate = on;
SET max_parallel_workers_per_gather = 0;
EXPLAIN (COSTS OFF) SELECT range_union_agg(r) FROM numbers;
SELECT range_union_agg(r) = range_agg(r) AS as_core FROM numbers;
SELECT (SELECT range_union_agg(r) FROM numbers) = (SELECT range_agg(r) FROM numbers) AS as_core;

SET client_min_messages = warning;
DROP SCHEMA unions CASCADE;
