// A list of many URLs, from the file to the first verdict, and what it takes to keep it: prints figures as
// JSON. usage: feed_lists FOLDER [ENTRIES]
#include <fmt/format.h>
#include <malloc.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <random>
#include <string>

#include "base/log.h"
#include "scan/feed_loader.h"
#include "scan/intel.h"

namespace {

using namespace linkgate;
using Steady = std::chrono::steady_clock;

constexpr std::chrono::minutes kPatience{30};
constexpr size_t kAsked = 2'000'000;
constexpr size_t kAskedOfStore = 20'000;

double seconds_since(Steady::time_point begin) {
  return std::chrono::duration<double>(Steady::now() - begin).count();
}

// "VmRSS" or "VmHWM" of this process in MB.
double memory(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name + ":")) return std::stod(line.substr(name.size() + 1)) / 1024;
  }
  return 0;
}

// Of a feed's kind: a third hosts, the rest pages on hosts that have several.
std::string entry(size_t number) {
  const std::string host =
      fmt::format("{:x}-login.site{}.example", number / 3 * 2654435761U % 4294967291U, number / 3);
  return number % 3 == 0
             ? host
             : fmt::format("https://www.{}/account/{}/verify.php?id={}", host, number % 7, number);
}

void write_list(const std::string& path, size_t entries) {
  std::ofstream out(path);
  for (size_t i = 0; i < entries; ++i) out << entry(i) << '\n';
}

double processor_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

// Of the processor's time, each.
template <typename Body>
double nanoseconds(size_t count, Body body) {
  const double begin = processor_seconds();
  for (size_t i = 0; i < count; ++i) body(i);
  return (processor_seconds() - begin) / static_cast<double>(count) * 1e9;
}

std::vector<url::Url> urls(size_t count, size_t from) {
  std::vector<url::Url> all;
  for (size_t i = 0; i < count; ++i) all.push_back(*url::Url::parse("https://" + entry((from + i) * 3)));
  return all;
}

struct Scan {
  explicit Scan(const std::string& folder) {
    state::StateOptions options;
    options.location = "sqlite:" + folder;
    store = state::open_intel_store(options).value();
    intel =
        scan::Intel::start(state::open_intel_store(options).value(), state::open_intel_store(options).value())
            .value();
    scan::FeedLoaderOptions loading;
    loading.folder = folder;
    loader = std::make_unique<scan::FeedLoader>(
        state::open_intel_store(options).value(), clock, [this] { (void)intel->look(); }, loading);
  }
  SystemClock clock;
  std::unique_ptr<state::IntelStore> store;
  std::unique_ptr<scan::Intel> intel;
  std::unique_ptr<scan::FeedLoader> loader;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const std::string folder = argv[1], list = folder + "/list.txt";
  const size_t entries = argc > 2 ? std::stoul(argv[2]) : 10'000'000;
  log::start("bench", log::Level::kWarn);
  write_list(list, entries);
  const double before = memory("VmRSS");
  Scan running(folder);
  FeedConfig feed;
  feed.name = "list";
  feed.source = list;
  auto begin = Steady::now();
  running.loader->configure({feed});
  running.loader->wait_for_files(kPatience);
  const double load = seconds_since(begin);
  const double peak = memory("VmHWM");
  malloc_trim(0);
  const double resident = memory("VmRSS");

  begin = Steady::now();
  const auto status = running.store->feeds()->at(0);
  const auto shard = scan::FeedShard::load(*running.store, status, nullptr).value();
  const double build = seconds_since(begin);
  std::mt19937_64 random(7);
  std::vector<uint64_t> listed, others;
  for (size_t i = 0; i < kAsked; ++i) {
    others.push_back(random());
    listed.push_back(state::listing_hash(entry(random() % entries / 3 * 3) + "/"));
  }
  size_t found = 0, wrong = 0;
  const double hit = nanoseconds(kAsked, [&](size_t i) { found += shard->may_list(listed[i]) ? 1 : 0; });
  const double miss = nanoseconds(kAsked, [&](size_t i) { wrong += shard->may_list(others[i]) ? 1 : 0; });
  const auto index = running.intel->current();
  const auto unknown = urls(kAskedOfStore, entries), known = urls(kAskedOfStore, 0);
  size_t hits = 0;
  const double url_miss =
      nanoseconds(kAskedOfStore, [&](size_t i) { hits += index->find(unknown[i]).size(); });
  const double url_hit = nanoseconds(kAskedOfStore, [&](size_t i) { hits += index->find(known[i]).size(); });

  std::ofstream(list, std::ios::app) << "one-more.example\n";
  begin = Steady::now();
  running.loader->wait_for(running.loader->request_refresh(), kPatience);
  const double update = seconds_since(begin);
  fmt::print(
      "{{\"entries\":{},\"effective_s\":{:.1f},\"update_s\":{:.1f},\"build_s\":{:.1f},\"filter_mb\":{:.1f},"
      "\"resident_mb\":{:.1f},\"peak_mb\":{:.1f},\"before_mb\":{:.1f},\"hit_ns\":{:.0f},\"miss_ns\":{:.0f},"
      "\"url_miss_ns\":{:.0f},\"url_hit_ns\":{:.0f},\"wrong\":{},\"asked\":{},\"ok\":{}}}\n",
      running.intel->current()->size(), load, update, build, static_cast<double>(shard->bytes()) / 1e6,
      resident, peak, before, hit, miss, url_miss, url_hit, wrong, kAsked,
      found == kAsked && hits >= kAskedOfStore);
  return 0;
}
