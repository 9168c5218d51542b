-- Functions of ranges and multiranges, and window functions over ranges.
--
-- Steps, deltas and gaps: one overload per built-in range type with its natural type, since many
-- drivers let the server infer parameter types, which it cannot do from "any"; the "any" form
-- serves all else. What adds an interval to timestamptz depends on the session's time zone and is
-- STABLE, as is the "any" form, whose operators are found in the catalogs.

-- Length, in the natural unit of the subtype.

CREATE FUNCTION range_length(value int4range)
    RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'range_length_elements';
COMMENT ON FUNCTION range_length(int4range) IS
    'length in elements; 0 for an empty range, NULL for an unbounded one';

CREATE FUNCTION range_length(value int4multirange)
    RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'multirange_length_elements';
COMMENT ON FUNCTION range_length(int4multirange) IS
    'total length in elements; 0 for an empty multirange, NULL for an unbounded one';

CREATE FUNCTION range_length(value int8range)
    RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'range_length_elements';
COMMENT ON FUNCTION range_length(int8range) IS
    'length in elements; 0 for an empty range, NULL for an unbounded one';

CREATE FUNCTION range_length(value int8multirange)
    RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'multirange_length_elements';
COMMENT ON FUNCTION range_length(int8multirange) IS
    'total length in elements; 0 for an empty multirange, NULL for an unbounded one';

CREATE FUNCTION range_length(value numrange)
    RETURNS numeric
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'range_length_numeric';
COMMENT ON FUNCTION range_length(numrange) IS
    'length in units of the subtype; 0 for an empty range, NULL for an unbounded one';

CREATE FUNCTION range_length(value nummultirange)
    RETURNS numeric
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'multirange_length_numeric';
COMMENT ON FUNCTION range_length(nummultirange) IS
    'total length in units of the subtype; 0 for an empty multirange, NULL for an unbounded one';

CREATE FUNCTION range_length(value daterange)
    RETURNS integer
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'range_length_days';
COMMENT ON FUNCTION range_length(daterange) IS
    'length in days; 0 for an empty range, NULL for an unbounded one';

CREATE FUNCTION range_length(value datemultirange)
    RETURNS integer
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'multirange_length_days';
COMMENT ON FUNCTION range_length(datemultirange) IS
    'total length in days; 0 for an empty multirange, NULL for an unbounded one';

CREATE FUNCTION range_length(value tsrange)
    RETURNS interval
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'range_length_time';
COMMENT ON FUNCTION range_length(tsrange) IS
    'length in days and time; 0 for an empty range, NULL for an unbounded one';

CREATE FUNCTION range_length(value tsmultirange)
    RETURNS interval
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'multirange_length_time';
COMMENT ON FUNCTION range_length(tsmultirange) IS
    'total length in days and time; 0 for an empty multirange, NULL for an unbounded one';

CREATE FUNCTION range_length(value tstzrange)
    RETURNS interval
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'range_length_time';
COMMENT ON FUNCTION range_length(tstzrange) IS
    'length in days and time; 0 for an empty range, NULL for an unbounded one';

CREATE FUNCTION range_length(value tstzmultirange)
    RETURNS interval
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'multirange_length_time';
COMMENT ON FUNCTION range_length(tstzmultirange) IS
    'total length in days and time; 0 for an empty multirange, NULL for an unbounded one';

CREATE FUNCTION range_length(value anyrange)
    RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'range_length_float';
COMMENT ON FUNCTION range_length(anyrange) IS
    'length as subtype_diff has it; 0 for an empty range, Infinity for an unbounded one';

CREATE FUNCTION range_length(value anymultirange)
    RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'multirange_length_float';
COMMENT ON FUNCTION range_length(anymultirange) IS
    'total length as subtype_diff has it; 0 for an empty multirange, Infinity for an unbounded one';

-- Differences.

CREATE FUNCTION range_gaps(value anymultirange)
    RETURNS anymultirange
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'multirange_gaps';
COMMENT ON FUNCTION range_gaps(anymultirange) IS
    'gaps between the ranges';

CREATE FUNCTION range_gaps(value anymultirange, within anyrange)
    RETURNS anymultirange
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'multirange_gaps_within';
COMMENT ON FUNCTION range_gaps(anymultirange, anyrange) IS
    'what the multirange leaves of a range';

CREATE FUNCTION range_subtract(value anyrange, other anyrange)
    RETURNS anymultirange
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_subtract(anyrange, anyrange) IS
    'points of the first range that are not in the second, in up to two parts';

