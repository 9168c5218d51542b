-- inetrange in the aggregates, functions and series over ranges. Sizes and sums beyond 64 bits are those of
-- Python's ipaddress and integers.
CREATE SCHEMA inetrange_rooms;
SET search_path = inetrange_rooms, public;
\pset null NULL
\set last 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'
-- One row for each item of an array.
CREATE FUNCTION lines(VARIADIC items anyarray) RETURNS text LANGUAGE sql AS $$ SELECT string_agg(item::text, ' ' ORDER BY n) FROM unnest(items) WITH ORDINALITY AS u (item, n) $$;

CREATE TABLE block (id int, r inetrange);
INSERT INTO block VALUES (1, '[10.0.0.0,10.0.0.127]'), (2, '[10.0.0.128,10.0.0.255]'), (3, '[10.0.1.5,10.0.1.9]'), (4, '[10.0.1.7,10.0.1.20]'),
    (5, '[255.255.255.0,255.255.255.255]'), (6, '[::,::ff]'), (7, 'empty'), (8, NULL), (9, '[2001:db8::,2001:db8::ffff]');

-- Aggregates. Neighbours merge, also where the families meet.
SELECT range_union_agg(r), range_union_agg(r) = range_agg(r) AS as_core, pg_column_size(range_union_agg(r)) = pg_column_size(range_agg(r)) AS as_long FROM block;
SELECT range_merge(r), range_merge_agg(r), range_length_agg(r), range_max_depth(r), range_max_depth_at(r), range_has_overlap(r), range_is_contiguous(r), range_max_load(r, id) FROM block;
SELECT range_gaps_agg(r), range_gaps_agg(r, inetrange '[10.0.0.0,10.0.1.255]') FROM block;
SELECT range_gaps_agg(r, inetrange '(,)') = multirange(inetrange '(,)') - range_agg(r) AS as_core FROM block;
SELECT range_union_agg(m), range_merge_agg(m) FROM (SELECT multirange(r) AS m FROM block) AS v;
SELECT id, range_union_agg(r) OVER w, range_max_depth(r) OVER w FROM block WINDOW w AS (ORDER BY id ROWS 1 PRECEDING);
SELECT range_union_agg(r), range_merge(r), range_length_agg(r), range_gaps_agg(r) FROM block WHERE id = 7;
SELECT range_union_agg(r), range_merge(r), range_length_agg(r), range_gaps_agg(r) FROM block WHERE id = 8;

-- Nothing lies below 0.0.0.0 or above the last IPv6 address, and no result says so.
SELECT range_gaps('{[0.0.0.0,::3]}'::inetmultirange, '(,)'), range_gaps(multirange(inetrange('::', :'last', '[]')), '(,)'), range_gaps(multirange(inetrange('0.0.0.0', :'last', '[]')), '(,)');
SELECT range_profile(ARRAY['(,10.0.0.5]', '[0.0.0.0,10.0.0.4]', '[::,)', inetrange('::', :'last', '[]')]);
SELECT range_max_load(r, w) FROM (VALUES ('(,)'::inetrange, 1), (inetrange('0.0.0.0', :'last', '[]'), -1)) AS v (r, w);
SELECT range_split('(,10.0.0.5]'::inetrange, '0.0.0.0', '10.0.0.3/8'), range_subtract('(,10.0.0.5]', '[0.0.0.0,10.0.0.3]'::inetrange);

