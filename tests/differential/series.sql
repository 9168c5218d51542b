-- Series over random ranges against core's generate_series, and against `lower + k * step` in SQL.
--
--   psql -X -v ON_ERROR_STOP=1 -v rounds=N -f series.sql
\set ON_ERROR_STOP on
\set QUIET on
\pset pager off
SET client_min_messages = notice;
SET datestyle = ISO;
SET intervalstyle = postgres;
SET timezone = 'UTC';
SET jit = off;
SELECT set_config('rangerank_test.rounds', :'rounds', false) AS rounds \gset test_

\ir include/addresses.psql
CREATE TYPE float8_range AS RANGE (subtype = float8);
CREATE TYPE int2_range AS RANGE (subtype = int2);
CREATE TYPE time_range AS RANGE (subtype = time);
CREATE TYPE timetz_range AS RANGE (subtype = timetz);
CREATE TYPE inet_range AS RANGE (subtype = inet);
CREATE TYPE lsn_range AS RANGE (subtype = pg_lsn);
CREATE DOMAIN positive AS int4 CHECK (VALUE >= 0);
CREATE TYPE positive_range AS RANGE (subtype = positive);
CREATE DOMAIN birthday AS date;
CREATE TYPE birthday_range AS RANGE (subtype = birthday);

-- Core adds an interval in the session's zone; these are sessions in other zones.
CREATE FUNCTION in_berlin(timestamptz, interval) RETURNS timestamptz LANGUAGE plpgsql STABLE SET timezone = 'Europe/Berlin' AS 'BEGIN RETURN $1 + $2; END';
CREATE FUNCTION in_lord_howe(timestamptz, interval) RETURNS timestamptz LANGUAGE plpgsql STABLE SET timezone = 'Australia/Lord_Howe' AS 'BEGIN RETURN $1 + $2; END';

CREATE FUNCTION in_apia(timestamptz, interval) RETURNS timestamptz LANGUAGE plpgsql STABLE SET timezone = 'Pacific/Apia' AS 'BEGIN RETURN $1 + $2; END';

-- value: the bound for n in 0..70 and base in 0..2. step, over m in 1..80. A range has less than 120
-- terms. wide: a sum of a bound and an offset, in a type that does not overflow, and narrow: from it
-- to the subtype. last: the last element of a discrete range. core: core's generate_series has the
-- elements. windows: `lower + (k * step + span)` does not round. zone: the last argument.
CREATE TABLE kind (
    name text PRIMARY KEY, type regtype NOT NULL, value text NOT NULL, step text NOT NULL,
    wide text NOT NULL DEFAULT '%s + %s', narrow text NOT NULL DEFAULT '%s', bound text NOT NULL DEFAULT '%s',
    last text NOT NULL DEFAULT 'upper(r)', core boolean NOT NULL DEFAULT false, windows boolean NOT NULL DEFAULT true,
    -- Windows may go beyond the range without leaving the type.
    keep boolean NOT NULL DEFAULT true, zone text,
    -- Behind what a range that includes its upper bound has as a whole: for a closed type the next value.
    more text NOT NULL DEFAULT '',
    -- Fewer where the oracle is slow.
    cases int NOT NULL DEFAULT 300
);
INSERT INTO kind (name, type, value, step, wide, narrow, bound, last, core, keep) VALUES
    ('int4', 'int4range', '((ARRAY[-2147483648, -35, 2147483576])[1 + base] + n)::int4', 'm::int4', '%s::numeric + %s', '(%s)::int4', '%s::numeric', 'upper(r) - 1', true, false),
    ('int4, smallint steps', 'int4range', '(n * 100 - 3500)::int4', '(m * 100)::int2', '%s::numeric + %s', '(%s)::int4', '%s::numeric', 'upper(r) - 1', false, true),
    ('int8', 'int8range', '((ARRAY[-9223372036854775808, 4294967290, 9223372036854775736])[1 + base] + n)::int8', 'm::int8', '%s::numeric + %s', '(%s)::int8', '%s::numeric', 'upper(r) - 1', true, false),
    ('int8, integer steps', 'int8range', 'n::int8 - 35', 'm::int4', '%s::numeric + %s', '(%s)::int8', '%s::numeric', 'upper(r) - 1', true, true),
    ('int2', 'int2_range', '((ARRAY[-32768, -35, 32697])[1 + base] + n)::int2', 'm::int4', '%s::numeric + %s', '(%s)::int2', '%s::numeric', 'upper(r)', false, false),
    ('domain over int4', 'positive_range', 'n::positive', 'm::int4', '%s::int4 + %s', '(%s)::positive', '%s', 'upper(r)', false, true);
