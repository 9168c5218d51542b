-- Aggregates over ranges and multiranges.
--
-- Support functions are C symbols; none can be called outside an aggregate. A final function takes
-- the aggregate's argument types only so that its result type can be resolved (FINALFUNC_EXTRA);
-- what it does follows from the state alone. Aggregates with the same transition function share one
-- state within a query: union, gaps, length and contiguity of one column cost one pass.

-- State: the hull.

CREATE FUNCTION range_hull_transition(state internal, value anyrange)
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_hull_transition(internal, anyrange) IS
    'transition function of range aggregates: the hull';

CREATE FUNCTION multirange_hull_transition(state internal, value anymultirange)
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION multirange_hull_transition(internal, anymultirange) IS
    'transition function of multirange aggregates: the hull';

CREATE FUNCTION range_hull_combine(state internal, other internal)
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_hull_combine(internal, internal) IS
    'combine function of range aggregates: the hull';

CREATE FUNCTION range_hull_serialize(state internal)
    RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_hull_serialize(internal) IS
    'serialize function of range aggregates: the hull';

CREATE FUNCTION range_hull_deserialize(state bytea, dummy internal)
    RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_hull_deserialize(bytea, internal) IS
    'deserialize function of range aggregates: the hull';

CREATE FUNCTION range_hull_final(state internal, value anyrange)
    RETURNS anyrange
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_hull_final(internal, anyrange) IS
    'final function: the hull';

CREATE FUNCTION range_hull_final(state internal, value anymultirange)
    RETURNS anyrange
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_hull_final(internal, anymultirange) IS
    'final function: the hull';

-- State: the union, merged as it grows.

CREATE FUNCTION range_union_transition(state internal, value anyrange)
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_union_transition(internal, anyrange) IS
    'transition function of range aggregates: the union, merged as it grows';

CREATE FUNCTION multirange_union_transition(state internal, value anymultirange)
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION multirange_union_transition(internal, anymultirange) IS
    'transition function of multirange aggregates: the union, merged as it grows';

CREATE FUNCTION range_union_combine(state internal, other internal)
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_union_combine(internal, internal) IS
    'combine function of range aggregates: the union, merged as it grows';

CREATE FUNCTION range_union_serialize(state internal)
    RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_union_serialize(internal) IS
    'serialize function of range aggregates: the union, merged as it grows';

CREATE FUNCTION range_union_deserialize(state bytea, dummy internal)
    RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_union_deserialize(bytea, internal) IS
    'deserialize function of range aggregates: the union, merged as it grows';

CREATE FUNCTION range_union_final(state internal, value anyrange)
    RETURNS anymultirange
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_union_final(internal, anyrange) IS
    'final function: the union';

CREATE FUNCTION range_union_final(state internal, value anymultirange)
    RETURNS anymultirange
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_union_final(internal, anymultirange) IS
    'final function: the union';

CREATE FUNCTION range_gaps_final(state internal, value anyrange)
    RETURNS anymultirange
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_gaps_final(internal, anyrange) IS
    'final function: the gaps';

CREATE FUNCTION range_is_contiguous_final(state internal, value anyrange)
    RETURNS boolean
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_is_contiguous_final(internal, anyrange) IS
    'final function: whether there is no gap';

CREATE FUNCTION range_length_elements_final(state internal)
    RETURNS bigint
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_length_elements_final(internal) IS
    'final function: the length covered';

CREATE FUNCTION range_length_days_final(state internal)
    RETURNS integer
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_length_days_final(internal) IS
    'final function: the length covered';

CREATE FUNCTION range_length_time_final(state internal)
    RETURNS interval
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_length_time_final(internal) IS
    'final function: the length covered';

CREATE FUNCTION range_length_numeric_final(state internal)
    RETURNS numeric
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_length_numeric_final(internal) IS
    'final function: the length covered';

CREATE FUNCTION range_length_float_final(state internal, value anyrange)
    RETURNS float8
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_length_float_final(internal, anyrange) IS
    'final function: the length covered';

-- State: the union, and the range whose rest is asked for.

CREATE FUNCTION range_rest_transition(state internal, value anyrange, within anyrange)
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_rest_transition(internal, anyrange, anyrange) IS
    'transition function of range_gaps_agg: the union within a range';

CREATE FUNCTION range_rest_combine(state internal, other internal)
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_rest_combine(internal, internal) IS
    'combine function of range aggregates: the union within a range';

CREATE FUNCTION range_rest_serialize(state internal)
    RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_rest_serialize(internal) IS
    'serialize function of range aggregates: the union within a range';

