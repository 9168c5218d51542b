-- inetrange in the overloads of range functions, aggregates and series: it has the natural type
-- numeric, a number of addresses.

CREATE FUNCTION range_length_addresses_final(state internal)
    RETURNS numeric
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_length_addresses_final(internal) IS
    'final function: the length covered';

CREATE AGGREGATE range_length_agg(value inetrange) (
    SFUNC = range_union_transition, STYPE = internal, SSPACE = 256,
    FINALFUNC = range_length_addresses_final,
    COMBINEFUNC = range_union_combine,
    SERIALFUNC = range_union_serialize, DESERIALFUNC = range_union_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE range_length_agg(inetrange) IS
    'length covered by the inputs, overlaps counted once; NULL where unbounded';

CREATE FUNCTION range_length(value inetrange)
    RETURNS numeric
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'range_length_addresses';
COMMENT ON FUNCTION range_length(inetrange) IS
    'length in addresses; 0 for an empty range, NULL for an unbounded one';

CREATE FUNCTION range_length(value inetmultirange)
    RETURNS numeric
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'multirange_length_addresses';
COMMENT ON FUNCTION range_length(inetmultirange) IS
    'total length in addresses; 0 for an empty multirange, NULL for an unbounded one';

-- A bound moves within its family; leaving it is an error.

CREATE FUNCTION range_shift(value inetrange, delta numeric)
    RETURNS inetrange
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'range_shift';
COMMENT ON FUNCTION range_shift(inetrange, numeric) IS
    'both bounds moved by a delta; an unbounded side stays';

CREATE FUNCTION range_expand(value inetrange, delta numeric)
    RETURNS inetrange
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'range_expand';
COMMENT ON FUNCTION range_expand(inetrange, numeric) IS
    'lower bound moved down and upper bound moved up by a delta';

CREATE FUNCTION range_expand(value inetrange, below numeric, above numeric)
    RETURNS inetrange
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'range_expand_sides';
COMMENT ON FUNCTION range_expand(inetrange, numeric, numeric) IS
    'lower bound moved down by one delta and upper bound moved up by another';

-- Gaps and series go on from one family to the next.

CREATE FUNCTION range_island(value inetrange, max_gap numeric)
    RETURNS bigint
    LANGUAGE c IMMUTABLE PARALLEL SAFE WINDOW AS 'MODULE_PATHNAME', 'range_island_gap';
COMMENT ON FUNCTION range_island(inetrange, numeric) IS
    'number of the row''s island, from 1, joining over gaps up to max_gap';

CREATE FUNCTION range_session(value inetrange, max_gap numeric)
    RETURNS inetrange
    LANGUAGE c IMMUTABLE PARALLEL SAFE WINDOW AS 'MODULE_PATHNAME', 'range_session_gap';
COMMENT ON FUNCTION range_session(inetrange, numeric) IS
    'hull of the row''s island, joining over gaps up to max_gap';

CREATE FUNCTION generate_series(value inetrange, step numeric)
    RETURNS SETOF inet
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE SUPPORT range_series_support AS 'MODULE_PATHNAME', 'range_series';
COMMENT ON FUNCTION generate_series(inetrange, numeric) IS
    'terms lower + k * step that lie in the range; a negative step counts down from the upper bound';

CREATE FUNCTION generate_range_series(value inetrange, step numeric)
    RETURNS SETOF inetrange
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE SUPPORT range_pieces_support AS 'MODULE_PATHNAME', 'range_pieces';
COMMENT ON FUNCTION generate_range_series(inetrange, numeric) IS
    'pieces of the range, each a step long, that tile it';

CREATE FUNCTION generate_range_series(value inetrange, step numeric, span numeric)
    RETURNS SETOF inetrange
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE SUPPORT range_pieces_support AS 'MODULE_PATHNAME', 'range_pieces_span';
COMMENT ON FUNCTION generate_range_series(inetrange, numeric, numeric) IS
    'windows of the range, each as long as span, a step apart, cut at its end';

CREATE FUNCTION generate_range_series(value inetrange, step numeric, span numeric, partial text)
    RETURNS SETOF inetrange
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE SUPPORT range_pieces_support AS 'MODULE_PATHNAME', 'range_pieces_partial';
COMMENT ON FUNCTION generate_range_series(inetrange, numeric, numeric, text) IS
    'windows of the range; partial says what becomes of those that go beyond it: clip, drop or keep';
