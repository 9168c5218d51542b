-- Ranked text search over core's tsvector and tsquery: queries, and their scores.

-- Queries. Without a configuration there is one form only: with two texts, the first one is that. They cost
-- what core's functions of that kind cost, so that a plan does not filter rows where it has an index.

CREATE FUNCTION search_query(query text)
    RETURNS tsquery
    LANGUAGE c STABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'search_query_current';
COMMENT ON FUNCTION search_query(text) IS
    'query for whatever a person types, by default_text_search_config';

CREATE FUNCTION search_query(config regconfig, query text, match text DEFAULT 'any')
    RETURNS tsquery
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'search_query_by_oid';
COMMENT ON FUNCTION search_query(regconfig, text, text) IS
    'query for whatever a person types; match: any, all, or prefix';

CREATE FUNCTION search_query(config text, query text, match text DEFAULT 'any')
    RETURNS tsquery
    LANGUAGE c STABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'search_query_by_name';
COMMENT ON FUNCTION search_query(text, text, text) IS
    'query for whatever a person types; match: any, all, or prefix';

CREATE FUNCTION search_query(config regconfig, query text, match text, stats regclass)
    RETURNS tsquery
    LANGUAGE c STABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'search_query_by_oid_stats';
COMMENT ON FUNCTION search_query(regconfig, text, text, regclass) IS
    'query for whatever a person types, with typos and prefixes as the words of a corpus have them';

CREATE FUNCTION search_query(config text, query text, match text, stats regclass)
    RETURNS tsquery
    LANGUAGE c STABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'search_query_by_name_stats';
COMMENT ON FUNCTION search_query(text, text, text, regclass) IS
    'query for whatever a person types, with typos and prefixes as the words of a corpus have them';

-- A query with its numbers.

CREATE TYPE bm25query;

CREATE FUNCTION bm25query_in(cstring)
    RETURNS bm25query
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION bm25query_in(cstring) IS 'I/O';

CREATE FUNCTION bm25query_out(bm25query)
    RETURNS cstring
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION bm25query_out(bm25query) IS 'I/O';

CREATE FUNCTION bm25query_recv(internal)
    RETURNS bm25query
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION bm25query_recv(internal) IS 'I/O';

CREATE FUNCTION bm25query_send(bm25query)
    RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION bm25query_send(bm25query) IS 'I/O';

CREATE TYPE bm25query (
    INPUT = bm25query_in,
    OUTPUT = bm25query_out,
    RECEIVE = bm25query_recv,
    SEND = bm25query_send,
    INTERNALLENGTH = VARIABLE,
    STORAGE = extended
);
COMMENT ON TYPE bm25query IS 'text search query with the numbers of a corpus, for BM25';

CREATE FUNCTION bm25query_tsquery(query bm25query)
    RETURNS tsquery
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION bm25query_tsquery(bm25query) IS 'the query without its numbers';

CREATE CAST (bm25query AS tsquery) WITH FUNCTION bm25query_tsquery(bm25query) AS IMPLICIT;
COMMENT ON CAST (bm25query AS tsquery) IS 'the query without its numbers';

-- Scores.

CREATE FUNCTION bm25_query(
    query tsquery,
    stats regclass,
    k1 float8 DEFAULT 1.2,
    b float8 DEFAULT 0.75,
    weights float8[] DEFAULT '{1,1,1,1}'
)
    RETURNS bm25query
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION bm25_query(tsquery, regclass, float8, float8, float8[]) IS
    'the query with the numbers of a corpus; weights of the labels {D, C, B, A}';

CREATE FUNCTION bm25_score(document tsvector, query bm25query)
    RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION bm25_score(tsvector, bm25query) IS
    'BM25 of a document, 0 if it does not match; higher is better';

CREATE FUNCTION bm25_rank(
    document tsvector,
    query tsquery,
    stats regclass,
    k1 float8 DEFAULT 1.2,
    b float8 DEFAULT 0.75,
    weights float8[] DEFAULT '{1,1,1,1}'
)
    RETURNS float8
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION bm25_rank(tsvector, tsquery, regclass, float8, float8, float8[]) IS
    'BM25 of a document, 0 if it does not match: bm25_query and bm25_score in one call';

CREATE FUNCTION bm25_explain(
    document tsvector,
    query bm25query,
    OUT lexeme text,
    OUT tf float8,
    OUT document_frequency bigint,
    OUT idf float8,
    OUT boost integer,
    OUT score float8
)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 10 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION bm25_explain(tsvector, bm25query) IS
    'what each term adds to the score of a document';

CREATE FUNCTION search_more_like(document tsvector, stats regclass, terms integer DEFAULT 12)
    RETURNS bm25query
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION search_more_like(tsvector, regclass, integer) IS
    'query for documents like this one, by the words that say most about it';
