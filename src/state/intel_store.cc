#include <algorithm>

#include "state/feed_tables.h"
#include "state/policy_document.h"

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
)sql",
                                            kFeedTables};
constexpr std::string_view kPutVerdict = R"sql(
INSERT INTO verdicts (hash, disposition, confidence, evidence, url_chain, detection_method, judged_at, valid_until)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT (hash) DO UPDATE SET disposition = excluded.disposition, confidence = excluded.confidence,
    evidence = excluded.evidence, url_chain = excluded.url_chain, detection_method = excluded.detection_method,
    judged_at = excluded.judged_at, valid_until = excluded.valid_until
)sql";
constexpr StoreSchema kSchema{"intel", kMigrations, /*secret=*/false, /*full_sync=*/false};

constexpr int64_t kVerdictPage = 1'000;

class SqlIntelStore final : public IntelStore, private FeedTables {
 public:
  using FeedTables::FeedTables;
  using FeedTables::take_over_old_entries;

  Result<Version> version() override { return read_version(); }
  Result<void> replace_feed(const FeedStatus& status, const FeedEntries& next) override {
    return FeedTables::replace_feed(status, next);
  }
  Result<void> record_feed_trouble(std::string_view feed, std::string_view source,
                                   std::string_view trouble) override {
    return FeedTables::record_feed_trouble(feed, source, trouble);
  }
  Result<void> remove_feed(std::string_view feed) override { return FeedTables::remove_feed(feed); }
  Result<std::vector<FeedStatus>> feeds() override { return FeedTables::feeds(); }
  Result<std::optional<FeedEntry>> find_listed(std::string_view feed, std::string_view key) override {
    return FeedTables::find_listed(feed, key);
  }
  Result<void> for_each_hash(std::string_view feed, const std::function<void(uint64_t)>& take) override {
    return FeedTables::for_each_hash(feed, take);
  }
  Result<std::vector<uint64_t>> additions(std::string_view feed, uint64_t generation) override {
    return FeedTables::additions(feed, generation);
  }
  Result<void> for_each_listed_by(std::string_view feed,
                                  const std::function<void(const FeedEntry&)>& take) override {
    return FeedTables::for_each_listed_by(feed, take);
  }

  Result<std::vector<Listed>> listed() override {
    std::vector<Listed> all;
    TRY(for_each_listed([&](const Listed& listed) { all.push_back(listed); }));
    return all;
  }
  Result<void> for_each_listed(const std::function<void(const Listed&)>& take) override {
    TRY_ASSIGN(const auto known, FeedTables::feeds());
    for (const FeedStatus& feed : known) {
      TRY(for_each_listed_by(feed.name, [&](const FeedEntry& entry) { take({feed.name, entry}); }));
    }
    return {};
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
    if (rows.size() == 0) return std::optional<verdict::Verdict>();
    TRY_ASSIGN(verdict::Verdict found, verdict_in(rows, 0));
    return std::optional(std::move(found));
  }

  Result<void> for_each_verdict(Time now, const std::function<void(const verdict::Verdict&)>& take) override {
    std::string last;
    while (true) {
      TRY_ASSIGN(
          const SqlRows rows,
          query("SELECT disposition, confidence, evidence, url_chain, detection_method, judged_at, "
                "valid_until, hash FROM verdicts WHERE hash > ?1 AND valid_until > ?2 ORDER BY hash LIMIT ?3",
                {Blob{last}, to_sql(now), kVerdictPage}));
      for (size_t i = 0; i < rows.size(); ++i) {
        TRY_ASSIGN(const verdict::Verdict found, verdict_in(rows, i));
        take(found);
      }
      if (static_cast<int64_t>(rows.size()) < kVerdictPage) return {};
      last = rows.text(rows.size() - 1, 7);
    }
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
  static Result<verdict::Verdict> verdict_in(const SqlRows& rows, size_t row) {
    verdict::Verdict found;
    found.disposition = disposition_of(rows.integer(row, 0));
    found.confidence = static_cast<int>(rows.integer(row, 1));
    TRY_ASSIGN(found.evidence, evidence_from_json(rows.text(row, 2)));
    TRY_ASSIGN(found.url_chain, strings_from_json(rows.text(row, 3)));
    found.detection_method = rows.text(row, 4);
    found.judged_at = from_sql(rows.integer(row, 5));
    found.valid_until = from_sql(rows.integer(row, 6));
    return found;
  }

  Result<void> store(std::string_view hash, const verdict::Verdict& verdict) {
    TRY(run(kPutVerdict, {Blob{hash}, static_cast<int64_t>(verdict.disposition), int64_t{verdict.confidence},
                          evidence_to_json(verdict.evidence), strings_to_json(verdict.url_chain),
                          verdict.detection_method, to_sql(verdict.judged_at), to_sql(verdict.valid_until)}));
    return {};
  }
};

}  // namespace

Result<void> IntelStore::replace_feed(const FeedStatus& status, std::vector<FeedEntry> entries) {
  std::vector<std::pair<uint64_t, const FeedEntry*>> order;
  order.reserve(entries.size());
  for (const FeedEntry& entry : entries) order.emplace_back(listing_hash(entry.key), &entry);
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : a.second->key < b.second->key;
  });
  size_t at = 0;
  const FeedEntries next = [&]() -> Result<const FeedEntry*> {
    while (at + 1 < order.size() && order[at + 1].second->key == order[at].second->key) ++at;
    return at < order.size() ? order[at++].second : nullptr;
  };
  return replace_feed(status, next);
}

Result<std::unique_ptr<IntelStore>> open_intel_store(const StateOptions& options) {
  TRY_ASSIGN(auto sql, open_sql(options, kSchema));
  auto store = std::make_unique<SqlIntelStore>(std::move(sql), options);
  if (!options.read_only) TRY(store->take_over_old_entries());
  return std::unique_ptr<IntelStore>(std::move(store));
}

}  // namespace linkgate::state
