-- inetrange: a range type for IP addresses, and its index.
--
-- The order: a shell type, because the canonical function takes and returns the type; what orders
-- the bounds; the type itself.

-- The order of bounds: by address alone, whatever the netmask; every IPv4 address before every IPv6
-- one. Operators of its own: inet keeps the order that it has.

CREATE FUNCTION inet_host_cmp("left" inet, "right" inet)
    RETURNS integer
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION inet_host_cmp(inet, inet) IS 'compare by address alone: less than 0, 0, greater than 0';

CREATE FUNCTION inet_host_lt("left" inet, "right" inet)
    RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION inet_host_lt(inet, inet) IS 'implementation of #<# operator';

CREATE FUNCTION inet_host_le("left" inet, "right" inet)
    RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION inet_host_le(inet, inet) IS 'implementation of #<=# operator';

CREATE FUNCTION inet_host_eq("left" inet, "right" inet)
    RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION inet_host_eq(inet, inet) IS 'implementation of #=# operator';

CREATE FUNCTION inet_host_ge("left" inet, "right" inet)
    RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION inet_host_ge(inet, inet) IS 'implementation of #>=# operator';

CREATE FUNCTION inet_host_gt("left" inet, "right" inet)
    RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION inet_host_gt(inet, inet) IS 'implementation of #># operator';

CREATE OPERATOR #<# (
    LEFTARG = inet, RIGHTARG = inet, FUNCTION = inet_host_lt,
    COMMUTATOR = #>#, NEGATOR = #>=#, RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR #<# (inet, inet) IS 'less than by address alone';

CREATE OPERATOR #<=# (
    LEFTARG = inet, RIGHTARG = inet, FUNCTION = inet_host_le,
    COMMUTATOR = #>=#, NEGATOR = #>#, RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR #<=# (inet, inet) IS 'less than or equal by address alone';

CREATE OPERATOR #=# (
    LEFTARG = inet, RIGHTARG = inet, FUNCTION = inet_host_eq,
    COMMUTATOR = #=#, RESTRICT = eqsel, JOIN = eqjoinsel, MERGES
);
COMMENT ON OPERATOR #=# (inet, inet) IS 'equal by address alone';

CREATE OPERATOR #>=# (
    LEFTARG = inet, RIGHTARG = inet, FUNCTION = inet_host_ge,
    COMMUTATOR = #<=#, NEGATOR = #<#, RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR #>=# (inet, inet) IS 'greater than or equal by address alone';

CREATE OPERATOR #># (
    LEFTARG = inet, RIGHTARG = inet, FUNCTION = inet_host_gt,
    COMMUTATOR = #<#, NEGATOR = #<=#, RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR #># (inet, inet) IS 'greater than by address alone';

CREATE OPERATOR CLASS inet_host_ops
    FOR TYPE inet USING btree AS
        OPERATOR 1 #<#,
        OPERATOR 2 #<=#,
        OPERATOR 3 #=#,
        OPERATOR 4 #>=#,
        OPERATOR 5 #>#,
        FUNCTION 1 inet_host_cmp(inet, inet);
COMMENT ON OPERATOR FAMILY inet_host_ops USING btree IS 'order of IP addresses that ignores netmasks';
COMMENT ON OPERATOR CLASS inet_host_ops USING btree IS 'order of IP addresses that ignores netmasks';

CREATE FUNCTION inet_host_options(options internal)
    RETURNS void
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION inet_host_options(internal) IS 'btree support: refuses to be an index';

CREATE TYPE inetrange;

CREATE FUNCTION inetrange_canonical(value inetrange)
    RETURNS inetrange
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION inetrange_canonical(inetrange) IS 'convert an inetrange to canonical form: closed, of host addresses';

CREATE FUNCTION inetrange_subdiff(upper inet, lower inet)
    RETURNS double precision
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION inetrange_subdiff(inet, inet) IS 'float8 difference of two addresses';

CREATE TYPE inetrange AS RANGE (
    subtype = inet,
    subtype_opclass = inet_host_ops,
    canonical = inetrange_canonical,
    subtype_diff = inetrange_subdiff,
    multirange_type_name = inetmultirange
);
COMMENT ON TYPE inetrange IS 'range of IP addresses, of either family or both';
COMMENT ON TYPE inetmultirange IS 'multirange of IP addresses';
COMMENT ON FUNCTION inetrange(inet, inet) IS 'inetrange constructor';
COMMENT ON FUNCTION inetrange(inet, inet, text) IS 'inetrange constructor';
COMMENT ON FUNCTION inetmultirange() IS 'inetmultirange constructor';
COMMENT ON FUNCTION inetmultirange(inetrange) IS 'inetmultirange constructor';
COMMENT ON FUNCTION inetmultirange(inetrange[]) IS 'inetmultirange constructor';

-- The index: GiST over a compact key. The strategies and their operators are those of core's
-- range_ops, whose operators are over anyrange and serve inetrange too.

CREATE FUNCTION inetrange_gist_consistent(
    entry internal, query inetrange, strategy smallint, subtype oid, recheck internal)
    RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION inetrange_gist_consistent(internal, inetrange, smallint, oid, internal) IS 'GiST support';

CREATE FUNCTION inetrange_gist_union(entries internal, size internal)
    RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION inetrange_gist_union(internal, internal) IS 'GiST support';

