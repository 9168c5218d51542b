-- The GiST operator class of inetrange: what the access method and the planner make of it.
-- That answers are those of a sequential scan is shown by tests/differential/inetrange_gist.sql.
\set VERBOSITY terse

-- Every operator class of the extension is complete.
SELECT amname, opcname, amvalidate(c.oid) FROM pg_opclass AS c JOIN pg_am AS a ON a.oid = opcmethod
WHERE EXISTS (SELECT FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = refobjid
    WHERE d.classid = 'pg_opclass'::regclass AND d.objid = c.oid AND extname = 'rangerank')
ORDER BY 1, 2;
-- It holds every operator of core's class for ranges, by strategy.
SELECT amopstrategy, amopopr::regoperator FROM pg_amop JOIN pg_opfamily AS f ON f.oid = amopfamily
WHERE opfname = 'range_ops' AND opfmethod = (SELECT oid FROM pg_am WHERE amname = 'gist')
EXCEPT
SELECT amopstrategy, amopopr::regoperator FROM pg_amop JOIN pg_opfamily AS f ON f.oid = amopfamily
WHERE opfname = 'inetrange_ops';
-- PostgreSQL 18 learns from function 12 which strategies mean equal and overlaps.
SELECT (SELECT count(*) FROM pg_amproc JOIN pg_opfamily AS f ON f.oid = amprocfamily
    WHERE opfname = 'inetrange_ops' AND amprocnum = 12)
    = (current_setting('server_version_num')::int >= 180000)::int AS has_function_12;

CREATE TABLE allocation (pool int, net inetrange);
INSERT INTO allocation
SELECT i % 7, inetrange(set_masklen('10.0.0.0'::inet + i * 256, 24), set_masklen('10.0.0.0'::inet + i * 256, 24), '[]')
FROM generate_series(0, 9999) AS i;
INSERT INTO allocation
SELECT 7, inetrange(a, a, '[]') FROM generate_series(0, 999) AS i, LATERAL (SELECT set_masklen('2001:db8::'::inet + i * 65536, 112) AS a) AS x;
INSERT INTO allocation VALUES (8, 'empty'), (8, '(,)'), (8, '[10.0.0.255,2001:db8::]'), (8, NULL), (8, '[2001:db9::1,)');
CREATE INDEX allocation_net ON allocation USING gist (net);
VACUUM ANALYZE allocation;

