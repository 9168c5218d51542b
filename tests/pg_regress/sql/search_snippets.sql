-- Snippets and highlights. Which words are marked is compared with core's ts_headline in
-- tests/differential/search_snippets.sql; here are choices, options, scripts, encodings and errors.
SET client_encoding = 'UTF8';
CREATE SCHEMA search_snippets;
SET search_path = search_snippets, public;
SET default_text_search_config = 'pg_catalog.english';

-- Words in all their forms, text as HTML, phrases only where they match, nothing under a !.
SELECT search_snippet('english', 'Ranking: ranked by <b>rank</b> & "relevance", it''s ranks''.', to_tsquery('english', 'rank'));
SELECT search_snippet('english', 'Quick foxes; the fox is quick. A quick fox!', to_tsquery('english', 'quick <-> fox'));
SELECT search_snippet('english', 'Quick foxes; the fox is quick. A quick fox!', to_tsquery('english', 'quick <-> fox | the'));
SELECT search_snippet('english', 'Quick foxes, and dogs.', to_tsquery('english', 'dog & !fox'));
SELECT search_snippet('english', 'Ranges and rankings: ran.', 'ran:*'::tsquery), search_snippet('english', 'Labels do not count.', 'label:A'::tsquery);
-- Compounds: the parts that are meant, else the whole; not both.
SELECT search_snippet('simple', 'A well-known host, www.example.com/a?b=c.', '''well'' | ''example.com'''::tsquery) AS parts,
    search_snippet('simple', 'A well-known host, www.example.com/a?b=c.', '''well-known'' | ''www.example.com/a?b=c'''::tsquery) AS wholes;
-- Nothing matches, nothing to match, nothing at all.
SELECT search_snippet('simple', 'One. Two three. Four', 'five'::tsquery, '{"max_words": 3, "min_words": 1}') AS beginning, search_snippet('simple', '  ... !', 'five'::tsquery) AS no_words,
    search_snippet('simple', 'x', to_tsquery('english', 'the')) AS no_query, search_snippet('simple', '', 'five'::tsquery) = '' AS empty, search_snippet('simple', E' \n', 'five'::tsquery) = '' AS blank;
SELECT search_snippets('simple', '', 'five'::tsquery, 3) AS empty, search_snippets('simple', 'x y', 'five'::tsquery, 3) AS no_match;
SELECT * FROM search_highlights('simple', '', 'five'::tsquery);
SELECT search_snippet('simple', NULL, 'x'::tsquery) AS a, search_snippet('simple', 'x', NULL) AS b, search_snippet('simple', 'x', 'x'::tsquery, NULL) AS c, search_snippets('simple', 'x', 'x'::tsquery, NULL) AS d, search_snippet(NULL::regconfig, 'x', 'x'::tsquery) AS e;
SELECT * FROM search_highlights('simple', NULL, 'x'::tsquery);

-- Passages: rare words before frequent ones, distinct ones before repeated ones, sentences.
CREATE TABLE document AS
SELECT concat_ws(' ', 'Common words begin.', repeat('Common filler stands here. ', 30), 'Then a rare one, and common too, stand in a sentence. More follows.', repeat('Common filler stands here. ', 30), 'Common common common common common. Near the end: singular things. ', repeat('Nothing. ', 40)) AS body;
SELECT search_snippet('english', body, to_tsquery('english', 'common | rare'), '{"max_words": 12, "min_words": 4}') FROM document;
SELECT unnest(search_snippets('english', body, to_tsquery('english', 'common | rare | singular'), 3, '{"max_words": 8, "min_words": 4}')) FROM document;
SELECT search_snippet('english', body, to_tsquery('english', 'rare | singular'), '{"max_words": 8, "min_words": 4, "fragments": 2, "delimiter": " [...] "}') FROM document;
SELECT cardinality(regexp_split_to_array(regexp_replace(search_snippet('english', body, to_tsquery('english', 'filler')), '</?mark>', '', 'g'), ' +')) AS words FROM document;

-- Options.
SELECT search_snippet('a < b', 'a'::tsquery, '{}') AS none, search_snippet('a < b', 'b'::tsquery, '{"start": "*", "stop": ""}') AS markers, search_snippet('a < b', 'b'::tsquery, '{"escape": "none"}') AS plain,
    search_snippet('a < b', 'b'::tsquery, '{"escape": "html", "start": "<b class=\"x\">", "stop": "</b>"}') AS html, search_snippet('a < b', 'b'::tsquery, '{"max_words": 1}') AS one, search_snippet('a < b', 'b'::tsquery, '{"start": null, "max_words": null}') AS nulls,
    search_snippet('a < b', 'b'::tsquery, '{"max_words": 2e0, "min_words": 1.0}') AS numbers;
