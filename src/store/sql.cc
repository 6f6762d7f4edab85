#include "store/sql.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace linkgate::store {
namespace {

// Files and folders of a part are synced before an INSERT is confirmed; expired days go as whole parts; a
// FINAL query looks at one partition at a time, since a row never changes its day.
constexpr std::string_view kTableSettings =
    "fsync_after_insert = 1, fsync_part_directory = 1, ttl_only_drop_parts = 1, old_parts_lifetime = 30, "
    "min_bytes_for_wide_part = 10485760";

std::string escaped(std::string_view text, char quote) {
  std::string out(1, quote);
  for (const char c : text) {
    if (c == quote || c == '\\') out += '\\';
    out += c;
  }
  return out + quote;
}

}  // namespace

std::string quoted_name(std::string_view name) { return escaped(name, '`'); }

std::string qualified(std::string_view database, std::string_view name) {
  return quoted_name(database) + "." + quoted_name(name);
}

std::string text_literal(std::string_view text) { return escaped(text, '\''); }

Result<std::vector<std::string>> parse_string_array(std::string_view json) {
  const auto parsed = nlohmann::json::parse(json, nullptr, false);
  if (!parsed.is_array())
    return Error(ErrorCode::kInternal, "event store: not an answer in the format asked for");
  std::vector<std::string> result;
  for (const auto& one : parsed) {
    if (!one.is_string()) return Error(ErrorCode::kInternal, "event store: not a name where one should be");
    result.push_back(one.get<std::string>());
  }
  return result;
}

namespace {

// SQL for what a column has where a row does not say: the type's default, or what is the same in all rows of
// the table (events/row.h).
std::string default_of(const events::Table& table, const events::Column& column) {
  if (column.name == "TimeGenerated") return quoted_name("Timestamp");
  if (column.name == "TenantId") return text_literal(events::kTenant);
  if (column.name == "Type") return text_literal(table.name);
  if (column.name == "SourceSystem") return text_literal(events::kSource);
  if (column.name == "_IsBillable") return text_literal("False");
  return column.type == events::ColumnType::kDynamic ? text_literal("null") : "";
}

}  // namespace

std::string column_definition(const events::Table& table, const events::Column& column) {
  const std::string value = default_of(table, column);
  return fmt::format("{} {}{}{}", quoted_name(column.name),
                     events::clickhouse_type(column.type, column.nullable), value.empty() ? "" : " DEFAULT ",
                     value);
}

std::string create_table(std::string_view database, const events::Table& table, int retention_days) {
  std::string columns;
  for (const events::Column& column : table.columns)
    columns += "  " + column_definition(table, column) + ",\n";
  columns += fmt::format("  {} String,\n  {} UInt64", quoted_name(events::kRowIdColumn),
                         quoted_name(events::kVersionColumn));
  if (events::find_column(table, "NetworkMessageId") != nullptr) {
    columns += ",\n  INDEX by_message NetworkMessageId TYPE bloom_filter(0.01) GRANULARITY 4";
  }
  return fmt::format(
      "CREATE TABLE IF NOT EXISTS {} (\n{}\n) ENGINE = ReplacingMergeTree({})\nPARTITION BY "
      "toDate(Timestamp)\n"
      "ORDER BY (Timestamp, {}){}\nSETTINGS {}",
      qualified(database, table.name), columns, quoted_name(events::kVersionColumn),
      quoted_name(events::kRowIdColumn), retention_days > 0 ? "\n" + ttl_clause(retention_days) : "",
      kTableSettings);
}

std::string ttl_clause(int days) { return fmt::format("TTL toDate(Timestamp) + INTERVAL {} DAY", days); }

}  // namespace linkgate::store
