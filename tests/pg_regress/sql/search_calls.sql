-- Every call form of queries, ranking, snippets, suggestions and fusion as clients send it: literals, untyped parameters
-- whose types the server infers, and parameters of type text and varchar.
SET client_min_messages = warning;
CREATE SCHEMA search_calls;
SET search_path = search_calls, public;
SET default_text_search_config = 'pg_catalog.english';
CREATE TABLE article (body text, name varchar(100), tsv tsvector);
INSERT INTO article VALUES ('Foxes run.', 'foxes', to_tsvector('english', 'Foxes run.'));
SELECT search_create_stats('article', 'tsv', 'body');

-- What the server makes of a call: the types of its parameters and of its result, or an error.
CREATE FUNCTION prepared(call text, types text DEFAULT '') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    parameters regtype[];
    typed text := call;
    result text;
BEGIN
    EXECUTE format('PREPARE form %s AS SELECT %s FROM article', types, call);
    SELECT parameter_types INTO STRICT parameters FROM pg_prepared_statements WHERE name = 'form';
    DEALLOCATE form;
    FOR i IN 1..cardinality(parameters) LOOP
        typed := replace(typed, '$' || i, format('NULL::%s', parameters[i]));
    END LOOP;
    EXECUTE format('CREATE TEMP VIEW form AS SELECT %s AS result FROM article', typed);
    SELECT format_type(atttypid, NULL) INTO result FROM pg_attribute WHERE attrelid = 'form'::regclass AND attname = 'result';
    DROP VIEW form;
    RETURN concat(parameters, ' → ', result);
EXCEPTION WHEN OTHERS THEN
    IF EXISTS (SELECT FROM pg_prepared_statements WHERE name = 'form') THEN
        DEALLOCATE form;
    END IF;
    RETURN SQLSTATE || ': ' || SQLERRM;
END $$;

SELECT call, prepared(call) FROM unnest(ARRAY[
    'search_query($1)', 'search_query($1, $2)', 'search_query($1, $2, $3)', 'search_query($1, $2, $3, $4)', 'search_query(''english'', $1)', 'search_query(''english'', $1, ''all'')', 'search_query(''english''::regconfig, $1, $2)', 'search_query($1, $2, match => $3)', 'search_query(''english'', $1, ''any'', ''article_tsv_stats'')', 'search_query(query => $1)', 'search_query(name)', 'search_query(name, body)',
    'bm25_query($1, $2)', 'bm25_query($1, $2, $3, $4, $5)', 'bm25_query(search_query($1), ''article_tsv_stats'')', 'bm25_query($1, $2, weights => $3)', 'bm25_rank($1, $2, $3)', 'bm25_rank(tsv, $1, $2)', 'bm25_rank(tsv, search_query($1, $2), ''article_tsv_stats'', k1 => $3)', 'bm25_rank($1, $2, $3, $4, $5, $6)', 'bm25_score($1, $2)', 'bm25_score(tsv, bm25_query($1, $2))', '(bm25_explain($1, $2)).score', 'search_more_like($1, $2)', 'search_more_like(tsv, $1, $2)', 'tsv @@ bm25_query($1, $2)',
    'search_snippet($1, $2)', 'search_snippet($1, $2, $3)', 'search_snippet($1, $2, $3, $4)', 'search_snippet(body, $1)', 'search_snippet(body, $1, $2)', 'search_snippet($1, body, $2)', 'search_snippet($1, body, $2, $3)',
    'search_snippet(''english'', body, $1)', 'search_snippet(''english''::regconfig, $1, $2)', 'search_snippet(body, search_query($1))', 'search_snippet($1, body, search_query($1, $2), $3)', 'search_snippet(name, $1)', 'search_snippet(name, $1::tsquery, $2)',
    'search_snippets($1, $2, $3)', 'search_snippets($1, $2, $3, $4)', 'search_snippets($1, $2, $3, $4, $5)', 'search_snippets(body, $1, $2)', 'search_snippets(body, $1, 3, $2)', 'search_snippets($1, body, $2, 3)', 'search_snippets($1, body, $2, $3, $4)', 'search_snippets(''english'', body, $1, 3)',
    '(search_highlights($1, $2)).lexeme', '(search_highlights($1, $2, $3)).start', '(search_highlights(body, $1)).length', '(search_highlights($1, body, $2)).lexeme', '(search_highlights(''english'', body, $1)).lexeme',
    '(search_suggest($1, $2)).word', '(search_suggest($1, $2, $3)).distance', '(search_suggest(''article_tsv_stats'', $1)).documents', 'search_correct($1, $2)', '(search_complete($1, $2)).word', '(search_complete($1, $2, $3)).documents', '(search_complete(''article_tsv_stats'', $1, n => $2)).word',
    'rrf_score($1)', 'rrf_score($1, $2)', 'rrf_score($1, $2, $3)', 'rrf_score($1, weight => $2)', 'rrf_agg($1)', 'rrf_agg($1, $2)', 'rrf_agg($1, $2, $3)', 'rrf_agg($1) OVER ()', 'minmax_score($1, $2, $3)', 'decay_score($1, $2)', 'decay_score(now() - $1, $2)']) AS call;

