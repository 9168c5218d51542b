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
    COMMUTATOR = #=#, RESTRICT = eqsel, JOIN = eqjoinsel
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

CREATE TYPE inetrange;

CREATE FUNCTION inetrange_canonical(inetrange)
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
