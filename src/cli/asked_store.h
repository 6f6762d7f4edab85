#pragma once
// The event store that a query is put to: a ClickHouse elsewhere, that of the running Linkgate, or, where
// none runs, one that is started on the data directory for this command alone.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "base/config.h"
#include "base/readiness.h"
#include "base/result.h"
#include "cli/borrowed_store.h"
#include "store/client.h"
#include "supervise/data_lock.h"

namespace linkgate::cli {

// A folder that goes with all in it.
class TemporaryFolder {
 public:
  static Result<TemporaryFolder> make();
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, "")) {}
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder();
  const std::string& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

class AskedStore {
 public:
  // `installed`: a configuration or a data directory was named. If not, and the default directory is not
  // there either, the store is an empty one in a temporary folder, and standard error says so: KQL can be
  // tried before anything is installed, and no folder is left where somebody happens to stand.
  //
  // SIGINT and SIGTERM end the process (kCancelled), and the query with it wherever it runs: a store that is
  // started here is stopped, another one sees the connection close. One that is started here also ends with
  // this object, and with a `linkgate up` that wants the directory, which ends the process too (kFailed).
  // REQUIRES: the main thread, before others start. Errors: kInvalidArgument where the data directory is not
  // there, kUnavailable where another command has it.
  static Result<std::unique_ptr<AskedStore>> open(Config config, bool installed);
  // Whether open() would take that empty one.
  static bool is_for_trying(const Config& config, bool installed);
  ~AskedStore();
  AskedStore(const AskedStore&) = delete;
  AskedStore& operator=(const AskedStore&) = delete;

  Result<store::QueryResult> query(const std::string& sql, const store::QueryLimits& limits,
                                   const std::string& query_id = "");
  // See StoreClient::stream().
  Result<void> stream(const std::string& sql, const store::QueryLimits& limits,
                      const std::function<bool(std::string_view line)>& take) {
    return client().stream(sql, limits, take);
  }
  // See StoreClient::another().
  std::unique_ptr<store::StoreClient> another() const { return client().another(); }

 private:
  explicit AskedStore(Config config) : config_(std::move(config)) {}
  store::StoreClient& client() const { return own_ ? own_->client() : *elsewhere_; }
  Result<void> find(bool installed);
  Result<void> start();
  void watch();
  void end_when_told();

  Config config_;
  std::unique_ptr<store::StoreClient> elsewhere_;
  // In this order: the lock and the folder outlive the store in them.
  std::optional<TemporaryFolder> folder_;
  std::optional<supervise::DataLock> lock_;
  std::optional<StopSignal> signal_;
  std::mutex starting_;  // own_ is set by one thread and stopped by another
  std::unique_ptr<BorrowedStore> own_;
  std::jthread watch_;
};

}  // namespace linkgate::cli
