#pragma once
// The embedded event store for one command: that of the running Linkgate, or one that is started and stopped
// for it.

#include <sys/types.h>

#include <memory>
#include <mutex>
#include <string>

#include "base/config.h"
#include "base/result.h"
#include "store/client.h"

namespace linkgate::cli {

class BorrowedStore {
 public:
  // REQUIRES where none runs: the caller holds the data directory's lock, and this is the main thread. A
  // store that is started here listens where nobody else looks, and only warns. Waits until the store
  // answers. kUnavailable.
  static Result<std::unique_ptr<BorrowedStore>> open(const Config& config, bool already_runs);
  ~BorrowedStore();  // a store that was started here is stopped, and waited for
  BorrowedStore(const BorrowedStore&) = delete;
  BorrowedStore& operator=(const BorrowedStore&) = delete;

  store::StoreClient& client() { return *client_; }
  // What the destructor does, from any thread: the client's calls then fail.
  void stop();
  // Where the store writes and reads backups, one folder each.
  static std::string backup_folder(const Config& config) {
    return DataPaths(config.data).events() + "/backups";
  }

 private:
  BorrowedStore() = default;
  Result<store::StoreOptions> start(const Config& config);

  std::mutex stopping_;
  pid_t pid_ = -1;
  std::unique_ptr<store::StoreClient> client_;
};

}  // namespace linkgate::cli
