-- generate_series over ranges. Pieces: series_pieces. Plans and call forms: series_calls. Random
-- data and brute force: tests/differential.
SET datestyle = ISO;
SET timezone = 'UTC';
SET intervalstyle = postgres;
CREATE SCHEMA series;
SET search_path = series, public;
CREATE TYPE float8_range AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE TYPE float4_range AS RANGE (subtype = float4);
CREATE TYPE smalls AS RANGE (subtype = smallint);
CREATE TYPE times AS RANGE (subtype = time);
CREATE TYPE offset_times AS RANGE (subtype = timetz);
CREATE TYPE sums AS RANGE (subtype = money);
CREATE TYPE addresses AS RANGE (subtype = inet);
CREATE TYPE positions AS RANGE (subtype = pg_lsn);
CREATE TYPE intervals AS RANGE (subtype = interval);
CREATE TYPE letters AS RANGE (subtype = text, collation = "C");
CREATE DOMAIN percent AS int CHECK (VALUE BETWEEN 0 AND 100);
CREATE TYPE percents AS RANGE (subtype = percent);
CREATE DOMAIN birthday AS date;
CREATE TYPE birthdays AS RANGE (subtype = birthday);
CREATE DOMAIN moment AS timestamp;
CREATE TYPE moments AS RANGE (subtype = moment);
CREATE DOMAIN holidays AS daterange;
CREATE FUNCTION error_of(query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE query;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ': ' || SQLERRM;
END $$;

-- Every element of a discrete range.
SELECT ARRAY(SELECT generate_series('[1,5)'::int4range)) AS int4, ARRAY(SELECT generate_series('(1,5]'::int8range)) AS int8,
    ARRAY(SELECT generate_series('[2024-02-27,2024-03-02)'::daterange)) AS date, ARRAY(SELECT generate_series('[2024-02-28,2024-02-29]'::holidays)) AS domain;
SELECT pg_typeof(generate_series('[1,1]'::int4range)) AS int4, pg_typeof(generate_series('[1,1]'::int8range)) AS int8, pg_typeof(generate_series('[2024-02-28,2024-02-28]'::daterange)) AS date,
    pg_typeof(generate_series('[2024-02-28,2024-02-28]'::daterange, '1 month')) AS stays_date, pg_typeof(generate_series(percents(1, 2), 1)) AS domain;
SELECT generate_series('[1,2]'::numrange);
SELECT error_of($$SELECT generate_series('[2024-01-01,2024-01-02]'::tsrange)$$), error_of($$SELECT generate_series('empty'::numrange)$$), error_of('SELECT generate_series(float8_range(1, 2))'), error_of('SELECT generate_series(percents(1, 2))');

-- Steps of the natural type.
SELECT ARRAY(SELECT generate_series('[1,10)'::int4range, 3)) AS int4, ARRAY(SELECT generate_series('[1,10]'::int8range, 3::bigint)) AS int8, ARRAY(SELECT generate_series('[1,3]'::numrange, 0.75)) AS numeric,
    ARRAY(SELECT generate_series('[2024-01-01,2024-01-10)'::daterange, interval '3 days')) AS date;
SELECT generate_series('[2024-01-01 10:00,2024-01-02 10:00]'::tsrange, interval '8 hours') AS timestamp, generate_series('[2024-01-01 10:00,2024-01-02 10:00]'::tstzrange, interval '8 hours') AS timestamptz;
-- Untyped literals.
SELECT ARRAY(SELECT generate_series('[1,10)'::int4range, '3')) AS int4, ARRAY(SELECT generate_series('[1,10]'::int8range, '3')) AS int8, ARRAY(SELECT generate_series('[1,3]'::numrange, '0.750')) AS numeric,
    ARRAY(SELECT generate_series('[2024-01-01,2024-01-10)'::daterange, '3 days')) AS date;
SELECT generate_series('[2024-01-01 10:00,2024-01-02 10:00]'::tsrange, '8 hours') AS timestamp, generate_series('[2024-01-01 10:00,2024-01-02 10:00]'::tstzrange, '8 hours') AS timestamptz,
    generate_series('[2024-01-01 10:00,2024-01-02 10:00]'::tstzrange, '8 hours', 'Europe/Berlin') AS zoned;
-- Steps of other types.
SELECT ARRAY(SELECT generate_series('[1,10)'::int4range, 3::smallint)) AS int4, ARRAY(SELECT generate_series('[1,10)'::int4range, 3::bigint)) AS int4_bigint, ARRAY(SELECT generate_series('[1,10)'::int4range, 3::numeric)) AS int4_numeric,
    ARRAY(SELECT generate_series('[1,10)'::int8range, 3::smallint)) AS int8, ARRAY(SELECT generate_series('[1,10)'::int8range, 3)) AS int8_integer, ARRAY(SELECT generate_series('[1,10)'::int8range, 3::numeric)) AS int8_numeric;
SELECT ARRAY(SELECT generate_series('[1,10)'::numrange, 3::smallint)) AS numeric, ARRAY(SELECT generate_series('[1,10)'::numrange, 3)) AS numeric_integer, ARRAY(SELECT generate_series('[1,10)'::numrange, 3::bigint)) AS numeric_bigint,
    ARRAY(SELECT generate_series('[1,10)'::numrange, 2.5::float8)) AS numeric_float8;
SELECT ARRAY(SELECT generate_series('[2024-01-01,2024-01-10)'::daterange, 3)) AS date, ARRAY(SELECT generate_series('[2024-01-01,2024-01-10)'::daterange, 3::smallint)) AS date_smallint,
    ARRAY(SELECT generate_series('[2024-01-01,2024-01-10)'::daterange, 3::bigint)) AS date_bigint, ARRAY(SELECT generate_series('[2024-01-01,2024-01-10)'::daterange, 3::numeric)) AS date_numeric,
    ARRAY(SELECT generate_series('[2024-01-01,2024-01-10)'::daterange, interval '72 hours')) AS date_hours, ARRAY(SELECT generate_series('[2024-01-01,2024-01-10)'::holidays, 3)) AS domain;
SELECT ARRAY(SELECT generate_series('[2024-01-01 10:00,2024-01-01 20:00)'::tsrange, time '04:00'));
SELECT ARRAY(SELECT generate_series(percents(0, 100, '[]'), 25::percent)), ARRAY(SELECT generate_series('[1,9]'::int4range, 4::percent));

-- Bounds of all kinds, upwards and down.
SELECT bounds, ARRAY(SELECT generate_series(int4range(1, 10, bounds), 3)) AS up, ARRAY(SELECT generate_series(int4range(1, 10, bounds), -3)) AS down,
    ARRAY(SELECT generate_series(numrange(1, 10, bounds), 3)) AS num_up, ARRAY(SELECT generate_series(numrange(1, 10, bounds), -3)) AS num_down,
    ARRAY(SELECT generate_series(float8_range(1, 10, bounds), 3)) AS float_up, ARRAY(SELECT generate_series(float8_range(1, 10, bounds), -3)) AS float_down
FROM unnest('{[],[),(],()}'::text[]) AS bounds;
SELECT bounds, ARRAY(SELECT generate_series(daterange('2024-01-31', '2024-03-31', bounds), '1 month')) AS up, ARRAY(SELECT generate_series(daterange('2024-01-31', '2024-03-31', bounds), '-1 month')) AS down,
    ARRAY(SELECT generate_series(smalls(1::int2, 10::int2, bounds), 3)) AS small_up, ARRAY(SELECT generate_series(smalls(1::int2, 10::int2, bounds), -3)) AS small_down
FROM unnest('{[],[),(],()}'::text[]) AS bounds;
SELECT bounds, ARRAY(SELECT to_char(t, 'MM-DD HH24') FROM generate_series(tsrange('2024-01-31 06:00', '2024-03-31 06:00', bounds), '1 month') AS t) AS up,
    ARRAY(SELECT to_char(t, 'MM-DD HH24') FROM generate_series(tsrange('2024-01-31 06:00', '2024-03-31 06:00', bounds), '-1 month') AS t) AS down,
    ARRAY(SELECT to_char(t, 'MM-DD HH24') FROM generate_series(tstzrange('2024-01-31 06:00', '2024-02-01 06:00', bounds), '12 hours') AS t) AS zoned_up,
    ARRAY(SELECT to_char(t, 'MM-DD HH24') FROM generate_series(tstzrange('2024-01-31 06:00', '2024-02-02 06:00', bounds), '-1 day') AS t) AS zoned_down
FROM unnest('{[],[),(],()}'::text[]) AS bounds;
-- A step beyond the range, a single point.
SELECT ARRAY(SELECT generate_series('[1,5]'::int4range, 100)) AS up, ARRAY(SELECT generate_series('[1,5]'::int4range, -100)) AS down, ARRAY(SELECT generate_series('(1,5)'::numrange, 100)) AS open_up, ARRAY(SELECT generate_series('(1,5)'::numrange, -100)) AS open_down,
    ARRAY(SELECT generate_series('[5,5]'::numrange, 1)) AS point, ARRAY(SELECT generate_series('[2024-01-01,2024-01-01]'::tsrange, '-1 month')) AS ts_point;
-- Empty and NULL.
SELECT (SELECT count(*) FROM generate_series('empty'::int4range)) + (SELECT count(*) FROM generate_series('empty'::int8range, 2)) + (SELECT count(*) FROM generate_series('empty'::numrange, 2))
    + (SELECT count(*) FROM generate_series('empty'::daterange, '1 month')) + (SELECT count(*) FROM generate_series('empty'::tsrange, '1 h')) + (SELECT count(*) FROM generate_series('empty'::tstzrange, '1 day'))
    + (SELECT count(*) FROM generate_series('empty'::tstzrange, '1 day', 'Europe/Berlin')) + (SELECT count(*) FROM generate_series('empty'::float8_range, 1)) AS of_empty;
SELECT (SELECT count(*) FROM generate_series(NULL::int4range)) + (SELECT count(*) FROM generate_series(NULL::int4range, 1)) + (SELECT count(*) FROM generate_series('[1,5)'::int4range, NULL)) + (SELECT count(*) FROM generate_series('[1,5)'::numrange, NULL))
    + (SELECT count(*) FROM generate_series('[2024-01-01,2024-02-01)'::daterange, NULL)) + (SELECT count(*) FROM generate_series('[2024-01-01,2024-02-01)'::daterange, NULL::int)) + (SELECT count(*) FROM generate_series('[2024-01-01,)'::tstzrange, NULL))
    + (SELECT count(*) FROM generate_series('[2024-01-01,2024-02-01)'::tstzrange, '1 day', NULL)) + (SELECT count(*) FROM generate_series(NULL::tstzrange, '1 day', 'UTC')) + (SELECT count(*) FROM generate_series(float8_range(1, 2), NULL::float8)) AS of_null;

-- Steps that no series can take.
SELECT generate_series('[1,5)'::int4range, 0);
SELECT generate_series('[1,5)'::numrange, 'NaN');
SELECT generate_series('[1,5)'::numrange, 'Infinity');
SELECT generate_series('[2024-01-01,2024-02-01)'::daterange, '1 hour');
SELECT generate_series('[2024-02-01,2024-04-01)'::tsrange, '1 month -30 days');
SELECT error_of($$SELECT generate_series('[1,5)'::int8range, 0)$$), error_of($$SELECT generate_series('[1,5)'::numrange, 0.00)$$), error_of($$SELECT generate_series('[2024-01-01,2024-02-01)'::daterange, 0)$$),
    error_of($$SELECT generate_series('[2024-01-01,2024-02-01)'::daterange, '0')$$), error_of($$SELECT generate_series('[2024-01-01,2024-02-01)'::tsrange, '0')$$);
SELECT error_of($$SELECT generate_series('[2024-01-01,2024-02-01)'::tstzrange, '0')$$), error_of($$SELECT generate_series('[2024-01-01,2024-02-01)'::tstzrange, '0', 'UTC')$$), error_of('SELECT generate_series(float8_range(1, 2), 0)'),
    error_of('SELECT generate_series(float4_range(1, 2), 0::float4)'), error_of($$SELECT generate_series('empty'::int4range, 0)$$), error_of($$SELECT generate_series(times('10:00', '11:00'), '0')$$);
SELECT error_of($$SELECT generate_series('[1,5)'::numrange, '-Infinity')$$), error_of($$SELECT generate_series(float8_range(1, 2), 'NaN')$$), error_of($$SELECT generate_series(float8_range(1, 2), '-Infinity'::float8)$$),
    error_of($$SELECT generate_series(float4_range(1, 2), 'NaN'::float4)$$), error_of($$SELECT generate_series(float4_range(1, 2), '-Infinity')$$);
-- Intervals can be infinite from PostgreSQL 17 on; before, this is the same value.
SELECT CASE WHEN current_setting('server_version_num')::int >= 170000 THEN 'infinity' ELSE '178956970 years 7 mons 2147483647 days 2562047788:00:54.775807' END AS infinite \gset
SELECT error_of(format('SELECT generate_series(%s, %L)', r, :'infinite'))
FROM (VALUES ('daterange(''2024-01-01'', ''2024-01-02'')'), ('tsrange(''2024-01-01'', ''2024-01-02'')'), ('tstzrange(''2024-01-01'', ''2024-01-02'')')) AS v (r);
-- Steps that go back, stay or turn in between, with the terms before.
SELECT error_of($$SELECT generate_series('[2024-02-01,2024-03-01)'::daterange, '1 month -29 days')$$), error_of($$SELECT generate_series('[2024-02-01,2024-04-01)'::daterange, '1 month -31 days')$$),
    error_of($$SELECT generate_series('[2024-01-31,2025-02-01)'::tsrange, '-1 month 30 days')$$), error_of($$SELECT generate_series('[2024-02-01,2025-02-01)'::tstzrange, '1 month -30 days', 'Europe/Berlin')$$);
SELECT generate_series('[2024-01-01,2024-02-01)'::daterange, '1 month -30 days') LIMIT 2;
SELECT ARRAY(SELECT generate_series('[2024-01-01,2024-12-01)'::daterange, '1 month -7 days')) AS advances, ARRAY(SELECT generate_series('[2024-01-01,2024-05-01)'::daterange, '-1 month 7 days')) AS goes_back;
-- A step too small for float8.
SELECT generate_series(float8_range(1e17, 2e17), 1);
-- Days and time of opposite sign, where a day of the zone is too short.
SELECT generate_series('[2024-03-30 12:00,2024-04-02]'::tstzrange, '1 day -23:30', 'Europe/Berlin');

-- Ranges without an end, on either side, whatever the direction.
SELECT generate_series('[1,)'::int4range);
SELECT r, error_of(format('SELECT generate_series(%s)', r)) FROM (VALUES
    ('''(,1]''::int4range, 1'), ('''(,1]''::int4range, -1'), ('''[1,)''::int8range, -1'), ('''(,)''::numrange, 1'), ('''[2024-01-01,)''::daterange, ''1 day'''), ('''(,2024-01-01)''::tsrange, ''1 day'''),
    ('''[2024-01-01,infinity]''::daterange'), ('''[-infinity,2024-01-01]''::daterange, -1'), ('''[2024-01-01,infinity)''::tsrange, ''1 h'''), ('''[-infinity,2024-01-01)''::tstzrange, ''1 month'''),
    ('''[1,Infinity)''::numrange, 1'), ('''[-Infinity,1)''::numrange, 1'), ('''[1,NaN]''::numrange, 1'), ('float8_range(1, ''Infinity''), 1'), ('float8_range(1, ''NaN''), 1'), ('float8_range(''-Infinity'', 1), -1'),
    ('float4_range(1, ''Infinity''), 1::float4'), ('''[2024-01-01,)''::tstzrange, ''1 day'', ''UTC''')) AS v (r);

-- Terms are counted from the start.
SELECT generate_series('[2024-01-31,2025-01-31]'::daterange, '1 month') AS month_ends, generate_series('[2024-01-30 12:00,2024-07-01)'::tsrange, '1 month') AS of_january_30, generate_series('[2023-01-31,2024-04-30]'::daterange, '-3 months') AS down;
SELECT ARRAY(SELECT generate_series('[2020-02-29,2029-01-01)'::daterange, '1 year')) AS leap_years, ARRAY(SELECT generate_series('[2020-02-29,2029-01-01)'::daterange, '4 years')) AS every_fourth;
SELECT ARRAY(SELECT generate_series('[1896-02-29,1912-03-01)'::daterange, '4 years')) AS "1900", ARRAY(SELECT generate_series('[2024-01-31,2024-06-01)'::daterange, '1 month -1 day')) AS mixed, ARRAY(SELECT generate_series('[2024-01-31,2024-06-01)'::daterange, '1 month 1 day')) AS mixed_up;
SELECT ARRAY(SELECT generate_series('[0002-12-31 BC,0002-03-31]'::daterange, '5 months')) AS year_zero, ARRAY(SELECT generate_series('[0005-02-29 BC,0005-01-01]'::daterange, '1 year')) AS leap_year_bc;
SELECT generate_series('[4713-12-30 06:00 BC,4712-03-30 06:00 BC]'::tsrange, '1 month') AS ts, generate_series('[4713-12-30 06:00+00 BC,4712-03-30 06:00+00 BC]'::tstzrange, '-1 month') AS tz;

-- The ends of the types.
SELECT ARRAY(SELECT generate_series(int4range(2147483640, 2147483647), 3)) AS int4, ARRAY(SELECT generate_series(int4range(-2147483648, -2147483640), -3)) AS int4_down, ARRAY(SELECT generate_series(int4range(-2147483648, 2147483647), 2147483647)) AS int4_all;
SELECT ARRAY(SELECT generate_series(int8range(9223372036854775800, 9223372036854775807), 3)) AS int8, ARRAY(SELECT generate_series(int8range(-9223372036854775808, -9223372036854775800), -3)) AS int8_down;
SELECT ARRAY(SELECT generate_series(int8range(-9223372036854775808, 9223372036854775807), 9223372036854775807)) AS int8_all, ARRAY(SELECT generate_series(int8range(-9223372036854775808, 9223372036854775807), -9223372036854775807 - 1)) AS int8_all_down;
SELECT ARRAY(SELECT generate_series(smalls(32760::int2, 32767::int2, '[]'), 3)) AS int2, ARRAY(SELECT generate_series(smalls((-32768)::int2, (-32760)::int2, '[]'), -3)) AS int2_down, ARRAY(SELECT generate_series(smalls((-32768)::int2, 32767::int2, '[]'), 40000)) AS int2_all;
SELECT ARRAY(SELECT generate_series(daterange('5874897-12-20', '5874897-12-31'), '5 days')) AS date, ARRAY(SELECT generate_series(daterange('5874897-10-31', '5874897-12-31'), '1 month')) AS date_months, ARRAY(SELECT generate_series(daterange('4714-11-24 BC', '4713-03-24 BC', '[]'), '-1 month')) AS date_down;
SELECT generate_series('[294276-12-31 23:59:59.999997,294276-12-31 23:59:59.999999]'::tsrange, '1 us') AS last, generate_series('[294276-10-31 12:00,294276-12-31 23:59:59.999999]'::tsrange, '1 month') AS months,
    generate_series('[4714-11-24 00:00 BC,4713-02-24 00:00 BC]'::tsrange, '-1 month') AS first;
SELECT generate_series('[294276-12-31 23:59:59.999997+00,294276-12-31 23:59:59.999999+00]'::tstzrange, '1 us') AS last, generate_series('[294276-12-29 12:00+00,294276-12-31 23:59:59.999999+00]'::tstzrange, '1 day') AS days,
    generate_series('[294276-10-31 12:00+00,294276-12-31 23:59:59.999999+00]'::tstzrange, '1 month', 'Asia/Tokyo') AS tokyo, generate_series('[4714-11-24 00:00+00 BC,4713-02-24 00:00+00 BC]'::tstzrange, '-1 month') AS first;
-- Where a zone is behind universal time, its last hours lie behind the type's end.
SELECT ARRAY(SELECT generate_series('[294276-10-31 23:00+00,294276-12-31 23:59:59.999999+00]'::tstzrange, '1 month', 'America/New_York'));
SET timezone = 'America/New_York';
SELECT ARRAY(SELECT generate_series('[294276-10-31 23:00+00,294276-12-31 23:59:59.999999+00]'::tstzrange, '1 month'));
SET timezone = 'UTC';
-- No step that cannot be multiplied.
SELECT ARRAY(SELECT generate_series('[2024-01-01,2024-02-01)'::tsrange, '178956970 years')) AS years, ARRAY(SELECT generate_series('[2024-01-01,2024-02-01)'::tsrange, '-2147483648 days')) AS days, ARRAY(SELECT generate_series('[2024-01-01,2024-02-01)'::daterange, 9223372036854775807)) AS bigint,
    ARRAY(SELECT generate_series('[1,5)'::int4range, -9223372036854775807 - 1)) AS int4;

-- Times stop at midnight.
SELECT ARRAY(SELECT generate_series(times('10:00', '24:00', '[]'), '5 hours')) AS stops, ARRAY(SELECT generate_series(times('14:00', '24:00', '[]'), '5 hours')) AS ends, ARRAY(SELECT generate_series(times('00:00', '23:00', '[]'), '-5 hours')) AS down,
    ARRAY(SELECT generate_series(times('22:00', '23:59:59.999999', '[]'), interval '1 h')) AS late, ARRAY(SELECT generate_series(times('10:00', '11:00'), '1 day')) AS day;
SELECT error_of($$SELECT generate_series(times('10:00', '11:00'), '1 month')$$);

SELECT ARRAY(SELECT generate_series(offset_times('22:00+02', '23:00-05', '[]'), '45 min')) AS stops, ARRAY(SELECT generate_series(offset_times('22:00+02', '24:00+02', '[]'), '1 h')) AS ends, ARRAY(SELECT generate_series(offset_times('00:20-01', '02:00-01'), '-30 min')) AS down,
    ARRAY(SELECT generate_series(offset_times('22:00+02', '23:00+02', '()'), '30 min')) AS open, ARRAY(SELECT generate_series(offset_times('22:00+02', '23:00+02'), '25 hours')) AS day;
SELECT error_of($$SELECT generate_series(offset_times('10:00+00', '11:00+00'), '1 month')$$), error_of($$SELECT generate_series(offset_times('10:00+00', '11:00+00'), '0')$$);

-- Time zones: the session's, and one that is named.
SET timezone = 'Europe/Berlin';
SELECT generate_series('[2024-03-30 02:30,2024-04-02)'::tstzrange, '1 day') AS spring, generate_series('[2024-10-26 02:30,2024-10-29)'::tstzrange, '1 day') AS autumn, generate_series('[2024-03-31 00:00,2024-03-31 06:00)'::tstzrange, '1 hour') AS hours,
    generate_series('[2024-01-31 00:00,2024-06-01 00:00)'::tstzrange, '1 month') AS months;
SELECT generate_series('[2024-10-27 00:00,2024-10-27 04:00)'::tstzrange, '1 hour') AS hours, generate_series('[2024-03-28 12:00,2024-04-02)'::tstzrange, '1 day 1 hour') AS days_and_hours, generate_series('[2024-03-29 12:00,2024-04-01 12:00]'::tstzrange, '-1 day') AS down;
SET timezone = 'UTC';
SELECT generate_series('[2024-03-30 01:30,2024-04-02)'::tstzrange, '1 day') AS utc, generate_series('[2024-03-30 01:30,2024-04-02)'::tstzrange, '1 day', 'Europe/Berlin') AS berlin, generate_series('[2024-03-09 17:00,2024-03-13)'::tstzrange, '1 day', 'America/New_York') AS new_york,
    generate_series('[2024-10-05 14:00,2024-10-09)'::tstzrange, '1 day', 'Australia/Lord_Howe') AS lord_howe;
SELECT generate_series('[2023-12-30 23:00,2024-06-01)'::tstzrange, '1 month', 'Europe/Berlin') AS month_ends, generate_series('[2024-03-28 11:00,2024-04-02)'::tstzrange, '1 day 1 hour', 'Europe/Berlin') AS days_and_hours,
    generate_series('[2024-03-29 11:00,2024-04-01 10:00]'::tstzrange, '-1 day', 'Europe/Berlin') AS down, generate_series('[2024-03-31 00:00,2024-03-31 04:00)'::tstzrange, '1 hour', 'Europe/Berlin') AS hours, generate_series('[2024-03-31 00:00,2024-04-03)'::tstzrange, '1 day', '+05:30') AS "offset";
-- Zones that skip a day, which is then no term: Samoa had no 30 December 2011, Kwajalein no 21 August 1993
-- (tz database, file australasia). Across decades: the civil times of each day, as core reads them, once each.
SELECT bounds, step, ARRAY(SELECT t AT TIME ZONE 'Pacific/Apia' FROM generate_series(tstzrange('2011-12-29 22:00', '2012-01-01 22:00', bounds), step, 'Pacific/Apia') AS t)
FROM unnest('{[],()}'::text[]) AS bounds, unnest('{1 day,-1 day}'::interval[]) AS step;
SELECT t AT TIME ZONE 'Pacific/Kwajalein' AS kwajalein FROM generate_series('[1993-07-22 00:30,1993-11-01]'::tstzrange, '1 month', 'Pacific/Kwajalein') AS t;
SELECT t AT TIME ZONE 'Pacific/Kwajalein' AS kwajalein FROM generate_series('[1993-08-20 00:30,1993-08-24]'::tstzrange, '1 day', 'Pacific/Kwajalein') AS t;
CREATE TABLE zone_day (zone text, day int, at timestamptz);
INSERT INTO zone_day SELECT name, n, (timestamp '1970-01-02 12:00' + n * interval '1 day') AT TIME ZONE name FROM pg_timezone_names, generate_series(0, 20000) AS n
WHERE name IN ('Pacific/Apia', 'Pacific/Kwajalein', 'Pacific/Kiritimati', 'Pacific/Fakaofo', 'Asia/Manila', 'Africa/Monrovia', 'Europe/Berlin');
SELECT zone, count(*) AS terms, days - count(*) AS skipped, bool_and(ours.at = core.at) AS same
FROM (SELECT zone, count(*) AS days, tstzrange(min(at), max(at), '[]') AS r FROM zone_day GROUP BY zone) AS z,
    LATERAL (SELECT at, row_number() OVER (ORDER BY at) AS n FROM (SELECT DISTINCT at FROM zone_day AS d WHERE d.zone = z.zone) AS d) AS core
    FULL JOIN LATERAL generate_series(r, '1 day', zone) WITH ORDINALITY AS ours (at, n) USING (n)
GROUP BY zone, days ORDER BY zone COLLATE "C";
-- A session's zone is the zone, whatever abbreviation has the same name.
SET timezone = 'CET';
SELECT generate_series('[2024-03-30 12:00,2024-04-01 12:00]'::tstzrange, '1 day') AS ours, generate_series(timestamptz '2024-03-30 12:00', '2024-04-01 12:00', '1 day') AS core;
SET timezone = 'UTC';
-- Abbreviations: of one offset, and of one that changed over time; a zone of one's own.
SELECT t AS pdt FROM generate_series('[2024-03-09 12:00,2024-03-11 12:00]'::tstzrange, '1 day', 'PDT') AS t;
SELECT t AS moscow FROM generate_series('[2011-03-25 12:00,2011-03-28 12:00]'::tstzrange, '1 day', 'MSK') AS t;
SELECT t AS own FROM generate_series('[2024-03-09 12:00,2024-03-11 12:00]'::tstzrange, '1 day', 'XST-1XDT,M3.2.0,M11.1.0') AS t;
-- The hour that comes twice: the start is what it is; later terms take the second one, as core does.
SELECT generate_series('[2024-10-27 00:30,2024-10-30)'::tstzrange, '1 day', 'Europe/Berlin') AS first, generate_series('[2024-10-27 01:30,2024-10-30)'::tstzrange, '1 day', 'Europe/Berlin') AS second, generate_series('[2024-10-25 00:30,2024-10-29)'::tstzrange, '1 day', 'Europe/Berlin') AS on_the_way;
SELECT generate_series('[2024-01-01,2024-02-01)'::tstzrange, '1 month', 'Nowhere/City');
SELECT error_of($$SELECT generate_series('[2024-01-01,2024-02-01)'::tstzrange, '1 hour', 'Nowhere/City')$$), error_of($$SELECT generate_series('[2024-01-01,2024-02-01)'::tstzrange, '1 day', '')$$);
SELECT generate_series(timezone => 'Europe/Berlin', step => '1 day', value => '[2024-10-26 22:00,2024-10-29)'::tstzrange) AS by_name;

-- Numeric: any scale, any size.
SELECT ARRAY(SELECT generate_series('[0,1]'::numrange, 0.25)), ARRAY(SELECT generate_series('[1.00,2.0]'::numrange, 0.5)), ARRAY(SELECT generate_series('[1,1.1]'::numrange, 0.050)), ARRAY(SELECT generate_series('[2.000,1e1]'::numrange, 4)), ARRAY(SELECT generate_series('(0,1)'::numrange, -0.40));
SELECT ARRAY(SELECT generate_series(numrange(1e-40, 3.5e-40), 1e-40)) AS small, ARRAY(SELECT length(n::text) || right(n::text, 3) FROM generate_series(numrange(1e400, 1e400 + 3, '[]'), 1) AS n) AS large;
SELECT ARRAY(SELECT generate_series('[99999999999999999998,100000000000000000002]'::numrange, 1)) AS "across 10^20", ARRAY(SELECT generate_series('[999999999999999997,1000000000000000001]'::numrange, 1)) AS "10^18", ARRAY(SELECT generate_series('[9223372036854775806,9223372036854775809]'::numrange, 1)) AS int8,
    ARRAY(SELECT generate_series('[-0.000000000000000002,0.000000000000000003]'::numrange, 0.000000000000000002)) AS "10^-18";
SELECT count(*), max(n), sum(n) FROM generate_series('[0,1000]'::numrange, 0.01) AS n;
-- A bound with more digits than anchor and step.
SELECT ARRAY(SELECT generate_series('[1,2.99999999999999999999999]'::numrange, 1)) AS up, ARRAY(SELECT generate_series('(1.00000000000000000000001,3]'::numrange, -1)) AS down, ARRAY(SELECT generate_series('(1.5,3]'::numrange, -0.5)) AS scaled, ARRAY(SELECT generate_series('[1,2.05)'::numrange, 0.5)) AS scaled_up;

-- Floats do not drift.
SELECT ARRAY(SELECT generate_series(float8_range(0, 1, '[]'), 0.1)) AS float8, ARRAY(SELECT generate_series(float8_range(0, 1), '0.25')) AS untyped, ARRAY(SELECT generate_series(float8_range(0, 5), 2::smallint)) AS smallint, ARRAY(SELECT generate_series(float8_range(-1e308, 1.7e308, '[]'), 1e308)) AS large;
SELECT count(*), max(x), count(*) FILTER (WHERE x <> (n - 1) * 0.1::float8) AS different FROM generate_series(float8_range(0, 100000, '[]'), 0.1) WITH ORDINALITY AS s (x, n);
SELECT ARRAY(SELECT generate_series(float4_range(0, 1, '[]'), 0.1::float4)) AS float4, ARRAY(SELECT generate_series(float4_range(0, 1, '[]'), '0.25')) AS untyped, ARRAY(SELECT generate_series(float4_range(0, 1, '[]'), -0.5)) AS numeric;

-- Types of users.
SELECT ARRAY(SELECT generate_series(smalls(1::int2, 10::int2), 4)) AS int2, ARRAY(SELECT generate_series(smalls(1::int2, 10::int2), 4::smallint)) AS int2_smallint, ARRAY(SELECT generate_series(smalls(1::int2, 10::int2), '4')) AS int2_untyped,
    ARRAY(SELECT generate_series(percents(0, 100, '[]'), 30)) AS domain, ARRAY(SELECT generate_series(percents(0, 100, '[]'), '-30')) AS domain_down;
SELECT ARRAY(SELECT generate_series(birthdays('2024-01-31', '2024-04-30', '[]'), '1 month')) AS dates, ARRAY(SELECT generate_series(birthdays('2024-01-31', '2024-02-10'), 4)) AS days, ARRAY(SELECT generate_series(moments('2024-01-31', '2024-05-01'), '1 month')) AS timestamps;
SELECT ARRAY(SELECT generate_series(addresses('10.0.0.250', '10.0.1.5'), 4)) AS inet, ARRAY(SELECT generate_series(addresses('10.0.0.250', '10.0.1.5'), 4::bigint)) AS bigint, ARRAY(SELECT generate_series(addresses('10.0.0.250', '10.0.1.5'), '-4')) AS down, ARRAY(SELECT generate_series(addresses('2001:db8::ffff', '2001:db8::1:2', '[]'), 1)) AS inet6;
SELECT ARRAY(SELECT generate_series(positions('0/0', '0/20'), 7::numeric)) AS lsn, ARRAY(SELECT generate_series(intervals('1 day', '100 days'), '1 month')) AS interval;
SELECT ARRAY(SELECT generate_series(positions('0/0', '0/20'), 7)) AS lsn_integer, ARRAY(SELECT generate_series(positions('0/0', '0/3'), 1.4)) AS lsn_fraction, ARRAY(SELECT generate_series(sums(1::money, 2::money), '0.40')::numeric) AS money, ARRAY(SELECT generate_series(sums(1::money, 9::money), 4)::numeric) AS money_integer,
    ARRAY(SELECT generate_series(addresses('10.0.0.254/8', '10.0.1.3/8'), 2)) AS netmask;
-- To the last value of these types, and down to the first.
SELECT ARRAY(SELECT generate_series(addresses('255.255.255.250', '255.255.255.255', '[]'), 2)) AS inet, ARRAY(SELECT generate_series(addresses('0.0.0.0', '0.0.0.5', '[]'), -2)) AS down, ARRAY(SELECT generate_series(addresses('ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffd', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '[]'), 2)) AS inet6,
    ARRAY(SELECT generate_series(addresses('::', '::5'), -3)) AS inet6_down, ARRAY(SELECT generate_series(addresses('10.0.0.0', '::1'), 2000000000)) AS family;
SELECT ARRAY(SELECT generate_series(positions('FFFFFFFF/FFFFFFF0', 'FFFFFFFF/FFFFFFFF', '[]'), 7)) AS lsn, ARRAY(SELECT generate_series(positions('0/0', '0/F', '[]'), -7)) AS down,
    ARRAY(SELECT generate_series(sums('92233720368547758.00', '92233720368547758.07', '[]'), '0.03')::numeric) AS money, ARRAY(SELECT generate_series(sums('-92233720368547758.08', '-92233720368547758.00', '[]'), '-0.03')::numeric) AS money_down;
SELECT error_of($$SELECT generate_series(positions('0/0', '0/F'), 0)$$), error_of($$SELECT generate_series(addresses('::', '::5'), 0)$$), error_of($$SELECT generate_series(positions('0/0', '0/F'), 'NaN')$$), error_of($$SELECT generate_series(positions('0/0', '0/F'), '1 month')$$);
SELECT error_of($$SELECT generate_series(letters('a', 'b'), 1)$$), error_of($$SELECT generate_series('[1,5)'::int4range, interval '1 day')$$), error_of($$SELECT generate_series('[1,5)'::int4range, date '2024-01-01')$$), error_of($$SELECT generate_series('[2024-01-01,2024-02-01)'::tsrange, 5)$$),
    error_of($$SELECT generate_series('[1,5)'::int4range, 'x')$$), error_of($$SELECT generate_series('[2024-01-01,2024-02-01)'::daterange, '5')$$);
SELECT generate_series(letters('a', 'b'), 1);
-- Terms belong to the domain, whatever its base type; what lies behind the range need not.
CREATE DOMAIN share AS numeric CHECK (VALUE BETWEEN 0 AND 1);
CREATE TYPE shares AS RANGE (subtype = share);
CREATE DOMAIN workday AS date CHECK (extract(isodow FROM VALUE) < 6);
CREATE TYPE workdays AS RANGE (subtype = workday);
CREATE DOMAIN even AS float8 CHECK (VALUE = 2 * trunc(VALUE / 2));
CREATE TYPE evens AS RANGE (subtype = even);
CREATE DOMAIN noon AS timestamptz CHECK (VALUE::time = '12:00');
CREATE TYPE noons AS RANGE (subtype = noon);
CREATE DOMAIN host AS inet CHECK (host(VALUE) <> '10.0.0.2');
CREATE TYPE hosts AS RANGE (subtype = host);
SELECT ARRAY(SELECT generate_series(shares(0, 1, '[]'), 0.4)) AS numeric, ARRAY(SELECT generate_series(shares(0, 1, '[]'), 0.4e-20) LIMIT 2) AS digits, ARRAY(SELECT generate_series(workdays('2024-02-01', '2024-05-31'), '2 months')) AS months, ARRAY(SELECT generate_series(evens(0, 6), 4)) AS float8,
    ARRAY(SELECT generate_series(noons('2024-02-01 12:00', '2024-04-05 12:00'), '1 month')) AS zoned, ARRAY(SELECT generate_series(hosts('10.0.0.1', '10.0.0.8'), 3)) AS inet;
SELECT ARRAY(SELECT d::workday FROM generate_series(date '2024-02-01', '2024-03-01', '1 month') AS d) AS core, error_of($$SELECT (date '2024-03-02')::workday$$) AS "core's error";
SELECT error_of($$SELECT generate_series(workdays('2024-02-01', '2024-06-05'), '1 month 1 day')$$), error_of($$SELECT generate_series(workdays('2024-02-01', '2024-06-05'), 1)$$), error_of('SELECT generate_series(evens(0, 6), 3)'),
    error_of($$SELECT generate_series(noons('2024-02-01 12:00', '2024-04-05 12:00'), '1 day 1 h')$$), error_of($$SELECT generate_series(hosts('10.0.0.1', '10.0.0.8'), 1)$$);
-- A subtype whose + lives in a schema that is not in the search path.
CREATE SCHEMA elsewhere;
CREATE TYPE elsewhere.mark AS (n int);
CREATE FUNCTION elsewhere.plus(elsewhere.mark, int) RETURNS elsewhere.mark LANGUAGE sql IMMUTABLE AS 'SELECT ROW(($1).n + $2)::elsewhere.mark';
CREATE TYPE series.marks AS RANGE (subtype = elsewhere.mark);
SELECT error_of('SELECT generate_series(marks(ROW(1), ROW(9)), 3)') AS not_yet;
CREATE OPERATOR elsewhere.+ (FUNCTION = elsewhere.plus, LEFTARG = elsewhere.mark, RIGHTARG = int);
-- A scale that has its own + towards integers, and none in pg_catalog.
CREATE TYPE elsewhere.grade AS ENUM ('low', 'middle', 'high', 'top');
CREATE FUNCTION elsewhere.up(elsewhere.grade, int) RETURNS elsewhere.grade LANGUAGE sql IMMUTABLE AS
    $$SELECT (enum_range(NULL::elsewhere.grade))[least(4, greatest(1, $2 + array_position(enum_range(NULL::elsewhere.grade), $1)))]$$;
CREATE OPERATOR elsewhere.+ (FUNCTION = elsewhere.up, LEFTARG = elsewhere.grade, RIGHTARG = int);
CREATE TYPE series.grades AS RANGE (subtype = elsewhere.grade);
-- A scale that fails at its ends: counting down does not look below.
CREATE TYPE elsewhere.level AS (n int);
CREATE FUNCTION elsewhere.moved(elsewhere.level, int) RETURNS elsewhere.level LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF ($1).n + $2 NOT BETWEEN 0 AND 9 THEN RAISE 'no level %', ($1).n + $2; END IF;
    RETURN ROW(($1).n + $2)::elsewhere.level;
END $$;
CREATE OPERATOR elsewhere.+ (FUNCTION = elsewhere.moved, LEFTARG = elsewhere.level, RIGHTARG = int);
CREATE TYPE series.levels AS RANGE (subtype = elsewhere.level);
SELECT ARRAY(SELECT generate_series(levels(ROW(0), ROW(5)), 3)) AS up, ARRAY(SELECT generate_series(levels(ROW(4), ROW(9), '[]'), -3)) AS down;
SELECT error_of('SELECT generate_series(levels(ROW(4), ROW(9)), 3)') AS "its error";
SET search_path = '';
SELECT ARRAY(SELECT public.generate_series(series.marks(ROW(1), ROW(9)), 3)) AS up, ARRAY(SELECT public.generate_series(series.marks(ROW(1), ROW(9), '[]'), -3)) AS down, ARRAY(SELECT public.generate_series('[1,5)'::int4range, 3::smallint)) AS small,
    ARRAY(SELECT public.generate_series('[1,3)'::int4range)) AS elements, ARRAY(SELECT public.generate_series('[2024-01-31,2024-03-01)'::daterange, '1 month')) AS dates, ARRAY(SELECT public.generate_series(series.float8_range(0, 1), 0.5)) AS floats;
SELECT ARRAY(SELECT public.generate_series(series.grades('low', 'top'), 1)) AS grades, ARRAY(SELECT public.generate_series(series.grades('low', 'top'), 2)) AS every_other;
SET search_path = series, public;
-- An operator that stays where it is at the end of its type: an error, no loop.
SELECT generate_series(grades('low', 'top', '[]'), 1) LIMIT 4;
SELECT error_of($$SELECT count(*) FROM generate_series(grades('low', 'top', '[]'), 1)$$), error_of('SELECT generate_series(marks(ROW(1), ROW(9)), 0)');

-- One series for each row: columns as ranges and steps.
SELECT id, array_agg(x ORDER BY n) FROM (VALUES (1, int4range(1, 6), 2), (2, int4range(1, 6), -2), (3, 'empty', 1), (4, NULL, 1), (5, int4range(1, 6), NULL), (6, int4range(3, 4), 9)) AS v (id, r, s)
    LEFT JOIN LATERAL generate_series(r, s) WITH ORDINALITY AS g (x, n) ON true GROUP BY id ORDER BY id;
SELECT id, array_agg(x ORDER BY n) FROM (VALUES (1, '[2024-01-31,2024-05-01)'::daterange, interval '1 month'), (2, '[2024-01-31,2024-02-08)', '2 days'), (3, '[2024-01-31,2024-05-01)', '-1 month')) AS v (id, r, s),
    LATERAL generate_series(r, s) WITH ORDINALITY AS g (x, n) GROUP BY id ORDER BY id;
SELECT z, array_agg(x ORDER BY n) FROM (VALUES ('UTC'), ('Europe/Berlin'), ('America/New_York')) AS v (z), LATERAL generate_series('[2024-03-30 12:00,2024-04-01 12:00]'::tstzrange, '1 day', z) WITH ORDINALITY AS g (x, n) GROUP BY z ORDER BY z;
SELECT id, ARRAY(SELECT generate_series(numrange(0, id), id / 2.0)), ARRAY(SELECT generate_series(float8_range(0, id), id / 2::float8)), ARRAY(SELECT generate_series(marks(ROW(0), ROW(id)), id)) FROM generate_series(1, 3) AS id;
SELECT generate_series(r, 2), generate_series(r) AS all FROM (VALUES (int4range(1, 5)), (int4range(7, 9))) AS v (r);
CREATE FUNCTION terms(r anyrange, step anycompatible) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT string_agg(x::text, ' ') FROM generate_series(r, step) AS x); END $$;
SELECT terms('[1,9)'::int4range, 3), terms('[2024-01-31,2024-02-04)'::daterange, 3), terms('[2024-01-31,2024-04-02)'::daterange, interval '1 month'), terms(float8_range(1, 2), 0.5::float8), terms('[1,9)'::int4range, 3::smallint), terms('[1,9)'::numrange, 3);
-- Two at once, stopped early, and started again.
SELECT a, b FROM generate_series('[1,3]'::int4range) AS a, generate_series('[10,30]'::numrange, 10 * a) AS b;
SELECT count(*) FROM (SELECT generate_series('[1,1000000]'::int4range) AS x) AS s WHERE x % 2 = 0;
SELECT id, (SELECT generate_series(numrange(id, 1000000), 0.5) LIMIT 1 OFFSET 2) FROM generate_series(1, 3) AS id;

SET client_min_messages = warning;
DROP SCHEMA series CASCADE;
DROP SCHEMA elsewhere CASCADE;
