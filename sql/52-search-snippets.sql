-- Passages of a text that say why a query has found it, and where its words are. As core's
-- ts_headline these are IMMUTABLE with a configuration, STABLE with its name or the default one.

CREATE FUNCTION search_snippet(document text, query tsquery)
    RETURNS text
    LANGUAGE c STABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'search_snippet_current';
COMMENT ON FUNCTION search_snippet(text, tsquery) IS
    'best passage of a text for a query, words marked, HTML-escaped by default_text_search_config';

CREATE FUNCTION search_snippet(document text, query tsquery, options jsonb)
    RETURNS text
    LANGUAGE c STABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'search_snippet_current';
COMMENT ON FUNCTION search_snippet(text, tsquery, jsonb) IS
    'best passage of a text for a query, words marked, HTML-escaped by default_text_search_config; options: start, stop, max_words, min_words, fragments, delimiter, escape';

CREATE FUNCTION search_snippet(config regconfig, document text, query tsquery)
    RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'search_snippet_by_oid';
COMMENT ON FUNCTION search_snippet(regconfig, text, tsquery) IS
    'best passage of a text for a query, words marked, HTML-escaped';

CREATE FUNCTION search_snippet(config regconfig, document text, query tsquery, options jsonb)
    RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'search_snippet_by_oid';
COMMENT ON FUNCTION search_snippet(regconfig, text, tsquery, jsonb) IS
    'best passage of a text for a query, words marked, HTML-escaped; options: start, stop, max_words, min_words, fragments, delimiter, escape';

CREATE FUNCTION search_snippet(config text, document text, query tsquery)
    RETURNS text
    LANGUAGE c STABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'search_snippet_by_name';
COMMENT ON FUNCTION search_snippet(text, text, tsquery) IS
    'best passage of a text for a query, words marked, HTML-escaped';

CREATE FUNCTION search_snippet(config text, document text, query tsquery, options jsonb)
    RETURNS text
    LANGUAGE c STABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'search_snippet_by_name';
COMMENT ON FUNCTION search_snippet(text, text, tsquery, jsonb) IS
    'best passage of a text for a query, words marked, HTML-escaped; options: start, stop, max_words, min_words, fragments, delimiter, escape';

CREATE FUNCTION search_snippets(document text, query tsquery, n integer)
    RETURNS text[]
    LANGUAGE c STABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'search_snippets_current';
COMMENT ON FUNCTION search_snippets(text, tsquery, integer) IS
    'best passages of a text for a query, at most n, words marked, HTML-escaped by default_text_search_config';

CREATE FUNCTION search_snippets(document text, query tsquery, n integer, options jsonb)
    RETURNS text[]
    LANGUAGE c STABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'search_snippets_current';
COMMENT ON FUNCTION search_snippets(text, tsquery, integer, jsonb) IS
    'best passages of a text for a query, at most n, words marked, HTML-escaped by default_text_search_config; options: start, stop, max_words, min_words, fragments, delimiter, escape';

CREATE FUNCTION search_snippets(config regconfig, document text, query tsquery, n integer)
    RETURNS text[]
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'search_snippets_by_oid';
COMMENT ON FUNCTION search_snippets(regconfig, text, tsquery, integer) IS
    'best passages of a text for a query, at most n, words marked, HTML-escaped';

CREATE FUNCTION search_snippets(config regconfig, document text, query tsquery, n integer, options jsonb)
    RETURNS text[]
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'search_snippets_by_oid';
COMMENT ON FUNCTION search_snippets(regconfig, text, tsquery, integer, jsonb) IS
    'best passages of a text for a query, at most n, words marked, HTML-escaped; options: start, stop, max_words, min_words, fragments, delimiter, escape';

CREATE FUNCTION search_snippets(config text, document text, query tsquery, n integer)
    RETURNS text[]
    LANGUAGE c STABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'search_snippets_by_name';
COMMENT ON FUNCTION search_snippets(text, text, tsquery, integer) IS
    'best passages of a text for a query, at most n, words marked, HTML-escaped';

CREATE FUNCTION search_snippets(config text, document text, query tsquery, n integer, options jsonb)
    RETURNS text[]
    LANGUAGE c STABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'search_snippets_by_name';
COMMENT ON FUNCTION search_snippets(text, text, tsquery, integer, jsonb) IS
    'best passages of a text for a query, at most n, words marked, HTML-escaped; options: start, stop, max_words, min_words, fragments, delimiter, escape';

CREATE FUNCTION search_highlights(document text, query tsquery)
    RETURNS TABLE (start integer, length integer, lexeme text)
    LANGUAGE c STABLE STRICT PARALLEL SAFE COST 100 ROWS 20 AS 'MODULE_PATHNAME', 'search_highlights_current';
COMMENT ON FUNCTION search_highlights(text, tsquery) IS
    'words of a text that a query marks: first character, counted from 1, and number of characters by default_text_search_config';

CREATE FUNCTION search_highlights(config regconfig, document text, query tsquery)
    RETURNS TABLE (start integer, length integer, lexeme text)
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 20 AS 'MODULE_PATHNAME', 'search_highlights_by_oid';
COMMENT ON FUNCTION search_highlights(regconfig, text, tsquery) IS
    'words of a text that a query marks: first character, counted from 1, and number of characters';

CREATE FUNCTION search_highlights(config text, document text, query tsquery)
    RETURNS TABLE (start integer, length integer, lexeme text)
    LANGUAGE c STABLE STRICT PARALLEL SAFE COST 100 ROWS 20 AS 'MODULE_PATHNAME', 'search_highlights_by_name';
COMMENT ON FUNCTION search_highlights(text, text, tsquery) IS
    'words of a text that a query marks: first character, counted from 1, and number of characters';
