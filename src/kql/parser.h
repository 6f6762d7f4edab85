#pragma once
// Tokens to a syntax tree. Recursive descent; every node knows its depth, and none is deeper than
// kMaxSyntaxDepth, so neither this nor anything that walks the tree can be driven into the ground.

#include <memory>
#include <string_view>

#include "kql/ast.h"
#include "kql/diagnostic.h"

namespace linkgate::kql {

// What KQL has and Linkgate does not is refused here by its name where it is grammar (operators, statements),
// by the binder where it is a function.
Expected<std::unique_ptr<Ast>> parse(std::string_view text);

// The same of a text with errors: goes on after each as far as that is sound, and notes them all. What could
// not be read is kUnread in the tree; null where there is no tree.
std::unique_ptr<Ast> parse_noting(std::string_view text, DiagnosticList& errors);

// The tabular operators that are there, as written after a pipe; for documentation and suggestions.
std::vector<std::string_view> operator_names();

}  // namespace linkgate::kql