CREATE FUNCTION inetrange_gist_compress(entry internal)
    RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION inetrange_gist_compress(internal) IS 'GiST support';

CREATE FUNCTION inetrange_gist_fetch(entry internal)
    RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION inetrange_gist_fetch(internal) IS 'GiST support';

CREATE FUNCTION inetrange_gist_penalty(original internal, new internal, penalty internal)
    RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION inetrange_gist_penalty(internal, internal, internal) IS 'GiST support';

CREATE FUNCTION inetrange_gist_picksplit(entries internal, split internal)
    RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION inetrange_gist_picksplit(internal, internal) IS 'GiST support';

CREATE FUNCTION inetrange_gist_same("left" bytea, "right" bytea, same internal)
    RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION inetrange_gist_same(bytea, bytea, internal) IS 'GiST support';

CREATE FUNCTION inetrange_gist_sortsupport(support internal)
    RETURNS void
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION inetrange_gist_sortsupport(internal) IS 'sort support';

-- For PostgreSQL 18's WITHOUT OVERLAPS, which looks for operators over exactly the indexed type.
-- Under names of their own: a "&&" or "=" over inetrange would take over resolution from core's and
-- lose btree, hash and the estimators.

CREATE FUNCTION inetrange_overlaps("left" inetrange, "right" inetrange)
    RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'range_overlaps';
COMMENT ON FUNCTION inetrange_overlaps(inetrange, inetrange) IS 'implementation of #&&# operator';

CREATE FUNCTION inetrange_eq("left" inetrange, "right" inetrange)
    RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'range_eq';
COMMENT ON FUNCTION inetrange_eq(inetrange, inetrange) IS 'implementation of #==# operator';

CREATE OPERATOR #&&# (
    LEFTARG = inetrange, RIGHTARG = inetrange, FUNCTION = inetrange_overlaps,
    COMMUTATOR = #&&#, RESTRICT = areasel, JOIN = areajoinsel
);
COMMENT ON OPERATOR #&&# (inetrange, inetrange) IS 'overlaps; for constraints WITHOUT OVERLAPS, use && in queries';

CREATE OPERATOR #==# (
    LEFTARG = inetrange, RIGHTARG = inetrange, FUNCTION = inetrange_eq,
    COMMUTATOR = #==#, RESTRICT = eqsel, JOIN = eqjoinsel
);
COMMENT ON OPERATOR #==# (inetrange, inetrange) IS 'equal; for constraints WITHOUT OVERLAPS, use = in queries';

CREATE OPERATOR CLASS inetrange_ops
    DEFAULT FOR TYPE inetrange USING gist AS
        OPERATOR 1 << (anyrange, anyrange),
        OPERATOR 1 << (anyrange, anymultirange),
        OPERATOR 2 &< (anyrange, anyrange),
        OPERATOR 2 &< (anyrange, anymultirange),
        OPERATOR 3 && (anyrange, anyrange),
        OPERATOR 3 && (anyrange, anymultirange),
        OPERATOR 3 #&&# (inetrange, inetrange),
        OPERATOR 4 &> (anyrange, anyrange),
        OPERATOR 4 &> (anyrange, anymultirange),
        OPERATOR 5 >> (anyrange, anyrange),
        OPERATOR 5 >> (anyrange, anymultirange),
        OPERATOR 6 -|- (anyrange, anyrange),
        OPERATOR 6 -|- (anyrange, anymultirange),
        OPERATOR 7 @> (anyrange, anyrange),
        OPERATOR 7 @> (anyrange, anymultirange),
        OPERATOR 8 <@ (anyrange, anyrange),
        OPERATOR 8 <@ (anyrange, anymultirange),
        OPERATOR 16 @> (anyrange, anyelement),
        OPERATOR 18 = (anyrange, anyrange),
        OPERATOR 18 #==# (inetrange, inetrange),
        FUNCTION 1 inetrange_gist_consistent(internal, inetrange, smallint, oid, internal),
        FUNCTION 2 inetrange_gist_union(internal, internal),
        FUNCTION 3 inetrange_gist_compress(internal),
        FUNCTION 5 inetrange_gist_penalty(internal, internal, internal),
        FUNCTION 6 inetrange_gist_picksplit(internal, internal),
        FUNCTION 7 inetrange_gist_same(bytea, bytea, internal),
        FUNCTION 9 inetrange_gist_fetch(internal),
        FUNCTION 11 inetrange_gist_sortsupport(internal),
        STORAGE bytea;
COMMENT ON OPERATOR FAMILY inetrange_ops USING gist IS 'index of IP address ranges';
COMMENT ON OPERATOR CLASS inetrange_ops USING gist IS 'index of IP address ranges';

-- How PostgreSQL 18 learns which strategies mean overlaps and equal. And it takes the operators of
-- any btree family over inet for those of its own inet_ops where it looks for subnets (<< and >>),
-- which would miss rows in an index on inet_host_ops: it refuses to be one there.
DO $$
BEGIN
    IF pg_catalog.current_setting('server_version_num')::pg_catalog.int4 >= 180000 THEN
        ALTER OPERATOR FAMILY inetrange_ops USING gist ADD
            FUNCTION 12 ("any", "any") pg_catalog.gist_translate_cmptype_common(integer);
        ALTER OPERATOR FAMILY inet_host_ops USING btree ADD
            FUNCTION 5 (inet) inet_host_options(internal);
    END IF;
END
$$;
