#include <algorithm>

#include "state/policy_document.h"
#include "state/sql.h"

namespace linkgate::state {
namespace {

// What only scan needs, and can rebuild: a power cut may cost the last commits, so no sync at each of them.
constexpr std::string_view kMigrations[] = {R"sql(
CREATE TABLE version (value BIGINT NOT NULL);
INSERT INTO version VALUES (1);
CREATE TABLE feeds (name TEXT PRIMARY KEY, source TEXT NOT NULL, loaded BIGINT NOT NULL, entries BIGINT NOT NULL,
                    trouble TEXT NOT NULL, changed BIGINT NOT NULL);
CREATE TABLE feed_entries (feed TEXT NOT NULL, url_key TEXT NOT NULL, disposition BIGINT NOT NULL, detail TEXT NOT NULL,
                           since BIGINT NOT NULL, PRIMARY KEY (feed, url_key));
CREATE TABLE verdicts (hash BYTEA PRIMARY KEY, disposition BIGINT NOT NULL, confidence BIGINT NOT NULL,
                       evidence TEXT NOT NULL, url_chain TEXT NOT NULL, detection_method TEXT NOT NULL,
                       judged_at BIGINT NOT NULL, valid_until BIGINT NOT NULL);
CREATE INDEX verdicts_by_expiry ON verdicts (valid_until);
)sql"};
constexpr std::string_view kMakeIncoming = R"sql(
CREATE TEMPORARY TABLE IF NOT EXISTS incoming (url_key TEXT PRIMARY KEY, disposition BIGINT NOT NULL, detail TEXT NOT NULL)
)sql";
// Rows that stay as they were are not written, and keep the time since when they are listed.
constexpr std::string_view kTakeIncoming = R"sql(
INSERT INTO feed_entries (feed, url_key, disposition, detail, since)
SELECT CAST(?1 AS TEXT), url_key, disposition, detail, CAST(?2 AS BIGINT) FROM incoming WHERE true
ON CONFLICT (feed, url_key) DO UPDATE SET disposition = excluded.disposition, detail = excluded.detail
WHERE feed_entries.disposition <> excluded.disposition OR feed_entries.detail <> excluded.detail
)sql";
constexpr std::string_view kPutLoadedFeed = R"sql(
INSERT INTO feeds (name, source, loaded, entries, trouble, changed)
VALUES (?1, ?2, ?3, ?4, '', (SELECT value FROM version))
ON CONFLICT (name) DO UPDATE SET source = excluded.source, loaded = excluded.loaded, entries = excluded.entries,
                                 trouble = '', changed = excluded.changed
)sql";
constexpr std::string_view kPutFeedTrouble = R"sql(
INSERT INTO feeds (name, source, loaded, entries, trouble, changed) VALUES (?1, ?2, 0, 0, ?3, 0)
ON CONFLICT (name) DO UPDATE SET source = excluded.source, trouble = excluded.trouble
)sql";
constexpr std::string_view kPutVerdict = R"sql(
INSERT INTO verdicts (hash, disposition, confidence, evidence, url_chain, detection_method, judged_at, valid_until)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT (hash) DO UPDATE SET disposition = excluded.disposition, confidence = excluded.confidence,
    evidence = excluded.evidence, url_chain = excluded.url_chain, detection_method = excluded.detection_method,
    judged_at = excluded.judged_at, valid_until = excluded.valid_until
)sql";
constexpr StoreSchema kSchema{"intel", kMigrations, /*secret=*/false, /*full_sync=*/false};

constexpr size_t kInsertRows = 200;    // of one INSERT: parameters are limited (SQLite 32,766)
constexpr int64_t kPageRows = 20'000;  // of one SELECT while all entries are read

verdict::Disposition disposition_of(int64_t stored) {
  if (stored < 0 || stored > static_cast<int64_t>(verdict::Disposition::kMalware))
    return verdict::Disposition::kUnknown;
  return static_cast<verdict::Disposition>(stored);
}

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

class SqlIntelStore final : public IntelStore, private SqlStore {
 public:
  using SqlStore::SqlStore;

