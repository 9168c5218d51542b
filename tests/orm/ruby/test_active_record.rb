# frozen_string_literal: true

# ActiveRecord: ranges as Range, bounds as Time, Date, Integer, BigDecimal or IPAddr.
#
# libpq's environment variables (PGHOST, PGDATABASE, …) name the server.

require "active_record"
require "ipaddr"
require "minitest/autorun"

# docs: setup
ActiveRecord::Base.establish_connection(adapter: "postgresql")

class CreateTables < ActiveRecord::Migration[6.1]
  def change
    # ActiveRecord finds inetrange by itself, and makes it a Range of IPAddr.
    enable_extension "rangerank"
    create_table :bookings do |t|
      t.string :room
      t.string :guest
      t.tstzrange :during
      t.int4range :seats
    end
    create_table :networks do |t|
      t.string :name
      t.column :net, :inetrange
      t.index :net, using: :gist
    end
    create_table :articles do |t|
      t.string :title
      t.text :body
    end
    # Since ActiveRecord 7: t.virtual :words, type: :tsvector, stored: true, as: "…"
    execute <<~SQL
      ALTER TABLE articles ADD words tsvector GENERATED ALWAYS AS
          (setweight(to_tsvector('english', title), 'A') || to_tsvector('english', body)) STORED
    SQL
    add_index :articles, :words, using: :gin
  end
end

class Booking < ActiveRecord::Base; end

class Network < ActiveRecord::Base; end

class Article < ActiveRecord::Base; end
# docs: end

ActiveRecord::Migration.verbose = false
CreateTables.new.change

# A moment in July 2025.
def at(day, hour = 0) = Time.utc(2025, 7, day, hour)

