#pragma once
// What externaldata reads: bytes in one of the text formats that Kusto ingests, to rows. Pure; who fetches
// the bytes is told by kql.h. Source: Kusto documentation, "externaldata operator" and "Data formats
// supported for ingestion".

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kql/types.h"

namespace linkgate::kql {

enum class ExternalKind : uint8_t {
  kDelimited,    // RFC 4180 with any delimiter: a field may stand in quotes, and has line ends then
  kEscapedTabs,  // tsve: tabs between, \t \n \r \\ within
  kJsonLines,    // an object a line
  kJson,         // objects one after another, or arrays of them
  kLines,        // each line that is not empty is one text
  kWhole,        // all of it is one text
};

struct ExternalFormat {
  std::string_view name;
  ExternalKind kind = ExternalKind::kDelimited;
  char delimiter = ',';
};

// "csv", "MultiJSON", ...; null where Linkgate does not read it.
const ExternalFormat* find_external_format(std::string_view name);
// By the end of the address's path, ".gz" left off, query and fragment too; csv where that says nothing.
// Null where it is of a format that Kusto reads and Linkgate does not (".parquet", ".zip").
const ExternalFormat* external_format_of(std::string_view address);

struct ExternalColumn {
  std::string name;  // of a member, in the formats of JSON
  Type type = Type::kString;
};

struct ExternalLayout {
  const ExternalFormat* format = nullptr;
  bool ignore_first_record = false;  // of each body
  std::vector<ExternalColumn> columns;
};

// Appends the rows of one body, a line each: a JSON array with a text or null for each column, as the event
// store reads the column's type (times are ticks, bools 1 and 0). A text that is no value of its column's
// type is null, as is what a row does not have; a string is then empty. Bytes that are no UTF-8 become
// U+FFFD. What is no JSON at all, in the formats of JSON, is no row. False where `lines` would grow over
// `max_bytes`.
[[nodiscard]] bool append_external_rows(std::string_view body, const ExternalLayout& layout,
                                        std::string& lines, size_t max_bytes);

}  // namespace linkgate::kql