CREATE FUNCTION range_symmetric_difference(value anymultirange, other anymultirange)
    RETURNS anymultirange
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_symmetric_difference(anymultirange, anymultirange) IS
    'points that are in exactly one of the two';

-- Pieces.

CREATE FUNCTION range_split(value anycompatiblerange, VARIADIC points anycompatiblearray)
    RETURNS SETOF anycompatiblerange
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_split(anycompatiblerange, VARIADIC anycompatiblearray) IS
    'the range cut at the given points; a point starts the upper part';

CREATE FUNCTION range_profile(ranges anyarray)
    RETURNS TABLE (span anyelement, depth bigint)
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_profile(anyarray) IS
    'how many of the ranges overlap where: the step function of depth, ascending';

CREATE FUNCTION multirange_count(value anymultirange)
    RETURNS integer
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION multirange_count(anymultirange) IS
    'number of ranges in the multirange';

CREATE FUNCTION multirange_nth(value anymultirange, n integer)
    RETURNS anyrange
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION multirange_nth(anymultirange, integer) IS
    'n-th range of the multirange from 1, from the end when negative; NULL outside';

-- Relations.

CREATE FUNCTION range_relation(value anyrange, other anyrange)
    RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_relation(anyrange, anyrange) IS
    'relation of two ranges in Allen''s interval algebra; NULL where one is empty';

-- Moved bounds.

CREATE FUNCTION range_shift(value int4range, delta integer)
    RETURNS int4range
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'range_shift';
COMMENT ON FUNCTION range_shift(int4range, integer) IS
    'both bounds moved by a delta; an unbounded side stays';

CREATE FUNCTION range_shift(value int8range, delta bigint)
    RETURNS int8range
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'range_shift';
COMMENT ON FUNCTION range_shift(int8range, bigint) IS
    'both bounds moved by a delta; an unbounded side stays';

CREATE FUNCTION range_shift(value numrange, delta numeric)
    RETURNS numrange
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'range_shift';
COMMENT ON FUNCTION range_shift(numrange, numeric) IS
    'both bounds moved by a delta; an unbounded side stays';

CREATE FUNCTION range_shift(value daterange, delta interval)
    RETURNS daterange
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'range_shift';
COMMENT ON FUNCTION range_shift(daterange, interval) IS
    'both bounds moved by a delta; an unbounded side stays';

CREATE FUNCTION range_shift(value tsrange, delta interval)
    RETURNS tsrange
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'range_shift';
COMMENT ON FUNCTION range_shift(tsrange, interval) IS
    'both bounds moved by a delta; an unbounded side stays';

CREATE FUNCTION range_shift(value tstzrange, delta interval)
    RETURNS tstzrange
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'range_shift';
COMMENT ON FUNCTION range_shift(tstzrange, interval) IS
    'both bounds moved by a delta; an unbounded side stays';

CREATE FUNCTION range_shift(value anyrange, delta "any")
    RETURNS anyrange
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'range_shift';
COMMENT ON FUNCTION range_shift(anyrange, "any") IS
    'both bounds moved by a delta; an unbounded side stays';

CREATE FUNCTION range_expand(value int4range, delta integer)
    RETURNS int4range
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'range_expand';
COMMENT ON FUNCTION range_expand(int4range, integer) IS
    'lower bound moved down and upper bound moved up by a delta';

CREATE FUNCTION range_expand(value int8range, delta bigint)
    RETURNS int8range
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'range_expand';
COMMENT ON FUNCTION range_expand(int8range, bigint) IS
    'lower bound moved down and upper bound moved up by a delta';

CREATE FUNCTION range_expand(value numrange, delta numeric)
    RETURNS numrange
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'range_expand';
COMMENT ON FUNCTION range_expand(numrange, numeric) IS
    'lower bound moved down and upper bound moved up by a delta';

CREATE FUNCTION range_expand(value daterange, delta interval)
    RETURNS daterange
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'range_expand';
COMMENT ON FUNCTION range_expand(daterange, interval) IS
    'lower bound moved down and upper bound moved up by a delta';

CREATE FUNCTION range_expand(value tsrange, delta interval)
    RETURNS tsrange
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'range_expand';
COMMENT ON FUNCTION range_expand(tsrange, interval) IS
    'lower bound moved down and upper bound moved up by a delta';

