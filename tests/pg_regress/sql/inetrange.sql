-- inetrange: the type, and its functions, casts and operators.
CREATE SCHEMA addresses;
SET search_path = addresses, public;

-- Canonical form: closed, of hosts. A closed bound stands for its network, an exclusive one for its address.
SELECT given, given::inetrange AS range FROM (VALUES
    ('[10.0.0.5,10.0.0.9]'), ('[10.0.0.5,10.0.0.9)'), ('(10.0.0.5,10.0.0.9]'), ('(10.0.0.5,10.0.0.9)'), ('[10.0.0.0/8,10.0.0.0/8]'), ('[10.1.2.3/8,10.1.2.3/24]'),
    ('[10.0.0.5/24,10.0.0.9)'), ('(10.0.0.5/24,10.0.0.9]'), ('[10.0.0.5,10.0.0.9/24)'), ('(10.0.0.5,10.0.0.6)'), ('[10.0.0.5,10.0.0.5)'), ('(10.0.0.5,10.0.0.5]'), ('[10.0.0.5,10.0.0.5]'),
    ('[10.0.0.1,::2]'), ('(255.255.255.255,::]'), ('[255.255.255.255,::)'), ('(255.255.255.255,::)'), ('[0.0.0.0,0.0.0.0]'), ('(,0.0.0.0)'), ('(,0.0.0.1)'),
    ('(ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,)'), ('[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,)'), ('[::/0,::/0]'), ('[0.0.0.0/0,::/0]'), ('(,)'), ('(,::1]'), ('[::1,)'), ('(::1,)'), ('empty')) AS v (given);
-- One order over both families; netmasks do not count. Neighbours merge.
SELECT '10.0.0.5/24'::inet <@ '[10.0.0.1,10.0.0.9]'::inetrange AS masked, '::1'::inet <@ '[10.0.0.1,10.0.0.9]'::inetrange AS other_family,
    '::1'::inet <@ '[10.0.0.1,::2]'::inetrange AS mixed, '[1.1.1.1,1.1.1.1]'::inetrange < '[::,::]'::inetrange AS ordered, range_merge('[10.0.0.1,10.0.0.2]'::inetrange, '[::1,::2]') AS hull,
    '[10.0.0.1,10.0.0.2]'::inetrange -|- '[10.0.0.3,10.0.0.4]' AS adjacent, '[255.255.255.255,255.255.255.255]'::inetrange -|- '[::,::1]' AS families_adjacent;
SELECT '{[10.0.0.1,10.0.0.2],[10.0.0.3,10.0.0.4],[255.255.255.0,255.255.255.255],[::,::ff]}'::inetmultirange AS merged,
    '{(,)}'::inetmultirange - '{[10.0.0.0,10.255.255.255],[::1,::1]}' AS complement;
\set VERBOSITY sqlstate
SELECT '[10.0.0.9,10.0.0.1]'::inetrange;
SELECT '[::1,10.0.0.1]'::inetrange;
SELECT inetrange('10.0.0.9', '10.0.0.1');
SELECT '10.0.0.0/8'::inetrange;
\set VERBOSITY default

-- Binary form: what COPY writes is read back.
CREATE TABLE sent (r inetrange, m inetmultirange);
INSERT INTO sent SELECT r, CASE WHEN r IS NOT NULL THEN inetmultirange(r, '[::f0,::f1]') END FROM unnest('{"[10.0.0.1,10.0.0.9]","[10.0.0.1,::2]","(,)","(,::2]","[1.2.3.4,)",empty,NULL}'::inetrange[]) AS r;
CREATE TABLE received (LIKE sent);
SELECT format('%s/inetrange.bin', current_setting('data_directory')) AS file \gset
COPY sent TO :'file' (FORMAT binary);
COPY received FROM :'file' (FORMAT binary);
COPY (SELECT 1 WHERE false) TO :'file';
SELECT count(*), bool_and(record_image_eq(sent, received)) AS same FROM (SELECT row_number() OVER () AS n, * FROM sent) AS sent JOIN (SELECT row_number() OVER () AS n, * FROM received) AS received USING (n);

