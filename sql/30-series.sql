-- Series over ranges: their elements, and their pieces.
--
-- One overload per built-in range type with its natural step, as for moved bounds.

CREATE FUNCTION range_series_support(request internal)
    RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_series_support(internal) IS
    'planner support of generate_series over ranges';

CREATE FUNCTION range_pieces_support(request internal)
    RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_pieces_support(internal) IS
    'planner support of generate_range_series';

-- Elements.

CREATE FUNCTION generate_series(value anyrange)
    RETURNS SETOF anyelement
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE SUPPORT range_series_support AS 'MODULE_PATHNAME', 'range_elements';
COMMENT ON FUNCTION generate_series(anyrange) IS
    'every element of a discrete range';

CREATE FUNCTION generate_series(value int4range, step integer)
    RETURNS SETOF integer
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE SUPPORT range_series_support AS 'MODULE_PATHNAME', 'range_series';
COMMENT ON FUNCTION generate_series(int4range, integer) IS
    'terms lower + k * step that lie in the range; a negative step counts down from the upper bound';

CREATE FUNCTION generate_series(value int8range, step bigint)
    RETURNS SETOF bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE SUPPORT range_series_support AS 'MODULE_PATHNAME', 'range_series';
COMMENT ON FUNCTION generate_series(int8range, bigint) IS
    'terms lower + k * step that lie in the range; a negative step counts down from the upper bound';

CREATE FUNCTION generate_series(value numrange, step numeric)
    RETURNS SETOF numeric
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE SUPPORT range_series_support AS 'MODULE_PATHNAME', 'range_series';
COMMENT ON FUNCTION generate_series(numrange, numeric) IS
    'terms lower + k * step that lie in the range; a negative step counts down from the upper bound';

CREATE FUNCTION generate_series(value daterange, step interval)
    RETURNS SETOF date
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE SUPPORT range_series_support AS 'MODULE_PATHNAME', 'range_series';
COMMENT ON FUNCTION generate_series(daterange, interval) IS
    'terms lower + k * step that lie in the range; a negative step counts down from the upper bound';

CREATE FUNCTION generate_series(value tsrange, step interval)
    RETURNS SETOF timestamp
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE SUPPORT range_series_support AS 'MODULE_PATHNAME', 'range_series';
COMMENT ON FUNCTION generate_series(tsrange, interval) IS
    'terms lower + k * step that lie in the range; a negative step counts down from the upper bound';

CREATE FUNCTION generate_series(value tstzrange, step interval)
    RETURNS SETOF timestamptz
    LANGUAGE c STABLE STRICT PARALLEL SAFE SUPPORT range_series_support AS 'MODULE_PATHNAME', 'range_series';
COMMENT ON FUNCTION generate_series(tstzrange, interval) IS
    'terms lower + k * step that lie in the range; a negative step counts down from the upper bound';

CREATE FUNCTION generate_series(value anyrange, step "any")
    RETURNS SETOF anyelement
    LANGUAGE c STABLE STRICT PARALLEL SAFE SUPPORT range_series_support AS 'MODULE_PATHNAME', 'range_series';
COMMENT ON FUNCTION generate_series(anyrange, "any") IS
    'terms lower + k * step that lie in the range; a negative step counts down from the upper bound';

CREATE FUNCTION generate_series(value tstzrange, step interval, timezone text)
    RETURNS SETOF timestamptz
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE SUPPORT range_series_support AS 'MODULE_PATHNAME', 'range_series_at_zone';
COMMENT ON FUNCTION generate_series(tstzrange, interval, text) IS
    'terms lower + k * step that lie in the range, in the civil time of a zone';

-- Pieces.

CREATE FUNCTION generate_range_series(value int4range, step integer)
    RETURNS SETOF int4range
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE SUPPORT range_pieces_support AS 'MODULE_PATHNAME', 'range_pieces';
COMMENT ON FUNCTION generate_range_series(int4range, integer) IS
    'pieces of the range, each a step long, that tile it';