-- Functions.
SELECT range_length('[10.0.0.0,10.0.0.255]'::inetrange), range_length('empty'::inetrange), range_length('[10.0.0.0,)'::inetrange), range_length('(,::1]'::inetrange), range_length('(,)'::inetrange);
SELECT range_length(inetrange('0.0.0.0', '255.255.255.255', '[]')), range_length(inetrange('::', :'last', '[]')), range_length(inetrange('0.0.0.0', :'last', '[]')), range_length('[255.255.255.255,::]'::inetrange), range_length('[::1,::1]'::inetrange);
SELECT range_length('{[10.0.0.0,10.0.0.255],[::,::f]}'::inetmultirange), range_length('{}'::inetmultirange), range_length('{[10.0.0.0,10.0.0.255],[::,)}'::inetmultirange);
SELECT range_subtract(inetrange '[10.0.0.0,10.0.0.255]', '[10.0.0.64,10.0.0.127]'), range_symmetric_difference(inetmultirange '{[10.0.0.0,::f]}', '{[255.255.255.255,::]}'), multirange_nth(inetmultirange '{[10.0.0.0,10.0.0.9],[::,::f]}', -1);
SELECT range_relation(inetrange '[10.0.0.0,255.255.255.255]', '[::,::1]'), range_relation(inetrange '[10.0.0.0,255.255.255.254]', '[::,::1]'), range_relation(inetrange '[10.0.0.0,::]', '[::,::1]');

-- Moved bounds stay in their family.
SELECT range_shift(inetrange '[10.0.0.0,10.0.0.255]', 256), range_shift(inetrange '[10.0.0.0,10.0.0.255]', '-10.00'), range_shift(inetrange '[::,::f]', 2::numeric ^ 100), range_shift(inetrange '[10.0.0.0,)', 1), range_shift(inetrange '[10.0.0.0,::]', 5), range_shift(inetrange 'empty', 5);
SELECT range_shift(inetrange '[10.0.0.0,10.0.0.255]', 5::smallint), range_shift(inetrange '[10.0.0.0,10.0.0.255]', 5::bigint), range_shift(inetrange '[10.0.0.0,10.0.0.255]', 5::float8);
SELECT range_expand(inetrange '[10.0.0.0,10.0.0.255]', 1), range_expand(inetrange '[10.0.0.0,10.0.0.255]', -127), range_expand(inetrange '[10.0.0.0,10.0.0.255]', -128), range_expand(inetrange '[10.0.0.0,::5]', 1, 7), range_expand(inetrange '(,10.0.0.5]', 1, 0);
DO $$
DECLARE
    call text;
    told text;
    detail text;
BEGIN
    FOREACH call IN ARRAY ARRAY['range_shift(inetrange ''[10.0.0.0,255.255.255.255]'', 1)', 'range_shift(inetrange ''[10.0.0.0,255.255.255.255]'', -184549376)', 'range_shift(inetrange ''[::,::5]'', -1)',
        'range_expand(inetrange ''[0.0.0.0,10.0.0.5]'', 1)', 'range_expand(inetrange ''[255.255.255.0,255.255.255.255]'', 0, 1)', 'range_shift(inetrange ''[::,::5]'', 340282366920938463463374607431768211456)',
        'range_shift(inetrange ''[::,::5]'', 0.5)', 'range_shift(inetrange ''[::,::5]'', ''NaN'')', 'range_shift(inetrange ''[::,::5]'', ''Infinity''::numeric)', 'generate_series(inetrange ''[::,::5]'', 0)',
        'generate_series(inetrange ''[::,::5]'', 1.5)', 'generate_series(inetrange ''[::,::5]'', ''NaN'')', 'generate_series(inetrange ''[::,::5]'', 1e39)', 'generate_series(inetrange ''[::,)'')', 'generate_series(inetrange ''(,::5]'', 1)',
        'generate_range_series(inetrange ''[::,::5]'', -1)', 'generate_range_series(inetrange ''[::,::5]'', 1, 0)', 'generate_range_series(inetrange ''[::,::5]'', 0.5)', 'generate_range_series(inetrange ''[::,::5]'', 1, 1, ''half'')',
        'generate_range_series(inetrange(''ffff:ffff:ffff:ffff:ffff:ffff:ffff:fff0'', ''ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'', ''[]''), 7, 7, ''keep'')',
        'range_island(inetrange ''[::,::5]'', -1) OVER ()', 'range_session(inetrange ''[::,::5]'', 0.5) OVER (ROWS 1 PRECEDING)', 'range_island(r, 1.5) OVER (ORDER BY r)'] LOOP
        BEGIN
            EXECUTE format('SELECT %s FROM (VALUES (inetrange ''[::,::5]''), (''[::9,::9]'')) AS v (r)', call);
            RAISE NOTICE '%: no error', call;
        EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS told = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
            RAISE NOTICE USING MESSAGE = format('%s: %s: %s %s', call, SQLSTATE, told, detail);
        END;
    END LOOP;