-- From networks: with host bits it is the whole network.
SELECT inetrange('10.1.2.3/8'::inet), inetrange('10.1.2.3'::inet), inetrange('10.0.0.0/8'::cidr), inetrange('::1/64'::inet), inetrange('0.0.0.0/0'::inet), inetrange('::/0'::cidr), inetrange(NULL::inet), inetrange(NULL::cidr), inetrange(NULL::text);
SELECT '10.1.2.3/8'::inet::inetrange AS inet, '10.0.0.0/8'::cidr::inetrange AS cidr, '10.0.0.0/8'::text::inetrange AS text, '10.0.0.0/8'::varchar::inetrange AS varchar, '10.0.0.0/8'::varchar(20)::inetrange AS sized;
CREATE TABLE network (net inetrange);
INSERT INTO network VALUES ('10.0.0.1/8'::inet), ('10.0.0.0/8'::cidr);
INSERT INTO network VALUES ('10.0.0.0/8'::text);
SELECT * FROM network WHERE net = ANY (ARRAY['10.0.0.0/8'::cidr::inetrange]);
SELECT castsource::regtype, castcontext FROM pg_cast WHERE casttarget = 'inetrange'::regtype ORDER BY 1;

-- From texts.
SELECT given, inetrange(given) FROM unnest(ARRAY['10.0.0.1', '10.0.0.0/8', '10.0.0.0/255.0.0.0', '10.0.0.1-10.0.0.9', '10.0.0.1 - 10.0.0.1', E' \t10.0.0.1\n', '::', '::1-::ffff', '2001:DB8::/32', '::ffff:1.2.3.4', '::/0', '0.0.0.0-255.255.255.255', 'fe80::/ffc0::',
    '[10.0.0.1,10.0.0.9]', ' (10.0.0.1,10.0.0.9)', '[10.0.0.1/8,::1]', '(,)', ' Empty ', 'empty']) AS given;
