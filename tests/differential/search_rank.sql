-- BM25 on random documents and queries. Oracle: core's @@. A document that core does not find scores 0; one
-- that it finds by a query without ! scores more (but for labels of lexemes without positions, which core
-- takes for any, and BM25 for D), with weights as well as without; the query in a
-- bm25query is the query; text is read again to the same value; explanations add up. (The scores themselves
-- are computed a second time in tests/robustness/scores.py.)
--
--   psql -v rounds=40 -f search_rank.sql
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SELECT setseed(0.25);

-- A random query over a few lexemes, as core reads it.
CREATE FUNCTION pg_temp.random_query(depth integer) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT CASE
        WHEN depth = 0 OR random() < 0.2 THEN
            substr('abcde', 1 + (random() * 4)::int, 1 + (random() * 2)::int)
            || (ARRAY['', '', '', ':*', ':A', ':BC', ':*D'])[1 + (random() * 6)::int]
        ELSE (ARRAY['(%s) & (%s)', '(%s) | (%s)', '(%s) <-> (%s)', '(%s) <2> (%s)', '!(%s) & (%s)', '(%s) | !(%s)'])[1 + (random() * 5)::int]
    END
$$;
CREATE FUNCTION pg_temp.random_tree(depth integer) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    node text := pg_temp.random_query(depth);
BEGIN
    WHILE position('%s' IN node) > 0 LOOP
        node := regexp_replace(node, '%s', replace(pg_temp.random_tree(depth - 1), '\', '\\'));
    END LOOP;
    RETURN node;
END $$;

CREATE TEMP TABLE document AS
SELECT n, CASE WHEN n % 9 = 0 THEN strip(v) ELSE v END AS tsv
FROM (
    SELECT n, (SELECT string_agg(format('%s:%s%s', substr('abcdeabc', 1 + (random() * 5)::int, 1 + (random() * 2)::int), 1 + (random() * 12)::int, (ARRAY['', 'A', 'B', 'C'])[1 + (random() * 3)::int]), ' ') FROM generate_series(1, 1 + (random() * 9)::int) WHERE n = n)::tsvector AS v
    FROM generate_series(1, 150) AS n) AS s;
INSERT INTO document VALUES (0, ''), (-1, NULL);
SELECT search_create_stats('document', 'tsv') AS stats \gset

CREATE FUNCTION pg_temp.run(rounds integer, stats regclass) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    q tsquery;
    b bm25query;
    bad record;
    hits bigint := 0;
    here bigint;
BEGIN
    FOR round IN 1..rounds * 20 LOOP
        q := pg_temp.random_tree(1 + round % 4)::tsquery;
        b := bm25_query(q, stats, weights => CASE round % 2 WHEN 0 THEN '{1,1,1,1}' ELSE '{0.5,1,2,3}' END::float8[]);
        IF b::tsquery::text <> q::text OR b::text::bm25query::text <> b::text THEN
            RAISE EXCEPTION 'query % became %', q, b;
        END IF;
        SELECT n, tsv, tsv @@ q AS satisfied, score, parts, again INTO bad
        FROM document, bm25_score(tsv, b) AS score, bm25_score(tsv, b::text::bm25query) AS again,
            LATERAL (SELECT coalesce(sum(e.score), 0) AS parts FROM bm25_explain(tsv, b) AS e) AS e
        WHERE tsv IS NOT NULL AND (NOT tsv @@ q AND score <> 0 OR tsv @@ q AND q::text !~ '!' AND (n % 9 <> 0 OR q::text !~ ':\*?[A-D]') AND NOT score > 0
            OR abs(parts - score) > 1e-12 * score OR again <> score OR score < 0 OR score IS NULL);
        IF FOUND THEN
            RAISE EXCEPTION 'query %: %', q, bad;
        END IF;
        SELECT count(*) INTO here FROM document WHERE tsv @@ q AND bm25_score(tsv, b) > 0;
        hits := hits + here;
    END LOOP;
    RETURN hits;
END $$;
-- If nothing was found, nothing was compared.
SELECT pg_temp.run(:rounds, :'stats') AS found \gset
SELECT :found > 100 * :rounds AS enough \gset
\if :enough
\else
DO $$ BEGIN RAISE EXCEPTION 'too few documents were found'; END $$;
\endif
