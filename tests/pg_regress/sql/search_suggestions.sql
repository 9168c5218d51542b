-- Suggestions, corrections and completions by the words of a corpus. Oracle: brute force in SQL, edit
-- distances (optimal string alignment) for every word.
SET client_encoding = 'UTF8';
SET client_min_messages = warning;
CREATE SCHEMA search_suggestions;
SET search_path = search_suggestions, public;

CREATE TABLE article (id int GENERATED ALWAYS AS IDENTITY, body text, tsv tsvector GENERATED ALWAYS AS (to_tsvector('english', body)) STORED);
INSERT INTO article (body) VALUES ('Receive the ranked list'), ('They receive; we receive Rankings.'), ('Ranking of cafés'), ('Über uns: form and from'), ('A form, well-known'), ('x1 receipt deceive'), ('from 2024 on');
SELECT search_create_stats('article', 'tsv', 'body') AS stats \gset

-- Nearest first, then most frequent; a transposition is one typo; another first letter comes last.
SELECT * FROM search_suggest(:'stats', 'recieve');
SELECT * FROM search_suggest(:'stats', 'receive');
SELECT * FROM search_suggest(:'stats', 'fomr');
SELECT * FROM search_suggest(:'stats', 'FRM', 1);
SELECT * FROM search_suggest(:'stats', 'uber');
SELECT * FROM search_suggest(:'stats', 'cafes');
SELECT * FROM search_suggest(:'stats', 'nothing alike');
SELECT * FROM search_suggest(:'stats', '');
SELECT * FROM search_suggest(:'stats', NULL);
SELECT * FROM search_suggest(NULL, 'x');

-- Operators, quotes, labels, known words and all else stay as they are.
SELECT query, search_correct(:'stats', query) FROM unnest(ARRAY['recieve', 'Recieve  THE   lsit', '"ranked lsit"~2 -recieve +form OR (rankd AND cafes)', 'rank*', 'renk*', 'recieve~ lsit~1', 'A:recieve B:"rankd list"', 'wel-known', 'fo 1', 'zzzzzz', '', 'über UBER', 'recieve''s "unclosed']) AS query;
SELECT search_correct(:'stats', NULL), search_correct(NULL, 'x');

-- As you type.
SELECT * FROM search_complete(:'stats', 'r');
SELECT * FROM search_complete(:'stats', 'RE', 2);
SELECT * FROM search_complete(:'stats', '', 3);
SELECT * FROM search_complete(:'stats', 'zz');
SELECT * FROM search_complete(:'stats', 'ü', n => 1);

-- Made anew, the statistics have the words of then.
DELETE FROM article WHERE body ~ '^Receive';
INSERT INTO article (body) VALUES ('Rankle rankle, new words: rekord'), ('rankle');
SELECT search_create_stats('article', 'tsv', 'body') AS stats \gset
SELECT * FROM search_complete(:'stats', 'ran');
SELECT * FROM search_suggest(:'stats', 'record');
TRUNCATE article;
SELECT search_create_stats('article', 'tsv', 'body') AS stats \gset
SELECT * FROM search_complete(:'stats', '');
SELECT search_correct(:'stats', 'recieve') AS nothing_known;

-- Without text columns there is no vocabulary.
CREATE TABLE bare (tsv tsvector);
INSERT INTO bare VALUES ('receive');
SELECT search_create_stats('bare', 'tsv') AS bare \gset
SELECT * FROM search_complete(:'bare', 'r');
SELECT * FROM search_suggest(:'bare', 'recieve');
SELECT search_correct(:'bare', 'recieve');

-- Errors.
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
SELECT call, outcome(call) FROM unnest(ARRAY['search_suggest(''bare_tsv_stats'', ''x'', 0)', 'search_complete(''bare_tsv_stats'', ''x'', -1)', 'search_complete(''bare_tsv_stats'', ''x'', 10001)', 'search_complete(''bare'', ''x'')', 'search_correct(''nowhere'', ''x'')', 'search_suggest(4294967295::oid::regclass, ''x'')']) AS call;
CREATE ROLE regress_search_guest;
GRANT USAGE ON SCHEMA search_suggestions TO regress_search_guest;
SET ROLE regress_search_guest;
SELECT call, outcome(call) FROM unnest(ARRAY['search_suggest(''bare_tsv_stats'', ''x'')', 'search_complete(''bare_tsv_stats'', ''x'')', 'search_correct(''bare_tsv_stats'', ''x'')']) AS call;
RESET ROLE;

