-- Corpus statistics: what is known of the documents of a column.

-- What is counted of documents. Its result is what the functions below write to a table.

CREATE FUNCTION search_corpus_transition(state internal, document tsvector)
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION search_corpus_transition(internal, tsvector) IS
    'transition function of search_corpus_agg';

CREATE FUNCTION search_corpus_transition(state internal, document tsvector, VARIADIC texts "any")
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION search_corpus_transition(internal, tsvector, "any") IS
    'transition function of search_corpus_agg';

CREATE FUNCTION search_corpus_combine(state internal, other internal)
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION search_corpus_combine(internal, internal) IS
    'combine function of search_corpus_agg';

CREATE FUNCTION search_corpus_serialize(state internal)
    RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION search_corpus_serialize(internal) IS
    'serialize function of search_corpus_agg';

CREATE FUNCTION search_corpus_deserialize(state bytea, dummy internal)
    RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION search_corpus_deserialize(bytea, internal) IS
    'deserialize function of search_corpus_agg';

CREATE FUNCTION search_corpus_final(state internal)
    RETURNS bytea
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION search_corpus_final(internal) IS
    'final function of search_corpus_agg';

CREATE AGGREGATE search_corpus_agg(document tsvector) (
    SFUNC = search_corpus_transition,
    STYPE = internal,
    SSPACE = 4194304,
    FINALFUNC = search_corpus_final,
    COMBINEFUNC = search_corpus_combine,
    SERIALFUNC = search_corpus_serialize,
    DESERIALFUNC = search_corpus_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE search_corpus_agg(tsvector) IS
    'documents, positions and lexemes of a corpus, as search_create_stats takes them';

CREATE AGGREGATE search_corpus_agg(document tsvector, VARIADIC texts "any") (
    SFUNC = search_corpus_transition,
    STYPE = internal,
    SSPACE = 4194304,
    FINALFUNC = search_corpus_final,
    COMBINEFUNC = search_corpus_combine,
    SERIALFUNC = search_corpus_serialize,
    DESERIALFUNC = search_corpus_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE search_corpus_agg(tsvector, "any") IS
    'documents, positions, lexemes and words of a corpus, as search_create_stats takes them';

CREATE FUNCTION search_create_stats(documents regclass, tsv_column name)
    RETURNS regclass
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION search_create_stats(regclass, name) IS
    'makes or replaces the table with the corpus statistics of a tsvector column';

CREATE FUNCTION search_create_stats(
    documents regclass, tsv_column name, VARIADIC text_columns name[])
    RETURNS regclass
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'search_create_stats_texts';
COMMENT ON FUNCTION search_create_stats(regclass, name, name[]) IS
    'makes or replaces the table with the corpus statistics of a tsvector column and the words of texts';

CREATE FUNCTION search_refresh_stats(stats regclass, recompute boolean DEFAULT false)
    RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION search_refresh_stats(regclass, boolean) IS
    'adds up the changes of tracked statistics; counts the documents again if not tracked, or asked to';

CREATE FUNCTION search_track_change()
    RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION search_track_change() IS
    'trigger function of search_track_stats';

CREATE FUNCTION search_track_stats(stats regclass, enabled boolean)
    RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION search_track_stats(regclass, boolean) IS
    'creates or drops the triggers that keep corpus statistics current';
