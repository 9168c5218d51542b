-- The range algebra against brute force over core's operators, on random data.
--
--   psql -X -v ON_ERROR_STOP=1 -v rounds=N -f range_algebra.sql
\set ON_ERROR_STOP on
\ir include/data.psql
\ir include/addresses.psql

-- More kinds that measure: a subtype_diff in SQL, and a discrete type.
CREATE FUNCTION seconds_between(time, time) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS 'SELECT extract(epoch FROM $1 - $2)::float8';
CREATE TYPE time_diff AS RANGE (subtype = time, subtype_diff = seconds_between);
INSERT INTO kind (name, value) VALUES ('time_diff', $$time '00:00' + n * interval '33 seconds'$$);
SET client_min_messages = warning;
CREATE TYPE elements_range;
CREATE FUNCTION elements(elements_range) RETURNS elements_range
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'int4range_canonical';
CREATE FUNCTION elements_between(int, int) RETURNS float8 LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE
    AS 'int4range_subdiff';
CREATE TYPE elements_range AS RANGE (subtype = int4, canonical = elements, subtype_diff = elements_between);
INSERT INTO kind (name, value) VALUES ('elements_range', 'n * 2 / 3');
SET client_min_messages = notice;

-- Oracle: hull.
CREATE AGGREGATE core_merge(anyrange) (
    SFUNC = pg_catalog.range_merge, STYPE = anyrange, PARALLEL = SAFE);

-- Oracle: depth. It can only grow where a range starts, so the largest depth is that at the start
-- of some range: the number of ranges that overlap it and start no later. (PL/pgSQL keeps plans.)
CREATE FUNCTION core_max_depth(ranges anyarray) RETURNS bigint
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF array_length(array_remove(ranges, NULL), 1) > 0 THEN
        RETURN (
            WITH given AS MATERIALIZED (SELECT r, n FROM unnest(ranges) WITH ORDINALITY AS u (r, n) WHERE NOT isempty(r))
            SELECT coalesce(max(depth), 0) FROM (
                SELECT count(*) AS depth FROM given AS a, given AS b WHERE a.r &> b.r AND a.r && b.r GROUP BY a.n) AS d);
    END IF;
    RETURN NULL;
END $$;
-- Where it is: what the ranges that overlap such a start and start no later have in common.
CREATE FUNCTION core_max_depth_at(ranges anyarray) RETURNS anyelement
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN (
        WITH given AS MATERIALIZED (SELECT r, n FROM unnest(ranges) WITH ORDINALITY AS u (r, n) WHERE NOT isempty(r)),
        stack AS MATERIALIZED (
            SELECT count(*) AS depth, range_intersect_agg(b.r) AS common
            FROM given AS a, given AS b WHERE a.r &> b.r AND a.r && b.r GROUP BY a.n),
        deepest AS (SELECT range_agg(common) AS m FROM stack WHERE depth = (SELECT max(depth) FROM stack))
        SELECT coalesce((SELECT u FROM deepest, unnest(m) AS u ORDER BY u LIMIT 1),
            (SELECT r FROM unnest(ranges) AS r WHERE isempty(r) LIMIT 1)));
END $$;
-- Oracle: load. It changes where a range starts, and behind its end, where those are that reach
-- farther and overlap or adjoin it.
CREATE FUNCTION core_max_load(ranges anyarray, weights numeric[]) RETURNS numeric
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN (
        WITH given AS MATERIALIZED (
            SELECT r, w, n FROM unnest(ranges, weights) WITH ORDINALITY AS u (r, w, n) WHERE r IS NOT NULL AND w IS NOT NULL),
        filled AS MATERIALIZED (SELECT r, w, n FROM given WHERE NOT isempty(r)),
        load AS (
            SELECT sum(b.w) AS load FROM filled AS a, filled AS b WHERE a.r &> b.r AND a.r && b.r GROUP BY a.n
            UNION ALL
            SELECT sum(b.w) FROM filled AS a, filled AS b
            WHERE NOT b.r &< a.r AND (b.r && a.r OR b.r -|- a.r) GROUP BY a.n)
        SELECT CASE WHEN EXISTS (SELECT FROM given) THEN coalesce((SELECT max(load) FROM load), 0) END);
END $$;

-- Oracle: length, by the sum over the ranges of a multirange.
CREATE FUNCTION core_length(m int4multirange) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE WHEN lower_inf(m) OR upper_inf(m) THEN NULL ELSE
        coalesce((SELECT sum(upper(x)::bigint - lower(x)) FROM unnest(m) AS x), 0) END $$;
CREATE FUNCTION core_length(m int8multirange) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE WHEN lower_inf(m) OR upper_inf(m) THEN NULL ELSE
        coalesce((SELECT sum(upper(x)::numeric - lower(x)) FROM unnest(m) AS x), 0)::bigint END $$;
CREATE FUNCTION core_length(m nummultirange) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE WHEN lower_inf(m) OR upper_inf(m) OR EXISTS (SELECT FROM unnest(m) AS x WHERE lower(x) < upper(x) AND upper(x) - lower(x) IN ('Infinity', 'NaN')) THEN NULL ELSE
        coalesce((SELECT sum(upper(x) - lower(x)) FROM unnest(m) AS x WHERE lower(x) < upper(x)), 0) END $$;
CREATE FUNCTION core_length(m datemultirange) RETURNS int LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE WHEN lower_inf(m) OR upper_inf(m) OR NOT isfinite(lower(m)) OR NOT isfinite(upper(m)) THEN NULL ELSE
        coalesce((SELECT sum(upper(x) - lower(x)) FROM unnest(m) AS x), 0)::int END $$;
