-- range_merge, range_merge_agg: the hull. Oracle: core's two-argument range_merge as an aggregate.
SET datestyle = ISO;
SET timezone = 'UTC';
CREATE SCHEMA hulls;
SET search_path = hulls, public;
CREATE AGGREGATE oracle(anyrange) (SFUNC = pg_catalog.range_merge, STYPE = anyrange);

-- Both names; NULL is skipped, an empty range contributes nothing.
SELECT range_merge(r), range_merge_agg(r), oracle(r)
FROM (VALUES ('[5,9)'::int4range), (NULL), ('[1,2)'), ('empty'), ('[20,30)')) AS v (r);
-- No row, rows of NULL, rows of empty ranges, empty ranges and a NULL.
SELECT range_merge(r), range_merge_agg(r), oracle(r) FROM (SELECT int4range(1, 2) WHERE false) AS v (r);
SELECT range_merge(r), range_merge_agg(r), oracle(r) FROM (VALUES (NULL::int4range), (NULL)) AS v (r);
SELECT range_merge(r), range_merge_agg(r), oracle(r) FROM (VALUES ('empty'::int4range), ('empty')) AS v (r);
SELECT range_merge(r), range_merge_agg(r), oracle(r) FROM (VALUES ('empty'::int4range), (NULL)) AS v (r);
-- Unbounded sides.
SELECT range_merge(r), oracle(r) FROM (VALUES ('(,5)'::numrange), ('[7,8]')) AS v (r);
SELECT range_merge(r), oracle(r) FROM (VALUES ('[7,8]'::numrange), ('(5,)')) AS v (r);
SELECT range_merge(r), oracle(r) FROM (VALUES ('(,5)'::numrange), ('(5,)')) AS v (r);
-- An inclusive bound is wider than an exclusive one at the same value, on both sides.
SELECT a, b, range_merge(r), range_merge(r) = oracle(r) AS as_core
FROM (VALUES ('(1,2)'), ('[1,2)'), ('(1,2]'), ('[1,2]')) AS x (a),
    (VALUES ('(1,2)'), ('[1,2)'), ('(1,2]'), ('[1,2]')) AS y (b),
    LATERAL (VALUES (a::numrange), (b::numrange)) AS v (r)
GROUP BY a, b ORDER BY a COLLATE "C", b COLLATE "C";

-- Every built-in range type, with infinite dates and timestamps, which are values.
SELECT range_merge(r), oracle(r) FROM (VALUES (int4range(-2147483648, 0)), (int4range(7, 2147483647))) AS v (r);
SELECT range_merge(r), oracle(r) FROM (VALUES (int8range(-9223372036854775808, 0)), (int8range(7, NULL))) AS v (r);
SELECT range_merge(r), oracle(r) FROM (VALUES (numrange('NaN', NULL)), (numrange('-Infinity', 1.50))) AS v (r);
SELECT range_merge(r), oracle(r) FROM (VALUES (daterange('2024-02-28', '2024-02-29', '[]')), (daterange('-infinity', '2024-01-01')), (daterange('2024-01-01', 'infinity', '[]'))) AS v (r);
SELECT range_merge(r), oracle(r) FROM (VALUES (tsrange('-infinity', '2024-01-01')), (tsrange('2024-01-01', 'infinity', '[]'))) AS v (r);
SELECT range_merge(r), oracle(r) FROM (VALUES (tstzrange('2024-03-31 00:00+01', '2024-03-31 04:00+02')), (tstzrange('2024-03-30 23:30+00', '2024-03-31 01:00+00', '(]'))) AS v (r);

