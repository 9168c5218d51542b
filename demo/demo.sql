-- What `make demo` shows. It needs the extension in the database and the project's
-- top directory as psql's current directory:
--     psql -d some_database -f demo/demo.sql
\set ON_ERROR_STOP on
\pset footer off
SET timezone = 'UTC';
SET client_min_messages = warning;

DROP SCHEMA IF EXISTS demo CASCADE;
CREATE SCHEMA demo;
SET search_path = demo, public;

CREATE TABLE trading_sessions (
    exchange text NOT NULL,
    region   text NOT NULL,
    session  tstzrange NOT NULL
);
CREATE TABLE networks_by_country (
    first   inet NOT NULL,
    last    inet NOT NULL,
    country text NOT NULL
);
\copy trading_sessions FROM 'demo/data/trading_sessions.csv' WITH (FORMAT csv, HEADER)
\copy networks_by_country FROM 'demo/data/networks_by_country.csv' WITH (FORMAT csv, HEADER)
VACUUM ANALYZE trading_sessions, networks_by_country;

\echo 'The data: opening hours of stock exchanges, three years of them'
SELECT region,
       count(DISTINCT exchange) AS exchanges,
       count(*) AS sessions
FROM trading_sessions
GROUP BY region
ORDER BY region;

\echo 'The whole time the data covers: range_merge_agg(session), the smallest range around all'
SELECT region, range_merge_agg(session) AS covered
FROM trading_sessions
GROUP BY region
ORDER BY region;

\echo 'When was at least one exchange open? range_union_agg(session) merges what overlaps or touches'
SELECT region,
       count(*) AS busy_periods,
       max(upper(busy) - lower(busy)) AS longest,
       sum(upper(busy) - lower(busy)) AS open_in_all
FROM (
    SELECT region, unnest(range_union_agg(session)) AS busy
    FROM trading_sessions
    GROUP BY region
) AS periods
GROUP BY region
ORDER BY region;

\echo 'One week in the Americas: the busy periods around New Year 2025'
SELECT to_char(lower(busy), 'Dy DD Mon YYYY') AS day,
       to_char(lower(busy), 'HH24:MI') AS first_opens,
       to_char(upper(busy), 'HH24:MI') AS last_closes,
       upper(busy) - lower(busy) AS open
FROM (
    SELECT unnest(range_union_agg(session)) AS busy
    FROM trading_sessions
    WHERE region = 'Americas' AND session && tstzrange('2024-12-30', '2025-01-06')
) AS week
ORDER BY busy;

\echo 'The same answer from core: is range_union_agg equal to range_agg, region by region?'
SELECT clock_timestamp() AS started \gset
CREATE TEMPORARY TABLE by_rangerank AS
SELECT region, range_union_agg(session) AS merged FROM trading_sessions GROUP BY region;
SELECT clock_timestamp() AS between \gset
CREATE TEMPORARY TABLE by_core AS
SELECT region, range_agg(session) AS merged FROM trading_sessions GROUP BY region;
SELECT clock_timestamp() AS ended \gset

SELECT region, by_rangerank.merged = by_core.merged AS equal
FROM by_rangerank FULL JOIN by_core USING (region)
ORDER BY region;

\echo 'What one run of each took on this machine (make bench measures properly)'
SELECT name AS aggregate,
       round((extract(epoch FROM taken) * 1000)::numeric, 1) AS milliseconds
FROM (VALUES ('range_union_agg', timestamptz :'between' - timestamptz :'started'),
             ('range_agg (core)', timestamptz :'ended' - timestamptz :'between'))
     AS runs (name, taken);

\echo 'Also loaded, to play with: networks_by_country'
SELECT family(first) AS ip_version,
       count(*) AS networks,
       count(DISTINCT country) AS countries
FROM networks_by_country
GROUP BY ip_version
ORDER BY ip_version;
