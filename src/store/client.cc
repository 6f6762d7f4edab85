#include "store/client.h"

#include <fmt/format.h>

#include <charconv>

#include "base/ascii.h"
#include "store/http.h"
#include "store/sql.h"

namespace linkgate::store {
namespace {

// A store that was killed and came back must not keep a caller waiting on what the dead one took.
constexpr std::chrono::seconds kInsertTimeout{20};
constexpr std::chrono::seconds kCommandTimeout{20};
constexpr std::chrono::seconds kBackupTimeout{600};
constexpr std::chrono::seconds kSlack{5};  // for the way, past what the store itself allows
// ClickHouse's own max_query_size; a longer text has to say how long it is.
constexpr size_t kOrdinaryQueryBytes = 256 * 1024;
constexpr size_t kMaxCommandAnswer = 1u << 20;

// Of every query that reads.
std::vector<std::pair<std::string, std::string>> reading_parameters(const std::string& database,
                                                                    const QueryLimits& limits) {
  return {{"database", database},
          {"readonly", "1"},
          {"do_not_merge_across_partitions_select_final", "1"},
          // Of a cluster: an IN over another sharded table is answered once and sent along.
          {"distributed_product_mode", "global"},
          {"cancel_http_readonly_queries_on_client_close", "1"},
          {"max_execution_time", std::to_string(limits.time.count())},
          {"max_memory_usage", std::to_string(limits.max_memory)},
          {"output_format_json_quote_64bit_integers", "1"},
          {"output_format_json_quote_64bit_floats", "1"},
          {"output_format_json_quote_denormals", "1"},
          {"output_format_json_escape_forward_slashes", "0"}};
}

// From pieces of an answer to its lines.
class Lines {
 public:
  explicit Lines(const std::function<bool(std::string_view)>& take) : take_(take) {}
  bool add(std::string_view piece) {
    for (size_t end = piece.find('\n'); end != piece.npos; end = piece.find('\n')) {
      pending_.append(piece.substr(0, end));
      piece.remove_prefix(end + 1);
      if (!line()) return false;
      pending_.clear();
    }
    pending_.append(piece);
    return pending_.size() <= kMaxLine;
  }
  // What the store said instead of a row, when it failed half-way.
  const std::string& trouble() const { return trouble_; }
  bool ends_in_a_line() const { return pending_.empty(); }

 private:
  static constexpr size_t kMaxLine = 64u << 20;
  bool line() {
    if (trouble_.empty() && pending_.starts_with('[')) return take_(pending_);
    if (trouble_.size() < kMaxTrouble) trouble_ += pending_ + ' ';
    return true;
  }
  static constexpr size_t kMaxTrouble = 2000;

