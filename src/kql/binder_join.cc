// join, lookup and union.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "kql/binder_state.h"

namespace linkgate::kql {
namespace {

struct KindName {
  std::string_view name;
  JoinKind kind;
};
constexpr auto kKinds = std::to_array<KindName>({
    {"innerunique", JoinKind::kInnerUnique},
    {"inner", JoinKind::kInner},
    {"leftouter", JoinKind::kLeftOuter},
    {"rightouter", JoinKind::kRightOuter},
    {"fullouter", JoinKind::kFullOuter},
    {"outer", JoinKind::kFullOuter},
    {"leftsemi", JoinKind::kLeftSemi},
    {"semi", JoinKind::kLeftSemi},
    {"leftanti", JoinKind::kLeftAnti},
    {"leftantisemi", JoinKind::kLeftAnti},
    {"anti", JoinKind::kLeftAnti},
    {"rightsemi", JoinKind::kRightSemi},
    {"rightanti", JoinKind::kRightAnti},
    {"rightantisemi", JoinKind::kRightAnti},
});

std::string word_of(const Expr& value) {
  if (value.kind == ExprKind::kName) return value.name;
  const auto* text = value.kind == ExprKind::kLiteral ? std::get_if<std::string>(&value.value) : nullptr;
  return text != nullptr ? *text : "";
}

Expected<JoinKind> join_kind(const Operator& op) {
  const bool lookup = op.kind == OperatorKind::kLookup;
  JoinKind found = lookup ? JoinKind::kLeftOuter : JoinKind::kInnerUnique;
  for (const Parameter& parameter : op.parameters) {
    if (parameter.name.starts_with("hint.")) continue;  // how a cluster distributes the work
    if (parameter.name != "kind") {
      return fail(DiagnosticCode::kUnknownName, parameter.span,
                  "no parameter '" + parameter.name + "' of join");
    }
    const std::string word = word_of(*parameter.value);
    const auto row =
        std::find_if(kKinds.begin(), kKinds.end(), [&word](const KindName& k) { return k.name == word; });
    if (row == kKinds.end() ||
        (lookup && row->kind != JoinKind::kLeftOuter && row->kind != JoinKind::kInner)) {
      std::vector<std::string_view> names;
      for (const KindName& kind : kKinds) {
        if (!lookup || kind.kind == JoinKind::kLeftOuter || kind.kind == JoinKind::kInner)
          names.push_back(kind.name);
      }
      const std::string near = suggestion(word, names);
      return fail(DiagnosticCode::kUnknownName, parameter.value->span,
                  fmt::format("no kind of {} '{}'{}", lookup ? "lookup" : "join", word,
                              near.empty() ? fmt::format("; there are {}", fmt::join(names, ", ")) : near));
    }
    found = row->kind;
  }
  return found;
}

bool keeps_left(JoinKind kind) { return kind != JoinKind::kRightSemi && kind != JoinKind::kRightAnti; }
bool keeps_right(JoinKind kind) { return kind != JoinKind::kLeftSemi && kind != JoinKind::kLeftAnti; }

// The equalities of an `on` condition: $left.a == $right.b and ..., each as its two sides.
bool split_condition(const Expr& expr, std::vector<const Expr*>& equalities) {
  if (expr.kind == ExprKind::kLogical && expr.name == "and") {
    return std::all_of(expr.children.begin(), expr.children.end(),
                       [&equalities](const Expr* child) { return split_condition(*child, equalities); });
  }
  if (expr.kind != ExprKind::kBinary || expr.name != "==") return false;
  equalities.push_back(&expr);
  return true;
}

bool is_side(const Expr& expr, std::string_view side) {
  return expr.kind == ExprKind::kMember && expr.children[0]->kind == ExprKind::kName &&
         expr.children[0]->name == side;
}

}  // namespace

// A column that both sides of a join are to have; who lacks it is said.
Binder::Scalar Binder::key_of(const Expr& name, const Plan& side, const char* which) {
  Scalar found = scalar(name, {.columns = &side.columns});
  if (found || found.error().code != DiagnosticCode::kUnknownName) return found;
  Diagnostic error = std::move(found).error();
  const std::string place = "' here";
  const size_t at = error.message.find(place);
  if (at != std::string::npos)
    error.message.replace(at + 1, place.size() - 1, fmt::format(" on the {} side of this join", which));
  return error;
}

// A name stands for $left.name == $right.name; types must agree, and a dynamic is no key.
Expected<std::vector<JoinKey>> Binder::join_keys(const Operator& op, const Plan& left, const Plan& right) {
  std::vector<JoinKey> keys;
  const auto add = [&](const Expr& left_expr, const Expr& right_expr, Span span) -> Expected<> {
    JoinKey key;
    TRY_ASSIGN(key.left, scalar(left_expr, {.columns = &left.columns, .right = &right.columns}));
    TRY_ASSIGN(key.right, scalar(right_expr, {.columns = &left.columns, .right = &right.columns}));
    if (key.left->type == Type::kDynamic || !common_type(key.left->type, key.right->type)) {
      return fail(DiagnosticCode::kWrongType, span,
                  with_article(key.left->type) + " and " + with_article(key.right->type) +
                      " cannot be the keys of a join");
    }
    keys.push_back(key);
    return {};
  };
  for (const Item& item : op.items) {
    if (item.expr->kind == ExprKind::kName) {
      const Expr name{.kind = ExprKind::kName, .span = item.span, .name = item.expr->name};
      JoinKey key;
      TRY_ASSIGN(key.left, key_of(name, left, "left"));
      TRY_ASSIGN(key.right, key_of(name, right, "right"));
      if (key.left->type == Type::kDynamic || !common_type(key.left->type, key.right->type)) {
        return fail(DiagnosticCode::kWrongType, item.span,
                    "'" + name.name + "' has types on the two sides that no join can compare");
      }
      keys.push_back(key);
      continue;
    }
    std::vector<const Expr*> equalities;
    if (!split_condition(*item.expr, equalities)) {
      return fail(DiagnosticCode::kWrongUse, item.span,
                  "a join compares columns: on Name, or on $left.A == $right.B");
    }
    for (const Expr* equality : equalities) {
      const Expr& a = *equality->children[0];
      const Expr& b = *equality->children[1];
      if (is_side(a, "$left") && is_side(b, "$right")) {
        TRY(add(a, b, equality->span));
      } else if (is_side(a, "$right") && is_side(b, "$left")) {
        TRY(add(b, a, equality->span));
      } else {
        return fail(DiagnosticCode::kWrongUse, equality->span,
                    "a join compares a column of $left with one of $right");
      }
    }
  }
  return keys;
}

// Both sides' columns; a name of the right side that the left has too gets a number. lookup leaves the right
// keys out.
Binder::Table Binder::join(const Operator& op, const Plan& left, const Environment* environment) {
  TRY_ASSIGN(const JoinKind kind, join_kind(op));
  TRY_ASSIGN(const Plan* right, table(*op.tables[0], environment));
  Plan plan{.kind = PlanKind::kJoin, .inputs = {&left, right}, .join = kind};
  // Kusto tells its users to write the smaller table on the left of join, and on the right of lookup.
  plan.left_in_memory = op.kind != OperatorKind::kLookup;
  TRY_ASSIGN(plan.join_keys, join_keys(op, left, *right));
  Names names;
  const bool right_optional = kind == JoinKind::kLeftOuter || kind == JoinKind::kFullOuter;
  const bool left_optional = kind == JoinKind::kRightOuter || kind == JoinKind::kFullOuter;
  if (keeps_left(kind)) {
    for (Column column : left.columns) {
      names.taken.insert(column.name);
      column.nullable = column.nullable || (left_optional && column.type != Type::kString);
      plan.columns.push_back(std::move(column));
    }
  }
  if (keeps_right(kind)) {
    const bool both = keeps_left(kind);
    Names all = names;
    for (const Column& column : right->columns) all.taken.insert(column.name);
    for (Column column : right->columns) {
      const auto is_key = [&column](const JoinKey& k) {
        return k.right->kind == BoundKind::kColumn && k.right->column == column.id;
      };
      if (op.kind == OperatorKind::kLookup &&
          std::any_of(plan.join_keys.begin(), plan.join_keys.end(), is_key))
        continue;
      if (both && names.taken.contains(column.name)) column.name = all.number(column.name);
      column.nullable = column.nullable || (right_optional && column.type != Type::kString);
      plan.columns.push_back(std::move(column));
    }
  }
  return bindings_.add(std::move(plan), op.span);
}

Binder::Table Binder::union_of(const std::vector<const Expr*>& tables,
                               const std::vector<Parameter>& parameters, const Plan* first,
                               const Environment* environment, Span span) {
  UnionOptions options;
  bool fuzzy = false;
  for (const Parameter& parameter : parameters) {
    const std::string word = word_of(*parameter.value);
    if (parameter.name == "kind" && (word == "inner" || word == "outer")) {
      options.inner = word == "inner";
    } else if (parameter.name == "withsource" || parameter.name == "with_source") {
      options.source_column = word;
    } else if (parameter.name == "isfuzzy" && parameter.value->kind == ExprKind::kLiteral &&
               parameter.value->type == Type::kBool) {
      fuzzy = std::get<bool>(parameter.value->value);
    } else if (!parameter.name.starts_with("hint.")) {
      return fail(DiagnosticCode::kWrongUse, parameter.span,
                  "no such parameter or value of union: '" + parameter.name + "'");
    }
  }
  TRY_ASSIGN(std::vector<UnionInput> inputs, union_inputs(tables, fuzzy, environment, first));
  if (inputs.empty())
    return fail(DiagnosticCode::kUnknownName, span, "none of the tables of this union is there");
  return unite(inputs, options, span);
}

// Of `let Name = view () {...}` those whose names match are tables as well.
Expected<> Binder::add_views(const Expr& pattern, const Environment* environment,
                             std::vector<UnionInput>& inputs) {
  const size_t first = inputs.size();
  for (const Environment* e = environment; e != nullptr; e = e->outer) {
    const bool view = e->value != nullptr && e->value->kind == ExprKind::kFunction &&
                      e->value->name == "view" && e->value->columns.empty();
    if (!view || !matches_pattern(e->name, pattern.name) || find(environment, e->name) != e) continue;
    const Expr name{.kind = ExprKind::kName, .span = pattern.span, .name = e->name};
    TRY_ASSIGN(const Plan* plan, table(name, environment));
    inputs.insert(inputs.begin() + static_cast<std::ptrdiff_t>(first), {plan, e->name});
  }
  return {};
}

// The tables, those of a pattern each for itself; `first` stands before them, unless it is null.
Expected<std::vector<UnionInput>> Binder::union_inputs(const std::vector<const Expr*>& tables, bool fuzzy,
                                                       const Environment* environment, const Plan* first) {
  std::vector<UnionInput> inputs;
  if (first != nullptr) inputs.push_back({first, "union_arg0"});
  for (const Expr* expr : tables) {
    if (expr->kind == ExprKind::kWildcard) {
      for (const CatalogTable& known : catalog_.tables) {
        if (!matches_pattern(known.name, expr->name)) continue;
        TRY_ASSIGN(const Plan* plan, scan(known, expr->span));
        inputs.push_back({plan, known.name});
      }
      TRY(add_views(*expr, environment, inputs));
      continue;
    }
    if (fuzzy && is_missing(*expr, environment)) continue;
    TRY_ASSIGN(const Plan* plan, table(*expr, environment));
    inputs.push_back({plan, source_name(*expr, environment, inputs.size())});
  }
  return inputs;
}

// Columns are united by name and type; where one name has several types, it becomes name_type for each.
Binder::Table Binder::unite(const std::vector<UnionInput>& inputs, const UnionOptions& options, Span span) {
  struct United {
    std::string name;
    Type type;
    size_t count = 0;
    bool nullable = false;
  };
  std::vector<United> united;
  for (const UnionInput& input : inputs) {
    for (const Column& column : input.plan->columns) {
      const auto same = [&column](const United& u) { return u.name == column.name && u.type == column.type; };
      auto found = std::find_if(united.begin(), united.end(), same);
      if (found == united.end()) found = united.insert(found, {column.name, column.type});
      ++found->count;
      found->nullable = found->nullable || column.nullable;
    }
  }
  if (options.inner) std::erase_if(united, [&inputs](const United& u) { return u.count < inputs.size(); });
  Plan plan{.kind = PlanKind::kUnion};
  if (!options.source_column.empty()) {
    plan.columns.push_back({bindings_.new_column_id(), options.source_column, Type::kString, false});
  }
  Names names;
  names.taken.insert(options.source_column);
  std::map<std::string_view, int> types_of;
  for (const United& u : united) ++types_of[u.name];
  for (const United& u : united) {
    const std::string name =
        names.number(types_of[u.name] > 1 ? u.name + "_" + std::string(to_string(u.type)) : u.name);
    const bool nullable = u.type != Type::kString && (u.nullable || u.count < inputs.size());
    plan.columns.push_back({bindings_.new_column_id(), name, u.type, nullable});
  }
  for (const UnionInput& input : inputs) {
    plan.inputs.push_back(input.plan);
    auto& cells = plan.union_columns.emplace_back();
    if (!options.source_column.empty()) {
      TRY_ASSIGN(const BoundExpr* source, literal(Type::kString, input.name, span));
      cells.push_back(source);
    }
    for (const United& u : united) {
      const auto same = [&u](const Column& c) { return u.name == c.name && u.type == c.type; };
      const auto found = std::find_if(input.plan->columns.begin(), input.plan->columns.end(), same);
      const bool there = found != input.plan->columns.end();
      TRY_ASSIGN(const BoundExpr* cell,
                 there ? column(*found, span)
                       : literal(u.type, u.type == Type::kString ? Value(std::string()) : Value(), span));
      cells.push_back(cell);
    }
  }
  return bindings_.add(std::move(plan), span);
}

}  // namespace linkgate::kql
