-- Wrong input, and what the session does afterwards.
CREATE SCHEMA errors;
SET search_path = errors, public;

-- No state can be made in SQL, so nobody reaches a support function.
\set VERBOSITY terse
SELECT range_union_final('x'::internal, int4range(1, 2));
SELECT range_union_transition(NULL, int4range(1, 2));
SELECT range_union_deserialize('\x01', NULL);
\set VERBOSITY default
-- Declared in another way, which takes a superuser, they refuse to run outside an aggregate.
SELECT probin AS module FROM pg_proc WHERE proname = 'range_union_serialize' \gset
CREATE FUNCTION hull_by_hand(bytea, anyrange) RETURNS bytea LANGUAGE c AS :'module', 'range_hull_transition';
CREATE FUNCTION hulls_by_hand(bytea, anymultirange) RETURNS bytea LANGUAGE c AS :'module', 'multirange_hull_transition';
CREATE FUNCTION union_by_hand(bytea, anyrange) RETURNS bytea LANGUAGE c AS :'module', 'range_union_transition';
CREATE FUNCTION unions_by_hand(bytea, anymultirange) RETURNS bytea LANGUAGE c AS :'module', 'multirange_union_transition';
CREATE FUNCTION read_union_by_hand(bytea, bytea) RETURNS bytea LANGUAGE c AS :'module', 'range_union_deserialize';
CREATE FUNCTION read_hull_by_hand(bytea, bytea) RETURNS bytea LANGUAGE c AS :'module', 'range_hull_deserialize';
CREATE FUNCTION add_by_hand(bytea, anyrange) RETURNS bytea LANGUAGE c AS :'module', 'range_frame_add';
CREATE FUNCTION remove_by_hand(bytea, anyrange) RETURNS bytea LANGUAGE c AS :'module', 'range_frame_remove';
CREATE FUNCTION final_by_hand(bytea, anyrange) RETURNS anymultirange LANGUAGE c AS :'module', 'range_union_final';
SELECT hull_by_hand(NULL, int4range(1, 2));
SELECT hulls_by_hand(NULL, int4multirange(int4range(1, 2)));
SELECT union_by_hand(NULL, int4range(1, 2));
\set VERBOSITY sqlstate
SELECT unions_by_hand(NULL, int4multirange(int4range(1, 2)));
SELECT read_union_by_hand('\x01', NULL);
SELECT read_hull_by_hand('\x01', NULL);
SELECT add_by_hand(NULL, int4range(1, 2));
SELECT remove_by_hand(NULL, int4range(1, 2));
SELECT final_by_hand(NULL, int4range(1, 2));
\set VERBOSITY terse

-- Arguments of other types.
SELECT range_union_agg(1);
SELECT range_merge('[1,2)');
SELECT range_merge(int4multirange(int4range(1, 2)));

-- A subtype whose comparison fails in the middle: the error arrives as it was raised.
CREATE TYPE fragile AS (n int);
CREATE FUNCTION compare(a fragile, b fragile) RETURNS int LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    IF (a).n IN (7, 13) AND (b).n IN (7, 13) AND (a).n <> (b).n THEN
        RAISE EXCEPTION '7 and 13 cannot be compared' USING DETAIL = 'They are too odd.', HINT = 'Take even ones.';
    ELSIF (a).n IN (7, 16) AND (b).n IN (7, 16) AND (a).n <> (b).n THEN
        RAISE EXCEPTION '7 and 16 cannot be compared' USING ERRCODE = 'ZX001';
    ELSIF (a).n IN (7, 19) AND (b).n IN (7, 19) AND (a).n <> (b).n THEN
        RETURN 1 / ((a).n - (a).n);
    END IF;
    RETURN btint4cmp((a).n, (b).n);
END $$;
CREATE FUNCTION less(fragile, fragile) RETURNS bool LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT compare($1, $2) < 0';
CREATE OPERATOR <# (FUNCTION = less, LEFTARG = fragile, RIGHTARG = fragile);
CREATE OPERATOR CLASS fragile_ops DEFAULT FOR TYPE fragile USING btree AS
    OPERATOR 1 <#, FUNCTION 1 compare(fragile, fragile);
