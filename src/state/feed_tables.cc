#include "state/feed_tables.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <limits>
#include <tuple>

namespace linkgate::state {
namespace {

constexpr size_t kInsertRows = 200;    // of one INSERT: parameters are limited (SQLite 32,766)
constexpr int64_t kPageRows = 10'000;  // of one SELECT while all entries are read

constexpr std::string_view kBeginLoading = R"sql(
INSERT INTO feeds (name, source, loaded, entries, trouble, changed, generation, additions_from, loading)
VALUES (?1, ?2, 0, 0, '', 0, 0, 0, 1)
ON CONFLICT (name) DO UPDATE SET loading = 1
)sql";
constexpr std::string_view kEndLoading = R"sql(
UPDATE feeds SET source = ?2, loaded = ?3, entries = ?4, trouble = '', loading = 0, generation = ?5,
                 additions_from = ?6, changed = ?7 WHERE id = ?1
)sql";
constexpr std::string_view kPutTrouble = R"sql(
INSERT INTO feeds (name, source, loaded, entries, trouble, changed, generation, additions_from, loading)
VALUES (?1, ?2, 0, 0, ?3, 0, 0, 0, 0)
ON CONFLICT (name) DO UPDATE SET source = excluded.source, trouble = excluded.trouble
)sql";
constexpr std::string_view kPage = R"sql(
SELECT hash, url_key, disposition, detail, since FROM feed_entries
WHERE feed = ?1 AND (hash > ?2 OR (hash = ?2 AND url_key > ?3)) ORDER BY hash, url_key LIMIT ?4
)sql";

// The order of unsigned hashes, in the engines' signed integers.
int64_t hash_to_sql(uint64_t hash) { return static_cast<int64_t>(hash ^ (uint64_t{1} << 63)); }
uint64_t hash_from_sql(int64_t stored) { return static_cast<uint64_t>(stored) ^ (uint64_t{1} << 63); }

// "(?1,?2,?3),(?4,?5,?6)": placeholders of `rows` rows.
std::string placeholders(size_t rows, size_t columns) {
  std::string text;
  for (size_t i = 0, n = 1; i < rows; ++i) {
    text += i == 0 ? "(" : ",(";
    for (size_t j = 0; j < columns; ++j) {
      text += (j == 0 ? "?" : ",?") + std::to_string(n++);
    }
    text += ")";
  }
  return text;
}

}  // namespace

verdict::Disposition disposition_of(int64_t stored) {
  if (stored < 0 || stored > static_cast<int64_t>(verdict::Disposition::kMalware))
    return verdict::Disposition::kUnknown;
  return static_cast<verdict::Disposition>(stored);
}

uint64_t listing_hash(std::string_view key) {
  // Not a secret: it only spreads, and what is stored by it must be found again.
  constexpr std::array<unsigned char, crypto_shorthash_KEYBYTES> kKey{'l', 'i', 'n', 'k', 'g', 'a', 't', 'e'};
  std::array<unsigned char, 8> bytes{};
  crypto_shorthash(bytes.data(), reinterpret_cast<const unsigned char*>(key.data()), key.size(), kKey.data());
  uint64_t hash = 0;
  for (const unsigned char byte : bytes) hash = hash << 8 | byte;
  return hash;
}

// A pass over what is stored and what shall be, both in the order of hashes.
struct FeedTables::Loading {
  int64_t feed = 0;
  uint64_t generation = 0, additions_from = 0;
  bool was_cut_short = false;  // by a crash: what it added is not among the additions
  int64_t loaded = 0;          // since when what is new is listed
  size_t entries = 0;
  bool has_changed = false;
  size_t additions = 0;  // of this generation; beyond kMaxFeedAdditions none is kept

  std::vector<std::pair<uint64_t, FeedEntry>> stored;  // a page
  size_t at = 0;                                       // in it
  bool is_last_page = false;
  int64_t last_hash = std::numeric_limits<int64_t>::min();  // where the page ends
  std::string last_key;

