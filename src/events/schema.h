#pragma once
// The event tables, once: columns, KQL types, order and words. DDL, row writer, KQL catalogue and
// documentation are made from this. Sources: Defender's advanced hunting reference and the Log Analytics
// reference; docs/tables.md is generated.

#include <span>
#include <string_view>

namespace linkgate::events {

enum class ColumnType { kBool, kInt, kLong, kReal, kString, kDateTime, kDynamic };
std::string_view kql_type(ColumnType type);  // "bool", "int", "long", "real", "string", "datetime", "dynamic"
std::string_view clickhouse_type(ColumnType type,
                                 bool nullable);  // "Bool", "Int32", "Int64", "Float64", "String",
                                                  // "DateTime64(7,'UTC')", dynamic: String of compact JSON

struct Column {
  std::string_view name;
  ColumnType type = ColumnType::kString;
  std::string_view meaning;
  bool nullable = false;  // strings and dynamics never are: '' and 'null'
};

struct Table {
  std::string_view name;
  std::string_view meaning;
  std::span<const Column> columns;  // as KQL shows them
  // Rows get later versions: of one (Timestamp, row id) the highest Version is read. False: written once.
  bool changes = false;
};

inline constexpr int kSchemaVersion = 2;
inline constexpr size_t kMaxColumns = 96;  // of a table

// UrlClickEvents, UrlClickLog (ours, a row for every step), EmailEvents, EmailUrlInfo, EmailAttachmentInfo,
// EmailPostDeliveryEvents, MessageEvents, MessageUrlInfo, MessagePostDeliveryEvents, AlertInfo,
// AlertEvidence, CampaignInfo.
std::span<const Table> tables();
const Table* find_table(std::string_view name);
// REQUIRES: `table` is one of tables().
const Column* find_column(const Table& table, std::string_view name);
// What stands before the value of columns[place] in a JSON row, but for the first one: ,"Name":
// REQUIRES: as find_column.
std::string_view column_key(const Table& table, size_t place);

// Columns of every stored row that KQL does not show: RowId (String, the key), Version (UInt64).
inline constexpr std::string_view kRowIdColumn = "_RowId";
inline constexpr std::string_view kVersionColumn = "_Version";

// What every row of a table has in TenantId (one organisation an installation) and SourceSystem.
inline constexpr std::string_view kTenant = "00000000-0000-0000-0000-000000000000";
inline constexpr std::string_view kSource = "Linkgate";

}  // namespace linkgate::events
