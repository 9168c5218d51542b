-- range_merge, range_merge_agg against core's two-argument range_merge, on random data.
--
--   psql -X -v ON_ERROR_STOP=1 -v rounds=N -f range_merge.sql
\set ON_ERROR_STOP on
\ir include/data.psql

-- The aggregate that django-range-merge creates; without PARALLEL = SAFE it would keep ours from
-- running in workers.
CREATE AGGREGATE core_merge(anyrange) (
    SFUNC = pg_catalog.range_merge, STYPE = anyrange, PARALLEL = SAFE);

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
        seed := round / 1000.0 + 0.25;
        RAISE NOTICE 'round %: seed %', round, seed;
        PERFORM setseed(seed);
        FOR of IN SELECT * FROM kind ORDER BY name COLLATE "C" LOOP
            CALL number_values(of.name);
            FOREACH shape IN ARRAY ARRAY['few values', shapes[2 + counter % 9]] LOOP
                arrangement := arrangements[1 + floor(random() * 4)::int];
                CALL shape_rows(shape, arrangement);
                CALL build_rows(of.name);
                place := format('round %s, %s, %s, %s', round, of.name, shape, arrangement);
                CALL compare_modes(place,
                    CASE counter % 2 WHEN 0 THEN 'range_merge(%s)' ELSE 'range_merge_agg(%s)' END,
                    'core_merge(%s)', 'r', unlike(of, false), 3);
            END LOOP;
            -- A hull by another way: core's scalar over core's union.
            CALL compare_modes(place || ', multiranges', 'range_merge_agg(%s)',
                'core_merge(pg_catalog.range_merge(%s))', 'm', unlike(of, false), 2);
            counter := counter + 1;
        END LOOP;
    END LOOP;
END $$;

CALL summary();