INSERT INTO kind (name, type, value, step, core) VALUES
    ('numeric', 'numrange', $$round(n / 8.0, 3 + base)$$, $$round(m / 8.0, 3 + base)$$, true),
    ('numeric, one scale', 'numrange', '((n - 35) * 0.01)::numeric', '(m * 0.010)::numeric', true),
    ('numeric, large', 'numrange', $$(1e17 + base * 9e17 + n)::numeric$$, 'm::numeric', true),
    ('numeric, small', 'numrange', '((n - 35) * 1e-18)::numeric', $$(m * (ARRAY[1e-18, 1e-20, 1e-17])[1 + base])::numeric * CASE base WHEN 1 THEN 100 ELSE 1 END$$, true),
    ('numeric, integer steps', 'numrange', '(n - 35.50)::numeric', 'm::int4', true),
    ('timestamp, hours', 'tsrange', $$timestamp '1999-12-31 12:34:56.789' + n * interval '10 hours 0.000001 s'$$, $$m * interval '11 hours 7 s'$$, true),
    ('timestamp, days', 'tsrange', $$timestamp '0002-12-01 BC' + n * interval '1 day 1 hour'$$, $$m * interval '1 day 2 hours'$$, true),
    ('timestamptz, hours', 'tstzrange', $$timestamptz '2024-03-30 21:00' + n * interval '7 min'$$, $$m * interval '7 min 1 us'$$, true);
INSERT INTO kind (name, type, value, step, wide, narrow, bound, last) VALUES
    ('date, days', 'daterange', $$date '2024-02-20' + n - 700000 * base$$, 'm::int4', '%s + (%s)::int4', '%s', '%s', 'upper(r) - 1'),
    ('date, bigint days', 'daterange', $$date '2024-02-20' + n - 700000 * base$$, 'm::int8', '%s + (%s)::int4', '%s', '%s', 'upper(r) - 1'),
    ('date, intervals of days', 'daterange', $$date '2024-02-20' + n * 3$$, 'make_interval(days => m + 2, hours => 24 * (m % 3))', '(%s + (%s))::date', '%s', '%s', 'upper(r) - 1'),
    ('date, months', 'daterange', $$date '2020-01-31' + n * 27 - 700000 * base$$, 'make_interval(months => 1 + m % 14, days => CASE WHEN m % 2 = 0 THEN m % 9 ELSE 0 END)', '(%s + (%s))::date', '%s', '%s', 'upper(r) - 1'),
    ('domain over date, months', 'birthday_range', $$(date '2020-01-31' + n * 27)::birthday$$, 'make_interval(months => 1 + m % 14)', '(%s::date + (%s))::date', '(%s)::birthday', '%s', 'upper(r)'),
    ('timestamp, months', 'tsrange', $$timestamp '2020-01-31 23:30' + n * interval '27 days 5 min' - 700000 * base * interval '1 day'$$, 'make_interval(months => 1 + m % 14, days => m % 4, secs => m % 3)', '%s + (%s)', '%s', '%s', 'upper(r)'),
    ('inet', 'inet_range', $$(ARRAY['10.0.0.200', '2001:db8::ffe0', '192.0.2.1']::inet[])[1 + base] + n$$, 'm::int8', '%s + (%s)', '%s', '%s', 'upper(r)'),
    ('pg_lsn', 'lsn_range', $$'1/FFFFFFE0'::pg_lsn + n::numeric$$, 'm::numeric', '%s + (%s)::numeric', '%s', '%s', 'upper(r)');
