#include "cli/asked_store.h"

#include <fmt/format.h>
#include <signal.h>
#include <stdlib.h>

#include <filesystem>

#include "base/log.h"
#include "cli/command.h"
#include "cli/talk.h"
#include "store/open.h"
#include "supervise/plan.h"

namespace linkgate::cli {
namespace {

using std::chrono::milliseconds;

// A Linkgate that is starting, or another question, has the directory for a moment.
constexpr milliseconds kPatience{10'000}, kPause{50};

}  // namespace

Result<TemporaryFolder> TemporaryFolder::make() {
  std::error_code error;
  std::string path = std::filesystem::temp_directory_path(error) / "linkgate-kql-XXXXXX";
  if (error || ::mkdtemp(path.data()) == nullptr)
    return Error(ErrorCode::kIo, path + ": no temporary folder can be made");
  return TemporaryFolder(path);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

Result<std::unique_ptr<AskedStore>> AskedStore::open(Config config, bool installed) {
  std::unique_ptr<AskedStore> asked(new AskedStore(std::move(config)));
  TRY(asked->find(installed));
  return asked;
}

bool AskedStore::is_for_trying(const Config& config, bool installed) {
  std::error_code error;
  return !installed && supervise::has_own_store(config) && !std::filesystem::exists(config.data, error);
}

Result<void> AskedStore::find(bool installed) {
  std::error_code error;
  const bool is_there = std::filesystem::exists(config_.data, error);
  const bool own = supervise::has_own_store(config_);
  if (own && !is_there && installed)
    return Error(ErrorCode::kInvalidArgument, config_.data + ": there is no such data directory");
  if (own && !is_there) {
    TRY_ASSIGN(auto folder, TemporaryFolder::make());
    config_.data = folder.path();
    folder_.emplace(std::move(folder));
    fmt::print(stderr,
               "linkgate: no configuration was found and no --data is given: all tables are empty, those of "
               "externaldata too\n");
  }
  // A folder that was named by mistake answers like an installation to which nothing ever happened.
  if (own && is_there && !std::filesystem::exists(DataPaths(config_.data).events(), error))
    fmt::print(stderr, "linkgate: {} holds no events: no Linkgate has run on it\n", config_.data);
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (own && !running(config_)) {
    auto lock =
        supervise::DataLock::take(config_.data + "/lock", "kql", supervise::DataLock::Holder::kGivesWay);
    if (lock) {
      lock_.emplace(*std::move(lock));
      return start();
    }
    if (lock.error().code() != ErrorCode::kUnavailable || std::chrono::steady_clock::now() > end)
      return std::move(lock).error();
    std::this_thread::sleep_for(kPause);
  }
  TRY_ASSIGN(store::StoreOptions options, store::store_options(config_));
  elsewhere_ = std::make_unique<store::StoreClient>(std::move(options));
  watch();
  return {};
}

Result<void> AskedStore::start() {
  log::start("linkgate", log::Level::kWarn);  // who asks wants the answer alone
  ::signal(SIGPIPE, SIG_IGN);  // whoever reads the answer may go; the store is still to be stopped
  watch();
  TRY_ASSIGN(auto store, BorrowedStore::open(config_, false));
  TRY(store::migrate(store->client(), config_.events.retention_days));
  const std::lock_guard alone(starting_);
  own_ = std::move(store);
  return {};
}

void AskedStore::watch() {
  signal_.emplace();
  watch_ = std::jthread([this](const std::stop_token& done) {
    while (!done.stop_requested()) {
      std::this_thread::sleep_for(kPause);
      if (signal_->arrived() || (lock_ && lock_->wanted())) end_when_told();
    }
  });
}

// A store that is still starting goes with the process, as its start of life can bear.
void AskedStore::end_when_told() {
  const bool wanted = lock_ && lock_->wanted();
  fmt::print(stderr, "\nlinkgate: {}\n",
             wanted ? "`linkgate up` wants this data directory" : "cancelled, in the event store too");
  const std::lock_guard alone(starting_);
  if (own_) own_->stop();
  folder_.reset();
  std::_Exit(wanted ? kFailed : kCancelled);
}

Result<store::QueryResult> AskedStore::query(const std::string& sql, const store::QueryLimits& limits,
                                             const std::string& query_id) {
  auto result = client().query(sql, limits, query_id);
  if (own_ || result || result.error().code() != ErrorCode::kUnavailable) return result;
  // The address that a store left when it stopped says nothing to whoever asks; that it stopped does.
  if (!supervise::has_own_store(config_)) return result;
  if (const auto up = running(config_); !up) return Error(ErrorCode::kUnavailable, up.error().message());
  return result;
}

AskedStore::~AskedStore() {
  if (watch_.joinable()) {
    watch_.request_stop();
    watch_.join();
  }
}

}  // namespace linkgate::cli