-- Literals, parameters and joins use the index, and a lookup of one address is estimated as such.
SET enable_seqscan = off;
SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF) SELECT * FROM allocation WHERE net @> '10.1.2.3'::inet;
EXPLAIN (COSTS OFF) SELECT net FROM allocation WHERE '10.1.2.3'::inet <@ net;
EXPLAIN (COSTS OFF) SELECT net FROM allocation WHERE net && '[10.1.2.3,10.1.4.0]';
PREPARE lookup(inet) AS SELECT net FROM allocation WHERE net @> $1 ORDER BY net;
SET plan_cache_mode = force_generic_plan;
EXPLAIN (COSTS OFF) EXECUTE lookup('10.1.2.3');
EXECUTE lookup('10.1.2.3/8');
EXECUTE lookup('2001:db8::1:1');
RESET plan_cache_mode;
EXPLAIN (COSTS OFF) SELECT count(*) FROM (VALUES ('10.0.0.7'::inet), ('2001:db8::9')) AS v (a) JOIN allocation ON net @> a;
SELECT a, net FROM (VALUES ('10.0.0.7'::inet), ('2001:db8::9')) AS v (a) JOIN allocation ON net @> a ORDER BY 1, 2;
CREATE FUNCTION estimate(query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
    RETURN plan -> 0 -> 'Plan' ->> 'Plan Rows';
END
$$;
-- Of 11004 rows; a constant share would be 55.
SELECT estimate($$SELECT FROM allocation WHERE net @> '10.1.2.3'::inet$$) < 12 AS lookup,
    estimate($$SELECT FROM allocation WHERE net <@ '[10.0.0.0,10.3.255.255]'$$) BETWEEN 800 AND 1300 AS a_tenth;

-- An array of networks, through the index.
EXPLAIN (COSTS OFF) SELECT net FROM allocation WHERE net >>= ANY ('{10.0.3.4,10.0.5.0/24}');
SET enable_bitmapscan = on;
SELECT net FROM allocation WHERE net >>= ANY ('{10.0.3.4,10.0.5.0/24,10.0.6.0/23,2001:db8::1:0/112}') ORDER BY net;
EXPLAIN (COSTS OFF) SELECT net FROM allocation WHERE net >>= ANY ('{10.0.3.4,10.0.5.0/24}');
SET enable_bitmapscan = off;

-- Index-only scans give the ranges back as they are.
EXPLAIN (COSTS OFF) SELECT net FROM allocation WHERE net -|- '[10.0.1.0,10.0.1.9]' ORDER BY net;
SELECT net FROM allocation WHERE net -|- '[10.0.1.0,10.0.1.9]' ORDER BY net;
SELECT net FROM allocation WHERE net <@ 'empty' OR net @> '255.255.255.255'::inet OR net = '[2001:db9::1,)' ORDER BY net;
SELECT count(net) FROM allocation WHERE net && '{[10.0.0.1,10.0.0.2],[10.0.9.9,10.0.9.9],[2001:db8::5:0,2001:db8::6:0]}'::inetmultirange;
SELECT net FROM allocation WHERE net <@ '{[10.0.0.0,10.0.0.255],[10.0.2.0,10.0.3.254]}'::inetmultirange ORDER BY net;
SELECT count(*) FROM allocation WHERE net IS NULL;

-- Several columns, an expression, INCLUDE, a partial index, core's own class beside.
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE INDEX allocation_partial ON allocation USING gist (net) INCLUDE (pool) WHERE pool = 7;
EXPLAIN (COSTS OFF) SELECT pool FROM allocation WHERE pool = 7 AND net @> '2001:db8::1:1'::inet;
SELECT pool FROM allocation WHERE pool = 7 AND net @> '2001:db8::1:1'::inet;
DROP INDEX allocation_partial, allocation_net;
CREATE INDEX allocation_two ON allocation USING gist (net, (net * '[10.0.0.0,10.255.255.255]'));
SELECT net FROM allocation WHERE net * '[10.0.0.0,10.255.255.255]' @> '10.0.4.4'::inet AND net <@ '[10.0.0.0,10.0.255.255]';
DROP INDEX allocation_two;
CREATE INDEX allocation_core ON allocation USING gist (net range_ops);
SELECT net FROM allocation WHERE net @> '10.0.4.4'::inet ORDER BY net;
DROP INDEX allocation_core;
CREATE INDEX CONCURRENTLY allocation_net ON allocation USING gist (net) WITH (fillfactor = 100);
REINDEX INDEX CONCURRENTLY allocation_net;
SELECT pg_relation_size('allocation_net') < 11004 * 28 AS full_pages_are_small;
DELETE FROM allocation WHERE pool < 6;
VACUUM allocation;
SELECT count(*) FROM allocation WHERE net <@ '[10.0.0.0,10.255.255.255]';
DROP TABLE allocation;
RESET enable_seqscan;
RESET enable_bitmapscan;

-- An exclusion constraint keeps allocations apart.
CREATE TABLE lease (net inetrange, EXCLUDE USING gist (net WITH &&));
INSERT INTO lease VALUES ('[10.0.0.0,10.0.0.255]'), ('[10.0.1.0,10.0.1.255]'), ('[2001:db8::,2001:db8::ffff]'), ('empty'), ('empty');
INSERT INTO lease VALUES ('[10.0.0.255,10.0.0.255]');
INSERT INTO lease VALUES ('(255.255.255.255,2001:db8::)');
INSERT INTO lease VALUES ('[255.255.255.255,2001:db8::]');
SELECT * FROM lease ORDER BY 1;

-- More rows than a page, one by one, in no order; then the same ranges again, many times.
CREATE TABLE inserted (net inetrange);
CREATE INDEX ON inserted USING gist (net);
INSERT INTO inserted SELECT inetrange('10.0.0.0'::inet + hashint4(i) % 65536 + 65536, '10.0.0.0'::inet + hashint4(i) % 65536 + 65536 + i % 300, '[]') FROM generate_series(1, 5000) AS i;
INSERT INTO inserted SELECT '[10.0.0.0,10.0.0.255]' FROM generate_series(1, 3000);
INSERT INTO inserted SELECT 'empty' FROM generate_series(1, 1000);
SET enable_seqscan = off;
SELECT count(*) FROM inserted WHERE net = '[10.0.0.0,10.0.0.255]';
SELECT count(*) FROM inserted WHERE net = 'empty';
SELECT count(*) FROM inserted WHERE net <@ '[10.0.0.0,10.3.0.0]';
DROP TABLE inserted;
RESET enable_seqscan;

-- WITHOUT OVERLAPS, where the server has it.
SELECT current_setting('server_version_num')::int >= 180000 AS has_temporal_keys \gset
\if :has_temporal_keys
CREATE TABLE owned (pool int, net inetrange, PRIMARY KEY (pool, net WITHOUT OVERLAPS));
INSERT INTO owned VALUES (1, '[10.0.0.0,10.0.0.255]'), (2, '[10.0.0.0,10.0.0.255]'), (1, '[10.0.1.0,10.0.1.255]');
DO $$ BEGIN INSERT INTO owned VALUES (1, '[10.0.0.9,10.0.0.9]'); RAISE 'not kept apart'; EXCEPTION WHEN exclusion_violation THEN NULL; END $$;
DROP TABLE owned;
\endif

-- An index on addresses by themselves: the subnet operators of inet find all rows, or it is refused.
CREATE TABLE host (a inet);
INSERT INTO host VALUES ('1.2.0.0/24'), ('1.2.0.0'), ('1.2.3.4'), ('1.3.0.0'), ('2001::');
DO $$
BEGIN
    CREATE INDEX ON host (a inet_host_ops);
    IF current_setting('server_version_num')::int >= 180000 THEN
        RAISE EXCEPTION 'the index was made';
    END IF;
EXCEPTION WHEN feature_not_supported THEN
    IF current_setting('server_version_num')::int < 180000 THEN
        RAISE;
    END IF;
END
$$;
SET enable_seqscan = off;
SELECT a FROM host WHERE a << '1.2.0.0/16' ORDER BY a;
SELECT a FROM host WHERE a <<= '2001::/32' ORDER BY a;
SELECT a FROM host WHERE a #=# '1.2.0.0' ORDER BY masklen(a);
RESET enable_seqscan;
