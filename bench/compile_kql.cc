// How long hunting queries take to compile: compile_kql FILE.jsonl... with {"id","query"} lines. Each query
// is compiled kTurns times, in turn with the others; its time is the median of these. Prints one line of
// JSON.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/clock.h"
#include "views/event_catalog.h"

namespace {

constexpr int kTurns = 21;

struct Query {
  std::string id, text;
  std::vector<double> microseconds = {};
  bool compiles = false;
};

double quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[static_cast<size_t>(q * static_cast<double>(values.size() - 1) + 0.5)];
}

}  // namespace

int main(int argc, char** argv) {
  using namespace linkgate;
  std::vector<Query> queries;
  for (int i = 1; i < argc; ++i) {
    std::ifstream in(argv[i]);
    for (std::string line; std::getline(in, line);) {
      const auto json = nlohmann::json::parse(line, nullptr, false);
      if (json.is_object()) queries.push_back({json.value("id", ""), json.value("query", "")});
    }
  }
  const kql::Catalog catalog = views::event_catalog("linkgate");
  const Time now = SystemClock().now();
  for (int turn = 0; turn < kTurns; ++turn) {
    for (Query& query : queries) {
      const auto start = std::chrono::steady_clock::now();
      query.compiles = kql::compile(query.text, catalog, {.now = now}).has_value();
      const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
      query.microseconds.push_back(took.count());
    }
  }
  std::vector<double> medians;
  std::string slowest;
  for (const Query& query : queries) {
    if (!query.compiles) continue;
    medians.push_back(quantile(query.microseconds, 0.5));
    if (medians.back() == *std::max_element(medians.begin(), medians.end())) slowest = query.id;
  }
  const nlohmann::json out = {{"queries", queries.size()},           {"compiled", medians.size()},
                              {"median_us", quantile(medians, 0.5)}, {"p99_us", quantile(medians, 0.99)},
                              {"slowest_us", quantile(medians, 1)},  {"slowest", slowest}};
  std::printf("%s\n", out.dump().c_str());
}
