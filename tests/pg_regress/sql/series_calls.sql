-- How calls of series are resolved, prepared, planned and stopped; and core's own generate_series
-- beside them.
SET datestyle = ISO;
SET timezone = 'UTC';
SET intervalstyle = postgres;
CREATE SCHEMA calls;
SET search_path = calls, public;
CREATE TYPE float8_range AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE TYPE smalls AS RANGE (subtype = smallint);
CREATE TYPE times AS RANGE (subtype = time);
CREATE FUNCTION error_of(query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE query;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ': ' || SQLERRM;
END $$;

-- Untyped parameters take the natural type of the range's; typed ones are taken as they are.
PREPARE int4 AS SELECT ARRAY(SELECT generate_series($1::int4range, $2));
PREPARE int8 AS SELECT ARRAY(SELECT generate_series($1::int8range, $2));
PREPARE num AS SELECT ARRAY(SELECT generate_series($1::numrange, $2));
PREPARE dates AS SELECT ARRAY(SELECT generate_series($1::daterange, $2));
PREPARE ts AS SELECT ARRAY(SELECT generate_series($1::tsrange, $2));
PREPARE tstz AS SELECT ARRAY(SELECT generate_series($1::tstzrange, $2));
PREPARE zoned AS SELECT ARRAY(SELECT generate_series($1::tstzrange, $2, $3));
PREPARE p_int4 AS SELECT ARRAY(SELECT generate_range_series($1::int4range, $2));
PREPARE p_int8 AS SELECT ARRAY(SELECT generate_range_series($1::int8range, $2, $3));
PREPARE p_num AS SELECT ARRAY(SELECT generate_range_series($1::numrange, $2, $3, $4));
PREPARE p_dates AS SELECT ARRAY(SELECT generate_range_series($1::daterange, $2, $3));
PREPARE p_ts AS SELECT ARRAY(SELECT generate_range_series($1::tsrange, $2));
PREPARE p_tstz AS SELECT ARRAY(SELECT generate_range_series($1::tstzrange, $2, $3, $4));
PREPARE p_zoned AS SELECT ARRAY(SELECT generate_range_series($1::tstzrange, $2, $3, $4, $5));
SELECT name, parameter_types FROM pg_prepared_statements ORDER BY name COLLATE "C";
EXECUTE int4('[1,10)', 4);
EXECUTE int8('[1,10)', '4');
EXECUTE num('[1,2]', 0.5);
EXECUTE dates('[2024-01-31,2024-04-01)', '1 month');
EXECUTE ts('[2024-01-31 12:00,2024-02-01 12:00)', '12 hours');
EXECUTE tstz('[2024-01-31 12:00,2024-02-01 12:00)', '12 hours');
EXECUTE zoned('[2024-03-30 12:00,2024-04-01 12:00)', '1 day', 'Europe/Berlin');
EXECUTE p_int4('[1,10)', 4);
EXECUTE p_int8('[1,10)', 4, 2);
EXECUTE p_num('[1,2]', 0.5, 1, 'keep');
EXECUTE p_dates('[2024-01-31,2024-04-01)', '1 month', '1 week');
EXECUTE p_ts('[2024-01-31 12:00,2024-02-01 12:00)', '12 hours');
EXECUTE p_tstz('[2024-01-31 12:00,2024-02-01 12:00)', '12 hours', '1 day', 'drop');
EXECUTE p_zoned('[2024-03-30 12:00,2024-04-01 12:00)', '1 day', '1 hour', 'clip', 'Europe/Berlin');
DEALLOCATE ALL;
PREPARE typed(int4range, smallint) AS SELECT ARRAY(SELECT generate_series($1, $2));
EXECUTE typed('[1,10)', 4);
PREPARE days(daterange, integer) AS SELECT ARRAY(SELECT generate_series($1, $2)), ARRAY(SELECT generate_range_series($1, $2)), ARRAY(SELECT generate_range_series($1, $2, $2));
EXECUTE days('[2024-01-31,2024-02-05)', 3);
PREPARE big(int4range, bigint) AS SELECT ARRAY(SELECT generate_series($1, $2)), ARRAY(SELECT generate_range_series($1, $2, 2, 'keep'));
EXECUTE big('[1,10)', 4);
PREPARE num(numrange, integer) AS SELECT ARRAY(SELECT generate_series($1, $2));
EXECUTE num('[1,10)', 4);
PREPARE own(float8_range, float8) AS SELECT ARRAY(SELECT generate_series($1, $2)), ARRAY(SELECT generate_range_series($1, $2, $2));
EXECUTE own('[1,2)', 0.5);
PREPARE months(daterange, interval) AS SELECT ARRAY(SELECT generate_series($1, $2));
EXECUTE months('[2024-01-31,2024-04-01)', '1 month');
PREPARE words(tstzrange, interval, interval, varchar, text) AS SELECT ARRAY(SELECT generate_range_series($1, $2, $3, $4, $5));
EXECUTE words('[2024-03-30 12:00,2024-04-01 12:00)', '1 day', '1 hour', 'drop', 'UTC');
-- Again and again, with generic plans; the session's zone counts when the statement runs.
SET plan_cache_mode = force_generic_plan;
EXECUTE months('[2024-01-31,2024-04-01)', '1 month');
EXECUTE months('[2023-01-31,2023-04-01)', '-1 month');
EXECUTE months('empty', '1 month');
EXECUTE months('[2024-01-31,2024-04-01)', NULL);
PREPARE here(tstzrange) AS SELECT ARRAY(SELECT extract(epoch FROM t) / 3600 - 475800 FROM generate_series($1, '1 day') AS t);
EXECUTE here('[2024-03-30 12:00+00,2024-04-01 12:00+00)');
SET timezone = 'Europe/Berlin';
EXECUTE here('[2024-03-30 12:00+00,2024-04-01 12:00+00)');
SET timezone = 'UTC';
RESET plan_cache_mode;
DEALLOCATE ALL;
-- Nothing tells which range type is meant.
SELECT error_of('SELECT generate_range_series(NULL, NULL)'), error_of($$SELECT generate_range_series('[2024-01-01,2024-02-01)', '1 day')$$), error_of($$SELECT generate_series(5, '[1,2)'::int4range)$$), error_of($$SELECT generate_series('{[1,2)}'::int4multirange)$$), error_of($$SELECT generate_series('[1,2)'::int4range, 1, 1)$$);

-- Volatility: stable where the session's zone or the catalogs have a say.
SELECT p.oid::regprocedure AS stable, prorettype::regtype AS returns FROM pg_proc AS p, pg_depend AS d, pg_extension AS e
WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.refobjid = e.oid AND extname = 'rangerank' AND proname ~ '^generate_' AND provolatile = 's' ORDER BY p.oid::regprocedure::text COLLATE "C";
SELECT proname, count(*), bool_and(proisstrict AND proparallel = 's' AND proretset AND prosupport <> 0) AS rules FROM pg_proc AS p, pg_depend AS d, pg_extension AS e
WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.refobjid = e.oid AND extname = 'rangerank' AND proname ~ '^generate_' GROUP BY proname ORDER BY proname;

-- Row estimates: the rows that the planner expects from a call.
CREATE FUNCTION estimated(call text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) SELECT * FROM ' || call INTO plan;
    RETURN plan -> 0 -> 'Plan' ->> 'Plan Rows';
END $$;
CREATE FUNCTION counted(call text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    rows bigint;
BEGIN
    EXECUTE 'SELECT count(*) FROM ' || call INTO rows;
    RETURN rows;
END $$;
-- Steps of a fixed width: within 1 %.
SELECT call, rows, CASE WHEN estimate BETWEEN rows * 0.99 AND rows * 1.01 THEN 'close' ELSE estimate::text END AS estimate
FROM (SELECT call, counted(call) AS rows, estimated(call) AS estimate FROM (VALUES
    ($$generate_series('[1,1000)'::int4range)$$), ($$generate_series('(1,1000]'::int8range)$$), ($$generate_series('[2024-01-01,2025-01-01)'::daterange)$$),
    ($$generate_series('[1,1000]'::int4range, 7)$$), ($$generate_series('[1,1000]'::int4range, -7)$$), ($$generate_series('[1,1000]'::int4range, '7')$$), ($$generate_series('[1,1000]'::int4range, 7::smallint)$$), ($$generate_series('[1,100000]'::int8range, 7::bigint)$$),
    ($$generate_series('[0,100]'::numrange, 0.25)$$), ($$generate_series('[0,100)'::numrange, 0.25)$$), ($$generate_series('(0,10)'::numrange, 1)$$), ($$generate_series('[0,3)'::numrange, -1)$$), ($$generate_series('[0,3]'::numrange, 5)$$),
    ($$generate_series('[2024-01-01,2025-01-01)'::daterange, '1 day')$$), ($$generate_series('[2024-01-01,2025-01-01)'::daterange, '2 weeks')$$), ($$generate_series('[2024-01-01,2024-01-08)'::daterange, 2)$$),
    ($$generate_series('[2024-01-01,2024-01-03)'::tsrange, '1 day')$$), ($$generate_series('[2024-01-01,2024-01-02)'::tsrange, '1 hour')$$), ($$generate_series('(2024-01-01,2024-01-02)'::tsrange, '1 hour')$$), ($$generate_series('[2024-01-01,2024-01-02]'::tstzrange, '15 min')$$),
    ($$generate_series('[2024-01-01,2024-06-01)'::tstzrange, '1 day')$$), ($$generate_series('[2024-01-01,2024-06-01)'::tstzrange, '1 day', 'Europe/Berlin')$$),
    ($$generate_series(float8_range(0, 100), 0.1)$$), ($$generate_series(float8_range(0, 100, '[]'), -0.1)$$), ($$generate_series(smalls(1::int2, 100::int2), 3)$$), ($$generate_series(times('08:00', '18:00'), '30 min')$$), ($$generate_series('[5,5]'::numrange, 1)$$),
    ($$generate_range_series('[1,1000)'::int4range, 7)$$), ($$generate_range_series('[1,1000]'::int8range, 10)$$), ($$generate_range_series('[0,100)'::numrange, 0.25)$$), ($$generate_range_series('(0,7)'::numrange, 2)$$), ($$generate_range_series('[2024-01-01,2024-12-30)'::daterange, '1 week')$$),
    ($$generate_range_series('[2024-01-01,2024-01-02)'::tsrange, '1 hour')$$), ($$generate_range_series('[2024-01-01,2024-01-08)'::tstzrange, '1 day', '2 days')$$), ($$generate_range_series('[2024-01-01,2024-01-02)'::tsrange, '10 hours', '10 hours', 'keep')$$), ($$generate_range_series(float8_range(0, 100), 0.5)$$)) AS v (call)) AS s;
-- Months: within 5 %.
SELECT call, rows, CASE WHEN estimate BETWEEN rows * 0.95 AND rows * 1.05 THEN 'close' ELSE estimate::text END AS estimate
FROM (SELECT call, counted(call) AS rows, estimated(call) AS estimate FROM (VALUES
    ($$generate_series('[2024-01-01,2025-01-01)'::daterange, '1 month')$$), ($$generate_series('[2023-01-01,2024-01-01)'::daterange, '1 month')$$), ($$generate_series('[2000-01-31,2024-12-31]'::daterange, '3 months')$$), ($$generate_series('[1900-01-01,2000-01-01)'::daterange, '-1 year')$$),
    ($$generate_series('[2024-01-01,2034-01-01)'::tsrange, '1 month')$$), ($$generate_series('[2024-01-01,2034-01-01)'::tstzrange, '1 month')$$), ($$generate_series('[2024-01-01,2034-01-01)'::tstzrange, '1 month', 'Europe/Berlin')$$), ($$generate_series('[2024-01-01,2034-01-01)'::daterange, '1 month 15 days')$$),
    ($$generate_range_series('[2024-01-01,2025-01-01)'::daterange, '1 month')$$), ($$generate_range_series('[2023-01-01,2024-01-01)'::tsrange, '1 month')$$), ($$generate_range_series('[2000-01-01,2020-01-01)'::tstzrange, '1 month')$$), ($$generate_range_series('[2000-01-01,2020-01-01)'::tstzrange, '1 month', '1 month', 'keep', 'Europe/Berlin')$$)) AS v (call)) AS s;
-- Expressions that are stable, and casts, count as constants.
SELECT call, abs(estimated(call) - counted(call)) <= counted(call) * 0.01 AS close FROM (VALUES
    ($$generate_series(daterange(current_date, current_date + 1000), '1 day')$$), ($$generate_series(tstzrange(now(), now() + interval '10 days'), '1 hour')$$), ($$generate_series(int4range(1, 500 * 2), (3 + 4)::smallint)$$),
    ($$generate_range_series(tstzrange(date_trunc('day', now()), date_trunc('day', now()) + interval '100 hours'), make_interval(hours => 1))$$)) AS v (call);
-- Nothing to come: at least one row, as everywhere in plans.
SELECT call, estimated(call) FROM (VALUES ($$generate_series('empty'::int4range)$$), ($$generate_series('empty'::numrange, 5)$$), ($$generate_range_series('empty'::daterange, '1 month')$$), ($$generate_series('(1,2)'::numrange, 5)$$)) AS v (call);
-- Unknown: what is declared. An error is left for execution, and huge numbers are no error.
SELECT call, estimated(call) FROM (VALUES ($$generate_series(1, 3) AS n, generate_series(int4range(1, n))$$), ($$generate_series(1, 3) AS n, generate_range_series('[1,1000000]'::int4range, n)$$), ($$generate_series(int4range(1, (random() * 10)::int + 5))$$), ($$generate_series('[1,)'::int4range)$$),
    ($$generate_series('[1,5)'::int4range, 0)$$), ($$generate_series('[1,5)'::numrange)$$)) AS v (call);
SELECT call, estimated(call) > 1e50 AS large FROM (VALUES ($$generate_series('[1,1e100]'::numrange, 1)$$), ($$generate_series('[1,1e400]'::numrange, 1)$$), ($$generate_series('[1,1e300]'::numrange, 1e-300)$$)) AS v (call);
-- What is never run does not fail, as with core's.
SELECT generate_series(1, 5, 0) WHERE false;
SELECT generate_series('[1,5)'::int4range, 0) WHERE false;
SELECT generate_series('[2024-01-01,2024-02-01)'::daterange, '1 hour') WHERE false;
SELECT generate_series('[1,)'::int4range) WHERE false;
SELECT generate_series('[1,2)'::numrange) WHERE false;
SELECT generate_range_series('[1,5)'::int4range, -1, 1, 'cut') WHERE false;

-- A LIMIT stops long series at once: in a SELECT list, and of a cursor.
SET statement_timeout = '5s';
SELECT generate_series('[1,1000000000000]'::int8range) LIMIT 3;
SELECT generate_series('[1,1000000000000]'::int8range, -3) AS down, generate_series('[1,1000000000000]'::numrange, 0.5) AS numeric, generate_series(float8_range(0, 1e12), 1) AS float8, generate_range_series('[1,1000000000000]'::int8range, 10, 20) AS pieces LIMIT 3;
SELECT generate_series('[4713-01-01 BC,294276-01-01]'::tsrange, '1 us') AS ts, generate_series('[4713-01-01 BC,294276-01-01]'::tstzrange, '1 us 1 day') AS tstz, generate_series('[4713-01-01 BC,294276-01-01]'::tstzrange, '1 us 1 day', 'Europe/Berlin') AS zoned LIMIT 2;
SELECT EXISTS (SELECT generate_range_series('[4713-01-01 BC,294276-01-01]'::tsrange, '1 us'));
BEGIN;
DECLARE c CURSOR FOR SELECT generate_series('[1,1000000000000]'::int8range);
FETCH 2 FROM c;
FETCH 2 FROM c;
COMMIT;
-- Long loops can be stopped.
SET statement_timeout = '50ms';
SELECT count(*) FROM (SELECT generate_series('[1,1000000000000]'::int8range)) AS s;
SELECT count(*) FROM (SELECT generate_range_series('[1,1000000000000]'::numrange, 1)) AS s;
SELECT count(*) FROM (SELECT generate_range_series('[4713-01-01 BC,294276-01-01]'::tsrange, '1 us', '2 us', 'drop')) AS s;
RESET statement_timeout;

-- Core's own: every form of call that its documentation and its tests have, resolved as without us.
CREATE TABLE core_call (n serial, arguments text, returns text);
INSERT INTO core_call (arguments, returns) VALUES
    ('2, 4', 'integer'), ('5, 1, -2', 'integer'), ('4, 3', 'integer'), ('1.1, 4, 1.3', 'numeric'), ('1, 2', 'integer'), ('0, 9, 4', 'integer'), ('1::bigint, 3', 'bigint'), ('1, 3::bigint', 'bigint'), ('1::smallint, 3', 'integer'), 
    ('1::smallint, 9, 2::smallint', 'integer'), ('1, 9::bigint, 2::smallint', 'bigint'), ('''1'', 3', 'integer'), ('1, ''3''', 'integer'), ('1::bigint, ''3''', 'bigint'), ('''1'', ''9'', 4', 'integer'), ('1, NULL', 'integer'), ('NULL, 1::bigint', 'bigint'), ('NULL::int, NULL', 'integer'),
    ('0.0::numeric, 4.0::numeric', 'numeric'), ('0.1::numeric, 4.0::numeric, 1.3::numeric', 'numeric'), ('4.0::numeric, -1.5::numeric, -2.2::numeric', 'numeric'), ('1, 3.5', 'numeric'), ('1, 3, 0.5', 'numeric'), ('''1'', 3.5', 'numeric'), ('-100::numeric, ''100''::numeric, ''50''', 'numeric'),
    ('2147483646, 2147483647', 'integer'), ('9223372036854775806, 9223372036854775807', 'bigint'), ('generate_series(1, 2), 3', 'integer'), ('(SELECT 1), (SELECT 3)', 'integer'), ('array_lower(ARRAY[5, 6], 1), array_upper(ARRAY[5, 6], 1)', 'integer'), ('1, length(''abc''), 1', 'integer'),
    ('''2008-03-01 00:00''::timestamp, ''2008-03-04 12:00'', ''10 hours''', 'timestamp without time zone'), ('timestamp ''2008-03-01'', timestamp ''2008-03-04'', interval ''1 day''', 'timestamp without time zone'), ('date ''2008-03-01'', date ''2008-03-04'', ''1 day''', 'timestamp with time zone'),
    ('date ''2008-03-01'', ''2008-03-04'', interval ''1 day''', 'timestamp with time zone'), ('''2001-10-22 00:00:00 -04:00''::timestamptz, ''2001-11-01 00:00:00 -05:00''::timestamptz, ''1 day''::interval', 'timestamp with time zone'), ('timestamptz ''2008-03-01'', ''2008-03-04'', ''1 day''', 'timestamp with time zone'),
    ('''2008-03-01'', ''2008-03-04'', interval ''1 day''', 'timestamp with time zone'), ('''2008-03-01'', timestamp ''2008-03-04'', ''1 day''', 'timestamp without time zone'), ('timestamp ''2008-03-01'', timestamptz ''2008-03-04'', ''1 day''', 'timestamp with time zone'), ('current_date, current_date + 3, ''1 day''', 'timestamp with time zone'),
    ('timestamp ''2008-03-04'', ''2008-03-01'', ''-1 day''', 'timestamp without time zone'), ('''2008-01-31''::timestamp, ''2008-06-01'', ''1 month''', 'timestamp without time zone'), ('timestamp ''2008-03-01'', NULL, ''1 day''', 'timestamp without time zone');
DO $$
DECLARE
    of core_call;
    ours text;
    core text;
    type text;
BEGIN
    FOR of IN SELECT * FROM core_call ORDER BY n LOOP
        EXECUTE format('SELECT string_agg(x::text, '' ''), (SELECT pg_typeof(y) FROM (SELECT (SELECT generate_series(%1$s) LIMIT 1) AS y) AS t) FROM generate_series(%1$s) AS x', of.arguments) INTO ours, type;
        EXECUTE format('SELECT string_agg(x::text, '' '') FROM pg_catalog.generate_series(%s) AS x', of.arguments) INTO core;
        IF ours IS DISTINCT FROM core OR type <> of.returns THEN
            RAISE WARNING 'generate_series(%): % of type %; core: % of type %', of.arguments, ours, type, core, of.returns;
        END IF;
    END LOOP;
END $$;
SELECT count(*) AS calls FROM core_call;
-- Errors and calls that are ambiguous are so with pg_catalog alone too.
SELECT arguments, error_of(format('SELECT generate_series(%s)', arguments)) AS with_us, left(error_of(format('SELECT pg_catalog.generate_series(%s)', arguments)), 5) AS core
FROM (VALUES ('1, 2, 0'), ('1.0, 2.0, ''NaN'''), ('''NaN''::numeric, 2.0'), ('timestamp ''2008-03-01'', ''2008-03-04'', ''0 days'''), ('''1'', ''3'''), ('1::smallint, 3::smallint'), ('''2008-03-01'', ''2008-03-04'', ''1 day'''), ('NULL, NULL'), ('timestamp ''2008-03-01'', ''2008-03-04'''), ('date ''2008-03-01'', date ''2008-03-04'''), ('date ''2008-03-01'', ''2008-03-04'', 1'),
    ('''a'', 3'), ('1, ''x'''), ('true, false'), ('1')) AS v (arguments);
-- With a time zone core has it from PostgreSQL 16 on.
SELECT error_of(format('SELECT generate_series(%s)', arguments)) ~ ('^' || left(error_of(format('SELECT pg_catalog.generate_series(%s)', arguments)), 5)) AS same
FROM (VALUES ('timestamptz ''2008-03-01'', ''2008-03-04'', ''1 day'', ''UTC'''), ('timestamptz ''2008-03-01'', ''2008-03-04'', ''1 day'', ''Nowhere/City''')) AS v (arguments);
-- Parameters too.
PREPARE untyped AS SELECT generate_series($1, 3);
PREPARE untyped_stop AS SELECT generate_series(1, $1);
PREPARE untyped_step AS SELECT generate_series(1, 9, $1);
PREPARE untyped_bigint AS SELECT generate_series(1::bigint, $1, $2);
PREPARE untyped_ts AS SELECT generate_series($1::timestamp, $2, $3);
PREPARE untyped_tstz AS SELECT generate_series($1::timestamptz, $2, $3);
PREPARE untyped_tstz_stop AS SELECT generate_series($1, $2, $3::interval);
SELECT name, parameter_types FROM pg_prepared_statements ORDER BY name COLLATE "C";
DEALLOCATE ALL;

SET client_min_messages = warning;
DROP SCHEMA calls CASCADE;
