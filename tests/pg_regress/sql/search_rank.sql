-- BM25: the type bm25query, scores and their explanation, and how often statistics are read. The formula
-- itself is checked in tests/robustness/scores.py and, on random data, in tests/differential/search.sql.
SET client_min_messages = warning;
CREATE SCHEMA search_rank;
SET search_path = search_rank, public;
SET default_text_search_config = 'pg_catalog.english';
CREATE TABLE doc (id int PRIMARY KEY, body text, tsv tsvector GENERATED ALWAYS AS (to_tsvector('english', body)) STORED);
INSERT INTO doc VALUES (1, 'Ranges and ranked search'), (2, 'Searching ranked lists: rank, rank, rank'), (3, 'A list of ranges'), (4, 'Nothing of it'), (5, NULL);
SELECT search_create_stats('doc', 'tsv', 'body');

-- By hand: idf = ln(1 + (4 - 2 + 0.5) / (2 + 0.5)) = ln 2; 12 positions in 4 documents.
SELECT id, bm25_rank(tsv, 'rank', 'doc_tsv_stats') = bm25_score(tsv, bm25_query('rank', 'doc_tsv_stats')) AS same, round(bm25_rank(tsv, 'rank', 'doc_tsv_stats')::numeric, 12) AS score,
    round((ln(2.0) * tf / (tf + 1.2 * (0.25 + 0.75 * length / (12 / 4.0))))::numeric, 12) AS by_hand
FROM doc LEFT JOIN (VALUES (1, 1, 3), (2, 4, 6)) AS v (id, tf, length) USING (id) ORDER BY id;
SELECT bm25_query('rank & search:* & !x | list <-> rang', 'doc_tsv_stats');
SELECT q::tsquery, q::text::bm25query::text = q::text AS text_again FROM bm25_query('rank & search:* & !x | list <-> rang', 'doc_tsv_stats') AS q;
SELECT id, (bm25_explain(tsv, q)).* FROM doc, bm25_query('rank | search:* | !x | rank | list:A | list <2> rang', 'doc_tsv_stats') AS q WHERE id < 4 ORDER BY id;
-- What does not match has an explanation, and scores 0; what is only excluded scores 0 too.
SELECT lexeme, tf, score FROM doc, bm25_explain(tsv, bm25_query('rank & nothing', 'doc_tsv_stats')) WHERE id = 2;
SELECT id, bm25_rank(tsv, '!rank', 'doc_tsv_stats') FROM doc ORDER BY id;
SELECT bm25_rank(tsv, q, 'doc_tsv_stats') FROM doc, search_query('english', '') AS q WHERE id = 1;
SELECT bm25_score('', bm25_query('rank', 'doc_tsv_stats')), bm25_score(NULL, bm25_query('rank', 'doc_tsv_stats')), bm25_rank('rank', NULL, 'doc_tsv_stats');
SELECT search_more_like(tsv, 'doc_tsv_stats', 2)::tsquery, id FROM doc ORDER BY id;
SELECT search_more_like('elsewhere:1', 'doc_tsv_stats')::tsquery;

-- The index is used through the cast.
CREATE INDEX ON doc USING gin (tsv);
BEGIN;
SET LOCAL enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT id FROM doc, bm25_query('rank', 'doc_tsv_stats') AS q WHERE tsv @@ q ORDER BY bm25_score(tsv, q) DESC;
SELECT id FROM doc, bm25_query('rank', 'doc_tsv_stats') AS q WHERE tsv @@ q ORDER BY bm25_score(tsv, q) DESC;
COMMIT;

