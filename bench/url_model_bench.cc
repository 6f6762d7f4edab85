// The URL model: microseconds a URL. Over the URLs of the data set where it is present (LINKGATE_DATA), with
// the shipped model where it is in the tree, else with an empty one of the same size.
#include <benchmark/benchmark.h>
#include <zlib.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "verdict/url_model.h"

namespace linkgate::verdict {
namespace {

std::vector<url::Url> load_urls() {
  std::vector<url::Url> urls;
  const char* const named = std::getenv("LINKGATE_DATA");
  const std::string root = named != nullptr ? named : LINKGATE_SOURCE_DIR "/../shared/data";
  if (gzFile file = gzopen((root + "/urls/valid.tsv.gz").c_str(), "rb")) {
    char line[16'384];
    while (gzgets(file, line, sizeof line) != nullptr) {
      const std::string text(line);
      if (auto url = url::Url::parse("https://" + text.substr(text.rfind('\t') + 1)))
        urls.push_back(std::move(*url));
    }
    gzclose(file);
  }
  if (urls.empty())
    urls.push_back(*url::Url::parse("https://shop.example.com/path/item.html?id=42&ref=mail"));
  return urls;
}

const std::vector<url::Url>& urls() {
  static const std::vector<url::Url> all = load_urls();
  return all;
}

const UrlModel& model() {
  static const UrlModel loaded = [] {
    std::ifstream in(LINKGATE_SOURCE_DIR "/models/url.model", std::ios::binary);
    auto read = UrlModel::parse(std::string(std::istreambuf_iterator<char>(in), {}));
    if (read) return std::move(*read);
    UrlModelParts parts;
    parts.group_bits = 20;
    parts.slots.resize(4 << 20);
    return UrlModel(std::move(parts));
  }();
  return loaded;
}

template <typename Work>
void over_urls(benchmark::State& state, Work work) {
  size_t next = 0;
  for (auto _ : state) {
    work(urls()[next]);
    next = next + 1 == urls().size() ? 0 : next + 1;
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["memory_bytes"] = static_cast<double>(model().memory());
}

void score_url(benchmark::State& state) {
  over_urls(state, [](const url::Url& url) { benchmark::DoNotOptimize(model().score(url)); });
}
BENCHMARK(score_url);

void explain_url(benchmark::State& state) {
  over_urls(state, [](const url::Url& url) { benchmark::DoNotOptimize(model().explain(url)); });
}
BENCHMARK(explain_url);

}  // namespace
}  // namespace linkgate::verdict

BENCHMARK_MAIN();