CREATE FUNCTION range_rest_deserialize(state bytea, dummy internal)
    RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_rest_deserialize(bytea, internal) IS
    'deserialize function of range aggregates: the union within a range';

CREATE FUNCTION range_rest_final(state internal, value anyrange, within anyrange)
    RETURNS anymultirange
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_rest_final(internal, anyrange, anyrange) IS
    'final function: what the union leaves of a range';

-- State: the starts and ends of all inputs.

CREATE FUNCTION range_depth_transition(state internal, value anyrange)
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_depth_transition(internal, anyrange) IS
    'transition function of range aggregates: the starts and ends of all inputs';

CREATE FUNCTION range_depth_combine(state internal, other internal)
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_depth_combine(internal, internal) IS
    'combine function of range aggregates: the starts and ends of all inputs';

CREATE FUNCTION range_depth_serialize(state internal)
    RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_depth_serialize(internal) IS
    'serialize function of range aggregates: the starts and ends of all inputs';

CREATE FUNCTION range_depth_deserialize(state bytea, dummy internal)
    RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_depth_deserialize(bytea, internal) IS
    'deserialize function of range aggregates: the starts and ends of all inputs';

CREATE FUNCTION range_max_depth_final(state internal, value anyrange)
    RETURNS bigint
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_max_depth_final(internal, anyrange) IS
    'final function: the largest depth';

CREATE FUNCTION range_max_depth_at_final(state internal, value anyrange)
    RETURNS anyrange
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_max_depth_at_final(internal, anyrange) IS
    'final function: where the largest depth is';

CREATE FUNCTION range_has_overlap_final(state internal, value anyrange)
    RETURNS boolean
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_has_overlap_final(internal, anyrange) IS
    'final function: whether two inputs share a point';

-- States: the starts and ends of all inputs with their weights, in three families of types.

CREATE FUNCTION range_load_smallint_transition(state internal, value anyrange, weight smallint)
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_load_smallint_transition(internal, anyrange, smallint) IS
    'transition function of range_max_load';

CREATE FUNCTION range_load_integer_transition(state internal, value anyrange, weight integer)
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_load_integer_transition(internal, anyrange, integer) IS
    'transition function of range_max_load';

CREATE FUNCTION range_load_bigint_transition(state internal, value anyrange, weight bigint)
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_load_bigint_transition(internal, anyrange, bigint) IS
    'transition function of range_max_load';

CREATE FUNCTION range_load_numeric_transition(state internal, value anyrange, weight numeric)
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_load_numeric_transition(internal, anyrange, numeric) IS
    'transition function of range_max_load';

CREATE FUNCTION range_load_float_transition(state internal, value anyrange, weight float8)
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_load_float_transition(internal, anyrange, float8) IS
    'transition function of range_max_load';

CREATE FUNCTION range_load_integer_combine(state internal, other internal)
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_load_integer_combine(internal, internal) IS
    'combine function of range aggregates: integer loads';

CREATE FUNCTION range_load_integer_serialize(state internal)
    RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_load_integer_serialize(internal) IS
    'serialize function of range aggregates: integer loads';

CREATE FUNCTION range_load_integer_deserialize(state bytea, dummy internal)
    RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_load_integer_deserialize(bytea, internal) IS
    'deserialize function of range aggregates: integer loads';

CREATE FUNCTION range_max_load_integer_final(state internal)
    RETURNS bigint
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_max_load_integer_final(internal) IS
    'final function: the largest load';

CREATE FUNCTION range_load_numeric_combine(state internal, other internal)
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_load_numeric_combine(internal, internal) IS
    'combine function of range aggregates: numeric loads';

CREATE FUNCTION range_load_numeric_serialize(state internal)
    RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_load_numeric_serialize(internal) IS
    'serialize function of range aggregates: numeric loads';

CREATE FUNCTION range_load_numeric_deserialize(state bytea, dummy internal)
    RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_load_numeric_deserialize(bytea, internal) IS
    'deserialize function of range aggregates: numeric loads';

CREATE FUNCTION range_max_load_numeric_final(state internal)
    RETURNS numeric
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_max_load_numeric_final(internal) IS
    'final function: the largest load';

CREATE FUNCTION range_load_float_combine(state internal, other internal)
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_load_float_combine(internal, internal) IS
    'combine function of range aggregates: float loads';

CREATE FUNCTION range_load_float_serialize(state internal)
    RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_load_float_serialize(internal) IS
    'serialize function of range aggregates: float loads';

CREATE FUNCTION range_load_float_deserialize(state bytea, dummy internal)
    RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_load_float_deserialize(bytea, internal) IS
    'deserialize function of range aggregates: float loads';

