// Laws of the KQL compiler on any text: printing a syntax tree and parsing that gives the same tree;
// compiling answers, or refuses with a place inside the text; the canonical text of a query compiles to the
// same SQL.
#include <cstdlib>

#include "kql/kql.h"
#include "kql/parser.h"

using namespace linkgate::kql;

static Catalog make_catalog() {
  CatalogTable t{"T", "db", "T", {}, true};
  const std::pair<const char*, Type> columns[] = {
      {"Time", Type::kDateTime}, {"Name", Type::kString}, {"N", Type::kLong},    {"I", Type::kInt},
      {"R", Type::kReal},        {"Flag", Type::kBool},   {"D", Type::kDynamic}, {"Span", Type::kTimeSpan}};
  for (const auto& [name, type] : columns) t.columns.push_back({name, type, type == Type::kLong});
  return {{t, {"U", "db", "U", {{"Name", Type::kString}, {"G", Type::kGuid, true}}}}};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Catalog catalog = make_catalog();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto ast = parse(text)) {
    const std::string printed = print((*ast)->query);
    const auto again = parse(printed);
    if (again ? print((*again)->query) != printed : again.error().code != DiagnosticCode::kTooLarge) abort();
  }
  const CompileOptions options{.now = linkgate::Time(linkgate::Ticks(17'955'039'330'000'000))};
  const auto compiled = compile(text, catalog, options);
  if (!compiled) {
    const Diagnostic& d = compiled.error();
    if (d.line < 1 || d.column < 1 || d.length < 1 || d.span.begin > size || d.message.empty()) abort();
    (void)render(d, text);
    return 0;
  }
  const auto again = compile(compiled->ast_text, catalog, options);
  if (again ? again->sql != compiled->sql : again.error().code != DiagnosticCode::kTooLarge) abort();
  return 0;
}
