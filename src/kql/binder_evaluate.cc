// evaluate bag_unpack and pivot: plugins whose columns depend on the data. What the data hold is asked first
// (binder.h), unless the query declares the columns.

#include <algorithm>
#include <array>
#include <map>

#include "kql/binder_state.h"
#include "kql/json.h"

namespace linkgate::kql {
namespace {

using sql::Ref;

// Columns that one plugin may make.
constexpr size_t kMaxMadeColumns = 1'000;

// Names of a bag's members with the kinds of their values before them: "sName" is a string Name.
Ref lower_bag_shape(LowerAggregate& l) {
  sql::Tree& t = l.tree;
  const std::string name = t.fresh("v");
  const Ref member = t.column("", name);
  const Ref key = t.call("tupleElement", {member, t.integer(1)});
  const Ref value = t.call("tupleElement", {member, t.integer(2)});
  const auto starts = [&](std::string_view text) { return t.call("startsWith", {value, t.text(text)}); };
  const Ref truth =
      t.call("or", {t.call("equals", {value, t.text("true")}), t.call("equals", {value, t.text("false")})});
  const Ref kind = t.call(
      "multiIf", {starts("\""), t.text("s"), truth, t.text("b"), t.call("equals", {value, t.text("null")}),
                  t.text("n"), t.call("or", {starts("{"), starts("[")}), t.text("d"),
                  t.call("match", {value, t.text("^-?[0-9]+$")}), t.text("l"), t.text("r")});
  const Ref members = t.call("JSONExtractKeysAndValuesRaw", {t.call("ifNull", {l[0], t.text("{}")})});
  const Ref shapes = t.call("arrayMap", {t.lambda(name, t.call("concat", {kind, key})), members});
  const Ref limit = t.integer(static_cast<int64_t>(kMaxMadeColumns) + 1);
  return t.call("toNullable",
                {t.call("toJSONString", {t.aggregate("groupUniqArrayArray", {limit}, {shapes})})});
}

const Aggregate& bag_shape() {
  static const Aggregate aggregate = {
      .name = "bag_shape",
      .prefix = "shape",
      .lower = lower_bag_shape,
      .function =
          parse_signature({.name = "bag_shape", .signature = "dynamic! (dynamic)", .lower = nullptr})};
  return aggregate;
}

Type type_of_kind(char kind) {
  switch (kind) {
    case 's':
      return Type::kString;
    case 'b':
      return Type::kBool;
    case 'l':
      return Type::kLong;
    case 'r':
      return Type::kReal;
    default:
      return Type::kDynamic;
  }
}

// Members by name, each with the type that all its values have; values of several kinds make it dynamic.
std::map<std::string, Type> members_of(const std::vector<std::string>& shapes) {
  std::map<std::string, Type> found;
  std::map<std::string, char> kinds;
  for (const std::string& shape : shapes) {
    const std::string key = shape.substr(1);
    const char kind = shape[0];
    const char before = kinds.emplace(key, kind).first->second;
    if (before == 'n')
      kinds[key] = kind;
    else if (kind != 'n' && kind != before)
      kinds[key] = 'd';
    found[key] = type_of_kind(kinds[key]);
  }
  return found;
}

}  // namespace

// The strings of the JSON array that `aggregate` makes of all rows.
Expected<std::vector<std::string>> Binder::asked(const Plan& input, AggregateCall aggregate, Span span) {
  aggregate.columns.push_back({bindings_.new_column_id(), "answer", Type::kDynamic, true});
  Plan question{.kind = PlanKind::kSummarize, .columns = aggregate.columns, .inputs = {&input}};
  question.aggregates.push_back(std::move(aggregate));
  TRY_ASSIGN(const Plan* plan, bindings_.add(std::move(question), span));
  TRY_ASSIGN(const std::optional<std::string> answer, answers_(*plan));
  if (!answer) {
    if (errors_ != nullptr) return DiagnosticList::said();  // no error: nobody has asked the data
    question_ = plan;
    return fail(DiagnosticCode::kNotSupported, span, "the columns of this plugin are not known yet");
  }
  std::vector<std::string> texts;
  for (const std::string& json : json_elements(*answer).value_or(std::vector<std::string>())) {
    const auto text = scalar_of_json(json, Type::kString);
    if (text) texts.push_back(std::get<std::string>(*text));
  }
  if (texts.size() > kMaxMadeColumns) {
    return fail(DiagnosticCode::kTooLarge, span,
                "this would make more than " + std::to_string(kMaxMadeColumns) + " columns");
  }
  return texts;
}

Binder::Table Binder::evaluate(const Operator& op, const Plan& input, const Environment* environment) {
  if (op.expr->name == "dcount_intersect") return dcount_intersect(op, input, environment);
  if (op.expr->name == "pivot") return pivot(op, input, environment);
  return bag_unpack(op, input, environment);
}

// bag_unpack(column, prefix, columnsConflict, ignoredProperties): by place or by name.
Expected<Binder::BagUnpack> Binder::bag_unpack_arguments(const Expr& call, const Plan& input,
                                                         const Environment* environment) {
  constexpr auto kNames = std::to_array<std::string_view>(
      {"Column", "OutputColumnPrefix", "columnsConflict", "ignoredProperties"});
  BagUnpack found;
  for (size_t i = 0; i < call.children.size(); ++i) {
    const Expr* given = call.children[i];
    size_t place = i;
    if (given->kind == ExprKind::kNamed) {
      place = static_cast<size_t>(std::find(kNames.begin(), kNames.end(), given->name) - kNames.begin());
      given = given->children[0];
    }
    if (place >= kNames.size())
      return fail(DiagnosticCode::kWrongUse, given->span, "'bag_unpack' has no such parameter");
    TRY_ASSIGN(const BoundExpr* value,
               scalar(*given, {.environment = environment, .columns = &input.columns}));
    const auto* text = value->kind == BoundKind::kLiteral ? std::get_if<std::string>(&value->value) : nullptr;
    if (place == 0) {
      found.bag = value;
    } else if (text == nullptr) {
      return fail(DiagnosticCode::kWrongUse, given->span, "this argument of 'bag_unpack' must be a constant");
    } else if (place == 1) {
      found.prefix = *text;
    } else if (place == 2) {
      found.conflict = *text;
    } else {
      for (const std::string& json : json_elements(*text).value_or(std::vector<std::string>())) {
        if (const auto name = scalar_of_json(json, Type::kString))
          found.ignored.insert(std::get<std::string>(*name));
      }
    }
  }
  if (found.bag == nullptr || found.bag->kind != BoundKind::kColumn || found.bag->type != Type::kDynamic)
    return fail(DiagnosticCode::kWrongType, call.span, "'bag_unpack' takes a column of type dynamic");
  if (found.conflict != "error" && found.conflict != "replace_source" && found.conflict != "keep_source") {
    return fail(DiagnosticCode::kWrongUse, call.span,
                "columnsConflict is 'error', 'replace_source' or 'keep_source'");
  }
  return found;
}

// The input without the bag, then the bag's members by name.
Binder::Table Binder::bag_unpack(const Operator& op, const Plan& input, const Environment* environment) {
  TRY_ASSIGN(const BagUnpack call, bag_unpack_arguments(*op.expr, input, environment));
  std::vector<std::pair<std::string, Type>> members;
  if (op.has_schema) {
    for (const ColumnDeclaration& column : op.schema) {
      const bool made = column.name.starts_with(call.prefix);
      if (made) members.emplace_back(column.name.substr(call.prefix.size()), column.type);
    }
  } else {
    AggregateCall shape{.aggregate = &bag_shape(), .args = {call.bag}, .span = op.span};
    TRY_ASSIGN(const std::vector<std::string> shapes, asked(input, std::move(shape), op.span));
    for (auto& member : members_of(shapes)) members.push_back(member);
  }
  Columns columns;
  for (const Column& column : input.columns) {
    if (column.id != call.bag->column) columns.push_back(column);
  }
  std::vector<Assignment> assignments;
  for (const auto& [key, type] : members) {
    if (call.ignored.contains(key)) continue;
    const std::string name = call.prefix + key;
    const auto same = [&name](const Column& c) { return c.name == name; };
    const auto old = std::find_if(columns.begin(), columns.end(), same);
    if (old != columns.end() && (call.conflict == "keep_source" || op.has_schema)) continue;
    if (old != columns.end() && call.conflict == "error") {
      return fail(DiagnosticCode::kWrongUse, op.span,
                  "'bag_unpack' would make a second column '" + name +
                      "'; say columnsConflict='replace_source' or 'keep_source', or give a prefix");
    }
    TRY_ASSIGN(const BoundExpr* name_of_member, literal(Type::kString, key, op.span));
    TRY_ASSIGN(const BoundExpr* value, invoke("[]", {call.bag, name_of_member}, op.span));
    TRY_ASSIGN(value, converted(value, type));
    const Column column{bindings_.new_column_id(), name, type, value->nullable};
    if (old != columns.end())
      *old = column;
    else
      columns.push_back(column);
    assignments.push_back({column, value});
  }
  if (op.has_schema && !op.schema_keeps_source) {
    TRY_ASSIGN(columns, declared(op, columns));
  }
  TRY_ASSIGN(const Plan* plan, projection(input, std::move(columns), std::move(assignments), op.span));
  if (!op.has_schema) open_.insert(&plan->columns);
  return plan;
}

// Of `columns` those that the query declared, as it declared them.
Expected<Columns> Binder::declared(const Operator& op, const Columns& columns) {
  Columns found;
  for (const ColumnDeclaration& wanted : op.schema) {
    const auto same = [&wanted](const Column& c) { return c.name == wanted.name; };
    const auto there = std::find_if(columns.begin(), columns.end(), same);
    if (there == columns.end())
      return fail(DiagnosticCode::kUnknownName, wanted.span, "no column '" + wanted.name + "' comes of this");
    found.push_back(*there);
  }
  return found;
}

// pivot(column [, aggregate] [, columns that stay]): a column for each value of `column`.
Binder::Table Binder::pivot(const Operator& op, const Plan& input, const Environment* environment) {
  const Expr& call = *op.expr;
  const Scope scope{.environment = environment, .columns = &input.columns};
  if (call.children.empty()) return fail(DiagnosticCode::kWrongUse, call.span, "'pivot' takes a column");
  TRY_ASSIGN(const BoundExpr* turned, scalar(*call.children[0], scope));
  if (turned->kind != BoundKind::kColumn)
    return fail(DiagnosticCode::kWrongUse, call.children[0]->span, "'pivot' takes a column");
  const int turned_column = turned->column;
  TRY_ASSIGN(turned, converted(turned, Type::kString));
  const bool aggregated = call.children.size() > 1 && call.children[1]->kind == ExprKind::kCall;
  const Expr count{.kind = ExprKind::kCall, .span = call.span, .name = "count"};
  const Expr& how = aggregated ? *call.children[1] : count;
  std::set<int> used = {turned_column};
  for (const Expr* arg : how.children) {
    TRY_ASSIGN(const BoundExpr* value, scalar(*arg, scope));
    if (value->kind == BoundKind::kColumn) used.insert(value->column);
  }
  Plan plan{.kind = PlanKind::kSummarize, .inputs = {&input}};
  Names names;
  TRY(pivot_keys(call, aggregated ? 2 : 1, input, environment, used, plan, names));
  TRY_ASSIGN(const std::vector<std::string> values, pivot_values(op, input, turned));
  for (const std::string& value : values) {
    TRY_ASSIGN(AggregateCall aggregate, pivot_cell(how, turned, value, scope));
    Column& made = aggregate.columns[0];
    made.name = value.empty() ? names.column() : names.number(value);
    plan.columns.push_back(made);
    plan.aggregates.push_back(std::move(aggregate));
  }
  TRY_ASSIGN(const Plan* pivoted, bindings_.add(std::move(plan), op.span));
  if (!op.has_schema) open_.insert(&pivoted->columns);
  return pivoted;
}

// The aggregate `how` over the rows in which `turned` is `value`.
Expected<AggregateCall> Binder::pivot_cell(const Expr& how, const BoundExpr* turned, const std::string& value,
                                           const Scope& scope) {
  const std::string plain = how.name == "any" ? "take_any" : how.name;
  const std::string conditional = plain + (find_aggregates(plain + "if").empty() ? "_if" : "if");
  if (find_aggregates(conditional).empty())
    return fail(DiagnosticCode::kNotSupported, how.span, "'pivot' by '" + how.name + "' is not supported");
  AggregateCall aggregate{.span = how.span};
  for (const Expr* arg : how.children) {
    TRY_ASSIGN(const BoundExpr* bound, scalar(*arg, scope));
    aggregate.args.push_back(bound);
  }
  TRY_ASSIGN(const BoundExpr* wanted, literal(Type::kString, value, how.span));
  TRY_ASSIGN(const BoundExpr* here, invoke("==", {turned, wanted}, how.span));
  aggregate.args.insert(aggregate.args.begin() + (how.children.empty() ? 0 : 1), here);
  TRY_ASSIGN(aggregate.aggregate, aggregate_for(conditional, aggregate.args, how.span));
  const Function& types = aggregate.aggregate->function;
  const Type type = types.result.value_or(aggregate.args[0]->type);
  aggregate.columns.push_back({bindings_.new_column_id(), "", type, type != Type::kString});
  return aggregate;
}

// The columns by which rows come together: those named from argument `first` on, or all that nothing else
// uses.
Expected<> Binder::pivot_keys(const Expr& call, size_t first, const Plan& input,
                              const Environment* environment, const std::set<int>& used, Plan& plan,
                              Names& names) {
  std::deque<Expr> written;
  std::vector<Item> items;
  for (size_t i = first; i < call.children.size(); ++i)
    items.push_back({.expr = call.children[i], .span = call.children[i]->span});
  for (const Column& column : input.columns) {
    if (first < call.children.size() || used.contains(column.id)) continue;
    written.push_back({.kind = ExprKind::kName, .span = call.span, .name = column.name});
    items.push_back({.expr = &written.back(), .span = call.span});
  }
  TRY_ASSIGN(plan.assignments, keys(items, input, environment, names));
  for (const Assignment& key : plan.assignments) plan.columns.push_back(key.column);
  return {};
}

// What the turned column holds, in order; or the declared columns that are no keys.
Expected<std::vector<std::string>> Binder::pivot_values(const Operator& op, const Plan& input,
                                                        const BoundExpr* turned) {
  std::vector<std::string> values;
  for (const ColumnDeclaration& column : op.schema) {
    const auto same = [&column](const Column& c) { return c.name == column.name; };
    if (std::none_of(input.columns.begin(), input.columns.end(), same)) values.push_back(column.name);
  }
  if (op.has_schema) return values;
  AggregateCall all{.args = {turned}, .span = op.span};
  TRY_ASSIGN(all.aggregate, aggregate_for("make_set", all.args, op.span));
  TRY_ASSIGN(values, asked(input, std::move(all), op.span));
  std::sort(values.begin(), values.end());
  return values;
}

}  // namespace linkgate::kql
