#include "engine/query_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/ascii.h"
#include "engine/exception.h"

namespace linkgate::engine {
namespace {

// Of no effect here: clusters, progress headers, sessions without state, compression (seen to elsewhere),
// inserts that are always synchronous.
constexpr std::array<std::string_view, 15> kIgnored = {"distributed_product_mode",
                                                       "send_progress_in_http_headers",
                                                       "http_headers_progress_interval_ms",
                                                       "cancel_http_readonly_queries_on_client_close",
                                                       "http_write_exception_in_output_format",
                                                       "enable_http_compression",
                                                       "http_zlib_compression_level",
                                                       "quota_key",
                                                       "client_protocol_version",
                                                       "buffer_size",
                                                       "log_comment",
                                                       "log_queries",
                                                       "async_insert",
                                                       "wait_for_async_insert",
                                                       "session_timeout"};

// Passed on as they are.
constexpr std::array<std::string_view, 15> kPassed = {"insert_deduplication_token",
                                                      "insert_deduplicate",
                                                      "insert_null_as_default",
                                                      "date_time_input_format",
                                                      "date_time_output_format",
                                                      "join_use_nulls",
                                                      "result_overflow_mode",
                                                      "extremes",
                                                      "session_timezone",
                                                      "final",
                                                      "max_block_size",
                                                      "max_insert_block_size",
                                                      "transform_null_in",
                                                      "union_default_mode",
                                                      "do_not_merge_across_partitions_select_final"};

constexpr std::string_view kFormatPrefixes[] = {"input_format_", "output_format_"};
// Would evaluate what stands in an INSERT's data as expressions.
constexpr std::string_view kRefusedPrefix = "input_format_values_";

// Numbers that a client may lower, not raise; 0, the engine's "no limit", is the limit.
struct Clamped {
  std::string_view name;
  uint64_t QueryLimits::*limit;
};
constexpr Clamped kClamped[] = {{"max_memory_usage", &QueryLimits::max_memory_bytes},
                                {"max_result_bytes", &QueryLimits::max_result_bytes}};
constexpr std::array<std::string_view, 6> kNumbers = {"max_result_rows",
                                                      "max_rows_to_read",
                                                      "max_bytes_to_read",
                                                      "max_threads",
                                                      "max_partitions_per_insert_block",
                                                      "max_query_size"};  // a request's body is bounded

bool is_setting_name(std::string_view name) {
  return !name.empty() &&
         std::all_of(name.begin(), name.end(), [](char c) { return ascii::is_alnum(c) || c == '_'; });
}

Result<uint64_t> parse_number(std::string_view name, std::string_view value) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  // "60.5" is a time limit of the official clients' kind: whole seconds do.
  if (error != std::errc() || (end != value.data() + value.size() && *end != '.')) {
    return exception(ExceptionCode::kBadArguments, fmt::format("{}={} is not a number", name, value));
  }
  return number;
}

template <size_t N>
bool among(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

Result<void> take_setting(std::string_view name, std::string_view value, const QueryLimits& limits,
                          QueryRequest& request) {
  if (!is_setting_name(name))
    return exception(ExceptionCode::kUnknownSetting, "a setting's name is letters and '_'");
  if (among(kIgnored, name)) return {};
  if (name == "readonly") {
    request.read_only |= value != "0";
    return {};
  }
  if (name == "wait_end_of_query") {
    request.buffered = value != "0";
    return {};
  }
  if (name == "max_execution_time") {
    TRY_ASSIGN(const uint64_t seconds, parse_number(name, value));
    request.seconds = seconds == 0 ? limits.max_seconds : std::min(seconds, limits.max_seconds);
    return {};
  }
  for (const Clamped& clamped : kClamped) {
    if (clamped.name != name) continue;
    TRY_ASSIGN(const uint64_t number, parse_number(name, value));
    const uint64_t limit = limits.*clamped.limit;
    request.settings.emplace_back(name, std::to_string(number == 0 ? limit : std::min(number, limit)));
    return {};
  }
  if (among(kNumbers, name)) {
    TRY_ASSIGN(const uint64_t number, parse_number(name, value));
    request.settings.emplace_back(name, std::to_string(number));
    return {};
  }
  const bool format = std::any_of(std::begin(kFormatPrefixes), std::end(kFormatPrefixes),
                                  [&](std::string_view prefix) { return name.starts_with(prefix); });
  if (among(kPassed, name) || (format && !name.starts_with(kRefusedPrefix))) {
    request.settings.emplace_back(name, value);
    return {};
  }
  return exception(ExceptionCode::kUnknownSetting, fmt::format("setting {} is not taken here", name));
}

std::string settings_statement(const QueryRequest& request, const QueryLimits& limits) {
  std::string sql = fmt::format("SET log_comment = {}, max_execution_time = {}", sql_string(request.query_id),
                                request.seconds);
  const auto chosen = [&](std::string_view name) {
    return std::any_of(request.settings.begin(), request.settings.end(),
                       [&](const auto& one) { return one.first == name; });
  };
  const bool insert = request.statement.kind == StatementKind::kInsert;
  if (!chosen("max_memory_usage")) sql += fmt::format(", max_memory_usage = {}", limits.max_memory_bytes);
  // Answers and batches are small: a thread that waits for another's formatting or parsing is time lost, and
  // the engine has been seen to wait for ever on a formatting thread after its disk was full.
  if (!chosen("output_format_parallel_formatting")) sql += ", output_format_parallel_formatting = 0";
  if (insert && !chosen("input_format_parallel_parsing")) sql += ", input_format_parallel_parsing = 0";
  if (!insert)
    sql += fmt::format(", max_bytes_before_external_group_by = {}, max_bytes_before_external_sort = {}",
                       limits.max_memory_bytes / 2, limits.max_memory_bytes / 2);
  if (request.buffered && !chosen("max_result_bytes"))
    sql += fmt::format(", max_result_bytes = {}", limits.max_result_bytes);
  if (limits.max_threads > 0 && !chosen("max_threads"))
    sql += fmt::format(", max_threads = {}", limits.max_threads);
  if (insert) {
    // Rows with a column that the table lacks are refused, not silently cut; times are read as the row writer
    // prints them.
    if (!chosen("input_format_skip_unknown_fields")) sql += ", input_format_skip_unknown_fields = 0";
    if (!chosen("date_time_input_format")) sql += ", date_time_input_format = 'best_effort'";
    sql +=
        ", async_insert = 0, input_format_values_interpret_expressions = 0, "
        "input_format_values_deduce_templates_of_expressions = 0";
  }
  for (const auto& [name, value] : request.settings) sql += fmt::format(", {} = {}", name, sql_string(value));
  if (request.statement.kind == StatementKind::kRead) sql += ", readonly = 1";
  return sql;
}

}  // namespace linkgate::engine
