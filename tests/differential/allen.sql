-- Allen's relations of all pairs of small ranges, against their definitions by core's operators, and
-- worked examples that others have published.
--
--   psql -X -v ON_ERROR_STOP=1 -v rounds=N -f allen.sql
\set ON_ERROR_STOP on
\set QUIET on
\pset pager off
SET client_min_messages = notice;
SET datestyle = ISO;
SET timezone = 'UTC';
SELECT set_config('rangerank_test.rounds', :'rounds', false) AS rounds \gset test_

-- The relations and their converses, in the order of Allen 1983, "Maintaining knowledge about
-- temporal intervals", CACM 26(11), figure 2, with the letters that are usual today.
CREATE TABLE relation (name text PRIMARY KEY, converse text NOT NULL, letter text NOT NULL);
INSERT INTO relation VALUES
    ('precedes', 'preceded_by', 'p'), ('meets', 'met_by', 'm'), ('overlaps', 'overlapped_by', 'o'),
    ('finished_by', 'finishes', 'F'), ('contains', 'during', 'D'), ('starts', 'started_by', 's'),
    ('equals', 'equals', 'e'), ('started_by', 'starts', 'S'), ('during', 'contains', 'd'),
    ('finishes', 'finished_by', 'f'), ('overlapped_by', 'overlaps', 'O'), ('met_by', 'meets', 'M'),
    ('preceded_by', 'precedes', 'P');

-- All that hold by core's operators. `a &< b`: a does not end behind b; `a &> b`: a does not start
-- before b.
CREATE FUNCTION core_relations(a anyrange, b anyrange) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT array_remove(ARRAY[
        CASE WHEN a << b AND NOT a -|- b THEN 'precedes' END,
        CASE WHEN a << b AND a -|- b THEN 'meets' END,
        CASE WHEN a && b AND NOT a &> b AND NOT b &< a THEN 'overlaps' END,
        CASE WHEN a @> b AND NOT a &> b AND a &< b THEN 'finished_by' END,
        CASE WHEN a @> b AND NOT a &> b AND NOT a &< b THEN 'contains' END,
        CASE WHEN a <@ b AND b &> a AND NOT b &< a THEN 'starts' END,
        CASE WHEN a = b THEN 'equals' END,
        CASE WHEN a @> b AND a &> b AND NOT a &< b THEN 'started_by' END,
        CASE WHEN a <@ b AND NOT b &> a AND NOT b &< a THEN 'during' END,
        CASE WHEN a <@ b AND NOT b &> a AND b &< a THEN 'finishes' END,
        CASE WHEN a && b AND NOT b &> a AND NOT a &< b THEN 'overlapped_by' END,
        CASE WHEN a >> b AND a -|- b THEN 'met_by' END,
        CASE WHEN a >> b AND NOT a -|- b THEN 'preceded_by' END], NULL)
$$;

-- Types of all classes: discrete and continuous, by value and by reference, created by users.
CREATE TYPE text_range AS RANGE (subtype = text, collation = "C");
CREATE TYPE float_range AS RANGE (subtype = float8);
CREATE TABLE kind (type regtype, value text);
INSERT INTO kind VALUES ('int4range', 'i'), ('int8range', 'i * 1000000000000'), ('numrange', 'i / 10.0'),
    ('daterange', $$CASE i WHEN 4 THEN 'infinity' ELSE '2024-02-27'::date + i END$$),
    ('tstzrange', $$CASE i WHEN 0 THEN '-infinity' ELSE '2024-02-27'::timestamptz + i * interval '1 h' END$$),
    ('inetrange', $$('{0.0.0.0,255.255.255.255,::,::1,ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff}'::inet[])[1 + i]$$), ('text_range', $$repeat('x', i * 60)$$), ('float_range', $$CASE i WHEN 4 THEN 'NaN' ELSE i / 4.0 END$$);

-- Every pair of ranges with bounds at five values or none, of all kinds, and empty.
DO $$
DECLARE
    of kind;
    pairs bigint;
    relations bigint;
    different text;
