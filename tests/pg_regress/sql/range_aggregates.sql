-- Gaps, length, depth, load, overlap, contiguity. Random data and brute force: tests/differential.
SET datestyle = ISO;
SET timezone = 'UTC';
SET intervalstyle = postgres;
CREATE SCHEMA aggregates;
SET search_path = aggregates, public;
CREATE TYPE float8_range AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE TYPE letters AS RANGE (subtype = text, collation = "C");
CREATE FUNCTION error_of(query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE query;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ': ' || SQLERRM;
END $$;

-- All of them: some rows with NULL and empty, no row, rows of NULL, rows of empty ranges, both.
CREATE TABLE example (name text, r int4range, w int);
INSERT INTO example VALUES
    ('rows', '[1,4)', 2), ('rows', '[3,6)', 5), ('rows', NULL, 100), ('rows', 'empty', 200), ('rows', '[10,12)', 6), ('rows', '[3,5)', NULL),
    ('one row', '[1,4)', 3), ('NULL', NULL, 1), ('NULL', NULL, 2), ('empty', 'empty', 1), ('empty', 'empty', 2),
    ('empty and NULL', 'empty', 3), ('empty and NULL', NULL, 4), ('weight NULL', '[1,2)', NULL);
SELECT name, range_gaps_agg(r), range_gaps_agg(r, '[0,13)') AS within, range_length_agg(r), range_max_depth(r),
    range_max_depth_at(r), range_max_load(r, w), range_has_overlap(r), range_is_contiguous(r)
FROM example GROUP BY name ORDER BY name COLLATE "C";
SELECT range_gaps_agg(r), range_gaps_agg(r, '[0,13)') AS within, range_length_agg(r), range_max_depth(r),
    range_max_depth_at(r), range_max_load(r, w), range_has_overlap(r), range_is_contiguous(r)
FROM example WHERE false;
SELECT pg_typeof(range_gaps_agg(r)), pg_typeof(range_max_depth(r)), pg_typeof(range_max_depth_at(r)),
    pg_typeof(range_has_overlap(r)), pg_typeof(range_is_contiguous(r))
FROM example;

-- Bound kinds: two ranges at one point.
SELECT a, b, range_gaps_agg(r), range_max_depth(r), range_max_depth_at(r), range_has_overlap(r), range_is_contiguous(r),
    a::numrange && b::numrange AS overlap_in_core, (a::numrange && b::numrange OR a::numrange -|- b::numrange) AS contiguous_in_core
FROM (VALUES ('[1,2)'), ('[1,2]')) AS x (a), (VALUES ('(2,3)'), ('[2,3)'), ('[2,2]')) AS y (b),
    LATERAL (VALUES (b::numrange), (a::numrange)) AS v (r)
GROUP BY a, b ORDER BY a COLLATE "C", b COLLATE "C";
-- Discrete types see neighbours.
SELECT range_gaps_agg(r), range_max_depth(r), range_max_depth_at(r), range_has_overlap(r), range_is_contiguous(r)
FROM (VALUES ('[1,2]'::int4range), ('[3,4]')) AS v (r);
SELECT range_gaps_agg(r), range_max_depth(r), range_max_depth_at(r), range_has_overlap(r), range_is_contiguous(r)
FROM (VALUES ('[1,2]'::numrange), ('[3,4]')) AS v (r);

-- Gaps: between the ranges; without bounds nothing lies outside.
SELECT range_gaps_agg(r) FROM (VALUES ('[5,6)'::int8range), ('[1,2)'), ('[9,)')) AS v (r);
SELECT range_gaps_agg(r) FROM (VALUES ('(,1)'::numrange), ('(1,)')) AS v (r);
SELECT range_gaps_agg(r) FROM (VALUES ('(,)'::numrange), ('[1,2]')) AS v (r);
SELECT range_gaps_agg(r) FROM (VALUES ('(1,2)'::numrange), ('[2,3]'), ('(3,4)'), ('[4.5,4.5]')) AS v (r);
SELECT range_gaps_agg(r) FROM (VALUES ('[2024-01-01,2024-01-31]'::daterange), ('[2024-03-01,infinity]')) AS v (r);
SELECT range_gaps_agg(r) FROM (VALUES (letters('a', 'b', '[]')), (letters('bb', 'c')), (letters('b', 'ba'))) AS v (r);
-- Within: what the union leaves of it.
SELECT within, range_gaps_agg(r, within)
FROM (VALUES ('(,)'), ('(,3)'), ('[3,)'), ('[2,9]'), ('[4,5]'), ('[1,2]'), ('[20,30]'), ('empty'), (NULL)) AS x (w),
    LATERAL (VALUES (w::numrange)) AS y (within), (VALUES ('[2,4)'::numrange), ('[3,5]'), ('(7,8)'), ('empty'), (NULL)) AS v (r)
GROUP BY within ORDER BY within;
-- NULL in some rows, in all; a row without a range supplies it; none does.
SELECT range_gaps_agg(r, w) FROM (VALUES ('[1,2)'::int4range, NULL), ('[4,5)', '[0,9)'::int4range)) AS v (r, w);
SELECT range_gaps_agg(r, w) FROM (VALUES (NULL::int4range, '[0,9)'::int4range)) AS v (r, w);
SELECT range_gaps_agg(r, w) FROM (VALUES (NULL::int4range, '[0,9)'::int4range), ('[4,5)', NULL)) AS v (r, w);
SELECT range_gaps_agg(r, w) FROM (VALUES ('[1,2)'::int4range, NULL::int4range), ('[4,5)', NULL)) AS v (r, w);
SELECT range_gaps_agg(r, w) FROM (VALUES (NULL::int4range, NULL::int4range)) AS v (r, w);
-- Equal values of other text are the same.
SELECT range_gaps_agg(r, w) FROM (VALUES ('[1,2)'::numrange, '[0,9.0)'::numrange), ('[4,5)', '[0.00,9)')) AS v (r, w);
-- A calendar per room; rooms without bookings are free all day.
SELECT room, range_gaps_agg(during, day)
FROM (VALUES ('a'), ('b')) AS room (room)
    LEFT JOIN (VALUES ('a', tsrange('2024-05-01 09:00', '2024-05-01 10:00')), ('a', tsrange('2024-05-01 12:00', '2024-05-01 23:00'))) AS booking (of, during) ON of = room,
    (VALUES (tsrange('2024-05-01 08:00', '2024-05-01 18:00'))) AS opened (day)
GROUP BY room ORDER BY room;
-- It differs within a group; between groups it may.
SELECT range_gaps_agg(r, w) FROM (VALUES ('[1,2)'::int4range, '[0,9)'::int4range), ('[4,5)', '[0,10)')) AS v (r, w);
SELECT error_of($$SELECT range_gaps_agg(r, w) FROM (VALUES ('[1,2)'::int4range, '[0,9)'::int4range), ('[4,5)', 'empty')) AS v (r, w)$$);
SELECT error_of($$SELECT range_gaps_agg(r, w) FROM (VALUES (NULL::int4range, 'empty'::int4range), (NULL, '[0,10)')) AS v (r, w)$$);
SELECT error_of($$SELECT range_gaps_agg(r, w) FROM (VALUES ('[1,2)'::numrange, '[0,9)'::numrange), ('[4,5)', '[0,9]')) AS v (r, w)$$);
SELECT w, range_gaps_agg(r, w) FROM (VALUES ('[1,2)'::int4range, '[0,9)'::int4range), ('[4,5)', '[0,10)')) AS v (r, w) GROUP BY w ORDER BY w;
SELECT range_gaps_agg(r, r) FROM (VALUES ('[1,2)'::int4range)) AS v (r);
\set VERBOSITY terse
SELECT range_gaps_agg(r, int8range(1, 2)) FROM example;
\set VERBOSITY default

-- Length: a result type of its own for each built-in range type, overlaps counted once.
SELECT range_length_agg(r), pg_typeof(range_length_agg(r)) FROM (VALUES ('[1,4)'::int4range), ('[3,6)'), ('[10,12)')) AS v (r);
SELECT range_length_agg(r), pg_typeof(range_length_agg(r)) FROM (VALUES ('[1,4)'::int8range), ('[3,6)'), ('[10,12)')) AS v (r);
SELECT range_length_agg(r), pg_typeof(range_length_agg(r)) FROM (VALUES ('[1,4.5)'::numrange), ('[3,6)'), ('[10,12.25]')) AS v (r);
SELECT range_length_agg(r), pg_typeof(range_length_agg(r)) FROM (VALUES ('[2024-02-01,2024-02-29]'::daterange), ('[2024-03-01,2024-03-02)')) AS v (r);
SELECT range_length_agg(r), pg_typeof(range_length_agg(r)) FROM (VALUES ('[2024-02-28 12:00,2024-03-01 13:30)'::tsrange), ('[2024-03-01 13:00,2024-03-01 14:00)')) AS v (r);
SELECT range_length_agg(r), pg_typeof(range_length_agg(r)) FROM (VALUES ('[2024-02-28 12:00,2024-03-01 13:30)'::tstzrange), ('[2025-03-01 13:00,2025-03-01 14:00:00.000001)')) AS v (r);
SELECT range_length_agg(r), pg_typeof(range_length_agg(r)) FROM (VALUES (float8_range(1, 4.5)), (float8_range(3, 6)), (float8_range(10, 12.25))) AS v (r);
-- Unbounded: NULL, Infinity for float8. Infinite dates and timestamps count as unbounded.
SELECT range_length_agg(int4range(1, NULL)), range_length_agg(int8range(NULL, 1)), range_length_agg(numrange(NULL, NULL)),
    range_length_agg(daterange(NULL, '2024-01-01')), range_length_agg(tsrange('2024-01-01', NULL)),
    range_length_agg(tstzrange('2024-01-01', NULL)), range_length_agg(float8_range(1, NULL));
SELECT range_length_agg(daterange('-infinity', '2024-01-01')), range_length_agg(daterange('2024-01-01', 'infinity', '[]')),
    range_length_agg(tsrange('2024-01-01', 'infinity')), range_length_agg(tstzrange('-infinity', 'infinity'));
-- A type without subtype_diff has no length.
SELECT range_length_agg(letters('a', 'b'));
SELECT error_of($$SELECT range_length_agg(letters('a', 'b'))$$);
-- More than the result holds.
SELECT error_of($$SELECT range_length_agg(int8range(-9223372036854775808, 9223372036854775807))$$);
SELECT error_of($$SELECT range_length_agg(r) FROM (VALUES (int8range(-9223372036854775808, -10)), (int8range(10, 9223372036854775807))) AS v (r)$$);
SELECT range_length_agg(r) FROM (VALUES (int8range(-4611686018427387904, 0)), (int8range(5, 4611686018427387908))) AS v (r);
SELECT range_length_agg(int4range(-2147483648, 2147483647));
SELECT range_length_agg(tsrange('4713-01-01 BC', '294276-12-31 23:59:59.999999'));

-- Depth: how many share one point, not the size of a chain; the lowest, longest place.
SELECT range_max_depth(r), range_max_depth_at(r) FROM (VALUES ('[1,3)'::int4range), ('[2,5)'), ('[4,7)'), ('[6,9)')) AS v (r);
SELECT range_max_depth(r), range_max_depth_at(r) FROM (VALUES ('[1,2]'::numrange), ('[2,3]'), ('(2,4]'), ('[3,3]')) AS v (r);
SELECT range_max_depth(r), range_max_depth_at(r) FROM (VALUES ('[1,2)'::numrange), ('[2,3]'), ('[3,4)')) AS v (r);
-- Where one range ends and another begins at the same place, the depth goes on.
SELECT range_max_depth(r), range_max_depth_at(r) FROM (VALUES ('[1,9)'::int4range), ('[2,4)'), ('[4,6)'), ('[7,8)')) AS v (r);
SELECT range_max_depth(r), range_max_depth_at(r) FROM (VALUES ('[1,9)'::numrange), ('[2,4)'), ('(4,6)'), ('[7,8)')) AS v (r);
SELECT range_max_depth(r), range_max_depth_at(r) FROM (VALUES ('(,)'::numrange), ('(,)'), ('empty')) AS v (r);
SELECT range_max_depth(r), range_max_depth_at(r) FROM (VALUES ('(,2024-01-01)'::tsrange), ('[infinity,)'), ('[infinity,infinity]')) AS v (r);
SELECT range_max_depth(r), range_max_depth_at(r) FROM (VALUES (float8_range('-0', 0, '[]')), (float8_range(0, 'NaN', '[]')), (float8_range('NaN', NULL))) AS v (r);
SELECT range_max_depth(r), range_max_depth_at(r) FROM (VALUES (letters('a', 'c')), (letters('b', 'd')), (letters('bb', 'bc'))) AS v (r);
SELECT range_max_depth(int4range(1, 2)), range_max_depth_at(int4range(1, 2)) FROM generate_series(1, 100000);

-- Load, by the type of the weights.
SELECT pg_typeof(range_max_load(r, w::smallint)), pg_typeof(range_max_load(r, w)), pg_typeof(range_max_load(r, w::bigint)),
    pg_typeof(range_max_load(r, w::numeric)), pg_typeof(range_max_load(r, w::float8)), pg_typeof(range_max_load(r, w::real)),
    pg_typeof(range_max_load(r, 1)), pg_typeof(range_max_load(r, 1.5)), pg_typeof(range_max_load(r, '1'))
FROM example;
SELECT range_max_load(r, w::smallint), range_max_load(r, w), range_max_load(r, w::bigint),
    range_max_load(r, w::numeric), range_max_load(r, w::float8), range_max_load(r, w::real)
FROM (VALUES ('[1,5)'::int4range, 3), ('[2,8)', -2), ('[4,6)', 4), ('[20,30)', 4)) AS v (r, w);
-- Without any weight on it a point bears 0, but only where a range covers it.
SELECT range_max_load(r, w), range_max_load(r, w::numeric), range_max_load(r, w::float8)
FROM (VALUES ('[1,3)'::int4range, -5), ('[2,5)', -3)) AS v (r, w);
SELECT range_max_load(r, w), range_max_load(r, w::numeric), range_max_load(r, w::float8)
FROM (VALUES ('[1,3)'::int4range, -5), ('[5,6)', 0)) AS v (r, w);
SELECT range_max_load(r, w), range_max_load(r, w::numeric), range_max_load(r, w::float8)
FROM (VALUES ('[1,3)'::int4range, 0), ('[2,6)', 0)) AS v (r, w);
SELECT range_max_load(r, w), range_max_load(r, w::numeric), range_max_load(r, w::float8)
FROM (VALUES ('empty'::int4range, 7), ('empty', -7)) AS v (r, w);
-- A load that grows where a range of negative weight ends.
SELECT range_max_load(r, w) FROM (VALUES ('[1,9]'::numrange, 5), ('[1,4]', -3), ('(6,9]', -4)) AS v (r, w);
-- A point.
SELECT range_max_load(r, w) FROM (VALUES ('[1,2]'::numrange, 5), ('[2,3]', 6), ('(2,3]', 7)) AS v (r, w);
-- numeric: every scale, exact.
SELECT range_max_load(r, w)
FROM (VALUES ('[1,9)'::int4range, 0.1), ('[2,9)', 0.20), ('[3,9)', 1e-30), ('[3,9)', 1e20), ('[3,4)', -1e20)) AS v (r, w);
SELECT range_max_load(r, w) FROM (VALUES ('[1,9)'::int4range, 1e30), ('[2,3)', 1e-30), ('[5,6)', -1e30)) AS v (r, w);
-- float8: what ends leaves no trace.
SELECT range_max_load(r, w)
FROM (VALUES ('[1,9)'::int4range, 0.1::float8), ('[2,3)', 1e20), ('[2,3)', -2e20), ('[1,4)', -7e15)) AS v (r, w);
SELECT range_max_load(r, w) FROM (VALUES ('[1,9)'::int4range, 0.1::float8), ('[2,3)', -1e300), ('[4,5)', -1e-300)) AS v (r, w);
SELECT range_max_load(r, '-0'::float8) FROM (VALUES ('[1,9)'::int4range)) AS v (r);
-- NaN and infinities hold only while their ranges do; NaN is the greatest, as in core.
SELECT w, range_max_load(r, x::numeric), range_max_load(r, x::float8)
FROM (VALUES ('NaN'), ('Infinity'), ('-Infinity')) AS s (w),
    LATERAL (VALUES ('[1,3)'::int4range, w), ('[2,6)', '2'), ('[4,9)', '3')) AS v (r, x)
GROUP BY w ORDER BY w COLLATE "C";
SELECT range_max_load(r, w::numeric), range_max_load(r, w::float8)
FROM (VALUES ('[1,3)'::int4range, 'Infinity'), ('[5,6)', '-Infinity')) AS v (r, w);
SELECT range_max_load(r, w::numeric), range_max_load(r, w::float8)
FROM (VALUES ('[1,3)'::int4range, 'Infinity'), ('[2,6)', '-Infinity')) AS v (r, w);
SELECT range_max_load(r, w::numeric), range_max_load(r, w::float8)
FROM (VALUES ('[1,3)'::int4range, '-Infinity'), ('[1,3)', '5'), ('[2,4)', '-Infinity')) AS v (r, w);
-- Overflow: of the largest load, not of a sum on the way.
SELECT range_max_load(r, w) FROM (VALUES ('[1,3)'::int4range, 9223372036854775807), ('[2,4)', 1)) AS v (r, w);
SELECT error_of($$SELECT range_max_load(r, w) FROM (VALUES ('[1,3)'::int4range, 9223372036854775807), ('[2,4)', 1)) AS v (r, w)$$);
SELECT error_of($$SELECT range_max_load(r, w) FROM (VALUES ('[1,3)'::int4range, -9223372036854775808), ('[1,3)', -1)) AS v (r, w)$$);
SELECT range_max_load(r, w) FROM (VALUES ('[1,3)'::int4range, 9223372036854775807), ('[1,3)', 9223372036854775807), ('[1,3)', -9223372036854775807)) AS v (r, w);
SELECT range_max_load(int4range(1, 3), 2147483647), range_max_load(int4range(1, 3), 32767::smallint) FROM generate_series(1, 3);
SELECT error_of($$SELECT range_max_load(r, w) FROM (VALUES ('[1,3)'::int4range, 1.7e308::float8), ('[2,4)', 1.7e308)) AS v (r, w)$$);
SELECT error_of($$SELECT range_max_load(r, w) FROM (VALUES ('[1,3)'::int4range, 1.7e308::float8), ('[2,4)', 1.7e308), ('[3,9)', 1)) AS v (r, w)$$);
\set VERBOSITY terse
SELECT range_max_load(r, true) FROM example;
SELECT range_max_load(r, '1'::money) FROM example;
\set VERBOSITY default

-- Clauses of aggregate calls.
CREATE TABLE booking (id int, room text, during int4range, seats int);
INSERT INTO booking VALUES (1, 'a', '[1,3)', 2), (2, 'a', '[8,9)', 4), (3, 'b', 'empty', 1), (4, 'b', NULL, 7),
    (5, NULL, '[20,)', 1), (6, 'a', '[2,4)', 3), (7, 'b', 'empty', 2), (8, 'c', NULL, 1), (9, 'a', '[2,4)', 3);
SELECT room, id % 2 AS odd, range_gaps_agg(during), range_length_agg(during), range_max_depth(during), range_max_depth_at(during),
    range_max_load(during, seats), range_has_overlap(during), range_is_contiguous(during), range_gaps_agg(during, '[0,10)') AS within
FROM booking GROUP BY GROUPING SETS ((room), (id % 2), ()) ORDER BY room, odd, grouping(room);
SELECT room, id % 2 AS odd, range_max_depth(during), range_max_load(during, seats), range_gaps_agg(during, '[0,10)')
FROM booking GROUP BY CUBE (room, id % 2) ORDER BY room, odd, grouping(room), grouping(id % 2);
SELECT range_max_depth(during) FILTER (WHERE room = 'a'), range_max_load(during, seats) FILTER (WHERE id > 1),
    range_gaps_agg(during) FILTER (WHERE room = 'a'), range_gaps_agg(during, '[0,5)') FILTER (WHERE room = 'c'),
    range_length_agg(during) FILTER (WHERE id < 5), range_max_depth(during) FILTER (WHERE false)
FROM booking;
SELECT range_max_depth(during), range_max_depth(DISTINCT during), range_max_depth(during ORDER BY id DESC),
    range_max_load(during, seats), range_max_load(DISTINCT during, seats), range_gaps_agg(DISTINCT during),
    range_length_agg(DISTINCT during), range_has_overlap(DISTINCT during)
FROM booking;
SELECT room FROM booking GROUP BY room HAVING range_has_overlap(during) ORDER BY room;
-- No ordered-set aggregates.
\set VERBOSITY terse
SELECT range_max_depth(during) WITHIN GROUP (ORDER BY during) FROM booking;
SELECT range_gaps_agg(during) WITHIN GROUP (ORDER BY during) FROM booking;
SELECT range_max_load(during) WITHIN GROUP (ORDER BY seats) FROM booking;
SELECT range_max_depth(1);
SELECT range_max_depth('[1,2)');
SELECT range_max_depth(int4multirange(int4range(1, 2)));
\set VERBOSITY default

-- Window frames. The depth of a frame is kept up row by row; NULL and empty rows come and go.
SELECT id, during,
    range_max_depth(during) OVER (ORDER BY id) AS running,
    range_max_depth(during) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS two,
    range_max_depth(during) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING) AS before,
    range_max_depth(during) OVER (ORDER BY id ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS after,
    range_max_depth(during) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW) AS neighbours,
    range_max_depth(during) OVER (ORDER BY id RANGE BETWEEN 4 PRECEDING AND CURRENT ROW) AS near,
    range_max_depth(during) OVER (ORDER BY id / 3 GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE TIES) AS groups
