#pragma once
// The SQL that store/ writes itself: names, and the tables of the event schema.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "events/schema.h"

namespace linkgate::store {

std::string quoted_name(std::string_view name);                           // `name`
std::string qualified(std::string_view database, std::string_view name);  // `database`.`name`
std::string text_literal(std::string_view text);                          // 'text'

// A JSON array of strings, as the store prints column names and types. kInternal for anything else.
Result<std::vector<std::string>> parse_string_array(std::string_view json);

// "`Url` String", "`Evidence` String DEFAULT 'null'".
std::string column_definition(const events::Table& table, const events::Column& column);
// CREATE TABLE IF NOT EXISTS, with the keys, partitions, index and settings that docs/store.md explains.
std::string create_table(std::string_view database, const events::Table& table, int retention_days);
std::string ttl_clause(int days);  // "TTL toDate(Timestamp) + INTERVAL 30 DAY"

}  // namespace linkgate::store
