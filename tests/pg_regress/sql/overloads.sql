-- Every call form of the range functions as clients send it: literals, untyped parameters whose types
-- the server infers, typed parameters, named arguments.
SET datestyle = ISO;
SET timezone = 'UTC';
SET intervalstyle = postgres;
CREATE SCHEMA overloads;
SET search_path = overloads, public;
CREATE TYPE float8_range AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE TABLE source (i4 int4range, i8 int8range, n numrange, d daterange, ts tsrange, tz tstzrange, f float8_range, ip inetrange,
    i4m int4multirange, i8m int8multirange, nm nummultirange, dm datemultirange, tsm tsmultirange, tzm tstzmultirange, fm float8_multirange, ipm inetmultirange);
INSERT INTO source VALUES ('[1,5)', '[1,5)', '[1,5)', '[2024-01-01,2024-01-05)', '[2024-01-01,2024-01-05)', '[2024-01-01,2024-01-05)', '[1,5)', '[10.0.0.1,10.0.0.4]',
    '{[1,5)}', '{[1,5)}', '{[1,5)}', '{[2024-01-01,2024-01-05)}', '{[2024-01-01,2024-01-05)}', '{[2024-01-01,2024-01-05)}', '{[1,5)}', '{[10.0.0.1,10.0.0.4]}');

-- What the server makes of a call: the types of its parameters and of its result, or an error.
CREATE FUNCTION prepared(call text, types text DEFAULT '') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    parameters regtype[];
    typed text := call;
    result text;
BEGIN
    EXECUTE format('PREPARE form %s AS SELECT %s FROM source', types, call);
    SELECT parameter_types INTO STRICT parameters FROM pg_prepared_statements WHERE name = 'form';
    DEALLOCATE form;
    FOR i IN 1..cardinality(parameters) LOOP
        typed := replace(typed, '$' || i, format('NULL::%s', parameters[i]));
    END LOOP;
    EXECUTE format('CREATE TEMP VIEW form AS SELECT %s AS result FROM source', typed);
    SELECT format_type(atttypid, NULL) INTO result FROM pg_attribute WHERE attrelid = 'form'::regclass AND attname = 'result';
    DROP VIEW form;
    RETURN concat(parameters, ' → ', result);
EXCEPTION WHEN OTHERS THEN
    IF EXISTS (SELECT FROM pg_prepared_statements WHERE name = 'form') THEN
        DEALLOCATE form;
    END IF;
    RETURN SQLSTATE || ': ' || SQLERRM;
END $$;

-- Untyped parameters beside a range whose type is known.
SELECT call, prepared(call) FROM (
    SELECT format(form, name) AS call, n, form FROM
        (VALUES (1, 'i4'), (2, 'i8'), (3, 'n'), (4, 'd'), (5, 'ts'), (6, 'tz'), (7, 'f'), (8, 'ip')) AS t (n, name),
        (VALUES ('range_shift(%s, $1)'), ('range_expand(%s, $1)'), ('range_expand(%s, $1, $2)'), ('range_split(%s, $1)'), ('range_split(%s, $1, $2)'), ('range_split(%s, VARIADIC $1)'),
            ('range_subtract(%s, $1)'), ('range_relation(%s, $1)'), ('range_relation($1, %s)'), ('range_gaps(%sm, $1)'), ('range_symmetric_difference(%sm, $1)'), ('multirange_nth(%sm, $1)'),
            ('range_island(%s, $1) OVER (ORDER BY %1$s)'), ('range_session(%s, $1) OVER (ORDER BY %1$s)'), ('range_gaps_agg(%s, $1)'), ('range_max_load(%s, $1)')) AS c (form)) AS calls
