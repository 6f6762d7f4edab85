// set, declare query_parameters and invoke.

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "kql/binder_state.h"
#include "kql/json.h"
#include "kql/literal.h"

namespace linkgate::kql {
namespace {
// Options that would change the rows and that nobody here follows; all others set limits or hints.
constexpr auto kRefusedOptions =
    std::to_array<std::string_view>({"query_now", "query_datetimescope_column", "query_datetimescope_from",
                                     "query_datetimescope_to", "query_take_max_records"});

// Those of the service, whether they have an effect here or not. Source: Kusto documentation, "Request
// properties".
constexpr auto kKnownOptions =
    std::to_array<std::string_view>({"best_effort",
                                     "client_max_redirect_count",
                                     "client_results_reader_allow_varying_row_widths",
                                     "deferpartialqueryfailures",
                                     "materialized_view_shuffle",
                                     "max_memory_consumption_per_query_per_node",
                                     "maxmemoryconsumptionperiterator",
                                     "maxoutputcolumns",
                                     "norequesttimeout",
                                     "notruncation",
                                     "push_selection_through_aggregation",
                                     "query_admin_super_slacker_mode",
                                     "query_bin_auto_at",
                                     "query_bin_auto_size",
                                     "query_cursor_after_default",
                                     "query_cursor_allow_referencing_stream_ingestion_tables",
                                     "query_cursor_before_or_at_default",
                                     "query_cursor_current",
                                     "query_cursor_disabled",
                                     "query_cursor_scoped_tables",
                                     "query_datascope",
                                     "query_datetimescope_column",
                                     "query_datetimescope_from",
                                     "query_datetimescope_to",
                                     "query_distribution_nodes_span",
                                     "query_fanout_nodes_percent",
                                     "query_fanout_threads_percent",
                                     "query_force_row_level_security",
                                     "query_language",
                                     "query_log_query_parameters",
                                     "query_max_entities_in_union",
                                     "query_now",
                                     "query_python_debug",
                                     "query_results_apply_getschema",
                                     "query_results_cache_force_refresh",
                                     "query_results_cache_max_age",
                                     "query_results_cache_per_shard",
                                     "query_results_progressive_row_count",
                                     "query_results_progressive_update_period",
                                     "query_take_max_records",
                                     "query_weakconsistency_session_id",
                                     "queryconsistency",
                                     "request_app_name",
                                     "request_block_row_level_security",
                                     "request_callout_disabled",
                                     "request_description",
                                     "request_external_data_disabled",
                                     "request_external_table_disabled",
                                     "request_impersonation_disabled",
                                     "request_readonly",
                                     "request_readonly_hardline",
                                     "request_remote_entities_disabled",
                                     "request_sandboxed_execution_disabled",
                                     "request_user",
                                     "results_error_reporting_placement",
                                     "results_progressive_enabled",
                                     "results_v2_fragment_primary_tables",
                                     "results_v2_newlines_between_frames",
                                     "servertimeout",
                                     "truncation_max_records",
                                     "truncationmaxrecords",
                                     "truncationmaxsize",
                                     "validate_permissions"});

// See CompileOptions::parameters.
std::optional<Value> parameter_value(Type type, std::string_view text) {
  if (type == Type::kString) return Value(std::string(text));
  text = ascii::trim(text);
  const size_t open = text.find('(');
  if (open != std::string_view::npos && text.ends_with(')')) {
    const std::string_view name = ascii::trim(text.substr(0, open));
    if (name == "dynamic" ? type == Type::kDynamic : literal_type(name) == type)
      text = text.substr(open + 1, text.size() - open - 2);
  }
  if (type != Type::kDynamic) return typed_literal(type, text);
  auto json = compact_json(text);
  if (!json) return std::nullopt;
  return *json == "null" ? Value() : Value(*std::move(json));
}

}  // namespace

Expected<> Binder::check_options(const std::vector<Parameter>& options) {
  for (const Parameter& option : options) {
    const bool size = option.name == "query_bin_auto_size";
    if (size || option.name == "query_bin_auto_at") {
      if (option.value == nullptr)
        return fail(DiagnosticCode::kWrongUse, option.span, "'" + option.name + "' needs a value");
      TRY_ASSIGN((size ? bin_auto_size_ : bin_auto_at_), scalar(*option.value, {}));
      continue;
    }
    if (std::find(kKnownOptions.begin(), kKnownOptions.end(), option.name) == kKnownOptions.end()) {
      std::vector<std::string_view> known(kKnownOptions.begin(), kKnownOptions.end());
      warn(option.span, "there is no option '" + option.name + "', and this has no effect" +
                            suggestion(option.name, known));
    }
    if (std::find(kRefusedOptions.begin(), kRefusedOptions.end(), option.name) == kRefusedOptions.end())
      continue;
    return fail(DiagnosticCode::kNotSupported, option.span,
                "the option '" + option.name + "' is not supported");
  }
  return {};
}

// Each is what a let of its value, or else of its default, would be.
Expected<const Environment*> Binder::query_parameters(const std::vector<ColumnDeclaration>& declared) {
  const Environment* environment = nullptr;
  for (const ColumnDeclaration& parameter : declared) {
    if (const auto given = options_.parameters.find(parameter.name); given != options_.parameters.end()) {
      auto value = parameter_value(parameter.type, given->second);
      if (!value) {
        return fail(DiagnosticCode::kWrongType, parameter.span,
                    "the value given for '" + parameter.name + "' is not " + with_article(parameter.type));
      }
      TRY_ASSIGN(const BoundExpr* bound, literal(parameter.type, *std::move(value), parameter.span));
      environment = extend({.outer = environment, .name = parameter.name, .scalar = bound});
      continue;
    }
    if (parameter.default_value == nullptr) {
      return fail(DiagnosticCode::kWrongUse, parameter.span,
                  "the query parameter '" + parameter.name + "' has neither a value nor a default");
    }
    TRY_ASSIGN(const BoundExpr* value, scalar(*parameter.default_value, {.environment = environment}));
    TRY_ASSIGN(value, argument_as(value, parameter.type));
    environment = extend({.outer = environment, .name = parameter.name, .scalar = value});
  }
  return environment;
}

// T | invoke f(x) is f(T, x), where T is what the environment calls kInvokeInput.
Binder::Table Binder::invoke_op(const Operator& op, const Environment* environment) {
  const Environment* function = find(environment, op.expr->name);
  const bool known =
      function != nullptr && function->value != nullptr && function->value->kind == ExprKind::kFunction;
  if (!known)
    return fail(DiagnosticCode::kUnknownName, op.expr->span, "no function '" + op.expr->name + "' to invoke");
  static const Expr input{.kind = ExprKind::kName, .name = std::string(kInvokeInput)};
  Expr call = *op.expr;
  call.children.insert(call.children.begin(), &input);
  return called_table(call, environment);
}

// What withsource= calls an input: the name of a table, of a view or after `as`, or its place.
std::string Binder::source_name(const Expr& expr, const Environment* environment, size_t place) {
  if (names_database(expr)) return expr.name;
  if (expr.kind == ExprKind::kName) {
    const Environment* found = find(environment, expr.name);
    const bool view = found != nullptr && found->value != nullptr && found->value->name == "view" &&
                      found->value->kind == ExprKind::kFunction;
    if (found == nullptr || view) return expr.name;
  }
  if (expr.kind == ExprKind::kPipeline && expr.operators.back().kind == OperatorKind::kAs)
    return expr.operators.back().name;
  return "union_arg" + std::to_string(place);
}

// A table that isfuzzy=true leaves out: a name that nothing has, or a pipeline that begins with one.
bool Binder::is_missing(const Expr& expr, const Environment* environment) const {
  const Expr* head = &expr;
  while (head->kind == ExprKind::kPipeline) head = head->children[0];
  if (names_database(*head)) {
    const auto& database = std::get<std::string>(head->children[0]->children[0]->value);
    return std::none_of(catalog_.tables.begin(), catalog_.tables.end(), [&](const CatalogTable& table) {
      return ascii::iequals(table.database, database) && table.name == head->name;
    });
  }
  return head->kind == ExprKind::kName && !is_tabular(*head, environment);
}

}  // namespace linkgate::kql
