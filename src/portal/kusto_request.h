#pragma once
// Requests of the Kusto REST API. Source: Azure Data Explorer, "Query/management HTTP request" and "Request
// properties".

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace linkgate::portal {

inline constexpr size_t kMaxRequestBytes = 1024 * 1024;

struct KustoRequest {
  std::string text;      // csl
  std::string database;  // db; empty where none was given
  // Of properties.Options; what is not here has no effect.
  std::optional<std::chrono::seconds> time;       // servertimeout
  std::optional<uint64_t> max_rows;               // truncationmaxrecords
  std::optional<uint64_t> max_bytes;              // truncationmaxsize
  bool no_truncation = false;                     // notruncation
  std::map<std::string, std::string> parameters;  // of properties.Parameters: KQL literals
};

// kInvalidArgument: no JSON object, no csl, members of other types.
Result<KustoRequest> parse_kusto_body(std::string_view json);
// Of a GET: ?db=...&csl=...&properties=...
Result<KustoRequest> parse_kusto_query(std::string_view query);

// "[d.]hh:mm:ss[.fff]", at least a second; nullopt for anything else ("NaN:NaN:NaN.NaN" included, which one
// official client sends).
std::optional<std::chrono::seconds> parse_timeout(std::string_view text);

}  // namespace linkgate::portal
