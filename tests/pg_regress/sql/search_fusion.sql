-- Scores of different kinds brought together. Oracles: the formula of Cormack, Clarke and Büttcher
-- (2009) over numeric, and core's arithmetic.
SET datestyle = ISO;
CREATE SCHEMA search_fusion;
SET search_path = search_fusion, public;

SELECT rrf_score(1) = 1.0::float8 / 61 AS first, rrf_score(3, 0, 2) = 2.0::float8 / 3 AS weighted, rrf_score(NULL) AS no_rank,
    rrf_score(NULL, NULL) AS no_k, rrf_score(1, 60, NULL) AS no_weight, rrf_score(rank => 2, weight => 0.5) = 0.5::float8 / 62 AS named,
    rrf_score(9223372036854775807, 2147483647) AS far;
SELECT minmax_score(3, 1, 5), minmax_score(1, 1, 5), minmax_score(5, 1, 5), minmax_score(2, 2, 2) AS all_equal, minmax_score(0, '-1.7e308', '1.7e308') AS wide, minmax_score(NULL, 1, 5) AS no_score, minmax_score('NaN', 1, 5) AS nan;
SELECT decay_score('30 days', '30 days'), decay_score('1 month', '15 days') AS month_of_30_days, decay_score('1 year', '365 days 6 hours') AS year_of_365_days_and_a_quarter,
    decay_score('-1 day', '1 day') AS future, decay_score('0', '1 us') AS now, decay_score('1 day', '12 hours'), decay_score('178000000 years', '1 us') AS very_old, decay_score('12 hours', '1 day') = sqrt(0.5::float8) AS root, decay_score(NULL, '1 day') AS unknown;
-- The length of an interval is that of core.
SELECT count(*) AS differ FROM unnest('{1 month,13 months,-13 months,1 mon -3 days,-25 mon 800 days,1 year 2 mons 3 days 04:05:06.789,10000 years}'::interval[]) AS a, unnest('{1 month,1 day,400 days,3 years 1 us}'::interval[]) AS h
WHERE abs(decay_score(a, h) - power(0.5::float8, least(greatest(extract(epoch FROM a) / extract(epoch FROM h), 0), 900)::float8)) > 1e-12;

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
SELECT call, outcome(call) FROM unnest(ARRAY[
    'rrf_score(0)', 'rrf_score(-9223372036854775808)', 'rrf_score(1, -1)', 'rrf_score(NULL, -1)', 'rrf_score(1, 60, ''NaN'')', 'rrf_score(1, 60, ''infinity'')',
    'rrf_agg(0)', 'rrf_agg(1, -1)', 'rrf_agg(1, 0, ''infinity'')', 'rrf_agg(1, 0, 1e308) FROM generate_series(1, 3)',
    'decay_score(''1 day'', ''0'')', 'decay_score(''-1 day'', ''-1 day'')', 'rrf_transition(NULL, 1)']) AS call;

-- Groups: a rank in each list, in one, in none; without rows; without a usable row.
SELECT rrf_agg(rank) = 1.0::float8 / 61 + 1.0::float8 / 62 AS two FROM (VALUES (1), (2)) AS v (rank);
SELECT rrf_agg(NULL::bigint) AS no_rank, rrf_agg(1, NULL) AS no_k, rrf_agg(1, 60, NULL) AS no_weight;
SELECT rrf_agg(rank) AS no_rows FROM (SELECT 1 WHERE false) AS v (rank);
SELECT rrf_agg(rank, 60, weight) = 2.0::float8 / 61 AS skips_null_weights FROM (VALUES (1, 2.0), (1, NULL), (NULL, 3)) AS v (rank, weight);

-- The sum is the exact one, rounded once. Here each term is m * 2^e, so that numeric has the exact sum;
-- core's sum over float8 differs from it, and by the order of rows.
CREATE TABLE ranked AS
SELECT i % 1000 AS id, nullif(1 + (i * 7919) % 997, 500)::bigint AS rank, (i * 31) % 7 AS k, (i * 1048583::bigint * 7919) % 1099511627776 AS m, (i * 7919) % 101 AS e
FROM generate_series(1, 20000) AS i;
ALTER TABLE ranked ADD weight float8;
UPDATE ranked SET weight = coalesce(k + rank, 1) * (m * 2.0::float8 ^ (e - 50));
SELECT count(*) AS groups, count(*) FILTER (WHERE ours <> exact) AS differ, count(*) FILTER (WHERE ours <> backwards) AS by_order,
    count(*) FILTER (WHERE core <> exact) > 100 AS core_differs
