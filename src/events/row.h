#pragma once
// A row on its way to the store: one line of JSON (JSONEachRow), made against the schema.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "events/schema.h"

namespace linkgate::events {

// Columns that are not set get their type's default. Setting a name the table lacks, or one of another type, is a bug
// (CHECK). TimeGenerated is set along with Timestamp; TenantId, Type, SourceSystem and the billing columns by finish().
class Row {
 public:
  // `row_id` and `timestamp` identify the row and never change over its versions.
  Row(const Table& table, Time timestamp, std::string_view row_id, uint64_t version);
  Row& set(std::string_view column, std::string_view text);      // string; invalid UTF-8 becomes U+FFFD
  Row& set(std::string_view column, const char* text) { return set(column, std::string_view(text)); }
  Row& set(std::string_view column, int64_t number);             // int, long
  Row& set(std::string_view column, int number) { return set(column, static_cast<int64_t>(number)); }
  Row& set(std::string_view column, double number);
  Row& set(std::string_view column, bool value);
  Row& set(std::string_view column, Time time);
  Row& set_json(std::string_view column, std::string_view json);  // dynamic
  // The JSON object, one line, without newline. The Row is spent.
  std::string finish();

  const Table& table() const { return *table_; }

 private:
  const Table* table_;
  std::string json_;
};

}  // namespace linkgate::events
