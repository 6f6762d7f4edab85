#pragma once
// A hunting query from text to rows, for every door that portal has: compile, run in the store, limits.
//
// Blocking; several threads ask at once.

#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/config.h"
#include "kql/kql.h"
#include "store/client.h"

namespace linkgate::portal {

// Defender's runHuntingQuery and Kusto's query limits.
inline constexpr uint64_t kHuntingRows = 10'000;
inline constexpr uint64_t kKustoRows = 500'000;
inline constexpr uint64_t kKustoBytes = 64ULL << 20;
// With the option notruncation: what one answer may take of portal's memory.
inline constexpr uint64_t kMostRows = 20'000'000;
inline constexpr uint64_t kMostBytes = 1ULL << 30;

struct Question {
  std::string text;
  std::string user;      // whose queries are counted
  std::string query_id;  // the store's log names it; unique
  std::chrono::seconds time{180};
  uint64_t max_rows = kKustoRows;
  uint64_t max_bytes = kKustoBytes;
  std::function<bool()> cancelled;                     // see store::QueryLimits
  std::map<std::string, std::string> parameters = {};  // see kql::CompileOptions
  std::optional<kql::TimeRange> timespan = {};         // the same
  bool first_only = false;                             // of several results only the first is asked
};

struct Answer {
  std::vector<kql::ResultColumn> columns;
  std::vector<std::string> rows;  // each a JSON array of KQL's values: kql::row_to_json
  kql::Visualization visualization;
  bool truncated = false;         // there are more than max_rows in all; then what follows was not asked
  std::string name = {};          // see kql::CompiledResult
  std::vector<Answer> more = {};  // further results of the query, in their order
  size_t not_asked = 0;           // further results that Question::first_only leaves out
};

struct Refusal {
  enum class Why {
    kQuery,        // what is wrong with the text: `diagnostic`
    kLimit,        // too many octets, or something else too large
    kMemory,       // more than kql.query_memory_bytes
    kTimeout,      // of Question::time
    kBusy,         // so many queries of this user run already
    kUnavailable,  // the store is not there, or the client went
    kInternal,
  };
  Why why = Why::kInternal;
  std::string message;
  kql::Diagnostic diagnostic = {};
  std::string text = {};  // that the diagnostic is about
};

// Where the store is now: asked for each query, since linkgate-store may have come back elsewhere.
using FindStore = std::function<Result<store::StoreOptions>()>;

struct RunningQuery {
  std::string user, query_id, text;
  Time since;
};

class FunctionLibrary;

class Hunting {
 public:
  // `functions` outlives this object; null: there are none.
  Hunting(FindStore find_store, const std::string& database, int queries_per_user, const Clock& clock,
          FunctionLibrary* functions = nullptr, KqlConfig kql = {}, std::string egress_socket = {});
  FunctionLibrary* functions() const { return functions_; }
  tl::expected<Answer, Refusal> ask(const Question& question);
  // The queries of this user that have no answer yet, the oldest first.
  std::vector<RunningQuery> running(std::string_view user) const;
  // For /healthz: why queries of the last minute found no store; empty where one was answered since.
  std::string trouble() const;
  const kql::Catalog& catalog() const { return catalog_; }
  const std::string& database() const { return database_; }
  const Clock& clock() const { return clock_; }

 private:
  class Turn;
  tl::expected<Answer, Refusal> run(const Question& question);
  tl::expected<Answer, Refusal> one_result(const kql::CompiledResult& compiled, store::StoreClient& client,
                                           const store::QueryLimits& limits, uint64_t max_rows,
                                           const std::string& query_id);
  void note(const Question& question, const tl::expected<Answer, Refusal>& answer);

  const FindStore find_store_;
  const std::string database_;
  const kql::Catalog catalog_;
  const int queries_per_user_;
  const Clock& clock_;
  const KqlConfig kql_;
  const std::string egress_socket_;  // of our own requests, for externaldata
  mutable std::mutex mutex_;         // guards what follows
  std::list<RunningQuery> running_;
  FunctionLibrary* functions_;
  std::string trouble_;
  std::chrono::steady_clock::time_point trouble_at_{};
};

}  // namespace linkgate::portal
