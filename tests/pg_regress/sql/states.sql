-- Serialized states: what travels between processes and servers. Bytes made by hand must give a
-- valid answer or an error, never a damaged value or a crash. Oracle: core's range_agg over the rows.
SET datestyle = ISO;
SET timezone = 'UTC';
CREATE SCHEMA states;
SET search_path = states, public;

-- The library exports functions that add a serialized state, as a distributed engine's coordinator
-- does; the argument `like` gives the result its type.
SELECT probin AS module FROM pg_proc WHERE proname = 'range_union_serialize' \gset
CREATE FUNCTION union_absorb(internal, bytea, anyrange) RETURNS internal
    LANGUAGE c AS :'module', 'range_union_absorb';
CREATE FUNCTION hull_absorb(internal, bytea, anyrange) RETURNS internal
    LANGUAGE c AS :'module', 'range_hull_absorb';
CREATE FUNCTION union_final(internal, bytea, anyrange) RETURNS anymultirange
    LANGUAGE c AS :'module', 'range_union_final';
CREATE FUNCTION hull_final(internal, bytea, anyrange) RETURNS anyrange
    LANGUAGE c AS :'module', 'range_hull_final';
CREATE AGGREGATE union_state(anyrange) (SFUNC = range_union_transition, STYPE = internal, FINALFUNC = range_union_serialize);
CREATE AGGREGATE hull_state(anyrange) (SFUNC = range_hull_transition, STYPE = internal, FINALFUNC = range_hull_serialize);
CREATE AGGREGATE union_of_states(bytea, anyrange) (SFUNC = union_absorb, STYPE = internal, FINALFUNC = union_final, FINALFUNC_EXTRA);
CREATE AGGREGATE hull_of_states(bytea, anyrange) (SFUNC = hull_absorb, STYPE = internal, FINALFUNC = hull_final, FINALFUNC_EXTRA);
CREATE AGGREGATE union_state_of_states(bytea, anyrange) (SFUNC = union_absorb, STYPE = internal, FINALFUNC = range_union_serialize);

-- The bytes themselves: a change here is a new version of the format.
SELECT union_state(r), hull_state(r) FROM (VALUES (int4range(1, 5)), ('[7,)')) AS v (r);
SELECT union_state(r) FROM (VALUES (numrange(1.5, 2, '(]'))) AS v (r);
SELECT union_state(r), hull_state(r) FROM (VALUES ('empty'::tstzrange), (NULL)) AS v (r);
SELECT union_state(r), hull_state(r) FROM (VALUES (NULL::tstzrange)) AS v (r);

-- A type of every class, each with some ranges.
CREATE TYPE float8_range AS RANGE (subtype = float8);
CREATE TYPE float4_range AS RANGE (subtype = float4);
CREATE TYPE booleans AS RANGE (subtype = bool);
CREATE TYPE lsn_range AS RANGE (subtype = pg_lsn);
CREATE TYPE oid_range AS RANGE (subtype = oid);
CREATE TYPE time_range AS RANGE (subtype = time);
CREATE TYPE uuid_range AS RANGE (subtype = uuid);
CREATE TYPE inet_range AS RANGE (subtype = inet);
CREATE TYPE letters AS RANGE (subtype = text, collation = "C");
CREATE TYPE number_lists AS RANGE (subtype = int4[]);
CREATE TYPE size AS ENUM ('small', 'medium', 'large');
CREATE TYPE sizes AS RANGE (subtype = size);
CREATE DOMAIN percent AS int4 CHECK (VALUE BETWEEN 0 AND 100);
CREATE TYPE percents AS RANGE (subtype = percent);
CREATE TYPE point_in_version AS (major int, minor text COLLATE "C");
CREATE TYPE versions AS RANGE (subtype = point_in_version);
CREATE TYPE ranges AS RANGE (subtype = int4range);
SET client_min_messages = warning;
CREATE TYPE discrete;
CREATE FUNCTION canonical(discrete) RETURNS discrete LANGUAGE internal IMMUTABLE STRICT AS 'int4range_canonical';
CREATE TYPE discrete AS RANGE (subtype = int4, canonical = canonical);
-- A type without binary input and output: its text travels.
CREATE TYPE number_as_text;
CREATE FUNCTION number_as_text_in(cstring) RETURNS number_as_text LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION number_as_text_out(number_as_text) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
CREATE TYPE number_as_text (INPUT = number_as_text_in, OUTPUT = number_as_text_out, LIKE = int4);
CREATE FUNCTION compare(number_as_text, number_as_text) RETURNS int4 LANGUAGE internal IMMUTABLE STRICT AS 'btint4cmp';
CREATE FUNCTION less(number_as_text, number_as_text) RETURNS bool LANGUAGE internal IMMUTABLE STRICT AS 'int4lt';
CREATE OPERATOR < (FUNCTION = less, LEFTARG = number_as_text, RIGHTARG = number_as_text);
CREATE OPERATOR CLASS number_as_text_ops DEFAULT FOR TYPE number_as_text USING btree AS OPERATOR 1 <, FUNCTION 1 compare(number_as_text, number_as_text);
CREATE TYPE texts_of_numbers AS RANGE (subtype = number_as_text);
RESET client_min_messages;
CREATE SCHEMA "An ""odd"" schema";
CREATE TYPE "An ""odd"" schema"."Ünïcode ""range""" AS RANGE (subtype = int2);

