// Conversions, conditions and tests for null.

#include <array>
#include <cmath>

#include "kql/function.h"
#include "kql/time_text.h"

namespace linkgate::kql {
namespace {

using sql::Ref;

Ref lower_convert(LowerCall& l) { return convert(l.tree, l[0], l.arg(0).type, l.call.type, l.nullable(0)); }

// A real counts ticks, as a whole number does.
Ref lower_ticks(LowerCall& l) { return convert(l.tree, l[0], Type::kReal, Type::kLong, l.nullable(0)); }

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

// A fraction of a day needs its unit, unlike in a literal.
std::optional<int64_t> timespan_of_text(std::string_view text) {
  const bool bare = text.find_first_not_of("+-0123456789. ") == std::string_view::npos;
  return bare && text.find('.') != std::string_view::npos ? std::nullopt : parse_timespan(text);
}

// True, or the query fails with the message.
Ref lower_assert(LowerCall& l) {
  const Ref broken = l.fn("not", condition(l, 0));
  return l.fn("equals", l.fn("throwIf", broken, l.text("assert: " + std::get<std::string>(l.arg(1).value))),
              l.integer(0));
}

// Bytes: a text's own, a dynamic's JSON's, of other types what their values take.
Ref lower_data_size(LowerCall& l) {
  Ref sum = l.tree.long_value(0);
  for (size_t i = 0; i < l.size(); ++i) {
    const Type type = l.arg(i).type;
    Ref size = nullptr;
    if (type == Type::kString || type == Type::kDynamic)
      size = l.fn("length", l.nullable(i) ? l.fn("ifNull", l[i], l.text("")) : l[i]);
    else
      size = l.integer(type == Type::kBool                             ? 1
                       : type == Type::kInt                            ? 4
                       : type == Type::kGuid || type == Type::kDecimal ? 16
                                                                       : 8);
    sum = l.fn("plus", sum, l.fn("toInt64", size));
  }
  return sum;
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
    {"todatetime", "datetime? (real)", lower_ticks, kFirst},
    {"todatetime", "datetime? (string|dynamic)", lower_convert, kFirst, fold_text<parse_datetime>},
    {"totimespan", "timespan (timespan|int|long)", lower_convert, kFirst},
    {"totimespan", "timespan? (string|dynamic)", lower_convert, kFirst, fold_text<timespan_of_text>},
    {"totime", "timespan (timespan|int|long)", lower_convert, kFirst},
    {"totime", "timespan? (string|dynamic)", lower_convert, kFirst, fold_text<timespan_of_text>},
    {"assert", "bool! (bool, string#)", lower_assert},
    {"estimate_data_size", "long! (any, any...)", lower_data_size},
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