-- More than a bigint; and the line of both families: around the place where they meet, far apart, at its
-- end.
INSERT INTO kind (name, type, value, step, wide, narrow, bound, keep, more, cases) VALUES
    ('inet, 128 bits', 'inet_range', $$address_at(4294967296 + n * 3e36::numeric)$$, '(m * 4e36)::numeric', 'address_number(%s) + (%s)', 'address_at(%s)', 'address_number(%s)', false, '', 120),
    ('inetrange', 'inetrange', $$address_at((ARRAY[4294967296 - 35, 0, 4294967296 - 35 + 2::numeric ^ 100])[1 + base] + n)$$, 'm::numeric', 'address_number(%s) + (%s)', 'address_at(%s)', 'address_number(%s)', true, ' + 1', 120),
    ('inetrange, integer steps', 'inetrange', 'address_at(4294967255 + n)', 'm', 'address_number(%s) + (%s)', 'address_at(%s)', 'address_number(%s)', true, ' + 1', 120),
    ('inetrange, 128 bits', 'inetrange', $$address_at(4294967296 - 35 + n * 3e36::numeric)$$, '(m * 4e36)::numeric', 'address_number(%s) + (%s)', 'address_at(%s)', 'address_number(%s)', false, ' + 1', 120),
    ('inetrange, the end', 'inetrange', $$address_at(2::numeric ^ 128 + 4294967296 - 71 + n)$$, 'm::numeric', 'address_number(%s) + (%s)', 'address_at(%s)', 'address_number(%s)', false, ' + 1', 120);
-- Core's time wraps at midnight.
INSERT INTO kind (name, type, value, step, wide, narrow, bound, keep) VALUES
    ('time', 'time_range', $$(n * interval '20.5 min' + interval '5 min')::text::time$$, $$m * interval '21 min'$$, '%s::interval + (%s)', '(%s)::text::time', '%s::interval', false);
INSERT INTO kind (name, type, value, step, wide, narrow, bound, keep) VALUES
    ('timetz', 'timetz_range', $$((n * interval '20.5 min' + interval '5 min')::text || '+01')::timetz$$, $$m * interval '21 min'$$, '%s::time::interval + (%s)', $$((%s)::text || '+01')::timetz$$, '%s::time::interval', false),
    ('inet, the end of IPv4', 'inet_range', $$inet '255.255.255.185' + n$$, 'm::int8', $$%s - inet '0.0.0.0' + (%s)$$, $$inet '0.0.0.0' + (%s)$$, $$%s - inet '0.0.0.0'$$, false),
    ('pg_lsn, the ends', 'lsn_range', $$(ARRAY['0/0', 'FFFFFFFF/FFFFFFB9', '0/FFFFFFF0'])[1 + base]::pg_lsn + n::numeric$$, 'm::numeric', $$%s - pg_lsn '0/0' + (%s)::numeric$$, $$pg_lsn '0/0' + (%s)::numeric$$, $$%s - pg_lsn '0/0'$$, false);