CREATE FUNCTION core_length(m tsmultirange) RETURNS interval LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE WHEN lower_inf(m) OR upper_inf(m) OR NOT isfinite(lower(m)) OR NOT isfinite(upper(m)) THEN NULL ELSE
        coalesce((SELECT justify_hours(sum(upper(x) - lower(x))) FROM unnest(m) AS x), '0') END $$;
CREATE FUNCTION core_length(m tstzmultirange) RETURNS interval LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE WHEN lower_inf(m) OR upper_inf(m) OR NOT isfinite(lower(m)) OR NOT isfinite(upper(m)) THEN NULL ELSE
        coalesce((SELECT justify_hours(sum(upper(x) - lower(x))) FROM unnest(m) AS x), '0') END $$;
CREATE FUNCTION core_length(m inetmultirange) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE WHEN lower_inf(m) OR upper_inf(m) THEN NULL ELSE
        coalesce((SELECT sum(address_number(upper(x)) - address_number(lower(x)) + 1) FROM unnest(m) AS x), 0) END $$;
DO $$
DECLARE
    of record;
BEGIN
    -- Summed in ascending order, as additions of float8 do not commute.
    FOR of IN SELECT rngmultitypid::regtype AS multirange, rngsubdiff::regproc AS difference
        FROM kind JOIN pg_range ON rngtypid = kind.name::regtype
        WHERE rngsubdiff > 0 AND rngtypid NOT IN ('int4range'::regtype, 'int8range'::regtype,
            'numrange'::regtype, 'daterange'::regtype, 'tsrange'::regtype, 'tstzrange'::regtype, 'inetrange'::regtype)
    LOOP
        EXECUTE format($q$
            CREATE FUNCTION core_length(m %1$s) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $f$
                SELECT CASE WHEN lower_inf(m) OR upper_inf(m) THEN 'Infinity' ELSE
                    coalesce((SELECT sum(CASE WHEN upper(x) = lower(x) THEN 0 WHEN length = 'NaN' THEN 'Infinity' ELSE length END ORDER BY x)
                        FROM unnest(m) AS x, LATERAL (SELECT %2$s(upper(x), lower(x)) AS length) AS l), 0) END $f$
            $q$, of.multirange, of.difference);
    END LOOP;
END $$;

-- What max_gap may be, by kind, and what the oracle adds to the largest upper bound so far: an
-- island begins where the lower bound is greater.
CREATE TABLE gap (name text REFERENCES kind, gap text NOT NULL, added text NOT NULL, sum text NOT NULL DEFAULT 'far + %s');
INSERT INTO gap VALUES
    ('int4range', '0', '0'), ('int4range', '5', '5'), ('int4range', '2::smallint', '2'),
    ('int4range', '3::bigint', '3'), ('int4range', '''4''', '4'), ('int4range', '1.5', '2'),
    ('int8range', '0', '0'), ('int8range', '5::bigint', '5'), ('int8range', '2::smallint', '2'),
    ('int8range', '3', '3'), ('int8range', '''4''', '4'),
    ('numrange', '0', '0'), ('numrange', '0.25', '0.25'), ('numrange', '2::bigint', '2'),
    ('numrange', '1.5::float8', '1.5'), ('numrange', '''0.50''', '0.5'),
    ('daterange', '0', '0'), ('daterange', '10', '10'), ('daterange', '2::bigint', '2'),
    ('daterange', '''3''', '3'), ('daterange', 'interval ''1 day''', '1'),
    ('tsrange', 'interval ''0''', 'interval ''0'''), ('tsrange', '''7 hours''', 'interval ''7 hours'''),
    ('tsrange', 'interval ''1 month''', 'interval ''1 month'''),
    ('tstzrange', 'interval ''0''', 'interval ''0'''), ('tstzrange', '''90 s''', 'interval ''90 s'''),
    ('tstzrange', 'interval ''1 hour''', 'interval ''1 hour'''),
    ('float4_range', '0::float4', '0::float4'), ('float4_range', '0.3::float4', '0.3::float4'),
    ('float8_diffless', '0::float8', '0'), ('float8_diffless', '0.3::float8', '0.3::float8'),
    ('float8_diffless', '1', '1'), ('float8_diffless', '''0.5''', '0.5'),
    ('int2_range', '0::smallint', '0'), ('int2_range', '2::smallint', '2'), ('int2_range', '3', '3'),
    ('interval_range', 'interval ''0''', 'interval ''0'''), ('interval_range', '''2 days''', 'interval ''2 days'''),
    ('money_range', '0::money', '0::money'), ('money_range', '2::money', '2::money'),
    ('lsn_range', '0::numeric', '0::numeric'), ('lsn_range', '7000000000000000::numeric', '7000000000000000::numeric'),
    ('inet_range', '0::bigint', '0'), ('inet_range', '77', '77'), ('inet_range', '''100''', '100'),
    ('positive_range', '0', '0'), ('positive_range', '2', '2'), ('positive_range', '2::positive', '2'),
    ('half_open_range', '0', '0'), ('half_open_range', '5', '5'),
    ('elements_range', '1', '1'), ('elements_range', '''5''', '5'),
    -- Missing elements are counted, and the upper bound is one of those that are there.
    ('closed_range', '0', '1'), ('closed_range', '1', '2'), ('closed_range', '''5''', '6');
-- So they are over both families.
INSERT INTO gap (name, gap, added, sum)
SELECT 'inetrange', gap, added, 'address_at(address_number(far) + %s)'
FROM (VALUES ('0', '1'), ('1', '2'), ('2::bigint', '3'), ('''5''', '6'), ('1e30', '1e30')) AS v (gap, added);