FROM (
    SELECT rrf_agg(rank, k, weight ORDER BY m) AS ours, rrf_agg(rank, k, weight ORDER BY m DESC) AS backwards,
        coalesce(sum(m * 2::numeric ^ e) FILTER (WHERE rank IS NOT NULL), 0)::float8 / 2.0::float8 ^ 50 AS exact,
        coalesce(sum(m * 2.0::float8 ^ (e - 50)) FILTER (WHERE rank IS NOT NULL), 0) AS core
    FROM ranked GROUP BY id) AS g;

-- Hashed, and in parallel: the same sums.
CREATE TABLE serial AS SELECT id, rrf_agg(rank) AS a, rrf_agg(rank, k) AS b, rrf_agg(rank, k, weight) AS c FROM ranked GROUP BY id;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET parallel_leader_participation = off;
SET enable_sort = off;
EXPLAIN (COSTS OFF) SELECT id, rrf_agg(rank), rrf_agg(rank, k), rrf_agg(rank, k, weight) FROM ranked GROUP BY id;
CREATE TABLE parallel AS SELECT id, rrf_agg(rank) AS a, rrf_agg(rank, k) AS b, rrf_agg(rank, k, weight) AS c FROM ranked GROUP BY id;
SELECT count(*) AS same FROM (TABLE serial INTERSECT TABLE parallel) AS s;
RESET enable_sort;
EXPLAIN (COSTS OFF) SELECT rrf_agg(rank, k, weight) FROM ranked;
SELECT (SELECT rrf_agg(rank, k, weight) FROM ranked) = (SELECT rrf_agg(rank, k, weight ORDER BY rank, k, weight) FROM ranked) AS same;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET parallel_leader_participation;

-- In a frame that slides the sum is that of the frame's rows alone, to the last bit, also after terms
-- of quite another size; NULL where the frame has none.
CREATE TABLE sliding AS
SELECT i, CASE WHEN i % 5 <> 0 THEN 1 + i % 3 END::bigint AS rank, i % 4 AS k, CASE WHEN i % 11 <> 0 THEN 10.0::float8 ^ ((i * 37) % 200 - 100) END AS weight
FROM generate_series(1, 500) AS i;
SELECT count(*) AS rows, count(*) FILTER (WHERE moving IS DISTINCT FROM alone) AS differ, count(*) FILTER (WHERE moving IS NULL) AS empty
FROM (SELECT i, rrf_agg(rank, k, weight) OVER (ORDER BY i ROWS BETWEEN 3 PRECEDING AND 1 PRECEDING) AS moving FROM sliding) AS m,
    LATERAL (SELECT rrf_agg(rank, k, weight) AS alone FROM sliding AS s WHERE s.i BETWEEN m.i - 3 AND m.i - 1) AS a;
SELECT i, rrf_agg(rank) OVER (ORDER BY i ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING) * 61 * 62 AS moving FROM (VALUES (1, 1), (2, NULL), (3, NULL), (4, 2), (5, 1)) AS v (i, rank) ORDER BY i;

-- States that travel: bytes made by hand give an answer or an error.
SELECT probin AS module FROM pg_proc WHERE proname = 'rrf_serialize' \gset
CREATE FUNCTION absorb(internal, bytea) RETURNS internal LANGUAGE c AS :'module', 'rrf_absorb';
CREATE AGGREGATE state(bigint, int, float8) (SFUNC = rrf_transition, STYPE = internal, FINALFUNC = rrf_serialize);
CREATE AGGREGATE of_states(bytea) (SFUNC = absorb, STYPE = internal, FINALFUNC = rrf_final);
-- The bytes themselves: a change here is a new version of the format.
SELECT state(1, 60, 1), state(NULL, 60, 1) AS no_rank, state(NULL, 60, NULL) AS no_row;
SELECT of_states(part) = (SELECT rrf_agg(rank, k, weight) FROM ranked) AS same FROM (SELECT state(rank, k, weight) AS part FROM ranked GROUP BY id) AS s;
SELECT of_states(NULL) AS none, of_states(state) AS of_no_row FROM (SELECT state(NULL, 60, NULL)) AS s;
SELECT outcome(format('of_states(%L::bytea)', b)) AS outcome, count(*)
FROM (SELECT state(rank, k, weight) AS s FROM ranked WHERE id = 1) AS g, LATERAL (
    SELECT substr(s, 1, n) FROM generate_series(0, octet_length(s) - 1) AS n
    UNION ALL SELECT s || '\x00'
    UNION ALL SELECT overlay(s PLACING '\xff' FROM n) FROM generate_series(1, 2) AS n
    UNION ALL SELECT '\x01d1010000000000000001000000000000f07f'
    UNION ALL SELECT '\x01d1010000000000000001000000000000f87f'
    UNION ALL SELECT '\x01d1010000000000000002ffffffffffffef7fffffffffffffef7f') AS made (b)
GROUP BY 1 ORDER BY 1;

SET client_min_messages = warning;
DROP SCHEMA search_fusion CASCADE;
