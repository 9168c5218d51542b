-- Months, years and days, with time zones and without, against what dateutil and zoneinfo say: the
-- table of tests/series_calendar, which says how it was made.
SET datestyle = ISO;
SET timezone = 'UTC';
SET intervalstyle = postgres;
CREATE SCHEMA calendar;
SET search_path = calendar, public;
\getenv abs_srcdir PG_ABS_SRCDIR
\set table :abs_srcdir '/../series_calendar/expected.sql'
\set ECHO none
\i :table
\set ECHO all
SELECT count(*) AS rows, count(DISTINCT zone) AS zones, count(DISTINCT step) AS steps FROM expected;

-- The series over the range of the terms, and the pieces that begin with them, as text.
CREATE FUNCTION found(of expected, OUT terms text[], OUT pieces text[]) LANGUAGE plpgsql AS $$
DECLARE
    type text := CASE of.zone WHEN 'date' THEN 'date' WHEN 'timestamp' THEN 'ts' ELSE 'tstz' END;
    first text := of.terms[1];
    last text := of.terms[array_upper(of.terms, 1)];
    zone text := CASE WHEN type = 'tstz' THEN format(', %L', of.zone) ELSE '' END;
    down boolean := of.step < interval '0';
BEGIN
    EXECUTE format('SELECT ARRAY(SELECT generate_series(%srange(%L, %L, ''[]''), %L%s)::text)', type,
        CASE WHEN down THEN last ELSE first END, CASE WHEN down THEN first ELSE last END, of.step, zone) INTO terms;
    IF NOT down THEN
        EXECUTE format('SELECT array_agg(lower(p)::text ORDER BY n) || max(upper(p))::text FROM generate_range_series(%srange(%L, %L), %L%s) WITH ORDINALITY AS s (p, n)',
            type, first, last, of.step, CASE WHEN type = 'tstz' THEN format(', %L, ''clip''%s', of.step, zone) ELSE '' END) INTO pieces;
    END IF;
END $$;
SELECT n, e.zone, step, wanted, (f).terms, (f).pieces
FROM (SELECT e, found(e) AS f, CASE zone WHEN 'date' THEN terms WHEN 'timestamp' THEN terms::timestamp[]::text[] ELSE terms::timestamptz[]::text[] END AS wanted FROM expected AS e) AS s, expected AS e
WHERE e.n = (s.e).n AND ((f).terms IS DISTINCT FROM wanted OR (f).pieces IS DISTINCT FROM CASE WHEN step > interval '0' THEN wanted END)
ORDER BY n;

-- The same with the session's time zone.
CREATE FUNCTION found_in_session(of expected) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    first timestamptz := of.terms[1] || '+00';
    last timestamptz := of.terms[array_upper(of.terms, 1)] || '+00';
    found text[];
BEGIN
    PERFORM set_config('timezone', of.zone, true);
    found := ARRAY(SELECT to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') FROM generate_series(tstzrange(least(first, last), greatest(first, last), '[]'), of.step) AS t);
    PERFORM set_config('timezone', 'UTC', true);
    RETURN found;
END $$;
SELECT n, zone, step, terms AS wanted, found_in_session(e) AS found FROM expected AS e
WHERE zone NOT IN ('date', 'timestamp') AND found_in_session(e) IS DISTINCT FROM terms ORDER BY n;

SET client_min_messages = warning;
DROP SCHEMA calendar CASCADE;