  std::vector<std::pair<uint64_t, FeedEntry>> added, altered;
  std::vector<std::pair<uint64_t, std::string>> removed;
  size_t changes() const { return added.size() + altered.size() + removed.size(); }
};

Result<std::optional<int64_t>> FeedTables::number_of(std::string_view feed) {
  TRY_ASSIGN(const SqlRows rows, query("SELECT id FROM feeds WHERE name = ?1", {feed}));
  if (rows.size() == 0) return std::optional<int64_t>();
  return std::optional(rows.integer(0, 0));
}

Result<void> FeedTables::replace_feed(const FeedStatus& status, const FeedEntries& next) {
  Loading loading;
  TRY(begin_loading(status, &loading));
  TRY(compare(next, &loading));
  TRY(write_changes(&loading));
  return end_loading(status, &loading);
}

Result<void> FeedTables::begin_loading(const FeedStatus& status, Loading* loading) {
  return write(Bump::kNothing, [&]() -> Result<void> {
    TRY_ASSIGN(const SqlRows before,
               run("SELECT generation, additions_from, loading FROM feeds WHERE name = ?1", {status.name}));
    if (before.size() == 1) {
      loading->generation = static_cast<uint64_t>(before.integer(0, 0));
      loading->additions_from = static_cast<uint64_t>(before.integer(0, 1));
      loading->was_cut_short = before.integer(0, 2) != 0;
    }
    TRY(run(kBeginLoading, {status.name, status.source}));
    TRY_ASSIGN(const SqlRows row, run("SELECT id FROM feeds WHERE name = ?1", {status.name}));
    loading->feed = row.integer(0, 0);
    loading->loaded = to_sql(status.loaded);
    TRY(run("DELETE FROM feed_additions WHERE feed = ?1 AND generation > ?2",
            {loading->feed, static_cast<int64_t>(loading->generation)}));
    return {};
  });
}

Result<void> FeedTables::compare(const FeedEntries& next, Loading* loading) {
  TRY(fetch_stored(loading));
  while (true) {
    TRY_ASSIGN(const FeedEntry* entry, next());
    const uint64_t hash = entry != nullptr ? listing_hash(entry->key) : std::numeric_limits<uint64_t>::max();
    // What is stored and comes before the next is not listed any more.
    while (loading->at < loading->stored.size()) {
      auto& [stored_hash, stored] = loading->stored[loading->at];
      if (entry != nullptr && std::tie(stored_hash, stored.key) >= std::tie(hash, entry->key)) break;
      loading->removed.emplace_back(stored_hash, std::move(stored.key));
      TRY(change(loading));
    }
    if (entry == nullptr) return {};
    ++loading->entries;
    const bool is_known =
        loading->at < loading->stored.size() && loading->stored[loading->at].second.key == entry->key;
    if (!is_known) {
      loading->added.emplace_back(hash, *entry);
      if (loading->changes() >= kFeedChangeRows) TRY(write_changes(loading));
      continue;
    }
    const FeedEntry& stored = loading->stored[loading->at].second;
    if (stored.disposition != entry->disposition || stored.detail != entry->detail)
      loading->altered.emplace_back(hash, *entry);
    TRY(change(loading));
  }
}

// Behind the stored entry that was dealt with.
Result<void> FeedTables::change(Loading* loading) {
  if (++loading->at < loading->stored.size()) return {};
  if (loading->changes() >= kFeedChangeRows) TRY(write_changes(loading));
  return fetch_stored(loading);
}

