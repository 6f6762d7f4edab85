#pragma once
// What the event store knows of delivered mail: who got which links, and the rows that later versions are
// made of.

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "events/row.h"
#include "store/client.h"

namespace linkgate::store {

// A row as the store has it, in its newest version.
class StoredRow {
 public:
  Time timestamp{};
  std::string row_id;
  uint64_t version = 0;
  std::string text(std::string_view column) const;  // of a string column; empty where there is none
  // The same row in a later version, for the caller to change. kCorrupt where a value is not of its type.
  Result<events::Row> as_version(uint64_t version) const;

 private:
  friend class MailHistory;
  const events::Table* table_ = nullptr;
  std::map<std::string, std::string, std::less<>> values_;  // JSON, by column
};

// Errors as those of the client. Every answer has at most kMostMails rows; more are kLimit.
inline constexpr uint64_t kMostMails = 500'000;
inline constexpr uint64_t kMostLinks = 200'000;
class MailHistory {
 public:
  explicit MailHistory(StoreClient& client) : client_(client) {}

  // {NetworkMessageId, Url} of links that name one of `hosts` anywhere (as their host, or within a wrapper or
  // a redirector's query), in mails since `since`.
  Result<std::vector<std::pair<std::string, std::string>>> links_naming(const std::vector<std::string>& hosts,
                                                                        Time since);
  // {NetworkMessageId, Url} of the links of mails from `from` to before `to` in which no threat was seen when
  // they came, each URL once, web links alone; at most kMostLinks.
  Result<std::vector<std::pair<std::string, std::string>>> links_between(Time from, Time to);
  // UrlChain (JSON arrays, as stored) of clicks since `since` in which one of `hosts` is named.
  Result<std::vector<std::string>> chains_naming(const std::vector<std::string>& hosts, Time since);
  // Rows of EmailEvents, one a message and recipient.
  Result<std::vector<StoredRow>> mails(const std::vector<std::string>& network_message_ids);

 private:
  Result<QueryResult> ask(const std::string& sql);
  StoreClient& client_;
};

}  // namespace linkgate::store
