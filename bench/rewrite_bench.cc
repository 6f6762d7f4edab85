// Mails a second and core: parse, seal every link for one recipient, render; memory to memory, one thread.
// The mails are the .eml files of the folder named by LINKGATE_BENCH_MAILS.

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "mail/rewriter.h"
#include "url/sealed_link.h"

namespace linkgate {
namespace {

std::vector<std::string> load_mails() {
  std::vector<std::string> mails;
  const char* folder = std::getenv("LINKGATE_BENCH_MAILS");
  if (folder == nullptr) return mails;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(entry.path(), std::ios::binary);
    mails.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return mails;
}

void rewrite_mails(benchmark::State& state) {
  const auto mails = load_mails();
  if (mails.empty())
    return state.SkipWithError("no mails: set LINKGATE_BENCH_MAILS to a folder of .eml files");
  auto key = url::generate_key(1, Time{});
  key.state = url::KeyState::kSealing;
  const url::Keyring keys({key});
  url::LinkClaims claims;
  claims.recipient = "bench@corp.test";
  int64_t bytes = 0, done = 0, links = 0, refused = 0;
  size_t at = 0;
  for (auto _ : state) {
    const std::string& mail = mails[at++ % mails.size()];
    auto message = mail::Message::parse(mail);
    ++done;
    bytes += static_cast<int64_t>(mail.size());
    if (!message) {
      ++refused;
      continue;
    }
    auto rendered = message->render({}, [&](const mail::Link& link) -> std::optional<std::string> {
      ++links;
      claims.url = link.url;
      auto sealed = url::seal(claims, "https://links.example.net", keys);
      if (!sealed) return std::nullopt;
      return std::move(*sealed);
    });
    benchmark::DoNotOptimize(rendered);
  }
  state.SetItemsProcessed(done);
  state.SetBytesProcessed(bytes);
  state.counters["links_per_mail"] = static_cast<double>(links) / static_cast<double>(done);
  state.counters["refused"] = static_cast<double>(refused);
}
BENCHMARK(rewrite_mails)->Unit(benchmark::kMicrosecond)->MinTime(5);

}  // namespace
}  // namespace linkgate

BENCHMARK_MAIN();
