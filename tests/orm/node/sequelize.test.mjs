// Sequelize: built-in range types as arrays of bounds, inetrange as text.
//
// libpq's environment variables (PGHOST, PGDATABASE, …) name the server.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DataTypes, Op, QueryTypes, Sequelize, Utils } from "sequelize";

// docs: setup
class INETRANGE extends DataTypes.ABSTRACT {
  static key = "INETRANGE";
  key = "INETRANGE";

  toSql() {
    return "INETRANGE";
  }
}

const { PGHOST, PGPORT, PGUSER, PGDATABASE } = process.env;
const sequelize = new Sequelize(PGDATABASE, PGUSER, null, {
  host: PGHOST,
  port: PGPORT,
  dialect: "postgres",
  logging: false,
  define: { timestamps: false, freezeTableName: true },
});

const Booking = sequelize.define("booking", {
  room: DataTypes.STRING,
  guest: DataTypes.STRING,
  during: DataTypes.RANGE(DataTypes.DATE),
  seats: DataTypes.RANGE(DataTypes.INTEGER),
});

const Network = sequelize.define(
  "network",
  { name: DataTypes.STRING, net: Utils.classToInvokable(INETRANGE) },
  { indexes: [{ name: "network_net_idx", using: "gist", fields: ["net"] }] },
);
// docs: end

// A moment in July 2025.
const at = (day, hour, minute = 0) => new Date(Date.UTC(2025, 6, day, hour, minute));
// What Sequelize makes of a range [lower,upper).
const found = (lower, upper) => [
  { value: lower, inclusive: true },
  { value: upper, inclusive: false },
];
const ask = (query, replacements) => sequelize.query(query, { replacements, type: QueryTypes.SELECT });

before(async () => {
  await sequelize.query("CREATE EXTENSION IF NOT EXISTS rangerank");
  await sequelize.sync();
  // docs: insert
  await Booking.bulkCreate([
    { room: "Birch", guest: "Ana", during: [at(1, 9), at(1, 12)], seats: [2, { value: 4, inclusive: true }] },
    { room: "Birch", guest: "Ben", during: [at(1, 12), at(1, 14)], seats: [6, null] },
    { room: "Fir", guest: "Dua", during: [at(1, 11), at(1, 15)], seats: [] },
  ]);
  // docs: end
});

after(() => sequelize.close());

test("insert", async () => {
  // docs: ranges are an array of two bounds
  const rows = await Booking.findAll({ order: ["guest"] });
  assert.deepEqual(rows[0].during, found(at(1, 9), at(1, 12)));
  // The server's canonical form of a discrete range is [). An empty range is an empty array.
  assert.deepEqual(rows[0].seats, found(2, 5));
  assert.deepEqual(rows[1].seats.map((bound) => bound.value), [6, null]);
  assert.deepEqual(rows[2].seats, []);
});

test("filter", async () => {
  // docs: filter
  const noon = await Booking.findAll({ where: { during: { [Op.contains]: at(1, 12) } }, order: ["guest"] });
  const morning = await Booking.findAll({ where: { during: { [Op.overlap]: [at(1, 9), at(1, 11)] } } });
  // docs: end
  assert.deepEqual(noon.map((row) => row.guest), ["Ben", "Dua"]);
  assert.deepEqual(morning.map((row) => row.guest), ["Ana"]);
});

test("aggregates", async () => {
  // docs: multiranges are rows, unnested
  // docs: aggregates
  const { fn, col } = sequelize;
  const rooms = await Booking.findAll({
    attributes: ["room", [fn("range_merge", col("during")), "during"], [fn("range_max_depth", col("during")), "depth"]],
    group: "room",
    order: ["room"],
    raw: true,
  });
  // A multirange comes as its text: unnest it into rows.
  const free = await ask(
    `SELECT room, unnest(range_gaps_agg(during, tstzrange(:from, :to))) AS slot
     FROM booking GROUP BY room ORDER BY room, slot`,
    { from: at(1, 8), to: at(1, 18) },
  );
  // docs: end
  assert.deepEqual(rooms[0], { room: "Birch", during: found(at(1, 9), at(1, 14)), depth: "1" });
  assert.deepEqual(
    free.map(({ room, slot }) => [room, slot[0].value.getUTCHours(), slot[1].value.getUTCHours()]),
    [["Birch", 8, 9], ["Birch", 14, 18], ["Fir", 8, 11], ["Fir", 15, 18]],
  );
});

