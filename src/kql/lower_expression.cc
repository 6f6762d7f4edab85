#include "kql/lower_expression.h"

#include <array>

#include "base/check.h"
#include "kql/convert.h"
#include "kql/function.h"
#include "kql/lower_parsed.h"
#include "kql/time_text.h"

namespace linkgate::kql {
namespace {

using sql::Ref;

// Comparisons that a stored column and a constant may make without being turned into ticks first.
struct StoredComparison {
  std::string_view name;
  std::string_view function;
};
constexpr auto kStoredComparisons = std::to_array<StoredComparison>({{"<", "less"},
                                                                     {"<=", "lessOrEquals"},
                                                                     {">", "greater"},
                                                                     {">=", "greaterOrEquals"},
                                                                     {"==", "equals"},
                                                                     {"between", ""}});

// What DateTime64(7) holds: 1900-01-01 to 2299-12-31.
constexpr int64_t kFirstStoredTicks = 599'266'080'000'000'000;
constexpr int64_t kLastStoredTicks = 725'495'615'999'999'999;

class ExpressionLowering {
 public:
  ExpressionLowering(sql::Tree& tree, const Relation& relation, int64_t now_ticks,
                     const LowerSubquery& subquery)
      : t_(tree), relation_(relation), now_ticks_(now_ticks), subquery_(subquery) {}

  Ref lower(const BoundExpr& e) {
    switch (e.kind) {
      case BoundKind::kLiteral:
        return lower_literal(t_, e.type, e.value);
      case BoundKind::kColumn:
        return relation_.value(e.column).expr;
      case BoundKind::kCall:
        return call(e);
      case BoundKind::kConvert:
        return convert(t_, lower(*e.args[0]), e.args[0]->type, e.type, e.args[0]->nullable);
      case BoundKind::kScalar: {
        const Ref value = t_.subquery(*subquery_(*e.plan, true));
        return e.type == Type::kString ? t_.call("ifNull", {value, t_.text("")}) : value;
      }
      case BoundKind::kContains: {
        const Ref found = t_.call("in", {lower(*e.args[0]), t_.subquery(*subquery_(*e.plan, false))});
        return e.args[0]->nullable ? t_.call("ifNull", {found, t_.integer(0)}) : found;
      }
      case BoundKind::kPart:
        return t_.call("tupleElement", {lower(*e.args[0]), t_.integer(e.column + 1)});
    }
    CHECK(false);
  }

 private:
  Ref call(const BoundExpr& e) {
    if (const Ref stored = stored_comparison(e)) return stored;
    if (const Ref parsed = lower_parsed(t_, e, [this](const BoundExpr& d) { return text_of(d); }))
      return parsed;
    std::vector<Ref> args;
    for (const BoundExpr* arg : e.args) args.push_back(lower(*arg));
    LowerCall lowering{t_, e, args, now_ticks_};
    return e.function->lower(lowering);
  }

  Ref text_of(const BoundExpr& d) {
    if (d.kind == BoundKind::kColumn) return relation_.value(d.column).parsed;
    const BoundExpr* text = parsed_text(d);
    return text == nullptr ? nullptr : lower(*text);
  }

  // Timestamp > ago(7d), as the engine's primary key and partition pruning understand it; null where it is
  // something else.
  Ref stored_comparison(const BoundExpr& e) {
    if (e.type != Type::kBool || e.args.empty()) return nullptr;
    const BoundExpr& left = *e.args[0];
    if (left.kind != BoundKind::kColumn || left.type != Type::kDateTime) return nullptr;
    const Ref column = relation_.value(left.column).stored;
    if (column == nullptr || (left.nullable && e.function->name == "==")) return nullptr;
    for (size_t i = 1; i < e.args.size(); ++i) {
      if (!stored_constant(*e.args[i])) return nullptr;
    }
    for (const StoredComparison& known : kStoredComparisons) {
      if (known.name != e.function->name) continue;
      if (known.name != "between") return t_.call(known.function, {column, moment(*e.args[1])});
      return t_.call("and", {t_.call("greaterOrEquals", {column, moment(*e.args[1])}),
                             t_.call("lessOrEquals", {column, moment(*e.args[2])})});
    }
    return nullptr;
  }

  static bool stored_constant(const BoundExpr& e) {
    const auto* ticks = std::get_if<int64_t>(&e.value);
    return e.kind == BoundKind::kLiteral && e.type == Type::kDateTime && ticks != nullptr &&
           *ticks >= kFirstStoredTicks && *ticks <= kLastStoredTicks;
  }

  Ref moment(const BoundExpr& e) {
    std::string text = datetime_text(std::get<int64_t>(e.value));
    text[10] = ' ';
    text.pop_back();
    return t_.call("toDateTime64", {t_.text(text), t_.integer(7), t_.text("UTC")});
  }

  sql::Tree& t_;
  const Relation& relation_;
  int64_t now_ticks_;
  const LowerSubquery& subquery_;
};

void collect(const BoundExpr& expr, ColumnSet& into) {
  if (expr.kind == BoundKind::kColumn) into.insert(expr.column);
  for (const BoundExpr* arg : expr.args) collect(*arg, into);
}

}  // namespace

Ref lower_expression(const BoundExpr& expr, sql::Tree& tree, const Relation& relation, int64_t now_ticks,
                     const LowerSubquery& subquery) {
  return ExpressionLowering(tree, relation, now_ticks, subquery).lower(expr);
}

ColumnSet columns_of(const BoundExpr& expr) {
  ColumnSet found;
  collect(expr, found);
  return found;
}

}  // namespace linkgate::kql
