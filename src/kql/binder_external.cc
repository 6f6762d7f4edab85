// externaldata: its rows are constants once what it names was fetched.

#include "base/ascii.h"
#include "kql/binder_state.h"
#include "kql/external_format.h"
#include "kql/limits.h"

namespace linkgate::kql {
namespace {

// A word or text of a property: format="csv", format=csv, ignoreFirstRecord=True.
std::string word_of(const Expr* value) {
  if (value == nullptr) return "";
  if (value->kind == ExprKind::kName) return value->name;
  if (value->kind != ExprKind::kLiteral) return "";
  if (const auto* truth = std::get_if<bool>(&value->value)) return *truth ? "true" : "false";
  const auto* text = std::get_if<std::string>(&value->value);
  return text != nullptr ? *text : "";
}

Expected<> read_properties(const Expr& expr, ExternalLayout& layout) {
  for (const Parameter& property : expr.parameters) {
    const std::string word = word_of(property.value);
    if (ascii::iequals(property.name, "format")) {
      layout.format = find_external_format(word);
      if (layout.format != nullptr) continue;
      return fail(DiagnosticCode::kNotSupported, property.span,
                  "externaldata does not read the format '" + word +
                      "' here; it reads csv, tsv, psv, scsv, sohsv, tsve, json, multijson, txt and raw");
    }
    if (!ascii::iequals(property.name, "ignoreFirstRecord")) {
      return fail(DiagnosticCode::kNotSupported, property.span,
                  "the property '" + property.name + "' of externaldata is not supported");
    }
    layout.ignore_first_record = ascii::iequals(word, "true");
    if (!layout.ignore_first_record && !ascii::iequals(word, "false"))
      return fail(DiagnosticCode::kWrongType, property.span, "'ignoreFirstRecord' is true or false");
  }
  return {};
}

}  // namespace

Expected<std::vector<ExternalAddress>> Binder::external_addresses(const Expr& expr,
                                                                  const Environment* environment) {
  std::vector<ExternalAddress> addresses;
  for (const Expr* child : expr.children) {
    TRY_ASSIGN(const BoundExpr* bound, scalar(*child, {.environment = environment}));
    const auto* text = std::get_if<std::string>(&bound->value);
    if (bound->kind != BoundKind::kLiteral || bound->type != Type::kString || text == nullptr)
      return fail(DiagnosticCode::kWrongType, child->span, "an address of externaldata is a constant string");
    addresses.push_back({*text, child->span});
  }
  if (addresses.size() > kMaxExternalAddresses) {
    return fail(DiagnosticCode::kTooLarge, expr.span,
                "externaldata names more than " + std::to_string(kMaxExternalAddresses) + " addresses");
  }
  return addresses;
}

// Null where something is yet to be fetched.
Expected<const std::string*> Binder::external_lines(const Expr& expr, ExternalLayout layout,
                                                    const std::vector<ExternalAddress>& addresses) {
  if (const auto known = external_lines_.find(&expr); known != external_lines_.end()) return known->second;
  bool complete = true;
  for (const ExternalAddress& address : addresses) {
    if (options_.fetched.contains(address.url)) continue;
    complete = false;
    to_fetch_.push_back(address);
  }
  if (!complete) return nullptr;
  std::string lines;
  const bool detect = layout.format == nullptr;
  for (const ExternalAddress& address : addresses) {
    if (detect) layout.format = external_format_of(address.url);
    if (append_external_rows(options_.fetched.at(address.url), layout, lines, kMaxExternalSqlBytes)) continue;
    return fail(DiagnosticCode::kTooLarge, address.span,
                "the rows of externaldata are more than the " + std::to_string(kMaxExternalSqlBytes >> 20) +
                    " MiB that go along with a query");
  }
  return external_lines_[&expr] = bindings_.keep(std::move(lines));
}

Binder::Table Binder::external(const Expr& expr, const Environment* environment) {
  Plan plan{.kind = PlanKind::kRows};
  Names names;
  ExternalLayout layout;
  for (const ColumnDeclaration& column : expr.columns) {
    TRY_ASSIGN(std::string name, names.claim(column.name, column.span));
    layout.columns.push_back({name, column.type});
    plan.columns.push_back(
        {bindings_.new_column_id(), std::move(name), column.type, column.type != Type::kString});
  }
  TRY(read_properties(expr, layout));
  TRY_ASSIGN(const std::vector<ExternalAddress> addresses, external_addresses(expr, environment));
  for (const ExternalAddress& address : addresses) {
    if (layout.format != nullptr || external_format_of(address.url) != nullptr) continue;
    return fail(DiagnosticCode::kNotSupported, address.span, "externaldata does not read files of this kind");
  }
  if (options_.external == External::kRefused) {
    return fail(DiagnosticCode::kNotSupported, expr.span,
                "externaldata reads from other hosts, and no host is allowed in the configuration "
                "(kql.externaldata_hosts)");
  }
  if (options_.external == External::kFetched && errors_ == nullptr) {
    TRY_ASSIGN(const std::string* lines, external_lines(expr, std::move(layout), addresses));
    if (lines != nullptr && !lines->empty()) plan.lines = lines;
  }
  return bindings_.add(std::move(plan), expr.span);
}

}  // namespace linkgate::kql
