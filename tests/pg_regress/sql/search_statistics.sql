-- Corpus statistics: the table, its readers, privileges, triggers, errors. Random writes are compared in
-- tests/differential, several sessions in tests/robustness.
SELECT probin AS module FROM pg_proc WHERE proname = 'search_create_stats' LIMIT 1 \gset
-- N, positions with each label, document frequency, the same of a prefix, in the vocabulary (-1: there is
-- none), completions.
CREATE FUNCTION probe(stats regclass, word text) RETURNS bigint[]
    LANGUAGE c STABLE PARALLEL SAFE AS :'module', 'search_statistics_probe';

CREATE TABLE doc (
    id int PRIMARY KEY, title text, body varchar(200),
    tsv tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('english', coalesce(title, '')), 'A') || to_tsvector('english', body)) STORED
);
INSERT INTO doc VALUES
    (1, 'Cats', 'The cat sat on the mat'), (2, 'Dogs and CATS', 'A dog-house'), (3, 'Not counted', NULL),
    (4, NULL, 'x86 costs 42 at http://example.org/a or foo@example.org'), (5, '', '');
SELECT search_create_stats('doc', 'tsv');
SELECT kind, word, id, documents, lengths, data FROM doc_tsv_stats ORDER BY kind, word;

-- Again, with a vocabulary: the same table. Words are those of ts_parse.
SELECT 'doc_tsv_stats'::regclass::oid AS stats \gset
SELECT search_create_stats('doc', 'tsv', 'title', 'body'), search_create_stats('doc', 'tsv', VARIADIC '{title,body}') = :stats AS same;
SELECT kind, word, documents FROM doc_tsv_stats WHERE kind IN ('s', 'c', 'f') AND kind <> 'f' ORDER BY kind, documents;
WITH parsed AS (
    SELECT lower(token) AS word, count(DISTINCT id) AS documents
    FROM doc, ts_parse('default', concat_ws(' ', title, body))
    WHERE tsv IS NOT NULL AND tokid IN (1, 2, 3, 9, 10, 11) GROUP BY 1)
SELECT word, documents, (probe('doc_tsv_stats', word))[8] = documents AS same FROM parsed ORDER BY word COLLATE "C";
SELECT word, probe('doc_tsv_stats', word) FROM unnest('{cat,cats,c,mat,not,"",42,example.org}'::text[]) AS word;
-- As core counts.
SELECT count(*) AS lexemes, bool_and((probe('doc_tsv_stats', word))[6] = ndoc) AS same FROM ts_stat('SELECT tsv FROM doc');
SELECT attname, format_type(atttypid, atttypmod), attnotnull, attidentity, attstorage, attcollation::regcollation, col_description(attrelid, attnum)
FROM pg_attribute WHERE attrelid = 'doc_tsv_stats'::regclass AND attnum > 0 ORDER BY attnum;
SELECT pg_get_indexdef(indexrelid), indisprimary FROM pg_index WHERE indrelid = 'doc_tsv_stats'::regclass;
SELECT obj_description('doc_tsv_stats'::regclass, 'pg_class');

-- Other text columns, none, and an empty table.
SELECT search_create_stats('doc', 'tsv', 'body');
SELECT probe('doc_tsv_stats', 'dogs');
SELECT search_create_stats('doc', 'tsv');
SELECT probe('doc_tsv_stats', 'dogs');
CREATE TABLE nothing (tsv tsvector, t text);
SELECT search_create_stats('nothing', 'tsv', 't');
SELECT kind, word, documents FROM nothing_tsv_stats ORDER BY kind, documents;
SELECT probe('nothing_tsv_stats', 'x');
INSERT INTO nothing VALUES ('', ''), (NULL, 'x');
SELECT search_refresh_stats('nothing_tsv_stats');
SELECT probe('nothing_tsv_stats', 'x');

-- Words: at most 255 bytes, in lower case; a word of several columns counts once for its row. Labels,
-- and lexemes without positions.
CREATE TABLE odd (tsv tsvector, a text, b char(20), c text);
INSERT INTO odd VALUES
    ('one:1A,2B two:3C three:4 stripped', repeat('x', 255), 'Twice', 'twice GRÖẞE'),
    ('one', repeat('Y', 256), NULL, repeat('ä', 127) || ' ' || repeat('ä', 128));
