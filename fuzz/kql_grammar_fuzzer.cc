// Queries of the grammar in kql_grammar.h: each compiles, and its canonical text compiles to the same SQL.
#include <cstdlib>

#include "kql/parser.h"
#include "kql_grammar.h"

using namespace linkgate::kql;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Catalog catalog{{{"T",
                                 "db",
                                 "T",
                                 {{"Time", Type::kDateTime},
                                  {"Name", Type::kString},
                                  {"N", Type::kLong, true},
                                  {"I", Type::kInt},
                                  {"R", Type::kReal},
                                  {"Flag", Type::kBool},
                                  {"D", Type::kDynamic}},
                                 true}}};
  const CompileOptions options{.now = linkgate::Time(linkgate::Ticks(17'955'039'330'000'000))};
  size_t at = 0;
  const Choices choose = [&](uint32_t count) {
    uint32_t number = at < size ? data[at++] : 0;
    if (count > 256) number = number << 8 | (at < size ? data[at++] : 0U);
    return number % count;
  };
  const std::string text = random_query(choose, catalog, options);
  const auto compiled = compile(text, catalog, options);
  if (!compiled) abort();
  const auto again = compile(compiled->ast_text, catalog, options);
  if (again ? again->sql != compiled->sql : again.error().code != DiagnosticCode::kTooLarge) abort();
  return 0;
}
