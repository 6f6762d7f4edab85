// kql_queries SEED COUNT: so many queries of the grammar over the event tables, as lines for `linkgate kql
// --jsonl`.
#include <charconv>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>
#include <random>

#include "kql_grammar.h"
#include "views/event_catalog.h"

using namespace linkgate;

int main(int argc, char** argv) {
  uint32_t seed = 0, count = 0;
  const auto number = [&](int i, uint32_t& into) {
    const char* end = argv[i] + std::strlen(argv[i]);
    return std::from_chars(argv[i], end, into).ptr == end;
  };
  if (argc != 3 || !number(1, seed) || !number(2, count)) {
    std::fputs("usage: kql_queries SEED COUNT\n", stderr);
    return 2;
  }
  const kql::Catalog catalog = views::event_catalog("linkgate");
  const kql::CompileOptions options{.now = Time(Ticks(17'955'039'330'000'000))};
  for (uint32_t i = 0; i < count; ++i) {
    std::mt19937 random(seed + i);  // of a query's number alone: each can be made again
    const kql::Choices choose = [&random](uint32_t below) { return static_cast<uint32_t>(random() % below); };
    const nlohmann::json line = {{"id", std::to_string(seed + i)},
                                 {"query", kql::random_query(choose, catalog, options)}};
    std::puts(line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
  }
  return 0;
}
