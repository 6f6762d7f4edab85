#include "kql_grammar.h"

#include <array>
#include <optional>
#include <vector>

#include "kql/aggregate.h"
#include "kql/function.h"
#include "kql/window.h"

namespace linkgate::kql {
namespace {

constexpr int kMaxDepth = 3;
constexpr int kTries = 4;  // candidates for an operator, until one is accepted
constexpr Type kAllTypes[] = {Type::kBool,   Type::kInt,      Type::kLong,     Type::kReal, Type::kDecimal,
                              Type::kString, Type::kDateTime, Type::kTimeSpan, Type::kGuid, Type::kDynamic};

// Constants of each type, the awkward ones among them.
std::vector<std::string_view> constants_of(Type type) {
  switch (type) {
    case Type::kBool:
      return {"true", "false", "bool(null)"};
    case Type::kInt:
      return {"int(0)", "int(1)", "int(-7)", "int(2147483647)", "int(null)"};
    case Type::kLong:
      return {"0", "1", "2", "-3", "100", "0x7f", "9223372036854775807", "long(null)"};
    case Type::kReal:
      return {"0.0", "1.5", "-2.25", "1e300", "real(nan)", "real(+inf)", "real(null)"};
    case Type::kDecimal:
      return {"decimal(1.5)", "decimal(-0.001)", "decimal(null)"};
    case Type::kString:
      return {R"("")",
              R"("a")",
              R"("Az09")",
              R"("é ß İ")",
              R"("a,b;c")",
              R"("2026-01-02")",
              R"("192.0.2.7/24")",
              R"("{\"a\":[1,{\"b\":null}]}")",
              R"("https://u:p@h.example:8/p/q?x=1&y=%20#f")",
              R"x(@"\d+\.(\w)")x",
              R"("yyyy-MM-dd")",
              R"("'\\\n\t\0`")",
              R"("1.02:03:04")",
              R"("day")"};
    case Type::kDateTime:
      return {"datetime(2026-02-28T12:34:56.7890123Z)",
              "datetime(0001-01-01)",
              "datetime(9999-12-31)",
              "now()",
              "ago(3h)",
              "datetime(null)"};
    case Type::kTimeSpan:
      return {"1d", "90m", "-1.5s", "time(0.00:00:00.0000001)", "0s", "timespan(null)"};
    case Type::kGuid:
      return {"guid(74be27de-1e4e-49d9-b579-fe0b331d3642)", "guid(null)"};
    case Type::kDynamic:
      return {"dynamic(null)",
              "dynamic([])",
              "dynamic([1,2,3])",
              R"(dynamic(["a","b",null]))",
              R"(dynamic({"a":1,"b":{"c":[true]}}))",
              "dynamic(1.5)",
              R"(dynamic("s"))",
              R"(dynamic({"k":"v"}))",
              "dynamic([1.5,-2,0,7.25,1])"};
  }
  return {};
}

class Maker {
 public:
  Maker(const Choices& choose, const Catalog& catalog, const CompileOptions& options)
      : choose_(choose), catalog_(catalog), options_(options) {}

  std::string query(int operators) {
    std::string text = source();
    auto compiled = compile(text, catalog_, options_);
    if (!compiled) return "print x = 1";
    for (int i = 0; i < operators; ++i) {
      columns_ = compiled->columns;
      for (int turn = 0; turn < kTries; ++turn) {
        const std::string longer = text + " | " + operator_text();
        auto next = compile(longer, catalog_, options_);
        if (!next || next->is_question || next->columns.empty()) continue;
        text = longer, compiled = std::move(next);
        break;
      }
    }
    return text;
  }

 private:
  template <typename Range>
  auto one_of(const Range& range) {
    return range[choose_(static_cast<uint32_t>(std::size(range)))];
  }
  bool chance(uint32_t of) { return choose_(of) == 0; }
  std::string constant(Type type) { return std::string(one_of(constants_of(type))); }
  static std::string quoted(const std::string& name) { return "['" + name + "']"; }

  // ---- sources
  std::string source() {
    const uint32_t which = choose_(8);
    if (which < 3 && !catalog_.tables.empty()) return one_of(catalog_.tables).name + " | take 50";
    if (which == 3) return "range n from " + constant(Type::kInt) + " to 20 step 3";
    if (which == 4)
      return "print a = " + constant(one_of(kAllTypes)) + ", b = " + constant(one_of(kAllTypes));
    std::vector<Type> types;
    std::string text = "datatable(";
    for (uint32_t i = 0, count = 2 + choose_(5); i < count; ++i) {
      types.push_back(one_of(kAllTypes));
      text += (i > 0 ? ", c" : "c") + std::to_string(i) + ":" + std::string(to_string(types.back()));
    }
    text += ")[";
    for (uint32_t row = 0, rows = choose_(5); row < rows; ++row) {
      for (Type type : types) {
        std::string cell = constant(type);
        if (cell == "now()" || cell == "ago(3h)") cell = "datetime(2026-01-01)";
        text += cell + ", ";
      }
    }
    if (text.ends_with(", ")) text.resize(text.size() - 2);
    return text + "]";
  }