  Result<Version> version() override { return read_version(); }

  Result<void> replace_feed(const FeedStatus& status, const std::vector<FeedEntry>& entries) override {
    return write(Bump::kVersion, [&]() -> Result<void> {
      TRY(run(kMakeIncoming));
      TRY(run("DELETE FROM incoming"));
      TRY(load_incoming(entries));
      TRY(run("DELETE FROM feed_entries WHERE feed = ?1 AND url_key NOT IN (SELECT url_key FROM incoming)",
              {status.name}));
      TRY(run(kTakeIncoming, {status.name, to_sql(status.loaded)}));
      TRY_ASSIGN(const SqlRows count, run("SELECT COUNT(*) FROM incoming"));
      TRY(run("DELETE FROM incoming"));
      TRY(run(kPutLoadedFeed, {status.name, status.source, to_sql(status.loaded), count.integer(0, 0)}));
      return {};
    });
  }

  Result<void> record_feed_trouble(std::string_view feed, std::string_view source,
                                   std::string_view trouble) override {
    return write(Bump::kNothing, [&]() -> Result<void> {
      TRY(run(kPutFeedTrouble, {feed, source, trouble}));
      return {};
    });
  }

  Result<void> remove_feed(std::string_view feed) override {
    return write(Bump::kVersion, [&]() -> Result<void> {
      TRY(run("DELETE FROM feed_entries WHERE feed = ?1", {feed}));
      TRY_ASSIGN(const SqlRows gone, run("DELETE FROM feeds WHERE name = ?1 RETURNING name", {feed}));
      if (gone.size() == 0)
        return Error(ErrorCode::kNotFound, "there is no feed \"" + std::string(feed) + "\"");
      return {};
    });
  }

  Result<std::vector<FeedStatus>> feeds() override {
    TRY_ASSIGN(const SqlRows rows,
               query("SELECT name, source, loaded, entries, trouble, changed FROM feeds ORDER BY name"));
    std::vector<FeedStatus> feeds(rows.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      FeedStatus& feed = feeds[i];
      feed.name = rows.text(i, 0);
      feed.source = rows.text(i, 1);
      feed.loaded = from_sql(rows.integer(i, 2));
      feed.entries = static_cast<size_t>(rows.integer(i, 3));
      feed.trouble = rows.text(i, 4);
      feed.version = static_cast<Version>(rows.integer(i, 5));
    }
    return feeds;
  }

  Result<std::vector<Listed>> listed() override {
    std::vector<Listed> all;
    TRY(for_each_listed([&](const Listed& listed) { all.push_back(listed); }));
    return all;
  }

  Result<void> for_each_listed(const std::function<void(const Listed&)>& take) override {
    TRY_ASSIGN(const auto names, query("SELECT DISTINCT feed FROM feed_entries ORDER BY feed"));
    for (size_t i = 0; i < names.size(); ++i) {
      const std::string& feed = names.text(i, 0);
      TRY(for_each_listed_by(feed, [&](const FeedEntry& entry) { take({feed, entry}); }));
    }
    return {};
  }

  // Page by page with the lock given up in between, so that a long walk keeps nobody waiting. An entry that
  // stays listed throughout is seen; of one that comes or goes meanwhile nothing is promised, and version()
  // tells.
  Result<void> for_each_listed_by(std::string_view feed,
                                  const std::function<void(const FeedEntry&)>& take) override {
    std::string key;
    while (true) {
      TRY_ASSIGN(const SqlRows rows, query("SELECT url_key, disposition, detail, since FROM feed_entries "
                                           "WHERE feed = ?1 AND url_key > ?2 ORDER BY url_key LIMIT ?3",
                                           {feed, key, kPageRows}));
      for (size_t i = 0; i < rows.size(); ++i) {
        take({rows.text(i, 0), disposition_of(rows.integer(i, 1)), rows.text(i, 2),
              from_sql(rows.integer(i, 3))});
      }
      if (static_cast<int64_t>(rows.size()) < kPageRows) return {};
      key = rows.text(rows.size() - 1, 0);
    }
  }

