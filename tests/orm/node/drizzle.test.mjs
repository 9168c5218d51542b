// Drizzle over node-postgres: ranges as objects of ours, addresses as strings.
//
// libpq's environment variables (PGHOST, PGDATABASE, …) name the server.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { desc, eq, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { customType, integer, pgTable, serial, text } from "drizzle-orm/pg-core";
import pg from "pg";

// docs: setup
// node-postgres hands ranges over as text; this reads and writes them, for bounds of any type.
const quoted = (value) => (value === null ? "" : `"${value instanceof Date ? value.toISOString() : value}"`);

function range(name, readBound) {
  return customType({
    dataType: () => name,
    toDriver: (r) => (r === "empty" ? r : `${r.bounds[0]}${quoted(r.lower)},${quoted(r.upper)}${r.bounds[1]}`),
    fromDriver: (value) => {
      if (value === "empty") return value;
      const [, open, lower, upper, close] = /^([[(])"?(.*?)"?,"?(.*?)"?([\])])$/.exec(value);
      const bound = (item) => (item === "" ? null : readBound(item));
      return { lower: bound(lower), upper: bound(upper), bounds: open + close };
    },
  });
}

const tstzrange = range("tstzrange", (item) => new Date(item));
const int4range = range("int4range", Number);
const inetrange = range("inetrange", String);

const booking = pgTable("booking", {
  id: serial().primaryKey(),
  room: text().notNull(),
  guest: text().notNull(),
  during: tstzrange().notNull(),
  seats: int4range(),
});

const network = pgTable("network", {
  id: serial().primaryKey(),
  name: text().notNull(),
  net: inetrange().notNull(),
});
// docs: end

// A moment in July 2025.
const at = (day, hour, minute = 0) => new Date(Date.UTC(2025, 6, day, hour, minute));
const span = (lower, upper, bounds = "[)") => ({ lower, upper, bounds });

const pool = new pg.Pool({ options: "-c timezone=UTC -c intervalstyle=iso_8601" });
const db = drizzle(pool);

before(async () => {
  await db.execute(sql`CREATE EXTENSION IF NOT EXISTS rangerank`);
  await db.execute(sql`CREATE TABLE booking (id serial PRIMARY KEY, room text, guest text, during tstzrange, seats int4range)`);
  await db.execute(sql`CREATE TABLE network (id serial PRIMARY KEY, name text, net inetrange)`);
  await db.execute(sql`CREATE INDEX network_net_idx ON network USING gist (net)`);
  // docs: insert
  await db.insert(booking).values([
    { room: "Birch", guest: "Ana", during: span(at(1, 9), at(1, 12)), seats: span(2, 4, "[]") },
    { room: "Birch", guest: "Ben", during: span(at(1, 12), at(1, 14)), seats: span(6, null) },
    { room: "Fir", guest: "Dua", during: span(at(1, 11), at(1, 15)), seats: "empty" },
  ]);
  // docs: end
});

after(() => pool.end());

test("insert", async () => {
  // docs: ranges are an object, by a type of one's own
  const rows = await db.select().from(booking).orderBy(booking.guest);
  // The server's canonical form of a discrete range is [).
  assert.deepEqual(rows.map((row) => row.seats), [span(2, 5), span(6, null), "empty"]);
  assert.deepEqual(rows[0].during, span(at(1, 9), at(1, 12)));
});

test("filter", async () => {
  // docs: filter
  const noon = await db
    .select({ guest: booking.guest })
    .from(booking)
    .where(sql`${booking.during} @> ${at(1, 12)}::timestamptz`)
    .orderBy(booking.guest);
  const morning = sql.param(span(at(1, 9), at(1, 11)), booking.during);
  const early = await db.select().from(booking).where(sql`${booking.during} && ${morning}`);
  // docs: end
  assert.deepEqual(noon, [{ guest: "Ben" }, { guest: "Dua" }]);
  assert.deepEqual(early.map((row) => row.guest), ["Ana"]);
});

test("aggregates", async () => {
  // docs: multiranges are rows or JSON, unnested
  // docs: aggregates
  const day = sql.param(span(at(1, 8), at(1, 18)), booking.during);
  const rooms = await db
    .select({
      room: booking.room,
      whole: sql`range_merge(${booking.during})`.mapWith(booking.during),
      // A multirange comes as its text: unnest it into rows, or let JSON carry the bounds.
      free: sql`(SELECT json_agg(lower(slot)) FROM unnest(range_gaps_agg(${booking.during}, ${day})) AS slot)`,
      length: sql`range_length_agg(${booking.during})`,
      depth: sql`range_max_depth(${booking.during})`.mapWith(Number),
    })
    .from(booking)
    .groupBy(booking.room)
    .orderBy(booking.room);
  // docs: end
  assert.deepEqual(rooms[0], {
    room: "Birch",
    whole: span(at(1, 9), at(1, 14)),
    free: ["2025-07-01T08:00:00+00:00", "2025-07-01T14:00:00+00:00"],
    length: "PT5H",
    depth: 1,
  });
});

