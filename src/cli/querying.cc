#include "cli/querying.h"

#include <fmt/format.h>
#include <unistd.h>

#include "cli/query_command.h"
#include "cli/query_progress.h"
#include "portal/external_data.h"
#include "portal/hunting.h"
#include "views/event_catalog.h"

namespace linkgate::cli {
namespace {

constexpr std::chrono::hours kMostTime{1};  // that set servertimeout may ask for

// `own_size`: the query itself says how large its answer may be.
Error explained(const Error& error, const store::QueryLimits& limits, bool own_size) {
  if (error.code() == ErrorCode::kTimeout) {
    const bool may_have_more = limits.time < kMostTime;
    return Error(
        ErrorCode::kTimeout,
        fmt::format("the query took longer than {} seconds and was ended; ask less, such as | where "
                    "Timestamp > ago(1d){}",
                    limits.time.count(),
                    may_have_more ? ", or put `set servertimeout = 30m;` before it (1h at most)" : ""));
  }
  if (store::is_answer_too_large(error)) {
    const char* more = own_size                              ? ", or let truncationmaxsize be more"
                       : limits.max_rows < portal::kMostRows ? ", or ask for all with --rows 0"
                                                             : "";
    return Error(
        ErrorCode::kLimit,
        fmt::format("the answer has more than {} rows or {} bytes; summarize it, take fewer rows or project "
                    "fewer columns{}",
                    limits.max_rows, limits.max_bytes, more));
  }
  return error;
}

}  // namespace

Querying::Querying(const Config& config, bool installed, uint64_t rows)
    : config_(config),
      rows_(rows),
      installed_(installed),
      catalog_(views::event_catalog(config.events.database)),
      for_trying_(AskedStore::is_for_trying(config, installed)) {
  if (!for_trying_) read_functions();
}

Result<kql::Expected<kql::Compiled>> Querying::compile(const std::string& text) {
  own_ = kql::requested_limits(text);
  portal::ExternalData external(config_.kql.externaldata_hosts, DataPaths(config_.data).egress_feeds_socket(),
                                {});
  const auto ask = [this](const std::string& sql) -> Result<std::vector<std::string>> {
    TRY_ASSIGN(store::QueryResult result, run(sql));
    return std::move(result.rows);
  };
  return kql::compile_asking(text, functions_, catalog_, options(), ask,
                             for_trying_ ? kql::Fetch() : external.fetcher());
}

kql::Expected<kql::Compiled> Querying::explain(const std::string& text) const {
  return kql::compile(text, functions_, catalog_, options());
}

store::QueryLimits Querying::limits() const {
  store::QueryLimits limits;
  limits.time = std::min<std::chrono::seconds>(own_.time.value_or(limits.time), kMostTime);
  limits.max_memory = config_.kql.query_memory_bytes;
  const bool many = rows() == 0 || rows() > portal::kKustoRows;
  if (many) limits.max_rows = portal::kMostRows, limits.max_bytes = portal::kMostBytes;
  limits.max_bytes = std::min(own_.max_bytes.value_or(limits.max_bytes), portal::kMostBytes);
  return limits;
}

Result<store::QueryResult> Querying::run(const std::string& sql) {
  if (!store_) store_.emplace(AskedStore::open(config_, installed_));
  if (!*store_) return store_->error();  // the next query would wait for the same in vain
  const std::string id =
      fmt::format("kql-{}-{}-{}", ::getpid(), SystemClock().now().time_since_epoch().count(), ++asked_);
  const auto other = (**store_)->another();
  QueryProgress progress([&] { return other->read_so_far(id); });
  store::QueryLimits limits = this->limits();
  limits.cancelled = [&progress] {
    progress.tick();
    return false;  // a signal ends the process, see AskedStore
  };
  auto result = (**store_)->query(sql, limits, id);
  if (!result) return explained(result.error(), limits, own_.max_bytes.has_value());
  return result;
}

kql::CompileOptions Querying::options() const {
  kql::CompileOptions options;
  options.now = SystemClock().now();
  options.timespan = timespan_;
  if (for_trying_) options.external = kql::External::kEmpty;
  if (!for_trying_ && !config_.kql.externaldata_hosts.empty()) options.external = kql::External::kFetched;
  options.row_limit = rows() == 0 ? 0 : rows() + 1;  // the last tells that there are more
  return options;
}

void Querying::read_functions() {
  auto found = stored_functions(config_);
  if (found)
    functions_ = *std::move(found);
  else
    fmt::print(stderr, "linkgate: stored functions are not read: {}\n", found.error().message());
}

namespace {

// What is more than the console shows goes, and is said.
void cut(Answered& answered, uint64_t rows) {
  if (rows == 0 || answered.rows.rows.size() <= rows) return;
  answered.rows.rows.resize(rows);
  answered.cut = true;
  fmt::print(stderr, "linkgate: these are {} of more rows; --rows N prints more, and 0 all\n", rows);
}

}  // namespace

Result<std::vector<Answered>> ask_all(Querying& querying, const kql::Compiled& compiled) {
  std::vector<Answered> all;
  TRY_ASSIGN(store::QueryResult first, querying.run(compiled.sql));
  all.push_back({compiled, std::move(first), compiled.more.empty() ? 0U : 1U});
  for (const kql::CompiledResult& further : compiled.more) {
    TRY_ASSIGN(store::QueryResult rows, querying.run(further.sql));
    all.push_back({further, std::move(rows), all.size() + 1});
  }
  for (Answered& one : all) cut(one, querying.rows());
  return all;
}

}  // namespace linkgate::cli