CREATE FUNCTION range_max_load_float_final(state internal)
    RETURNS float8
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_max_load_float_final(internal) IS
    'final function: the largest load';

-- State of moving aggregates: the frame, as the step function of how many ranges cover a point.

CREATE FUNCTION range_frame_add(state internal, value anyrange)
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_frame_add(internal, anyrange) IS
    'moving transition function of range aggregates';

CREATE FUNCTION range_frame_remove(state internal, value anyrange)
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_frame_remove(internal, anyrange) IS
    'moving inverse transition function of range aggregates';

CREATE FUNCTION multirange_frame_add(state internal, value anymultirange)
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION multirange_frame_add(internal, anymultirange) IS
    'moving transition function of multirange aggregates';

CREATE FUNCTION multirange_frame_remove(state internal, value anymultirange)
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION multirange_frame_remove(internal, anymultirange) IS
    'moving inverse transition function of multirange aggregates';

CREATE FUNCTION range_frame_hull(state internal, value anyrange)
    RETURNS anyrange
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_frame_hull(internal, anyrange) IS
    'moving final function: the hull';

CREATE FUNCTION range_frame_union(state internal, value anyrange)
    RETURNS anymultirange
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_frame_union(internal, anyrange) IS
    'moving final function: the union';

CREATE FUNCTION range_frame_hull(state internal, value anymultirange)
    RETURNS anyrange
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_frame_hull(internal, anymultirange) IS
    'moving final function: the hull';

CREATE FUNCTION range_frame_union(state internal, value anymultirange)
    RETURNS anymultirange
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_frame_union(internal, anymultirange) IS
    'moving final function: the union';

CREATE FUNCTION range_frame_max_depth(state internal)
    RETURNS bigint
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_frame_max_depth(internal) IS
    'moving final function: the largest depth';

-- The aggregates.

