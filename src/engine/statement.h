#pragma once
// Which statements linkgate-store takes, decided before the engine sees them. The engine's own readonly=1
// lets through several statements in one text, INTO OUTFILE, KILL QUERY and the function file(); data inlined
// into an INSERT is executed as SQL after an empty line. So: one statement, of a kind we know, without the
// names that reach outside; and the data of an INSERT never becomes part of a SQL text.

#include <string>
#include <string_view>

#include "base/result.h"

namespace linkgate::engine {

enum class StatementKind {
  kRead,        // SELECT, WITH, SHOW, DESCRIBE, EXISTS, EXPLAIN: runs under readonly=1
  kInsert,      // INSERT INTO table [(columns)] FORMAT name, data apart
  kDefinition,  // CREATE DATABASE, CREATE TABLE, ALTER TABLE, DROP, OPTIMIZE, BACKUP, RESTORE, in the forms
                // of ours
};

struct Statement {
  StatementKind kind = StatementKind::kRead;
  std::string sql;  // one statement, without semicolon; of an INSERT "INSERT INTO db.table (columns)" alone
  std::string format;  // of the FORMAT clause; empty where there is none
  std::string data;    // of an INSERT: what stood in the text after FORMAT or VALUES
};

// `read_only` takes nothing but reading. Errors: kPermission for what is refused, kInvalidArgument for what
// cannot be read.
Result<Statement> classify_statement(std::string_view sql, bool read_only);

// True for names that reach files, other hosts or processes from inside a query. As the name of a function,
// or where such a name could be handed on as a function, they are refused.
bool is_outside_function(std::string_view name);  // ordinary function
bool is_outside_table_function(std::string_view name);

}  // namespace linkgate::engine
