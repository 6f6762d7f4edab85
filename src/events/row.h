#pragma once
// A row on its way to the store: one line of JSON (JSONEachRow), made against the schema.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "events/schema.h"

namespace linkgate::events {

// A text as a JSON string, made once for many rows: what stands in the rows of every click on one link.
class EncodedText {
 public:
  EncodedText() = default;
  explicit EncodedText(std::string_view text);

 private:
  friend class Row;
  std::string json_;  // with its quotes; empty: of an empty text
};

// Columns that are not set get their type's default, nullable ones null, dynamic ones 'null'. Setting a name
// the table lacks, or one of another type, is a bug (CHECK); set twice, the last value stands. What is
// the same in every row of a table is its columns' default there and not in the row: TimeGenerated, TenantId,
// Type, SourceSystem, _IsBillable. _BilledSize is set by finish().
class Row {
 public:
  // `row_id` and `timestamp` identify the row and never change over its versions.
  Row(const Table& table, Time timestamp, std::string_view row_id, uint64_t version);
  Row& set(std::string_view column, std::string_view text);  // string; invalid UTF-8 becomes U+FFFD
  Row& set(std::string_view column, const char* text) { return set(column, std::string_view(text)); }
  Row& set(std::string_view column, const std::string& text) { return set(column, std::string_view(text)); }
  Row& set(std::string_view column, int64_t number);  // int (held to its range), long
  Row& set(std::string_view column, int number) { return set(column, static_cast<int64_t>(number)); }
  Row& set(std::string_view column, double number);  // NaN and infinities become the default
  Row& set(std::string_view column, bool value);
  Row& set(std::string_view column,
           Time time);  // years 1900 to 2299, what the store can hold; beyond: the nearest
  Row& set_json(std::string_view column, std::string_view json);  // dynamic; compact JSON text
  Row& set(std::string_view column, const EncodedText& text);     // string, or dynamic
  // All that `other` was given, but for Timestamp. REQUIRES: this table has these columns.
  Row& set_all_of(const Row& other);
  // The JSON object, one line, without newline, in no order to rely on. The Row is spent.
  std::string finish();

  const Table& table() const { return *table_; }

 private:
  struct Value {  // in json_, from its comma on; empty: not set
    uint32_t begin = 0, end = 0;
  };
  size_t place_of(std::string_view column) const;
  // Between the two, json_ gets the value; what the column had before is gone.
  size_t begin(std::string_view column, ColumnType type);
  void begin_at(size_t place);
  Row& end(size_t place);
  void take_back(size_t place);

  const Table* table_;
  std::string json_;  // the object as far as it is made, in the order in which the values came
  std::array<Value, kMaxColumns> values_{};
  size_t behind_last_ = 0;  // the column behind the one set last: most rows are made in the schema's order
};

// `text` as a JSON string with its quotes. Invalid UTF-8 becomes U+FFFD (one for each byte that fits
// nowhere).
std::string json_string(std::string_view text);
void append_json_string(std::string& out, std::string_view text);

}  // namespace linkgate::events