Result<void> FeedTables::fetch_stored(Loading* loading) {
  if (loading->is_last_page) return {};
  TRY_ASSIGN(const SqlRows rows,
             query(kPage, {loading->feed, loading->last_hash, loading->last_key, kPageRows}));
  loading->is_last_page = static_cast<int64_t>(rows.size()) < kPageRows;
  if (rows.size() > 0) {
    loading->last_hash = rows.integer(rows.size() - 1, 0);
    loading->last_key = rows.text(rows.size() - 1, 1);
  }
  loading->stored.clear();
  loading->at = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    loading->stored.emplace_back(
        hash_from_sql(rows.integer(i, 0)),
        FeedEntry{rows.text(i, 1), disposition_of(rows.integer(i, 2)), rows.text(i, 3), {}});
  }
  return {};
}

Result<void> FeedTables::write_changes(Loading* loading) {
  if (loading->changes() == 0) return {};
  loading->has_changed = true;
  TRY(write(Bump::kNothing, [&]() -> Result<void> {
    for (const auto& [hash, key] : loading->removed) {
      TRY(run("DELETE FROM feed_entries WHERE feed = ?1 AND hash = ?2 AND url_key = ?3",
              {loading->feed, hash_to_sql(hash), key}));
    }
    for (const auto& [hash, entry] : loading->altered) {
      TRY(
          run("UPDATE feed_entries SET disposition = ?4, detail = ?5 WHERE feed = ?1 AND hash = ?2 AND "
              "url_key = ?3",
              {loading->feed, hash_to_sql(hash), entry.key, static_cast<int64_t>(entry.disposition),
               entry.detail}));
    }
    std::vector<SqlValue> values;
    for (size_t begin = 0; begin < loading->added.size(); begin += kInsertRows) {
      const size_t count = std::min(kInsertRows, loading->added.size() - begin);
      values.clear();
      for (size_t i = begin; i < begin + count; ++i) {
        const auto& [hash, entry] = loading->added[i];
        values.insert(values.end(), {loading->feed, hash_to_sql(hash), std::string_view(entry.key),
                                     static_cast<int64_t>(entry.disposition), std::string_view(entry.detail),
                                     loading->loaded});
      }
      TRY(run_all("INSERT INTO feed_entries (feed, hash, url_key, disposition, detail, since) VALUES " +
                      placeholders(count, 6),
                  values));
    }
    return remember_additions(loading);
  }));
  loading->added.clear();
  loading->altered.clear();
  loading->removed.clear();
  return {};
}

// For readers that know the generation before. Of a first load, or one after a load that was cut short, they
// read all.
Result<void> FeedTables::remember_additions(Loading* loading) {
  loading->additions += loading->added.size();
  const bool is_of_use = loading->generation > 0 && !loading->was_cut_short;
  if (!is_of_use || loading->additions > kMaxFeedAdditions) return {};
  std::vector<SqlValue> values;
  for (size_t begin = 0; begin < loading->added.size(); begin += kInsertRows) {
    const size_t count = std::min(kInsertRows, loading->added.size() - begin);
    values.clear();
    for (size_t i = begin; i < begin + count; ++i) {
      values.insert(values.end(), {loading->feed, static_cast<int64_t>(loading->generation) + 1,
                                   hash_to_sql(loading->added[i].first)});
    }
    TRY(run_all("INSERT INTO feed_additions (feed, generation, hash) VALUES " + placeholders(count, 3) +
                    " ON CONFLICT DO NOTHING",
                values));
  }
  return {};
}

Result<void> FeedTables::end_loading(const FeedStatus& status, Loading* loading) {
  const bool is_new = loading->has_changed || loading->was_cut_short || loading->generation == 0;
  return write(is_new ? Bump::kVersion : Bump::kNothing, [&]() -> Result<void> {
    const uint64_t generation = loading->generation + (is_new ? 1 : 0);
    TRY_ASSIGN(const SqlRows kept,
               run("SELECT COUNT(*) FROM feed_additions WHERE feed = ?1", {loading->feed}));
    const bool is_too_much =
        loading->additions > kMaxFeedAdditions || static_cast<size_t>(kept.integer(0, 0)) > kMaxFeedAdditions;
    uint64_t from = loading->additions_from;
    if (is_too_much || loading->was_cut_short || loading->generation == 0) {
      from = generation;
      TRY(run("DELETE FROM feed_additions WHERE feed = ?1", {loading->feed}));
    }
    TRY_ASSIGN(const SqlRows versions,
               run("SELECT value, changed FROM version, feeds WHERE id = ?1", {loading->feed}));
    TRY(run(kEndLoading, {loading->feed, status.source, loading->loaded,
                          static_cast<int64_t>(loading->entries), static_cast<int64_t>(generation),
                          static_cast<int64_t>(from), versions.integer(0, is_new ? 0 : 1)}));
    return {};
  });
}