FROM booking ORDER BY id;
SELECT id, room, during,
    range_max_depth(during) FILTER (WHERE id <> 6) OVER (PARTITION BY room ORDER BY id ROWS 3 PRECEDING) AS depth,
    range_max_depth_at(during) OVER (PARTITION BY room ORDER BY id ROWS 3 PRECEDING) AS at,
    range_max_load(during, seats) OVER (PARTITION BY room ORDER BY id ROWS 3 PRECEDING) AS load,
    range_gaps_agg(during) OVER (PARTITION BY room ORDER BY id ROWS 3 PRECEDING) AS gaps,
    range_length_agg(during) OVER (PARTITION BY room ORDER BY id ROWS 3 PRECEDING) AS length
FROM booking ORDER BY id;
-- Equal ranges that come and go, against the depth counted anew for each frame: at every element, how
-- many ranges of the frame hold it.
SELECT count(*) AS frames, bool_and(moving = recomputed) AS same
FROM (
    SELECT range_max_depth(r) OVER (ORDER BY i ROWS BETWEEN 7 PRECEDING AND 3 FOLLOWING) AS moving,
        (SELECT max(depth) FROM (
            SELECT count(*) AS depth FROM generate_series(greatest(i - 7, 1), least(i + 3, 300)) AS a, generate_series(0, 9) AS element
            WHERE int4range(a % 5, a % 5 + 2 + a % 3) @> element GROUP BY element) AS d) AS recomputed
    FROM (SELECT i, int4range(i % 5, i % 5 + 2 + i % 3) AS r FROM generate_series(1, 300) AS i) AS v) AS each;