ORDER BY form COLLATE "C", n;
-- Parameters for all arguments: only a type that one of them has can tell the function.
SELECT call, prepared(call) FROM (VALUES ('range_length($1)'), ('range_gaps($1)'), ('range_shift($1, $2)'), ('range_subtract($1, $2)'), ('range_relation($1, $2)'), ('range_profile($1)'), ('range_max_depth($1)'), ('range_island($1) OVER ()')) AS v (call);
SELECT call, types, prepared(call, types) FROM (VALUES
    ('range_length($1)', '(int4range)'), ('range_length($1)', '(tstzmultirange)'), ('range_length($1)', '(float8_range)'), ('range_shift($1, $2)', '(int4range)'), ('range_shift($1, $2)', '(daterange)'),
    ('range_shift($1, $2)', '(daterange, integer)'), ('range_shift($1, $2)', '(daterange, interval)'), ('range_shift($1, $2)', '(int8range, integer)'), ('range_shift($1, $2)', '(numrange, float8)'),
    ('range_shift($1, $2)', '(float8_range, float8)'), ('range_shift($1, $2)', '(tsrange, text)'), ('range_expand($1, $2, $3)', '(tstzrange, interval)'), ('range_expand($1, $2, $3)', '(int4range, bigint, smallint)'),
    ('range_split($1, $2)', '(int4range)'), ('range_split($1, $2, $3)', '(int4range, bigint)'), ('range_split($1, VARIADIC $2)', '(int4range, int[])'), ('(range_profile($1)).span', '(int4range[])'), ('(range_profile($1)).depth', '(int4range[])'),
    ('range_gaps($1, $2)', '(int4multirange)'), ('range_gaps($1, $2)', '(unknown, int4range)'), ('range_subtract($1, $2)', '(unknown, int4range)'), ('range_subtract($1, $2)', '(int4range, int8range)'),
    ('range_island($1, $2) OVER ()', '(int4range)'), ('range_island($1, $2) OVER ()', '(daterange)'), ('range_session($1, $2) OVER ()', '(daterange, interval)'), ('range_session($1, $2) OVER ()', '(int4range, bigint)'),
    ('range_length($1)', '(inetrange)'), ('range_length($1)', '(inetmultirange)'), ('range_shift($1, $2)', '(inetrange)'), ('range_shift($1, $2)', '(inetrange, bigint)'), ('range_shift($1, $2)', '(inetrange, text)'), ('range_island($1, $2) OVER ()', '(inetrange, integer)'),
    ('range_max_load($1, $2)', '(int4range, smallint)'), ('range_max_load($1, $2)', '(int4range, integer)'), ('range_max_load($1, $2)', '(int4range, bigint)'), ('range_max_load($1, $2)', '(int4range, numeric)'),
    ('range_max_load($1, $2)', '(int4range, real)'), ('range_max_load($1, $2)', '(int4range, float8)'), ('range_max_load($1, $2)', '(int4range, text)'), ('range_max_load($1, $2)', '(int4range, varchar)')) AS v (call, types);

-- Literals, one untyped beside a range.
SELECT range_shift(i4, '1'), range_shift(i8, '1'), range_shift(n, '1'), range_shift(d, '1 day'), range_shift(ts, '1 day'), range_shift(tz, '1 day'), range_shift(f, '1') FROM source;
SELECT range_expand(i4, '1'), range_expand(i8, '1'), range_expand(n, '1'), range_expand(d, '1 day'), range_expand(ts, '1 day'), range_expand(tz, '1 day'), range_expand(f, '1') FROM source;
SELECT range_expand(i4, '1', '2'), range_expand(i8, '1', '2'), range_expand(n, '1', '2'), range_expand(d, '1 day', '2 days'), range_expand(ts, '1 day', '2 days'), range_expand(tz, '1 day', '2 days'), range_expand(f, '1', '2') FROM source;
SELECT range_split(i4, '3'), range_split(i8, '3'), range_split(n, '3'), range_split(d, '2024-01-03'), range_split(ts, '2024-01-03'), range_split(tz, '2024-01-03'), range_split(f, '3') FROM source;
SELECT range_split(i4, VARIADIC '{2,3}'), range_split(d, VARIADIC '{2024-01-03}'), range_split(f, VARIADIC '{2.5}') FROM source;
SELECT range_subtract(i4, '[2,3)'), range_relation(i4, '[2,3)'), range_relation('[2,3)', i4), range_gaps(i4m, '[0,9)'), range_symmetric_difference(i4m, '{[4,9)}'), multirange_nth(i4m, '1') FROM source;
SELECT range_island(i4, '1') OVER (), range_island(i8, '1') OVER (), range_island(n, '1') OVER (), range_island(d, '1') OVER (), range_island(ts, '1 day') OVER (), range_island(tz, '1 day') OVER (), range_island(f, '1') OVER () FROM source;
SELECT range_session(i4, '1') OVER (), range_session(i8, '1') OVER (), range_session(n, '1') OVER (), range_session(d, '1') OVER (), range_session(ts, '1 day') OVER (), range_session(tz, '1 day') OVER (), range_session(f, '1') OVER () FROM source;
SELECT range_gaps_agg(i4, '[0,9)'), range_max_load(i4, '1'), range_max_load(i4, 1), range_max_load(i4, 1.0) FROM source;
SELECT range_shift(ip, '1'), range_expand(ip, '1'), range_expand(ip, '1', '2'), range_split(ip, '10.0.0.3'), range_gaps_agg(ip, '[10.0.0.0,10.0.0.9]') OVER (), range_island(ip, '1') OVER (), range_session(ip, '1') OVER () FROM source;

