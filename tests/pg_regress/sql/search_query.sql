-- Queries as people type them. Oracles: websearch_to_tsquery and phraseto_tsquery where the languages
-- agree; by hand from the manual's rules elsewhere.
\set VERBOSITY terse
SET client_min_messages = notice;
CREATE SCHEMA search_query;
SET search_path = search_query, public;
SET default_text_search_config = 'pg_catalog.english';

SELECT typed, search_query(typed) AS any, search_query('english', typed, 'all') AS all, search_query('english', typed, 'prefix') AS prefix
FROM unnest(ARRAY[
    'ranked searches', 'the', '', '   ', 'rank -list', '-list', '-list -rank', '+rank list more', 'rank OR list AND more',
    'NOT rank', 'rank AND', 'OR', '"ranked lists"', '"rank the lists"', '"rank lists"~1', '"a b c d"~64', 'rank*', 'A:rank AB:"ranked lists" D:(x)',
    '(rank OR (list more)) last', '((rank', 'rank))', '"rank', '“ranked lists”', 'well-known', 'foo@example.org www.example.com/a', '''', '\', ':* & | !', 'rank~ list~2', '-', '+', '--rank', 'a--b',
    'rank,list;more', 'and or not', E'tab\there\nline', '日本語 検索'
]) AS typed;

-- One word after the other, brackets and OR: what websearch_to_tsquery makes of it, with AND between.
SELECT typed FROM unnest(ARRAY['ranked searches', '"the ranked searches" list', 'list -more', 'running or dogs', '"a quick fox"', 'it''s well-known', '-"ranked list" x', 'foo@example.org 3.14 -5', 'http://example.com/a.html']) AS typed
WHERE search_query('english', replace(typed, ' or ', ' OR '), 'all') IS DISTINCT FROM websearch_to_tsquery('english', typed);
-- Where it differs, both find the same.
SELECT websearch_to_tsquery('english', 'http://example.com/a.html'), search_query('english', 'http://example.com/a.html');

-- Dictionaries: synonyms, several lexemes for a word, a filter, a thesaurus.
CREATE TEXT SEARCH CONFIGURATION thesaurus (COPY = english);
CREATE TEXT SEARCH DICTIONARY thesaurus (TEMPLATE = thesaurus, DictFile = thesaurus_sample, Dictionary = english_stem);
ALTER TEXT SEARCH CONFIGURATION thesaurus ALTER MAPPING FOR asciiword, asciihword, hword_asciipart WITH thesaurus, english_stem;
CREATE TEXT SEARCH CONFIGURATION synonyms (COPY = english);
CREATE TEXT SEARCH DICTIONARY synonyms (TEMPLATE = synonym, Synonyms = synonym_sample);
ALTER TEXT SEARCH CONFIGURATION synonyms ALTER MAPPING FOR asciiword WITH synonyms, english_stem;
CREATE TEXT SEARCH CONFIGURATION compounds (COPY = english);
CREATE TEXT SEARCH DICTIONARY compounds (TEMPLATE = ispell, DictFile = ispell_sample, AffFile = ispell_sample);
ALTER TEXT SEARCH CONFIGURATION compounds ALTER MAPPING FOR asciiword WITH compounds, english_stem;
SELECT config, typed, search_query(config::regconfig, typed, 'all') AS query, websearch_to_tsquery(config::regconfig, typed) AS core
FROM (VALUES ('thesaurus', '"supernovae stars"'), ('thesaurus', '"one two three"'), ('thesaurus', '"one two twelve"'), ('thesaurus', '"booking tickets" invitation'),
    ('synonyms', 'postgres indices'), ('synonyms', '"postgresql gogl"'), ('compounds', 'rebookings'), ('compounds', '"footballklubber sky"'), ('compounds', 'footballyklubber')) AS t (config, typed);

-- The same lexemes at the same places as core's, for texts of each configuration, shown to the dictionaries word by word.
SELECT config, text FROM (VALUES ('thesaurus'), ('synonyms'), ('compounds'), ('english'), ('simple'), ('german')) AS c (config),
    (VALUES ('one two three four'), ('supernovae stars shine'), ('the one two'), ('one two, one two twelve'), ('postgres and indices of footballklubber'), ('a supernova supernovae'), ('books, booking 12 tickets')) AS t (text)
WHERE search_query(config, '"' || text || '"', 'all') IS DISTINCT FROM phraseto_tsquery(config::regconfig, text);

-- Limits: no error and no NOTICE, whatever is typed.
SELECT length(search_query('english', repeat('x', 2046))::text) AS longest, length(search_query('english', repeat('x', 2047) || ' rank')::text) AS longer;
SELECT numnode(search_query('simple', string_agg('w' || i, ' '))) FROM generate_series(1, 100000) AS i;
SELECT numnode(search_query('simple', repeat('"a b c d e" ', 5000))) > 4000 AS phrases, numnode(search_query('simple', repeat('(', 100000) || 'x')) AS nested, numnode(search_query('simple', repeat('-', 100000) || 'x')) AS minus;
-- It is printed, read again and run: the tree is balanced.
SELECT q::text::tsquery::text = q::text AS printed, to_tsvector('simple', 'w4000') @@ q AS found, to_tsvector('simple', 'w5000') @@ q AS ignored
FROM (SELECT search_query('simple', string_agg('w' || i, ' ')) AS q FROM generate_series(1, 100000) AS i) AS s;

-- Errors are of the configuration and of match, not of what is typed.
SELECT search_query('nothing', 'x');
SELECT search_query(99999::regconfig, 'x');
SELECT search_query('english', 'x', 'some');
SELECT search_query('english', 'x', NULL) IS NULL, search_query('english', NULL) IS NULL, search_query(NULL::text) IS NULL;
CREATE TABLE no_statistics ();
SELECT search_query('english', 'x', 'any', 'no_statistics');
\set VERBOSITY default

-- Core has a NOTICE of its own for '' as tsquery.
SET client_min_messages = warning;
-- Any characters, in any order: always a query, which core's functions take.
DO $$
DECLARE
    typed text;
    query tsquery;
BEGIN
    PERFORM setseed(0.5);
    FOR round IN 1..5000 LOOP
        SELECT string_agg(substr(' "()-+*~:&|!<>''\,AB12xyzOR 日本', 1 + (random() * 29)::int, 1 + (random() * 3)::int), '') INTO typed FROM generate_series(1, 1 + (random() * 15)::int) AS i WHERE round = round;
        query := search_query('english', typed, (ARRAY['any', 'all', 'prefix'])[1 + round % 3]);
        IF query::text::tsquery::text <> query::text OR (to_tsvector('english', typed) @@ query) IS NULL THEN
            RAISE EXCEPTION 'typed %, got %', typed, query;
        END IF;
    END LOOP;
END $$;

DROP SCHEMA search_query CASCADE;