CREATE AGGREGATE range_merge(value anyrange) (
    SFUNC = range_hull_transition, STYPE = internal, SSPACE = 128,
    FINALFUNC = range_hull_final, FINALFUNC_EXTRA,
    COMBINEFUNC = range_hull_combine,
    SERIALFUNC = range_hull_serialize, DESERIALFUNC = range_hull_deserialize,
    MSFUNC = range_frame_add, MINVFUNC = range_frame_remove, MSTYPE = internal, MSSPACE = 8192,
    MFINALFUNC = range_frame_hull, MFINALFUNC_EXTRA,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE range_merge(anyrange) IS
    'smallest range that holds all inputs; empty where all of them are';

CREATE AGGREGATE range_merge_agg(value anyrange) (
    SFUNC = range_hull_transition, STYPE = internal, SSPACE = 128,
    FINALFUNC = range_hull_final, FINALFUNC_EXTRA,
    COMBINEFUNC = range_hull_combine,
    SERIALFUNC = range_hull_serialize, DESERIALFUNC = range_hull_deserialize,
    MSFUNC = range_frame_add, MINVFUNC = range_frame_remove, MSTYPE = internal, MSSPACE = 8192,
    MFINALFUNC = range_frame_hull, MFINALFUNC_EXTRA,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE range_merge_agg(anyrange) IS
    'smallest range that holds all inputs; empty where all of them are';

CREATE AGGREGATE range_merge_agg(value anymultirange) (
    SFUNC = multirange_hull_transition, STYPE = internal, SSPACE = 128,
    FINALFUNC = range_hull_final, FINALFUNC_EXTRA,
    COMBINEFUNC = range_hull_combine,
    SERIALFUNC = range_hull_serialize, DESERIALFUNC = range_hull_deserialize,
    MSFUNC = multirange_frame_add, MINVFUNC = multirange_frame_remove, MSTYPE = internal, MSSPACE = 8192,
    MFINALFUNC = range_frame_hull, MFINALFUNC_EXTRA,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE range_merge_agg(anymultirange) IS
    'smallest range that holds all inputs; empty where all of them are';

CREATE AGGREGATE range_union_agg(value anyrange) (
    SFUNC = range_union_transition, STYPE = internal, SSPACE = 256,
    FINALFUNC = range_union_final, FINALFUNC_EXTRA,
    COMBINEFUNC = range_union_combine,
    SERIALFUNC = range_union_serialize, DESERIALFUNC = range_union_deserialize,
    MSFUNC = range_frame_add, MINVFUNC = range_frame_remove, MSTYPE = internal, MSSPACE = 8192,
    MFINALFUNC = range_frame_union, MFINALFUNC_EXTRA,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE range_union_agg(anyrange) IS
    'union of all inputs; memory follows the number of islands, not of rows';

CREATE AGGREGATE range_union_agg(value anymultirange) (
    SFUNC = multirange_union_transition, STYPE = internal, SSPACE = 256,
    FINALFUNC = range_union_final, FINALFUNC_EXTRA,
    COMBINEFUNC = range_union_combine,
    SERIALFUNC = range_union_serialize, DESERIALFUNC = range_union_deserialize,
    MSFUNC = multirange_frame_add, MINVFUNC = multirange_frame_remove, MSTYPE = internal, MSSPACE = 8192,
    MFINALFUNC = range_frame_union, MFINALFUNC_EXTRA,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE range_union_agg(anymultirange) IS
    'union of all inputs; memory follows the number of islands, not of rows';

CREATE AGGREGATE range_gaps_agg(value anyrange) (
    SFUNC = range_union_transition, STYPE = internal, SSPACE = 256,
    FINALFUNC = range_gaps_final, FINALFUNC_EXTRA,
    COMBINEFUNC = range_union_combine,
    SERIALFUNC = range_union_serialize, DESERIALFUNC = range_union_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE range_gaps_agg(anyrange) IS
    'what the inputs leave open between the first and the last of them';

CREATE AGGREGATE range_gaps_agg(value anyrange, within anyrange) (
    SFUNC = range_rest_transition, STYPE = internal, SSPACE = 256,
    FINALFUNC = range_rest_final, FINALFUNC_EXTRA,
    COMBINEFUNC = range_rest_combine,
    SERIALFUNC = range_rest_serialize, DESERIALFUNC = range_rest_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE range_gaps_agg(anyrange, anyrange) IS
    'what the inputs leave open of a range, which is the same in every row';

CREATE AGGREGATE range_length_agg(value int4range) (
    SFUNC = range_union_transition, STYPE = internal, SSPACE = 256,
    FINALFUNC = range_length_elements_final,
    COMBINEFUNC = range_union_combine,
    SERIALFUNC = range_union_serialize, DESERIALFUNC = range_union_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE range_length_agg(int4range) IS
    'length covered by the inputs, overlaps counted once; NULL where unbounded';

CREATE AGGREGATE range_length_agg(value int8range) (
    SFUNC = range_union_transition, STYPE = internal, SSPACE = 256,
    FINALFUNC = range_length_elements_final,
    COMBINEFUNC = range_union_combine,
    SERIALFUNC = range_union_serialize, DESERIALFUNC = range_union_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE range_length_agg(int8range) IS
    'length covered by the inputs, overlaps counted once; NULL where unbounded';

CREATE AGGREGATE range_length_agg(value daterange) (
    SFUNC = range_union_transition, STYPE = internal, SSPACE = 256,
    FINALFUNC = range_length_days_final,
    COMBINEFUNC = range_union_combine,
    SERIALFUNC = range_union_serialize, DESERIALFUNC = range_union_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE range_length_agg(daterange) IS
    'length covered by the inputs, overlaps counted once; NULL where unbounded';

CREATE AGGREGATE range_length_agg(value numrange) (
    SFUNC = range_union_transition, STYPE = internal, SSPACE = 256,
    FINALFUNC = range_length_numeric_final,
    COMBINEFUNC = range_union_combine,
    SERIALFUNC = range_union_serialize, DESERIALFUNC = range_union_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE range_length_agg(numrange) IS
    'length covered by the inputs, overlaps counted once; NULL where unbounded';

CREATE AGGREGATE range_length_agg(value tsrange) (
    SFUNC = range_union_transition, STYPE = internal, SSPACE = 256,
    FINALFUNC = range_length_time_final,
    COMBINEFUNC = range_union_combine,
    SERIALFUNC = range_union_serialize, DESERIALFUNC = range_union_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE range_length_agg(tsrange) IS
    'length covered by the inputs, overlaps counted once; NULL where unbounded';

CREATE AGGREGATE range_length_agg(value tstzrange) (
    SFUNC = range_union_transition, STYPE = internal, SSPACE = 256,
    FINALFUNC = range_length_time_final,
    COMBINEFUNC = range_union_combine,
    SERIALFUNC = range_union_serialize, DESERIALFUNC = range_union_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE range_length_agg(tstzrange) IS
    'length covered by the inputs, overlaps counted once; NULL where unbounded';

CREATE AGGREGATE range_length_agg(value anyrange) (
    SFUNC = range_union_transition, STYPE = internal, SSPACE = 256,
    FINALFUNC = range_length_float_final, FINALFUNC_EXTRA,
    COMBINEFUNC = range_union_combine,
    SERIALFUNC = range_union_serialize, DESERIALFUNC = range_union_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE range_length_agg(anyrange) IS
    'length covered by the inputs as subtype_diff has it, overlaps counted once; Infinity where unbounded';

CREATE AGGREGATE range_is_contiguous(value anyrange) (
    SFUNC = range_union_transition, STYPE = internal, SSPACE = 256,
    FINALFUNC = range_is_contiguous_final, FINALFUNC_EXTRA,
    COMBINEFUNC = range_union_combine,
    SERIALFUNC = range_union_serialize, DESERIALFUNC = range_union_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE range_is_contiguous(anyrange) IS
    'whether the inputs leave no gap between them';

CREATE AGGREGATE range_max_depth(value anyrange) (
    SFUNC = range_depth_transition, STYPE = internal, SSPACE = 512,
    FINALFUNC = range_max_depth_final, FINALFUNC_EXTRA,
    COMBINEFUNC = range_depth_combine,
    SERIALFUNC = range_depth_serialize, DESERIALFUNC = range_depth_deserialize,
    MSFUNC = range_frame_add, MINVFUNC = range_frame_remove, MSTYPE = internal, MSSPACE = 8192,
    MFINALFUNC = range_frame_max_depth,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE range_max_depth(anyrange) IS
    'largest number of inputs that share one point';

CREATE AGGREGATE range_max_depth_at(value anyrange) (
    SFUNC = range_depth_transition, STYPE = internal, SSPACE = 512,
    FINALFUNC = range_max_depth_at_final, FINALFUNC_EXTRA,
    COMBINEFUNC = range_depth_combine,
    SERIALFUNC = range_depth_serialize, DESERIALFUNC = range_depth_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE range_max_depth_at(anyrange) IS
    'lowest range on which the largest number of inputs overlap';

CREATE AGGREGATE range_has_overlap(value anyrange) (
    SFUNC = range_depth_transition, STYPE = internal, SSPACE = 512,
    FINALFUNC = range_has_overlap_final, FINALFUNC_EXTRA,
    COMBINEFUNC = range_depth_combine,
    SERIALFUNC = range_depth_serialize, DESERIALFUNC = range_depth_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE range_has_overlap(anyrange) IS
    'whether some two inputs share a point';

CREATE AGGREGATE range_max_load(value anyrange, weight smallint) (
    SFUNC = range_load_smallint_transition, STYPE = internal, SSPACE = 512,
    FINALFUNC = range_max_load_integer_final,
    COMBINEFUNC = range_load_integer_combine,
    SERIALFUNC = range_load_integer_serialize, DESERIALFUNC = range_load_integer_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE range_max_load(anyrange, smallint) IS
    'largest sum of the weights of inputs that share one point';

CREATE AGGREGATE range_max_load(value anyrange, weight integer) (
    SFUNC = range_load_integer_transition, STYPE = internal, SSPACE = 512,
    FINALFUNC = range_max_load_integer_final,
    COMBINEFUNC = range_load_integer_combine,
    SERIALFUNC = range_load_integer_serialize, DESERIALFUNC = range_load_integer_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE range_max_load(anyrange, integer) IS
    'largest sum of the weights of inputs that share one point';

CREATE AGGREGATE range_max_load(value anyrange, weight bigint) (
    SFUNC = range_load_bigint_transition, STYPE = internal, SSPACE = 512,
    FINALFUNC = range_max_load_integer_final,
    COMBINEFUNC = range_load_integer_combine,
    SERIALFUNC = range_load_integer_serialize, DESERIALFUNC = range_load_integer_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE range_max_load(anyrange, bigint) IS
    'largest sum of the weights of inputs that share one point';

CREATE AGGREGATE range_max_load(value anyrange, weight numeric) (
    SFUNC = range_load_numeric_transition, STYPE = internal, SSPACE = 512,
    FINALFUNC = range_max_load_numeric_final,
    COMBINEFUNC = range_load_numeric_combine,
    SERIALFUNC = range_load_numeric_serialize, DESERIALFUNC = range_load_numeric_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE range_max_load(anyrange, numeric) IS
    'largest sum of the weights of inputs that share one point';

CREATE AGGREGATE range_max_load(value anyrange, weight float8) (
    SFUNC = range_load_float_transition, STYPE = internal, SSPACE = 512,
    FINALFUNC = range_max_load_float_final,
    COMBINEFUNC = range_load_float_combine,
    SERIALFUNC = range_load_float_serialize, DESERIALFUNC = range_load_float_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE range_max_load(anyrange, float8) IS
    'largest sum of the weights of inputs that share one point';