CREATE FUNCTION generate_range_series(value int8range, step bigint)
    RETURNS SETOF int8range
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE SUPPORT range_pieces_support AS 'MODULE_PATHNAME', 'range_pieces';
COMMENT ON FUNCTION generate_range_series(int8range, bigint) IS
    'pieces of the range, each a step long, that tile it';

CREATE FUNCTION generate_range_series(value numrange, step numeric)
    RETURNS SETOF numrange
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE SUPPORT range_pieces_support AS 'MODULE_PATHNAME', 'range_pieces';
COMMENT ON FUNCTION generate_range_series(numrange, numeric) IS
    'pieces of the range, each a step long, that tile it';

CREATE FUNCTION generate_range_series(value daterange, step interval)
    RETURNS SETOF daterange
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE SUPPORT range_pieces_support AS 'MODULE_PATHNAME', 'range_pieces';
COMMENT ON FUNCTION generate_range_series(daterange, interval) IS
    'pieces of the range, each a step long, that tile it';

CREATE FUNCTION generate_range_series(value tsrange, step interval)
    RETURNS SETOF tsrange
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE SUPPORT range_pieces_support AS 'MODULE_PATHNAME', 'range_pieces';
COMMENT ON FUNCTION generate_range_series(tsrange, interval) IS
    'pieces of the range, each a step long, that tile it';

CREATE FUNCTION generate_range_series(value tstzrange, step interval)
    RETURNS SETOF tstzrange
    LANGUAGE c STABLE STRICT PARALLEL SAFE SUPPORT range_pieces_support AS 'MODULE_PATHNAME', 'range_pieces';
COMMENT ON FUNCTION generate_range_series(tstzrange, interval) IS
    'pieces of the range, each a step long, that tile it';

CREATE FUNCTION generate_range_series(value anyrange, step "any")
    RETURNS SETOF anyrange
    LANGUAGE c STABLE STRICT PARALLEL SAFE SUPPORT range_pieces_support AS 'MODULE_PATHNAME', 'range_pieces';
COMMENT ON FUNCTION generate_range_series(anyrange, "any") IS
    'pieces of the range, each a step long, that tile it';

CREATE FUNCTION generate_range_series(value int4range, step integer, span integer)
    RETURNS SETOF int4range
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE SUPPORT range_pieces_support AS 'MODULE_PATHNAME', 'range_pieces_span';
COMMENT ON FUNCTION generate_range_series(int4range, integer, integer) IS
    'windows of the range, each as long as span, a step apart, cut at its end';

CREATE FUNCTION generate_range_series(value int8range, step bigint, span bigint)
    RETURNS SETOF int8range
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE SUPPORT range_pieces_support AS 'MODULE_PATHNAME', 'range_pieces_span';
COMMENT ON FUNCTION generate_range_series(int8range, bigint, bigint) IS
    'windows of the range, each as long as span, a step apart, cut at its end';

CREATE FUNCTION generate_range_series(value numrange, step numeric, span numeric)
    RETURNS SETOF numrange
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE SUPPORT range_pieces_support AS 'MODULE_PATHNAME', 'range_pieces_span';
COMMENT ON FUNCTION generate_range_series(numrange, numeric, numeric) IS
    'windows of the range, each as long as span, a step apart, cut at its end';

CREATE FUNCTION generate_range_series(value daterange, step interval, span interval)
    RETURNS SETOF daterange
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE SUPPORT range_pieces_support AS 'MODULE_PATHNAME', 'range_pieces_span';
COMMENT ON FUNCTION generate_range_series(daterange, interval, interval) IS
    'windows of the range, each as long as span, a step apart, cut at its end';

CREATE FUNCTION generate_range_series(value tsrange, step interval, span interval)
    RETURNS SETOF tsrange
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE SUPPORT range_pieces_support AS 'MODULE_PATHNAME', 'range_pieces_span';
COMMENT ON FUNCTION generate_range_series(tsrange, interval, interval) IS
    'windows of the range, each as long as span, a step apart, cut at its end';

CREATE FUNCTION generate_range_series(value tstzrange, step interval, span interval)
    RETURNS SETOF tstzrange
    LANGUAGE c STABLE STRICT PARALLEL SAFE SUPPORT range_pieces_support AS 'MODULE_PATHNAME', 'range_pieces_span';
