#include "events/schema.h"

namespace linkgate::events {

std::string_view kql_type(ColumnType type) {
  switch (type) {
    case ColumnType::kBool:
      return "bool";
    case ColumnType::kInt:
      return "int";
    case ColumnType::kLong:
      return "long";
    case ColumnType::kReal:
      return "real";
    case ColumnType::kString:
      return "string";
    case ColumnType::kDateTime:
      return "datetime";
    case ColumnType::kDynamic:
      return "dynamic";
  }
  return "string";
}

std::string_view clickhouse_type(ColumnType type, bool nullable) {
  switch (type) {
    case ColumnType::kBool:
      return nullable ? "Nullable(Bool)" : "Bool";
    case ColumnType::kInt:
      return nullable ? "Nullable(Int32)" : "Int32";
    case ColumnType::kLong:
      return nullable ? "Nullable(Int64)" : "Int64";
    case ColumnType::kReal:
      return nullable ? "Nullable(Float64)" : "Float64";
    case ColumnType::kDateTime:
      return nullable ? "Nullable(DateTime64(7, 'UTC'))" : "DateTime64(7, 'UTC')";
    case ColumnType::kString:
    case ColumnType::kDynamic:
      return "String";
  }
  return "String";
}

const Table* find_table(std::string_view name) {
  for (const Table& table : tables()) {
    if (table.name == name) return &table;
  }
  return nullptr;
}

const Column* find_column(const Table& table, std::string_view name) {
  for (const Column& column : table.columns) {
    if (column.name == name) return &column;
  }
  return nullptr;
}

}  // namespace linkgate::events