BEGIN
    FOR of IN SELECT * FROM kind LOOP
        EXECUTE format($q$
            CREATE TABLE small AS
            SELECT DISTINCT r FROM (
                SELECT %1$s(a, b, kind) AS r
                FROM (SELECT %2$s AS a FROM generate_series(0, 4) AS i UNION ALL SELECT NULL) AS x,
                    (SELECT %2$s AS b FROM generate_series(0, 4) AS i UNION ALL SELECT NULL) AS y,
                    unnest('{[],[),(],()}'::text[]) AS kind
                WHERE a <= b OR a IS NULL OR b IS NULL) AS every$q$, of.type, of.value);
        WITH every AS MATERIALIZED (
            SELECT a.r AS a, b.r AS b, range_relation(a.r, b.r) AS ours, range_relation(b.r, a.r) AS back,
                CASE WHEN isempty(a.r) OR isempty(b.r) THEN '{}' ELSE core_relations(a.r, b.r) END AS core
            FROM small AS a, small AS b)
        SELECT count(*), count(DISTINCT ours), min(format('range_relation(%s, %s) = %s, converse %s; by core''s operators %s',
                a, b, ours, back, core)) FILTER (
            WHERE coalesce(ARRAY[ours], '{}') IS DISTINCT FROM coalesce(nullif(core, '{}'), ARRAY[NULL]::text[])
                OR back IS DISTINCT FROM converse
                -- By bounds: closed and open ones, none, and those of a discrete type's elements.
                OR (ours = 'equals') IS DISTINCT FROM (CASE WHEN NOT (isempty(a) OR isempty(b)) THEN a = b END)
                OR (ours IN ('precedes', 'meets', 'met_by', 'preceded_by')) IS DISTINCT FROM
                    (CASE WHEN NOT (isempty(a) OR isempty(b)) THEN isempty(a * b) END)
                OR (ours IN ('meets', 'met_by')) AND
                    (multirange(a) + multirange(b) <> multirange(range_merge(a, b)) OR a && b))
        INTO pairs, relations, different
        FROM every LEFT JOIN relation ON name = ours;
        IF different IS NOT NULL THEN
            RAISE EXCEPTION '%: %', of.type, different;
        ELSIF relations <> 13 OR pairs < 400 OR NOT (SELECT bool_or(isempty(r)) AND bool_or(lower_inf(r) AND upper_inf(r)) FROM small) THEN
            RAISE EXCEPTION '%: % relations in % pairs', of.type, relations, pairs;
        END IF;
        RAISE NOTICE '%: % pairs', of.type, pairs;
        DROP TABLE small;
    END LOOP;
END $$;

-- Composition: which relations of a to c the relations of a to b and of b to c leave open, over all
-- triples of half-open ranges with bounds at six values. Rows of the table in Allen 1983, figure 4.
CREATE TABLE composition AS
SELECT DISTINCT ab.letter AS ab, bc.letter AS bc, ac.letter AS ac
FROM (SELECT int4range(i, j) AS r FROM generate_series(1, 6) AS i, generate_series(i + 1, 6) AS j) AS a,
    (SELECT int4range(i, j) AS r FROM generate_series(1, 6) AS i, generate_series(i + 1, 6) AS j) AS b,
    (SELECT int4range(i, j) AS r FROM generate_series(1, 6) AS i, generate_series(i + 1, 6) AS j) AS c,
    relation AS ab, relation AS bc, relation AS ac
WHERE ab.name = range_relation(a.r, b.r) AND bc.name = range_relation(b.r, c.r) AND ac.name = range_relation(a.r, c.r);
DO $$
DECLARE
    different text;
BEGIN
    SELECT string_agg(format('%s of %s: %s, published %s', ab, bc, ours, published), E'\n') INTO different
    FROM (VALUES ('p', 'p', 'p'), ('p', 'd', 'pmosd'), ('p', 'P', 'pmoFDseSdfOMP'), ('d', 'd', 'd'), ('d', 'p', 'p'),
            ('D', 'D', 'D'), ('D', 'd', 'oFDseSdfO'), ('D', 'p', 'pmoFD'), ('o', 'o', 'pmo'), ('o', 'O', 'oFDseSdfO'),
            ('o', 'd', 'osd'), ('o', 'D', 'pmoFD'), ('m', 'm', 'p'), ('m', 'M', 'Fef'), ('M', 'm', 'seS'), ('m', 'd', 'osd'),
            ('s', 's', 's'), ('s', 'S', 'seS'), ('s', 'd', 'd'), ('s', 'f', 'd'), ('f', 'F', 'Fef'), ('f', 's', 'd'),
            ('F', 'f', 'Fef'), ('S', 's', 'seS'), ('O', 'O', 'OMP'), ('d', 'D', 'pmoFDseSdfOMP')
        ) AS known (ab, bc, published),
        LATERAL (SELECT string_agg(ac, '' ORDER BY strpos('pmoFDseSdfOMP', ac)) AS ours
            FROM composition AS c WHERE c.ab = known.ab AND c.bc = known.bc) AS f
    WHERE ours IS DISTINCT FROM published;
    IF different IS NOT NULL THEN
        RAISE EXCEPTION 'composition' USING DETAIL = different;
    END IF;
    -- The whole table has 409 entries.
    IF (SELECT count(*) FROM composition) <> 409 THEN
        RAISE EXCEPTION 'the composition has % entries', (SELECT count(*) FROM composition);
    END IF;
END $$;

-- Random pairs of ranges whose bounds are near each other.
DO $$
DECLARE
    different text;
    relations bigint;