-- Months or days, not both: between them core looks at the clock.
INSERT INTO kind (name, type, value, step, wide, zone) VALUES
    ('timestamptz, session in UTC', 'tstzrange', $$timestamptz '2023-10-20 00:30+00' + n * interval '1 day 30 min'$$, 'CASE WHEN m % 3 = 0 THEN make_interval(months => m / 3) ELSE make_interval(days => m + 1, mins => m % 4 * 15) END', '%s + (%s)', NULL),
    ('timestamptz, Berlin', 'tstzrange', $$timestamptz '2023-10-20 00:30+00' + n * interval '1 day 30 min'$$, 'CASE WHEN m % 3 = 0 THEN make_interval(months => m / 3) ELSE make_interval(days => m + 1, mins => m % 4 * 15) END', 'in_berlin(%s, %s)', 'Europe/Berlin'),
    ('timestamptz, nights in Berlin', 'tstzrange', $$(ARRAY[timestamptz '2024-03-27 00:30+00', '2024-10-23 00:30+00', '2024-10-24 01:30+00'])[1 + base] + n * interval '12 hours'$$, 'make_interval(days => 1 + m % 9, hours => CASE WHEN m % 5 = 0 THEN m % 24 ELSE 0 END)', 'in_berlin(%s, %s)', 'Europe/Berlin'),
    ('timestamptz, Apia', 'tstzrange', $$(ARRAY[timestamptz '2011-12-27 00:30+00', '2011-12-20 23:30+00', '2011-12-01 10:00+00'])[1 + base] + n * interval '12 hours'$$, 'CASE WHEN m % 5 = 0 THEN make_interval(months => m / 5) ELSE make_interval(days => 1 + m % 4) END', 'in_apia(%s, %s)', 'Pacific/Apia'),
    ('timestamptz, Lord Howe', 'tstzrange', $$(ARRAY[timestamptz '2024-04-03 15:15+00', '2024-10-03 15:45+00', '2023-12-31 13:00+00'])[1 + base] + n * interval '12 hours'$$, 'make_interval(days => 1 + m % 9)', 'in_lord_howe(%s, %s)', 'Australia/Lord_Howe'),
    ('timestamptz, hours in Berlin', 'tstzrange', $$timestamptz '2024-03-30 21:00+00' + n * interval '7 min'$$, $$m * interval '7 min'$$, 'in_berlin(%s, %s)', 'Europe/Berlin');
INSERT INTO kind (name, type, value, step, windows) VALUES
    ('float8, binary fractions', 'float8_range', '(n - 35) / 8::float8', 'm / 8::float8', true),
    ('float8, tenths', 'float8_range', 'n * 0.1::float8', 'm * 0.1::float8', false),
    ('float8, large', 'float8_range', '1e16::float8 + n * 2', 'm * 2::float8', true);

CREATE TABLE compared (name text, what text, answers bigint);
CREATE UNLOGGED TABLE c ();

-- The random ranges of a kind: some empty, some NULL, in all brackets.
CREATE PROCEDURE make_cases(of kind, cases int) LANGUAGE plpgsql AS $$
BEGIN
    DROP TABLE c;
    EXECUTE format($q$
        CREATE UNLOGGED TABLE c AS
        SELECT id, CASE WHEN random() < 0.02 THEN NULL WHEN random() < 0.02 THEN 'empty'
                ELSE %1$s(least(a, b), greatest(a, b), bounds) END AS r, s, p
        FROM (
            SELECT id, low.value AS a, high.value AS b, (ARRAY['[)', '(]', '[]', '()'])[1 + floor(random() * 4)::int] AS bounds,
                step.value AS s, span.value AS p
            FROM (
                SELECT id, floor(random() * 3)::int AS base, floor(random() * 71)::int AS n1, floor(random() * 71)::int AS n2,
                    1 + floor(random() ^ 3 * 80)::int AS m1, 1 + floor(random() ^ 2 * 80)::int AS m2
                FROM generate_series(1, %4$s) AS id OFFSET 0) AS drawn,
                LATERAL (SELECT %2$s AS value FROM (SELECT n1 AS n) AS v) AS low, LATERAL (SELECT %2$s AS value FROM (SELECT n2 AS n) AS v) AS high,
                LATERAL (SELECT %3$s AS value FROM (SELECT m1 AS m) AS v) AS step, LATERAL (SELECT %3$s AS value FROM (SELECT m2 AS m) AS v) AS span
            OFFSET 0) AS bounded$q$, of.type, of.value, of.step, cases);
    ANALYZE c;
