#include <array>
#include <string>
#include <vector>

#include "base/check.h"
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

namespace {

// The columns of a table by name: rows are made by name, thousands a second.
class ColumnIndex {
 public:
  explicit ColumnIndex(const Table& table) : columns_(table.columns) {
    CHECK(columns_.size() <= kMaxColumns);
    static_assert(kMaxColumns < kSlots / 2);
    for (size_t i = 0; i < columns_.size(); ++i) {
      size_t slot = slot_of(columns_[i].name);
      while (slots_[slot] != 0) slot = (slot + 1) % kSlots;
      slots_[slot] = static_cast<uint8_t>(i + 1);
      keys_.push_back(",\"" + std::string(columns_[i].name) + "\":");
    }
  }
  std::string_view key(size_t place) const { return keys_[place]; }
  const Column* find(std::string_view name) const {
    for (size_t slot = slot_of(name); slots_[slot] != 0; slot = (slot + 1) % kSlots) {
      const Column& column = columns_[slots_[slot] - 1u];
      if (column.name == name) return &column;
    }
    return nullptr;
  }

 private:
  static constexpr size_t kSlots = 256;
  static size_t slot_of(std::string_view name) {
    if (name.empty()) return 0;
    const auto at = [name](size_t i) { return static_cast<unsigned char>(name[i]); };
    return (name.size() * 37 + at(0) * 5u + at(name.size() / 2) * 11u + at(name.size() - 1) * 3u) % kSlots;
  }

  std::span<const Column> columns_;
  std::vector<std::string> keys_;
  std::array<uint8_t, kSlots> slots_{};  // place + 1; 0: free
};

const ColumnIndex& index_of(const Table& table) {
  static const std::vector<ColumnIndex> indices(tables().begin(), tables().end());
  return indices[static_cast<size_t>(&table - tables().data())];
}

}  // namespace

const Column* find_column(const Table& table, std::string_view name) { return index_of(table).find(name); }

std::string_view column_key(const Table& table, size_t place) { return index_of(table).key(place); }

}  // namespace linkgate::events