  Result<void> put_verdict(std::string_view canonical_hash, const verdict::Verdict& verdict) override {
    return write(Bump::kNothing, [&] { return store(canonical_hash, verdict); });
  }

  Result<void> put_verdicts(const std::vector<CachedVerdict>& verdicts) override {
    return write(Bump::kNothing, [&]() -> Result<void> {
      for (const CachedVerdict& cached : verdicts) TRY(store(cached.canonical_hash, cached.verdict));
      return {};
    });
  }

  Result<std::optional<verdict::Verdict>> verdict(std::string_view canonical_hash, Time now) override {
    TRY_ASSIGN(
        const SqlRows rows,
        query("SELECT disposition, confidence, evidence, url_chain, detection_method, judged_at, valid_until "
              "FROM verdicts WHERE hash = ?1 AND valid_until > ?2",
              {Blob{canonical_hash}, to_sql(now)}));
    std::optional<verdict::Verdict> found;
    if (rows.size() == 0) return found;
    found.emplace();
    found->disposition = disposition_of(rows.integer(0, 0));
    found->confidence = static_cast<int>(rows.integer(0, 1));
    TRY_ASSIGN(found->evidence, evidence_from_json(rows.text(0, 2)));
    TRY_ASSIGN(found->url_chain, strings_from_json(rows.text(0, 3)));
    found->detection_method = rows.text(0, 4);
    found->judged_at = from_sql(rows.integer(0, 5));
    found->valid_until = from_sql(rows.integer(0, 6));
    return found;
  }

  Result<size_t> drop_expired_verdicts(Time now) override {
    size_t dropped = 0;
    TRY(write(Bump::kNothing, [&]() -> Result<void> {
      TRY_ASSIGN(const SqlRows rows,
                 run("SELECT COUNT(*) FROM verdicts WHERE valid_until <= ?1", {to_sql(now)}));
      dropped = static_cast<size_t>(rows.integer(0, 0));
      TRY(run("DELETE FROM verdicts WHERE valid_until <= ?1", {to_sql(now)}));
      return {};
    }));
    return dropped;
  }

 private:
  Result<void> load_incoming(const std::vector<FeedEntry>& entries) {
    // Within one INSERT a key may not be updated twice (PostgreSQL), so the last of each key is chosen here.
    std::vector<const FeedEntry*> rows;
    for (const FeedEntry& entry : entries) rows.push_back(&entry);
    std::stable_sort(rows.begin(), rows.end(), [](const auto* a, const auto* b) { return a->key < b->key; });
    size_t kept = 0;
    for (size_t i = 0; i < rows.size(); ++i) {
      if (i + 1 == rows.size() || rows[i]->key != rows[i + 1]->key) rows[kept++] = rows[i];
    }
    rows.resize(kept);

    std::vector<SqlValue> values;
    for (size_t begin = 0; begin < rows.size(); begin += kInsertRows) {
      const size_t count = std::min(kInsertRows, rows.size() - begin);
      values.clear();
      for (size_t i = begin; i < begin + count; ++i) {
        values.emplace_back(std::string_view(rows[i]->key));
        values.emplace_back(static_cast<int64_t>(rows[i]->disposition));
        values.emplace_back(std::string_view(rows[i]->detail));
      }
      TRY(run_all("INSERT INTO incoming (url_key, disposition, detail) VALUES " + placeholders(count, 3),
                  values));
    }
    return {};
  }

  Result<void> store(std::string_view hash, const verdict::Verdict& verdict) {
    TRY(run(kPutVerdict, {Blob{hash}, static_cast<int64_t>(verdict.disposition), int64_t{verdict.confidence},
                          evidence_to_json(verdict.evidence), strings_to_json(verdict.url_chain),
                          verdict.detection_method, to_sql(verdict.judged_at), to_sql(verdict.valid_until)}));
    return {};
  }
};

}  // namespace

Result<std::unique_ptr<IntelStore>> open_intel_store(const StateOptions& options) {
  TRY_ASSIGN(auto sql, open_sql(options, kSchema));
  return std::make_unique<SqlIntelStore>(std::move(sql), options);
}

}  // namespace linkgate::state
