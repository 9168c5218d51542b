-- Scores of different kinds brought together.

CREATE FUNCTION rrf_score(rank bigint, k integer DEFAULT 60, weight float8 DEFAULT 1)
    RETURNS float8
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION rrf_score(bigint, integer, float8) IS
    'what one list gives to a document in reciprocal rank fusion: weight / (k + rank), 0 without a rank';

CREATE FUNCTION minmax_score(score float8, lowest float8, highest float8)
    RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION minmax_score(float8, float8, float8) IS
    'a score scaled to 0 (lowest) to 1 (highest)';

CREATE FUNCTION decay_score(age interval, half_life interval)
    RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION decay_score(interval, interval) IS
    '1 for what is new, 0.5 after a half-life, 0.25 after two';

-- Reciprocal rank fusion as an aggregate. State: the exact sum, which a frame may also leave.

CREATE FUNCTION rrf_transition(state internal, rank bigint)
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION rrf_transition(internal, bigint) IS 'transition function of rrf_agg';

CREATE FUNCTION rrf_transition(state internal, rank bigint, k integer)
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION rrf_transition(internal, bigint, integer) IS 'transition function of rrf_agg';

CREATE FUNCTION rrf_transition(state internal, rank bigint, k integer, weight float8)
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION rrf_transition(internal, bigint, integer, float8) IS 'transition function of rrf_agg';

CREATE FUNCTION rrf_inverse(state internal, rank bigint)
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION rrf_inverse(internal, bigint) IS 'inverse transition function of rrf_agg';

CREATE FUNCTION rrf_inverse(state internal, rank bigint, k integer)
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION rrf_inverse(internal, bigint, integer) IS 'inverse transition function of rrf_agg';

CREATE FUNCTION rrf_inverse(state internal, rank bigint, k integer, weight float8)
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION rrf_inverse(internal, bigint, integer, float8) IS 'inverse transition function of rrf_agg';

CREATE FUNCTION rrf_combine(state internal, other internal)
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION rrf_combine(internal, internal) IS 'combine function of rrf_agg';

CREATE FUNCTION rrf_serialize(state internal)
    RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION rrf_serialize(internal) IS 'serialize function of rrf_agg';

CREATE FUNCTION rrf_deserialize(state bytea, dummy internal)
    RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION rrf_deserialize(bytea, internal) IS 'deserialize function of rrf_agg';

CREATE FUNCTION rrf_final(state internal)
    RETURNS float8
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION rrf_final(internal) IS 'final function of rrf_agg';

CREATE AGGREGATE rrf_agg(rank bigint) (
    SFUNC = rrf_transition, STYPE = internal, SSPACE = 128,
    FINALFUNC = rrf_final,
    COMBINEFUNC = rrf_combine,
    SERIALFUNC = rrf_serialize, DESERIALFUNC = rrf_deserialize,
    MSFUNC = rrf_transition, MINVFUNC = rrf_inverse, MSTYPE = internal, MSSPACE = 128,
    MFINALFUNC = rrf_final,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE rrf_agg(bigint) IS
    'ranks of a document in several lists brought together: the sum of 1 / (60 + rank)';

CREATE AGGREGATE rrf_agg(rank bigint, k integer) (
    SFUNC = rrf_transition, STYPE = internal, SSPACE = 128,
    FINALFUNC = rrf_final,
    COMBINEFUNC = rrf_combine,
    SERIALFUNC = rrf_serialize, DESERIALFUNC = rrf_deserialize,
    MSFUNC = rrf_transition, MINVFUNC = rrf_inverse, MSTYPE = internal, MSSPACE = 128,
    MFINALFUNC = rrf_final,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE rrf_agg(bigint, integer) IS
    'ranks of a document in several lists brought together: the sum of 1 / (k + rank)';

CREATE AGGREGATE rrf_agg(rank bigint, k integer, weight float8) (
    SFUNC = rrf_transition, STYPE = internal, SSPACE = 128,
    FINALFUNC = rrf_final,
    COMBINEFUNC = rrf_combine,
    SERIALFUNC = rrf_serialize, DESERIALFUNC = rrf_deserialize,
    MSFUNC = rrf_transition, MINVFUNC = rrf_inverse, MSTYPE = internal, MSSPACE = 128,
    MFINALFUNC = rrf_final,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE rrf_agg(bigint, integer, float8) IS
    'ranks of a document in several lists brought together: the sum of weight / (k + rank)';