CREATE TYPE fragile_range AS RANGE (subtype = fragile, subtype_opclass = fragile_ops);
CREATE TABLE fragiles AS
SELECT n, fragile_range(ROW(n)::fragile, ROW(n + 1)::fragile) AS r FROM generate_series(1, 30) AS n WHERE n % 3 = 1;
SELECT range_union_agg(r) FROM fragiles WHERE n < 17;
\set VERBOSITY default
\set SHOW_CONTEXT never
SELECT range_union_agg(r) FROM fragiles WHERE n IN (7, 13);
SELECT range_union_agg(r) FROM fragiles WHERE n IN (7, 16);
SELECT range_union_agg(r) FROM fragiles WHERE n IN (7, 19);
\set VERBOSITY sqlstate
SELECT range_union_agg(r ORDER BY n DESC) FROM fragiles WHERE n IN (7, 13);
SELECT range_union_agg(r ORDER BY n DESC) FROM fragiles WHERE n IN (7, 16);
SELECT range_union_agg(r ORDER BY n DESC) FROM fragiles WHERE n IN (7, 19);
SELECT range_merge(r) FROM fragiles WHERE n IN (7, 13);
SELECT n, range_union_agg(r) OVER (ORDER BY n ROWS 3 PRECEDING) FROM fragiles;
SELECT n > 0, range_union_agg(r) FROM fragiles WHERE n IN (7, 13) GROUP BY 1;
\set VERBOSITY default
-- Caught many times, in subtransactions inside one query.
CREATE FUNCTION caught(first int, second int) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT range_union_agg(r) FROM fragiles WHERE n IN (first, second));
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT answer, count(*)
FROM generate_series(1, 1000), (VALUES (10), (13), (16), (19)) AS v (second), LATERAL caught(7, second) AS answer
GROUP BY answer ORDER BY answer COLLATE "C";
-- An error inside one aggregate's input leaves another's state alone.
SELECT range_union_agg(int4range(i, i + CASE WHEN caught(7, 13) ~ 'P0001' THEN 1 ELSE 0 END)) FROM generate_series(1, 100) AS i;
SELECT range_union_agg(r) FROM fragiles WHERE n < 13;

-- A canonical function that fails.
SET client_min_messages = warning;
CREATE TYPE picky;
CREATE FUNCTION canonical(picky) RETURNS picky LANGUAGE internal IMMUTABLE STRICT AS 'int4range_canonical';
CREATE TYPE picky AS RANGE (subtype = int4, canonical = canonical);
CREATE TABLE pickies AS SELECT picky(i, i + 1) AS r FROM generate_series(1, 10) AS i;
CREATE OR REPLACE FUNCTION canonical(r picky) RETURNS picky LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
    IF upper(r) - lower(r) > 5 THEN
        RAISE EXCEPTION 'too long' USING ERRCODE = 'check_violation';
    END IF;
    RETURN r;
END $$;
RESET client_min_messages;
\connect -
SET search_path = errors, public;
\set VERBOSITY sqlstate
SELECT range_union_agg(r) FROM pickies;
SELECT range_merge(r) FROM pickies;
SELECT range_union_agg(r) FROM (SELECT r FROM pickies LIMIT 3) AS few;

-- A cancel in the middle of a long union, however its rows come.
SET statement_timeout = '500ms';
CREATE FUNCTION seconds(query text, OUT code text, OUT quick boolean) LANGUAGE plpgsql AS $$
DECLARE
    started timestamptz := clock_timestamp();
BEGIN
    EXECUTE query;
EXCEPTION WHEN OTHERS OR query_canceled THEN
    code := SQLSTATE;
    quick := clock_timestamp() - started < interval '5 s';
END $$;
SELECT * FROM seconds('SELECT range_union_agg(int8range(i, i + 1)) FROM generate_series(1, 100000000) AS i');
SELECT * FROM seconds('SELECT range_union_agg(int8range(i * 2, i * 2 + 1)) FROM generate_series(1, 100000000) AS i');
SELECT * FROM seconds('SELECT range_union_agg(int8range(-i * 2, -i * 2 + 1)) FROM generate_series(1, 100000000) AS i');
SELECT * FROM seconds('SELECT range_union_agg(int8range(x, x + 1)) FROM (SELECT i * 7919 % 100000007 * 2 FROM generate_series(1, 100000000) AS i) AS v (x)');
SELECT * FROM seconds('SELECT range_union_agg(numrange(i, i + 1)) FROM generate_series(1, 100000000) AS i');
SELECT * FROM seconds('SELECT range_merge(int8range(i, i + 1)) FROM generate_series(1, 100000000) AS i');
SELECT * FROM seconds('SELECT count(m) FROM (SELECT range_union_agg(int8range(i * 2, i * 2 + 1)) OVER (ORDER BY i ROWS 20000 PRECEDING) AS m FROM generate_series(1, 1000000) AS i) AS w');
RESET statement_timeout;

-- The session goes on.
SELECT range_union_agg(int8range(i, i + 1)), range_merge(int8range(i, i + 1)) FROM generate_series(1, 1000) AS i;

\set VERBOSITY default
SET client_min_messages = warning;
DROP SCHEMA errors CASCADE;
