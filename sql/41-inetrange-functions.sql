-- Functions, casts and operators of inetrange.

-- From networks and texts. A cast of a bare literal, '10.0.0.0/8'::inetrange, is the type's own
-- input and none of these.

CREATE FUNCTION inetrange(value inet)
    RETURNS inetrange
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'inetrange_from_inet';
COMMENT ON FUNCTION inetrange(inet) IS
    'the network of an address; a single address if its netmask is full';

CREATE FUNCTION inetrange(value cidr)
    RETURNS inetrange
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'inetrange_from_inet';
COMMENT ON FUNCTION inetrange(cidr) IS
    'a network as a range';

CREATE FUNCTION inetrange(value text)
    RETURNS inetrange
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'inetrange_from_text';
COMMENT ON FUNCTION inetrange(text) IS
    'the range of an address, address/length, address/netmask, address-address, or of the range form [a,b]';

CREATE CAST (inet AS inetrange) WITH FUNCTION inetrange(inet) AS ASSIGNMENT;
COMMENT ON CAST (inet AS inetrange) IS 'the network of the address';
CREATE CAST (cidr AS inetrange) WITH FUNCTION inetrange(cidr) AS ASSIGNMENT;
COMMENT ON CAST (cidr AS inetrange) IS 'the network';
CREATE CAST (text AS inetrange) WITH FUNCTION inetrange(text);
COMMENT ON CAST (text AS inetrange) IS 'a network, a pair of addresses or the range form';
CREATE CAST (varchar AS inetrange) WITH FUNCTION inetrange(text);
COMMENT ON CAST (varchar AS inetrange) IS 'a network, a pair of addresses or the range form';

-- Core makes this one with the type.
COMMENT ON CAST (inetrange AS inetmultirange) IS 'the multirange of the range';

-- To texts and blocks.

CREATE FUNCTION inetrange_text(value inetrange)
    RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION inetrange_text(inetrange) IS
    'shortest text: 10.0.0.0/8, 10.0.0.1 or 10.0.0.1-10.0.0.9; the range form where none of them fits';

CREATE FUNCTION inetrange_cidr(value inetrange)
    RETURNS cidr
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION inetrange_cidr(inetrange) IS
    'the network that the range is exactly, else NULL';

CREATE FUNCTION inetrange_is_cidr(value inetrange)
    RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION inetrange_is_cidr(inetrange) IS
    'whether the range is exactly one network';

-- Blocks in ranges. An unbounded side reaches the first IPv4 or the last IPv6 address.

CREATE FUNCTION inetrange_cidrs_support(request internal)
    RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION inetrange_cidrs_support(internal) IS
    'planner support of inetrange_cidrs';

CREATE FUNCTION inetrange_cidrs(value inetrange)
    RETURNS SETOF cidr
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 10 SUPPORT inetrange_cidrs_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION inetrange_cidrs(inetrange) IS
    'fewest networks that cover exactly the range, ascending; each family for itself';

CREATE FUNCTION inetmultirange_cidrs_support(request internal)
    RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION inetmultirange_cidrs_support(internal) IS
    'planner support of inetrange_cidrs';

CREATE FUNCTION inetrange_cidrs(value inetmultirange)
    RETURNS SETOF cidr
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE SUPPORT inetmultirange_cidrs_support AS 'MODULE_PATHNAME', 'inetmultirange_cidrs';
COMMENT ON FUNCTION inetrange_cidrs(inetmultirange) IS
    'fewest networks that cover exactly the multirange, ascending; each family for itself';

CREATE FUNCTION inetrange_subnets_support(request internal)
    RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION inetrange_subnets_support(internal) IS
    'planner support of inetrange_subnets';

CREATE FUNCTION inetrange_subnets(value inetrange, prefixlen integer)
    RETURNS SETOF cidr
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE SUPPORT inetrange_subnets_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION inetrange_subnets(inetrange, integer) IS
    'all networks of a prefix length that lie in the range, ascending; of each family that has such a length; one by one in a SELECT list, all at once in FROM';

CREATE FUNCTION inetrange_next_free(within inetrange, taken inetmultirange, prefixlen integer)
    RETURNS cidr
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION inetrange_next_free(inetrange, inetmultirange, integer) IS
    'first network of a prefix length that lies in the range and shares no address with those taken, else NULL';

-- The fewest networks of many. The state is the union of all inputs.

CREATE FUNCTION cidr_merge_transition(state internal, network inet)
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION cidr_merge_transition(internal, inet) IS 'transition function of cidr_merge_agg';

CREATE FUNCTION cidr_merge_combine(state internal, other internal)
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION cidr_merge_combine(internal, internal) IS 'combine function of cidr_merge_agg';

CREATE FUNCTION cidr_merge_serialize(state internal)
    RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION cidr_merge_serialize(internal) IS 'serialize function of cidr_merge_agg';

CREATE FUNCTION cidr_merge_deserialize(state bytea, dummy internal)
    RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION cidr_merge_deserialize(bytea, internal) IS 'deserialize function of cidr_merge_agg';

CREATE FUNCTION cidr_merge_final(state internal)
    RETURNS cidr[]
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION cidr_merge_final(internal) IS 'final function of cidr_merge_agg';

CREATE AGGREGATE cidr_merge_agg(network inet) (
    SFUNC = cidr_merge_transition, STYPE = internal, SSPACE = 512,
    FINALFUNC = cidr_merge_final,
    COMBINEFUNC = cidr_merge_combine,
    SERIALFUNC = cidr_merge_serialize, DESERIALFUNC = cidr_merge_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE cidr_merge_agg(inet) IS
    'fewest networks that cover exactly those of all inputs, ascending, IPv4 first';

-- Addresses and numbers.

CREATE FUNCTION inet_add(address inet, delta numeric)
    RETURNS inet
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION inet_add(inet, numeric) IS
    'the address so many further, or back; its netmask stays';

CREATE FUNCTION inet_diff(address inet, other inet)
    RETURNS numeric
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION inet_diff(inet, inet) IS
    'how many addresses the first lies behind the second, of the same family';

-- Operators as those of inet, for its networks. The planner puts their bodies in their place, so
-- indexes and statistics for @> serve them.

CREATE FUNCTION inetrange_contains_inet(value inetrange, network inet)
    RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN value OPERATOR(pg_catalog.@>) inetrange(network);
COMMENT ON FUNCTION inetrange_contains_inet(inetrange, inet) IS 'implementation of >>= operator';

CREATE FUNCTION inet_contained_by_inetrange(network inet, value inetrange)
    RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN inetrange(network) OPERATOR(pg_catalog.<@) value;
COMMENT ON FUNCTION inet_contained_by_inetrange(inet, inetrange) IS 'implementation of <<= operator';

CREATE OPERATOR >>= (
    LEFTARG = inetrange, RIGHTARG = inet, FUNCTION = inetrange_contains_inet,
    COMMUTATOR = <<=, RESTRICT = contsel, JOIN = contjoinsel
);
COMMENT ON OPERATOR >>= (inetrange, inet) IS 'contains or equals the network';
-- Inlined it is core's @>; this serves what is not, r >>= ANY (array).
ALTER OPERATOR FAMILY inetrange_ops USING gist ADD OPERATOR 27 >>= (inetrange, inet);

CREATE OPERATOR <<= (
    LEFTARG = inet, RIGHTARG = inetrange, FUNCTION = inet_contained_by_inetrange,
    COMMUTATOR = >>=, RESTRICT = contsel, JOIN = contjoinsel
);
COMMENT ON OPERATOR <<= (inet, inetrange) IS 'is contained by or equals the range';
