-- Aggregates over ranges and multiranges.
--
-- Support functions are C symbols; none can be called outside an aggregate. A final function takes
-- the aggregate's argument types only so that its result type can be resolved (FINALFUNC_EXTRA);
-- what it does follows from the state alone.

-- State: the hull.

CREATE FUNCTION range_hull_transition(state internal, value anyrange) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_hull_transition(internal, anyrange) IS 'transition function of range aggregates: the hull';

CREATE FUNCTION multirange_hull_transition(state internal, value anymultirange) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION multirange_hull_transition(internal, anymultirange) IS 'transition function of multirange aggregates: the hull';

CREATE FUNCTION range_hull_combine(state internal, other internal) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_hull_combine(internal, internal) IS 'combine function of range aggregates: the hull';

CREATE FUNCTION range_hull_serialize(state internal) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_hull_serialize(internal) IS 'serialize function of range aggregates: the hull';

CREATE FUNCTION range_hull_deserialize(state bytea, dummy internal) RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_hull_deserialize(bytea, internal) IS 'deserialize function of range aggregates: the hull';

CREATE FUNCTION range_hull_final(state internal, value anyrange) RETURNS anyrange
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_hull_final(internal, anyrange) IS 'final function of range_merge_agg';

CREATE FUNCTION range_hull_final(state internal, value anymultirange) RETURNS anyrange
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_hull_final(internal, anymultirange) IS 'final function of range_merge_agg';

-- State: the union, merged as it grows.

CREATE FUNCTION range_union_transition(state internal, value anyrange) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_union_transition(internal, anyrange) IS 'transition function of range aggregates: the union, merged as it grows';

CREATE FUNCTION multirange_union_transition(state internal, value anymultirange) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION multirange_union_transition(internal, anymultirange) IS 'transition function of multirange aggregates: the union, merged as it grows';

CREATE FUNCTION range_union_combine(state internal, other internal) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_union_combine(internal, internal) IS 'combine function of range aggregates: the union, merged as it grows';

CREATE FUNCTION range_union_serialize(state internal) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_union_serialize(internal) IS 'serialize function of range aggregates: the union, merged as it grows';

CREATE FUNCTION range_union_deserialize(state bytea, dummy internal) RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_union_deserialize(bytea, internal) IS 'deserialize function of range aggregates: the union, merged as it grows';

CREATE FUNCTION range_union_final(state internal, value anyrange) RETURNS anymultirange
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_union_final(internal, anyrange) IS 'final function of range_union_agg';

CREATE FUNCTION range_union_final(state internal, value anymultirange) RETURNS anymultirange
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_union_final(internal, anymultirange) IS 'final function of range_union_agg';

-- State of moving aggregates: the frame, as the step function of how many ranges cover a point.

CREATE FUNCTION range_frame_add(state internal, value anyrange) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_frame_add(internal, anyrange) IS 'moving transition function of range aggregates';

CREATE FUNCTION range_frame_remove(state internal, value anyrange) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_frame_remove(internal, anyrange) IS 'moving inverse transition function of range aggregates';

CREATE FUNCTION multirange_frame_add(state internal, value anymultirange) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION multirange_frame_add(internal, anymultirange) IS 'moving transition function of multirange aggregates';

CREATE FUNCTION multirange_frame_remove(state internal, value anymultirange) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION multirange_frame_remove(internal, anymultirange) IS 'moving inverse transition function of multirange aggregates';

CREATE FUNCTION range_frame_hull(state internal, value anyrange) RETURNS anyrange
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_frame_hull(internal, anyrange) IS 'moving final function of range_merge_agg';

CREATE FUNCTION range_frame_union(state internal, value anyrange) RETURNS anymultirange
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_frame_union(internal, anyrange) IS 'moving final function of range_union_agg';

CREATE FUNCTION range_frame_hull(state internal, value anymultirange) RETURNS anyrange
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_frame_hull(internal, anymultirange) IS 'moving final function of range_merge_agg';

CREATE FUNCTION range_frame_union(state internal, value anymultirange) RETURNS anymultirange
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_frame_union(internal, anymultirange) IS 'moving final function of range_union_agg';

CREATE AGGREGATE range_merge(anyrange) (
    SFUNC = range_hull_transition, STYPE = internal, SSPACE = 128,
    FINALFUNC = range_hull_final, FINALFUNC_EXTRA,
    COMBINEFUNC = range_hull_combine,
    SERIALFUNC = range_hull_serialize, DESERIALFUNC = range_hull_deserialize,
    MSFUNC = range_frame_add, MINVFUNC = range_frame_remove, MSTYPE = internal, MSSPACE = 8192,
    MFINALFUNC = range_frame_hull, MFINALFUNC_EXTRA,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE range_merge(anyrange) IS 'smallest range that holds all inputs; empty where all of them are';

CREATE AGGREGATE range_merge_agg(anyrange) (
    SFUNC = range_hull_transition, STYPE = internal, SSPACE = 128,
    FINALFUNC = range_hull_final, FINALFUNC_EXTRA,
    COMBINEFUNC = range_hull_combine,
    SERIALFUNC = range_hull_serialize, DESERIALFUNC = range_hull_deserialize,
    MSFUNC = range_frame_add, MINVFUNC = range_frame_remove, MSTYPE = internal, MSSPACE = 8192,
    MFINALFUNC = range_frame_hull, MFINALFUNC_EXTRA,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE range_merge_agg(anyrange) IS 'smallest range that holds all inputs; empty where all of them are';

CREATE AGGREGATE range_merge_agg(anymultirange) (
    SFUNC = multirange_hull_transition, STYPE = internal, SSPACE = 128,
    FINALFUNC = range_hull_final, FINALFUNC_EXTRA,
    COMBINEFUNC = range_hull_combine,
    SERIALFUNC = range_hull_serialize, DESERIALFUNC = range_hull_deserialize,
    MSFUNC = multirange_frame_add, MINVFUNC = multirange_frame_remove, MSTYPE = internal, MSSPACE = 8192,
    MFINALFUNC = range_frame_hull, MFINALFUNC_EXTRA,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE range_merge_agg(anymultirange) IS 'smallest range that holds all inputs; empty where all of them are';

CREATE AGGREGATE range_union_agg(anyrange) (
    SFUNC = range_union_transition, STYPE = internal, SSPACE = 256,
    FINALFUNC = range_union_final, FINALFUNC_EXTRA,
    COMBINEFUNC = range_union_combine,
    SERIALFUNC = range_union_serialize, DESERIALFUNC = range_union_deserialize,
    MSFUNC = range_frame_add, MINVFUNC = range_frame_remove, MSTYPE = internal, MSSPACE = 8192,
    MFINALFUNC = range_frame_union, MFINALFUNC_EXTRA,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE range_union_agg(anyrange) IS 'union of all inputs; memory follows the number of islands, not of rows';

CREATE AGGREGATE range_union_agg(anymultirange) (
    SFUNC = multirange_union_transition, STYPE = internal, SSPACE = 256,
    FINALFUNC = range_union_final, FINALFUNC_EXTRA,
    COMBINEFUNC = range_union_combine,
    SERIALFUNC = range_union_serialize, DESERIALFUNC = range_union_deserialize,
    MSFUNC = multirange_frame_add, MINVFUNC = multirange_frame_remove, MSTYPE = internal, MSSPACE = 8192,
    MFINALFUNC = range_frame_union, MFINALFUNC_EXTRA,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE range_union_agg(anymultirange) IS 'union of all inputs; memory follows the number of islands, not of rows';