END $$;

-- Raises unless both expressions over c give the same arrays for each row; `as_text` also compares how
-- they are written: the digits of numerics.
CREATE PROCEDURE compare(of kind, what text, ours text, oracle text, as_text boolean DEFAULT false) LANGUAGE plpgsql AS $$
DECLARE
    answers bigint;
    different text;
BEGIN
    EXECUTE format($q$
        WITH both_sides AS MATERIALIZED (SELECT c.*, %1$s AS ours, %2$s AS oracle FROM c)
        SELECT sum(cardinality(ours)), min(format(E'range:  %%s\nstep:   %%s\nspan:   %%s\nours:   %%s\noracle: %%s', r, s, p, left(ours::text, 2000), left(oracle::text, 2000)))
            FILTER (WHERE ours IS DISTINCT FROM oracle %3$s)
        FROM both_sides$q$, ours, oracle, CASE WHEN as_text THEN 'OR ours::text <> oracle::text' ELSE '' END)
    INTO answers, different;
    IF different IS NOT NULL THEN
        RAISE EXCEPTION '%, %: different answers', of.name, what USING DETAIL = different;
    END IF;
    INSERT INTO compared VALUES (of.name, what, answers);
END $$;

CREATE PROCEDURE check_kind(of kind) LANGUAGE plpgsql AS $$
DECLARE
    zone text := CASE WHEN of.zone IS NULL THEN '' ELSE format(', %L', of.zone) END;
    -- Term number k, of an anchor and a step.
    term text := format('FROM generate_series(0, 120) AS k, LATERAL (SELECT %s AS e) AS t', format(of.wide, '%1$s', 'k * (%2$s)'));
    -- Whether a wide value lies in the range; it is narrowed only where that is safe.
    inside text := format('CASE WHEN %%1$s BETWEEN %s AND %s THEN r @> %s END',
        format(of.bound, 'lower(r)'), format(of.bound, 'upper(r)'), format(of.narrow, '%1$s'));
    -- Once each, though a zone that skips a day brings some twice.
    elements text := 'ARRAY(SELECT ' || format(of.narrow, 'e') || ' FROM (SELECT DISTINCT ON (e) e, k ' || term || ' ORDER BY e, k) AS d WHERE ' || format(inside, 'e') || ' ORDER BY k)';
    core text := 'ARRAY(SELECT x FROM pg_catalog.generate_series(%1$s, %3$s, %2$s) AS x WHERE r @> x)';
    -- Piece number k from b to e, lying as the second parameter has it. The first is always there,
    -- others where they begin inside; the third parameter is a further condition.
    pieces text := 'ARRAY(SELECT piece FROM (SELECT DISTINCT ON (piece) piece, k FROM generate_series(0, 120) AS k, LATERAL (SELECT '
        || format(of.wide, 'lower(r)', 'k * s') || ' AS b, ' || format(of.wide, 'lower(r)', '%1$s') || ' AS e) AS t, LATERAL (SELECT %2$s AS piece) AS u '
        || 'WHERE NOT isempty(r) AND (k = 0 OR ' || format(inside, 'b') || ') AND NOT isempty(piece) AND %3$s ORDER BY piece, k) AS d ORDER BY k)';
    from_to text := format('%s(%s, %%s, CASE WHEN k = 0 AND NOT lower_inc(r) THEN ''()'' ELSE ''[)'' END)', of.type, format(of.narrow, 'b'));
    whole text := format(from_to, format(of.narrow, 'e'));
    -- Cut by the range; what ends beyond it may be beyond the type too.
    clipped text := format('CASE WHEN e > %s THEN %s ELSE %s END * r', format(of.bound, 'upper(r)'), format(from_to, 'NULL'), whole);
    of_case record;
    found text;