CREATE TABLE sample (type text, ranges text[]);
INSERT INTO sample VALUES
    ('int4range', '{"[1,5)","[7,)","(,-3)"}'),
    ('int8range', '{"[1,5)","[9223372036854775800,9223372036854775807)"}'),
    ('numrange', '{"(1.50,2]","[NaN,)","[-Infinity,-1e40]"}'),
    ('daterange', '{"[-infinity,2024-01-01)","[2024-02-29,2024-03-01)"}'),
    ('tsrange', '{"[2024-01-01,2024-01-02]","(2024-02-01,infinity)"}'),
    ('tstzrange', '{"[2024-01-01,2024-01-02]","(2024-02-01,infinity]"}'),
    ('float8_range', '{"[-Infinity,-0.5]","(0,1e300)","[NaN,NaN]"}'),
    ('float4_range', '{"[-1.5,-0.5]","(0,1e30)","[NaN,NaN]"}'),
    ('booleans', '{"(f,t]"}'),
    ('lsn_range', '{"(0/0,1/FF]","[FFFFFFFF/0,FFFFFFFF/FFFFFFFF]"}'),
    ('oid_range', '{"(0,1]","[4294967295,)"}'),
    ('time_range', '{"[01:00,02:00)","[23:00,24:00]"}'),
    ('uuid_range', '{"[a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11,b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11)"}'),
    ('inet_range', '{"[10.0.0.1/8,10.0.0.9]","[::1,)"}'),
    ('letters', '{"[a,b)","(é,漢]"}'),
    ('number_lists', '{"[\"{1,2}\",\"{1,3}\"]"}'),
    ('sizes', '{"[small,medium)","[large,large]"}'),
    ('percents', '{"[0,5)","(99,100]"}'),
    ('versions', '{"[\"(1,a)\",\"(1,b)\")","(\"(2,)\",]"}'),
    ('ranges', '{"[\"[1,2)\",\"[3,4)\"]"}'),
    ('discrete', '{"[1,5)","[7,)"}'),
    ('texts_of_numbers', '{"[1,5)","(7,100]"}'),
    ('"An ""odd"" schema"."Ünïcode ""range"""', '{"[1,5)","(7,100]"}');

-- For each type: whether states of single rows give, byte for byte, what core gives over the rows, and
-- the state that all rows give. Kept: the state, and how long the part of it is that names the type.
CREATE TABLE state (type text, kind text, bytes bytea, header int);
CREATE PROCEDURE round_trip(of sample) LANGUAGE plpgsql AS $$
DECLARE
    union_same boolean;
    hull_same boolean;
    again boolean;
    found record;
BEGIN
    EXECUTE format($q$
        WITH input AS (SELECT n, r::%1$s AS r FROM unnest($1) WITH ORDINALITY AS u (r, n)),
            parts AS (SELECT union_state(r) AS u, hull_state(r) AS h FROM input GROUP BY n)
        SELECT (SELECT record_image_eq(ROW(union_of_states(u, NULL::%1$s)), (SELECT ROW(range_agg(r)) FROM input)) FROM parts) AS union_same,
            (SELECT record_image_eq(ROW(hull_of_states(h, NULL::%1$s)), (SELECT ROW(pg_catalog.range_merge(range_agg(r))) FROM input)) FROM parts) AS hull_same,
            (SELECT union_state_of_states(u, NULL::%1$s) FROM parts) = (SELECT union_state(r) FROM input) AS again,
            (SELECT union_state(r) FROM input) AS u, (SELECT hull_state(r) FROM input) AS h$q$, of.type)
    INTO found USING of.ranges;
    INSERT INTO state
    SELECT of.type, kind, bytes, CASE get_byte(bytes, 2) WHEN 0 THEN 7
            ELSE 3 + 8 + octet_length(typname::text) + octet_length(nspname::text) END
    FROM (VALUES ('union', found.u), ('hull', found.h)) AS v (kind, bytes),
        pg_type JOIN pg_namespace ON pg_namespace.oid = typnamespace
    WHERE pg_type.oid = of.type::regtype;
    RAISE NOTICE '%: union %, hull %, state of states %', of.type, found.union_same, found.hull_same, found.again;