-- Raises unless `ours`, which returns key and columns, gives what is in the table `expected` of the
-- same columns. Columns of a range type are compared byte by byte where `exact`.
CREATE PROCEDURE check_columns(place text, mode text, ours text, exact boolean, expected_plan text DEFAULT '')
LANGUAGE plpgsql AS $$
DECLARE
    comparison text;
    plan text;
    answers bigint;
    different text;
    rows text;
BEGIN
    SELECT format($q$
        /* %s */
        WITH ours AS MATERIALIZED (%s)
        SELECT count(b.key), min(format('key %%s%%s%%s', coalesce(a.key, b.key),
                CASE WHEN a.key IS NULL OR b.key IS NULL THEN E'\nmissing' END, difference))
            FILTER (WHERE a.key IS NULL OR b.key IS NULL OR difference > '')
        FROM ours AS a FULL JOIN expected AS b ON a.key = b.key,
            LATERAL (SELECT concat(%s) AS difference) AS d$q$,
        replace(place, '*', ''), ours, string_agg(format(
            $c$CASE WHEN a.%1$I IS DISTINCT FROM b.%1$I%2$s THEN
                format(E'\n%1$s:\n    ours:   %%s\n    oracle: %%s', left(a.%1$I::text, 1500), left(b.%1$I::text, 1500)) END$c$,
            attname, CASE
                WHEN atttypid = 'interval'::regtype THEN format(' OR a.%1$I::text <> b.%1$I::text', attname)
                WHEN exact AND typtype IN ('r', 'm') THEN format(' OR record_image_ne(ROW(a.%1$I), ROW(b.%1$I))', attname)
                ELSE '' END), ', ' ORDER BY attnum))
    INTO STRICT comparison
    FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid
    WHERE attrelid = 'expected'::regclass AND attnum > 1;
    CALL use_mode(mode);
    IF expected_plan > '' THEN
        plan := plan_of(ours);
        IF plan !~ ('^' || expected_plan) THEN
            RAISE EXCEPTION '%, %: the plan does not begin as "%"', place, mode, expected_plan USING DETAIL = plan;
        END IF;
    END IF;
    EXECUTE comparison INTO answers, different;
    CALL use_mode('serial');
    IF different IS NOT NULL THEN
        SELECT string_agg(format('%s %s %s', id, g, coalesce(r::text, 'NULL')), E'\n' ORDER BY id)
        INTO rows FROM d WHERE (SELECT count(*) FROM d) <= 100;
        RAISE EXCEPTION '%, %: different answers', place, mode
            USING DETAIL = format(E'%s\nours: %s\nrows:\n%s', different, ours, rows);
    END IF;
    INSERT INTO compared VALUES (mode, answers);
END $$;

-- Weights of all types, of both signs, some NULL; numeric ones of many scales, float8 ones of few
-- bits, so that sums are exact in any order; without NaN and infinities, and with.
CREATE TABLE weight (n serial, expression text);
INSERT INTO weight (expression) VALUES
    ('(CASE WHEN id % 11 > 0 THEN id * 7919 % 23 - 9 END)::smallint'),
    ('(CASE WHEN id % 11 > 0 THEN id * 7919 % 23 - 9 END)::int'),
    ('(CASE WHEN id % 11 > 0 THEN (id * 7919 % 23 - 9) * 1000000000000000 END)::bigint'),
    ('CASE WHEN id % 11 > 0 THEN round((id * 7919 % 1000 - 400)::numeric / 7, id % 13) END'),
    ('(CASE WHEN id % 11 > 0 THEN (id * 7919 % 41 - 15) / 8.0 END)::float8'),
    ('(CASE id % 40 WHEN 7 THEN ''NaN'' WHEN 9 THEN ''Infinity'' WHEN 11 THEN ''-Infinity'' WHEN 12 THEN NULL
        ELSE (id * 7919 % 41 - 15) / 8.0 END)::numeric'),
    ('(CASE id % 40 WHEN 7 THEN ''NaN'' WHEN 9 THEN ''Infinity'' WHEN 11 THEN ''-Infinity'' WHEN 12 THEN NULL
        ELSE (id * 7919 % 41 - 15) / 8.0 END)::float8'),
    ('(-1 - id % 5)::int');

-- All aggregates in all modes over the rows that are there.
CREATE PROCEDURE check_aggregates(place text, of kind, weights int[]) LANGUAGE plpgsql AS $$
DECLARE
    shared boolean := (SELECT count(*) FROM d) >= 100;
    type text := of.name::regtype;
    -- A range that is part of the line, or empty, or all of it.
    within text;
    measures boolean := (SELECT rngsubdiff > 0 FROM pg_range WHERE rngtypid = of.name::regtype);
    ours text;
    oracle text;
    frame text;
    filter text;
