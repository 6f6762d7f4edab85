#pragma once
// What is asked of parse_json(text) is read from the text: a member, a member as a string, an array's length.
// The dynamic between them, which would be written only to be parsed again, is never made.

#include <functional>

#include "kql/bound.h"
#include "kql/sql.h"

namespace linkgate::kql {

// The text that `expr` parses; null where it is no parse_json of a column.
const BoundExpr* parsed_text(const BoundExpr& expr);

// The text behind a dynamic, in SQL; null where none is known.
using TextOf = std::function<sql::Ref(const BoundExpr&)>;

// `expr` by its text; null where it asks something else, or of something else.
sql::Ref lower_parsed(sql::Tree& tree, const BoundExpr& expr, const TextOf& text_of);

}  // namespace linkgate::kql
