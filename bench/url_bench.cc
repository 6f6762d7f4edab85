// URL work: parsing, keys and sealing. Over the URLs of the data set where it is present (LINKGATE_DATA),
// else over a few.
#include <benchmark/benchmark.h>
#include <curl/curl.h>
#include <zlib.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "url/canonical_key.h"
#include "url/domain.h"
#include "url/find.h"
#include "url/sealed_link.h"
#include "url/unwrap.h"
#include "url/url.h"

namespace linkgate::url {
namespace {

constexpr size_t kUrls = 39'313;  // the validation part of the data set

std::vector<std::string> load() {
  std::vector<std::string> urls;
  const char* from_environment = std::getenv("LINKGATE_DATA");
  const std::string root =
      from_environment != nullptr ? from_environment : LINKGATE_SOURCE_DIR "/../shared/data";
  if (gzFile file = gzopen((root + "/urls/valid.tsv.gz").c_str(), "rb")) {
    char line[16'384];
    while (urls.size() < kUrls && gzgets(file, line, sizeof line) != nullptr) {
      std::string text(line);
      while (!text.empty() && text.back() == '\n') text.pop_back();
      urls.push_back("https://" + text.substr(text.rfind('\t') + 1));
    }
    gzclose(file);
  }
  if (urls.empty()) {
    urls = {"https://www.example.com/", "https://shop.example.com/path/item.html?id=42&ref=mail",
            "http://user@example.com:8080/a/../b?x=%20#top",
            "https://b\xc3\xbc"
            "cher.example/"};
  }
  return urls;
}

const std::vector<std::string>& urls() {
  static const std::vector<std::string> all = load();
  return all;
}

// Runs `work` over the URLs in turn; one iteration is one URL.
template <typename Work>
void over_urls(benchmark::State& state, Work work) {
  size_t next = 0;
  size_t bytes = 0;
  for (auto _ : state) {
    const std::string& url = urls()[next];
    next = next + 1 == urls().size() ? 0 : next + 1;
    bytes += url.size();
    work(url);
  }
  state.SetBytesProcessed(static_cast<int64_t>(bytes));
  state.SetItemsProcessed(state.iterations());
}

void parse(benchmark::State& state) {
  over_urls(state, [](const std::string& url) { benchmark::DoNotOptimize(Url::parse(url)); });
}
BENCHMARK(parse);

// curl's parser, which takes and prints about the same.
void parse_by_curl(benchmark::State& state) {
  CURLU* handle = curl_url();
  over_urls(state, [handle](const std::string& url) {
    benchmark::DoNotOptimize(curl_url_set(handle, CURLUPART_URL, url.c_str(), CURLU_NON_SUPPORT_SCHEME));
  });
  curl_url_cleanup(handle);
}
BENCHMARK(parse_by_curl);

void key(benchmark::State& state) {
  over_urls(state, [](const std::string& url) {
    const auto parsed = Url::parse(url);
    if (parsed) benchmark::DoNotOptimize(canonical_key(*parsed));
  });
}
BENCHMARK(key);

void keys_to_look_up(benchmark::State& state) {
  over_urls(state, [](const std::string& url) {
    const auto parsed = Url::parse(url);
    if (parsed) benchmark::DoNotOptimize(lookup_keys(*parsed));
  });
}
BENCHMARK(keys_to_look_up);

void take_wrappers_off(benchmark::State& state) {
  over_urls(state, [](const std::string& url) { benchmark::DoNotOptimize(unwrap(url)); });
}
BENCHMARK(take_wrappers_off);

Keyring keyring() {
  SealingKey key = generate_key(1, Time{});
  key.state = KeyState::kSealing;
  return Keyring({key});
}

LinkClaims claims_of(const std::string& url) {
  LinkClaims claims;
  claims.recipient = "alice@example.org";
  claims.url = url;
  return claims;
}

void seal_link(benchmark::State& state) {
  const Keyring keys = keyring();
  LinkClaims claims = claims_of("");
  over_urls(state, [&](const std::string& url) {
    claims.url = url;
    benchmark::DoNotOptimize(seal(claims, "https://links.example.net", keys));
  });
}
BENCHMARK(seal_link);

void open_link(benchmark::State& state) {
  const Keyring keys = keyring();
  std::vector<std::string> targets;
  for (const auto& url : urls()) {
    const auto link = seal(claims_of(url), "https://links.example.net", keys);
    if (link) targets.push_back(link->substr(25));
  }
  size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(open(targets[next], "links.example.net", keys));
    next = next + 1 == targets.size() ? 0 : next + 1;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(open_link);

void find_in_text(benchmark::State& state) {
  std::string text;
  for (size_t i = 0; i < 1000 && i < urls().size(); ++i) {
    text += "Some words of a sentence, and then a link to follow: " + urls()[i] +
            ". More words (and www.example.com)\n";
  }
  for (auto _ : state) benchmark::DoNotOptimize(find_urls(text));
  state.SetBytesProcessed(static_cast<int64_t>(text.size() * state.iterations()));
}
BENCHMARK(find_in_text);

}  // namespace
}  // namespace linkgate::url

BENCHMARK_MAIN();