  const std::function<bool(std::string_view)>& take_;
  std::string pending_, trouble_;
};

}  // namespace

struct StoreClient::Impl {
  explicit Impl(StoreOptions given)
      : options(std::move(given)), connection(options.url, options.user, options.password) {}
  StoreOptions options;
  StoreConnection connection;
};

StoreClient::StoreClient(StoreOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
StoreClient::~StoreClient() = default;

const std::string& StoreClient::database() const { return impl_->options.database; }

Result<void> StoreClient::insert(std::string_view table, const std::vector<std::string_view>& lines) {
  if (lines.empty()) return {};
  std::string body;
  size_t size = 0;
  for (const std::string_view line : lines) size += line.size() + 1;
  body.reserve(size);
  for (const std::string_view line : lines) body.append(line).append(1, '\n');
  StoreRequest request{.body = body, .timeout = kInsertTimeout};
  request.parameters = {
      {"query", fmt::format("INSERT INTO {} FORMAT JSONEachRow", qualified(impl_->options.database, table))},
      // The engine writes down what it has seen before the rows are there for good, so that a batch sent
      // again after a kill between the two would be dropped; and it needs no such help, see insert().
      {"insert_deduplicate", "0"},
      {"async_insert", "0"},
      {"date_time_input_format", "best_effort"},
      {"input_format_skip_unknown_fields", "0"},
      {"max_execution_time", std::to_string(kInsertTimeout.count())},
      {"max_partitions_per_insert_block", "1000"}};
  TRY(impl_->connection.post("/", request));
  return {};
}

Result<QueryResult> StoreClient::query(std::string_view sql, const QueryLimits& limits,
                                       std::string_view query_id) {
  StoreRequest request{.body = sql, .timeout = limits.time + kSlack, .max_answer_bytes = limits.max_bytes};
  request.cancelled = &limits.cancelled;
  request.parameters = reading_parameters(impl_->options.database, limits);
  request.parameters.insert(request.parameters.end(),
                            {{"default_format", "JSONCompactEachRowWithNamesAndTypes"},
                             {"wait_end_of_query", "1"},
                             {"max_result_rows", std::to_string(limits.max_rows)},
                             {"max_result_bytes", std::to_string(limits.max_bytes)}});
  if (sql.size() >= kOrdinaryQueryBytes)
    request.parameters.emplace_back("max_query_size", std::to_string(sql.size() + 1));
  if (!query_id.empty()) request.parameters.emplace_back("query_id", query_id);
  TRY_ASSIGN(const std::string body, impl_->connection.post("/", request));

  QueryResult result;
  std::string_view rest = body;
  for (int line_number = 0; !rest.empty(); ++line_number) {
    const size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    if (line_number >= 2) {
      result.rows.emplace_back(line);
      continue;
    }
    TRY_ASSIGN(auto names, parse_string_array(line));
    (line_number == 0 ? result.columns : result.types) = std::move(names);
  }
  return result;
}

Result<void> StoreClient::stream(std::string_view sql, const QueryLimits& limits,
                                 const std::function<bool(std::string_view line)>& take) {
  Lines lines(take);
  const std::function<bool(std::string_view)> pieces = [&](std::string_view piece) {
    return lines.add(piece);
  };
  StoreRequest request{.body = sql, .timeout = limits.time + kSlack};
  request.cancelled = &limits.cancelled;
  request.take = &pieces;
  request.parameters = reading_parameters(impl_->options.database, limits);
  request.parameters.emplace_back("default_format", "JSONCompactEachRow");
  if (sql.size() >= kOrdinaryQueryBytes)
    request.parameters.emplace_back("max_query_size", std::to_string(sql.size() + 1));
  const auto answered = impl_->connection.post("/", request);
  if (lines.trouble().empty() && !answered) return answered.error();
  if (lines.trouble().empty() && lines.ends_in_a_line()) return {};
  return Error(ErrorCode::kInternal, "event store: the answer broke off: " + lines.trouble());
}

Result<ReadSoFar> StoreClient::read_so_far(std::string_view query_id) {
  // linkgate-store keeps the id of a query as its comment: its engine gives ids of its own.
  const std::string sql = fmt::format(
      "SELECT read_rows, total_rows_approx FROM system.processes WHERE query_id = {0} OR "
      "Settings['log_comment'] = {0} LIMIT 1 FORMAT TabSeparated",
      text_literal(query_id));
  StoreRequest request{.body = sql, .timeout = kSlack, .max_answer_bytes = kMaxCommandAnswer};
  TRY_ASSIGN(const std::string row, impl_->connection.post("/", request));
  ReadSoFar found;
  const char* end = row.data() + row.size();
  const auto rows = std::from_chars(row.data(), end, found.rows);
  const bool complete = rows.ec == std::errc() && rows.ptr != end &&
                        std::from_chars(rows.ptr + 1, end, found.of_rows).ec == std::errc();
  if (!complete) return Error(ErrorCode::kNotFound, "no query of this id runs");
  return found;
}

std::unique_ptr<StoreClient> StoreClient::another() const {
  return std::make_unique<StoreClient>(impl_->options);
}

Result<std::string> StoreClient::command(std::string_view sql) {
  const bool copies = sql.starts_with("BACKUP ") || sql.starts_with("RESTORE ");
  StoreRequest request{.body = sql,
                       .timeout = copies ? kBackupTimeout : kCommandTimeout,
                       .max_answer_bytes = kMaxCommandAnswer};
  return impl_->connection.post("/", request);
}

Result<void> StoreClient::ping() {
  StoreRequest request{.body = "SELECT 1", .timeout = kSlack};
  TRY(impl_->connection.post("/", request));
  return {};
}

}  // namespace linkgate::store