Result<void> FeedTables::record_feed_trouble(std::string_view feed, std::string_view source,
                                             std::string_view trouble) {
  return write(Bump::kNothing, [&]() -> Result<void> {
    TRY(run(kPutTrouble, {feed, source, trouble}));
    return {};
  });
}

Result<void> FeedTables::remove_feed(std::string_view feed) {
  TRY_ASSIGN(const auto number, number_of(feed));
  if (!number) return Error(ErrorCode::kNotFound, "there is no feed \"" + std::string(feed) + "\"");
  // A piece a transaction, as entries are written. One that is cut short is as good as one still being
  // removed.
  while (true) {
    TRY_ASSIGN(const SqlRows rows,
               query("SELECT hash FROM feed_entries WHERE feed = ?1 ORDER BY hash LIMIT 1 OFFSET ?2",
                     {*number, static_cast<int64_t>(kFeedChangeRows)}));
    if (rows.size() == 0) break;
    TRY(write(Bump::kNothing, [&]() -> Result<void> {
      TRY(run("DELETE FROM feed_entries WHERE feed = ?1 AND hash < ?2", {*number, rows.integer(0, 0)}));
      return {};
    }));
  }
  return write(Bump::kVersion, [&]() -> Result<void> {
    TRY(run("DELETE FROM feed_entries WHERE feed = ?1", {*number}));
    TRY(run("DELETE FROM feed_additions WHERE feed = ?1", {*number}));
    TRY(run("DELETE FROM feeds WHERE id = ?1", {*number}));
    return {};
  });
}

Result<std::vector<FeedStatus>> FeedTables::feeds() {
  TRY_ASSIGN(const SqlRows rows, query("SELECT name, source, loaded, entries, trouble, changed, generation, "
                                       "additions_from FROM feeds ORDER BY name"));
  std::vector<FeedStatus> feeds(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    FeedStatus& feed = feeds[i];
    feed.name = rows.text(i, 0);
    feed.source = rows.text(i, 1);
    feed.loaded = from_sql(rows.integer(i, 2));
    feed.entries = static_cast<size_t>(rows.integer(i, 3));
    feed.trouble = rows.text(i, 4);
    feed.version = static_cast<Version>(rows.integer(i, 5));
    feed.generation = static_cast<uint64_t>(rows.integer(i, 6));
    feed.additions_from = static_cast<uint64_t>(rows.integer(i, 7));
  }
  return feeds;
}

Result<std::optional<FeedEntry>> FeedTables::find_listed(std::string_view feed, std::string_view key) {
  TRY_ASSIGN(
      const SqlRows rows,
      query("SELECT disposition, detail, since FROM feed_entries WHERE feed = (SELECT id FROM feeds WHERE "
            "name = ?1) AND hash = ?2 AND url_key = ?3",
            {feed, hash_to_sql(listing_hash(key)), key}));
  if (rows.size() == 0) return std::optional<FeedEntry>();
  return std::optional(FeedEntry{std::string(key), disposition_of(rows.integer(0, 0)), rows.text(0, 1),
                                 from_sql(rows.integer(0, 2))});
}

