-- Corpus statistics under random writes, tracked, folded and counted again, against core's ts_stat and
-- ts_parse over the documents as they are.
--
--   psql -X -v ON_ERROR_STOP=1 -v rounds=N -f search_statistics.sql
\set ON_ERROR_STOP on
\set QUIET on
\pset pager off
SET client_min_messages = notice;
SELECT set_config('rangerank_test.rounds', :'rounds', false) AS rounds \gset test_
SELECT probin AS module FROM pg_proc WHERE proname = 'search_create_stats' LIMIT 1 \gset
-- N, positions with each label, document frequency, the same of a prefix, in the vocabulary, completions.
CREATE FUNCTION probe(stats regclass, word text) RETURNS bigint[]
    LANGUAGE c STABLE AS :'module', 'search_statistics_probe';

-- Words that share stems and prefixes, with capitals, compounds, letters outside ASCII and other tokens.
CREATE TABLE word (id int PRIMARY KEY, word text);
INSERT INTO word
SELECT row_number() OVER (), w FROM unnest(string_to_array(
    'rank Ranks ranking ranked RANKINGS cat cats Cats category dog-house re-Index x86 42 3.14 foo@example.org '
    'http://example.org/a/b the The of Größe GRÖSSE naïve Ünder zürich über straße İstanbul a b c aa ab abc', ' ')) AS w;
CREATE FUNCTION sentence(length int) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT string_agg(words[1 + floor(random() ^ 2 * cardinality(words))::int], ' ')
    FROM (SELECT array_agg(word ORDER BY id) AS words FROM word) AS w, generate_series(1, length)
$$;

