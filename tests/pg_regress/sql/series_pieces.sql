-- generate_range_series. Random data and brute force: tests/differential.
SET datestyle = ISO;
SET timezone = 'UTC';
SET intervalstyle = postgres;
CREATE SCHEMA pieces;
SET search_path = pieces, public;
CREATE TYPE float8_range AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE TYPE float4_range AS RANGE (subtype = float4);
CREATE TYPE smalls AS RANGE (subtype = smallint);
CREATE TYPE times AS RANGE (subtype = time);
CREATE TYPE offset_times AS RANGE (subtype = timetz);
CREATE TYPE positions AS RANGE (subtype = pg_lsn);
CREATE TYPE addresses AS RANGE (subtype = inet);
CREATE TYPE letters AS RANGE (subtype = text, collation = "C");
CREATE DOMAIN percent AS int CHECK (VALUE BETWEEN 0 AND 100);
CREATE TYPE percents AS RANGE (subtype = percent);
CREATE DOMAIN holidays AS daterange;
CREATE FUNCTION error_of(query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE query;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ': ' || SQLERRM;
END $$;
-- The pieces in one line.
CREATE FUNCTION line(VARIADIC pieces anyarray) RETURNS text LANGUAGE sql AS $$ SELECT array_to_string(pieces, ' ') $$;

-- Tiling: bounds of all kinds, discrete and continuous.
SELECT bounds, line(VARIADIC ARRAY(SELECT generate_range_series(int4range(1, 9, bounds), 4))) AS int4, line(VARIADIC ARRAY(SELECT generate_range_series(int8range(1, 9, bounds), 4::bigint))) AS int8,
    line(VARIADIC ARRAY(SELECT generate_range_series(numrange(1, 9, bounds), 4))) AS num, line(VARIADIC ARRAY(SELECT generate_range_series(float8_range(1, 9, bounds), 4::float8))) AS float8,
    line(VARIADIC ARRAY(SELECT generate_range_series(smalls(1::int2, 9::int2, bounds), 4))) AS int2
FROM unnest('{[],[),(],()}'::text[]) AS bounds;
SELECT bounds, line(VARIADIC ARRAY(SELECT generate_range_series(numrange(1, 10, bounds), 4))) AS shorter_end, line(VARIADIC ARRAY(SELECT generate_range_series(numrange(1, 10, bounds), 100))) AS one, line(VARIADIC ARRAY(SELECT generate_range_series(numrange(1, 10, bounds), 9))) AS exact
FROM unnest('{[],[),(],()}'::text[]) AS bounds;
SELECT bounds, p AS date FROM unnest('{[],()}'::text[]) AS bounds, generate_range_series(daterange('2024-01-31', '2024-04-15', bounds), '1 month') AS p;
SELECT bounds, p AS ts FROM unnest('{[],()}'::text[]) AS bounds, generate_range_series(tsrange('2024-01-31 06:00', '2024-03-31 06:00', bounds), '1 month') AS p;
SELECT bounds, p AS tstz FROM unnest('{[),(]}'::text[]) AS bounds, generate_range_series(tstzrange('2024-01-31 06:00', '2024-01-31 12:00', bounds), '3 hours') AS p;
SELECT line(VARIADIC ARRAY(SELECT generate_range_series('[0,1]'::numrange, 0.5))) AS documented, line(VARIADIC ARRAY(SELECT generate_range_series('[5,5]'::numrange, 1))) AS point, line(VARIADIC ARRAY(SELECT generate_range_series('[5,5]'::int4range, 3))) AS one_element,
    line(VARIADIC ARRAY(SELECT generate_range_series('[2024-01-01,2024-01-01]'::tsrange, '1 month'))) AS moment;
SELECT pg_typeof(generate_range_series('[1,1]'::int4range, 1)) AS int4, pg_typeof(generate_range_series(percents(1, 2), 1)) AS domain, pg_typeof(generate_range_series('[2024-02-28,2024-02-28]'::daterange, 1)) AS date;
-- Months and years are counted from the start.
SELECT generate_range_series('[2024-01-31,2024-06-30)'::daterange, '1 month') AS months, generate_range_series('[2020-02-29,2024-03-01)'::daterange, '1 year') AS years, generate_range_series('[0001-11-15 BC,0001-03-15)'::daterange, '1 month') AS bc;

-- Windows: sliding ones, ones that meet, ones with holes.
SELECT line(VARIADIC ARRAY(SELECT generate_range_series('[1,10)'::int4range, 3, 5))) AS sliding, line(VARIADIC ARRAY(SELECT generate_range_series('[1,10)'::int4range, 3, 3))) AS meeting, line(VARIADIC ARRAY(SELECT generate_range_series('[1,10)'::int4range, 3, 1))) AS holes,
    line(VARIADIC ARRAY(SELECT generate_range_series('[1,10)'::int4range, 3, 100))) AS to_the_end;
SELECT bounds, line(VARIADIC ARRAY(SELECT generate_range_series(numrange(1, 4, bounds), 1, 2))) AS sliding, line(VARIADIC ARRAY(SELECT generate_range_series(numrange(1, 4, bounds), 1, 1))) AS meeting, line(VARIADIC ARRAY(SELECT generate_range_series(numrange(1, 4, bounds), 1, 0.25))) AS holes
FROM unnest('{[],[),(],()}'::text[]) AS bounds;
SELECT generate_range_series('[2024-01-31,2024-04-30)'::daterange, '1 month', '10 days') AS date, generate_range_series('[2024-01-31,2024-04-30)'::daterange, '1 month', 10) AS date_integer, generate_range_series('[2024-01-31,2024-02-14)'::daterange, 5, '1 month') AS integer_date,
    generate_range_series('[2024-01-31,2024-02-14)'::daterange, 5, 7) AS integers;
SELECT generate_range_series('[2024-01-31 06:00,2024-03-31 06:00)'::tsrange, '1 month', '1 month 1 hour') AS ts, generate_range_series('[2024-01-30 00:00,2024-02-01 00:00)'::tsrange, '18 hours', '1 month') AS to_the_end;
SELECT generate_range_series('[2024-01-31 06:00,2024-02-01 06:00)'::tstzrange, '8 hours', '10 hours') AS hours, generate_range_series('[2024-01-30 06:00,2024-02-01 06:00)'::tstzrange, '1 day', '90 minutes') AS days;
-- Piece k ends at lower + (k * step + span), not a month behind where it began.
SELECT generate_range_series('[2024-01-31,2024-07-01)'::daterange, '1 month', '1 month', 'keep') AS tiles, generate_range_series('[2024-01-31,2024-07-01)'::daterange, '1 month', '2 months', 'keep') AS overlapping;

-- What becomes of the partial ones.
SELECT partial, line(VARIADIC ARRAY(SELECT generate_range_series('[1,10)'::int4range, 4, 4, partial))) AS tiles, line(VARIADIC ARRAY(SELECT generate_range_series('[1,10)'::int4range, 3, 5, partial))) AS sliding, line(VARIADIC ARRAY(SELECT generate_range_series('[1,10)'::int4range, 4, 1, partial))) AS holes,
    line(VARIADIC ARRAY(SELECT generate_range_series('[1,5)'::int8range, 4::bigint, 4::bigint, partial))) AS exact, line(VARIADIC ARRAY(SELECT generate_range_series('[1,5)'::int4range, 4, 9, partial))) AS longer
FROM unnest('{clip,drop,keep}'::text[]) AS partial;
SELECT partial, bounds, line(VARIADIC ARRAY(SELECT generate_range_series(numrange(1, 3, bounds), 1, 1, partial))) AS tiles, line(VARIADIC ARRAY(SELECT generate_range_series(numrange(1, 3, bounds), 1, 1.5, partial))) AS sliding, line(VARIADIC ARRAY(SELECT generate_range_series(float8_range(1, 3, bounds), 1, 0.5, partial))) AS holes
FROM unnest('{clip,drop,keep}'::text[]) AS partial, unnest('{[],[),(],()}'::text[]) AS bounds;
SELECT generate_range_series('[2024-01-01,2024-04-15)'::daterange, '1 month', '1 month', 'clip') AS clip, generate_range_series('[2024-01-01,2024-04-15)'::daterange, '1 month', '1 month', 'drop') AS drop, generate_range_series('[2024-01-01,2024-04-15)'::daterange, '1 month', '1 month', 'keep') AS keep;
SELECT generate_range_series('[2024-01-01 00:00,2024-01-02 00:00)'::tsrange, '10 hours', '10 hours', 'clip') AS clip, generate_range_series('[2024-01-01 00:00,2024-01-02 00:00)'::tsrange, '10 hours', '10 hours', 'drop') AS drop, generate_range_series('[2024-01-01 00:00,2024-01-02 00:00)'::tsrange, '10 hours', '10 hours', 'keep') AS keep;
SELECT generate_range_series('[1,10)'::int4range, 4, 4, 'cut');
SELECT error_of($$SELECT generate_range_series('[1,10)'::numrange, 4, 4, 'Clip')$$), error_of($$SELECT generate_range_series('empty'::numrange, 4, 4, '')$$), error_of($$SELECT generate_range_series('[2024-01-01,2024-02-01)'::tstzrange, '1 day', '1 day', 'trim', 'UTC')$$);
-- Dropping ends with the first that does not fit.
SET statement_timeout = '5s';
SELECT count(*) FROM generate_range_series('[2024-01-01 00:00,2025-01-01 00:00)'::tsrange, '1 us', '2 years', 'drop');
SELECT count(*), max(upper(p)) FROM generate_range_series('[2024-01-01 00:00,2025-01-01 00:00)'::tsrange, '1 us', '366 days -2 us', 'drop') AS p;
RESET statement_timeout;

-- In the civil time of a zone.
SELECT generate_range_series('[2024-03-30 23:00,2024-04-02 22:00)'::tstzrange, '1 day', '1 day', 'clip', 'Europe/Berlin') AS days, generate_range_series('[2024-03-30 23:00,2024-04-02 22:00)'::tstzrange, '1 day') AS utc,
    generate_range_series('[2024-03-29 23:00,2024-04-01 22:00)'::tstzrange, '1 day', '2 hours', 'drop', 'Europe/Berlin') AS hours;
SELECT generate_range_series('[2023-12-31 23:00,2024-05-15 00:00)'::tstzrange, '1 month', '1 month', 'keep', 'Europe/Berlin') AS months, generate_range_series('[2023-12-31 23:00,2024-05-15 00:00)'::tstzrange, '1 month', '1 month', 'drop', 'Europe/Berlin') AS whole;
SELECT generate_range_series('[2024-10-27 00:30,2024-10-28 10:00)'::tstzrange, '1 day', '1 day', 'clip', 'Europe/Berlin') AS twice;
-- A day that the zone skips has no piece; longer pieces that differ all count.
SELECT generate_range_series('[2011-12-28 22:00,2012-01-01 22:00)'::tstzrange, '1 day', '1 day', 'clip', 'Pacific/Apia') AS days, generate_range_series('[2011-12-28 22:00,2012-01-01 22:00)'::tstzrange, '1 day', '12 hours', 'keep', 'Pacific/Apia') AS halves,
    generate_range_series('[2011-12-28 22:00,2012-01-01 22:00)'::tstzrange, '1 day', '2 days', 'drop', 'Pacific/Apia') AS sliding;
SELECT bounds, range_agg(p) AS union, count(*), bool_and(p <> 'empty') AS filled FROM unnest('{[],[),(],()}'::text[]) AS bounds, generate_range_series(tstzrange('2011-12-01 12:00', '2012-02-01 12:00', bounds), '1 day', '1 day', 'clip', 'Pacific/Apia') AS p GROUP BY bounds ORDER BY bounds COLLATE "C";
-- The day before the clocks are put forward is as long as this step of an hour: the same term twice.
SELECT generate_range_series('(2024-03-30 10:30,2024-03-30 13:00)'::tstzrange, '1 day -23 hours', '1 day -23 hours', 'clip', 'Europe/Berlin') AS tiles;
SELECT generate_range_series('[2024-03-30 12:00,2024-04-02)'::tstzrange, '1 day -23:30', '1 day', 'clip', 'Europe/Berlin');
SET timezone = 'Europe/Berlin';
SELECT generate_range_series('[2024-03-31,2024-04-03)'::tstzrange, '1 day') AS days, generate_range_series('[2024-10-26 12:00,2024-10-28 12:00)'::tstzrange, '1 day', '24 hours') AS "24 hours", generate_range_series('[2024-10-27 00:00,2024-10-28 00:00)'::tstzrange, '12 hours', '1 day', 'keep') AS keep;
SET timezone = 'UTC';
SELECT generate_range_series('[2024-01-01,2024-02-01)'::tstzrange, '1 month', '1 month', 'clip', 'Nowhere/City');
SELECT generate_range_series(timezone => 'Europe/Berlin', partial => 'keep', span => '2 h', step => '1 day', value => '[2024-03-29 23:00,2024-03-31 20:00)'::tstzrange) AS by_name;

-- Empty and NULL.
SELECT (SELECT count(*) FROM generate_range_series('empty'::int4range, 1)) + (SELECT count(*) FROM generate_range_series('empty'::int8range, 2, 3)) + (SELECT count(*) FROM generate_range_series('empty'::numrange, 2, 3, 'keep'))
    + (SELECT count(*) FROM generate_range_series('empty'::daterange, '1 month')) + (SELECT count(*) FROM generate_range_series('empty'::tsrange, '1 h', '2 h')) + (SELECT count(*) FROM generate_range_series('empty'::tstzrange, '1 day', '2 h', 'drop', 'UTC'))
    + (SELECT count(*) FROM generate_range_series('empty'::float8_range, 1)) + (SELECT count(*) FROM generate_range_series('empty'::addresses, 1, 2)) AS of_empty;
SELECT (SELECT count(*) FROM generate_range_series(NULL::int4range, 1)) + (SELECT count(*) FROM generate_range_series('[1,2)'::int4range, NULL)) + (SELECT count(*) FROM generate_range_series('[1,2)'::int4range, 1, NULL)) + (SELECT count(*) FROM generate_range_series('[1,)'::int4range, NULL, 1, 'clip'))
    + (SELECT count(*) FROM generate_range_series('[1,2)'::int4range, 1, 1, NULL)) + (SELECT count(*) FROM generate_range_series('[2024-01-01,2024-02-01)'::tstzrange, '1 day', '1 day', 'clip', NULL)) + (SELECT count(*) FROM generate_range_series(float8_range(1, 2), NULL::int)) AS of_null;

-- Wrong steps, spans and ranges.
SELECT generate_range_series('[1,5)'::int4range, -1);
SELECT generate_range_series('[1,5)'::numrange, 1, 0);
SELECT generate_range_series('[2024-01-01,)'::tsrange, '1 month');
SELECT error_of($$SELECT generate_range_series('[1,5)'::int4range, 0)$$), error_of($$SELECT generate_range_series('[1,5)'::int4range, 1, -1)$$), error_of($$SELECT generate_range_series('[1,5)'::numrange, -0.5)$$), error_of($$SELECT generate_range_series('[1,5)'::numrange, 'NaN')$$),
    error_of($$SELECT generate_range_series('[1,5)'::numrange, 1, 'Infinity')$$), error_of($$SELECT generate_range_series(float8_range(1, 5), 'NaN')$$), error_of($$SELECT generate_range_series(float8_range(1, 5), 1, '-Infinity')$$), error_of($$SELECT generate_range_series(float4_range(1, 5), 0::float4)$$);
SELECT error_of($$SELECT generate_range_series('[2024-01-01,2024-02-01)'::daterange, '-1 day')$$), error_of($$SELECT generate_range_series('[2024-01-01,2024-02-01)'::daterange, '1 hour')$$), error_of($$SELECT generate_range_series('[2024-01-01,2024-02-01)'::daterange, 1, '1 hour')$$),
    error_of($$SELECT generate_range_series('[2024-01-01,2024-02-01)'::tsrange, '0')$$), error_of($$SELECT generate_range_series('[2024-01-01,2024-02-01)'::tsrange, '1 day', '-1 month')$$), error_of($$SELECT generate_range_series('[2024-01-01,2024-02-01)'::tstzrange, '-1 month', '1 month', 'clip', 'UTC')$$);
SELECT error_of($$SELECT generate_range_series('[1,)'::int4range, 1)$$), error_of($$SELECT generate_range_series('(,1)'::numrange, 1, 2)$$), error_of($$SELECT generate_range_series('[-infinity,2024-01-01)'::daterange, 1, 1, 'drop')$$), error_of($$SELECT generate_range_series('[2024-01-01,infinity)'::tstzrange, '1 day', '1 day', 'keep', 'UTC')$$),
    error_of($$SELECT generate_range_series('[1,NaN)'::numrange, 1)$$), error_of($$SELECT generate_range_series(float8_range(1, 'Infinity'), 1)$$);
SELECT error_of($$SELECT generate_range_series(letters('a', 'b'), 'c')$$), error_of($$SELECT generate_range_series('[1,5)'::int4range, 1, interval '1 day')$$), error_of($$SELECT generate_range_series(times('10:00', '11:00'), '1 h', '1 month')$$), error_of($$SELECT generate_range_series('[2024-02-01,2024-06-01)'::tsrange, '1 month -29 days')$$);
-- Intervals can be infinite from PostgreSQL 17 on; before, this is the same value.
SELECT CASE WHEN current_setting('server_version_num')::int >= 170000 THEN 'infinity' ELSE '178956970 years 7 mons 2147483647 days 2562047788:00:54.775807' END AS infinite \gset
SELECT error_of(format($$SELECT generate_range_series('[2024-01-01,2024-02-01)'::tsrange, %L)$$, :'infinite')), error_of(format($$SELECT generate_range_series('[2024-01-01,2024-02-01)'::daterange, '1 day', %L)$$, :'infinite'));

-- The ends of the types: the last piece is shorter, and nothing overflows.
SELECT line(VARIADIC ARRAY(SELECT generate_range_series(int4range(2147483640, 2147483647), 5))) AS int4, line(VARIADIC ARRAY(SELECT generate_range_series(int4range(-2147483648, -2147483640), 5))) AS int4_low, line(VARIADIC ARRAY(SELECT generate_range_series(int4range(2147483640, 2147483647), 2147483647))) AS one;
SELECT line(VARIADIC ARRAY(SELECT generate_range_series(int8range(9223372036854775800, 9223372036854775807), 5))) AS int8, line(VARIADIC ARRAY(SELECT generate_range_series(int8range(-9223372036854775808, 9223372036854775807), 9223372036854775807))) AS all,
    line(VARIADIC ARRAY(SELECT generate_range_series(smalls(32760::int2, 32767::int2, '[]'), 5))) AS int2, line(VARIADIC ARRAY(SELECT generate_range_series(percents(90, 100, '[]'), 6))) AS percents;
SELECT line(VARIADIC ARRAY(SELECT generate_range_series(int4range(2147483640, 2147483647), 5, 6))) AS int4, line(VARIADIC ARRAY(SELECT generate_range_series(int8range(9223372036854775800, 9223372036854775807), 5, 9, 'drop'))) AS int8, line(VARIADIC ARRAY(SELECT generate_range_series(smalls(32760::int2, 32767::int2, '[]'), 3, 3, 'drop'))) AS int2;
SELECT line(VARIADIC ARRAY(SELECT generate_range_series(daterange('5874897-12-01', '5874897-12-31'), 20))) AS date, line(VARIADIC ARRAY(SELECT generate_range_series(daterange('5874897-11-15', '5874897-12-31'), '1 month'))) AS date_months, line(VARIADIC ARRAY(SELECT generate_range_series(daterange('4714-11-24 BC', '4713-01-01 BC'), '1 month'))) AS first;
SELECT generate_range_series('[294276-12-31 12:00,294276-12-31 23:59:59.999999]'::tsrange, '11 hours') AS ts, generate_range_series('[294276-12-31 12:00+00,294276-12-31 23:59:59.999999+00]'::tstzrange, '11 hours') AS tstz;
SELECT generate_range_series('[294276-11-15 00:00,294276-12-31 23:59:59.999999]'::tsrange, '1 month') AS ts, generate_range_series('[294276-12-30 12:00+00,294276-12-31 23:59:59.999999+00]'::tstzrange, '1 day') AS tstz;
SELECT line(VARIADIC ARRAY(SELECT generate_range_series(times('10:00', '24:00', '[]'), '5 hours'))) AS times, line(VARIADIC ARRAY(SELECT generate_range_series(times('10:00', '23:00'), '5 hours', '30 min'))) AS slots, line(VARIADIC ARRAY(SELECT generate_range_series(times('10:00', '24:00'), '5 hours', '5 hours', 'drop'))) AS whole;
SELECT line(VARIADIC ARRAY(SELECT generate_range_series(offset_times('21:30+02', '23:00+00'), '1 h'))) AS offset_times, line(VARIADIC ARRAY(SELECT generate_range_series(addresses('255.255.255.250', '255.255.255.255', '[]'), 4))) AS inet, line(VARIADIC ARRAY(SELECT generate_range_series(positions('FFFFFFFF/FFFFFFF0', 'FFFFFFFF/FFFFFFFF', '[]'), 9))) AS lsn;
-- A piece that is to be kept whole, and ends behind its type.
SELECT generate_range_series(int4range(2147483640, 2147483647), 4, 4, 'keep');
SELECT generate_range_series(daterange('5874897-12-01', '5874897-12-31'), '1 month', '1 month', 'keep');
SELECT line(VARIADIC ARRAY(SELECT generate_range_series(smalls(32760::int2, 32764::int2), 3, 3, 'keep'))) AS int2, line(VARIADIC ARRAY(SELECT generate_range_series(times('10:00', '23:00'), '7 hours', '7 hours', 'keep'))) AS times;
SELECT error_of($$SELECT generate_range_series(smalls(32760::int2, 32767::int2), 3, 3, 'keep')$$), error_of($$SELECT generate_range_series(int8range(9223372036854775800, 9223372036854775807), 5, 5, 'keep')$$), error_of($$SELECT generate_range_series('[294276-12-31 12:00,294276-12-31 23:00]'::tsrange, '11 hours', '11 hours', 'keep')$$),
    error_of($$SELECT generate_range_series('[294276-12-31 12:00+00,294276-12-31 23:00+00]'::tstzrange, '1 day', '1 day', 'keep', 'Asia/Tokyo')$$), error_of($$SELECT generate_range_series(times('10:00', '23:00'), '8 hours', '8 hours', 'keep')$$);
SELECT error_of($$SELECT generate_range_series(offset_times('10:00+01', '23:00+01'), '8 hours', '8 hours', 'keep')$$), error_of($$SELECT generate_range_series(addresses('255.255.255.250', '255.255.255.255'), 4, 4, 'keep')$$), error_of($$SELECT generate_range_series(positions('FFFFFFFF/FFFFFFF0', 'FFFFFFFF/FFFFFFFF'), 9, 9, 'keep')$$),
    error_of($$SELECT generate_range_series(float8_range(1e308, 1.7e308), 5e307, 1e308, 'keep')$$), error_of($$SELECT generate_range_series(float4_range(1e38, 3e38), 1e38, 3e38, 'keep')$$);

-- Numeric and float8.
SELECT line(VARIADIC ARRAY(SELECT generate_range_series('[0,1)'::numrange, 0.30))) AS scale, line(VARIADIC ARRAY(SELECT generate_range_series('[1.0,2.00]'::numrange, 0.500, 0.7))) AS spans, line(VARIADIC ARRAY(SELECT length(lower(p)::text) FROM generate_range_series(numrange(1e400, 1e400 + 3), 1) AS p)) AS large;
SELECT line(VARIADIC ARRAY(SELECT generate_range_series(float8_range(0, 1), 0.1))) AS tenths, line(VARIADIC ARRAY(SELECT generate_range_series(float8_range(0, 0.5, '[]'), 0.1, 0.2))) AS spans;
SELECT count(*), range_agg(p) AS union, max(lower(p)), bool_and(lower(p) = (n - 1) * 0.1::float8) AS exact FROM generate_range_series(float8_range(0, 100000, '[]'), 0.1) WITH ORDINALITY AS s (p, n);
-- Other types of users.
SELECT line(VARIADIC ARRAY(SELECT generate_range_series(addresses('10.0.0.250', '10.0.1.5'), 4))) AS inet, line(VARIADIC ARRAY(SELECT generate_range_series(addresses('10.0.0.250', '10.0.1.5'), 4::bigint, 2::bigint))) AS holes, line(VARIADIC ARRAY(SELECT generate_range_series(addresses('10.0.0.250', '10.0.1.5', '[]'), '4', '8', 'drop'))) AS sliding;
SELECT line(VARIADIC ARRAY(SELECT generate_range_series(percents(0, 100, '[]'), 40))) AS domain, line(VARIADIC ARRAY(SELECT generate_range_series(float4_range(0, 1), 0.25, 0.5))) AS float4, line(VARIADIC ARRAY(SELECT generate_range_series('[2024-01-01,2024-01-05)'::holidays, 2))) AS over_range;
-- The bounds of a piece belong to the domain.
CREATE DOMAIN share AS numeric CHECK (VALUE BETWEEN 0 AND 1);
CREATE TYPE shares AS RANGE (subtype = share);
CREATE DOMAIN workday AS date CHECK (extract(isodow FROM VALUE) < 6);
CREATE TYPE workdays AS RANGE (subtype = workday);
SELECT line(VARIADIC ARRAY(SELECT generate_range_series(shares(0, 1, '[]'), 0.4))) AS clipped, line(VARIADIC ARRAY(SELECT generate_range_series(shares(0, 1, '()'), 0.25, 0.5, 'drop'))) AS whole, line(VARIADIC ARRAY(SELECT generate_range_series(workdays('2024-02-01', '2024-05-31'), '2 months'))) AS months;
SELECT error_of($$SELECT generate_range_series(shares(0, 1), 0.4, 0.4, 'keep')$$), error_of($$SELECT generate_range_series(workdays('2024-02-01', '2024-06-05'), '1 month 1 day')$$), error_of($$SELECT generate_range_series(workdays('2024-02-01', '2024-06-05'), '2 months', '2 days')$$);
CREATE SCHEMA elsewhere;
CREATE TYPE elsewhere.mark AS (n int);
CREATE FUNCTION elsewhere.plus(elsewhere.mark, int) RETURNS elsewhere.mark LANGUAGE sql IMMUTABLE AS 'SELECT ROW(($1).n + $2)::elsewhere.mark';
CREATE OPERATOR elsewhere.+ (FUNCTION = elsewhere.plus, LEFTARG = elsewhere.mark, RIGHTARG = int);
CREATE TYPE pieces.marks AS RANGE (subtype = elsewhere.mark);
SET search_path = '';
SELECT pg_catalog.array_to_string(ARRAY(SELECT public.generate_range_series(pieces.marks(ROW(1), ROW(9)), 3)), ' ') AS tiles, pg_catalog.array_to_string(ARRAY(SELECT public.generate_range_series(pieces.marks(ROW(1), ROW(9)), 3, 5, 'keep')), ' ') AS windows,
    pg_catalog.array_to_string(ARRAY(SELECT public.generate_range_series('[1,9)'::int4range, 3::smallint, 2::bigint)), ' ') AS typed, pg_catalog.array_to_string(ARRAY(SELECT public.generate_range_series('[2024-01-31,2024-03-01)'::daterange, '1 month')), ' ') AS dates;
SET search_path = pieces, public;
-- A discrete type in closed form.
SET client_min_messages = warning;
CREATE TYPE closed_range;
CREATE FUNCTION closed(closed_range) RETURNS closed_range LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'int4range_canonical';
CREATE TYPE closed_range AS RANGE (subtype = int4, canonical = closed);
CREATE OR REPLACE FUNCTION closed(r closed_range) RETURNS closed_range LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    low int := lower(r) + CASE WHEN lower_inc(r) THEN 0 ELSE 1 END;
    high int := upper(r) - CASE WHEN upper_inc(r) THEN 0 ELSE 1 END;
BEGIN
    IF isempty(r) OR lower_inc(r) AND upper_inc(r) THEN
        RETURN r;
    END IF;
    RETURN CASE WHEN low > high THEN 'empty'::closed_range ELSE closed_range(low, high, '[]') END;
END $$;
RESET client_min_messages;
SELECT ARRAY(SELECT generate_series(closed_range(1, 4))) AS elements, ARRAY(SELECT generate_series(closed_range(1, 10), -4)) AS down, line(VARIADIC ARRAY(SELECT generate_range_series(closed_range(1, 10), 4))) AS tiles,
    line(VARIADIC ARRAY(SELECT generate_range_series(closed_range(1, 10), 3, 5, 'keep'))) AS sliding;

-- Typed steps.
SELECT line(VARIADIC ARRAY(SELECT generate_range_series('[1,9)'::int4range, 3::smallint))) AS int4_smallint, line(VARIADIC ARRAY(SELECT generate_range_series('[1,9)'::int4range, 3::bigint, 2::numeric))) AS int4_bigint, line(VARIADIC ARRAY(SELECT generate_range_series('[1,9)'::int8range, 3))) AS int8_integer,
    line(VARIADIC ARRAY(SELECT generate_range_series('[1,9)'::numrange, 3::smallint, 2::bigint))) AS numeric_smallint, line(VARIADIC ARRAY(SELECT generate_range_series('[1,9)'::int4range, '3', '2', 'keep'))) AS untyped, line(VARIADIC ARRAY(SELECT generate_range_series('[1,9)'::int4range, '3'))) AS untyped_tiles;
-- One series for each row.
SELECT id, line(VARIADIC array_agg(p ORDER BY n)) FROM (VALUES (1, int4range(1, 6), 2, 2, 'clip'), (2, int4range(1, 6), 2, 2, 'keep'), (3, int4range(1, 6), 2, 3, 'drop'), (4, 'empty', 1, 1, 'clip'), (5, int4range(1, 6), NULL, 1, 'clip')) AS v (id, r, step, span, partial),
    LATERAL generate_range_series(r, step, span, partial) WITH ORDINALITY AS g (p, n) GROUP BY id ORDER BY id;
SELECT id, line(VARIADIC array_agg(p ORDER BY n)) FROM (VALUES (1, '[2024-01-31,2024-05-01)'::daterange, interval '1 month'), (2, '[2024-01-31,2024-02-08)', '3 days')) AS v (id, r, s), LATERAL generate_range_series(r, s) WITH ORDINALITY AS g (p, n) GROUP BY id ORDER BY id;
SELECT z, line(VARIADIC array_agg(p ORDER BY n)) FROM (VALUES ('UTC'), ('Europe/Berlin')) AS v (z), LATERAL generate_range_series('[2024-03-30 12:00,2024-04-01 11:00)'::tstzrange, '1 day', '1 day', 'clip', z) WITH ORDINALITY AS g (p, n) GROUP BY z ORDER BY z;
SELECT id, line(VARIADIC ARRAY(SELECT generate_range_series(numrange(0, id), id / 2.0))), line(VARIADIC ARRAY(SELECT generate_range_series(marks(ROW(0), ROW(id)), 1))) FROM generate_series(1, 3) AS id;
-- The examples of BigQuery's manual, Range functions, GENERATE_RANGE_ARRAY: without the last partial range
-- is our drop.
SELECT line(VARIADIC ARRAY(SELECT generate_range_series('[2020-01-01,2020-01-06)'::daterange, '2 days'))) = '[2020-01-01,2020-01-03) [2020-01-03,2020-01-05) [2020-01-05,2020-01-06)' AS with_last,
    line(VARIADIC ARRAY(SELECT generate_range_series('[2020-01-01,2020-01-06)'::daterange, '2 days', '2 days', 'drop'))) = '[2020-01-01,2020-01-03) [2020-01-03,2020-01-05)' AS without_last;
-- The pieces are the range again.
SELECT count(*), range_agg(p) AS union, bool_and(upper(p) - lower(p) = 7) FILTER (WHERE n <= 52142) AS whole FROM generate_range_series('[1001-01-01,2000-05-01)'::daterange, 7) WITH ORDINALITY AS s (p, n);

-- A piece lasts until the next one is asked for, and whatever keeps one longer copies it. The oracle: ranges that core makes of a series of integers.
CREATE FUNCTION by_sql(n int) RETURNS SETOF int4range LANGUAGE sql AS $$ SELECT generate_range_series(int4range(0, n), 3) $$;
CREATE FUNCTION by_sql_volatile(n int) RETURNS SETOF int4range LANGUAGE sql VOLATILE STRICT AS $$ SELECT generate_range_series(int4range(0, n), 3) $$;
CREATE FUNCTION by_query(n int) RETURNS SETOF int4range LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY SELECT generate_range_series(int4range(0, n), 3); END $$;
CREATE FUNCTION by_loop(n int) RETURNS SETOF int4range LANGUAGE plpgsql AS $$
DECLARE
    before int4range; piece int4range; pieces refcursor;
BEGIN
    FOR piece IN SELECT generate_range_series(int4range(0, n), 3) LOOP
        IF before IS NOT NULL THEN RETURN NEXT before; END IF;
        before := piece;
    END LOOP;
    OPEN pieces SCROLL FOR SELECT generate_range_series(int4range(0, n), 3);
    FETCH LAST FROM pieces INTO piece;
    IF piece <> before THEN RAISE 'the cursor has %', piece; END IF;
    FETCH FIRST FROM pieces INTO piece;
    IF piece <> int4range(0, 3) THEN RAISE 'the cursor has %', piece; END IF;
    RETURN NEXT before;
END $$;
CREATE TABLE oracle AS SELECT int4range(i, i + 3) AS p FROM generate_series(0, 57, 3) AS i;
SELECT kept, pieces = (SELECT array_agg(p ORDER BY p) FROM oracle) AS same FROM (VALUES
    ('array', ARRAY(SELECT generate_range_series(int4range(0, 60), 3))),
    ('table', ARRAY(SELECT p FROM generate_range_series(int4range(0, 60), 3) AS p)),
    ('rows from', ARRAY(SELECT p FROM ROWS FROM (generate_range_series(int4range(0, 60), 3), generate_range_series(int4range(1, 61), 3)) AS t (p, q))),
    ('sort', ARRAY(SELECT generate_range_series(int4range(0, 60), 3) AS p ORDER BY p)),
    ('distinct', ARRAY(SELECT p FROM (SELECT DISTINCT generate_range_series(int4range(0, 60), 3) AS p) AS d ORDER BY p)),
    ('materialized', ARRAY(WITH c AS MATERIALIZED (SELECT generate_range_series(int4range(0, 60), 3) AS p) SELECT a.p FROM c AS a JOIN c AS b USING (p) ORDER BY p)),
    ('union', ARRAY(SELECT p FROM (SELECT generate_range_series(int4range(0, 60), 3) AS p UNION SELECT generate_range_series(int4range(0, 30), 3)) AS u ORDER BY p)),
    ('window', ARRAY(SELECT p FROM (SELECT lag(p, 1) OVER () AS p FROM (SELECT generate_range_series(int4range(0, 63), 3) AS p) AS s) AS w WHERE p IS NOT NULL)),
    ('nested', ARRAY(SELECT generate_range_series(generate_range_series(int4range(0, 60), 6), 3))),
    ('side by side', ARRAY(SELECT CASE WHEN upper(a) = lower(b) THEN a END FROM (SELECT generate_range_series(int4range(0, 60), 3) AS a, generate_range_series(int4range(3, 63), 3) AS b) AS s)),
    ('greatest of each group', ARRAY(SELECT mode() WITHIN GROUP (ORDER BY p DESC) FROM (SELECT generate_range_series(int4range(0, 60), 3) AS p) AS s GROUP BY lower(p) ORDER BY 1)),
    ('sql function', ARRAY(SELECT by_sql(60))),
    ('sql function in FROM', ARRAY(SELECT p FROM by_sql_volatile(60) AS p)),
    ('sql function, row by row', ARRAY(SELECT by_sql_volatile(60))),
    ('RETURN QUERY', ARRAY(SELECT by_query(60))),
    ('loop and cursor', ARRAY(SELECT by_loop(60)))
) AS v (kept, pieces);

SET client_min_messages = warning;
DROP SCHEMA pieces CASCADE;
DROP SCHEMA elsewhere CASCADE;
