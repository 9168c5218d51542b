-- Snippets and highlights against core's ts_headline, ts_parse and @@, on random texts.
--
--   psql -X -v ON_ERROR_STOP=1 -v rounds=N -f search_snippets.sql
\set ON_ERROR_STOP on
\set QUIET on
\pset pager off
SET client_min_messages = notice;
SELECT set_config('rangerank_test.rounds', :'rounds', false) AS rounds \gset test_

-- What texts are made of: words, compounds, numbers, hosts, tags, entities, other scripts, and whatever
-- may end or begin a token.
CREATE TABLE piece (id int GENERATED ALWAYS AS IDENTITY, text text);
INSERT INTO piece (text)
SELECT unnest(ARRAY['fox', 'Foxes', 'fox''s', 'the', 'The', 'a', 'I', 'running', 'runs', 'Runner', 'quickly', 'dogs', 'dog', 'barks', 'café', 'Äpfel', 'STRASSE', 'straße', 'naïve',
    'red-brown', 'Well-known', 'ill-natured-fox', 'x1', 'a1-b2', '3.14', '-5', '+7', '42', '1e10', '1.2.3', 'v1.0', 'x_y', '__', 'a@example.com', 'http://example.com/fox?q=dog#run', 'www.example.org/a/b', 'example.net',
    '/usr/local/fox.txt', 'fox.txt', '~/dog', '<b>', '</b>', '<a href="fox dog">', '<!-- fox -->', '<script>', '</script>', '<', '>', '&amp;', '&fox;', '&', '''', '"', '(', ')', '[', ']', '{', '}', '.', '. ', ', ', ',', ':', ': ', ';', '!', '?', '...', '--', '—', '*', '#',
    '漢字', '東京都', 'かな', 'Москва', 'собаки', 'עברית', 'العربية', 'हिन्दी', '😀', '£5', '№', '|', '\', '^', '`', '=', '%', '$']);

-- A text of n pieces; every other one has a space behind it, or something else.
CREATE FUNCTION random_text(n int) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT coalesce(string_agg(piece.text || CASE WHEN r.space < 0.6 THEN ' ' WHEN r.space < 0.63 THEN E'\n' WHEN r.space < 0.66 THEN E'.\n\n' WHEN r.space < 0.7 THEN E'\t' ELSE '' END, '' ORDER BY r.i), '')
    FROM (SELECT i, 1 + floor(random() * (SELECT count(*) FROM piece)) AS id, random() AS space FROM generate_series(1, n) AS i) AS r
    JOIN piece USING (id)
$$;
CREATE FUNCTION between_marks(text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT array(SELECT m[1] FROM regexp_matches($1, E'\x01([^\x02]*)\x02', 'g') AS m)
$$;
-- The words that core marks.
CREATE FUNCTION core_marks(regconfig, text, tsquery) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT between_marks(ts_headline($1, $2, $3, E'HighlightAll=true, StartSel="\x01", StopSel="\x02"'))
$$;
CREATE FUNCTION our_marks(regconfig, text, tsquery) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT array(SELECT substr($2, start, length) FROM search_highlights($1, $2, $3))
$$;
-- The same from a snippet that is as long as can be.
CREATE FUNCTION snippet_marks(regconfig, text, tsquery) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT between_marks(search_snippet($1, $2, $3, '{"start": "\u0001", "stop": "\u0002", "escape": "none", "max_words": 1000000, "min_words": 1000000}'))
$$;
CREATE FUNCTION unescaped(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT replace(replace(replace(replace(replace($1, '&lt;', '<'), '&gt;', '>'), '&quot;', '"'), '&#39;', ''''), '&amp;', '&')
$$;

-- A configuration that asks a dictionary about blanks too, which knows none.
CREATE TEXT SEARCH DICTIONARY nothing (TEMPLATE = simple, ACCEPT = false);
CREATE TEXT SEARCH CONFIGURATION blanks (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION blanks ADD MAPPING FOR blank WITH nothing;

DO $$
DECLARE
    seed float8;
    configuration regconfig;
    document text;
    vector tsvector;
    words text[];
    query tsquery;
    chosen text[];
    core text[];
    ours text[];
    shown text;
    part text;
    parts text[];
    place int;
    placed text[];
    places int[];
    i int;
    compared int := 0;
    marked int := 0;
    phrases int := 0;
BEGIN
    FOR round IN 1..current_setting('rangerank_test.rounds')::int LOOP
        seed := round / 1000.0;
        RAISE NOTICE 'round %: seed %', round, seed;
        PERFORM setseed(seed);
        FOR n IN 1..150 LOOP
            configuration := (ARRAY['simple', 'english', 'german', 'russian'])[1 + n % 4];
            document := random_text((ARRAY[3, 12, 60, 400])[1 + n % 4 * (n / 4) % 4]);
            vector := to_tsvector(configuration, document);
            -- Core leaves out compounds and URLs as a whole: it has their parts.
            words := array(SELECT lexeme FROM unnest(vector) WHERE lexeme !~ '[-/]' ORDER BY random());
            CONTINUE WHEN words = '{}';

            -- Words and prefixes; in every other text all of its words.
            chosen := array(
                SELECT CASE WHEN random() < 0.3 THEN quote_literal(left(w, 1 + (random() * 3)::int)) || ':*' ELSE quote_literal(w) END
                FROM unnest(CASE WHEN n % 2 = 0 THEN words ELSE words[:4] || ARRAY['absent'] END) AS w);
            query := array_to_string(chosen, CASE WHEN n % 3 = 0 THEN ' & ' ELSE ' | ' END)::tsquery;
            core := core_marks(configuration, document, query);
            ours := our_marks(configuration, document, query);
            IF core <> ours THEN
                RAISE EXCEPTION 'marks differ: % % %: core %, ours %', configuration, quote_literal(document), query, core, ours;
            END IF;
            IF ours <> snippet_marks(configuration, document, query) THEN
                RAISE EXCEPTION 'highlights and snippet differ: % % %: %, %', configuration, quote_literal(document), query, ours, snippet_marks(configuration, document, query);
            END IF;
            compared := compared + 1;
            marked := marked + cardinality(ours);

            -- What stands under a ! alone is not marked.
            IF our_marks(configuration, document, query && '!zzz & !(yyy <-> zzz)'::tsquery) <> ours THEN
                RAISE EXCEPTION 'marks differ with exclusions: % % %', configuration, quote_literal(document), query;
            END IF;

            -- A phrase alone is marked where it matches: somewhere if and only if the document does.
            SELECT array_agg(lexeme ORDER BY at), array_agg(at ORDER BY at) INTO placed, places
            FROM unnest(vector), unnest(positions) AS at;
            IF cardinality(words) > 1 THEN
                i := 1 + floor(random() * (cardinality(placed) - 1));
                query := format('%L <%s> %L%s', placed[i], places[i + 1] - places[i] + (random() < 0.3)::int, placed[i + 1],
                    CASE WHEN random() < 0.3 THEN format(' <-> %L', words[1 + floor(random() * cardinality(words))::int]) END)::tsquery;
                ours := our_marks(configuration, document, query);
                IF (ours <> '{}') <> (vector @@ query) THEN
                    RAISE EXCEPTION 'phrase: % % %: matches %, ours %', configuration, quote_literal(document), query, vector @@ query, ours;
                END IF;
                IF NOT array(SELECT w FROM unnest(ours) AS w WHERE w !~ '[-/]') <@ core_marks(configuration, document, query) THEN
                    RAISE EXCEPTION 'words of a phrase: % % %: %', configuration, quote_literal(document), query, ours;
                END IF;
                phrases := phrases + (ours <> '{}')::int;
                query := format('%s | (%L)', query, coalesce(words[3], words[1]))::tsquery;
            END IF;

            -- Without markers and escapes each fragment is a part of the document, in its order.
            parts := search_snippets(configuration, document, query, 1 + n % 5,
                jsonb_build_object('max_words', 1 + n % 17, 'min_words', n % 2, 'start', E'\x01', 'stop', E'\x02'));
            shown := search_snippet(configuration, document, query,
                jsonb_build_object('max_words', 1 + n % 17, 'min_words', n % 2, 'start', E'\x01', 'stop', E'\x02', 'fragments', 1 + n % 5, 'delimiter', E'\x03'));
            IF array_to_string(parts, E'\x03') <> shown THEN
                RAISE EXCEPTION 'snippet is not its fragments: %, %', quote_literal(shown), parts;
            END IF;
            place := 1;
            FOREACH part IN ARRAY parts LOOP
                part := translate(part, E'\x01\x02', '');
                IF part ~ '[<>"'']' OR part ~ '&(?!amp;|lt;|gt;|quot;|#39;)' THEN
                    RAISE EXCEPTION 'not escaped: %', part;
                END IF;
                part := unescaped(part);
                IF part = '' OR strpos(substr(document, place), part) = 0 THEN
                    RAISE EXCEPTION 'no part of the document: % of %', quote_literal(part), quote_literal(document);
                END IF;
                place := place + strpos(substr(document, place), part) - 1 + length(part);
            END LOOP;
        END LOOP;

        -- Tokens: where no plain word is found by other means than the parser, since a dictionary is
        -- asked about blanks, the words are the same. Bytes of ASCII in all combinations.
        FOR n IN 1..300 LOOP
            document := CASE WHEN n % 3 = 0 THEN random_text(n) ELSE (
                SELECT string_agg(chr(CASE WHEN kind < 0.5 THEN 97 + (r * 3)::int WHEN kind < 0.7 THEN 32 WHEN kind < 0.72 THEN 10 WHEN kind < 0.74 THEN 233 ELSE 33 + (r * 93)::int END), '' ORDER BY c.place)
                FROM (SELECT c AS place, random() AS kind, random() AS r FROM generate_series(1, n * 5) AS c) AS c) END;
            IF n % 7 <> 0 THEN
                document := replace(document, '<', '');
            END IF;
            SELECT string_agg(DISTINCT quote_literal(lexeme), ' | ')::tsquery INTO query FROM unnest(to_tsvector('simple', document));
            ours := our_marks('simple', document, query);
            IF our_marks('blanks', document, query) <> ours OR snippet_marks('blanks', document, query) <> ours THEN
                RAISE EXCEPTION 'tokens differ: %: %, %', quote_literal(document), ours, our_marks('blanks', document, query);
            END IF;
            compared := compared + 1;
        END LOOP;
    END LOOP;
    IF marked < compared OR phrases < compared / 10 THEN
        RAISE EXCEPTION 'too few words marked: % texts, % words, % phrases', compared, marked, phrases;
    END IF;
END $$;