BEGIN
    CALL compare(of, 'elements', format('ARRAY(SELECT generate_series(r, s%s))', zone), format(elements, 'lower(r)', 's'));
    CALL compare(of, 'elements down', format('ARRAY(SELECT generate_series(r, -s%s))', zone), format(elements, of.last, '-s'));
    IF of.core THEN
        CALL compare(of, 'elements as core''s', 'ARRAY(SELECT generate_series(r, s))', format(core, 'lower(r)', 's', 'upper(r)'), true);
        CALL compare(of, 'elements down as core''s', 'ARRAY(SELECT generate_series(r, -s))', format(core, of.last, '-s', 'lower(r)'), true);
    END IF;

    CALL compare(of, 'tiles', CASE WHEN of.zone IS NULL THEN 'ARRAY(SELECT generate_range_series(r, s))' ELSE format('ARRAY(SELECT generate_range_series(r, s, s, ''clip''%s))', zone) END,
        format(pieces, '(k + 1) * s', clipped, 'true'));
    IF of.windows THEN
        CALL compare(of, 'windows', CASE WHEN of.zone IS NULL THEN 'ARRAY(SELECT generate_range_series(r, s, p))' ELSE format('ARRAY(SELECT generate_range_series(r, s, p, ''clip''%s))', zone) END,
            format(pieces, 'k * s + p', clipped, 'true'));
        CALL compare(of, 'windows, clipped', format('ARRAY(SELECT generate_range_series(r, s, p, ''clip''%s))', zone), format(pieces, 'k * s + p', clipped, 'true'));
        -- As whole as they would be without an end.
        CALL compare(of, 'windows, dropped', format('ARRAY(SELECT generate_range_series(r, s, p, ''drop''%s))', zone),
            format(pieces, 'k * s + p', clipped, format('e <= %s', format(of.bound, 'upper(r)') || of.more)));
        IF of.keep THEN
            CALL compare(of, 'windows, kept', format('ARRAY(SELECT generate_range_series(r, s, p, ''keep''%s))', zone), format(pieces, 'k * s + p', whole, 'true'));
        END IF;
    END IF;

    -- Tiles are the range again, and no two overlap: without knowing how they are made.
    CALL compare(of, 'union of tiles', format('ARRAY(SELECT unnest(range_agg(t)) FROM generate_range_series(r, s%s) AS t)', CASE WHEN of.zone IS NULL THEN '' ELSE ', s, ''clip''' || zone END),
        'ARRAY(SELECT r WHERE NOT isempty(r))');
    CALL compare(of, 'overlaps of tiles', format('ARRAY(SELECT t FROM (SELECT t, lag(t) OVER (ORDER BY n) AS before FROM generate_range_series(r, s%s) WITH ORDINALITY AS g (t, n)) AS u WHERE before && t OR NOT before -|- t OR NOT before << t)',
        CASE WHEN of.zone IS NULL THEN '' ELSE ', s, ''clip''' || zone END), format('''{}''::%s[]', of.type));

    -- Constants instead of columns.
    FOR of_case IN SELECT id, r::text, s::text, pg_typeof(s)::text AS step_type FROM c WHERE r IS NOT NULL ORDER BY id LIMIT 10 LOOP
        EXECUTE format('SELECT format(''%%s %%s'', ARRAY(SELECT generate_series(%1$L::%2$s, %3$L::%4$s%5$s)), ARRAY(SELECT generate_range_series(%1$L::%2$s, %3$L::%4$s, %3$L::%4$s, ''clip''%5$s)))',
            of_case.r, of.type, of_case.s, of_case.step_type, zone) INTO found;
        EXECUTE format('SELECT nullif(%L, format(''%%s %%s'', ARRAY(SELECT generate_series(r, s%2$s)), ARRAY(SELECT generate_range_series(r, s, s, ''clip''%2$s)))) FROM c WHERE id = %3$s', found, zone, of_case.id) INTO found;
        IF found IS NOT NULL THEN
            RAISE EXCEPTION '%, range %, step %: constants give %', of.name, of_case.r, of_case.s, found;
        END IF;
    END LOOP;
END $$;

DO $$
DECLARE
    of kind;
    seed float8;
BEGIN
    FOR round IN 1..current_setting('rangerank_test.rounds')::int LOOP
        seed := round / 1000.0 + 0.7;
        RAISE NOTICE 'round %: seed %', round, seed;
        PERFORM setseed(seed);
        FOR of IN SELECT * FROM kind ORDER BY name COLLATE "C" LOOP
            CALL make_cases(of, of.cases);
            CALL check_kind(of);
            -- Locks on dropped tables are kept until the end of a transaction.
            COMMIT;
        END LOOP;
    END LOOP;
END $$;

-- Every zone of the server: the days and months from a random moment, as AT TIME ZONE has each civil time,
-- once each. Days may be skipped, but the series never fails.
CREATE PROCEDURE check_zones(days int) LANGUAGE plpgsql AS $$
DECLARE
    of_zone record;
    step interval;
    different text;
    answers bigint;
BEGIN
    FOR of_zone IN SELECT name, timestamptz '1840-01-01 00:00+00' + random() * interval '66000 days' AS start FROM pg_timezone_names ORDER BY name COLLATE "C" LOOP
        FOREACH step IN ARRAY '{1 day,1 month,-1 day}'::interval[] LOOP
            WITH oracle AS (
                SELECT at, row_number() OVER (ORDER BY min(k)) AS n
                FROM generate_series(0, CASE step WHEN '1 month' THEN days / 28 ELSE days END) AS k,
                    -- The first is the moment itself, and may be one whose clock time comes twice.
                    LATERAL (SELECT CASE k WHEN 0 THEN of_zone.start ELSE (of_zone.start AT TIME ZONE of_zone.name + k * step) AT TIME ZONE of_zone.name END AS at) AS t
                GROUP BY at),
            ends AS (SELECT min(at) AS first, max(at) AS last FROM oracle)
            SELECT count(oracle.n), min(format('term %s: ours %s, oracle %s', n, ours.at, oracle.at)) FILTER (WHERE ours.at IS DISTINCT FROM oracle.at)
            INTO answers, different
            FROM oracle FULL JOIN (SELECT g.at, g.n FROM ends, generate_series(tstzrange(first, last, '[]'), step, of_zone.name) WITH ORDINALITY AS g (at, n)) AS ours USING (n);
            IF different IS NOT NULL THEN
                RAISE EXCEPTION 'zone %, from %, by %: different answers', of_zone.name, of_zone.start, step USING DETAIL = different;
            END IF;
            INSERT INTO compared VALUES ('zones', 'terms in zones by ' || step, answers);
        END LOOP;
    END LOOP;
END $$;
INSERT INTO kind (name, type, value, step) VALUES ('zones', 'tstzrange', '', '');
SELECT setseed(0.7) \g /dev/null
CALL check_zones(1000);

DO $$
DECLARE
    line record;
BEGIN
    FOR line IN SELECT what, count(*) AS comparisons, sum(answers) AS answers, count(DISTINCT name) AS kinds FROM compared GROUP BY what ORDER BY what COLLATE "C" LOOP
        RAISE NOTICE '%: % kinds, % comparisons, % answers', line.what, line.kinds, line.comparisons, line.answers;
    END LOOP;
    IF EXISTS (SELECT FROM compared WHERE what <> 'overlaps of tiles' GROUP BY name, what HAVING sum(answers) < 100) OR (SELECT count(*) FROM kind) <> (SELECT count(DISTINCT name) FROM compared) THEN
        RAISE EXCEPTION 'some kind was hardly compared';
    END IF;
END $$;