-- Parameters out of bounds, values that are none.
\set VERBOSITY verbose
\set SHOW_CONTEXT never
CREATE FUNCTION tried(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
    hint text;
BEGIN
    EXECUTE command;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', SQLSTATE || ': ' || SQLERRM, nullif(detail, ''), nullif(hint, ''));
END $$;
SELECT arguments, tried(format('SELECT bm25_query(%s)', arguments)) FROM unnest(ARRAY['''a'', ''doc_tsv_stats'', -1', '''a'', ''doc_tsv_stats'', ''NaN''', '''a'', ''doc_tsv_stats'', ''Infinity''', '''a'', ''doc_tsv_stats'', 1, 1.1', '''a'', ''doc_tsv_stats'', 1, -0.1', '''a'', ''doc_tsv_stats'', 1, ''NaN''',
    '''a'', ''doc_tsv_stats'', weights => ''{1,1,1}''', '''a'', ''doc_tsv_stats'', weights => ''{1,1,1,NaN}''', '''a'', ''doc_tsv_stats'', weights => ''{1,1,1,-1}''', '''a'', ''doc_tsv_stats'', weights => ''{1,1,1,NULL}''', '''a'', ''doc_tsv_stats'', weights => ''{1,1,1,1,NULL}''', '''a'', ''doc_tsv_stats'', weights => ''{{1,1},{1,1}}''', '''a'', ''doc_tsv_stats'', weights => ''{}''',
    '''a'', ''doc''', '''a'', 99999', '''a'', ''doc_tsv_stats_pkey''', '''a'', 0']) AS arguments;
SELECT tried(command) FROM unnest(ARRAY['SELECT search_more_like('''', ''doc_tsv_stats'', 0)', 'SELECT ''x''::bm25query', $$SELECT 'k1=1.2 b=0.75 weights={1,1,1,1} documents=4 lengths={1,0,0,0} frequencies={2,3} query=''a'''::bm25query$$,
    $$SELECT 'k1=1.2 b=0.75 weights={1,1,1,1} documents=4 lengths={1,0,0,0} frequencies={2} query=''a'::bm25query$$, $$SELECT 'k1=1.2 b=0.75 weights={1,1,1,1} documents=4 lengths={NaN,0,0,0} frequencies={2} query=''a'''::bm25query$$]) AS command;
SELECT 'k1=1.2 b=0.75 weights={1,1,1,1} documents=4 lengths={1,0,0,0} frequencies={2} query=''a'''::bm25query;
\set VERBOSITY default

-- Values are stored, dumped as text, and sent in binary.
CREATE TABLE kept AS SELECT n, bm25_query(search_query('simple', string_agg('word' || i || ' "word' || i || ' x"', ' ')), 'doc_tsv_stats') AS q FROM generate_series(1, 3) AS n, generate_series(1, n * 300) AS i GROUP BY n;
SELECT n, pg_column_size(q) < octet_length(q::text) AS compressed, q::text::bm25query::text = q::text AS again, bm25_score('word1:1 x:2 word2', q) = bm25_score('word1:1 x:2 word2', q::text::bm25query) AS same FROM kept ORDER BY n;
SELECT bool_and(bm25query_send(q) = convert_to(q::text, 'UTF8')) AS sent FROM kept;

-- What is kept between rows: the statistics are read once for each query, whatever the plan (the planner's
-- estimate of a filter with @@ asks once more). Core counts the scans of the table.
CREATE TABLE many AS SELECT i, to_tsvector('english', CASE i % 3 WHEN 0 THEN 'rank' ELSE 'list' END || ' ' || i) AS tsv FROM generate_series(1, 2000) AS i;
ANALYZE many;
CREATE FUNCTION scans() RETURNS bigint LANGUAGE sql VOLATILE AS $$ SELECT coalesce(pg_stat_get_xact_numscans('doc_tsv_stats'::regclass), 0) + coalesce((SELECT sum(pg_stat_get_xact_numscans(indexrelid)) FROM pg_index WHERE indrelid = 'doc_tsv_stats'::regclass), 0)::bigint $$;
-- The scans that a statement makes, in units of one call of the function in it.
CREATE FUNCTION calls(statement text, one text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    start bigint := scans();
    middle bigint;
BEGIN
    EXECUTE 'SELECT ' || one;
    middle := scans();
    EXECUTE statement;
    RETURN round((scans() - middle)::numeric / (middle - start), 2);
END $$;
SELECT what, calls(statement, one) FROM (VALUES
    ('SELECT list', 'SELECT sum(bm25_rank(tsv, ''rank'', ''doc_tsv_stats'')) FROM many', 'bm25_rank('''', ''rank'', ''doc_tsv_stats'')'),
    ('filter', 'SELECT count(*) FROM many WHERE bm25_score(tsv, bm25_query(''rank'', ''doc_tsv_stats'')) > 0.1', 'bm25_query(''rank'', ''doc_tsv_stats'')'),
    ('fuzzy', 'SELECT count(*) FROM many WHERE tsv @@ search_query(''english'', ''rnak~'', ''any'', ''doc_tsv_stats'')', 'search_query(''english'', ''rnak~'', ''any'', ''doc_tsv_stats'')'),
    ('two queries in turn', 'SELECT sum(bm25_rank(tsv, CASE i % 2 WHEN 0 THEN ''rank''::tsquery ELSE ''list'' END, ''doc_tsv_stats'')) FROM many', 'bm25_rank('''', ''rank'', ''doc_tsv_stats'')'),
    ('a join that comes round', 'SELECT sum(bm25_rank(tsv, (''rank | x'' || n)::tsquery, ''doc_tsv_stats'')) FROM many, generate_series(1, 20) AS n', 'bm25_rank('''', ''rank | x'', ''doc_tsv_stats'')')) AS v (what, statement, one);
-- Prepared, with a generic plan, for each new value once.
CREATE FUNCTION prepared(mode text) RETURNS SETOF numeric LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('plan_cache_mode', mode, true);
    PREPARE ranked(tsquery, regclass) AS SELECT sum(bm25_rank(tsv, $1, $2)) FROM many;
    FOR i IN 1..3 LOOP
        RETURN NEXT calls(format('EXECUTE ranked(%L, %L)', CASE i WHEN 2 THEN 'list' ELSE 'rank' END, 'doc_tsv_stats'), 'bm25_rank('''', ''rank'', ''doc_tsv_stats'')');
    END LOOP;
    DEALLOCATE ranked;
END $$;
SELECT prepared('force_generic_plan'), prepared('force_custom_plan');
-- In PL/pgSQL a refresh between two rounds is seen, and a change of the parameters.
DO $$
DECLARE
    before float8;
    after float8;
BEGIN
    FOR round IN 1..3 LOOP
        after := bm25_rank('rank:1', 'rank', 'doc_tsv_stats');
        RAISE WARNING 'round %: % than before', round, CASE WHEN before IS NULL THEN 'no less' WHEN after > before THEN 'more' WHEN after < before THEN 'less' ELSE 'the same' END;
        before := after;
        IF round = 1 THEN
            INSERT INTO doc SELECT 100 + i, 'Other words' FROM generate_series(1, 50) AS i;
            PERFORM search_refresh_stats('doc_tsv_stats');
        END IF;
    END LOOP;
END $$;
-- Workers have the same numbers.
BEGIN;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_leader_participation = off;
EXPLAIN (COSTS OFF) SELECT sum(bm25_rank(tsv, 'rank', 'doc_tsv_stats')) FROM many;
SELECT round(sum(bm25_rank(tsv, 'rank', 'doc_tsv_stats'))::numeric, 8) AS workers FROM many;
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT round(sum(bm25_rank(tsv, 'rank', 'doc_tsv_stats'))::numeric, 8) AS alone FROM many;
COMMIT;

DROP SCHEMA search_rank CASCADE;