// Page by page with the lock given up in between, so that a long walk keeps nobody waiting. An entry that
// stays listed throughout is seen; of one that comes or goes meanwhile nothing is promised, and version()
// tells.
Result<void> FeedTables::for_each_hash(std::string_view feed, const std::function<void(uint64_t)>& take) {
  TRY_ASSIGN(const auto number, number_of(feed));
  if (!number) return {};
  int64_t from = std::numeric_limits<int64_t>::min();
  std::optional<int64_t> last;
  while (true) {
    TRY_ASSIGN(const SqlRows rows,
               query("SELECT hash FROM feed_entries WHERE feed = ?1 AND hash >= ?2 ORDER BY hash LIMIT ?3",
                     {*number, from, kPageRows}));
    for (size_t i = 0; i < rows.size(); ++i) {
      const int64_t hash = rows.integer(i, 0);
      if (hash == last) continue;
      take(hash_from_sql(hash));
      last = hash;
    }
    // Behind the last: other rows that share its hash need not be seen.
    const bool is_end = static_cast<int64_t>(rows.size()) < kPageRows;
    if (is_end || *last == std::numeric_limits<int64_t>::max()) return {};
    from = *last + 1;
  }
}

Result<std::vector<uint64_t>> FeedTables::additions(std::string_view feed, uint64_t generation) {
  TRY_ASSIGN(
      const SqlRows rows,
      query("SELECT DISTINCT hash FROM feed_additions WHERE feed = (SELECT id FROM feeds WHERE name = ?1) "
            "AND generation > ?2",
            {feed, static_cast<int64_t>(generation)}));
  std::vector<uint64_t> hashes(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) hashes[i] = hash_from_sql(rows.integer(i, 0));
  return hashes;
}

Result<void> FeedTables::for_each_listed_by(std::string_view feed,
                                            const std::function<void(const FeedEntry&)>& take) {
  TRY_ASSIGN(const auto number, number_of(feed));
  if (!number) return {};
  int64_t hash = std::numeric_limits<int64_t>::min();
  std::string key;
  while (true) {
    TRY_ASSIGN(const SqlRows rows, query(kPage, {*number, hash, key, kPageRows}));
    for (size_t i = 0; i < rows.size(); ++i) {
      take({rows.text(i, 1), disposition_of(rows.integer(i, 2)), rows.text(i, 3),
            from_sql(rows.integer(i, 4))});
    }
    if (static_cast<int64_t>(rows.size()) < kPageRows) return {};
    hash = rows.integer(rows.size() - 1, 0);
    key = rows.text(rows.size() - 1, 1);
  }
}

Result<void> FeedTables::take_over_old_entries() {
  TRY_ASSIGN(const SqlRows left, query("SELECT 1 FROM old_feed_entries LIMIT 1"));
  if (left.size() == 0) return {};
  while (true) {
    bool is_done = false;
    TRY(write(Bump::kNothing, [&]() -> Result<void> {
      TRY_ASSIGN(const SqlRows rows,
                 run("SELECT f.id, o.url_key, o.disposition, o.detail, o.since, o.feed FROM "
                     "old_feed_entries o JOIN feeds f ON f.name = o.feed LIMIT ?1",
                     {static_cast<int64_t>(kFeedChangeRows)}));
      is_done = rows.size() == 0;
      for (size_t i = 0; i < rows.size(); ++i) {
        TRY(
            run("INSERT INTO feed_entries (feed, hash, url_key, disposition, detail, since) VALUES "
                "(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
                {rows.integer(i, 0), hash_to_sql(listing_hash(rows.text(i, 1))), rows.text(i, 1),
                 rows.integer(i, 2), rows.text(i, 3), rows.integer(i, 4)}));
        TRY(run("DELETE FROM old_feed_entries WHERE feed = ?1 AND url_key = ?2",
                {rows.text(i, 5), rows.text(i, 1)}));
      }
      return {};
    }));
    if (is_done) return {};
  }
}

}  // namespace linkgate::state
