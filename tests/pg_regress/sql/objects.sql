-- All that the extension puts into a database: a change here is a change of what users rely on.
\pset format unaligned
\pset tuples_only
SELECT concat_ws(', ',
    CASE WHEN classid = 'pg_proc'::regclass THEN
        format('%s %s(%s) returns %s',
            CASE prokind WHEN 'a' THEN 'aggregate' WHEN 'w' THEN 'window function' ELSE 'function' END,
            proname, pg_get_function_arguments(pg_proc.oid), pg_get_function_result(pg_proc.oid))
        ELSE object END,
    CASE provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' WHEN 'v' THEN 'volatile' END,
    CASE WHEN proisstrict THEN 'strict' END,
    CASE WHEN aggmtransfn > 0 THEN 'moving' END) AS object
FROM member
LEFT JOIN pg_proc ON classid = 'pg_proc'::regclass AND pg_proc.oid = objid
LEFT JOIN pg_aggregate ON aggfnoid = pg_proc.oid
-- Array types are members only from PostgreSQL 16 on.
WHERE object NOT LIKE 'type %[]'
ORDER BY classid::regclass::text COLLATE "C", prokind, proname COLLATE "C", object COLLATE "C";