-- Several in one query: those of one kind share their state.
SELECT range_union_agg(during), range_gaps_agg(during), range_length_agg(during), range_is_contiguous(during),
    range_max_depth(during), range_max_depth_at(during), range_has_overlap(during)
FROM booking WHERE room = 'a';

-- Plans: partial aggregation.
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0.1;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
CREATE TABLE numbers AS SELECT i, int4range(i, i + 3 + i % 4) AS r FROM generate_series(1, 10000) AS i;
ALTER TABLE numbers SET (parallel_workers = 2);
ANALYZE numbers;
EXPLAIN (COSTS OFF) SELECT range_gaps_agg(r), range_gaps_agg(r, '[0,20000)'), range_length_agg(r), range_max_depth(r), range_max_depth_at(r),
    range_max_load(r, 1), range_has_overlap(r), range_is_contiguous(r) FROM numbers;
SELECT range_gaps_agg(r), range_gaps_agg(r, '[0,20000)'), range_length_agg(r), range_max_depth(r), range_max_depth_at(r),
    range_max_load(r, 1::smallint), range_max_load(r, -1), range_max_load(r, i::bigint), range_max_load(r, 0.10), range_max_load(r, 0.5::float8),
    range_has_overlap(r), range_is_contiguous(r) FROM numbers;
