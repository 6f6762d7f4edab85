#include "kql/function_parameters.h"

#include "kql/ast.h"
#include "kql/lexer.h"

namespace linkgate::kql {
namespace {

class ParameterReader {
 public:
  ParameterReader(std::string_view text, std::vector<Token> tokens)
      : text_(text), tokens_(std::move(tokens)) {}

  // (name:type, ...); a tabular one has no tabular columns of its own, so that this does not recurse further.
  bool list(std::vector<FunctionParameter>& out, bool may_be_tabular) {
    if (!take("(")) return false;
    if (take("*")) return take(")");
    while (!take(")")) {
      FunctionParameter& parameter = out.emplace_back();
      if (!one(parameter, may_be_tabular)) return false;
      if (!take(",") && !token().is(")")) return false;
    }
    return true;
  }

 private:
  const Token& token() const { return tokens_[at_]; }
  bool take(std::string_view punctuation) {
    if (!token().is(punctuation)) return false;
    ++at_;
    return true;
  }

  bool one(FunctionParameter& parameter, bool may_be_tabular) {
    const bool quoted = take("[");
    if (quoted && token().kind == TokenKind::kLiteral && token().type == Type::kString)
      parameter.name = std::get<std::string>(token().value);
    else
      parameter.name = std::string(token().text);
    if (token().kind == TokenKind::kEnd) return false;
    ++at_;
    if ((quoted && !take("]")) || !take(":")) return false;
    if (token().is("(") && may_be_tabular) {
      parameter.tabular = true;
      return list(parameter.columns, false);
    }
    const auto type = type_from_name(token().text);
    if (!type) return false;
    parameter.type = *type;
    ++at_;
    if (take("=")) parameter.default_value = value();
    return true;
  }

  // Up to the comma or parenthesis that ends it.
  std::string value() {
    const uint32_t begin = token().span.begin;
    uint32_t end = begin;
    for (int depth = 0; token().kind != TokenKind::kEnd; ++at_) {
      if (depth == 0 && (token().is(",") || token().is(")"))) break;
      if (token().is("(") || token().is("[") || token().is("{")) ++depth;
      if (token().is(")") || token().is("]") || token().is("}")) --depth;
      end = token().span.end;
    }
    return std::string(text_.substr(begin, end - begin));
  }

  std::string_view text_;
  std::vector<Token> tokens_;
  size_t at_ = 0;
};

}  // namespace

std::vector<FunctionParameter> function_parameters(std::string_view written) {
  auto tokens = tokenize(written);
  std::vector<FunctionParameter> found;
  if (!tokens || !ParameterReader(written, *std::move(tokens)).list(found, true)) return {};
  return found;
}

std::string parameters_text(const std::vector<FunctionParameter>& parameters) {
  std::string out = "(";
  for (const FunctionParameter& parameter : parameters) {
    out += (out.size() > 1 ? ", " : "") + quoted_name(parameter.name) + ": ";
    if (!parameter.tabular) out += to_string(parameter.type);
    if (parameter.tabular) out += parameter.columns.empty() ? "(*)" : parameters_text(parameter.columns);
    if (!parameter.default_value.empty()) out += " = " + parameter.default_value;
  }
  return out + ")";
}

}  // namespace linkgate::kql