test("windows", async () => {
  // docs: windows
  const window = sql`(PARTITION BY ${booking.room} ORDER BY ${booking.during})`;
  const rows = await db
    .select({
      guest: booking.guest,
      island: sql`range_island(${booking.during}, ${"1 hour"}) OVER ${window}`.mapWith(Number),
      run: sql`range_session(${booking.during}, ${"1 hour"}) OVER ${window}`.mapWith(booking.during),
    })
    .from(booking)
    .orderBy(booking.guest);
  // docs: end
  const morning = span(at(1, 9), at(1, 14));
  assert.deepEqual(rows, [
    { guest: "Ana", island: 1, run: morning },
    { guest: "Ben", island: 1, run: morning },
    { guest: "Dua", island: 1, run: span(at(1, 11), at(1, 15)) },
  ]);
});

test("series", async () => {
  // docs: series
  const whole = sql.param(span(at(1, 9), at(1, 14)), booking.during);
  const slots = await db
    .select({
      slot: sql`slot`.mapWith(booking.during),
      taken: db.$count(booking, sql`${booking.during} && slot`),
    })
    .from(sql`generate_range_series(${whole}::tstzrange, '2 hours', '90 minutes', 'drop') AS slot`);
  // docs: end
  assert.deepEqual(slots, [
    { slot: span(at(1, 9), at(1, 10, 30)), taken: 1 },
    { slot: span(at(1, 11), at(1, 12, 30)), taken: 3 },
  ]);
});

test("addresses", async () => {
  // docs: inetranges are an object of strings
  // docs: addresses
  await db.insert(network).values([
    { name: "guests", net: span("10.0.1.0", "10.0.1.99", "[]") },
    { name: "lab", net: span("2001:db8::", "2001:db8::ff", "[]") },
    // A network, or what else inetrange() reads, as text.
    { name: "office", net: sql`inetrange(${"10.0.0.0/24"}::text)` },
  ]);
  const whose = await db.select().from(network).where(sql`${network.net} >>= ${"10.0.1.7"}`);
  const shown = await db
    .select({ name: network.name, net: sql`inetrange_text(${network.net})` })
    .from(network)
    .orderBy(network.net);
  const free = await db
    .select({ net: sql`unnest(range_gaps_agg(${network.net}, inetrange('10.0.0.0/23'::cidr)))`.mapWith(network.net) })
    .from(network);
  // docs: end
  assert.deepEqual(whose.map(({ name, net }) => [name, net]), [["guests", span("10.0.1.0", "10.0.1.99", "[]")]]);
  assert.deepEqual(shown.map((row) => row.net), ["10.0.0.0/24", "10.0.1.0-10.0.1.99", "2001:db8::/120"]);
  assert.deepEqual(free, [{ net: span("10.0.1.100", "10.0.1.255", "[]") }]);
  const office = await db.select().from(network).where(eq(network.name, "office"));
  assert.deepEqual(office[0].net, span("10.0.0.0", "10.0.0.255", "[]"));
});

test("search", async () => {
  // docs: search
  const tsvector = customType({ dataType: () => "tsvector" });
  const article = pgTable("article", {
    title: text(),
    body: text(),
    words: tsvector().generatedAlwaysAs(sql`setweight(to_tsvector('english', title), 'A') || to_tsvector('english', body)`),
  });
  await db.execute(sql`CREATE TABLE article (title text, body text, words tsvector GENERATED ALWAYS AS
    (setweight(to_tsvector('english', title), 'A') || to_tsvector('english', body)) STORED)`);
  await db.insert(article).values([
    { title: "Ranges", body: "A range has two bounds. A multirange is a list of ranges." },
    { title: "Folk songs", body: "Home on the range, and other songs." },
    { title: "Addresses", body: "Networks are ranges of addresses." },
  ]);
  await db.execute(sql`SELECT search_create_stats('article', 'words', 'title', 'body')`);
  // As people type: a word with a typo, and one that is not wanted.
  const query = sql`search_query('english', ${"rangse~ -songs"}, 'all', 'article_words_stats')`;
  const score = sql`bm25_rank(${article.words}, ${query}, 'article_words_stats')`.mapWith(Number);
  const found = await db
    .select({ title: article.title, score, passage: sql`search_snippet('english', ${article.body}, ${query})` })
    .from(article)
    .where(sql`${article.words} @@ ${query}`)
    .orderBy(desc(score));
  // docs: end
  assert.deepEqual(found.map((row) => row.title), ["Ranges", "Addresses"]);
  assert.ok(found[0].score > found[1].score);
  assert.equal(found[1].passage, "Networks are <mark>ranges</mark> of addresses.");
});

test("index", async () => {
  await db.execute(sql`INSERT INTO network (name, net) SELECT 'x', inetrange(c) FROM inetrange_subnets(inetrange('10.16.0.0/12'::cidr), 24) AS c`);
  await db.execute(sql`ANALYZE network`);
  const plan = await db.execute(sql`EXPLAIN SELECT * FROM network WHERE net >>= ${"10.17.2.3"}`);
  assert.match(plan.rows[0]["QUERY PLAN"], /Index Scan using network_net_idx/);
});