-- Named arguments.
SELECT range_length(value => i4), range_length(value => tsm), range_gaps(value => i4m), range_gaps(value => i4m, within => '[0,9)'), range_gaps(within => '[0,9)'::int4range, value => i4m),
    range_subtract(value => i4, other => '[2,3)'), range_symmetric_difference(value => i4m, other => '{[4,9)}'), range_relation(value => i4, other => '[2,3)') FROM source;
SELECT range_split(value => i4, VARIADIC points => ARRAY[2, 3]), range_profile(ranges => ARRAY[i4, i4]), multirange_count(value => i4m), multirange_nth(value => i4m, n => -1), multirange_nth(n => 1, value => i4m) FROM source;
SELECT range_shift(value => i4, delta => 1), range_shift(delta => '1 day', value => d), range_shift(value => f, delta => 0.5), range_expand(value => i4, delta => 1), range_expand(value => i4, below => 1, above => 2), range_expand(above => '1 day', below => '2 days', value => ts) FROM source;
SELECT range_island(value => i4) OVER (), range_island(value => i4, max_gap => 1) OVER (), range_session(max_gap => '1 day', value => ts) OVER (), range_session(value => f, max_gap => 0.5) OVER () FROM source;

-- Overloads differ: each built-in range type has one with its natural type, one serves the rest.
SELECT proname, count(*) AS overloads,
    count(*) FILTER (WHERE pg_get_function_identity_arguments(oid) ~ '"any"') AS with_any
FROM pg_proc WHERE proname IN ('range_shift', 'range_expand', 'range_island', 'range_session', 'range_length', 'range_max_load')
GROUP BY proname ORDER BY proname;

-- Text and varchar are read as a literal: what clients with typed strings send.
SELECT range_shift(i4, '1'::text) AS i4, range_shift(i8, '1'::varchar) AS i8, range_shift(n, '0.5'::text) AS n, range_shift(d, '1 month'::varchar) AS d, range_shift(ts, '1 day'::text) AS ts, range_shift(tz, '1 day'::text) AS tz,
    range_shift(f, '0.5'::text) AS f, range_shift(ip, '256'::varchar) AS ip FROM source;
SELECT range_expand(i4, '1'::text) AS one, range_expand(i4, '1'::text, 2) AS mixed, range_island(d, '3 days'::text) OVER (ORDER BY d) AS island, range_session(ip, '3'::text) OVER (ORDER BY ip) AS session FROM source;
SELECT ARRAY(SELECT generate_series(i4, '2'::text)) AS i4, ARRAY(SELECT generate_series(n, '1.5'::text)) AS n, ARRAY(SELECT generate_series(d, '2 days'::varchar)) AS d, ARRAY(SELECT generate_series(ts, '36 hours'::text)) AS ts,
    ARRAY(SELECT generate_series(f, '1.5'::text)) AS f, ARRAY(SELECT generate_series(ip, '2'::text)) AS ip, ARRAY(SELECT generate_range_series(d, '2 days'::text, '3 days'::text, 'drop'::text)) AS pieces FROM source;
-- What is no literal of the natural type is the error of its input, when it is read, not when it is planned.
EXPLAIN (COSTS OFF) SELECT generate_series('[1,3]'::int4range, 'x'::text);
\set VERBOSITY sqlstate
SELECT generate_series('[1,3]'::int4range, 'x'::text);
SELECT generate_series('[2024-01-01,2024-01-05)'::daterange, '1 hour'::text);
SELECT range_shift(ts, '1 fortnite'::text) FROM source;
SELECT range_shift(ts, 'a'::char(1)) FROM source;
\set VERBOSITY default

SET client_min_messages = warning;
DROP SCHEMA overloads CASCADE;
