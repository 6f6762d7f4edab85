// The road of an event: rows/s appended to a spool, and rows/s from there into the store. The store is the
// real one, as LINKGATE_STORE_BINARY or beside this program.
#include <benchmark/benchmark.h>

#include <filesystem>

#include "base/clock.h"
#include "events/row.h"
#include "events/spool.h"
#include "store/shipper.h"
#include "store/store_process.h"

namespace linkgate {
namespace {

class ClientSink final : public store::EventSink {
 public:
  explicit ClientSink(store::StoreClient& client) : client_(client) {}
  Result<void> insert(std::string_view table, const std::vector<std::string_view>& lines) override {
    return client_.insert(table, lines);
  }

 private:
  store::StoreClient& client_;
};

std::string click_row(int64_t number) {
  return events::Row(*events::find_table("UrlClickEvents"), SystemClock().now(), std::to_string(number), 1)
      .set("Url", "https://northgate-voicemail.com/messages/listen?id=8fe2c1d07a")
      .set("UrlDomain", "northgate-voicemail.com")
      .set("ActionType", "ClickAllowed")
      .set("AccountUpn", "someone@example.org")
      .set("Workload", "Email")
      .set("NetworkMessageId", "7b0c2f6e-51d4-4a43-9d1c-0a3f0e5c1b22")
      .set("IPAddress", "192.0.2.17")
      .set("UrlChain", "[\"https://northgate-voicemail.com/messages/listen?id=8fe2c1d07a\"]")
      .set("PageShown", "none")
      .finish();
}

void AppendToSpool(benchmark::State& state) {
  const std::string folder = std::filesystem::temp_directory_path() / "linkgate-spool-bench";
  std::filesystem::remove_all(folder);
  auto writer = events::SpoolWriter::open({.directory = folder, .program = "bench"}, real_file_system());
  int64_t rows = 0;
  for (auto _ : state) {
    if (!(*writer)->append("UrlClickEvents", click_row(rows++))) state.SkipWithError("append failed");
  }
  state.SetItemsProcessed(rows);
  writer->reset();
  std::filesystem::remove_all(folder);
}
BENCHMARK(AppendToSpool)->UseRealTime();

// Segments of so many rows: what 100 ms of a busy installation hold, and what a store that was down finds.
void ShipToStore(benchmark::State& state) {
  if (store::StoreProcess::binary().empty()) return state.SkipWithError("linkgate-store is not built");
  store::StoreProcess process;
  const auto client = process.client();
  if (!store::migrate(*client)) return state.SkipWithError("no store");
  ClientSink sink(*client);
  SystemClock clock;
  const DataPaths paths(process.config.data);
  store::Shipper shipper({.spools = paths.spools()}, sink, real_file_system(), clock);
  int64_t rows = 0;
  constexpr int kSegments = 20;
  for (auto _ : state) {
    state.PauseTiming();
    for (int segment = 0; segment < kSegments; ++segment) {
      auto writer = events::SpoolWriter::open({.directory = paths.spool("bench"), .program = "bench"},
                                              real_file_system());
      for (int i = 0; i < state.range(0); ++i) (void)(*writer)->append("UrlClickEvents", click_row(rows++));
    }
    state.ResumeTiming();
    if (!shipper.drain()) state.SkipWithError("not shipped");
  }
  state.SetItemsProcessed(rows);
}
BENCHMARK(ShipToStore)
    ->Arg(100)
    ->Arg(1000)
    ->Arg(5000)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(3)
    ->UseRealTime();

}  // namespace
}  // namespace linkgate

BENCHMARK_MAIN();