-- Bad ones: SQLSTATE, message, detail, hint.
CREATE FUNCTION error_of(query text) RETURNS TABLE (state text, message text, detail text, hint text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE query;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN NEXT;
END $$;
-- What ip4r reads, besides: a pair in either order, and all addresses of both families.
SELECT inetrange('10.0.0.9-10.0.0.1'::text), inetrange('::2 - ::1'::text), inetrange(' - '::text);
\x on
\pset format unaligned
SELECT e.* FROM unnest(ARRAY['', ' ', '10.0.0.1/8', '10.1', '10.0.0.256', '010.0.0.1', '10.0.0.1/33', '10.0.0.0/08', '10.0.0.0/-1', '10.0.0.0/0.0.0.255', '10.0.0.0/ff00::', '::1/129', '1::2::3', '1:2:3', '12345::', 'fe80::1%eth0', '10.0.0.1 x', '10.0.0.1-', '10.0.0.1-10.0.0.2-10.0.0.3', 'Grüße', 'localhost',
    '10.0.0.1-::1', '[10.0.0.1,10.0.0.9', '[10.0.0.9,10.0.0.1]', '[10.0.0.1/99,)', 'empty!', 'emptyß', '[ß,)']) AS given, error_of(format('SELECT inetrange(%L::text)', given)) AS e;
\pset format aligned
\x off

-- To texts and blocks.
CREATE TABLE sample (n int GENERATED ALWAYS AS IDENTITY, r inetrange);
INSERT INTO sample (r) SELECT inetrange(given) FROM unnest(ARRAY['10.0.0.0/8', '10.0.0.1', '10.0.0.0/31', '10.0.0.1-10.0.0.2', '0.0.0.0/0', '::/0', '::1', '2001:db8::/32', '::-::2', '255.255.255.255', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    '[10.0.0.1,::1]', '[0.0.0.0,ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]', '[255.255.255.255,::]', '[::1,)', '(,10.0.0.1]', '(,)', 'empty', NULL]) AS given;
SELECT r, inetrange_text(r), inetrange_cidr(r), inetrange_is_cidr(r) FROM sample ORDER BY n;
SELECT r FROM sample WHERE inetrange(inetrange_text(r)) IS DISTINCT FROM r OR inetrange_is_cidr(r) IS DISTINCT FROM (inetrange_cidr(r) IS NOT NULL) AND r IS NOT NULL;

-- Covers. An unbounded side reaches the first IPv4 or the last IPv6 address.
SELECT r, ARRAY(SELECT inetrange_cidrs(r)) FROM unnest(ARRAY['[10.0.0.1,10.0.0.9]', '[10.0.0.0,10.0.0.255]', '(,)', 'empty', '[255.255.255.254,::1]', '(,0.0.0.2]', '[255.255.255.253,255.255.255.255]',
    '[255.255.255.255,)', '[ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffd,)', '[ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffd,ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]', NULL]::inetrange[]) AS r;
SELECT m, ARRAY(SELECT inetrange_cidrs(m)) FROM unnest(ARRAY['{}', '{[10.0.0.1,10.0.0.2],[10.0.0.4,10.0.0.7]}', '{(,0.0.0.1],[255.255.255.255,::],[::2,::3],[::5,::5],[::7,::8],[::a,::a],[ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe,)}', '{(,)}', NULL]::inetmultirange[]) AS m;
-- The longest ones there are.
SELECT (SELECT count(*) FROM inetrange_cidrs(inetrange('0.0.0.1-255.255.255.254'::text))) AS v4, (SELECT count(*) FROM inetrange_cidrs(inetrange('::1-ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe'::text))) AS v6;
-- Multiranges of many ranges, read range by range: stored, short and compressed ones too.
CREATE TABLE many AS SELECT count, range_agg(inetrange(inet_add(first, i * 4), inet_add(first, i * 4 + 2), '[]')) AS m
FROM (VALUES ('10.0.0.0'::inet), ('2001:db8::')) AS v (first), (VALUES (1), (2), (3), (4), (5), (9), (100), (3000)) AS c (count), generate_series(1, count) AS i GROUP BY first, count;
SELECT count(*), bool_and(ARRAY(SELECT inetrange_cidrs(m)) = ARRAY(SELECT inetrange_cidrs(r) FROM unnest(m) AS r)) AS as_one_by_one, sum((SELECT count(*) FROM inetrange_cidrs(m))) AS blocks FROM many;

-- Minimal: by brute force over all blocks of a small universe around the boundary of the families. A block
-- belongs to the cover if it lies in the range and the block twice its size does not.
CREATE TABLE host AS SELECT inet_add('255.255.255.240', i) AS ip, i AS n FROM generate_series(0, 15) AS i UNION ALL SELECT inet_add('::', i), i + 16 FROM generate_series(0, 15) AS i;
CREATE TABLE block AS SELECT DISTINCT network(set_masklen(ip, masklen(ip) - g.host)) AS block, g.host FROM host, generate_series(0, 4) AS g (host);
SELECT count(*) AS ranges, count(*) FILTER (WHERE ARRAY(SELECT inetrange_cidrs(r)) IS DISTINCT FROM brute) AS covers_differ,
    count(*) FILTER (WHERE (CASE WHEN cardinality(brute) = 1 THEN brute[1] END) IS DISTINCT FROM inetrange_cidr(r)) AS blocks_differ
FROM (SELECT r, ARRAY(SELECT block FROM block WHERE r @> block::inetrange AND (host = 4 OR NOT r @> set_masklen(block, masklen(block) - 1)::inetrange) ORDER BY block) AS brute
    FROM host AS a, host AS b, inetrange(a.ip, b.ip, '[]') AS r WHERE a.n <= b.n) AS s;
-- All subnets, likewise; of a family that has no such prefix length there are none.
SELECT count(*) AS calls, sum(cardinality(brute)) AS blocks, count(*) FILTER (WHERE ARRAY(SELECT inetrange_subnets(r, prefixlen)) IS DISTINCT FROM brute) AS differ
FROM (SELECT r, prefixlen, ARRAY(SELECT block FROM block WHERE r @> block::inetrange AND masklen(block) = prefixlen ORDER BY block) AS brute
    FROM host AS a, host AS b, inetrange(a.ip, b.ip, '[]') AS r, (SELECT DISTINCT masklen(block) AS prefixlen FROM block) AS p
    WHERE a.n <= b.n AND (b.n >= 16 OR prefixlen <= 32)) AS s;

-- Subnets stream.
SELECT inetrange_subnets('::/0'::cidr::inetrange, 64) LIMIT 3;
SELECT inetrange_subnets('2001:db8::/32'::cidr::inetrange, 64) LIMIT 3 OFFSET 1000;
SELECT inetrange_subnets('(,)', 128) LIMIT 2;
SELECT inetrange_subnets('::/0'::cidr::inetrange, 0), inetrange_subnets('0.0.0.0/0'::cidr::inetrange, 0), inetrange_subnets('(,)', 0);
SELECT count(*), min(s), max(s) FROM inetrange_subnets('10.0.0.0/8'::cidr::inetrange, 24) AS s;
SELECT count(*), min(s), max(s) FROM inetrange_subnets('[10.0.0.1,10.0.4.254]', 24) AS s;
SELECT inetrange_subnets('10.0.0.0/24'::cidr::inetrange, 8), inetrange_subnets('empty', 8), inetrange_subnets(NULL, 8), inetrange_subnets('(,)', NULL);
SELECT ARRAY(SELECT inetrange_subnets('[255.255.255.255,::3]', 32)), ARRAY(SELECT inetrange_subnets('[255.255.255.254,::3]', 127));
SELECT inetrange_subnets('10.0.0.0/8'::cidr::inetrange, 33);
SELECT inetrange_subnets('10.0.0.0/8'::cidr::inetrange, -1);
SELECT inetrange_subnets('(,)', 129);
SELECT inetrange_subnets('empty', 129);
SELECT inetrange_subnets('::/0'::cidr::inetrange, 256);
\set VERBOSITY sqlstate
SELECT inetrange_subnets('10.0.0.0/8'::cidr::inetrange, 288);
\set VERBOSITY default

-- The first free block, by brute force: the first subnet that overlaps nothing taken.
SELECT count(*) AS calls, count(brute) AS found, count(*) FILTER (WHERE inetrange_next_free(within, taken, prefixlen) IS DISTINCT FROM brute) AS differ
FROM (SELECT within, taken, prefixlen, (SELECT s FROM inetrange_subnets(within, prefixlen) WITH ORDINALITY AS s (s, n) WHERE NOT s::inetrange && taken ORDER BY n LIMIT 1) AS brute
    FROM (SELECT inetrange(a.ip, b.ip, '[]') AS within FROM host AS a, host AS b WHERE a.n % 3 = 0 AND b.n % 5 = 4 AND a.n <= b.n AND b.n >= 16) AS w,
        (SELECT inetmultirange(r1, r2, r3) AS taken FROM generate_series(1, 40) AS i,
            LATERAL (SELECT ip FROM host WHERE n = i * 7 % 32) AS a, LATERAL (SELECT ip FROM host WHERE n = i * 11 % 32) AS b, LATERAL (SELECT ip FROM host WHERE n = i * 5 % 32) AS c,
            inetrange(NULL, CASE i % 2 WHEN 0 THEN least(a.ip, b.ip) ELSE '0.0.0.0' END) AS r1, inetrange(c.ip, c.ip, '[]') AS r2, inetrange(greatest(a.ip, b.ip), CASE i % 3 WHEN 0 THEN NULL ELSE '::1:0'::inet END, '[]') AS r3) AS t,
        (VALUES (28), (30), (32), (126), (128)) AS p (prefixlen)) AS s;
SELECT inetrange_next_free('10.0.0.0/8'::cidr::inetrange, '{}', 24), inetrange_next_free('10.0.0.0/8'::cidr::inetrange, '{[10.0.0.0,10.0.0.0]}', 24), inetrange_next_free('10.0.0.0/24'::cidr::inetrange, '{[10.0.0.7,10.0.0.7]}', 24),
    inetrange_next_free('10.0.0.0/24'::cidr::inetrange, '{(,)}', 32), inetrange_next_free('empty', '{}', 32), inetrange_next_free('10.0.0.0/24'::cidr::inetrange, '{}', 8), inetrange_next_free('[255.255.255.255,::]', '{[255.255.255.255,255.255.255.255]}', 32), inetrange_next_free('::/0'::cidr::inetrange, '{(,fffe::]}', 16);
SELECT inetrange_next_free(NULL, '{}', 24), inetrange_next_free('(,)', NULL, 24), inetrange_next_free('(,)', '{}', NULL);
-- An IPv6 /32: of the first 20000 /64 all but one are half taken, of the others all but the last.
CREATE TABLE full_network AS SELECT range_agg(r) AS taken, inetmultirange('2001:db8:0:1234::1/128'::cidr::inetrange) AS more FROM (
    SELECT set_masklen(s, 65)::inetrange AS r FROM (SELECT inetrange_subnets('2001:db8::/32'::cidr::inetrange, 64) AS s LIMIT 20000) AS s WHERE s <> '2001:db8:0:1234::/64'
    UNION ALL SELECT inetrange(inet_add('2001:db8::', 20000 * 2::numeric ^ 64), inet_add('2001:db9::', -(2::numeric ^ 64) - 1), '[]')) AS s;
SELECT multirange_count(taken), inetrange_next_free(within, taken, 64) AS free, inetrange_next_free(within, taken + more, 64) AS last, inetrange_next_free(within, taken + more, 63) AS none,
    inetrange_next_free(within, taken, 65) AS half, inetrange_next_free('2001:db8:0:2000::/52'::cidr::inetrange, taken, 65) AS inside, inetrange_next_free(within, taken, 20) AS larger
FROM full_network, inetrange('2001:db8::/32'::cidr) AS within;
-- Many taken, every other address: what is free lies behind them.
SELECT bool_and(inetrange_next_free(w, m, p) IS NOT DISTINCT FROM (SELECT s FROM inetrange_subnets(w, p) WITH ORDINALITY AS s (s, n) WHERE NOT s::inetrange && m ORDER BY n LIMIT 1)) AS as_brute_force
FROM many, LATERAL (VALUES (inetrange(lower(m), inet_add(upper(m), 64), '[]'), masklen(lower(m))), (inetrange(lower(m), inet_add(upper(m), 64), '[]'), masklen(lower(m)) - 3), (inetrange(inet_add(upper(m), -9), inet_add(upper(m), 9), '[]'), masklen(lower(m)) - 2)) AS v (w, p) WHERE count <= 100;
\set VERBOSITY sqlstate
SELECT inetrange_next_free('10.0.0.0/8'::cidr::inetrange, '{}', 33);
SELECT inetrange_next_free('10.0.0.0/8'::cidr::inetrange, '{}', -1);
\set VERBOSITY default

-- Merged networks.
SELECT cidr_merge_agg(n::inet) FROM unnest('{10.0.0.3/24,10.0.1.0,::1/127,10.0.1.1,255.255.255.255,::2,NULL,10.0.0.9}'::text[]) AS n;
SELECT cidr_merge_agg(n::cidr) FROM unnest('{::/1,8000::/1,128.0.0.0/1,0.0.0.0/1}'::text[]) AS n;
SELECT cidr_merge_agg(n) FROM unnest('{NULL}'::inet[]) AS n;
SELECT cidr_merge_agg(n) FROM unnest('{}'::inet[]) AS n;
SELECT g, cidr_merge_agg(inet_add('10.0.0.0', i * g)) FROM generate_series(1, 3) AS g, generate_series(0, 7) AS i GROUP BY g ORDER BY g;
SELECT i, cidr_merge_agg(inet_add('10.0.0.0', i)) OVER (ORDER BY i ROWS 2 PRECEDING) FROM generate_series(0, 5) AS i;
SELECT array_ndims(a), array_lower(a, 1), a[2], record_image_eq(ROW(a), ROW(ARRAY['10.0.0.0/32', '::1/128', '::4/126']::cidr[])) AS stored_as_core_does
FROM (SELECT cidr_merge_agg(n::inet) AS a FROM unnest('{10.0.0.0,::1,::4/126}'::text[]) AS n) AS s;
-- Parallel, and by brute force in core: a network is part of the result if it is covered and the one twice its
-- size is not.
CREATE TABLE scattered AS SELECT set_masklen(inet_add(first, (i::bigint * 7919 % 4096)::int), w - i % 5 * (i % 3)) AS ip FROM generate_series(1, 3000) AS i, (VALUES ('10.0.0.0'::inet, 32), ('2001:db8::', 128)) AS v (first, w);
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT cidr_merge_agg(ip) FROM scattered;
CREATE TABLE merged AS SELECT cidr_merge_agg(ip) AS in_parallel FROM scattered;
RESET max_parallel_workers_per_gather;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
SELECT cardinality(in_parallel), in_parallel = (SELECT cidr_merge_agg(ip) FROM scattered) AS as_serial, in_parallel = (SELECT cidr_merge_agg(ip) FROM (SELECT ip FROM scattered ORDER BY ip) AS s) AS as_sorted,
    in_parallel = (SELECT array_agg(c ORDER BY c) FROM (SELECT range_agg(inetrange(ip)) AS u FROM scattered) AS s, inetrange_cidrs(u) AS c) AS as_cover_of_core,
    (SELECT bool_and(NOT (SELECT range_agg(inetrange(ip)) FROM scattered) @> set_masklen(c, masklen(c) - 1)::inetrange) FROM unnest(in_parallel) AS c) AS minimal
FROM merged;

-- Its states: version, kind, number of islands, two places each. Bytes made by hand give an error or are one.
SELECT probin AS module FROM pg_proc WHERE proname = 'cidr_merge_serialize' \gset
CREATE FUNCTION cidr_absorb(internal, bytea) RETURNS internal LANGUAGE c AS :'module', 'cidr_merge_absorb';
CREATE AGGREGATE cidr_state(inet) (SFUNC = cidr_merge_transition, STYPE = internal, FINALFUNC = cidr_merge_serialize);
CREATE AGGREGATE cidr_of_states(bytea) (SFUNC = cidr_absorb, STYPE = internal, FINALFUNC = cidr_merge_final);
SELECT cidr_state(n) FROM unnest('{10.0.0.0/31,255.255.255.255,::,::5}'::inet[]) AS n;
SELECT cidr_state(n) FROM unnest('{NULL}'::inet[]) AS n;
SELECT cidr_of_states(s) FROM (SELECT cidr_state(n::inet) AS s FROM unnest('{10.0.0.0/31,255.255.255.255,::,::5,0.0.0.0/1}'::text[]) AS n GROUP BY n UNION ALL SELECT NULL) AS s;
SELECT cidr_of_states(cidr_state) = (SELECT cidr_merge_agg(ip) FROM scattered) AS same FROM (SELECT cidr_state(ip) FROM scattered GROUP BY hashinet(ip) % 7) AS s;
CREATE FUNCTION outcome(bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer cidr[];
BEGIN
    SELECT cidr_of_states(bytes) INTO answer;
    RETURN CASE WHEN answer::text::cidr[] = answer AND answer = (SELECT cidr_merge_agg(c) FROM unnest(answer) AS c) THEN 'valid' ELSE 'damaged' END;
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
SELECT what, outcome, count(*) FROM (
    SELECT 'as it was' AS what, outcome(s) FROM (SELECT cidr_state(n) AS s FROM unnest('{10.0.0.0/31,255.255.255.255,::5}'::inet[]) AS n) AS s
    UNION ALL SELECT 'cut short', outcome(substring(s FROM 1 FOR length)) FROM (SELECT cidr_state(n) AS s FROM unnest('{10.0.0.0/31,255.255.255.255,::5}'::inet[]) AS n) AS s, generate_series(0, octet_length(s) - 1) AS length
    UNION ALL SELECT 'longer', outcome(s || '\x00') FROM (SELECT cidr_state(n) AS s FROM unnest('{10.0.0.0/31,255.255.255.255,::5}'::inet[]) AS n) AS s
    UNION ALL SELECT CASE WHEN place < 3 THEN 'head changed' ELSE 'places changed' END, outcome(set_byte(s, place, value)) FROM (SELECT cidr_state(n) AS s FROM unnest('{10.0.0.0/31,255.255.255.255,::5}'::inet[]) AS n) AS s,
        generate_series(0, octet_length(s) - 1) AS place, (VALUES (2), (128), (254)) AS v (value)) AS s
GROUP BY what, outcome ORDER BY what, outcome;
-- Places as numbers, with bit 128 behind the others: 0 and 2^128 + 2^32 + 2 lie beyond all addresses, an end does not lie before its start.
SELECT what, outcome(decode('01c101' || lower || upper, 'hex')) FROM (VALUES ('one', '01' || repeat('00', 16), '02' || repeat('00', 16)), ('none', '01' || repeat('00', 16), '01' || repeat('00', 16)), ('backwards', '02' || repeat('00', 16), '01' || repeat('00', 16)),
    ('first', repeat('00', 17), '02' || repeat('00', 16)), ('last', '01' || repeat('00', 16), '0200000001' || repeat('00', 11) || '01'), ('all', '01' || repeat('00', 16), '0100000001' || repeat('00', 11) || '01')) AS v (what, lower, upper);
SELECT e.* FROM error_of($$SELECT cidr_of_states('\x01c101')$$) AS e;

-- Arithmetic.
SELECT inet_add('10.0.0.5/8', 5), inet_add('10.0.0.5/8', -6), inet_add('::1', 2::numeric ^ 127), inet_add('::', 340282366920938463463374607431768211455), inet_add('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/64', -340282366920938463463374607431768211455), inet_add('10.0.0.1', 1.000), inet_add('0.0.0.0', 4294967295), inet_add(address => '::1'::cidr, delta => 1);
SELECT inet_diff('10.0.0.9', '10.0.0.1/8'), inet_diff('10.0.0.1', '10.0.0.9'), inet_diff('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '::'), inet_diff('::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'), inet_diff('::1', '::1'), inet_diff(NULL, '::1'), inet_add(NULL, 1), inet_add('::1', NULL);
SELECT query, e.* FROM unnest(ARRAY[$$inet_add('255.255.255.255', 1)$$, $$inet_add('0.0.0.0', -1)$$, $$inet_add('::', -1)$$, $$inet_add('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 1)$$, $$inet_add('::', 340282366920938463463374607431768211456)$$, $$inet_add('10.0.0.0', 0.5)$$,
    $$inet_add('10.0.0.0', 'NaN')$$, $$inet_add('10.0.0.0', '-Infinity')$$, $$inet_diff('10.0.0.1', '::1')$$]) AS query, error_of('SELECT ' || query) AS e;

-- Operators, and what literals without a type become beside them.
SELECT r >>= '10.1.2.3' AS a, '10.1.2.3' <<= r AS b, r >>= '10.1.2.3/16'::inet AS network, r >>= '10.0.0.0/7'::cidr AS larger, '::1' <<= r AS other, r >>= NULL AS null, pg_typeof(r) FROM (VALUES ('10.0.0.0/8'::cidr::inetrange), ('[10.1.2.3,::1]'), ('(,)'), ('empty'), (NULL)) AS v (r);
SELECT count(*), count(*) FILTER (WHERE (r >>= i) IS DISTINCT FROM (r @> i::inetrange) OR (i <<= r) IS DISTINCT FROM (i::inetrange <@ r)) AS differ FROM sample, (SELECT block::inet AS i FROM block UNION SELECT r FROM unnest('{10.1.2.3/8,10.0.0.1,::1/0}'::inet[]) AS r) AS i;
-- Those of inet are what they were.
SELECT inet '10.0.0.0/8' >>= inet '10.0.0.1' AS a, inet '10.0.0.0/8' >>= '10.0.0.1' AS b, '10.0.0.0/8' >>= inet '10.0.0.1' AS c, cidr '10.0.0.0/8' >>= '10.0.0.1' AS d, '10.0.0.0/8' >>= cidr '10.0.0.1' AS e, cidr '10.0.0.0/8' >>= inet '10.0.0.1' AS f,
    inet '10.0.0.1' <<= inet '10.0.0.0/8' AS g, inet '10.0.0.1' <<= '10.0.0.0/8' AS h, '10.0.0.1' <<= inet '10.0.0.0/8' AS i, cidr '10.0.0.1' <<= '10.0.0.0/8' AS j, '10.0.0.1' <<= cidr '10.0.0.0/8' AS k, cidr '10.0.0.1' <<= inet '10.0.0.0/8' AS l;
\set VERBOSITY terse
SELECT '10.0.0.0/8' >>= '10.0.0.1';
SELECT '10.0.0.0/8'::cidr::inetrange >>= '10.0.0.1'::cidr::inetrange;
\set VERBOSITY default
SELECT oprname, oprleft::regtype, oprright::regtype, oprcom::regoperator FROM pg_operator WHERE oprname IN ('>>=', '<<=') AND 'inetrange'::regtype IN (oprleft, oprright) ORDER BY oprname;
-- In place of the operators stands @>, so the index and the statistics of the range serve them.
CREATE TABLE net AS SELECT inetrange(set_masklen(inet_add('10.0.0.0', i * 32), 28)) AS net FROM generate_series(0, 9999) AS i;
CREATE INDEX net_index ON net USING gist (net range_ops);
ANALYZE net;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF) SELECT * FROM net WHERE net >>= '10.0.1.2';
EXPLAIN (COSTS OFF) SELECT * FROM net WHERE '10.0.1.2' <<= net;
EXPLAIN (COSTS OFF) SELECT * FROM (VALUES ('10.0.1.2'::inet)) AS v (ip), net WHERE net >>= ip;
SELECT * FROM net WHERE net >>= '10.0.1.2';
SELECT * FROM net WHERE '10.0.1.33/29' <<= net;
PREPARE holders(inet) AS SELECT * FROM net WHERE net >>= $1;
SET plan_cache_mode = force_generic_plan;
EXPLAIN (COSTS OFF) EXECUTE holders('10.0.1.2');
EXECUTE holders('10.0.1.2');
DEALLOCATE holders;
RESET plan_cache_mode;
RESET enable_seqscan;
EXPLAIN (COSTS OFF) SELECT * FROM net, host WHERE net.net >>= host.ip;
RESET enable_bitmapscan;

-- Row estimates.
CREATE FUNCTION estimated(query text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
    RETURN plan -> 0 -> 'Plan' ->> 'Plan Rows';
END $$;
SELECT query, estimated(query) FROM unnest(ARRAY[$$SELECT * FROM inetrange_subnets('10.0.0.0/8'::cidr::inetrange, 24)$$, $$SELECT inetrange_subnets('2001:db8::/32'::cidr::inetrange, 64)$$, $$SELECT * FROM inetrange_subnets('empty', 64)$$, $$SELECT * FROM inetrange_subnets('10.0.0.0/8'::cidr::inetrange, 33)$$,
    $$SELECT * FROM inetrange_cidrs('[10.0.0.1,10.0.0.9]'::inetrange)$$, $$SELECT * FROM inetrange_cidrs('[0.0.0.1,255.255.255.254]'::inetrange)$$, $$SELECT * FROM net, inetrange_cidrs(net)$$, $$SELECT * FROM inetrange_cidrs('{}'::inetmultirange)$$,
    $$SELECT * FROM inetrange_cidrs('{[10.0.0.1,10.0.0.9],[::1,::6]}'::inetmultirange)$$,
    $$SELECT * FROM inetrange_cidrs((SELECT range_union_agg(inetrange(a, a, '[]')) FROM generate_series(1, 9) AS i, inet_add('::', 2 * i) AS a))$$]) AS query;
-- Of many ranges the first thousand tell: here all have 3 blocks.
SELECT abs(1 - estimated(format('SELECT * FROM inetrange_cidrs(%L::inetmultirange)', range_union_agg(inetrange(inet_add('::1', 8 * i), inet_add('::4', 8 * i), '[]')))) / (3.0 * count(*))) < 0.01 AS about_right
FROM generate_series(0, 4999) AS i;
SELECT estimated($$SELECT * FROM net WHERE net >>= '10.0.1.2'$$) <= 2 AS point, estimated($$SELECT * FROM net WHERE net >>= '10.0.0.0/24'$$) <= 2 AS network, estimated($$SELECT * FROM net WHERE '11.0.0.0' <<= net$$) <= 2 AS outside;

-- With nothing in the search path.
SET search_path = '';
SELECT '10.0.0.0/8'::pg_catalog.cidr::public.inetrange OPERATOR(public.>>=) '10.0.0.1', '10.0.0.0/8'::pg_catalog.text::public.inetrange, '[10.0.0.1,::1]'::pg_catalog.text::public.inetrange, public.inetrange_text('[10.0.0.1,::1]');

SET client_min_messages = warning;
DROP SCHEMA addresses CASCADE;