BEGIN
    FOR round IN 1..current_setting('rangerank_test.rounds')::int LOOP
        PERFORM setseed(round / 1000.0);
        CREATE TABLE pair AS
        SELECT numrange(least(a, b), greatest(a, b), (ARRAY['[]', '[)', '(]', '()'])[1 + i % 4]) AS a,
            numrange(least(c, d), greatest(c, d), (ARRAY['[]', '[)', '(]', '()'])[1 + i / 4 % 4]) AS b
        FROM (SELECT i, round((random() * 9)::numeric, i % 3) AS a, round((random() * 9)::numeric, i % 2) AS b,
                round((random() * 9)::numeric) AS c, round((random() * 9)::numeric) + 0.000 AS d
            FROM generate_series(1, 10000) AS i) AS v;
        SELECT min(format('range_relation(%s, %s) = %s; by core''s operators %s', a, b, range_relation(a, b), core_relations(a, b))),
            (SELECT count(DISTINCT range_relation(p.a, p.b)) FROM pair AS p)
        INTO different, relations
        FROM pair WHERE NOT isempty(a) AND NOT isempty(b) AND ARRAY[range_relation(a, b)] IS DISTINCT FROM core_relations(a, b);
        IF different IS NOT NULL OR relations <> 13 THEN
            RAISE EXCEPTION 'round %: % relations, %', round, relations, different;
        END IF;
        DROP TABLE pair;
    END LOOP;
END $$;

-- Published examples: raises unless the query gives exactly these rows.
CREATE PROCEDURE check_example(source text, query text, published text[]) LANGUAGE plpgsql AS $$
DECLARE
    rows text[];
BEGIN
    EXECUTE format('SELECT array_agg(line ORDER BY line) FROM (%s) AS q (line)', query) INTO rows;
    IF rows IS DISTINCT FROM (SELECT array_agg(line ORDER BY line) FROM unnest(published) AS line) THEN
        RAISE EXCEPTION '%', source USING DETAIL = format(E'ours:      %s\npublished: %s', rows, published);
    END IF;
END $$;

-- BigQuery's manual, RANGE_SESSIONIZE: sessions of ranges that meet or overlap.
CREATE TABLE employee (emp_id int, dept_id int, duration daterange);
INSERT INTO employee VALUES
    (10, 1000, '[2010-01-10,2010-03-10)'), (10, 2000, '[2010-03-10,2010-07-15)'),
    (10, 2000, '[2010-06-15,2010-08-18)'), (20, 2000, '[2010-03-10,2010-07-20)'),
    (20, 1000, '[2020-05-10,2020-09-20)');
CALL check_example('RANGE_SESSIONIZE', $$
    SELECT concat_ws(' ', emp_id, duration, range_session(duration) OVER (PARTITION BY emp_id ORDER BY duration)) FROM employee$$,
    ARRAY['10 [2010-01-10,2010-03-10) [2010-01-10,2010-08-18)', '10 [2010-03-10,2010-07-15) [2010-01-10,2010-08-18)',
        '10 [2010-06-15,2010-08-18) [2010-01-10,2010-08-18)', '20 [2010-03-10,2010-07-20) [2010-03-10,2010-07-20)',
        '20 [2020-05-10,2020-09-20) [2020-05-10,2020-09-20)']);
CALL check_example('RANGE_SESSIONIZE, normalized', $$
    SELECT concat_ws(' ', emp_id, unnest(range_union_agg(duration))) FROM employee GROUP BY emp_id$$,
    ARRAY['20 [2010-03-10,2010-07-20)', '10 [2010-01-10,2010-08-18)', '20 [2020-05-10,2020-09-20)']);
-- The same page, RANGE_OVERLAPS, in Allen's words.
CALL check_example('RANGE_OVERLAPS', $$
    SELECT range_relation(daterange '[2022-02-01,2022-09-01)', daterange '[2021-06-15,2022-04-15)') UNION ALL
    SELECT range_relation(daterange '[2020-02-01,2020-09-01)', daterange '[2021-06-15,2022-04-15)') UNION ALL
    SELECT range_relation(daterange '[2022-02-01,)', daterange '[2021-06-15,)')$$,
    ARRAY['overlapped_by', 'precedes', 'finishes']);

-- R package ivs (Vaughan), its tests of iv_groups and iv_identify_group: half-open integers.
CALL check_example('iv_groups', $$
    SELECT range_union_agg(r)::text FROM (VALUES (int4range(1, 3)), (int4range(3, 5))) AS v (r)$$, ARRAY['{[1,5)}']);
CALL check_example('iv_identify_group', $$
    SELECT concat(r, ' ', range_session(r) OVER (ORDER BY r))
    FROM (VALUES (int4range(1, 5)), (int4range(11, 14)), (int4range(5, 6)), (int4range(9, 12))) AS v (r)$$,
    ARRAY['[1,5) [1,6)', '[11,14) [9,14)', '[5,6) [1,6)', '[9,12) [9,14)']);

-- PostgreSQL's manual, "Range/Multirange Functions and Operators": -, -|- and <<.
CALL check_example('manual, -', $$
    SELECT range_subtract(int8range(5, 15), int8range(10, 20))::text UNION ALL
    SELECT range_subtract(int8range(5, 20), int8range(10, 15))::text$$,
    ARRAY['{[5,10)}', '{[5,10),[15,20)}']);
CALL check_example('manual, -|- and <<', $$
    SELECT range_relation(numrange(1.1, 2.2), numrange(2.2, 3.3)) UNION ALL
    SELECT range_relation(int8range(1, 10), int8range(100, 110))$$, ARRAY['meets', 'precedes']);