class ActiveRecordTest < Minitest::Test
  def setup
    [Booking, Network, Article].each(&:delete_all)
    # docs: insert
    Booking.create!(room: "Birch", guest: "Ana", during: at(1, 9)...at(1, 12), seats: 2..4)
    Booking.create!(room: "Birch", guest: "Ben", during: at(1, 12)...at(1, 14), seats: 1...3)
    Booking.create!(room: "Fir", guest: "Dua", during: at(1, 11)...at(1, 15), seats: 6..)
    # docs: end
  end

  def test_insert
    # docs: ranges are `Range`; an empty one is `nil`, one without its lower bound an error
    # The server's canonical form of a discrete range is [). An open side is an infinity.
    assert_equal [2...5, 1...3, 6...Float::INFINITY], Booking.order(:guest).map(&:seats)
    assert_equal at(1, 9)...at(1, 12), Booking.find_by(guest: "Ana").during
    # What Ruby's Range cannot hold: an empty range is nil, an excluded beginning an error.
    Booking.where(guest: "Ana").update_all("seats = 'empty'")
    assert_nil Booking.find_by(guest: "Ana").seats
    Booking.where(guest: "Ana").update_all("during = '(2025-07-01,2025-07-02)'")
    assert_raises(ArgumentError) { Booking.find_by(guest: "Ana").during }
  end

  def test_filter
    # docs: filter
    noon = Booking.where("during @> ?::timestamptz", at(1, 12))
    morning = Booking.where("during && tstzrange(?, ?)", at(1, 9), at(1, 11))
    # docs: end
    assert_equal %w[Ben Dua], noon.order(:guest).pluck(:guest)
    assert_equal %w[Ana], morning.pluck(:guest)
  end

  def test_aggregates
    # docs: multiranges are an array of `Range`, unnested
    # docs: aggregates
    # ActiveRecord has no type for multiranges: unnest them, or build an array.
    day = Arel.sql("tstzrange('2025-07-01 08:00Z', '2025-07-01 18:00Z')")
    rooms = Booking.group(:room).order(:room).select(
      :room,
      "ARRAY(SELECT unnest(range_gaps_agg(during, #{day}))) AS free",
      "range_merge(during) AS whole",
      "range_length_agg(during) AS length",
      "range_max_depth(during) AS depth"
    )
    at_once = Booking.pick(Arel.sql("range_max_depth(during)"))
    # docs: end
    birch = rooms.first
    assert_equal [at(1, 8)...at(1, 9), at(1, 14)...at(1, 18)], birch.free
    assert_equal at(1, 9)...at(1, 14), birch.whole
    assert_equal 5.hours, birch.length
    assert_equal 1, birch.depth
    assert_equal 2, at_once
  end

  def test_windows
    # docs: windows
    runs = Booking.order(:guest).select(
      :guest,
      "range_island(during, '1 hour') OVER w AS island",
      "range_session(during, '1 hour') OVER w AS run"
    ).from("bookings WINDOW w AS (PARTITION BY room ORDER BY during)")
    # docs: end
    assert_equal [["Ana", 1], ["Ben", 1], ["Dua", 1]], (runs.map { |row| [row.guest, row.island] })
    assert_equal at(1, 9)...at(1, 14), runs.first.run
  end

  def test_series
    # docs: series
    months = Booking.connection.select_values(
      Booking.sanitize_sql(["SELECT generate_series(daterange(?, ?), '1 month')", "2025-01-31", "2025-04-01"])
    )
    slots = Booking.from("generate_range_series(tstzrange('2025-07-01 09:00Z', '2025-07-01 14:00Z'), " \
                         "'2 hours', '90 minutes', 'drop') AS slot")
                   .select("slot", "(SELECT count(*) FROM bookings WHERE during && slot) AS taken")
    # docs: end
    assert_equal %w[2025-01-31 2025-02-28 2025-03-31], months.map(&:to_s)
    pieces = slots.map { |row| [row.slot, row.taken] }
    assert_equal [[at(1, 9)...at(1, 10) + 1800, 1], [at(1, 11)...at(1, 12) + 1800, 3]], pieces
  end

  def test_addresses
    # docs: inetranges are `Range` of `IPAddr`
    # docs: addresses
    Network.create!(name: "guests", net: IPAddr.new("10.0.1.0")..IPAddr.new("10.0.1.99"))
    Network.create!(name: "lab", net: IPAddr.new("2001:db8::/120").to_range)
    # A network goes in through the cast from cidr.
    Network.insert({ name: "office", net: Arel.sql("inetrange('10.0.0.0/24'::cidr)") })

    whose = Network.where("net >>= ?", "10.0.1.7")
    free = Network.where("net && inetrange(?::cidr)", "10.0.0.0/23")
                  .pick(Arel.sql("ARRAY(SELECT unnest(range_gaps_agg(net, inetrange('10.0.0.0/23'::cidr))))"))
    shown = Network.order(:net).pluck(Arel.sql("inetrange_text(net)"))
    # docs: end
    assert_equal ["guests"], whose.pluck(:name)
    assert_equal IPAddr.new("10.0.1.0")..IPAddr.new("10.0.1.99"), whose.first.net
    assert_equal [IPAddr.new("10.0.1.100")..IPAddr.new("10.0.1.255")], free
    assert_equal ["10.0.0.0/24", "10.0.1.0-10.0.1.99", "2001:db8::/120"], shown
  end

  def test_search
    # docs: search
    Article.insert_all!([
      { title: "Ranges", body: "A range has two bounds. A multirange is a list of ranges." },
      { title: "Folk songs", body: "Home on the range, and other songs." },
      { title: "Addresses", body: "Networks are ranges of addresses." }
    ])
    Article.connection.execute("SELECT search_create_stats('articles', 'words', 'title', 'body')")
    # As people type: a word with a typo, and one that is not wanted.
    query = Article.sanitize_sql(
      ["search_query('english', ?, 'all', 'articles_words_stats')", "rangse~ -songs"]
    )
    score = Arel.sql("bm25_rank(words, #{query}, 'articles_words_stats')")
    found = Article.where("words @@ #{query}").order(score.desc)
                   .pluck(:title, score, Arel.sql("search_snippet('english', body, #{query})"))
    # docs: end
    assert_equal %w[Ranges Addresses], found.map(&:first)
    assert_operator found[0][1], :>, found[1][1]
    assert_equal "Networks are <mark>ranges</mark> of addresses.", found[1][2]
  end

  def test_index
    Network.connection.execute(<<~SQL)
      INSERT INTO networks (net)
      SELECT inetrange(c) FROM inetrange_subnets(inetrange('10.0.0.0/12'::cidr), 24) AS c;
      ANALYZE networks;
    SQL
    assert_match(/Index Scan using index_networks_on_net/, Network.where("net >>= ?", "10.1.2.3").explain.inspect)
  end
end