SET parallel_leader_participation = off;
SELECT range_gaps_agg(r), range_gaps_agg(r, '[0,20000)'), range_length_agg(r), range_max_depth(r), range_max_depth_at(r),
    range_max_load(r, 1::smallint), range_max_load(r, -1), range_max_load(r, i::bigint), range_max_load(r, 0.10), range_max_load(r, 0.5::float8),
    range_has_overlap(r), range_is_contiguous(r) FROM numbers;
-- Nothing in any worker; differing `within` found where states meet.
SELECT range_gaps_agg(r), range_gaps_agg(r, '[0,20000)'), range_length_agg(r), range_max_depth(r), range_max_load(r, 1.5) FROM numbers WHERE i < 0;
SELECT error_of('SELECT range_gaps_agg(r, int4range(0, 20000 + i / 5001)) FROM numbers');
-- Weights that are not finite travel, too.
SELECT range_max_load(r, CASE i WHEN 7 THEN 'Infinity' WHEN 5000 THEN '-Infinity' ELSE '1' END::numeric),
    range_max_load(r, CASE i WHEN 7 THEN 'Infinity' WHEN 5000 THEN '-Infinity' ELSE '1' END::float8),
    range_max_load(r, CASE i WHEN 7 THEN 'NaN' ELSE '1' END::numeric),
    range_max_load(r, CASE WHEN i = 7 THEN '-Infinity' ELSE '1' END::float8)
FROM numbers;

SET client_min_messages = warning;
DROP SCHEMA aggregates CASCADE;