END $$;
DO $$
DECLARE
    of sample;
BEGIN
    FOR of IN SELECT * FROM sample LOOP
        CALL round_trip(of);
    END LOOP;
END $$;

-- States of several rows each, and NULL among them.
SELECT union_of_states(s, NULL::int4range), hull_of_states(h, NULL::int4range)
FROM (SELECT union_state(r) AS s, hull_state(r) AS h
      FROM generate_series(1, 100) AS i, int4range(i * 3, i * 3 + 4) AS r GROUP BY i % 7
      UNION ALL SELECT NULL, NULL) AS parts;
SELECT union_of_states(NULL, NULL::int4range), hull_of_states(NULL, NULL::int4range);
SELECT union_of_states(s, NULL::int4range), hull_of_states(h, NULL::int4range)
FROM (SELECT union_state(r) AS s, hull_state(r) AS h FROM (VALUES ('empty'::int4range)) AS v (r)) AS parts;

-- Bytes made by hand. `outcome` is the error's code, or 'valid', or what is wrong with the answer.
CREATE FUNCTION outcome(type text, kind text, bytes bytea, type_is_known boolean) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
    reread text;
BEGIN
    EXECUTE format('SELECT %I($1, NULL::%s)::text', kind || '_of_states', type) INTO answer USING bytes;
    IF type_is_known THEN
        EXECUTE format('SELECT $1::%s::text',
            (SELECT CASE kind WHEN 'union' THEN rngmultitypid::regtype ELSE rngtypid::regtype END
             FROM pg_range WHERE rngtypid = type::regtype)) INTO reread USING answer;
        IF reread IS DISTINCT FROM answer THEN
            RETURN format('damaged: %s is %s', answer, reread);
        END IF;
    END IF;
    RETURN 'valid';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;

