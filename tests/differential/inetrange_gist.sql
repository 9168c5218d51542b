-- The index on inetrange gives the answers of a sequential scan: every operator and strategy of
-- core's range_ops, on random ranges of both families, empty and unbounded ones, in indexes that
-- were built sorted, by insertion, and after deletions and VACUUM.

\set QUIET on
\pset pager off
\pset tuples_only on
SET client_min_messages = notice;
SET jit = off;

-- A random address: some near the ends of a family, some in a small dense region, some anywhere.
CREATE FUNCTION random_address() RETURNS inet LANGUAGE sql VOLATILE AS $$
    SELECT CASE floor(random() * 8)::int
        WHEN 0 THEN '0.0.0.0'::inet + floor(random() * 4)::int
        WHEN 1 THEN '255.255.255.255'::inet - floor(random() * 4)::int
        WHEN 2 THEN '::'::inet + floor(random() * 4)::int
        WHEN 3 THEN 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'::inet - floor(random() * 4)::int
        WHEN 4 THEN '2001:db8::'::inet + floor(random() * 1000)::bigint * 281474976710656
        WHEN 5 THEN '2001:db8::'::inet + floor(random() * 300)::int
        WHEN 6 THEN '0.0.0.0'::inet + floor(random() * 4294967296)::bigint
        ELSE '10.0.0.0'::inet + floor(random() * 3000)::int
    END
$$;

-- A random range: a block, a short run, a span between any two addresses, unbounded, or empty.
CREATE FUNCTION random_range() RETURNS inetrange LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    a inet := random_address();
    b inet := random_address();
    kind int := floor(random() * 40)::int;
BEGIN
    RETURN CASE
        WHEN kind = 0 THEN 'empty'
        WHEN kind = 1 THEN inetrange(a, NULL)
        WHEN kind = 2 THEN inetrange(NULL, a)
        WHEN kind = 3 AND random() < 0.3 THEN inetrange(NULL, NULL)
        WHEN kind < 16 THEN inetrange(a, a, '[]')
        WHEN kind < 28 THEN
            CASE family(a)
                WHEN 4 THEN inetrange(set_masklen(a, 20 + floor(random() * 13)::int), set_masklen(a, 20 + floor(random() * 13)::int), '[]')
                ELSE inetrange(set_masklen(a, 32 + floor(random() * 97)::int), set_masklen(a, 64 + floor(random() * 65)::int), '[]')
            END
        WHEN inet_host_lt(b, a) THEN inetrange(b, a, '[]')
        ELSE inetrange(a, b, '[]')
    END;
EXCEPTION WHEN data_exception THEN
    -- The closed bounds of two networks of one address need not be in order.
    RETURN inetrange(a, a, '[]');
END
$$;

CREATE FUNCTION random_multirange() RETURNS inetmultirange LANGUAGE sql VOLATILE AS $$
    SELECT CASE WHEN random() < 0.05 THEN '{}' ELSE range_agg(random_range()) END
    FROM generate_series(1, 1 + floor(random() * random() * 30)::int)
$$;

CREATE TABLE operator (strategy int, name text, argument text, probe text);
INSERT INTO operator
SELECT amopstrategy, oprname, amoprighttype::regtype::text,
    CASE amoprighttype::regtype::text
        WHEN 'anymultirange' THEN 'inetmultirange' WHEN 'anyelement' THEN 'inet' WHEN 'inet' THEN 'inet'
        ELSE 'inetrange'
    END
FROM pg_amop JOIN pg_opfamily AS f ON f.oid = amopfamily JOIN pg_operator AS o ON o.oid = amopopr
WHERE opfname = 'inetrange_ops' ORDER BY 1, 2, 3;
-- Nothing of core's class is missing.
SELECT 'missing: ' || amopstrategy || ' ' || amopopr::regoperator
FROM pg_amop JOIN pg_opfamily AS f ON f.oid = amopfamily
WHERE opfname = 'range_ops' AND opfmethod = (SELECT oid FROM pg_am WHERE amname = 'gist')
    AND NOT EXISTS (
        SELECT FROM pg_amop AS ours JOIN pg_opfamily AS g ON g.oid = ours.amopfamily
        WHERE opfname = 'inetrange_ops' AND (ours.amopstrategy, ours.amopopr) = (pg_amop.amopstrategy, pg_amop.amopopr));

CREATE TABLE net (id int, r inetrange);

-- Runs every operator with random queries, through the index alone and without it.
CREATE PROCEDURE compare(what text, queries int) LANGUAGE plpgsql AS $$
DECLARE
    op operator;
    probe text;
    with_index text;
    without text;
    answers bigint := 0;
    uses text;
BEGIN
    FOR op IN SELECT * FROM operator LOOP
        FOR i IN 1..queries LOOP
            EXECUTE CASE op.probe
                WHEN 'inet' THEN 'SELECT set_masklen(a, masklen(a) - floor(random() * 3)::int) FROM random_address() AS a'
                WHEN 'inetmultirange' THEN 'SELECT random_multirange()'
                -- Half of the queries are ranges of the table.
                ELSE 'SELECT CASE WHEN random() < 0.5 THEN random_range() ELSE (SELECT r FROM net ORDER BY random() LIMIT 1) END'
            END INTO probe;
            CONTINUE WHEN probe IS NULL;
            SET LOCAL enable_seqscan = off;
            SET LOCAL enable_indexscan = on;
            SET LOCAL enable_indexonlyscan = on;
            SET LOCAL enable_bitmapscan = off;
            EXECUTE format('EXPLAIN SELECT r FROM net WHERE r %s %L::%s', op.name, probe, op.probe) INTO uses;
            IF uses NOT LIKE 'Index Only Scan%' THEN
                RAISE EXCEPTION '% % is not indexed: %', op.name, op.probe, uses;
            END IF;
            EXECUTE format('SELECT count(*) || '' '' || coalesce(sum(hashtext(r::text)::bigint), 0) FROM net WHERE r %s %L::%s', op.name, probe, op.probe) INTO with_index;
            SET LOCAL enable_seqscan = on;
            SET LOCAL enable_indexscan = off;
            SET LOCAL enable_indexonlyscan = off;
            EXECUTE format('SELECT count(*) || '' '' || coalesce(sum(hashtext(r::text)::bigint), 0) FROM net WHERE r %s %L::%s', op.name, probe, op.probe) INTO without;
            IF with_index <> without THEN
                RAISE EXCEPTION '%: % % %: index % scan %', what, op.name, op.probe, probe, with_index, without;
            END IF;
            answers := answers + split_part(with_index, ' ', 1)::bigint;
        END LOOP;
    END LOOP;
    IF answers = 0 THEN
        RAISE EXCEPTION '%: no query found anything', what;
    END IF;
END
$$;

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
