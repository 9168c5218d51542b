-- Ranked text search over core's tsvector and tsquery: queries, and their scores.

-- Queries. Without a configuration there is one form only: with two texts, the first one is that.

CREATE FUNCTION search_query(query text)
    RETURNS tsquery
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'search_query_current';
COMMENT ON FUNCTION search_query(text) IS
    'query for whatever a person types, by default_text_search_config';

CREATE FUNCTION search_query(config regconfig, query text, match text DEFAULT 'any')
    RETURNS tsquery
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'search_query_by_oid';
COMMENT ON FUNCTION search_query(regconfig, text, text) IS
    'query for whatever a person types; match: any, all, or prefix';

CREATE FUNCTION search_query(config text, query text, match text DEFAULT 'any')
    RETURNS tsquery
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'search_query_by_name';
COMMENT ON FUNCTION search_query(text, text, text) IS
    'query for whatever a person types; match: any, all, or prefix';