CREATE TABLE attempt AS
SELECT what, type, kind, outcome(type, kind, bytes, type_is_known)
FROM (
    SELECT 'as it was' AS what, type, kind, bytes, true AS type_is_known FROM state
    UNION ALL
    SELECT 'cut short', type, kind, substring(bytes FROM 1 FOR length), true
    FROM state, generate_series(0, octet_length(bytes) - 1) AS length
    UNION ALL
    SELECT 'one byte more', type, kind, bytes || more, true FROM state, (VALUES ('\x00'::bytea), ('\xff')) AS v (more)
    UNION ALL
    SELECT 'other version', type, kind, set_byte(bytes, 0, other), true FROM state, (VALUES (0), (2), (255)) AS v (other)
    UNION ALL
    SELECT 'other kind', type, CASE kind WHEN 'hull' THEN 'union' ELSE 'hull' END, bytes, true FROM state
    UNION ALL
    SELECT CASE WHEN place < 2 THEN 'version or kind changed' WHEN place < header THEN 'type changed' ELSE 'value changed' END,
        type, kind, set_byte(bytes, place, value), place < 2 OR place >= header
    FROM state, generate_series(0, octet_length(bytes) - 1) AS place,
        LATERAL (SELECT (VALUES (0)) UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 127 UNION SELECT 128 UNION SELECT 255
            UNION SELECT get_byte(bytes, place) # 1 UNION SELECT (get_byte(bytes, place) + 1) % 256
            UNION SELECT get_byte(bytes, place) # 32) AS v (value)
    WHERE value <> get_byte(bytes, place)
    UNION ALL
    SELECT 'values at random', type, kind,
        substring(bytes FROM 1 FOR header) || substring(decode(md5(i || type) || md5(type || i), 'hex') FROM 1 FOR i % 32), true
    FROM state, generate_series(1, 100) AS i
    UNION ALL
    SELECT 'some values at random', type, kind,
        substring(bytes FROM 1 FOR header + 1) || substring(decode(md5(i || type) || md5(type || i), 'hex') FROM 1 FOR i % 32), true
    FROM state, generate_series(1, 100) AS i
    UNION ALL
    SELECT 'two bytes changed', type, kind, set_byte(set_byte(bytes,
        header + abs(hashint4(i)) % (octet_length(bytes) - header), abs(hashint4(i * 3)) % 256),
        header + abs(hashint4(i * 5)) % (octet_length(bytes) - header), abs(hashint4(i * 7)) % 256), true
    FROM state, generate_series(1, 200) AS i
    UNION ALL
    SELECT 'at random', 'int4range', kind, substring(decode(md5(i::text) || md5(i || 'x'), 'hex') FROM 1 FOR i % 32), true
    FROM (VALUES ('union'), ('hull')) AS v (kind), generate_series(0, 1000) AS i
) AS made;
SELECT what, count(*) > 0 AS tried, bool_or(outcome = 'valid') AS some_valid, bool_and(outcome = 'valid') AS all_valid,
    string_agg(DISTINCT outcome, ' ') FILTER (WHERE outcome <> 'valid' AND outcome !~ '^(08P01|22...|23514|42704|42804|54000)$') AS unexpected
FROM attempt GROUP BY what ORDER BY what COLLATE "C";
SELECT what, type, kind, outcome, count(*) FROM attempt
WHERE outcome <> 'valid' AND outcome !~ '^(08P01|22...|23514|42704|42804|54000)$'
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4;
-- What the library itself finds wrong has one code.
SELECT what, string_agg(DISTINCT outcome, ' ' ORDER BY outcome) AS outcomes FROM attempt
WHERE what IN ('as it was', 'one byte more', 'other version', 'other kind', 'version or kind changed', 'at random')
    OR what = 'cut short' AND type IN ('int4range', 'tstzrange')
GROUP BY what ORDER BY what COLLATE "C";

-- The messages.
SELECT union_of_states('\x', NULL::int4range);
SELECT union_of_states('\x02', NULL::int4range);
SELECT union_of_states(set_byte(bytes, 3, 255), NULL::int4range) FROM state WHERE type = 'int4range' AND kind = 'union';
-- States of two types in one aggregate.
SELECT union_of_states(bytes, NULL::int4range) FROM (SELECT bytes FROM state WHERE type IN ('int4range', 'int8range') AND kind = 'union' ORDER BY type) AS s;
SELECT hull_of_states(bytes, NULL::int4range) FROM (SELECT bytes FROM state WHERE type IN ('int4range', 'letters') AND kind = 'hull' ORDER BY type) AS s;
-- A state of another type than the call expects is that type's answer all the same.
SELECT union_of_states(bytes, NULL::int4range) FROM state WHERE type = 'letters' AND kind = 'union';

-- The type goes by its name, wherever the search path leads.
SET search_path = '';
SELECT states.union_of_states(bytes, NULL::"An ""odd"" schema"."Ünïcode ""range""") FROM states.state WHERE type LIKE '%odd%' AND kind = 'union';
SET search_path = states, public;
ALTER TYPE "An ""odd"" schema"."Ünïcode ""range""" RENAME TO another;
SELECT union_of_states(bytes, NULL::int4range) FROM state WHERE type LIKE '%odd%' AND kind = 'union';
CREATE TYPE "An ""odd"" schema"."Ünïcode ""range""" AS ENUM ('no range');
SELECT union_of_states(bytes, NULL::int4range) FROM state WHERE type LIKE '%odd%' AND kind = 'union';
SELECT union_of_states(bytes, NULL::letters) FROM state WHERE type = 'letters' AND kind = 'union';
ALTER SCHEMA states RENAME TO elsewhere;
SET search_path = elsewhere, public;
SELECT union_of_states(bytes, NULL::letters) FROM state WHERE type = 'letters' AND kind = 'union';
ALTER SCHEMA elsewhere RENAME TO states;
SET search_path = states, public;

-- Text travels in the database's encoding, whatever the client's is: the state is the same, also
-- with letters that the client's encoding lacks, and an error leaves the client's encoding as it was.
CREATE TABLE word AS SELECT i, letters('é' || i, '漢' || i) AS r FROM generate_series(1, 5000) AS i;
CREATE TABLE utf8 AS SELECT union_state(r) AS u, hull_state(r) AS h FROM word;
ALTER TABLE word SET (parallel_workers = 2);
ANALYZE word;
SET client_encoding = LATIN1;
SELECT (SELECT union_state(r) FROM word) = u AS union_same, (SELECT hull_state(r) FROM word) = h AS hull_same FROM utf8;
SELECT union_of_states(u, NULL::letters) = (SELECT range_agg(r) FROM word) AS union_same FROM utf8;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET parallel_leader_participation = off;
EXPLAIN (COSTS OFF) SELECT range_union_agg(r) FROM word;
SELECT (SELECT range_union_agg(r) FROM word) = (SELECT range_agg(r) FROM word) AS parallel_same;
-- Bytes that are no text.
SELECT outcome('letters', 'union', overlay(bytes PLACING '\xff' FROM octet_length(bytes)), true) FROM state WHERE type = 'letters' AND kind = 'union';
SHOW client_encoding;
RESET client_encoding;

SET client_min_messages = warning;
DROP SCHEMA states CASCADE;
DROP SCHEMA "An ""odd"" schema" CASCADE;
