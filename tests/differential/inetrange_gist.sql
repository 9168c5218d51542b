-- The index on inetrange gives the answers of a sequential scan: every operator and strategy of
-- core's range_ops, on random ranges of both families, empty and unbounded ones, in indexes that
-- were built sorted, by insertion, and after deletions and VACUUM.

\set QUIET on
\pset pager off
\pset tuples_only on
SET client_min_messages = notice;
SET jit = off;

\ir include/inetrange_gist.psql

SELECT setseed(0.25);
INSERT INTO net SELECT i, random_range() FROM generate_series(1, 3000) AS i;
INSERT INTO net VALUES (0, NULL);
CREATE INDEX net_r ON net USING gist (r);
VACUUM ANALYZE net;
CALL compare('built sorted', 20 * :rounds);

TRUNCATE net;
INSERT INTO net SELECT i, random_range() FROM generate_series(1, 3000) AS i;
VACUUM ANALYZE net;
CALL compare('by insertion', 20 * :rounds);

DELETE FROM net WHERE id % 3 = 0;
VACUUM net;
INSERT INTO net SELECT i, random_range() FROM generate_series(3001, 4000) AS i;
VACUUM ANALYZE net;
CALL compare('after deletions', 20 * :rounds);

REINDEX INDEX CONCURRENTLY net_r;
CALL compare('reindexed', 5 * :rounds);

-- Disjoint blocks of both families in order and shuffled, more than a few pages of them.
TRUNCATE net;
INSERT INTO net
SELECT i, inetrange(a, a, '[]')
FROM generate_series(1, 20000) AS i,
    LATERAL (SELECT CASE WHEN i % 4 = 0 THEN set_masklen('2001:db8::'::inet + i * 4294967296, 96) ELSE set_masklen('10.0.0.0'::inet + i * 256, 24) END AS a) AS x
ORDER BY hashint4(i);
VACUUM ANALYZE net;
CALL compare('disjoint blocks', 5 * :rounds);