CREATE FUNCTION outcome(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
    detail text;
    hint text;
BEGIN
    EXECUTE 'SELECT ' || call INTO answer;
    RETURN answer;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' | ', SQLSTATE, SQLERRM, nullif(detail, ''), nullif(hint, ''));
END $$;
SELECT options, outcome(format('search_snippet(''x'', ''x''::tsquery, %L)', options)) FROM unnest(ARRAY['{"StartSel": "<b>"}', '{"maxwords": null}', '{"ünknown": 1}', '{"start": 1}', '{"stop": ["x"]}', '{"delimiter": true}',
    '{"max_words": "3"}', '{"max_words": 0}', '{"max_words": -1}', '{"max_words": 1.5}', '{"max_words": 1e30}', '{"max_words": -1e30}', '{"min_words": -1}', '{"min_words": 36}', '{"min_words": 3, "max_words": 2}', '{"fragments": 0}', '{"fragments": 10001}', '{"escape": "xml"}', '{"escape": 1}',
    '[]', '"start"', '1', 'null', '[{"start": "x"}]', '{"start": {"a": 1}}']) AS options;
SELECT call, outcome(call) FROM unnest(ARRAY['search_snippets(''x'', ''x''::tsquery, 0)', 'search_snippets(''x'', ''x''::tsquery, -1)', 'search_snippets(''x'', ''x''::tsquery, 10001)', 'search_snippets(''x'', ''x''::tsquery, 1, ''{"fragments": 0}'')',
    'search_snippet(''nowhere'', ''x'', ''x''::tsquery)', 'search_snippet(''a.b.c.d'', ''x'', ''x''::tsquery)', 'search_snippet(4294967295::oid::regconfig, ''x'', ''x''::tsquery)', '* FROM search_highlights(''nowhere'', ''x'', ''x''::tsquery)']) AS call;

-- Scripts: offsets in characters; marks around whole characters with their combining marks.
SELECT start, length, lexeme, substr(text, start, length) FROM (VALUES ('漢字 😀 Äpfel Apfel')) AS v (text), search_highlights('german', text, to_tsquery('german', 'äpfel | 漢字'));
SELECT search_snippet('simple', text, query::tsquery) FROM (VALUES
    ('東京都 は 日本 の 首都 です', '日本'), ('שלום עולם טוב', 'עולם'), ('مرحبا بالعالم اليوم', 'بالعالم'), ('हिन्दी में खोज', 'में'), ('привет, мир!', 'мир'), (E'cafe\u0301 noir', E'cafe\u0301'), (E'un cafe\u0301, noir', 'noir'), ('👩‍👩‍👧 family 😀', 'family'), ('In C++ & C#, not C.', 'c')) AS v (text, query);
SELECT search_snippet('simple', repeat('漢字', 200), 'x'::tsquery, '{"max_words": 2}') AS one_long_word, length(search_snippet('simple', repeat('。', 200), 'x'::tsquery, '{"max_words": 2}')) AS no_words;

