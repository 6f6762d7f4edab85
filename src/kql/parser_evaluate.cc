// evaluate plugin(arguments) [: (columns of the result)]

#include <algorithm>
#include <array>

#include "kql/parser_state.h"
#include "kql/plugin.h"

namespace linkgate::kql {
namespace {
// Others are refused before their arguments are read, which may be anything.
constexpr auto kPlugins = std::to_array<std::string_view>(
    {"autocluster", "bag_unpack", "basket", "dcount_intersect", "diffpatterns", "funnel_sequence_completion",
     "pivot", "sequence_detect"});
}  // namespace

Expected<> Parser::evaluate_op(Operator& op) {
  TRY(parameters(op.parameters, Named::kHintsOnly));
  const size_t first = at_;
  TRY_ASSIGN(std::string plugin, name("a plugin's name after evaluate"));
  if (std::find(kPlugins.begin(), kPlugins.end(), plugin) == kPlugins.end() && !is_plugin(plugin)) {
    return fail(DiagnosticCode::kNotSupported, since(first), "the plugin '" + plugin + "' is not supported");
  }
  if (!token().is("(")) return unexpected("'(' after the plugin's name");
  TRY_ASSIGN(op.expr, call(std::move(plugin), first));
  if (!take(":")) return {};
  TRY(expect("(", "before the columns of the result"));
  op.has_schema = true;
  while (!token().is(")")) {
    if (!op.schema.empty() || op.schema_keeps_source) TRY(expect(",", "between columns"));
    if (take("*")) {
      op.schema_keeps_source = true;
      continue;
    }
    TRY_ASSIGN(ColumnDeclaration column, declaration());
    op.schema.push_back(std::move(column));
  }
  return expect(")", "after the columns of the result");
}

// name:type
Expected<ColumnDeclaration> Parser::declaration() {
  ColumnDeclaration column;
  const size_t first = at_;
  TRY_ASSIGN(column.name, name("a column's name"));
  TRY(expect(":", "between a column's name and its type"));
  const auto type = type_from_name(token().text);
  if (!type) {
    return fail(DiagnosticCode::kSyntax, token().span,
                "no type '" + std::string(token().text.substr(0, 40)) + "' here");
  }
  column.type = *type;
  advance();
  column.span = since(first);
  return column;
}

}  // namespace linkgate::kql