-- One table for each shape: the statement under test is the same for all.
CREATE TABLE plain (id int PRIMARY KEY, title text, body varchar, tsv tsvector GENERATED ALWAYS AS (
    setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', body), 'C')) STORED);
CREATE TABLE parted (id int PRIMARY KEY, title text, body varchar, tsv tsvector GENERATED ALWAYS AS (
    setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', body), 'C')) STORED)
    PARTITION BY RANGE (id);
CREATE TABLE part_low PARTITION OF parted FOR VALUES FROM (MINVALUE) TO (60);
CREATE TABLE part_middle PARTITION OF parted FOR VALUES FROM (60) TO (120) PARTITION BY LIST (id);
CREATE TABLE part_even PARTITION OF part_middle FOR VALUES IN (60, 62, 64, 66, 68, 70, 72, 74, 76, 78, 80);
CREATE TABLE part_other PARTITION OF part_middle DEFAULT;
CREATE TABLE part_rest PARTITION OF parted DEFAULT;
-- Partitions with other column numbers; the column is filled by a trigger.
CREATE TABLE mixed (gone int, id int PRIMARY KEY, title text, body varchar, tsv tsvector) PARTITION BY RANGE (id);
ALTER TABLE mixed DROP COLUMN gone;
CREATE TABLE mixed_low (extra int, tsv tsvector, body varchar, title text, id int NOT NULL);
ALTER TABLE mixed_low DROP COLUMN extra;
ALTER TABLE mixed ATTACH PARTITION mixed_low FOR VALUES FROM (MINVALUE) TO (60);
CREATE TABLE mixed_rest PARTITION OF mixed DEFAULT;
CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.tsv := setweight(to_tsvector('english', NEW.title), 'B') || to_tsvector('english', NEW.body);
    RETURN NEW;
END $$;
CREATE TRIGGER fill BEFORE INSERT OR UPDATE ON mixed FOR EACH ROW EXECUTE FUNCTION fill();

CREATE TABLE compared (what text, checks bigint);
CREATE TABLE did (what text, times bigint);

-- Raises unless the statistics are those of the documents: the rows of the table, added up, and what
-- the reader says.
CREATE PROCEDURE compare(documents regclass, what text) LANGUAGE plpgsql AS $$
DECLARE
    stats regclass := documents || '_tsv_stats';
    different text;
    checks bigint;
BEGIN
    EXECUTE format($q$
        CREATE TEMP TABLE expected AS
        SELECT 'l' AS kind, word, ndoc::bigint AS documents FROM ts_stat('SELECT tsv FROM %1$s')
        UNION ALL
        SELECT 'v', lower(token), count(DISTINCT id)
        FROM %1$s, LATERAL ts_parse('default', coalesce(title, '') || ' ' || coalesce(body, ''))
        WHERE tsv IS NOT NULL AND tokid IN (1, 2, 3, 9, 10, 11) GROUP BY 2$q$, documents);
    EXECUTE format($q$
        WITH live AS (SELECT * FROM %1$s WHERE id >= coalesce((SELECT max(id) FROM %1$s WHERE kind = 'r'), 0)),
        added AS (SELECT word, sum(documents)::bigint AS documents FROM live WHERE kind = 'l' GROUP BY 1 HAVING sum(documents) <> 0)
        SELECT string_agg(d::text, ', ') FROM (
            (SELECT word, documents FROM added EXCEPT SELECT word, documents FROM expected WHERE kind = 'l')
            UNION ALL
            (SELECT word, documents FROM expected WHERE kind = 'l' EXCEPT SELECT word, documents FROM added)) AS d$q$, stats)
    INTO different;
    IF different IS NOT NULL THEN
        RAISE EXCEPTION '% after %: rows differ: %', documents, what, different;
    END IF;
    EXECUTE format($q$
        WITH total AS (
            SELECT ARRAY[count(tsv), coalesce(sum(d), 0), coalesce(sum(c), 0), coalesce(sum(b), 0), coalesce(sum(a), 0)]::bigint[] AS total
            FROM %2$s LEFT JOIN LATERAL (
                SELECT count(*) FILTER (WHERE w = 'D') AS d, count(*) FILTER (WHERE w = 'C') AS c,
                    count(*) FILTER (WHERE w = 'B') AS b, count(*) FILTER (WHERE w = 'A') AS a
                FROM unnest(tsv) AS u, unnest(u.weights) AS w) AS p ON true),
        asked AS (SELECT word FROM expected UNION SELECT left(word, 1) FROM expected UNION SELECT 'nowhere' UNION SELECT word FROM word),
        answers AS (
            SELECT word, probe(%1$L, word) AS ours, total || ARRAY[
                coalesce((SELECT documents FROM expected WHERE kind = 'l' AND word = a.word), 0),
                coalesce((SELECT sum(documents) FROM expected WHERE kind = 'l' AND starts_with(word, a.word)), 0),
                coalesce((SELECT documents FROM expected WHERE kind = 'v' AND word = a.word), 0),
                (SELECT count(*) FROM expected WHERE kind = 'v' AND starts_with(word, a.word))]::bigint[] AS oracle
            FROM asked AS a, total)
        SELECT count(*), min(format('%%s: %%s instead of %%s', word, ours, oracle)) FILTER (WHERE ours <> oracle)
        FROM answers$q$, stats, documents)
    INTO checks, different;
    DROP TABLE expected;
    IF different IS NOT NULL THEN
        RAISE EXCEPTION '% after %: readers differ: %', documents, what, different;
    END IF;
    INSERT INTO compared VALUES (what, checks);
END $$;

-- One random write; returns what it was.
CREATE FUNCTION write(documents regclass) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    n int := 1 + floor(random() * 150);
    what text := (ARRAY['insert', 'insert', 'insert', 'copy of rows', 'update', 'update', 'move', 'on conflict',
        'merge', 'delete', 'delete', 'truncate', 'rolled back', 'partition', 'nulls', 'unrelated'])[1 + floor(random() * 16)];
    leaf regclass;
BEGIN
    CASE what
    WHEN 'insert' THEN
        EXECUTE format('INSERT INTO %s (id, title, body) SELECT i, sentence(3), sentence(9) FROM generate_series(%s, %s) AS i ON CONFLICT DO NOTHING', documents, n, n + 9);
    WHEN 'copy of rows' THEN
        EXECUTE format('INSERT INTO %1$s (id, title, body) SELECT id + 150, body, title FROM %1$s WHERE id <= 150 ON CONFLICT DO NOTHING', documents);
    WHEN 'update' THEN
        EXECUTE format('UPDATE %s SET title = sentence(2) WHERE id BETWEEN %s AND %s', documents, n, n + 20);
    WHEN 'move' THEN
        EXECUTE format('UPDATE %s SET id = id + 1000 + %s, body = sentence(4) WHERE id BETWEEN %s AND %s', documents, floor(random() * 1e6)::int, n, n + 5);
    WHEN 'on conflict' THEN
        EXECUTE format('INSERT INTO %s (id, title, body) SELECT i, sentence(1), sentence(2) FROM generate_series(%s, %s) AS i ON CONFLICT (id) DO UPDATE SET body = excluded.body', documents, n, n + 9);
    WHEN 'merge' THEN
        EXECUTE format($q$
            MERGE INTO %s AS d USING (SELECT i FROM generate_series(%s, %s) AS i) AS s ON d.id = s.i
            WHEN MATCHED AND d.id %% 3 = 0 THEN DELETE
            WHEN MATCHED THEN UPDATE SET body = sentence(3)
            WHEN NOT MATCHED THEN INSERT (id, title, body) VALUES (s.i, sentence(2), sentence(2))$q$, documents, n, n + 9);
    WHEN 'delete' THEN
        EXECUTE format('DELETE FROM %s WHERE id BETWEEN %s AND %s OR id > 1000 AND random() < 0.3', documents, n, n + 10);
    WHEN 'truncate' THEN
        EXECUTE format('INSERT INTO %1$s (id, title, body) SELECT -1, sentence(3), sentence(3); TRUNCATE %1$s; INSERT INTO %1$s (id, title, body) SELECT -2, sentence(3), sentence(3)', documents);
    WHEN 'rolled back' THEN
        BEGIN
            EXECUTE format('INSERT INTO %1$s (id, title, body) SELECT -3, sentence(3), sentence(3); DELETE FROM %1$s WHERE id > 20; TRUNCATE %1$s', documents);
            RAISE SQLSTATE 'RB000';
        EXCEPTION WHEN SQLSTATE 'RB000' THEN NULL;
        END;
    WHEN 'partition' THEN
        SELECT relid INTO leaf FROM pg_partition_tree(documents) WHERE relid <> documents ORDER BY random() LIMIT 1;
        leaf := coalesce(leaf, documents);
        what := 'partition, ' || CASE floor(random() * 3)::int WHEN 0 THEN 'truncate' WHEN 1 THEN 'delete' ELSE 'update' END;
        EXECUTE CASE what
            WHEN 'partition, truncate' THEN format('TRUNCATE %s', leaf)
            WHEN 'partition, delete' THEN format('DELETE FROM %s WHERE id %% 2 = 0', leaf)
            ELSE format('UPDATE %s SET title = sentence(2) WHERE id %% 3 = 0', leaf) END;
    WHEN 'nulls' THEN
        EXECUTE format('UPDATE %s SET title = CASE WHEN title IS NULL THEN sentence(3) END WHERE id BETWEEN %s AND %s', documents, n, n + 7);
    WHEN 'unrelated' THEN
        EXECUTE format('UPDATE %s SET body = body WHERE id > %s', documents, n);
    END CASE;
    RETURN what;
END $$;

CREATE PROCEDURE run() LANGUAGE plpgsql AS $$
DECLARE
    documents regclass;
    stats regclass;
    what text;
BEGIN
    FOR round IN 1..current_setting('rangerank_test.rounds')::int LOOP
        FOREACH documents IN ARRAY '{plain,parted,mixed}'::regclass[] LOOP
            stats := search_create_stats(documents, 'tsv', 'title', 'body');
            CALL compare(documents, 'create');
            PERFORM search_track_stats(stats, true);
            COMMIT;
            PERFORM search_refresh_stats(stats);
            CALL compare(documents, 'count');
            FOR step IN 1..12 LOOP
                what := write(documents);
                INSERT INTO did VALUES (what, 1);
                IF random() < 0.5 THEN
                    COMMIT;
                END IF;
                CALL compare(documents, what);
                IF random() < 0.3 THEN
                    PERFORM search_refresh_stats(stats);
                    CALL compare(documents, 'fold');
                END IF;
            END LOOP;
            -- A fold has nothing to do but for what is new, and leaves one row of each word.
            PERFORM search_refresh_stats(stats);
            EXECUTE format('SELECT count(*) FROM (SELECT FROM %s GROUP BY kind, word HAVING count(*) > 1) AS s', stats) INTO what;
            IF what <> '0' THEN
                RAISE EXCEPTION '% words have several rows after a fold', what;
            END IF;
            -- Not tracked: nothing is appended, a refresh counts again.
            PERFORM search_track_stats(stats, false);
            INSERT INTO did VALUES (write(documents), 1);
            PERFORM search_refresh_stats(stats);
            CALL compare(documents, 'count');
            -- Nor does it matter what the rows say that are counted again.
            EXECUTE format('UPDATE %s SET documents = documents + 1 WHERE kind IN (''t'', ''l'', ''f'') AND random() < 0.2', stats);
            EXECUTE format('DELETE FROM %s WHERE kind IN (''t'', ''l'', ''f'') AND random() < 0.2', stats);
            EXECUTE format('INSERT INTO %1$s (kind, word, documents) SELECT kind, word || left(''x'', floor(random() * 2)::int), 1 FROM %1$s WHERE kind IN (''l'', ''r'') AND random() < 0.2', stats);
            PERFORM search_refresh_stats(stats);
            CALL compare(documents, 'damaged');
            EXECUTE format('SELECT count(*) FROM (SELECT FROM %s GROUP BY kind, word HAVING count(*) > 1) AS s', stats) INTO what;
            IF what <> '0' THEN
                RAISE EXCEPTION '% words have several rows after they were counted', what;
            END IF;
            COMMIT;
        END LOOP;
    END LOOP;
END $$;
CALL run();

DO $$
DECLARE
    line record;
BEGIN
    FOR line IN SELECT what, count(*) AS comparisons, sum(checks) AS checks FROM compared GROUP BY what ORDER BY what COLLATE "C" LOOP
        RAISE NOTICE '%: % comparisons, % words', line.what, line.comparisons, line.checks;
    END LOOP;
    IF (SELECT sum(checks) FROM compared) < 30 * current_setting('rangerank_test.rounds')::int * 60 THEN
        RAISE EXCEPTION 'hardly anything was compared';
    END IF;
END $$;