BEGIN
    EXECUTE format($q$SELECT format('%%L::%1$s', CASE WHEN random() < 0.1 THEN 'empty' ELSE
            %1$s(CASE WHEN random() < 0.8 THEN lower(least(a, b)) END, CASE WHEN random() < 0.8 THEN lower(greatest(a, b)) END,
                (ARRAY['[)', '(]', '[]', '()'])[1 + floor(random() * 4)::int]) END)
        FROM (SELECT (SELECT %1$s(value, NULL) FROM numbered WHERE position = 1 + floor(p)) AS a,
                (SELECT %1$s(value, NULL) FROM numbered WHERE position = 1 + floor(q)) AS b
            FROM (SELECT random() * most AS p, random() * most AS q
                FROM (SELECT count(*) AS most FROM numbered) AS c OFFSET 0) AS n OFFSET 0) AS v$q$, type) INTO within;
    SELECT concat('range_gaps_agg(r) AS gaps, range_is_contiguous(r) AS contiguous,
            range_has_overlap(r) AS overlap, range_max_depth(r) AS depth, range_max_depth_at(r) AS at',
            format(', range_gaps_agg(r, %1$s) AS rest, range_gaps_agg(r, CASE WHEN id %% 3 = 0 THEN %1$s END) AS some_rest', within),
            CASE WHEN measures THEN ', range_length_agg(r) AS length' END,
            string_agg(format(', range_max_load(r, %s) AS load%s', expression, n), '' ORDER BY n)),
        concat('multirange(core_merge(r)) - range_agg(r) AS gaps,
            isempty(multirange(core_merge(r)) - range_agg(r)) AS contiguous,
            core_max_depth(array_agg(r)) > 1 AS overlap, core_max_depth(array_agg(r)) AS depth,
            core_max_depth_at(array_agg(r)) AS at',
            format(', CASE WHEN count(*) > 0 THEN multirange(%1$s) - coalesce(range_agg(r), ''{}'') END AS rest,
                CASE WHEN bool_or(id %% 3 = 0) THEN multirange(%1$s) - coalesce(range_agg(r), ''{}'') END AS some_rest', within),
            CASE WHEN measures THEN ', core_length(range_agg(r)) AS length' END,
            string_agg(format(', core_max_load(array_agg(r), array_agg((%s)::numeric)) AS load%s', expression, n), '' ORDER BY n))
    INTO STRICT ours, oracle
    FROM weight WHERE n = ANY (weights);

    EXECUTE format('CREATE UNLOGGED TABLE expected AS SELECT coalesce(g, -1) AS key, %s FROM d GROUP BY ROLLUP (g)', oracle);
    CALL check_columns(place, 'serial, of groups and all',
        format('SELECT coalesce(g, -1) AS key, %s FROM d GROUP BY ROLLUP (g)', ours), of.exact);
    CREATE UNLOGGED TABLE of_all AS SELECT * FROM expected WHERE key = -1;
    DELETE FROM expected WHERE key = -1;
    CALL check_columns(place, 'serial, sorted', format('SELECT g AS key, %s FROM d GROUP BY 1', ours), of.exact, 'GroupAggregate');
    CALL check_columns(place, 'parallel, workers only', format('SELECT g AS key, %s FROM d GROUP BY 1', ours), of.exact,
        CASE WHEN shared THEN 'Finalize .*Gather.*Partial ' ELSE '' END);
    CALL check_columns(place, 'partition-wise', format('SELECT g AS key, %s FROM parted GROUP BY 1', ours), of.exact);
    CALL check_columns(place, 'serial, ordered', format('SELECT g AS key, %s FROM d GROUP BY 1',
        regexp_replace(ours, '\(r\)', '(r ORDER BY id DESC)', 'g')), of.exact);
    DELETE FROM expected;
    INSERT INTO expected SELECT * FROM of_all;
    CALL check_columns(place, 'serial', format('SELECT -1 AS key, %s FROM d', ours), of.exact);
    CALL check_columns(place, 'parallel', format('SELECT -1 AS key, %s FROM d', ours), of.exact,
        CASE WHEN shared THEN 'Finalize Aggregate.*Partial Aggregate' ELSE '' END);
    CALL check_columns(place, 'partition-wise', format('SELECT -1 AS key, %s FROM parted', ours), of.exact,
        CASE WHEN shared THEN 'Finalize Aggregate.*Append.*Partial Aggregate' ELSE '' END);
    CALL check_columns(place, 'parallel, UNION ALL', format($q$SELECT -1 AS key, %s FROM (SELECT * FROM d WHERE g < 3
        UNION ALL SELECT * FROM parted WHERE g BETWEEN 3 AND 4 UNION ALL SELECT * FROM d WHERE g > 4) AS u$q$, ours), of.exact,
        CASE WHEN shared THEN 'Finalize .*Partial .*Append' ELSE '' END);
    DROP TABLE expected, of_all;

    EXECUTE format('CREATE UNLOGGED TABLE expected AS SELECT id / 8 AS key, %s FROM d GROUP BY 1', oracle);
    CALL check_columns(place, 'serial, hashed, spilling',
        format('SELECT id / 8 AS key, %s FROM d GROUP BY 1', ours), of.exact, 'HashAggregate');
    DROP TABLE expected;

    EXECUTE 'CREATE UNLOGGED TABLE expected AS SELECT g AS key, core_max_depth(array_agg(DISTINCT r)) AS depth,
        core_max_depth_at(array_agg(DISTINCT r)) AS at FROM d GROUP BY 1';
    CALL check_columns(place, 'serial, distinct',
        'SELECT g AS key, range_max_depth(DISTINCT r) AS depth, range_max_depth_at(DISTINCT r) AS at FROM d GROUP BY 1', of.exact);
    DROP TABLE expected;

    frame := random_frame();
    filter := CASE WHEN random() < 0.2 THEN ' FILTER (WHERE id % 4 > 0)' ELSE '' END;
    EXECUTE format('CREATE UNLOGGED TABLE expected AS SELECT id AS key, core_max_depth(array_agg(r) %s OVER (%s)) AS depth FROM d', filter, frame);
    CALL check_columns(place, 'window ' || frame || filter,
        format('SELECT id AS key, range_max_depth(r) %s OVER (%s) AS depth FROM d', filter, frame), of.exact);
    DROP TABLE expected;
    -- With others, which have no moving functions.
    frame := random_frame();
    EXECUTE format('CREATE UNLOGGED TABLE expected AS SELECT id AS key, core_max_depth(array_agg(r) OVER w) AS depth,
        core_max_depth_at(array_agg(r) OVER w) AS at, multirange(core_merge(r) OVER w) - range_agg(r) OVER w AS gaps FROM d WINDOW w AS (%s)', frame);
    CALL check_columns(place, 'window ' || frame, format('SELECT id AS key, range_max_depth(r) OVER w AS depth,
        range_max_depth_at(r) OVER w AS at, range_gaps_agg(r) OVER w AS gaps FROM d WINDOW w AS (%s)', frame), of.exact);
    DROP TABLE expected;
END $$;

-- All functions over the rows that are there: each row with the one before it.
CREATE PROCEDURE check_functions(place text, of kind) LANGUAGE plpgsql AS $$
DECLARE
    type text := of.name::regtype;
    measures boolean;
    -- A subtype that is an array has no array type, so no array of points.
    splits boolean;
    subtype text;
    ours text;
    oracle text;
BEGIN
    SELECT rngsubdiff > 0, typarray > 0, rngsubtype::regtype INTO measures, splits, subtype
    FROM pg_range JOIN pg_type ON pg_type.oid = rngsubtype WHERE rngtypid = of.name::regtype;
    ours := 'range_subtract(r, s) AS subtract, range_symmetric_difference(m, n) AS symmetric,
        range_gaps(m) AS gaps, range_gaps(m, r) AS none, range_gaps(m, s) AS rest,
        multirange_count(m) AS count, multirange_nth(m, k) AS nth';
    oracle := 'multirange(r) - multirange(s) AS subtract, (m - n) + (n - m) AS symmetric,
        multirange(range_merge(m)) - m AS gaps, multirange(r) - m AS none, multirange(s) - m AS rest,
        (SELECT count(*)::int FROM unnest(m) HAVING m IS NOT NULL) AS count,
        (ARRAY(SELECT unnest(m)))[CASE WHEN k < 0 THEN (SELECT count(*)::int FROM unnest(m)) + 1 ELSE 0 END + k] AS nth';
    IF measures THEN
        ours := ours || ', range_length(r) AS length, range_length(m) AS lengths';
        oracle := oracle || ', core_length(multirange(r)) AS length, core_length(m) AS lengths';
    END IF;
    IF splits THEN
        -- Cuts at its own bounds and elsewhere, unsorted, repeated, some with a NULL.
        ours := ours || ', CASE WHEN r IS NOT NULL THEN ARRAY(SELECT range_split(r, VARIADIC points)) END AS split';
        oracle := oracle || format($q$,
            CASE WHEN r IS NOT NULL THEN ARRAY(SELECT r * %1$s(p, q) FROM (
                SELECT p, lead(p) OVER (ORDER BY %1$s(p, NULL)) AS q FROM (
                    SELECT DISTINCT ON (%1$s(p, NULL)) p FROM (SELECT unnest(array_append(points, NULL)) AS p) AS point ORDER BY %1$s(p, NULL)) AS once
                ) AS cut WHERE NOT isempty(r * %1$s(p, q)) ORDER BY %1$s(p, NULL)) END AS split$q$, type);
    END IF;
    EXECUTE format($q$
        CREATE UNLOGGED TABLE pair AS
        SELECT d.*, lag(r) OVER (ORDER BY d.id) AS s, lag(m) OVER (ORDER BY d.id) AS n, d.id %% 9 - 4 AS k %s
        FROM d JOIN laid USING (id)$q$,
        CASE WHEN splits THEN format($q$,
            ARRAY(SELECT CASE WHEN i < 8 THEN value END
                FROM generate_series(1, CASE WHEN d.id %% 4 = 0 THEN 8 ELSE 6 END) AS i
                JOIN numbered ON position = 1 + (CASE i WHEN 1 THEN high WHEN 2 THEN low WHEN 3 THEN low + 1
                    ELSE low + d.id * i * 7919 %% 11 - 3 END - 1 + %1$s) %% %1$s)::%2$s[] AS points$q$,
            (SELECT count(*) FROM numbered), subtype) END);
    EXECUTE format('CREATE UNLOGGED TABLE expected AS SELECT id AS key, %s FROM pair', oracle);
    CALL check_columns(place, 'functions', format('SELECT id AS key, %s FROM pair', ours), of.exact);
    DROP TABLE expected, pair;

    -- The profile: between two neighbouring cuts the depth is the number of ranges that hold the piece.
    EXECUTE format($q$
        CREATE UNLOGGED TABLE expected AS
        WITH given AS MATERIALIZED (SELECT g, r FROM d WHERE NOT isempty(r)),
        cut AS (
            SELECT DISTINCT ON (g, from_here) g, from_here FROM (
                SELECT g, %1$s(lower(r), NULL, CASE WHEN lower_inc(r) THEN '[)' ELSE '()' END) AS from_here FROM given
                UNION ALL
                SELECT g, %1$s(upper(r), NULL, CASE WHEN upper_inc(r) THEN '()' ELSE '[)' END) FROM given WHERE NOT upper_inf(r)
            ) AS c ORDER BY g, from_here),
        piece AS MATERIALIZED (
            SELECT g, coalesce(from_here - lead(from_here) OVER (PARTITION BY g ORDER BY from_here), from_here) AS piece FROM cut),
        depth AS (
            SELECT g, piece, (SELECT count(*) FROM given WHERE given.g = piece.g AND r @> piece) AS depth FROM piece),
        joined AS (SELECT g, depth, unnest(range_agg(piece)) AS span FROM depth WHERE depth > 0 GROUP BY g, depth)
        SELECT g AS key, array_agg(span ORDER BY span) AS spans, array_agg(depth ORDER BY span) AS depths, max(depth) AS depth
        FROM joined GROUP BY g$q$, type);
    CALL check_columns(place, 'profile', $q$
        SELECT g AS key, array_agg(span ORDER BY n) AS spans, array_agg(depth ORDER BY n) AS depths, max(depth) AS depth
        FROM (SELECT g, array_agg(r) AS ranges FROM d GROUP BY g) AS a,
            range_profile(ranges) WITH ORDINALITY AS p (span, depth, n)
        GROUP BY g$q$, of.exact);
    DROP TABLE expected;
END $$;

-- The window functions over the rows that are there, with and without gaps.
CREATE PROCEDURE check_islands(place text, of kind) LANGUAGE plpgsql AS $$
DECLARE
    of_gap gap;
BEGIN
    -- Oracle: core's union.
    CREATE UNLOGGED TABLE expected AS
    WITH island AS MATERIALIZED (
        SELECT g, n, island FROM (SELECT g, range_agg(r) AS m FROM d GROUP BY g) AS u, unnest(m) WITH ORDINALITY AS i (island, n))
    SELECT id AS key, n AS number, island AS session
    FROM d LEFT JOIN island ON island.g = d.g AND r <@ island AND NOT isempty(r);
    CALL check_columns(place, 'islands', $q$
        SELECT id AS key, range_island(r) OVER w AS number, range_session(r) OVER w AS session
        FROM d WINDOW w AS (PARTITION BY g ORDER BY r)$q$, of.exact);
    CALL check_columns(place, 'islands, NULL first', $q$
        SELECT id AS key, range_island(r) OVER w AS number, range_session(r) OVER w AS session
        FROM d WINDOW w AS (PARTITION BY g ORDER BY r NULLS FIRST, id DESC)$q$, of.exact);
    DROP TABLE expected;
    -- Not where upper + gap is more than the subtype holds.
    FOR of_gap IN SELECT * FROM gap
        WHERE gap.name = of.name AND NOT EXISTS (SELECT FROM laid WHERE high >= (SELECT count(*) FROM numbered))
        ORDER BY random() LIMIT 2
    LOOP
        -- Oracle: the usual SQL, with lag over the largest upper bound so far.
        EXECUTE format($q$
            CREATE UNLOGGED TABLE expected AS
            WITH ordered AS (
                SELECT id, g, r, max(upper(r)) OVER before AS far, bool_or(upper_inf(r)) OVER before AS endless,
                    row_number() OVER (PARTITION BY g ORDER BY r, id) AS n
                FROM d WHERE NOT isempty(r)
                WINDOW before AS (PARTITION BY g ORDER BY r, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)),
            begun AS (
                SELECT *, (n = 1 OR NOT endless AND NOT lower_inf(r) AND lower(r) > %s)::int AS begins FROM ordered),
            numbered AS MATERIALIZED (SELECT *, sum(begins) OVER (PARTITION BY g ORDER BY n) AS number FROM begun),
            hull AS (SELECT g, number, core_merge(r) AS session FROM numbered GROUP BY g, number)
            SELECT d.id AS key, number, session
            FROM d LEFT JOIN numbered USING (id) LEFT JOIN hull USING (number) WHERE hull.g IS NOT DISTINCT FROM numbered.g$q$,
            format(of_gap.sum, of_gap.added));
        CALL check_columns(place || ', max_gap ' || of_gap.gap, 'islands, with gap', format($q$
            SELECT id AS key, range_island(r, %1$s) OVER w AS number, range_session(r, %1$s) OVER w AS session
            FROM d WINDOW w AS (PARTITION BY g ORDER BY r)$q$, of_gap.gap), of.exact);
        DROP TABLE expected;
    END LOOP;
END $$;

-- What moves bounds, by kind: bounds over n in 0..99, deltas over m in -20..20, and the oracle's sum and
-- difference, where core's operator is not the answer. Nothing leaves the types here.
CREATE TABLE move (name text REFERENCES kind, value text, delta text, plus text DEFAULT '%s + %s', minus text DEFAULT '%s - %s');
INSERT INTO move (name, value, delta) VALUES
    ('int4range', 'n', 'm'), ('int8range', 'n::bigint', 'm::bigint'), ('int8range', 'n::bigint', 'm'), ('numrange', 'n * 0.25', 'm * 0.125'),
    ('daterange', $$date '2024-02-01' + n$$, 'm'), ('tsrange', $$timestamp '2024-02-01' + n * interval '7 hours'$$, $$m * interval '5 hours'$$),
    ('tsrange', $$timestamp '2024-01-28' + n * interval '1 day'$$, $$m * interval '1 month'$$),
    ('tstzrange', $$timestamptz '2024-03-25' + n * interval '3 hours'$$, $$m * interval '1 day'$$),
    ('float4_range', '(n / 4.0)::float4', '(m / 8.0)::float4'), ('float8_diffless', 'n::float8 / 10', 'm::float8 / 10'),
    ('interval_range', $$n * interval '1 day'$$, $$m * interval '9 hours'$$), ('money_range', 'n::money', 'm::money'),
    ('lsn_range', $$pg_lsn '1/0' + n$$, 'm::numeric'), ('inet_range', $$inet '10.0.0.200' + n$$, 'm::bigint'), ('inet_range', $$inet '2001:db8::ffe0' + n$$, 'm'),
    ('time_range', $$time '08:00' + n * interval '3 min'$$, $$m * interval '10 min'$$), ('timetz_range', $$timetz '08:00+02' + n * interval '3 min'$$, $$m * interval '10 min'$$),
    ('positive_range', '(n + 1000)::positive', 'm'), ('half_open_range', 'n', 'm'), ('closed_range', 'n', 'm'), ('elements_range', 'n', 'm'), ('descending_range', '-n', 'm');
INSERT INTO move VALUES
    ('daterange', $$date '2024-01-20' + n$$, 'make_interval(months => m, days => m % 3)', '(%s + %s)::date', '(%s - %s)::date'),
    ('int2_range', 'n::int2', 'm', '(%s + %s)::int2', '(%s - %s)::int2'),
    ('inetrange', $$inet '10.0.0.200' + n$$, 'm', '%s + %s', '%s - %s'),
    ('inetrange', $$address_at(CASE WHEN n < 50 THEN 4294967000 + n ELSE 2::numeric ^ 127 + n END)$$, 'm::numeric',
        'address_at(address_number(%s) + %s)', 'address_at(address_number(%s) - %s)'),
    ('inetrange', $$inet '8000::' + n$$, 'm * 1e30::numeric', 'address_at(address_number(%s) + %s)', 'address_at(address_number(%s) - %s)');
CREATE PROCEDURE check_moves() LANGUAGE plpgsql AS $$
DECLARE
    of record;
    made text;
BEGIN
    FOR of IN SELECT move.*, name::regtype AS type FROM move ORDER BY name COLLATE "C", delta COLLATE "C" LOOP
        EXECUTE format($q$
            CREATE UNLOGGED TABLE d AS
            SELECT id, 0 AS g, CASE WHEN empty THEN 'empty' ELSE a * b END AS r, d1, d2
            FROM (
                SELECT id, random() < 0.05 AS empty, bounds, (SELECT %2$s FROM (SELECT m1 AS m) AS v) AS d1, (SELECT %2$s FROM (SELECT m2 AS m) AS v) AS d2,
                    %3$s(CASE WHEN n1 > 2 THEN (SELECT %1$s FROM (SELECT n1 AS n) AS v) END, NULL, bounds) AS a,
                    %3$s(NULL, CASE WHEN n2 < 97 THEN (SELECT %1$s FROM (SELECT n2 AS n) AS v) END, bounds) AS b
                FROM (
                    SELECT id, bounds, least(p, q) AS n1, greatest(p, q) AS n2, m1, m2 FROM (
                        SELECT id, (ARRAY['[)', '(]', '[]', '()'])[1 + floor(random() * 4)::int] AS bounds, floor(random() * 100)::int AS p, floor(random() * 100)::int AS q,
                            floor(random() * 41)::int - 20 AS m1, floor(random() * 41)::int - 20 AS m2
                    FROM generate_series(1, 300) AS id OFFSET 0) AS ordered OFFSET 0) AS drawn) AS bounded$q$, of.value, of.delta, of.type);
        -- Bounds that cross hold nothing; the type's own order says which do.
        made := 'CASE WHEN isempty(r) OR NOT (lower_inf(r) OR upper_inf(r)) AND %1$s(%2$s, NULL) > %1$s(%3$s, NULL) THEN ''empty''::%1$s '
            || 'ELSE %1$s(%2$s, %3$s, CASE WHEN lower_inc(r) THEN ''['' ELSE ''('' END || CASE WHEN upper_inc(r) THEN '']'' ELSE '')'' END) END';
        EXECUTE format('CREATE UNLOGGED TABLE expected AS SELECT id AS key, %s AS shifted, %s AS expanded, %s AS both_sides FROM d',
            format(made, of.type, format(of.plus, 'lower(r)', 'd1'), format(of.plus, 'upper(r)', 'd1')),
            format(made, of.type, format(of.minus, 'lower(r)', 'd1'), format(of.plus, 'upper(r)', 'd1')),
            format(made, of.type, format(of.minus, 'lower(r)', 'd1'), format(of.plus, 'upper(r)', 'd2')));
        CALL check_columns(format('%s moved by %s', of.name, of.delta), 'moved bounds', 'SELECT id AS key, range_shift(r, d1) AS shifted, range_expand(r, d1) AS expanded, range_expand(r, d1, d2) AS both_sides FROM d', false);
        DROP TABLE d, expected;
    END LOOP;
END $$;

DO $$
DECLARE
    shapes text[] := ARRAY['one island', 'many islands', 'neighbours', 'none merge',
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
        seed := round / 1000.0 + 0.4;
        RAISE NOTICE 'round %: seed %', round, seed;
        PERFORM setseed(seed);
        FOR of IN SELECT * FROM kind ORDER BY name COLLATE "C" LOOP
            CALL number_values(of.name);
            -- Every other time the shape in which everything meets everything.
            shape := CASE WHEN (counter + round) % 2 = 0 THEN 'few values' ELSE shapes[1 + (counter / 2 + round / 2) % 9] END;
            arrangement := arrangements[1 + floor(random() * 4)::int];
            CALL shape_rows(shape, arrangement);
            -- Brute force takes the square of the rows.
            DELETE FROM laid WHERE id > 100;
            CALL build_rows(of.name);
            place := format('round %s, %s, %s, %s', round, of.name, shape, arrangement);
            CALL check_aggregates(place, of, ARRAY[1 + counter % 8, 1 + (counter + 1 + counter / 8 % 7) % 8]);
            CALL check_functions(place, of);
            CALL check_islands(place, of);
            counter := counter + 1;
            -- Locks on dropped tables are kept until the end of a transaction.
            COMMIT;
        END LOOP;
    END LOOP;
END $$;

DROP TABLE d;
DO $$
BEGIN
    FOR round IN 1..current_setting('rangerank_test.rounds')::int LOOP
        PERFORM setseed(round / 1000.0 + 0.2);
        CALL check_moves();
        COMMIT;
    END LOOP;
END $$;
CREATE UNLOGGED TABLE d ();

-- Larger sets, with running sums over starts and ends as the oracle of depth and load.
DO $$
DECLARE
    place text;
    longest int;
    ordering text;
BEGIN
    FOR round IN 1..current_setting('rangerank_test.rounds')::int LOOP
        PERFORM setseed(-round / 1000.0);
        FOREACH ordering IN ARRAY ARRAY[(ARRAY['i', '-(i % 100), i'])[1 + round % 2], 'random()'] LOOP
            longest := (ARRAY[1, 12, 3000])[1 + floor(random() * 3)::int];
            place := format('round %s, 10000 rows of up to %s by %s', round, longest, ordering);
            DROP TABLE d;
            EXECUTE format($q$
                CREATE UNLOGGED TABLE d AS
                SELECT row_number() OVER ()::int AS id, i %% 5 AS g, i %% 23 - 9 AS w, low, high,
                    int8range(low, high) AS r, numrange(low / 10.0, high / 10.0) AS n,
                    tstzrange('2024-01-01'::timestamptz + low * interval '1 s', '2024-01-01'::timestamptz + high * interval '1 s') AS t
                FROM (SELECT i, i * 10 AS low, i * 10 + 1 + (random() * %s)::int AS high FROM generate_series(1, 10000) AS i) AS v
                ORDER BY %s$q$, longest, ordering);
            ANALYZE d;
            CREATE UNLOGGED TABLE expected AS
            WITH step AS MATERIALIZED (SELECT g, low AS at, 1 AS step, w FROM d UNION ALL SELECT g, high, -1, -w FROM d),
            sums AS (
                SELECT g, int8range(at, lead(at) OVER ordered) AS piece, sum(sum(step)) OVER ordered AS depth, sum(sum(w)) OVER ordered AS load
                FROM step GROUP BY g, at WINDOW ordered AS (PARTITION BY g ORDER BY at)),
            most AS (SELECT *, max(depth) OVER (PARTITION BY g) AS most FROM sums),
            peaks AS (
                SELECT g, max(depth)::bigint AS depth, max(load) FILTER (WHERE depth > 0)::bigint AS load, range_agg(piece) FILTER (WHERE depth = most) AS deepest
                FROM most GROUP BY g),
            unions AS (
                SELECT g, multirange(int8range(min(low), max(high))) - range_agg(r) AS gaps,
                    multirange('(,1000]'::numrange) - range_agg(n) AS rest, core_length(range_agg(t)) AS length
                FROM d GROUP BY g)
            SELECT g AS key, depth, load, (SELECT u FROM unnest(deepest) AS u ORDER BY u LIMIT 1) AS at, gaps, rest, length,
                depth > 1 AS overlap, isempty(gaps) AS contiguous
            FROM peaks JOIN unions USING (g);
            DECLARE
                ours text := $q$SELECT g AS key, range_max_depth(r) AS depth, range_max_load(r, w) AS load, range_max_depth_at(r) AS at,
                    range_gaps_agg(r) AS gaps, range_gaps_agg(n, '(,1000]') AS rest, range_length_agg(t) AS length, range_has_overlap(r) AS overlap,
                    range_is_contiguous(r) AS contiguous FROM d GROUP BY 1$q$;
            BEGIN
                CALL check_columns(place, 'serial', ours, false);
                CALL check_columns(place, 'parallel, workers only', ours, false, 'Finalize .*Gather.*Partial ');
            END;
            DROP TABLE expected;
            -- Islands: the largest end so far, and the rows that start behind it.
            CREATE UNLOGGED TABLE expected AS
            SELECT id AS key, sum(begins) OVER (PARTITION BY g ORDER BY low, high)::bigint AS number
            FROM (SELECT *, (low > coalesce(max(high) OVER (PARTITION BY g ORDER BY low, high ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), low - 1) + 30)::int
                + (row_number() OVER (PARTITION BY g ORDER BY low, high) = 1)::int AS begins FROM d) AS b;
            CALL check_columns(place, 'islands, with gap', 'SELECT id AS key, range_island(t, ''30 s'') OVER (PARTITION BY g ORDER BY t) AS number FROM d', true);
            DROP TABLE expected;
            COMMIT;
        END LOOP;
    END LOOP;
END $$;

-- That the modes do what they are for: workers run, and groups go to disk.
DO $$
DECLARE
    plan text;
BEGIN
    CALL use_mode('parallel, workers only');
    plan := plan_of('SELECT range_max_depth(r), range_gaps_agg(r, ''(,)''), range_max_load(r, w) FROM d', 'ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF');
    IF plan !~ 'Workers Launched: [1-9]' THEN
        RAISE EXCEPTION 'no parallel worker ran' USING DETAIL = plan;
    END IF;
    CALL use_mode('serial, hashed, spilling');
    plan := plan_of('SELECT id % 5000, range_max_depth(r), range_gaps_agg(r, ''(,)''), range_max_load(r, w::numeric) FROM d GROUP BY 1',
        'ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF');
    IF plan !~ 'Disk Usage' THEN
        RAISE EXCEPTION 'no group went to disk' USING DETAIL = plan;
    END IF;
    CREATE UNLOGGED TABLE expected AS
    SELECT id % 5000 AS key, core_max_depth(array_agg(r)) AS depth, multirange('(,)'::int8range) - range_agg(r) AS rest,
        core_max_load(array_agg(r), array_agg(w::numeric)) AS load FROM d GROUP BY 1;
    CALL check_columns('10000 rows in 5000 groups', 'serial, hashed, spilling',
        'SELECT id % 5000 AS key, range_max_depth(r) AS depth, range_gaps_agg(r, ''(,)'') AS rest, range_max_load(r, w::numeric) AS load FROM d GROUP BY 1',
        true, 'HashAggregate');
    DROP TABLE expected;
END $$;

CALL summary();