SELECT search_create_stats('odd', 'tsv', 'a', 'b', 'c');
SELECT left(word, 5), probe('odd_tsv_stats', word)
FROM (VALUES (repeat('x', 255)), (repeat('y', 256)), (repeat('ä', 127)), (repeat('ä', 128)), ('twice'), (lower('GRÖẞE')), ('one')) AS v (word);

-- Names are cut as core cuts them, and quoted.
CREATE SCHEMA "Odd ""schema";
CREATE TABLE "Odd ""schema"."A very long name of a table, nearly sixty-three bytes of it, ü" ("Über 'tsv'" tsvector, "t\x" text);
INSERT INTO "Odd ""schema"."A very long name of a table, nearly sixty-three bytes of it, ü" VALUES ('a:1', 'Word');
SELECT search_create_stats('"Odd ""schema"."A very long name of a table, nearly sixty-three bytes of it, ü"', 'Über ''tsv''', 't\x') AS long \gset
SELECT :'long' AS long, obj_description(:'long'::regclass, 'pg_class'), probe(:'long', 'word');
SELECT search_track_stats(:'long', true);
INSERT INTO "Odd ""schema"."A very long name of a table, nearly sixty-three bytes of it, ü" VALUES ('a:1', 'Word');
SELECT probe(:'long', 'word');
SELECT search_refresh_stats(:'long');
-- Whatever the search path and settings say.
CREATE SCHEMA trap;
CREATE FUNCTION trap.eq("char", "char") RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
CREATE FUNCTION trap.eq(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
CREATE FUNCTION trap.eq(bigint, bigint) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
CREATE FUNCTION trap.unnest(text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
CREATE OPERATOR trap.= (LEFTARG = "char", RIGHTARG = "char", FUNCTION = trap.eq);
CREATE OPERATOR trap.= (LEFTARG = text, RIGHTARG = text, FUNCTION = trap.eq);
CREATE OPERATOR trap.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = trap.eq);
CREATE OPERATOR trap.< (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = trap.eq);
CREATE TABLE trap.doc (tsv int);
CREATE SCHEMA ext_path;
BEGIN;
SET LOCAL search_path = trap, pg_catalog;
SET LOCAL standard_conforming_strings = off;
SET LOCAL escape_string_warning = off;
SET LOCAL enable_indexscan = off;
SELECT public.search_create_stats('public.doc', 'tsv', 'title', 'body');
SELECT public.search_track_stats('public.doc_tsv_stats', true);
SELECT public.search_refresh_stats('public.doc_tsv_stats');
UPDATE public.doc SET body = body || ' more' WHERE id = 1;
SELECT public.search_refresh_stats('public.doc_tsv_stats');
SELECT public.probe('public.doc_tsv_stats', 'more');
SELECT public.search_track_stats('public.doc_tsv_stats', false);
ROLLBACK;

-- Tracking: deltas are rows; a refresh adds them up; TRUNCATE makes void what was before.
SELECT search_create_stats('doc', 'tsv', 'title', 'body');
SELECT search_track_stats('doc_tsv_stats', true);
SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'doc'::regclass AND NOT tgisinternal ORDER BY tgname;
-- The first refresh counts again, as nobody watched before.
SELECT search_refresh_stats('doc_tsv_stats');
INSERT INTO doc VALUES (6, 'A cat', 'and another cat'), (7, 'Cats', 'and dogs');
UPDATE doc SET body = 'The cat sat on the dog' WHERE id = 1;
DELETE FROM doc WHERE id = 2;
SELECT kind, word, documents, lengths FROM doc_tsv_stats WHERE id > (SELECT max(id) FROM doc_tsv_stats WHERE kind = 'b') ORDER BY id, kind, word;
SELECT probe('doc_tsv_stats', 'cat'), probe('doc_tsv_stats', 'mat'), probe('doc_tsv_stats', 'hous');
SELECT search_refresh_stats('doc_tsv_stats');
SELECT kind, count(*), count(DISTINCT word) FROM doc_tsv_stats GROUP BY kind ORDER BY kind;
SELECT probe('doc_tsv_stats', 'cat'), probe('doc_tsv_stats', 'mat'), probe('doc_tsv_stats', 'hous');
-- What a statement leaves as it was is not written.
SELECT max(id) AS last FROM doc_tsv_stats \gset
UPDATE doc SET id = id + 100 WHERE id = 7;
DELETE FROM doc WHERE false;
SELECT count(*) FROM doc_tsv_stats WHERE id > :last;
SELECT search_refresh_stats('doc_tsv_stats');
SELECT count(*) FROM doc_tsv_stats WHERE id > :last;
-- Counted again, rows that are right stay; what is wrong, missing, too much or there twice is put right.
BEGIN;
SELECT search_refresh_stats('doc_tsv_stats', true);
SELECT max(id) AS last FROM doc_tsv_stats \gset
UPDATE doc_tsv_stats SET documents = 9 WHERE kind = 'l' AND word = 'cat';
UPDATE doc_tsv_stats SET documents = NULL WHERE kind = 'l' AND word = 'anoth';
DELETE FROM doc_tsv_stats WHERE kind = 'l' AND word = 'dog';
INSERT INTO doc_tsv_stats (kind, word, documents) VALUES ('l', 'mat', 1), ('l', 'nonsens', 1), ('v', 'nonsense', 1);
SELECT search_refresh_stats('doc_tsv_stats', true);
SELECT kind, word, documents, lengths FROM doc_tsv_stats WHERE id > :last AND kind <> 'f' ORDER BY kind, word;
SELECT kind, count(*) FROM doc_tsv_stats WHERE id <= :last GROUP BY kind ORDER BY kind;
SELECT word, documents FROM doc_tsv_stats WHERE kind = 'l' EXCEPT ALL SELECT word, ndoc FROM ts_stat('SELECT tsv FROM doc');
SELECT word, ndoc FROM ts_stat('SELECT tsv FROM doc') EXCEPT ALL SELECT word, documents FROM doc_tsv_stats WHERE kind = 'l';
-- The vocabulary is another one when a word is.
UPDATE doc_tsv_stats SET documents = documents + 1 WHERE kind = 'f';
SELECT search_refresh_stats('doc_tsv_stats', true);
SELECT count(*) FROM doc_tsv_stats WHERE kind = 'f' AND id > :last + 1;
ROLLBACK;
BEGIN;
INSERT INTO doc VALUES (8, 'Gone soon', 'gone');
TRUNCATE doc;
INSERT INTO doc VALUES (9, 'Stays', 'stays');
SELECT probe('doc_tsv_stats', 'stay'), probe('doc_tsv_stats', 'gone'), probe('doc_tsv_stats', 'cat');
SAVEPOINT a;
INSERT INTO doc VALUES (10, 'Never', 'never');
ROLLBACK TO a;
SELECT probe('doc_tsv_stats', 'never');
COMMIT;
SELECT search_refresh_stats('doc_tsv_stats');
SELECT kind, word, documents, lengths FROM doc_tsv_stats ORDER BY kind, word;
-- A snapshot sees the numbers of its own documents.
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT probe('doc_tsv_stats', 'stay');
INSERT INTO doc VALUES (11, 'Stay', NULL), (12, NULL, 'stay');
SELECT probe('doc_tsv_stats', 'stay');
ROLLBACK;
SELECT probe('doc_tsv_stats', 'stay');
-- A cursor stays where it was opened.
BEGIN;
DECLARE c CURSOR FOR SELECT probe('doc_tsv_stats', 'stay') FROM generate_series(1, 2);
FETCH 1 FROM c;
INSERT INTO doc VALUES (12, NULL, 'stay');
FETCH 1 FROM c;
ROLLBACK;

-- Without triggers nothing is seen: session_replication_role, as in logical replication. A count again
-- puts it right.
SET session_replication_role = replica;
INSERT INTO doc VALUES (13, NULL, 'stay away');
RESET session_replication_role;
SELECT probe('doc_tsv_stats', 'stay');
SELECT search_refresh_stats('doc_tsv_stats');
SELECT probe('doc_tsv_stats', 'stay');
SELECT search_refresh_stats('doc_tsv_stats', recompute => true);
SELECT probe('doc_tsv_stats', 'stay');
-- Numbers below zero are none: documents that were never counted go.
SET session_replication_role = replica;
INSERT INTO doc VALUES (14, 'Unseen', 'unseen');
RESET session_replication_role;
DELETE FROM doc WHERE id = 14;
SELECT probe('doc_tsv_stats', 'unseen');
SELECT search_refresh_stats('doc_tsv_stats');
SELECT probe('doc_tsv_stats', 'unseen'), (SELECT documents FROM doc_tsv_stats WHERE kind = 'l' AND word = 'unseen');
-- Several triggers that read one statement's rows; COPY; a trigger disabled is not tracking.
ALTER TABLE doc DISABLE TRIGGER doc_tsv_stats_insert;
INSERT INTO doc VALUES (15, 'Unseen', 'by the trigger');
SELECT search_refresh_stats('doc_tsv_stats');
SELECT probe('doc_tsv_stats', 'unseen');
ALTER TABLE doc ENABLE TRIGGER doc_tsv_stats_insert;
CREATE TABLE other (LIKE doc INCLUDING GENERATED);
SELECT search_create_stats('other', 'tsv');
SELECT search_track_stats('other_tsv_stats', true);
COPY other (id, title, body) FROM stdin;
1	Copied	rows
2	Other	rows
\.
SELECT probe('other_tsv_stats', 'row');

-- Missing, renamed, altered: a write warns and goes on.
ALTER TABLE other_tsv_stats RENAME TO renamed;
INSERT INTO other VALUES (3, 'warns', 'rows');
ALTER TABLE renamed ALTER COLUMN documents TYPE int;
ALTER TABLE renamed RENAME TO other_tsv_stats;
INSERT INTO other VALUES (4, 'warns', 'rows');
SELECT probe('other_tsv_stats', 'row');
SELECT search_refresh_stats('other_tsv_stats');
ALTER TABLE other_tsv_stats ALTER COLUMN documents TYPE bigint;
INSERT INTO other VALUES (5, 'counted', 'rows');
ALTER TABLE other_tsv_stats ALTER COLUMN id DROP IDENTITY;
INSERT INTO other VALUES (6, 'warns', 'rows');
ALTER TABLE other_tsv_stats ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (START 1000);
ALTER TABLE other RENAME COLUMN tsv TO renamed;
INSERT INTO other VALUES (7, 'warns', 'rows');
ALTER TABLE other RENAME COLUMN renamed TO tsv;
ALTER TABLE other_tsv_stats DROP CONSTRAINT other_tsv_stats_pkey;
INSERT INTO other VALUES (8, 'warns', 'rows');
SELECT probe('other_tsv_stats', 'row');
ALTER TABLE other_tsv_stats ADD PRIMARY KEY (kind, word, id);
TRUNCATE other_tsv_stats;
INSERT INTO other VALUES (9, 'warns', 'rows');
SELECT search_refresh_stats('other_tsv_stats');
SELECT search_track_stats('other_tsv_stats', true);
SELECT search_create_stats('other', 'tsv');
DROP TABLE other_tsv_stats;
INSERT INTO other VALUES (10, 'warns', 'rows');
SELECT search_create_stats('other', 'tsv');
-- Not of this table any more.
ALTER TABLE other RENAME TO another;
INSERT INTO another VALUES (11, 'warns', 'rows');
SELECT search_refresh_stats('other_tsv_stats');
SELECT search_create_stats('another', 'tsv') AS another;
SELECT search_track_stats('another_tsv_stats', true);
-- Old triggers go with the table that they name.
SELECT tgname FROM pg_trigger WHERE tgrelid = 'another'::regclass ORDER BY tgname;
DROP TABLE other_tsv_stats;
SELECT search_track_stats('another_tsv_stats', true);
SELECT tgname FROM pg_trigger WHERE tgrelid = 'another'::regclass ORDER BY tgname;
SELECT search_track_stats('another_tsv_stats', false);
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'another'::regclass;

-- Partitions: a statement that names one; a new one; TRUNCATE of one and of all.
CREATE TABLE part (id int, tsv tsvector) PARTITION BY LIST (id);
CREATE TABLE part1 PARTITION OF part FOR VALUES IN (1);
CREATE TABLE part2 PARTITION OF part FOR VALUES IN (2) PARTITION BY LIST (id);
CREATE TABLE part2a PARTITION OF part2 FOR VALUES IN (2);
SELECT search_create_stats('part', 'tsv');
SELECT search_track_stats('part_tsv_stats', true);
SELECT search_refresh_stats('part_tsv_stats');
INSERT INTO part VALUES (1, 'a b'), (2, 'a');
INSERT INTO part1 VALUES (1, 'a');
INSERT INTO part2 VALUES (2, 'a');
SELECT probe('part_tsv_stats', 'a');
UPDATE part SET id = 3 - id, tsv = tsv || 'c' WHERE id = 1;
SELECT probe('part_tsv_stats', 'a'), probe('part_tsv_stats', 'c');
TRUNCATE part1;
SELECT probe('part_tsv_stats', 'a'), probe('part_tsv_stats', 'c'), (SELECT count(*) FROM part);
INSERT INTO part VALUES (1, 'd');
TRUNCATE part2;
SELECT probe('part_tsv_stats', 'a'), probe('part_tsv_stats', 'd');
CREATE TABLE part3 PARTITION OF part FOR VALUES IN (3);
INSERT INTO part3 VALUES (3, 'unseen');
INSERT INTO part VALUES (3, 'seen');
SELECT probe('part_tsv_stats', 'seen'), probe('part_tsv_stats', 'unseen');
-- A partition without triggers: counted again.
SELECT search_refresh_stats('part_tsv_stats');
SELECT probe('part_tsv_stats', 'unseen');
SELECT search_track_stats('part_tsv_stats', true);
SELECT search_refresh_stats('part_tsv_stats');
INSERT INTO part3 VALUES (3, 'seen');
TRUNCATE part;
SELECT kind, count(*) FROM part_tsv_stats WHERE id >= (SELECT max(id) FROM part_tsv_stats WHERE kind = 'r') GROUP BY kind;
SELECT probe('part_tsv_stats', 'a'), probe('part_tsv_stats', 'seen');
ALTER TABLE part DETACH PARTITION part3;
INSERT INTO part3 VALUES (3, 'detached');
-- Of a partition: statements that name the whole would pass it by.
SELECT search_create_stats('part1', 'tsv');
SELECT search_track_stats('part1_tsv_stats', true);
INSERT INTO part VALUES (1, 'one');
SELECT search_refresh_stats('part1_tsv_stats');
SELECT probe('part_tsv_stats', 'one'), probe('part1_tsv_stats', 'one');
-- A table that becomes a part is counted again.
CREATE TABLE apart (id int, tsv tsvector);
SELECT search_create_stats('apart', 'tsv');
SELECT search_track_stats('apart_tsv_stats', true);
SELECT search_refresh_stats('apart_tsv_stats');
ALTER TABLE part ATTACH PARTITION apart FOR VALUES IN (7);
INSERT INTO part VALUES (7, 'seven');
SELECT search_refresh_stats('apart_tsv_stats');
SELECT probe('apart_tsv_stats', 'seven');
ALTER TABLE part DETACH PARTITION apart;

-- Materialized views.
CREATE MATERIALIZED VIEW mat AS SELECT id, tsv, title FROM doc;
SELECT search_create_stats('mat', 'tsv', 'title');
SELECT probe('mat_tsv_stats', 'stay');
DELETE FROM doc WHERE id = 9;
REFRESH MATERIALIZED VIEW mat;
SELECT search_refresh_stats('mat_tsv_stats');
SELECT probe('mat_tsv_stats', 'stay');
SELECT search_track_stats('mat_tsv_stats', true);

-- Temporary and unlogged tables.
CREATE TEMP TABLE fleeting (tsv tsvector);
INSERT INTO fleeting VALUES ('a:1');
SELECT search_create_stats('fleeting', 'tsv');
SELECT search_track_stats('fleeting_tsv_stats', true);
INSERT INTO fleeting VALUES ('a:1');
SELECT probe('fleeting_tsv_stats', 'a'), relpersistence FROM pg_class WHERE oid = 'fleeting_tsv_stats'::regclass;
CREATE UNLOGGED TABLE unlogged (tsv tsvector);
SELECT search_create_stats('unlogged', 'tsv');
SELECT relpersistence FROM pg_class WHERE oid = 'unlogged_tsv_stats'::regclass;
-- A parallel worker can read them, but for those of a temporary table.
BEGIN;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL parallel_leader_participation = off;
EXPLAIN (COSTS OFF) SELECT max(probe('part_tsv_stats', 'a')) FROM doc;
SELECT max(probe('part_tsv_stats', 'a')) FROM doc;
\set VERBOSITY sqlstate
SELECT max(probe('fleeting_tsv_stats', 'a')) FROM doc;
\set VERBOSITY default
ROLLBACK;

-- Errors.
CREATE VIEW doc_view AS TABLE doc;
\set VERBOSITY sqlstate
SELECT search_create_stats('doc', 'nowhere');
SELECT search_create_stats('doc', 'title');
SELECT search_create_stats('doc_view', 'tsv');
SELECT search_create_stats('doc_pkey', 'tsv');
SELECT search_create_stats(4294967295::oid::regclass, 'tsv');
SELECT search_create_stats('doc', 'tsv', NULL, 'body');
SELECT probe('doc', 'a');
SELECT probe(4294967295::oid::regclass, 'a');
SELECT search_track_stats('mat_tsv_stats', true);
\set VERBOSITY default
SELECT search_create_stats('doc', 'nowhere');
SELECT search_create_stats('doc', 'title');
SELECT search_create_stats('doc', 'tsv', 'nowhere');
SELECT search_create_stats('doc', 'tsv', 'id');
SELECT search_create_stats('doc', 'ctid');
SELECT search_create_stats('doc_pkey', 'tsv');
SELECT search_create_stats('doc_view', 'tsv');
SELECT search_create_stats(4294967295::oid::regclass, 'tsv');
SELECT search_create_stats(NULL, 'tsv'), search_create_stats('doc', NULL), search_refresh_stats(NULL);
SELECT search_create_stats('doc', 'tsv', VARIADIC NULL);
SELECT search_create_stats('doc', 'tsv', NULL, 'body');
CREATE TABLE taken (tsv tsvector);
CREATE TABLE taken_tsv_stats ();
SELECT search_create_stats('taken', 'tsv');
DROP TABLE taken_tsv_stats;
CREATE TABLE taken_tsv_stats (LIKE doc_tsv_stats INCLUDING ALL);
INSERT INTO taken_tsv_stats TABLE doc_tsv_stats;
SELECT search_create_stats('taken', 'tsv');
SELECT probe('taken', 'a');
SELECT probe('doc_pkey', 'a');
SELECT probe(4294967295::oid::regclass, 'a');
SELECT search_refresh_stats('taken'), search_refresh_stats('doc_pkey');
SELECT search_refresh_stats(4294967295::oid::regclass);
SELECT search_track_stats('taken', true);
SELECT search_track_change();
CREATE TRIGGER each_row AFTER INSERT ON taken FOR EACH ROW EXECUTE FUNCTION search_track_change('public', 'taken_tsv_stats');
INSERT INTO taken VALUES ('a');
DROP TRIGGER each_row ON taken;
CREATE TRIGGER no_arguments AFTER INSERT ON taken FOR EACH STATEMENT EXECUTE FUNCTION search_track_change();
INSERT INTO taken VALUES ('a');
SELECT search_corpus_agg(tsv, 1) FROM doc;
CREATE TABLE parent (tsv tsvector);
CREATE TABLE child () INHERITS (parent);
INSERT INTO child VALUES ('a');
SELECT search_create_stats('parent', 'tsv');
SELECT probe('parent_tsv_stats', 'a');
SELECT search_track_stats('parent_tsv_stats', true);
CREATE FOREIGN DATA WRAPPER nowhere;
CREATE SERVER nowhere FOREIGN DATA WRAPPER nowhere;
CREATE FOREIGN TABLE part9 PARTITION OF part FOR VALUES IN (9) SERVER nowhere;
SELECT search_track_stats('part_tsv_stats', true);
DROP FOREIGN TABLE part9;
CREATE TABLE generated (id int, t text, tsv tsvector GENERATED ALWAYS AS (to_tsvector('simple', t)) STORED) PARTITION BY LIST (id);
CREATE TABLE generated1 (id int, tsv tsvector GENERATED ALWAYS AS (to_tsvector('simple', t)) STORED, t text);
ALTER TABLE generated ATTACH PARTITION generated1 DEFAULT;
SELECT search_create_stats('generated', 'tsv');
SELECT search_track_stats('generated_tsv_stats', true);
-- A vocabulary that somebody damaged.
UPDATE doc_tsv_stats SET data = set_byte(data, 40, get_byte(data, 40) # 1), word = 'damaged' WHERE kind = 'f';
SELECT probe('doc_tsv_stats', 'a');
SELECT search_refresh_stats('doc_tsv_stats', true);
SELECT (probe('doc_tsv_stats', 'a'))[8];

-- Privileges.
CREATE ROLE search_owner;
CREATE ROLE search_other;
CREATE ROLE search_member IN ROLE search_owner;
CREATE SCHEMA mine AUTHORIZATION search_owner;
GRANT USAGE ON SCHEMA mine TO search_other;
SET ROLE search_owner;
CREATE TABLE mine.doc (id int, tsv tsvector, t text);
INSERT INTO mine.doc VALUES (1, 'a:1', 'a'), (2, 'b:1', 'b');
GRANT SELECT, INSERT, TRUNCATE ON mine.doc TO search_other;
SET ROLE search_other;
SELECT search_create_stats('mine.doc', 'tsv');
SET ROLE search_member;
SELECT search_create_stats('mine.doc', 'tsv', 't');
RESET ROLE;
SELECT relowner::regrole FROM pg_class WHERE oid = 'mine.doc_tsv_stats'::regclass;
SET ROLE search_other;
SELECT probe('mine.doc_tsv_stats', 'a');
SELECT search_refresh_stats('mine.doc_tsv_stats');
SELECT search_track_stats('mine.doc_tsv_stats', true);
SET ROLE search_owner;
SELECT search_track_stats('mine.doc_tsv_stats', true);
SELECT search_refresh_stats('mine.doc_tsv_stats');
-- Whoever may write the documents need not know of the statistics.
SET ROLE search_other;
INSERT INTO mine.doc VALUES (3, 'a:1', 'a');
SET ROLE search_owner;
GRANT SELECT ON mine.doc_tsv_stats TO search_other;
SET ROLE search_other;
SELECT probe('mine.doc_tsv_stats', 'a');
TRUNCATE mine.doc;
SELECT probe('mine.doc_tsv_stats', 'a');
-- Nobody feeds the corpus of another: the triggers of his own table name it, but it does not name his.
RESET ROLE;
CREATE SCHEMA theirs AUTHORIZATION search_other;
SET ROLE search_other;
CREATE TABLE theirs.doc (id int, tsv tsvector, t text);
CREATE TRIGGER feed AFTER INSERT ON theirs.doc REFERENCING NEW TABLE AS n FOR EACH STATEMENT
    EXECUTE FUNCTION search_track_change('mine', 'doc_tsv_stats');
INSERT INTO theirs.doc VALUES (1, 'spam:1', 'spam');
SELECT probe('mine.doc_tsv_stats', 'spam');
-- The superuser makes them for the owner, with no more rights than his.
RESET ROLE;
DROP TABLE theirs.doc;
CREATE FUNCTION theirs.who() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'as %', current_user; RETURN NEW; END $$;
SET ROLE search_other;
CREATE TABLE theirs.doc (id int, tsv tsvector, t text);
RESET ROLE;
SELECT search_create_stats('theirs.doc', 'tsv', 't');
SELECT relowner::regrole FROM pg_class WHERE oid = 'theirs.doc_tsv_stats'::regclass;
CREATE TRIGGER who BEFORE INSERT ON theirs.doc_tsv_stats FOR EACH ROW WHEN (NEW.kind = 't') EXECUTE FUNCTION theirs.who();
SELECT search_track_stats('theirs.doc_tsv_stats', true);
INSERT INTO theirs.doc VALUES (1, 'a:1', 'a');
SELECT search_refresh_stats('theirs.doc_tsv_stats');
-- Row security.
SET ROLE search_owner;
INSERT INTO mine.doc VALUES (1, 'a:1', 'a'), (2, 'b:1', 'b');
CREATE POLICY p ON mine.doc USING (id = 1);
ALTER TABLE mine.doc ENABLE ROW LEVEL SECURITY;
SELECT search_refresh_stats('mine.doc_tsv_stats', true);
SELECT (probe('mine.doc_tsv_stats', 'b'))[1];
ALTER TABLE mine.doc FORCE ROW LEVEL SECURITY;
\set VERBOSITY sqlstate
SELECT search_refresh_stats('mine.doc_tsv_stats', true);
\set VERBOSITY default
SELECT search_refresh_stats('mine.doc_tsv_stats', true);
SELECT search_create_stats('mine.doc', 'tsv');
RESET ROLE;
SELECT search_refresh_stats('mine.doc_tsv_stats', true);
SELECT (probe('mine.doc_tsv_stats', 'b'))[1];
ALTER TABLE mine.doc_tsv_stats ENABLE ROW LEVEL SECURITY;
SET ROLE search_other;
SELECT probe('mine.doc_tsv_stats', 'b');
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA mine, theirs CASCADE;
DROP ROLE search_owner, search_other, search_member;