-- Dictionaries that take several tokens together, that change tokens, that know no word.
CREATE TEXT SEARCH DICTIONARY thesaurus (TEMPLATE = thesaurus, DictFile = thesaurus_sample, Dictionary = english_stem);
CREATE TEXT SEARCH CONFIGURATION numbers (COPY = english);
ALTER TEXT SEARCH CONFIGURATION numbers ALTER MAPPING FOR asciiword, asciihword, hword_asciipart WITH thesaurus, english_stem;
SELECT search_snippet('numbers', text, '12 | card | star'::tsquery) FROM unnest(ARRAY['One two, three.', 'One, two! One three two one two', 'supernovae stars; stars supernovae', 'booking tickets, booking a ticket', 'one two']) AS text;
SELECT search_snippet('numbers', 'Count one two three four: one two three', '123 <-> four'::tsquery);
CREATE TEXT SEARCH DICTIONARY nothing (TEMPLATE = simple, ACCEPT = false);
CREATE TEXT SEARCH CONFIGURATION few (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION few ALTER MAPPING FOR asciiword WITH nothing;
SELECT search_snippet('few', 'fox über fox', 'fox | über'::tsquery);
-- Words that are too long for a lexeme are no error, and no NOTICE.
SELECT length(search_snippet('simple', repeat('x', 5000) || ' fox', 'fox'::tsquery));

-- What a place in a plan keeps: another query, configuration or document, and a dictionary that
-- changes between two calls.
SELECT config, query, search_snippet(config::regconfig, 'Foxes ran; a fox runs.', query::tsquery) FROM (VALUES ('english'), ('simple')) AS c (config), (VALUES ('fox'), ('run'), ('runs'), ('fox <2> runs'), ('fox')) AS q (query);
CREATE TEXT SEARCH CONFIGURATION changing (COPY = simple);
DO $$
DECLARE
    document text := 'foxes and fox';
    shown text;
BEGIN
    FOR n IN 1..3 LOOP
        shown := search_snippet('changing'::regconfig, document, 'fox'::tsquery);
        RAISE NOTICE '%', shown;
        IF n = 1 THEN
            ALTER TEXT SEARCH CONFIGURATION changing ALTER MAPPING FOR asciiword WITH english_stem;
        ELSE
            ALTER TEXT SEARCH CONFIGURATION changing ALTER MAPPING FOR asciiword WITH nothing;
        END IF;
    END LOOP;
END $$;
SET plan_cache_mode = force_generic_plan;
PREPARE snippet(regconfig, text, tsquery, jsonb) AS SELECT search_snippet($1, $2, $3, $4);
EXECUTE snippet('english', 'foxes', 'fox', '{"start": "[", "stop": "]"}');
EXECUTE snippet('simple', 'fox', 'fox', '{"start": "(", "stop": ")"}');
RESET plan_cache_mode;

-- Documents from a table, stored out of line; in parallel.
CREATE TABLE stored AS SELECT i, CASE WHEN i % 7 > 0 THEN concat_ws(' ', repeat(i || ' filler & words. ', i * 3), 'A fox', i, 'is here.', repeat('more ', i)) END AS body FROM generate_series(1, 300) AS i;
CREATE TABLE serial AS SELECT i, search_snippet('english', body, 'fox'::tsquery) AS shown FROM stored;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET parallel_leader_participation = off;
EXPLAIN (COSTS OFF) SELECT i, search_snippet('english', body, 'fox'::tsquery) FROM stored;
SELECT count(*) AS same FROM (SELECT i, search_snippet('english', body, 'fox'::tsquery) FROM stored INTERSECT TABLE serial) AS s;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET parallel_leader_participation;
SELECT count(*) AS rows, count(*) FILTER (WHERE shown LIKE format('%%A <mark>fox</mark> %s is here.%%', i)) AS right FROM serial WHERE shown IS NOT NULL;
-- Under LIMIT, in FROM, and with rows of several columns in a SELECT list.
SELECT search_highlights('english', 'fox fox fox fox', 'fox'::tsquery) LIMIT 2;

-- 10 MB: the fox is near the end.
SELECT search_snippet('english', repeat('filler & words. ', 655360) || 'The fox.', 'fox'::tsquery, '{"max_words": 4}') AS far, (SELECT start FROM search_highlights('english', repeat('filler & words. ', 655360) || 'The fox.', 'fox'::tsquery)) AS start,
    (SELECT count(*) FROM search_highlights('english', repeat('fox ', 2621440), 'fox'::tsquery)) AS highlights;
-- All of it as HTML.
SELECT length(search_snippet('simple', repeat('a & ', 262144), 'a'::tsquery, '{"max_words": 1000000, "min_words": 1000000}')) AS length, 262144 * length('<mark>a</mark> &amp; ') - length(' ') AS expected;

-- Other encodings: characters, not bytes.
SELECT current_database() AS regression \gset
CREATE DATABASE rangerank_latin1 TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C';
\connect rangerank_latin1
SET client_encoding = 'UTF8';
SET client_min_messages = warning;
CREATE EXTENSION rangerank;
SELECT search_snippet('simple', 'Café noir & thé', 'noir'::tsquery), (SELECT array_agg(start || '+' || length) FROM search_highlights('simple', 'Café noir', 'noir'::tsquery)) AS highlights, search_snippet('x', 'x'::tsquery, '{"delimiter": "é", "start": "é"}');
\set VERBOSITY terse
SELECT search_snippet('x', 'x'::tsquery, '{"é": 1}');
\set VERBOSITY default
CREATE DATABASE rangerank_eucjp TEMPLATE template0 ENCODING 'EUC_JP' LC_COLLATE 'C' LC_CTYPE 'C';
\connect rangerank_eucjp
SET client_encoding = 'UTF8';
SET client_min_messages = warning;
CREATE EXTENSION rangerank;
SELECT search_snippet('simple', '東京 noir <首都>', 'noir'::tsquery), (SELECT array_agg(start || '+' || length) FROM search_highlights('simple', '東京 noir 首都', 'noir'::tsquery)) AS highlights, octet_length('東京') AS bytes, search_snippet('simple', repeat('東京、', 20), 'x'::tsquery, '{"max_words": 1}');
\connect :regression
DROP DATABASE rangerank_latin1;
DROP DATABASE rangerank_eucjp;

SET client_min_messages = warning;
DROP SCHEMA search_snippets CASCADE;