test("windows", async () => {
  // docs: windows
  const rows = await ask(
    `SELECT guest, range_island(during, :gap) OVER w AS island, range_session(during, :gap) OVER w AS run
     FROM booking WINDOW w AS (PARTITION BY room ORDER BY during) ORDER BY guest`,
    { gap: "1 hour" },
  );
  // docs: end
  assert.deepEqual(rows[0], { guest: "Ana", island: "1", run: found(at(1, 9), at(1, 14)) });
  assert.deepEqual(rows.map((row) => row.island), ["1", "1", "1"]);
});

test("series", async () => {
  // docs: series
  const slots = await ask(
    `SELECT slot, (SELECT count(*)::integer FROM booking WHERE during && slot) AS taken
     FROM generate_range_series(tstzrange(:from, :to), '2 hours', '90 minutes', 'drop') AS slot`,
    { from: at(1, 9), to: at(1, 14) },
  );
  // docs: end
  assert.deepEqual(slots, [
    { slot: found(at(1, 9), at(1, 10, 30)), taken: 1 },
    { slot: found(at(1, 11), at(1, 12, 30)), taken: 3 },
  ]);
});

test("addresses", async () => {
  // docs: inetranges are text
  // docs: addresses
  await Network.bulkCreate([
    { name: "guests", net: "[10.0.1.0,10.0.1.99]" },
    { name: "lab", net: "[2001:db8::,2001:db8::ff]" },
  ]);
  // A network, or what else inetrange() reads.
  await Network.create({ name: "office", net: sequelize.fn("inetrange", sequelize.cast("10.0.0.0/24", "text")) });
  const whose = await Network.findAll({ where: sequelize.literal("net >>= '10.0.1.7'") });
  const shown = await Network.findAll({
    attributes: ["name", [sequelize.fn("inetrange_text", sequelize.col("net")), "net"]],
    order: ["net"],
  });
  // docs: end
  assert.deepEqual(whose.map(({ name, net }) => [name, net]), [["guests", "[10.0.1.0,10.0.1.99]"]]);
  assert.deepEqual(shown.map((row) => row.net).sort(), ["10.0.0.0/24", "10.0.1.0-10.0.1.99", "2001:db8::/120"]);
});

test("search", async () => {
  // docs: search
  await sequelize.query(`
    CREATE TABLE article (title text, body text, words tsvector GENERATED ALWAYS AS
      (setweight(to_tsvector('english', title), 'A') || to_tsvector('english', body)) STORED)`);
  const Article = sequelize.define("article", {
    title: { type: DataTypes.STRING, primaryKey: true },
    body: DataTypes.TEXT,
  });
  await Article.bulkCreate([
    { title: "Ranges", body: "A range has two bounds. A multirange is a list of ranges." },
    { title: "Folk songs", body: "Home on the range, and other songs." },
    { title: "Addresses", body: "Networks are ranges of addresses." },
  ]);
  await sequelize.query("SELECT search_create_stats('article', 'words', 'title', 'body')");
  const { col, fn, literal, where } = sequelize;
  // As people type: a word with a typo, and one that is not wanted.
  const query = fn("search_query", "english", "rangse~ -songs", "all", "article_words_stats");
  const score = fn("bm25_rank", col("words"), query, "article_words_stats");
  const found = await Article.findAll({
    attributes: ["title", [score, "score"], [fn("search_snippet", "english", col("body"), query), "passage"]],
    where: where(fn("ts_match_vq", col("words"), query), literal("true")),
    order: [[score, "DESC"]],
    raw: true,
  });
  // docs: end
  assert.deepEqual(found.map((row) => row.title), ["Ranges", "Addresses"]);
  assert.ok(found[0].score > found[1].score);
  assert.equal(found[1].passage, "Networks are <mark>ranges</mark> of addresses.");
});

test("index", async () => {
  await sequelize.query(
    `INSERT INTO network (name, net)
     SELECT 'x', inetrange(c) FROM inetrange_subnets(inetrange('10.16.0.0/12'::cidr), 24) AS c`,
  );
  await sequelize.query("ANALYZE network");
  const [plan] = await ask("EXPLAIN SELECT * FROM network WHERE net >>= :address", { address: "10.17.2.3" });
  assert.match(plan["QUERY PLAN"], /Index Scan using network_net_idx/);
});