END $$;

-- Gaps count the addresses that are missing, over both families.
SELECT r, range_island(r) OVER w, range_island(r, 2) OVER w AS two, range_island(r, 3) OVER w AS three, range_session(r, 2) OVER w AS session, range_island(r, 1e38) OVER w AS endless
FROM (VALUES (inetrange '[10.0.0.0,10.0.0.9]'), ('[10.0.0.12,10.0.0.13]'), ('[10.0.0.17,10.0.0.18]'), ('[255.255.255.254,255.255.255.254]'), ('[::1,::1]'), ('[::2,::3]'), ('empty'), (NULL)) AS v (r) WINDOW w AS (ORDER BY r);

-- Series go over both families.
SELECT lines(VARIADIC ARRAY(SELECT generate_series(inetrange '[255.255.255.253,::2]'))) AS every, lines(VARIADIC ARRAY(SELECT generate_series(inetrange '[255.255.255.250,::5]', 5))) AS fives, lines(VARIADIC ARRAY(SELECT generate_series(inetrange '[255.255.255.250,::5]', -5))) AS down;
SELECT lines(VARIADIC ARRAY(SELECT generate_series(inetrange '(10.0.0.0/8,10.0.0.9/30]', 4::smallint))) AS brackets, lines(VARIADIC ARRAY(SELECT generate_series(inetrange '[10.0.0.0,10.0.0.9]', '3'))) AS untyped, lines(VARIADIC ARRAY(SELECT generate_series(inetrange 'empty'))) AS empty, lines(VARIADIC ARRAY(SELECT generate_series(inetrange '[10.0.0.0,10.0.0.9]', NULL))) AS unknown;
SELECT lines(VARIADIC ARRAY(SELECT generate_series(inetrange('0.0.0.0', :'last', '[]'), 2::numeric ^ 127))) AS up, lines(VARIADIC ARRAY(SELECT generate_series(inetrange('0.0.0.0', :'last', '[]'), -2::numeric ^ 127))) AS down, lines(VARIADIC ARRAY(SELECT generate_series(inetrange('0.0.0.0', :'last', '[]'), 340282366920938463463374607431768211455))) AS widest;
-- They stop early.
SELECT generate_series(inetrange('::', :'last', '[]')) LIMIT 3;
SELECT generate_range_series(inetrange('::', :'last', '[]'), 2::numeric ^ 96) LIMIT 2;

-- Pieces.
SELECT generate_range_series(inetrange '[10.0.0.0,10.0.0.255]', 64);
SELECT lines(VARIADIC ARRAY(SELECT generate_range_series(inetrange '[255.255.255.250,::4]', 4))) AS tiles, lines(VARIADIC ARRAY(SELECT generate_range_series(inetrange '[10.0.0.0,10.0.0.9]', 4, 2))) AS holes, lines(VARIADIC ARRAY(SELECT generate_range_series(inetrange '[10.0.0.0,10.0.0.9]', 4, 6))) AS windows;
SELECT partial, lines(VARIADIC ARRAY(SELECT generate_range_series(inetrange '[10.0.0.0,10.0.0.9]', 4, 6, partial))) AS windows, lines(VARIADIC ARRAY(SELECT generate_range_series(inetrange('ffff:ffff:ffff:ffff:ffff:ffff:ffff:fff8', :'last', '[]'), 4, 4, partial))) AS at_the_end
FROM (VALUES ('clip'), ('drop'), ('keep')) AS v (partial);