COMMENT ON FUNCTION generate_range_series(tstzrange, interval, interval) IS
    'windows of the range, each as long as span, a step apart, cut at its end';

CREATE FUNCTION generate_range_series(value anyrange, step "any", span "any")
    RETURNS SETOF anyrange
    LANGUAGE c STABLE STRICT PARALLEL SAFE SUPPORT range_pieces_support AS 'MODULE_PATHNAME', 'range_pieces_span';
COMMENT ON FUNCTION generate_range_series(anyrange, "any", "any") IS
    'windows of the range, each as long as span, a step apart, cut at its end';

CREATE FUNCTION generate_range_series(value int4range, step integer, span integer, partial text)
    RETURNS SETOF int4range
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE SUPPORT range_pieces_support AS 'MODULE_PATHNAME', 'range_pieces_partial';
COMMENT ON FUNCTION generate_range_series(int4range, integer, integer, text) IS
    'windows of the range; partial says what becomes of those that go beyond it: clip, drop or keep';

CREATE FUNCTION generate_range_series(value int8range, step bigint, span bigint, partial text)
    RETURNS SETOF int8range
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE SUPPORT range_pieces_support AS 'MODULE_PATHNAME', 'range_pieces_partial';
COMMENT ON FUNCTION generate_range_series(int8range, bigint, bigint, text) IS
    'windows of the range; partial says what becomes of those that go beyond it: clip, drop or keep';

CREATE FUNCTION generate_range_series(value numrange, step numeric, span numeric, partial text)
    RETURNS SETOF numrange
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE SUPPORT range_pieces_support AS 'MODULE_PATHNAME', 'range_pieces_partial';
COMMENT ON FUNCTION generate_range_series(numrange, numeric, numeric, text) IS
    'windows of the range; partial says what becomes of those that go beyond it: clip, drop or keep';

CREATE FUNCTION generate_range_series(value daterange, step interval, span interval, partial text)
    RETURNS SETOF daterange
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE SUPPORT range_pieces_support AS 'MODULE_PATHNAME', 'range_pieces_partial';
COMMENT ON FUNCTION generate_range_series(daterange, interval, interval, text) IS
    'windows of the range; partial says what becomes of those that go beyond it: clip, drop or keep';

CREATE FUNCTION generate_range_series(value tsrange, step interval, span interval, partial text)
    RETURNS SETOF tsrange
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE SUPPORT range_pieces_support AS 'MODULE_PATHNAME', 'range_pieces_partial';
COMMENT ON FUNCTION generate_range_series(tsrange, interval, interval, text) IS
    'windows of the range; partial says what becomes of those that go beyond it: clip, drop or keep';

CREATE FUNCTION generate_range_series(value tstzrange, step interval, span interval, partial text)
    RETURNS SETOF tstzrange
    LANGUAGE c STABLE STRICT PARALLEL SAFE SUPPORT range_pieces_support AS 'MODULE_PATHNAME', 'range_pieces_partial';
COMMENT ON FUNCTION generate_range_series(tstzrange, interval, interval, text) IS
    'windows of the range; partial says what becomes of those that go beyond it: clip, drop or keep';

CREATE FUNCTION generate_range_series(value anyrange, step "any", span "any", partial text)
    RETURNS SETOF anyrange
    LANGUAGE c STABLE STRICT PARALLEL SAFE SUPPORT range_pieces_support AS 'MODULE_PATHNAME', 'range_pieces_partial';
COMMENT ON FUNCTION generate_range_series(anyrange, "any", "any", text) IS
    'windows of the range; partial says what becomes of those that go beyond it: clip, drop or keep';

CREATE FUNCTION generate_range_series(value tstzrange, step interval, span interval, partial text, timezone text)
    RETURNS SETOF tstzrange
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE SUPPORT range_pieces_support AS 'MODULE_PATHNAME', 'range_pieces_at_zone';
COMMENT ON FUNCTION generate_range_series(tstzrange, interval, interval, text, text) IS
    'windows of the range, in the civil time of a zone';