-- Multiranges: the hull of all their ranges.
SELECT range_merge_agg(m), oracle(range_merge(m)), pg_typeof(range_merge_agg(m))
FROM (VALUES ('{[5,9),[12,14)}'::int4multirange), (NULL), ('{}'), ('{[-3,-2)}')) AS v (m);
SELECT range_merge_agg(m) FROM (VALUES ('{}'::int4multirange), ('{}')) AS v (m);
SELECT range_merge_agg(m) FROM (VALUES (NULL::int4multirange)) AS v (m);
SELECT range_merge_agg(m) FROM (VALUES ('{(,1),[5,6)}'::int4multirange), ('{[9,)}')) AS v (m);
-- Core's scalar over a multirange is another function under the same name.
SELECT range_merge('{[1,2),[5,6)}'::int4multirange), range_merge('[1,2)'::int4range, '[5,6)');

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
SELECT range_merge(r), oracle(r) FROM (VALUES (float8_range('-0', 1)), (float8_range('-Infinity', -1)), (float8_range(2, 'NaN', '[]'))) AS v (r);
SELECT range_merge(r), oracle(r) FROM (VALUES (letters('b', 'd')), (letters('B', 'a')), (letters('c', repeat('é', 3), '[]'))) AS v (r);
SELECT range_merge(r), oracle(r) FROM (VALUES (sizes('medium', 'medium', '[]')), (sizes('small', 'small', '[]'))) AS v (r);
SELECT range_merge(r), oracle(r) FROM (VALUES (percents(1, 5)), (percents(3, 100, '[]'))) AS v (r);
SELECT range_merge(r), oracle(r) FROM (VALUES (versions((1, 'a'), (2, NULL))), (versions((1, 'b'), (1, NULL), '(]'))) AS v (r);

-- Clauses of aggregate calls.
CREATE TABLE booking (id int, room text, during int4range);
INSERT INTO booking VALUES (1, 'a', '[1,3)'), (2, 'a', '[8,9)'), (3, 'b', 'empty'), (4, 'b', NULL),
    (5, NULL, '[20,)'), (6, 'a', '[2,4)'), (7, 'b', 'empty'), (8, 'c', NULL);
SELECT room, range_merge(during), oracle(during) FROM booking GROUP BY room ORDER BY room;
SELECT room, id % 2 AS odd, range_merge(during), range_merge(during) IS NOT DISTINCT FROM oracle(during) AS as_core
FROM booking GROUP BY GROUPING SETS ((room), (id % 2), ()) ORDER BY room, odd;
SELECT range_merge(during) FILTER (WHERE room = 'a'), range_merge(during) FILTER (WHERE false) FROM booking;
SELECT range_merge(DISTINCT during), range_merge(during ORDER BY id DESC), range_merge(ALL during) FROM booking;
-- Both aggregates, and those over multiranges, may share one state.
SELECT range_merge(during), range_merge_agg(during), range_union_agg(during), range_agg(during) FROM booking;
SELECT room FROM booking GROUP BY room HAVING range_merge(during) @> 3;

-- Windows: the frame slides over NULL and empty rows.
SELECT id, during,
    range_merge(during) OVER w AS hull,
    range_merge(during) OVER w IS NOT DISTINCT FROM oracle(during) OVER w AS as_core,
    range_merge_agg(int4multirange(during)) OVER w IS NOT DISTINCT FROM oracle(during) OVER w AS multirange_as_core
FROM booking
WINDOW w AS (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) ORDER BY id;
SELECT id,
    range_merge(during) OVER (ORDER BY id) AS running,
    range_merge(during) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING) AS before,
    range_merge(during) OVER (ORDER BY id ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS after,
    range_merge(during) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW) AS neighbours,
    range_merge(during) OVER (ORDER BY id RANGE BETWEEN 2 PRECEDING AND CURRENT ROW) AS near,
    range_merge(during) OVER (ORDER BY id / 3 GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE TIES) AS groups
FROM booking ORDER BY id;

-- The result is a range like any other.
SELECT lower(range_merge(during)), upper_inf(range_merge(during)), pg_typeof(range_merge(during)) FROM booking;

-- Plans: partial aggregation.
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0.1;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
CREATE TABLE numbers AS SELECT i, int4range(i, i + 3) AS r FROM generate_series(1, 10000) AS i;
ALTER TABLE numbers SET (parallel_workers = 2);
ANALYZE numbers;
EXPLAIN (COSTS OFF) SELECT range_merge(r) FROM numbers;
SELECT range_merge(r), oracle(r) FROM numbers;
SELECT range_merge(r) FROM numbers WHERE i < 0;
SELECT range_merge(r) FROM (SELECT CASE WHEN i < 0 THEN r END AS r FROM numbers) AS nothing;
SELECT range_merge_agg(int4multirange(r, int4range(-i, 0))) FROM numbers;

SET client_min_messages = warning;
DROP SCHEMA hulls CASCADE;
