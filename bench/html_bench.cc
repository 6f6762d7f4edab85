// The tokenizer over the HTML of real mails, and Gumbo, its oracle in tests, over the same. The mails are the
// files of the folder named by LINKGATE_BENCH_MAILS.

#include <benchmark/benchmark.h>
#include <gumbo.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "mail/html_links.h"
#include "mail/html_tokenizer.h"
#include "mail/mime_structure.h"

namespace linkgate::mail {
namespace {

std::vector<std::string> load_html() {
  std::vector<std::string> parts;
  const char* folder = std::getenv("LINKGATE_BENCH_MAILS");
  if (folder == nullptr) return parts;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string mail{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    const auto structure = scan_structure(mail, Limits());
    if (!structure) continue;
    for (const Entity& entity : structure->entities) {
      if (entity.type != "text/html" || entity.is_multipart) continue;
      parts.push_back(
          decode(std::string_view(mail).substr(entity.body.begin, entity.body.size()), entity.encoding));
    }
  }
  return parts;
}

const std::vector<std::string>& html() {
  static const std::vector<std::string> parts = load_html();
  return parts;
}

// One iteration is one part.
template <typename Work>
void over_parts(benchmark::State& state, Work work) {
  if (html().empty())
    return state.SkipWithError("no mails: set LINKGATE_BENCH_MAILS to a folder of .eml files");
  size_t next = 0, bytes = 0;
  for (auto _ : state) {
    const std::string& part = html()[next];
    next = next + 1 == html().size() ? 0 : next + 1;
    bytes += part.size();
    work(part);
  }
  state.SetBytesProcessed(static_cast<int64_t>(bytes));
}

void tokenize(benchmark::State& state) {
  over_parts(state, [](const std::string& part) {
    HtmlTokenizer tokenizer(part);
    HtmlToken token;
    size_t attributes = 0;
    while (tokenizer.next(token)) attributes += tokenizer.attributes().size();
    benchmark::DoNotOptimize(attributes);
  });
}
BENCHMARK(tokenize)->Unit(benchmark::kMicrosecond);

void tokenize_by_gumbo(benchmark::State& state) {
  over_parts(state, [](const std::string& part) {
    GumboOutput* output = gumbo_parse_with_options(&kGumboDefaultOptions, part.data(), part.size());
    benchmark::DoNotOptimize(output);
    gumbo_destroy_output(&kGumboDefaultOptions, output);
  });
}
BENCHMARK(tokenize_by_gumbo)->Unit(benchmark::kMicrosecond);

void find_links(benchmark::State& state) {
  over_parts(state, [](const std::string& part) { benchmark::DoNotOptimize(find_html_links(part, 20'000)); });
}
BENCHMARK(find_links)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace linkgate::mail

BENCHMARK_MAIN();