  // ---- expressions
  std::optional<std::string> column(std::optional<Type> type) {
    std::vector<const ResultColumn*> found;
    for (const ResultColumn& known : columns_) {
      if (!type || known.type == *type) found.push_back(&known);
    }
    if (found.empty()) return std::nullopt;
    return quoted(one_of(found)->name);
  }

  std::string leaf(Type type) {
    if (!chance(3)) {
      if (const auto found = column(type)) return *found;
    }
    return constant(type);
  }

  std::string expr(Type type, int depth) {
    if (depth >= kMaxDepth || chance(3)) return leaf(type);
    if (type == Type::kBool && chance(2)) return comparison(depth);
    if (chance(8))
      return "iff(" + expr(Type::kBool, depth + 1) + ", " + expr(type, depth + 1) + ", " +
             expr(type, depth + 1) + ")";
    if (chance(8) && is_number(type)) {
      return "(" + expr(type, depth + 1) +
             std::string(one_of(std::array{" + ", " - ", " * ", " / ", " % "})) + expr(type, depth + 1) + ")";
    }
    if (chance(10) && type == Type::kDynamic)
      return expr(Type::kDynamic, depth + 1) +
             std::string(one_of(std::array{".a", "[0]", "[-1]", "[\"b\"]", ".b.c"}));
    return call(type, depth);
  }

  std::string comparison(int depth) {
    static constexpr std::array kOrder = {" == ", " != ", " < ", " <= ", " > ", " >= "};
    static constexpr std::array kText = {" has ",          " !has ",        " contains ", " startswith ",
                                         " endswith_cs ",  " =~ ",          " !~ ",       " hasprefix ",
                                         " hassuffix_cs ", " contains_cs ", " has_cs "};
    const uint32_t which = choose_(6);
    if (which == 0)
      return expr(Type::kString, depth + 1) + std::string(one_of(kText)) + expr(Type::kString, depth + 1);
    if (which == 1)
      return "(" + expr(Type::kBool, depth + 1) + std::string(one_of(std::array{" and ", " or "})) +
             expr(Type::kBool, depth + 1) + ")";
    const Type type = one_of(kAllTypes);
    const std::string left = expr(type, depth + 1);
    if (which == 2)
      return left + std::string(one_of(std::array{" in (", " !in ("})) + constant(type) + ", " +
             constant(type) + ")";
    if (which == 3) return left + " between (" + constant(type) + " .. " + constant(type) + ")";
    if (which == 4)
      return expr(Type::kString, depth + 1) +
             std::string(one_of(std::array{" in~ (", " has_any (", " has_all ("})) + constant(Type::kString) +
             ", " + constant(Type::kString) + ")";
    return left + std::string(one_of(kOrder)) + expr(type, depth + 1);
  }

  std::string argument(const ParameterSpec& parameter, Type generic, int depth) {
    Type type = generic;
    if (!parameter.generic) {
      std::vector<Type> taken;
      for (Type one : kAllTypes) {
        if ((parameter.types >> static_cast<unsigned>(one) & 1U) != 0) taken.push_back(one);
      }
      if (taken.empty()) return constant(Type::kLong);
      type = one_of(taken);
    }
    return parameter.constant ? constant(type) : expr(type, depth + 1);
  }

  std::string arguments(const Function& function, Type generic, int depth) {
    std::string text = "(";
    const auto add = [&](const std::string& one) { text += (text.size() > 1 ? ", " : "") + one; };
    if (function.alternating) {  // case: conditions and values, then what else
      return text + expr(Type::kBool, depth + 1) + ", " + expr(generic, depth + 1) + ", " +
             expr(generic, depth + 1) + ")";
    }
    for (const ParameterSpec& parameter : function.parameters) {
      if (parameter.optional && chance(2)) break;
      const uint32_t count = parameter.repeated ? 1 + choose_(3) : 1;
      for (uint32_t i = 0; i < count; ++i) add(argument(parameter, generic, depth));
    }
    return text + ")";
  }

  std::string call(Type type, int depth) {
    std::vector<const Function*> found;
    for (const Function& function : functions()) {
      if (function.is_operator || !function.parts.empty()) continue;
      if (function.result.value_or(type) == type) found.push_back(&function);
    }
    if (found.empty()) return leaf(type);
    const Function& function = *one_of(found);
    return std::string(function.name) + arguments(function, type, depth);
  }

