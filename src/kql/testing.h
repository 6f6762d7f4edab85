#pragma once
// For the tests of this folder: a small catalogue, and one call that compiles against it.

#include <string>
#include <string_view>

#include "kql/kql.h"
#include "kql/time_text.h"

namespace linkgate::kql::testing {

// 2026-11-21T22:52:13Z.
inline constexpr int64_t kNowTicks = 639'308'983'330'000'000;

inline Catalog catalog() {
  Catalog all;
  all.tables.push_back({.name = "T",
                        .database = "db",
                        .table = "T",
                        .columns = {{"Timestamp", Type::kDateTime},
                                    {"TimeGenerated", Type::kDateTime, false, "Timestamp"},
                                    {"Name", Type::kString},
                                    {"Count", Type::kLong},
                                    {"Small", Type::kInt},
                                    {"Share", Type::kReal},
                                    {"Flag", Type::kBool},
                                    {"Maybe", Type::kLong, true},
                                    {"Seen", Type::kDateTime, true},
                                    {"Data", Type::kDynamic}},
                        .replacing = true});
  all.tables.push_back({.name = "U",
                        .database = "db",
                        .table = "U",
                        .columns = {{"Name", Type::kString}, {"Rank", Type::kInt}}});
  return all;
}

inline Expected<Compiled> compile(std::string_view text) {
  const Time now(Ticks(kNowTicks - kUnixEpochTicks));
  return kql::compile(text, catalog(), {.now = now});
}

// "Name:string Count:long", or the rendered diagnostic.
inline std::string columns_of(std::string_view text) {
  const auto compiled = compile(text);
  if (!compiled) return render(compiled.error(), text);
  std::string out;
  for (const ResultColumn& column : compiled->columns) {
    out += (out.empty() ? "" : " ") + column.name + ":" + std::string(to_string(column.type));
  }
  return out;
}

inline std::string sql_of(std::string_view text) {
  const auto compiled = compile(text);
  return compiled ? compiled->sql : render(compiled.error(), text);
}

}  // namespace linkgate::kql::testing