SELECT call, types, prepared(call, types) FROM (VALUES
    ('search_query($1)', '(varchar)'), ('search_query($1, $2)', '(text, text)'), ('search_query($1, $2)', '(varchar, varchar)'), ('search_query($1, $2)', '(regconfig, varchar)'), ('search_query($1, $2, $3)', '(varchar, text, varchar)'), ('search_query($1, $2, $3, $4)', '(text, text, text, text)'), ('search_query($1, $2, $3, $4)', '(varchar, varchar, varchar, regclass)'), ('search_query($1, $2, $3, $4)', '(regconfig, text, text, varchar)'),
    ('bm25_query($1, $2)', '(tsquery, text)'), ('bm25_query($1, $2, $3, $4, $5)', '(tsquery, regclass, integer, numeric, real[])'), ('bm25_query($1, $2, $3, $4, $5)', '(tsquery, regclass, real, numeric, float8[])'), ('bm25_rank($1, $2, $3)', '(tsvector, tsquery, text)'), ('bm25_rank($1, $2, $3)', '(tsvector, bm25query, varchar)'), ('bm25_score($1, $2)', '(tsvector, tsquery)'), ('search_more_like($1, $2, $3)', '(tsvector, text, smallint)'),
    ('search_snippet($1, $2, $3)', '(text, text, tsquery)'), ('search_snippet($1, $2, $3)', '(varchar, varchar, tsquery)'), ('search_snippet($1, $2, $3)', '(regconfig, text, tsquery)'), ('search_snippet($1, $2, $3)', '(text, tsquery, jsonb)'), ('search_snippet($1, $2)', '(varchar, tsquery)'),
    ('search_snippet($1, $2)', '(text, bm25query)'), ('search_snippet($1, $2, $3, $4)', '(text, varchar, bm25query, jsonb)'), ('search_snippet($1, $2, $3)', '(text, text, text)'), ('search_snippet($1, $2)', '(text, text)'), ('search_snippet($1, $2, $3)', '(text, text, varchar)'),
    ('search_snippets($1, $2, $3, $4)', '(varchar, text, tsquery, smallint)'), ('search_snippets($1, $2, $3)', '(text, bm25query, integer)'), ('search_snippets($1, $2, $3, $4)', '(text, tsquery, integer, jsonb)'),
    ('(search_highlights($1, $2, $3)).start', '(varchar, varchar, tsquery)'), ('(search_highlights($1, $2)).start', '(varchar, bm25query)'), ('(search_highlights($1, $2, $3)).start', '(regconfig, varchar, tsquery)'),
    ('(search_suggest($1, $2)).word', '(text, varchar)'), ('(search_suggest($1, $2)).word', '(regclass, varchar)'), ('search_correct($1, $2)', '(varchar, varchar)'), ('(search_complete($1, $2)).word', '(text, text)'),
    ('rrf_score($1)', '(integer)'), ('rrf_score($1, $2, $3)', '(bigint, smallint, numeric)'), ('rrf_agg($1)', '(integer)'), ('rrf_agg($1, $2, $3)', '(smallint, integer, real)'), ('rrf_agg($1)', '(numeric)'), ('minmax_score($1, $2, $3)', '(real, numeric, integer)')) AS v (call, types);

-- Literals alone.
SELECT search_snippet('Foxes run.', 'fox') AS a, search_snippet('english', 'Foxes run.', 'fox') AS b, search_snippet('english', 'Foxes run.', 'fox', '{"start": "["}') AS c, search_snippets('Foxes run.', 'fox', 1) AS d, search_snippets('english', 'Foxes run.', 'fox', 1) AS e,
    search_snippets('english', 'Foxes run.', 'fox', 1, '{"stop": "]"}') AS f, search_highlights('Foxes run.', 'run') AS g, search_highlights('english', 'Foxes run.', 'run') AS h, rrf_score('1') AS i, decay_score('1 day', '1 day') AS j, minmax_score('1', '0', '2') AS k;
-- Named arguments; and text that has to be a query is none.
SELECT search_snippet(config => 'english', document => 'Foxes run.', query => 'fox'::tsquery, options => '{"start": "["}'), search_snippet(document => 'Foxes run.', query => 'fox'::tsquery);
-- bm25query stands for its tsquery.
SELECT search_snippet(body, q), search_snippets('english', body, q, 1), search_highlights(body, q) FROM article, bm25_query(search_query('english', 'foxes'), 'article_tsv_stats') AS q;

DROP SCHEMA search_calls CASCADE;
