-- The extension in every place where it can be put. Each part uses a database of its own or cleans
-- up behind itself.
SELECT current_database() AS regression \gset
CREATE DATABASE rangerank_install TEMPLATE template0;
\connect rangerank_install
SET client_min_messages = warning;

-- In a schema of its own, with a search path in which everything is hidden by something else.
CREATE SCHEMA hostile;
CREATE FUNCTION hostile.range_merge(anyrange, anyrange) RETURNS anyrange LANGUAGE sql AS 'SELECT NULL';
CREATE FUNCTION hostile.range_hull_transition(internal, anyrange) RETURNS internal LANGUAGE internal AS 'range_agg_transfn';
CREATE FUNCTION hostile.range_union_final(internal, anyrange) RETURNS anymultirange LANGUAGE internal AS 'range_agg_finalfn';
CREATE FUNCTION hostile.equal(int4, int4) RETURNS bool LANGUAGE sql AS 'SELECT false';
CREATE OPERATOR hostile.= (FUNCTION = hostile.equal, LEFTARG = int4, RIGHTARG = int4);
CREATE DOMAIN hostile.anyrange AS text;
CREATE DOMAIN hostile.internal AS text;
CREATE DOMAIN hostile.bytea AS text;
SET search_path = hostile, pg_catalog;
CREATE SCHEMA ranges;
CREATE EXTENSION rangerank SCHEMA ranges;
SET search_path = '';
SELECT ranges.range_merge(r), ranges.range_union_agg(r), ranges.range_merge_agg(r)
FROM (VALUES ('[5,9)'::int4range), ('[1,2)')) AS v (r);
SELECT ranges.range_union_agg(r) OVER (ORDER BY r ROWS 1 PRECEDING)
FROM (VALUES ('[5,9)'::int4range), ('[1,2)'), ('[9,10)')) AS v (r);

-- Moved to another schema, with a view on it.
CREATE SCHEMA other;
CREATE TABLE other.booking AS SELECT int4range(i, i + 2) AS during FROM generate_series(1, 10, 3) AS i;
CREATE VIEW other.busy AS SELECT ranges.range_union_agg(during) FROM other.booking;
ALTER EXTENSION rangerank SET SCHEMA other;
SELECT * FROM other.busy;
SELECT other.range_merge(during) FROM other.booking;
SELECT pg_catalog.pg_get_viewdef('other.busy'::regclass) LIKE '%other.range_union_agg%' AS follows;

SELECT '10.0.0.0/8'::pg_catalog.cidr::other.inetrange OPERATOR(other.>>=) '10.1.2.3' AS contains, other.inetrange_text('10.0.0.1-10.0.0.9'::pg_catalog.text::other.inetrange), '[10.0.0.1,::1]'::pg_catalog.text::other.inetrange AS range_form;

-- Dropped and created again in one session, functions called between.
SET search_path = public;
DROP EXTENSION rangerank CASCADE;
SELECT count(*) AS left_behind FROM pg_proc WHERE proname IN ('range_union_agg', 'range_union_final') AND pronamespace <> 'hostile'::regnamespace;
CREATE EXTENSION rangerank;
CREATE TYPE span AS RANGE (subtype = float8);
SELECT range_union_agg(r) FROM (VALUES (span(1, 2)), (span(2, 3))) AS v (r);
DROP EXTENSION rangerank;
DROP TYPE span;
CREATE EXTENSION rangerank;
CREATE TYPE span AS RANGE (subtype = text);
SELECT range_union_agg(r) FROM (VALUES (span('1', '2')), (span('2', '3'))) AS v (r);
-- A prepared statement survives both.
PREPARE again AS SELECT range_union_agg(int4range(i, i + 1)) FROM generate_series(1, 3) AS i;
EXECUTE again;
DROP EXTENSION rangerank;
CREATE EXTENSION rangerank;
EXECUTE again;
DROP EXTENSION rangerank;

-- The aggregate that the Python package django-range-merge creates is in the way.
CREATE AGGREGATE range_merge(anyrange) (SFUNC = range_merge, STYPE = anyrange);
\set VERBOSITY terse
CREATE EXTENSION rangerank;
\set VERBOSITY default
DROP AGGREGATE range_merge(anyrange);
CREATE EXTENSION rangerank;
SELECT range_merge(r) FROM (VALUES ('[5,9)'::int4range), ('[1,2)')) AS v (r);
DROP EXTENSION rangerank;
-- In another schema it is not.
CREATE SCHEMA django;
CREATE AGGREGATE django.range_merge(anyrange) (SFUNC = range_merge, STYPE = anyrange);
CREATE EXTENSION rangerank;
SELECT django.range_merge(r), public.range_merge(r) FROM (VALUES ('[5,9)'::int4range), ('[1,2)')) AS v (r);
DROP EXTENSION rangerank;

-- Trusted: the owner of a database needs no superuser.
CREATE ROLE regress_rangerank_owner;
ALTER DATABASE rangerank_install OWNER TO regress_rangerank_owner;
CREATE ROLE regress_rangerank_guest;
SET ROLE regress_rangerank_guest;
\set VERBOSITY sqlstate
CREATE EXTENSION rangerank;
\set VERBOSITY default
SET ROLE regress_rangerank_owner;
CREATE EXTENSION rangerank;
-- Others may call it.
SET ROLE regress_rangerank_guest;
SELECT range_union_agg(r), range_merge(r) FROM (VALUES ('[5,9)'::int4range), ('[1,2)')) AS v (r);
SET ROLE regress_rangerank_owner;
DROP EXTENSION rangerank;
RESET ROLE;

\connect :regression
DROP DATABASE rangerank_install;
DROP ROLE regress_rangerank_owner, regress_rangerank_guest;
