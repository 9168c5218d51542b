-- Scalar and set-returning functions of ranges. Random data and brute force: tests/differential.
SET datestyle = ISO;
SET timezone = 'UTC';
SET intervalstyle = postgres;
CREATE SCHEMA functions;
SET search_path = functions, public;
CREATE TYPE float8_range AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE TYPE letters AS RANGE (subtype = text, collation = "C");
CREATE TYPE times AS RANGE (subtype = time);
CREATE TYPE offset_times AS RANGE (subtype = timetz);
CREATE TYPE smalls AS RANGE (subtype = smallint);
CREATE TYPE positions AS RANGE (subtype = pg_lsn);
CREATE TYPE intervals AS RANGE (subtype = interval);
CREATE DOMAIN percent AS int CHECK (VALUE BETWEEN 0 AND 100);
CREATE TYPE percents AS RANGE (subtype = percent);
CREATE DOMAIN birthday AS date;
CREATE TYPE birthdays AS RANGE (subtype = birthday);
CREATE FUNCTION error_of(query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE query;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ': ' || SQLERRM;
END $$;

-- range_length: ranges, multiranges, and the type of the result.
SELECT range_length('[1,4)'::int4range), range_length('[1,4)'::int8range), range_length('[1,4.50)'::numrange),
    range_length('[2024-02-28,2024-03-01]'::daterange), range_length('[2024-02-28 12:00,2024-03-01)'::tsrange),
    range_length('[2024-02-28 12:00,2024-03-01)'::tstzrange), range_length(float8_range(1, 4.5));
SELECT range_length('{[1,4),[6,8)}'::int4multirange), range_length('{[1,4),[6,8)}'::int8multirange), range_length('{[1,4.50),(6,8]}'::nummultirange),
    range_length('{[2024-02-28,2024-03-01],[2025-01-01,2025-01-01]}'::datemultirange),
    range_length('{[2024-02-28 12:00,2024-03-01),[2025-01-01 00:00,2025-01-01 13:00)}'::tsmultirange),
    range_length('{[2024-02-28 12:00,2024-03-01),[2025-01-01 00:00,2025-01-01 13:00)}'::tstzmultirange),
    range_length(functions.float8_multirange(float8_range(1, 4.5), float8_range(6, 8)));
SELECT pg_typeof(range_length('[1,4)'::int4range)), pg_typeof(range_length('[1,4)'::int8range)), pg_typeof(range_length('[1,4)'::numrange)),
    pg_typeof(range_length('empty'::daterange)), pg_typeof(range_length('empty'::tsrange)), pg_typeof(range_length('empty'::tstzrange)),
    pg_typeof(range_length('empty'::float8_range));
-- Empty: 0. Unbounded: NULL, Infinity for float8; in any part of a multirange.
SELECT range_length('empty'::int4range), range_length('empty'::int8range), range_length('empty'::numrange), range_length('empty'::daterange),
    range_length('empty'::tsrange), range_length('empty'::tstzrange), range_length('empty'::float8_range), range_length('{}'::int4multirange),
    range_length('{}'::tsmultirange), range_length('{}'::nummultirange), range_length('{}'::float8_multirange);
SELECT range_length('[1,)'::int4range), range_length('(,1)'::int8range), range_length('(,)'::numrange), range_length('(,2024-01-01)'::daterange),
    range_length('[2024-01-01,)'::tsrange), range_length('(,)'::tstzrange), range_length(float8_range(NULL, 1)), range_length('{[1,2),[7,)}'::int4multirange),
    range_length('{(,1),[7,8)}'::nummultirange), range_length('{(,1),[7,8)}'::float8_multirange);
SELECT range_length(NULL::int4range), range_length(NULL::tsmultirange), range_length(NULL::float8_range);
-- Bounds of +-infinity count as unbounded for dates and timestamps; numeric and float8 have such values.
SELECT range_length('[-infinity,2024-01-01)'::daterange), range_length('[2024-01-01,infinity]'::daterange), range_length('[infinity,infinity]'::daterange),
    range_length('[2024-01-01,infinity)'::tsrange), range_length('[-infinity,infinity]'::tstzrange),
    range_length('{[-infinity,2024-01-01),[2025-01-01,2025-01-02)}'::datemultirange);
SELECT range_length('[-Infinity,1)'::numrange), range_length('[1,NaN)'::numrange), range_length('(1,Infinity]'::float8_range), range_length('[1,NaN]'::float8_range);
-- One point has no length, infinity and NaN neither.
SELECT range_length('[Infinity,Infinity]'::numrange) AS num, range_length('[NaN,NaN]'::numrange) AS nan, range_length('{[-Infinity,-Infinity],[1,3]}'::nummultirange) AS nums, range_length('{[1,2],[NaN,NaN]}'::nummultirange) AS with_nan,
    range_length('[-Infinity,-Infinity]'::float8_range) AS float8, range_length('[NaN,NaN]'::float8_range) AS float8_nan, range_length('[-Infinity,Infinity]'::float8_range) AS all_floats, range_length('[-Infinity,Infinity]'::numrange) AS all_numbers;
SELECT range_length_agg(r) AS num, range_length_agg(float8_range(lower(r)::float8, upper(r)::float8, '[]')) AS float8 FROM (VALUES ('[Infinity,Infinity]'::numrange), ('[1,3]')) AS v (r);
-- A point of a continuous type has no length.
SELECT range_length('[1,1]'::numrange), range_length('[2024-01-01,2024-01-01]'::tsrange), range_length('[1,1]'::float8_range), range_length('[1,1]'::int4range);
-- The ends of the types. Core's own subtraction of timestamps overflows in silence on some versions.
SELECT range_length(int4range(-2147483648, 2147483647)), range_length(int8range(-9223372036854775808, -1)), range_length(int8range(0, 9223372036854775807));
SELECT error_of('SELECT range_length(int8range(-9223372036854775808, 0))');
SELECT range_length(int8range(-9223372036854775808, 9223372036854775807));
SELECT error_of('SELECT range_length(int8multirange(int8range(-9223372036854775808, -5), int8range(0, 9223372036854775807)))');
SELECT range_length('[4713-01-01 BC,5874897-12-30]'::daterange);
SELECT range_length('[4713-01-01 BC,294276-12-31 23:59:59.999999]'::tsrange), range_length('[4713-11-24 00:00+00 BC,294276-12-31 23:59:59.999999+00]'::tstzrange);
SELECT range_length('[2024-03-31 00:00+00,2024-03-31 00:00:00.000001+00)'::tstzrange), range_length('[2023-12-31 23:59:59.999999,2024-01-01)'::tsrange);
-- Types of users.
SELECT range_length('[a,b)'::letters);
SELECT error_of($$SELECT range_length('{[a,b)}'::letters_multirange)$$);
\set VERBOSITY terse
SELECT range_length(1);
\set VERBOSITY default

-- range_gaps.
SELECT range_gaps('{[1,3),[5,6),[9,)}'::int4multirange), range_gaps('{[1,3)}'::int4multirange), range_gaps('{}'::int4multirange), range_gaps(NULL::int4multirange);
SELECT range_gaps('{(,1),(1,2),(2,3]}'::nummultirange), range_gaps('{[2024-01-01 00:00,2024-01-02 00:00),[2024-01-03 00:00,infinity]}'::tsmultirange);
SELECT within, range_gaps('{[2,4),(7,8)}'::nummultirange, within), range_gaps('{}'::nummultirange, within)
FROM (VALUES ('(,)'::numrange), ('[3,)'), ('[2,9]'), ('[3,3]'), ('empty'), (NULL)) AS v (within);

-- range_subtract: in up to two parts.
SELECT range_subtract('[1,9)'::int4range, b), b FROM (VALUES ('[3,5)'::int4range), ('[1,3)'), ('[5,)'), ('(,)'), ('[9,12)'), ('empty'), (NULL)) AS v (b);
SELECT range_subtract('empty'::int4range, '[1,2)'), range_subtract(NULL, '[1,2)'::int4range), range_subtract('(,)'::int4range, '[1,2)');
SELECT range_subtract('[1,9]'::numrange, '(1,9)'), range_subtract('[1,9]'::numrange, '[3,3]'), range_subtract('[1,9)'::numrange, '[9,9]'), range_subtract('(,)'::numrange, '[1,1]');
SELECT range_subtract('[2024-01-01,2024-02-01)'::tsrange, '[2024-01-10,2024-01-11]'), range_subtract(letters('a', 'z'), letters('b', 'c', '[]'));
SELECT error_of($$SELECT '[1,9)'::int4range - '[3,5)'$$) AS core;

-- range_symmetric_difference.
SELECT range_symmetric_difference('{[1,9)}'::int4multirange, '{[3,5),[7,12)}'), range_symmetric_difference('{[1,2)}'::int4multirange, '{[1,2)}'),
    range_symmetric_difference('{}'::int4multirange, '{[1,2)}'), range_symmetric_difference('{[1,2)}'::int4multirange, '{[2,3)}'), range_symmetric_difference('{}'::int4multirange, NULL);
SELECT range_symmetric_difference('{[1,2]}'::nummultirange, '{(1,2)}'), range_symmetric_difference('{(,)}'::nummultirange, '{[1,1],(3,)}');

-- range_split: unsorted, repeated and outside points; a point starts the upper part.
SELECT range_split('[1,10)'::int4range, 7, 3, 3, 20, -1, 1, 10);
SELECT range_split('[1,10]'::numrange, 10, 3.50);
SELECT range_split('(1,10)'::numrange, 1, 10, 3.5);
SELECT range_split('(,)'::int8range, 5), range_split('[5,)'::int8range, 5) AS none, range_split('(,5)'::int8range, 5) AS nor_here;
SELECT range_split('[3,3]'::numrange, 3), range_split('[1,2)'::int4range, 2), range_split('empty'::int4range, 2) AS nothing;
-- An array, one of two dimensions, an empty one, one with NULLs; NULL.
SELECT range_split('[1,10)'::int4range, VARIADIC ARRAY[3, 5]), range_split('[1,10)'::int4range, VARIADIC ARRAY[[3, 4], [5, 6]]) AS two,
    range_split('[1,10)'::int4range, VARIADIC '{}') AS empty, range_split('[1,10)'::int4range, VARIADIC ARRAY[NULL, 5, NULL]) AS with_null, range_split('[1,10)'::int4range, NULL) AS "null";
SELECT range_split('[1,10)'::int4range, VARIADIC NULL::int[]);
SELECT range_split(NULL::int4range, 3);
-- Every type; points are brought to the subtype where that is implicit.
SELECT range_split('[1,10)'::numrange, 3, 5.5), range_split('[1,10)'::int8range, 3, 5::smallint) AS int8, range_split('[2024-01-01,2024-03-01)'::daterange, '2024-02-01') AS dates;
SELECT range_split('[2024-01-01,2024-01-03)'::tstzrange, '2024-01-02', '2024-01-02 12:00'), range_split(letters('a', 'z'), 'm', 'c') AS letters,
    range_split(percents(0, 100, '[]'), 50::percent) AS percents, range_split(float8_range('-Infinity', 'NaN', '[]'), 0, 'Infinity') AS floats;
SELECT p, range_split(r, p) FROM (VALUES (1, int4range(1, 4)), (2, int4range(1, 4)), (3, int4range(1, 4)), (NULL, int4range(7, 8)), (4, NULL)) AS v (p, r);
SELECT v.r, s FROM (VALUES (int4range(1, 10), ARRAY[3, 5]), (int4range(4, 6), '{}'), (int4range(1, 3), ARRAY[2])) AS v (r, points),
    LATERAL range_split(r, VARIADIC points) WITH ORDINALITY AS s (piece, n);
SELECT range_split('[1,100000000)'::int4range, VARIADIC ARRAY(SELECT generate_series(1, 100000))) LIMIT 3;
SELECT count(*), count(DISTINCT s), range_agg(s) FROM range_split('[1,1000000)'::int4range, VARIADIC ARRAY(SELECT i * 7919 % 100003 FROM generate_series(1, 100000) AS i)) AS s;
\set VERBOSITY terse
SELECT range_split('[1,10)'::int4range);
SELECT range_split('[1,10)'::int4range, 3.5);
SELECT range_split('[1,10)'::int4range, 'x');
\set VERBOSITY default

-- range_profile: the step function of depth.
SELECT * FROM range_profile(ARRAY['[1,5)'::int4range, '[3,8)', NULL, 'empty', '[3,4)', '[10,12)']);
-- Closed bounds that touch: a point of depth two. Neighbours of equal depth are one step.
SELECT * FROM range_profile(ARRAY['[1,5]'::numrange, '[5,8)']);
SELECT * FROM range_profile(ARRAY['[1,5)'::numrange, '[5,8)', '(8,9)', '[9,10]']);
SELECT * FROM range_profile(ARRAY['(,5)'::numrange, '[3,)', '(,)']);
SELECT * FROM range_profile(ARRAY['[1,2]'::int4range, '[3,4]']);
SELECT * FROM range_profile(ARRAY[letters('a', 'c'), letters('b', 'd')]);
SELECT * FROM range_profile('{{"[2024-01-01,2024-02-01)","[2024-01-15,2024-03-01)"},{empty,"[2024-01-15,2024-01-31]"}}'::daterange[]);
-- Nothing.
SELECT * FROM range_profile('{}'::int4range[]);
SELECT * FROM range_profile(ARRAY[NULL, NULL]::int4range[]);
SELECT * FROM range_profile(ARRAY['empty', 'empty']::int4range[]);
SELECT * FROM range_profile(NULL::int4range[]);
SELECT range_profile(ARRAY['[1,5)'::int4range, '[3,8)']) LIMIT 2;
SELECT g, span, depth
FROM (SELECT g, array_agg(r) AS ranges FROM (VALUES (1, int4range(1, 5)), (1, int4range(2, 3)), (2, int4range(7, 9)), (3, NULL)) AS v (g, r) GROUP BY g) AS grouped,
    LATERAL range_profile(ranges) ORDER BY g, span;
-- Not ranges.
SELECT range_profile(ARRAY[1, 2]);
SELECT error_of($$SELECT range_profile('{}'::text[])$$), error_of($$SELECT range_profile(ARRAY['{[1,2)}'::int4multirange])$$);
\set VERBOSITY terse
SELECT range_profile('{}');
SELECT range_profile('[1,2)'::int4range);
\set VERBOSITY default

-- multirange_count, multirange_nth.
SELECT multirange_count('{[1,2),[4,5),[7,)}'::int4multirange), multirange_count('{}'::tsmultirange), multirange_count(NULL::tsmultirange), multirange_count(letters_multirange(letters('a', 'b')));
SELECT n, multirange_nth('{[1,2),[4,5),[7,)}'::int4multirange, n), multirange_nth('{}'::int4multirange, n) AS none,
    multirange_nth('{(,1.50],(2,3)}'::nummultirange, n) AS num, multirange_nth('{[a,b),[ccc,d]}'::letters_multirange, n) AS letters
FROM (VALUES (1), (2), (3), (4), (0), (-1), (-2), (-3), (-4), (2147483647), (-2147483648), (NULL)) AS v (n);
SELECT count(*) AS same FROM (SELECT range_agg(int8range(i * 3, i * 3 + 1)) AS m FROM generate_series(1, 300) AS i) AS v, unnest(m) WITH ORDINALITY AS u (r, n)
WHERE multirange_nth(m, n::int) = r AND multirange_nth(m, n::int - 301) = r AND multirange_count(m) = 300;

-- range_relation. Every pair of small ranges: tests/differential/allen.sql.
SELECT range_relation('[1,2)'::int4range, '[5,6)'), range_relation('[1,5)'::int4range, '[5,6)'), range_relation('[1,6)'::int4range, '[5,8)'),
    range_relation('[1,8)'::int4range, '[5,8)'), range_relation('[1,9)'::int4range, '[5,8)'), range_relation('[5,6)'::int4range, '[5,8)'),
    range_relation('[5,8)'::int4range, '[5,7]'), range_relation('[5,9)'::int4range, '[5,8)'), range_relation('[6,7)'::int4range, '[5,8)'),
    range_relation('[6,8)'::int4range, '[5,8)'), range_relation('[6,9)'::int4range, '[5,8)'), range_relation('[8,9)'::int4range, '[5,8)'),
    range_relation('[9,)'::int4range, '[5,8)');
SELECT range_relation('[1,2]'::int4range, '[3,4]') AS discrete, range_relation('[1,2]'::numrange, '[3,4]') AS continuous, range_relation('[1,2]'::numrange, '(2,3]') AS touching,
    range_relation('[1,2)'::numrange, '(2,3]') AS point_between, range_relation('(,)'::numrange, '(,)') AS unbounded, range_relation('[1,2]'::numrange, '[2,3]') AS point_shared;
SELECT range_relation('empty'::int4range, '[1,2)'), range_relation('[1,2)'::int4range, 'empty'), range_relation('empty'::int4range, 'empty'), range_relation(NULL, '[1,2)'::int4range);

-- range_shift, range_expand: natural types.
SELECT range_shift('[1,5)'::int4range, 3), range_shift('[1,5)'::int8range, -3), range_shift('(1,5.5]'::numrange, 0.25), range_shift('[2024-01-31,2024-03-01)'::daterange, interval '1 month'),
    range_shift('[2024-01-31 10:00,2024-01-31 12:00]'::tsrange, interval '1 month 1 hour'), range_shift('[2024-01-31 10:00,2024-01-31 12:00)'::tstzrange, interval '-2 days');
SELECT range_expand('[1,5)'::int4range, 3), range_expand('[1,5)'::int8range, -1), range_expand('(1,5.5]'::numrange, 0.25), range_expand('[2024-01-31,2024-03-01)'::daterange, interval '1 month'),
    range_expand('[2024-01-31 10:00,2024-01-31 12:00]'::tsrange, interval '1 hour'), range_expand('[2024-01-31 10:00,2024-01-31 12:00)'::tstzrange, interval '2 days');
SELECT range_expand('[1,5)'::int4range, 3, 1), range_expand('[1,5)'::int8range, -1, 4), range_expand('(1,5.5]'::numrange, 0.25, 0), range_expand('[2024-01-31,2024-03-01)'::daterange, interval '1 month', interval '1 day'),
    range_expand('[2024-01-31 10:00,2024-01-31 12:00]'::tsrange, interval '1 hour', interval '2 hours'), range_expand('[2024-01-31 10:00,2024-01-31 12:00)'::tstzrange, interval '2 days', interval '0');
-- Untyped literals take them.
SELECT range_shift('[1,5)'::int4range, '3'), range_shift('[1,5)'::int8range, '-3'), range_shift('(1,5.5]'::numrange, '0.25'), range_shift('[2024-01-31,2024-03-01)'::daterange, '1 month'),
    range_shift('[2024-01-31 10:00,2024-01-31 12:00]'::tsrange, '1 month'), range_shift('[2024-01-31 10:00,2024-01-31 12:00)'::tstzrange, '-2 days');
SELECT range_expand('[1,5)'::int4range, '3'), range_expand('[1,5)'::int8range, '1', '2'), range_expand('(1,5.5]'::numrange, '0.25', '1'), range_expand('[2024-01-31,2024-03-01)'::daterange, '1 month', '1 day'),
    range_expand('[2024-01-31 10:00,2024-01-31 12:00]'::tsrange, '1 hour', '0'), range_expand('[2024-01-31 10:00,2024-01-31 12:00)'::tstzrange, '2 days');
-- Other types of deltas, by an operator or a cast.
SELECT range_shift('[1,5)'::int4range, 3::smallint), range_shift('[1,5)'::int4range, 3::bigint), range_shift('[1,5)'::int4range, 2.6), range_shift('[1,5)'::int8range, 3), range_shift('[1,5)'::int8range, 3::numeric),
    range_shift('[1,5)'::numrange, 3), range_shift('[1,5)'::numrange, 3::bigint), range_shift('[1,5)'::numrange, 0.5::float8), range_shift('[2024-01-31,2024-03-01)'::daterange, 3), range_shift('[2024-01-31,2024-03-01)'::daterange, 3::smallint);
SELECT range_expand('[1,5)'::int4range, 3::smallint, 1::bigint), range_expand('[1,5)'::int8range, 3, 1::numeric), range_expand('[2024-01-31,2024-03-01)'::daterange, 3, interval '1 month'),
    range_expand('[2024-01-31,2024-03-01)'::daterange, interval '1 month', 3), range_expand('[2024-01-31 10:00,2024-01-31 12:00]'::tsrange, time '01:00', interval '1 day');
-- Types of users, untyped literals too.
SELECT range_shift(float8_range(1, 5), 0.5), range_shift(float8_range(1, 5), 1), range_shift(float8_range(1, 5), '1.5'), range_expand(float8_range(1, 5), 0.5, '1'), range_shift(smalls(1::smallint, 5::smallint), 3),
    range_shift(smalls(1::smallint, 5::smallint), 3::smallint), range_shift(positions('0/10', '0/20'), 3::numeric), range_shift(intervals('1 day', '2 days'), '1 month'), range_shift(percents(1, 5), 3), range_shift(birthdays('2024-01-31', '2024-02-01'), '1 month');
SELECT range_shift(offset_times('10:00+01', '12:00-03'), interval '3 hours'), range_expand(offset_times('10:00+01', '12:00-03'), '3 hours', '12 hours'), range_shift(positions('0/A', '0/C'), 3), range_expand(positions('0/A', '0/C'), '3');
SELECT error_of($$SELECT range_shift(times('10:00', '22:00'), '3 hours')$$), error_of($$SELECT range_shift(offset_times('10:00+01', '22:00+01'), '3 hours')$$), error_of($$SELECT range_expand(offset_times('10:00+01', '22:00+01'), '11 hours', '0')$$);
SELECT range_shift(times('10:00', '12:00'), interval '3 hours'), range_expand(times('10:00', '12:00'), '3 hours', '30 min');
-- A subtype whose + and - live in a schema that is not in the search path.
CREATE SCHEMA elsewhere;
CREATE TYPE elsewhere.mark AS (n int);
CREATE FUNCTION elsewhere.plus(elsewhere.mark, int) RETURNS elsewhere.mark LANGUAGE sql IMMUTABLE AS 'SELECT ROW(($1).n + $2)::elsewhere.mark';
CREATE FUNCTION elsewhere.minus(elsewhere.mark, int) RETURNS elsewhere.mark LANGUAGE sql IMMUTABLE AS 'SELECT ROW(($1).n - $2)::elsewhere.mark';
CREATE OPERATOR elsewhere.+ (FUNCTION = elsewhere.plus, LEFTARG = elsewhere.mark, RIGHTARG = int);
CREATE TYPE functions.marks AS RANGE (subtype = elsewhere.mark);
SET search_path = '';
SELECT public.range_shift(functions.marks(ROW(1), ROW(5)), 3), public.range_shift('[1,5)'::int4range, 3::smallint), public.range_split('[1,5)'::int4range, 3), public.range_relation('[1,5)'::int4range, '[2,3)');
SELECT public.range_shift(functions.marks(ROW(i), ROW(i + 4)), i) FROM pg_catalog.generate_series(1, 3) AS i;
SELECT public.range_expand(functions.marks(ROW(1), ROW(5)), 3);
CREATE OPERATOR elsewhere.- (FUNCTION = elsewhere.minus, LEFTARG = elsewhere.mark, RIGHTARG = int);
SELECT public.range_expand(functions.marks(ROW(1), ROW(5)), 3, '1'::int4);
SET search_path = functions, public;
-- An operator in the search path alone is not taken; one in the schema of a type is.
CREATE FUNCTION join_texts(text, text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1 || $2';
CREATE OPERATOR functions.+ (FUNCTION = join_texts, LEFTARG = text, RIGHTARG = text);
SELECT error_of($$SELECT range_shift(letters('a', 'b'), 'c'::text)$$);
-- No operator.
SELECT range_shift('[1,5)'::int4range, interval '1 day');
SELECT range_expand(letters('a', 'b'), 1);
SELECT error_of($$SELECT range_shift(letters('a', 'b'), 'c')$$), error_of('SELECT range_shift(int4range(1, 5), true)'), error_of($$SELECT range_shift(tsrange('2024-01-01', NULL), 3)$$), error_of($$SELECT range_expand(int4range(1, 5), 1, date '2024-01-01')$$);
SELECT error_of($$SELECT range_shift(int4range(1, 5), '1 day')$$), error_of($$SELECT range_shift(float8_range(1, 5), 'x')$$);
-- Dates take whole days only.
SELECT range_shift('[2024-01-31,2024-02-02)'::daterange, interval '24 hours'), range_shift('[2024-01-31,2024-02-02)'::daterange, interval '1 year 1 mon -1 day'), range_shift('[2023-12-31,2024-01-30]'::daterange, interval '2 mons');
SELECT range_shift('[2024-01-31,2024-02-02)'::daterange, interval '1 hour');
SELECT error_of($$SELECT range_shift('[2024-01-31,2024-02-02)'::daterange, '3')$$), error_of($$SELECT range_expand('[2024-01-31,2024-02-02)'::daterange, '1 day 1 us')$$), error_of($$SELECT range_expand('[2024-01-31,2024-02-02)'::daterange, '1 day', '1 hour')$$);
-- In the session's zone, a day is a day.
SET timezone = 'Europe/Berlin';
SELECT range_shift('[2024-03-30 12:00,2024-03-30 13:00)'::tstzrange, '1 day'), range_shift('[2024-03-30 12:00,2024-03-30 13:00)'::tstzrange, '24 hours');
SET timezone = 'UTC';
-- Overflow.
SELECT range_shift('[1,5)'::int4range, 2147483647);
SELECT error_of('SELECT range_shift(int4range(-2147483648, 5), -1)'), error_of('SELECT range_expand(int4range(1, 5), -2147483648)'), error_of('SELECT range_shift(int8range(1, 5), 9223372036854775807)'),
    error_of('SELECT range_shift(int4range(1, 5), 3000000000)'), error_of('SELECT range_shift(smalls(1::smallint, 2::smallint), 32767)');
SELECT error_of($$SELECT range_shift(daterange('2024-01-01', '5874897-12-30'), '1 month')$$), error_of($$SELECT range_shift(daterange('2024-01-01', '5874897-12-30'), 2147483647)$$), error_of($$SELECT range_expand(daterange('4713-01-01 BC', NULL), '10 years')$$),
    error_of($$SELECT range_shift(tsrange('2024-01-01', '294276-12-31'), '1 month')$$), error_of($$SELECT range_shift(tstzrange('2024-01-01', '294276-12-31'), '1 month')$$);
-- A domain keeps its constraint.
SELECT error_of('SELECT range_shift(percents(1, 5), -3)'), error_of('SELECT range_expand(percents(1, 5), 1, 96)'), range_expand(percents(1, 5), 1, 95);
-- Crossing bounds are empty; equal ones hold a point or nothing.
SELECT range_expand('[1,5)'::int4range, -1), range_expand('[1,5)'::int4range, -2), range_expand('[1,5)'::int4range, -3), range_expand('[1,3]'::numrange, -1), range_expand('[1,3)'::numrange, -1), range_expand('[1,3]'::numrange, -1.5),
    range_expand('[1,5)'::int4range, 0, -9), range_expand('[2024-01-31,2024-02-29]'::daterange, '-1 month');
SELECT range_shift('[2024-01-30 00:00,2024-01-31 00:00)'::tsrange, '1 month'), range_shift('[2024-01-30 00:00,2024-01-31 00:00]'::tsrange, '1 month');
-- An unbounded side stays, and so do infinite dates; empty stays empty; NULL gives NULL.
SELECT range_shift('[1,)'::int4range, 3), range_shift('(,5]'::numrange, 3), range_shift('(,)'::tsrange, '1 day'), range_expand('[1,)'::int4range, 3), range_expand('(,5]'::numrange, 3, 4), range_expand('(,)'::daterange, '1 day'),
    range_shift('[-infinity,2024-01-01)'::daterange, 3), range_shift('[2024-01-01,infinity]'::daterange, '1 month'), range_shift('[-infinity,infinity)'::tsrange, '1 day');
SELECT range_shift('empty'::int4range, 3), range_expand('empty'::numrange, 3), range_expand('empty'::daterange, '1 day', '2 days'), range_expand('[1,5)'::int4range, NULL), range_expand('[1,5)'::int4range, 1, NULL), range_shift(NULL, 3) IS NULL AS is_null,
    range_shift('[1,5)'::int4range, NULL), range_shift(float8_range(1, 2), NULL::int);
SELECT range_shift('[1,5)'::numrange, 'NaN'), range_shift('[1,5)'::numrange, 'Infinity'), range_expand('[1,5)'::numrange, 'Infinity'), range_expand(float8_range(1, 5), 'Infinity'::float8);
-- Many rows through one place in a plan: types of rows and deltas change where they can.
SELECT range_shift(r, d), range_expand(r, d, -d) FROM (SELECT numrange(i, i + 1), i / 4.0 FROM generate_series(1, 4) AS i UNION ALL SELECT NULL, 1 UNION ALL SELECT 'empty', NULL) AS v (r, d);
CREATE FUNCTION shifted(r anyrange, d anycompatiblenonarray) RETURNS anyrange LANGUAGE plpgsql AS $$ BEGIN RETURN range_shift(r, d); END $$;
SELECT shifted('[1,5)'::int4range, 3), shifted('[2024-01-31,2024-02-02)'::daterange, 3), shifted('[2024-01-31,2024-02-02)'::daterange, interval '1 month'), shifted(float8_range(1, 2), 0.5::float8), shifted('[1,5)'::int4range, 3::smallint);

-- Stable where the session's time zone or the catalogs have a say.
SELECT oid::regprocedure AS stable FROM pg_proc
WHERE provolatile = 's' AND proname ~ '^(range_(length|gaps|subtract|symmetric_difference|split|shift|expand|relation|profile)|multirange_(count|nth))$' ORDER BY oid::regprocedure::text COLLATE "C";

SET client_min_messages = warning;
DROP SCHEMA functions CASCADE;
DROP SCHEMA elsewhere CASCADE;
