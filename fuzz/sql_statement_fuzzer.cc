// Any text as a statement for the event store: what is taken is one statement, says the same when read again,
// and is taken read-only exactly if it only reads.
#include <cstdint>
#include <string>

#include "base/check.h"
#include "engine/sql_scanner.h"
#include "engine/statement.h"

using namespace linkgate::engine;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string sql(reinterpret_cast<const char*>(data), size);
  if (const auto tokens = scan_sql(sql)) {
    size_t at = 0;
    for (const Token& token : *tokens) {
      CHECK(token.begin >= at && token.end > token.begin && token.end <= sql.size());
      at = token.end;
    }
  }
  const auto statement = classify_statement(sql, false);
  if (!statement) return 0;
  CHECK(classify_statement(sql, true).has_value() == (statement->kind == StatementKind::kRead));
  if (statement->kind == StatementKind::kInsert) {
    CHECK(sql.ends_with(statement->data));
    return 0;
  }
  const auto tokens = scan_sql(statement->sql);
  CHECK(tokens && !tokens->empty());
  for (const Token& token : *tokens) CHECK(!token.is_symbol(';'));
  const auto again = classify_statement(statement->sql, false);
  CHECK(again && again->kind == statement->kind && again->sql == statement->sql &&
        again->format == statement->format);
  return 0;
}