CREATE FUNCTION range_expand(value tstzrange, delta interval)
    RETURNS tstzrange
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'range_expand';
COMMENT ON FUNCTION range_expand(tstzrange, interval) IS
    'lower bound moved down and upper bound moved up by a delta';

CREATE FUNCTION range_expand(value anyrange, delta "any")
    RETURNS anyrange
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'range_expand';
COMMENT ON FUNCTION range_expand(anyrange, "any") IS
    'lower bound moved down and upper bound moved up by a delta';

CREATE FUNCTION range_expand(value int4range, below integer, above integer)
    RETURNS int4range
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'range_expand_sides';
COMMENT ON FUNCTION range_expand(int4range, integer, integer) IS
    'lower bound moved down by one delta and upper bound moved up by another';

CREATE FUNCTION range_expand(value int8range, below bigint, above bigint)
    RETURNS int8range
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'range_expand_sides';
COMMENT ON FUNCTION range_expand(int8range, bigint, bigint) IS
    'lower bound moved down by one delta and upper bound moved up by another';

CREATE FUNCTION range_expand(value numrange, below numeric, above numeric)
    RETURNS numrange
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'range_expand_sides';
COMMENT ON FUNCTION range_expand(numrange, numeric, numeric) IS
    'lower bound moved down by one delta and upper bound moved up by another';

CREATE FUNCTION range_expand(value daterange, below interval, above interval)
    RETURNS daterange
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'range_expand_sides';
COMMENT ON FUNCTION range_expand(daterange, interval, interval) IS
    'lower bound moved down by one delta and upper bound moved up by another';

CREATE FUNCTION range_expand(value tsrange, below interval, above interval)
    RETURNS tsrange
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'range_expand_sides';
COMMENT ON FUNCTION range_expand(tsrange, interval, interval) IS
    'lower bound moved down by one delta and upper bound moved up by another';

CREATE FUNCTION range_expand(value tstzrange, below interval, above interval)
    RETURNS tstzrange
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'range_expand_sides';
COMMENT ON FUNCTION range_expand(tstzrange, interval, interval) IS
    'lower bound moved down by one delta and upper bound moved up by another';

CREATE FUNCTION range_expand(value anyrange, below "any", above "any")
    RETURNS anyrange
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'range_expand_sides';
COMMENT ON FUNCTION range_expand(anyrange, "any", "any") IS
    'lower bound moved down by one delta and upper bound moved up by another';

-- Window functions. They need ORDER BY the range.

CREATE FUNCTION range_window_support(request internal)
    RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_window_support(internal) IS
    'planner support of range_island and range_session';

CREATE FUNCTION range_island(value anyrange)
    RETURNS bigint
    LANGUAGE c IMMUTABLE PARALLEL SAFE SUPPORT range_window_support WINDOW AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_island(anyrange) IS
    'number of the row''s island of overlapping or adjacent ranges, from 1';

CREATE FUNCTION range_island(value int4range, max_gap integer)
    RETURNS bigint
    LANGUAGE c IMMUTABLE PARALLEL SAFE SUPPORT range_window_support WINDOW AS 'MODULE_PATHNAME', 'range_island_gap';
COMMENT ON FUNCTION range_island(int4range, integer) IS
    'number of the row''s island, from 1, joining over gaps up to max_gap';

CREATE FUNCTION range_island(value int8range, max_gap bigint)
    RETURNS bigint
    LANGUAGE c IMMUTABLE PARALLEL SAFE SUPPORT range_window_support WINDOW AS 'MODULE_PATHNAME', 'range_island_gap';
COMMENT ON FUNCTION range_island(int8range, bigint) IS
    'number of the row''s island, from 1, joining over gaps up to max_gap';

CREATE FUNCTION range_island(value numrange, max_gap numeric)
    RETURNS bigint
    LANGUAGE c IMMUTABLE PARALLEL SAFE SUPPORT range_window_support WINDOW AS 'MODULE_PATHNAME', 'range_island_gap';
COMMENT ON FUNCTION range_island(numrange, numeric) IS
    'number of the row''s island, from 1, joining over gaps up to max_gap';

CREATE FUNCTION range_island(value daterange, max_gap integer)
    RETURNS bigint
    LANGUAGE c IMMUTABLE PARALLEL SAFE SUPPORT range_window_support WINDOW AS 'MODULE_PATHNAME', 'range_island_gap';