  // ---- operators
  std::string aggregate_call() {
    const Aggregate& aggregate = one_of(aggregates());
    const std::string name(aggregate.name);
    if (aggregate.shape == AggregateShape::kArgExtreme)
      return name + "(" + expr(one_of(kAllTypes), 1) + ", " + (chance(2) ? "*" : column({}).value_or("*")) +
             ")";
    if (aggregate.shape == AggregateShape::kTakeAny) return name + "(" + column({}).value_or("*") + ")";
    return name + arguments(aggregate.function, one_of(kAllTypes), 1);
  }

  std::string some_columns() {
    std::string text;
    for (uint32_t i = 0, count = 1 + choose_(3); i < count; ++i)
      text += (i > 0 ? ", " : "") + column({}).value_or("1");
    return text;
  }

  std::string by() {
    return chance(3) ? "" : " by " + (chance(3) ? "g = " + expr(one_of(kAllTypes), 1) : some_columns());
  }

  // Another pipeline, with the columns of this one put aside.
  std::string inner_query() {
    const std::vector<ResultColumn> outer = columns_;
    std::string text = Maker(choose_, catalog_, options_).query(static_cast<int>(choose_(3)));
    columns_ = outer;
    return "(" + text + ")";
  }

  std::string assigned(std::string_view word) {
    return std::string(word) + " x" + std::to_string(choose_(4)) + " = " + expr(one_of(kAllTypes), 0) +
           ", y = " + expr(one_of(kAllTypes), 0);
  }

  std::string operator_text() {
    switch (choose_(24)) {
      case 0:
      case 1:
      case 2:
        return "where " + expr(Type::kBool, 0);
      case 3:
      case 4:
      case 5:
        return assigned("extend");
      case 6:
        return assigned("project") + ", " + some_columns();
      case 7:
      case 8:
      case 9:
        return "summarize s = " + aggregate_call() + ", " + aggregate_call() + by();
      case 10:
        return "sort by " + some_columns() +
               std::string(one_of(std::array{" asc", " desc", " asc nulls last", ""}));
      case 11:
        return "top 3 by " + expr(one_of(kAllTypes), 1);
      case 12:
        return "distinct " + some_columns();
      case 13: {
        static constexpr std::array kKinds = {"innerunique", "inner",     "leftouter",
                                              "rightouter",  "fullouter", "leftsemi",
                                              "leftanti",    "rightsemi", "rightanti"};
        return "join kind=" + std::string(one_of(kKinds)) + " " +
               (chance(2) ? "(" + source() + ") on " : inner_query() + " on ") + column({}).value_or("x");
      }
      case 14:
        return "union " + inner_query();
      case 15:
        return "mv-expand " + column(Type::kDynamic).value_or(quoted("none")) +
               std::string(one_of(std::array{"", " to typeof(string)", " to typeof(long)", " limit 5"}));
      case 16:
        return "make-series v = " + aggregate_call() + " default = 0 on " +
               column(Type::kDateTime).value_or(quoted("none")) +
               " from datetime(2026-01-01) to datetime(2026-01-10) step 1d" + by();
      case 17:
        return "serialize r = " + window_call();
      case 18:
        return "parse " + column(Type::kString).value_or(quoted("none")) +
               " with p:" + std::string(one_of(std::array{"string", "long", "datetime"})) + R"( "," q)";
      case 19:
        return one_of(std::array{"project-away ", "project-keep ", "project-reorder "}) + some_columns();
      case 20:
        return "partition by " + column({}).value_or(quoted("none")) + " (top 1 by " +
               expr(one_of(kAllTypes), 2) + ")";
      case 21:
        return "top-nested 2 of " + column({}).value_or(quoted("none")) + " by t = " + aggregate_call();
      case 22:
        return "mv-apply e = " + column(Type::kDynamic).value_or(quoted("none")) + " on (where " +
               expr(Type::kBool, 1) + " | take 2)";
      default:
        return one_of(std::array{"take 7", "count", "getschema", "serialize", "sample 3"});
    }
  }

  std::string window_call() {
    const std::string of = column({}).value_or("1");
    return one_of(std::array<std::string, 4>{"row_number()", "prev(" + of + ")", "next(" + of + ", 2)",
                                             "row_cumsum(" + column(Type::kLong).value_or("1") + ")"});
  }

  const Choices& choose_;
  const Catalog& catalog_;
  const CompileOptions& options_;
  std::vector<ResultColumn> columns_;
};

}  // namespace

std::string random_query(const Choices& choose, const Catalog& catalog, const CompileOptions& options) {
  return Maker(choose, catalog, options).query(1 + static_cast<int>(choose(kMaxGrammarOperators)));
}

}  // namespace linkgate::kql
