-- What was meant, and what may come next, by the vocabulary of corpus statistics.

CREATE FUNCTION search_suggest(stats regclass, word text, n integer DEFAULT 5)
    RETURNS TABLE (word text, distance integer, documents bigint)
    LANGUAGE c STABLE STRICT PARALLEL SAFE COST 100 ROWS 5 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION search_suggest(regclass, text, integer) IS
    'words of the corpus within two typos of a word, nearest first, then most frequent';

CREATE FUNCTION search_correct(stats regclass, query text)
    RETURNS text
    LANGUAGE c STABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION search_correct(regclass, text) IS
    'the query with unknown words replaced by what was probably meant, all else as it was';

CREATE FUNCTION search_complete(stats regclass, prefix text, n integer DEFAULT 10)
    RETURNS TABLE (word text, documents bigint)
    LANGUAGE c STABLE STRICT PARALLEL SAFE COST 100 ROWS 10 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION search_complete(regclass, text, integer) IS
    'words of the corpus that begin with this, most frequent first';
