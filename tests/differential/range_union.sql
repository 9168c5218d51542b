-- range_union_agg against core's range_agg, on random data.
--
--   psql -X -v ON_ERROR_STOP=1 -v rounds=N -f range_union.sql
\set ON_ERROR_STOP on
\ir include/data.psql

-- Every kind of range type, in shapes and orders that change from round to round.
DO $$
DECLARE
    shapes text[] := ARRAY['few values', 'one island', 'many islands', 'neighbours', 'none merge',
        'duplicates', 'one row', 'no rows', 'all NULL', 'all empty'];
    arrangements text[] := ARRAY['sorted', 'reverse', 'shuffled', 'nearly sorted'];
    of kind;
    shape text;
    arrangement text;
    seed float8;
    place text;
    counter int := 0;
BEGIN
    FOR round IN 1..current_setting('rangerank_test.rounds')::int LOOP
        seed := round / 1000.0;
        RAISE NOTICE 'round %: seed %', round, seed;
        PERFORM setseed(seed);
        FOR of IN SELECT * FROM kind ORDER BY name COLLATE "C" LOOP
            CALL number_values(of.name);
            -- Always the shape in which everything meets everything, and one that changes.
            FOREACH shape IN ARRAY ARRAY['few values', shapes[2 + counter % 9]] LOOP
                arrangement := arrangements[1 + floor(random() * 4)::int];
                CALL shape_rows(shape, arrangement);
                CALL build_rows(of.name);
                place := format('round %s, %s, %s, %s', round, of.name, shape, arrangement);
                CALL compare_modes(place, 'range_union_agg(%s)', 'range_agg(%s)', 'r', unlike(of, true), 3);
                IF shape = 'few values' THEN
                    CALL compare_modes(place || ', multiranges', 'range_union_agg(%s)', 'range_agg(%s)',
                        'm', unlike(of, true), 2);
                END IF;
            END LOOP;
            counter := counter + 1;
        END LOOP;
    END LOOP;
END $$;

-- Larger sets, beyond what is searched or moved row by row: many islands out of order, and few.
DO $$
DECLARE
    orders text[] := ARRAY['i', '-i', 'random()', 'i + random() * 900', 'i % 7, i', '-(i % 100), random()'];
    seed float8;
    length int;
    place text;
BEGIN
    FOR round IN 1..current_setting('rangerank_test.rounds')::int LOOP
        seed := -round / 1000.0;
        RAISE NOTICE 'large sets, round %: seed %', round, seed;
        PERFORM setseed(seed);
        FOR n IN 1..array_length(orders, 1) LOOP
            length := (ARRAY[1, 6, 40])[1 + (round + n) % 3];
            DROP TABLE d;
            EXECUTE format($q$
                CREATE UNLOGGED TABLE d AS
                SELECT row_number() OVER ()::int AS id, (random() * 3)::int AS g,
                    int8range(low, low + 1 + (random() * %2$s)::int) AS r,
                    tsrange('2000-01-01'::timestamp + low * interval '1 s',
                        '2000-01-01'::timestamp + (low + %2$s) * interval '1 s', '[]') AS t,
                    text_c_range(lpad(low::text, 9, '0'), lpad((low + %2$s)::text, 9, '0')) AS m
                FROM (SELECT i, i * 10 AS low FROM generate_series(1, 70000) AS i ORDER BY %1$s) AS laid
                $q$, orders[n], length);
            ANALYZE d;
            place := format('70000 rows of up to %s by %s', length, orders[n]);
            CALL compare(place, 'serial',
                'SELECT 1 AS key, range_union_agg(r) AS value FROM d',
                'SELECT 1 AS key, range_agg(r) AS value FROM d');
            CALL compare(place, 'parallel, workers only',
                'SELECT 1 AS key, range_union_agg(t) AS value FROM d',
                'SELECT 1 AS key, range_agg(t) AS value FROM d',
                expected_plan => 'Finalize Aggregate.*Partial Aggregate');
            CALL compare(place, 'parallel',
                'SELECT g AS key, range_union_agg(m) AS value FROM d WHERE id % 7 < 2 GROUP BY 1',
                'SELECT g AS key, range_agg(m) AS value FROM d WHERE id % 7 < 2 GROUP BY 1',
                expected_plan => 'Finalize .*Partial ');
        END LOOP;
    END LOOP;
END $$;

-- That the modes do what they are for: workers run, and groups go to disk.
DO $$
DECLARE
    plan text;
BEGIN
    CALL use_mode('parallel, workers only');
    plan := plan_of('SELECT range_union_agg(r) FROM d', 'ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF');
    IF plan !~ 'Workers Launched: [1-9]' THEN
        RAISE EXCEPTION 'no parallel worker ran' USING DETAIL = plan;
    END IF;
    CALL compare('70000 rows in 20000 groups', 'serial, hashed, spilling',
        'SELECT id % 20000 AS key, range_union_agg(r) AS value FROM d GROUP BY 1',
        'SELECT id % 20000 AS key, range_agg(r) AS value FROM d GROUP BY 1', expected_plan => 'HashAggregate');
    CALL use_mode('serial, hashed, spilling');
    plan := plan_of('SELECT id % 20000, range_union_agg(r) FROM d GROUP BY 1',
        'ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF');
    IF plan !~ 'Disk Usage' THEN
        RAISE EXCEPTION 'no group went to disk' USING DETAIL = plan;
    END IF;
    CALL use_mode('serial');
END $$;

-- Moving frames of hundreds of rows.
DO $$
DECLARE
    frame text;
    length int;
BEGIN
    FOR round IN 1..current_setting('rangerank_test.rounds')::int LOOP
        PERFORM setseed(round / 1000.0 + 0.5);
        FOREACH length IN ARRAY ARRAY[2, 12, 400] LOOP
            DROP TABLE d;
            CREATE UNLOGGED TABLE d AS
            SELECT id, (id / 1000)::int AS g, CASE WHEN random() > 0.05 THEN
                int8range(low, low + (random() * length)::int) END AS r
            FROM (SELECT id, id * 4 + (random() * 2000)::int AS low FROM generate_series(1, 3000) AS id) AS l;
            ANALYZE d;
            frame := format('ORDER BY id ROWS BETWEEN %s PRECEDING AND %s FOLLOWING',
                100 + floor(random() * 300), floor(random() * 100));
            CALL compare(format('ranges of up to %s', length), 'window ' || frame,
                format('SELECT id AS key, range_union_agg(r) OVER (%s) AS value FROM d', frame),
                format('SELECT id AS key, range_agg(r) OVER (%s) AS value FROM d', frame));
        END LOOP;
    END LOOP;
END $$;

CALL summary();