-- What the planner expects.
CREATE FUNCTION expected_rows(query text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
    RETURN plan -> 0 -> 'Plan' ->> 'Plan Rows';
END $$;
SELECT expected_rows('SELECT generate_series(inetrange ''[10.0.0.0,10.0.0.255]'')') AS every, expected_rows('SELECT generate_series(inetrange ''[10.0.0.0,10.0.0.255]'', 5)') AS fives, expected_rows('SELECT generate_series(inetrange ''[10.0.0.0,10.0.0.255]'', -255)') AS down,
    expected_rows('SELECT generate_series(inetrange ''[255.255.255.0,::ff]'')') AS both, expected_rows('SELECT generate_range_series(inetrange ''[10.0.0.0,10.0.0.255]'', 64)') AS pieces, expected_rows('SELECT generate_range_series(inetrange ''[10.0.0.0,10.0.1.0]'', 64)') AS one_more,
    expected_rows('SELECT generate_series(inetrange ''[10.0.0.0,10.0.0.255]'', 0.5)') AS wrong, expected_rows('SELECT generate_series(inetrange ''[10.0.0.0,)'')') AS endless, expected_rows('SELECT generate_series(inetrange ''empty'')') AS empty,
    round(expected_rows(format('SELECT generate_series(inetrange(''0.0.0.0'', %L, ''[]''))', :'last')), -30) AS all_there_are;

-- A range type of one's own over inet steps over 128 bits too, each family for itself, and keeps the netmask.
CREATE TYPE addresses AS RANGE (subtype = inet);
SELECT lines(VARIADIC ARRAY(SELECT generate_series(addresses('::/64', :'last'), 2::numeric ^ 126))) AS up, lines(VARIADIC ARRAY(SELECT generate_series(addresses('255.255.255.250', '::5'), 4))) AS family, range_shift(addresses('::1/64', '8000::'), 2::numeric ^ 100) AS shifted;

-- Serialized states: what parallel plans send, and bytes made by hand.
SELECT probin AS module FROM pg_proc WHERE proname = 'range_union_serialize' \gset
CREATE FUNCTION union_absorb(internal, bytea, anyrange) RETURNS internal LANGUAGE c AS :'module', 'range_union_absorb';
CREATE FUNCTION union_final(internal, bytea, anyrange) RETURNS anymultirange LANGUAGE c AS :'module', 'range_union_final';
CREATE AGGREGATE union_state(anyrange) (SFUNC = range_union_transition, STYPE = internal, FINALFUNC = range_union_serialize);
CREATE AGGREGATE union_of_states(bytea, anyrange) (SFUNC = union_absorb, STYPE = internal, FINALFUNC = union_final, FINALFUNC_EXTRA);
SELECT right(union_state(r)::text, 138) AS spans FROM (VALUES (inetrange '[10.0.0.1,::]'), ('[::2,)')) AS v (r);
SELECT union_of_states(s, NULL::inetrange) FROM (SELECT union_state(r) AS s FROM block GROUP BY id % 3) AS v;
CREATE TABLE state AS SELECT union_state(r) AS bytes FROM (VALUES (inetrange '(,10.0.0.1]'), ('[10.0.0.3,::]'), (inetrange('::2', :'last', '[]'))) AS v (r);
CREATE FUNCTION outcome(bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer inetmultirange;
BEGIN
    SELECT union_of_states(bytes, NULL::inetrange) INTO answer;
    RETURN CASE WHEN answer::text::inetmultirange = answer AND answer::text::inetmultirange::text = answer::text THEN 'valid' ELSE 'damaged: ' || answer END;
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
-- Behind the names of the type and its schema come 1 + 3 * 34 bytes.
SELECT outcome, count(*) FROM (
    SELECT outcome(set_byte(bytes, octet_length(bytes) - place, value)) FROM state, generate_series(1, 102) AS place, (VALUES (0), (1), (2), (3), (255)) AS v (value)) AS made GROUP BY outcome ORDER BY outcome;
SELECT outcome, count(*) FROM (SELECT outcome(substring(bytes FROM 1 FOR octet_length(bytes) - less)) FROM state, generate_series(1, 103) AS less) AS made GROUP BY outcome;

SET client_min_messages = warning;
DROP SCHEMA inetrange_rooms CASCADE;
