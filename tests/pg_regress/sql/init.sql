-- The extension, and the rules that all of its objects keep.
SET client_min_messages = warning;
CREATE EXTENSION rangerank;
RESET client_min_messages;

SELECT extname, extrelocatable FROM pg_extension WHERE extname = 'rangerank';

CREATE VIEW member AS
SELECT classid, objid, objsubid, pg_describe_object(classid, objid, objsubid) AS object
FROM pg_depend
WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
    AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'rangerank');

-- The views must see something.
SELECT count(*) > 0 AS functions,
    count(*) FILTER (WHERE prokind = 'a') > 0 AS aggregates
FROM member JOIN pg_proc ON classid = 'pg_proc'::regclass AND pg_proc.oid = objid;

-- Objects without a comment. The server makes these itself and lets nobody comment on most of them:
-- array types, members of operator families.
SELECT object AS without_comment
FROM member
WHERE obj_description(objid, classid::regclass::text::name) IS NULL
    AND NOT (classid = 'pg_type'::regclass
        AND EXISTS (SELECT FROM pg_type WHERE typarray = objid))
    AND classid NOT IN ('pg_amop'::regclass, 'pg_amproc'::regclass)
ORDER BY object COLLATE "C";

-- Functions that are not PARALLEL SAFE, or VOLATILE.
SELECT object AS unsafe_or_volatile, proparallel, provolatile
FROM member JOIN pg_proc ON classid = 'pg_proc'::regclass AND pg_proc.oid = objid
WHERE proparallel <> 's' OR provolatile = 'v'
ORDER BY object COLLATE "C";

-- Functions with an argument that has no name. Core makes the constructors of a range type.
SELECT object AS unnamed_arguments
FROM member JOIN pg_proc ON classid = 'pg_proc'::regclass AND pg_proc.oid = objid
WHERE pronargs > 0
    AND (proargnames IS NULL OR '' = ANY (proargnames[1:pronargs]))
    AND NOT EXISTS (
        SELECT FROM pg_depend AS made
        WHERE made.classid = 'pg_proc'::regclass AND made.objid = pg_proc.oid AND made.deptype = 'i')
ORDER BY object COLLATE "C";

-- Aggregates that a parallel plan, a distributed engine or a moving frame could only use in part.
SELECT object AS incomplete_aggregate
FROM member JOIN pg_aggregate ON classid = 'pg_proc'::regclass AND aggfnoid = objid
WHERE aggcombinefn = 0
    OR aggtranstype = 'internal'::regtype AND (aggserialfn = 0 OR aggdeserialfn = 0)
    OR aggtranstype = 'internal'::regtype AND aggtransspace = 0
    OR (aggmtransfn = 0) <> (aggminvtransfn = 0)
    OR aggmtranstype = 'internal'::regtype AND aggmtransspace = 0
ORDER BY object COLLATE "C";

-- C functions whose symbol the library lacks would fail here.
LOAD 'rangerank';

-- Operator classes, and those that the access method finds incomplete or wrong.
SELECT count(*) AS operator_classes, count(*) FILTER (WHERE NOT amvalidate(oid)) AS invalid
FROM pg_opclass
WHERE oid IN (SELECT objid FROM member WHERE classid = 'pg_opclass'::regclass);

-- Each aggregate has a name that core does not have, or other arguments.
SELECT object AS hides_core
FROM member JOIN pg_proc AS ours ON classid = 'pg_proc'::regclass AND ours.oid = objid
JOIN pg_proc AS core ON core.pronamespace = 'pg_catalog'::regnamespace
    AND core.proname = ours.proname AND core.proargtypes = ours.proargtypes
ORDER BY object COLLATE "C";