COMMENT ON FUNCTION range_island(daterange, integer) IS
    'number of the row''s island, from 1, joining over gaps up to max_gap';

CREATE FUNCTION range_island(value tsrange, max_gap interval)
    RETURNS bigint
    LANGUAGE c IMMUTABLE PARALLEL SAFE SUPPORT range_window_support WINDOW AS 'MODULE_PATHNAME', 'range_island_gap';
COMMENT ON FUNCTION range_island(tsrange, interval) IS
    'number of the row''s island, from 1, joining over gaps up to max_gap';

CREATE FUNCTION range_island(value tstzrange, max_gap interval)
    RETURNS bigint
    LANGUAGE c STABLE PARALLEL SAFE SUPPORT range_window_support WINDOW AS 'MODULE_PATHNAME', 'range_island_gap';
COMMENT ON FUNCTION range_island(tstzrange, interval) IS
    'number of the row''s island, from 1, joining over gaps up to max_gap';

CREATE FUNCTION range_island(value anyrange, max_gap "any")
    RETURNS bigint
    LANGUAGE c STABLE PARALLEL SAFE SUPPORT range_window_support WINDOW AS 'MODULE_PATHNAME', 'range_island_gap';
COMMENT ON FUNCTION range_island(anyrange, "any") IS
    'number of the row''s island, from 1, joining over gaps up to max_gap';

CREATE FUNCTION range_session(value anyrange)
    RETURNS anyrange
    LANGUAGE c IMMUTABLE PARALLEL SAFE SUPPORT range_window_support WINDOW AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION range_session(anyrange) IS
    'hull of the row''s island of overlapping or adjacent ranges';

CREATE FUNCTION range_session(value int4range, max_gap integer)
    RETURNS int4range
    LANGUAGE c IMMUTABLE PARALLEL SAFE SUPPORT range_window_support WINDOW AS 'MODULE_PATHNAME', 'range_session_gap';
COMMENT ON FUNCTION range_session(int4range, integer) IS
    'hull of the row''s island, joining over gaps up to max_gap';

CREATE FUNCTION range_session(value int8range, max_gap bigint)
    RETURNS int8range
    LANGUAGE c IMMUTABLE PARALLEL SAFE SUPPORT range_window_support WINDOW AS 'MODULE_PATHNAME', 'range_session_gap';
COMMENT ON FUNCTION range_session(int8range, bigint) IS
    'hull of the row''s island, joining over gaps up to max_gap';

CREATE FUNCTION range_session(value numrange, max_gap numeric)
    RETURNS numrange
    LANGUAGE c IMMUTABLE PARALLEL SAFE SUPPORT range_window_support WINDOW AS 'MODULE_PATHNAME', 'range_session_gap';
COMMENT ON FUNCTION range_session(numrange, numeric) IS
    'hull of the row''s island, joining over gaps up to max_gap';

CREATE FUNCTION range_session(value daterange, max_gap integer)
    RETURNS daterange
    LANGUAGE c IMMUTABLE PARALLEL SAFE SUPPORT range_window_support WINDOW AS 'MODULE_PATHNAME', 'range_session_gap';
COMMENT ON FUNCTION range_session(daterange, integer) IS
    'hull of the row''s island, joining over gaps up to max_gap';

CREATE FUNCTION range_session(value tsrange, max_gap interval)
    RETURNS tsrange
    LANGUAGE c IMMUTABLE PARALLEL SAFE SUPPORT range_window_support WINDOW AS 'MODULE_PATHNAME', 'range_session_gap';
COMMENT ON FUNCTION range_session(tsrange, interval) IS
    'hull of the row''s island, joining over gaps up to max_gap';

CREATE FUNCTION range_session(value tstzrange, max_gap interval)
    RETURNS tstzrange
    LANGUAGE c STABLE PARALLEL SAFE SUPPORT range_window_support WINDOW AS 'MODULE_PATHNAME', 'range_session_gap';
COMMENT ON FUNCTION range_session(tstzrange, interval) IS
    'hull of the row''s island, joining over gaps up to max_gap';

CREATE FUNCTION range_session(value anyrange, max_gap "any")
    RETURNS anyrange
    LANGUAGE c STABLE PARALLEL SAFE SUPPORT range_window_support WINDOW AS 'MODULE_PATHNAME', 'range_session_gap';
COMMENT ON FUNCTION range_session(anyrange, "any") IS
    'hull of the row''s island, joining over gaps up to max_gap';
