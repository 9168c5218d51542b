-- Covers, merged networks, subnets, distances and texts, against what Python's ipaddress says: the table
-- of tests/inetrange, which says how it was made. Addresses are compared as inet, not as text.
CREATE SCHEMA inetrange_expected;
SET search_path = inetrange_expected, public;
\getenv abs_srcdir PG_ABS_SRCDIR
\set table :abs_srcdir '/../inetrange/expected.sql'
\set ECHO none
\i :table
\set ECHO all
SELECT what, count(*) AS rows, count(*) FILTER (WHERE answer = '{}') AS empty FROM expected GROUP BY what ORDER BY what;

CREATE FUNCTION found(of expected) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    span inetrange := CASE WHEN of.what IN ('cover', 'exact', 'subnets') THEN inetrange(of.asked[1]::inet, of.asked[2]::inet, '[]') END;
BEGIN
    RETURN CASE of.what
        WHEN 'cover' THEN ARRAY(SELECT inetrange_cidrs(span))
        WHEN 'exact' THEN CASE WHEN inetrange_is_cidr(span) THEN ARRAY[inetrange_cidr(span)] ELSE '{}' END
        WHEN 'subnets' THEN ARRAY(SELECT inetrange_subnets(span, of.asked[3]::int))
        WHEN 'merge' THEN coalesce((SELECT cidr_merge_agg(a::inet) FROM unnest(of.asked) AS a), '{}')
        ELSE (SELECT ARRAY[lower(r), upper(r)] FROM inetrange(of.asked[1]) AS r)
        END;
EXCEPTION WHEN invalid_text_representation THEN
    RETURN '{}';
END $$;
SELECT n, what, asked, answer, found(e) FROM expected AS e
WHERE what <> 'distance' AND found(e)::inet[] IS DISTINCT FROM answer::inet[] ORDER BY n;

-- Distances: there, and back by their opposite.
SELECT n, asked, answer, inet_diff(a, b) FROM expected, LATERAL (SELECT asked[1]::inet AS a, asked[2]::inet AS b) AS v
WHERE what = 'distance' AND (inet_diff(a, b), inet_diff(b, a), inet_add(b, inet_diff(a, b)), inet_add(a, -inet_diff(a, b)))
    IS DISTINCT FROM (answer[1]::numeric, -answer[1]::numeric, a, b) ORDER BY n;

-- What else follows: a cover and its merged networks are the range, as a multirange too; the shortest
-- text reads back.
SELECT n, asked FROM expected, inetrange(asked[1]::inet, asked[2]::inet, '[]') AS r
WHERE what = 'cover' AND (
    (SELECT range_agg(c::inetrange) FROM inetrange_cidrs(r) AS c) IS DISTINCT FROM inetmultirange(r)
    OR (SELECT cidr_merge_agg(c) FROM inetrange_cidrs(r) AS c) IS DISTINCT FROM answer::cidr[]
    OR ARRAY(SELECT inetrange_cidrs(inetmultirange(r))) IS DISTINCT FROM answer::cidr[]
    OR inetrange(inetrange_text(r)) IS DISTINCT FROM r
    OR (inetrange_text(r) LIKE '%/%') IS DISTINCT FROM (inetrange_is_cidr(r) AND lower(r) <> upper(r)))
ORDER BY n;
SELECT n, asked FROM expected
WHERE what = 'merge' AND asked <> '{}' AND (
    SELECT ARRAY(SELECT inetrange_cidrs(range_agg(a::inet::inetrange))) FROM unnest(asked) AS a) IS DISTINCT FROM answer::cidr[]
ORDER BY n;

SET client_min_messages = warning;
DROP SCHEMA inetrange_expected CASCADE;