-- A larger corpus, against brute force. The distance counts insertions, deletions, replacements and
-- exchanges of neighbours, no part edited twice (Boytsov 2011, "Indexing methods for approximate
-- dictionary searching", section 2.1).
CREATE FUNCTION distance(a text, b text) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    before int[];
    last int[] := array(SELECT generate_series(0, length(b)));
    line int[];
BEGIN
    FOR i IN 1..length(a) LOOP
        line := ARRAY[i];
        FOR j IN 1..length(b) LOOP
            line[j + 1] := least(line[j] + 1, last[j + 1] + 1, last[j] + (substr(a, i, 1) <> substr(b, j, 1))::int);
            IF i > 1 AND j > 1 AND substr(a, i, 1) = substr(b, j - 1, 1) AND substr(a, i - 1, 1) = substr(b, j, 1) THEN
                line[j + 1] := least(line[j + 1], before[j - 1] + 1);
            END IF;
        END LOOP;
        before := last;
        last := line;
    END LOOP;
    RETURN last[length(b) + 1];
END $$;
SELECT distance('abc', 'acb') AS transposed, distance('ca', 'abc') AS not_twice, distance('kitten', 'sitting') AS classic, distance('', 'ab') AS inserted;
CREATE TABLE word AS
SELECT word, (1 + 97 * row_number() OVER (ORDER BY word COLLATE "C") % 13)::int AS documents
FROM (SELECT DISTINCT string_agg(substr('abcdeöü語', 1 + (hashint4(i * 7 + k) & 65535) % 8, 1), '' ORDER BY k) AS word FROM generate_series(1, 400) AS i, generate_series(1, 3 + i % 4) AS k GROUP BY i) AS w;
CREATE TABLE corpus AS SELECT word AS body, ''::tsvector AS tsv FROM word, generate_series(1, documents);
SELECT search_create_stats('corpus', 'tsv', 'body') AS stats \gset
CREATE TABLE asked AS SELECT word FROM word WHERE hashtext(word) % 8 = 0 UNION SELECT reverse(word) FROM word WHERE hashtext(word) % 8 = 1 UNION SELECT substr(word, 2) FROM word WHERE hashtext(word) % 8 = 2;
WITH expected AS (
    SELECT a.word AS asked, w.word, d.distance, w.documents,
        row_number() OVER (PARTITION BY a.word ORDER BY d.distance,
            left(a.word, 1) <> left(w.word, 1) AND NOT (length(w.word) > 1 AND length(a.word) > 1 AND left(a.word, 2) = reverse(left(w.word, 2))), w.documents DESC, w.word COLLATE "C") AS place
    FROM asked AS a, word AS w, distance(a.word, w.word) AS d (distance)
    WHERE d.distance BETWEEN 1 AND 2),
ours AS (SELECT a.word AS asked, s.word, s.distance, s.documents, s.place FROM asked AS a, search_suggest(:'stats', a.word, 7) WITH ORDINALITY AS s (word, distance, documents, place))
SELECT (SELECT count(*) > 300 FROM ours) AS suggestions, (SELECT count(*) FROM (TABLE ours EXCEPT SELECT * FROM expected WHERE place <= 7) AS s) AS wrong, (SELECT count(*) FROM (SELECT * FROM expected WHERE place <= 7 EXCEPT TABLE ours) AS s) AS missing;
WITH prefix AS (SELECT DISTINCT left(word, n) AS prefix FROM word, generate_series(1, 3) AS n),
expected AS (SELECT prefix, word, documents, row_number() OVER (PARTITION BY prefix ORDER BY documents DESC, word COLLATE "C") AS place FROM prefix, word WHERE starts_with(word, prefix)),
ours AS (SELECT prefix, c.* FROM prefix, search_complete(:'stats', prefix, 4) WITH ORDINALITY AS c)
SELECT (SELECT count(*) > 300 FROM ours) AS completions, (SELECT count(*) FROM (TABLE ours EXCEPT SELECT * FROM expected WHERE place <= 4) AS s) AS wrong, (SELECT count(*) FROM (SELECT * FROM expected WHERE place <= 4 EXCEPT TABLE ours) AS s) AS missing;
-- A correction is the first suggestion, where a word of that length may be so far away.
SELECT count(*) AS corrected, count(*) FILTER (WHERE search_correct(:'stats', asked.word) <> s.word) AS otherwise
FROM asked, LATERAL (SELECT * FROM search_suggest(:'stats', asked.word, 1)) AS s
WHERE NOT EXISTS (SELECT FROM word WHERE word = asked.word) AND length(asked.word) > 2 AND s.distance <= CASE WHEN length(asked.word) <= 5 THEN 1 ELSE 2 END;

DROP SCHEMA search_suggestions CASCADE;
DROP ROLE regress_search_guest;
