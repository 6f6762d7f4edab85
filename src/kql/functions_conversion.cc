// Conversions, conditions and tests for null.

#include <array>
#include <cmath>

#include "kql/function.h"
#include "kql/time_text.h"

namespace linkgate::kql {
namespace {

using sql::Ref;

Ref lower_convert(LowerCall& l) { return convert(l.tree, l[0], l.arg(0).type, l.call.type, l.nullable(0)); }

// A null condition counts as false.
Ref condition(LowerCall& l, size_t i) { return l.nullable(i) ? l.fn("ifNull", l[i], l.integer(0)) : l[i]; }
Ref lower_iff(LowerCall& l) { return l.fn("if", condition(l, 0), l[1], l[2]); }
Ref lower_case(LowerCall& l) {
  std::vector<Ref> args;
  for (size_t i = 0; i < l.size(); ++i)
    args.push_back(i % 2 == 0 && i + 1 < l.size() ? condition(l, i) : l[i]);
  return l.tree.call("multiIf", std::move(args));
}

// The first that is not null; of strings, which never are, the first that is not empty.
Ref lower_coalesce(LowerCall& l) {
  if (l.call.type != Type::kString) return l.all("coalesce");
  std::vector<Ref> args;
  for (size_t i = 0; i < l.size(); ++i) {
    if (i + 1 < l.size()) args.push_back(l.fn("notEquals", l[i], l.text("")));
    args.push_back(l[i]);
  }
  return args.size() == 1 ? args[0] : l.tree.call("multiIf", std::move(args));
}

Ref lower_isnull(LowerCall& l) {
  return l.arg(0).type == Type::kString ? l.integer(0) : l.fn("isNull", l[0]);
}
Ref lower_isnotnull(LowerCall& l) {
  return l.arg(0).type == Type::kString ? l.integer(1) : l.fn("isNotNull", l[0]);
}
Ref lower_isempty(LowerCall& l) {
  switch (l.arg(0).type) {
    case Type::kString:
      return l.fn("equals", l[0], l.text(""));
    case Type::kDynamic:
      return l.fn("equals", to_text(l.tree, l[0], Type::kDynamic, true), l.text(""));
    default:
      return l.fn("isNull", l[0]);
  }
}
Ref lower_isnotempty(LowerCall& l) {
  switch (l.arg(0).type) {
    case Type::kString:
      return l.fn("notEquals", l[0], l.text(""));
    case Type::kDynamic:
      return l.fn("notEquals", to_text(l.tree, l[0], Type::kDynamic, true), l.text(""));
    default:
      return l.fn("isNotNull", l[0]);
  }
}

template <auto kParse>
std::optional<Value> fold_text(std::span<const BoundExpr* const> args, int64_t) {
  const auto* text = std::get_if<std::string>(&args[0]->value);
  if (text == nullptr || args[0]->type != Type::kString) return std::nullopt;
  const auto parsed = kParse(*text);
  return parsed ? Value(*parsed) : Value();
}

constexpr auto kFirst = Naming::kFirstArgument;

constexpr auto kRows = std::to_array<FunctionRow>({
    {"tostring", "string (any)", lower_convert, kFirst},
    {"toint", "int? (any)", lower_convert, kFirst},
    {"tolong", "long (bool|int|long|datetime|timespan)", lower_convert, kFirst},
    {"tolong", "long? (any)", lower_convert, kFirst},
    {"todouble", "real (bool|int|long|real|datetime|timespan)", lower_convert, kFirst},
    {"todouble", "real? (any)", lower_convert, kFirst},
    {"toreal", "real (bool|int|long|real|datetime|timespan)", lower_convert, kFirst},
    {"toreal", "real? (any)", lower_convert, kFirst},
    {"tobool", "bool (bool|int|long|real)", lower_convert, kFirst},
    {"tobool", "bool? (any)", lower_convert, kFirst},
    {"toboolean", "bool? (any)", lower_convert, kFirst},
    {"todatetime", "datetime (datetime|int|long)", lower_convert, kFirst},
    {"todatetime", "datetime? (string|dynamic)", lower_convert, kFirst, fold_text<parse_datetime>},
    {"totimespan", "timespan (timespan|int|long)", lower_convert, kFirst},
    {"totimespan", "timespan? (string|dynamic)", lower_convert, kFirst, fold_text<parse_timespan>},
    {"toguid", "guid? (string|dynamic|guid)", lower_convert, kFirst},
    {"iff", "T (bool, T, T)", lower_iff},
    {"iif", "T (bool, T, T)", lower_iff},
    {"case", "T (bool, T, ...)", lower_case},
    {"coalesce", "T& (T, T, T...)", lower_coalesce},
    {"isnull", "bool! (any)", lower_isnull},
    {"isnotnull", "bool! (any)", lower_isnotnull},
    {"notnull", "bool! (any)", lower_isnotnull},
    {"isempty", "bool! (any)", lower_isempty},
    {"isnotempty", "bool! (any)", lower_isnotempty},
    {"notempty", "bool! (any)", lower_isnotempty},
});

}  // namespace

std::span<const FunctionRow> conversion_rows() { return kRows; }

}  // namespace linkgate::kql
