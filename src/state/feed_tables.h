#pragma once
// The tables of feeds and their entries. Entries lie in the order of their hash, so that a feed is compared
// with what is stored, and read for a filter, in one pass that needs memory for a page. Private to state/.

#include "state/sql.h"

namespace linkgate::state {

// A migration of the intel store, behind the one that made feeds and feed_entries(feed, url_key, ...).
inline constexpr std::string_view kFeedTables = R"sql(
CREATE TABLE numbered_feeds (id {ID}, name TEXT NOT NULL UNIQUE, source TEXT NOT NULL, loaded BIGINT NOT NULL,
                             entries BIGINT NOT NULL, trouble TEXT NOT NULL, changed BIGINT NOT NULL,
                             generation BIGINT NOT NULL, additions_from BIGINT NOT NULL, loading BIGINT NOT NULL);
INSERT INTO numbered_feeds (name, source, loaded, entries, trouble, changed, generation, additions_from, loading)
SELECT name, source, loaded, entries, trouble, changed, 1, 1, 1 FROM feeds;
DROP TABLE feeds;
ALTER TABLE numbered_feeds RENAME TO feeds;
ALTER TABLE feed_entries RENAME TO old_feed_entries;
CREATE TABLE feed_entries (feed BIGINT NOT NULL, hash BIGINT NOT NULL, url_key TEXT {BYTEWISE} NOT NULL,
                           disposition BIGINT NOT NULL, detail TEXT NOT NULL, since BIGINT NOT NULL,
                           PRIMARY KEY (feed, hash, url_key)) {CLUSTERED};
CREATE TABLE feed_additions (feed BIGINT NOT NULL, generation BIGINT NOT NULL, hash BIGINT NOT NULL,
                             PRIMARY KEY (feed, generation, hash)) {CLUSTERED};
)sql";

verdict::Disposition disposition_of(int64_t stored);

// As IntelStore has them.
class FeedTables : protected SqlStore {
 public:
  using SqlStore::SqlStore;

  Result<void> replace_feed(const FeedStatus& status, const FeedEntries& next);
  Result<void> record_feed_trouble(std::string_view feed, std::string_view source, std::string_view trouble);
  Result<void> remove_feed(std::string_view feed);
  Result<std::vector<FeedStatus>> feeds();
  Result<std::optional<FeedEntry>> find_listed(std::string_view feed, std::string_view key);
  Result<void> for_each_hash(std::string_view feed, const std::function<void(uint64_t)>& take);
  Result<std::vector<uint64_t>> additions(std::string_view feed, uint64_t generation);
  Result<void> for_each_listed_by(std::string_view feed, const std::function<void(const FeedEntry&)>& take);
  // What the first schema kept, with since when it is listed.
  Result<void> take_over_old_entries();

 private:
  struct Loading;
  Result<std::optional<int64_t>> number_of(std::string_view feed);
  Result<void> begin_loading(const FeedStatus& status, Loading* loading);
  Result<void> compare(const FeedEntries& next, Loading* loading);
  Result<void> fetch_stored(Loading* loading);
  Result<void> change(Loading* loading);
  Result<void> write_changes(Loading* loading);
  Result<void> remember_additions(Loading* loading);
  Result<void> end_loading(const FeedStatus& status, Loading* loading);
};

}  // namespace linkgate::state
