-- Writes how the server prints IPv6 addresses, for the tests of crates/addresses:
--
--   psql -AtXf tests/addresses/inet_out.sql > crates/addresses/src/testdata/inet_out.txt
--
-- Each line is a full address and its output: every pattern of zero groups, with small and with
-- large groups elsewhere.
SELECT full_text || ' ' || host(full_text::inet)
FROM (
  SELECT DISTINCT string_agg(CASE WHEN pattern >> (8 - i) & 1 = 0 THEN '0' ELSE filled[i] END, ':' ORDER BY i)
    COLLATE "C" AS full_text
  FROM generate_series(0, 255) AS pattern,
    (VALUES (1, '{1,1,1,1,1,1,1,1}'::text[]), (2, '{2001,db8,a0b,1c,1,ffff,c0a8,1ff}')) AS groups (kind, filled),
    generate_series(1, 8) AS i
  GROUP BY pattern, kind
) AS addresses
ORDER BY full_text;
