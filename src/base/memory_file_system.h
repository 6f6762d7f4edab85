#pragma once
// The disk in memory, for tests: it can be full, fail to sync, and lose at a power cut what was not synced.
//
// Durability is modelled as a journalling file system without luck gives it: the bytes of a file last once
// sync() returned, a name (create, rename, remove) once sync_directory() of its folder did.
// make_directories() lasts at once.

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "base/file_system.h"

namespace linkgate {

class MemoryFileSystem final : public FileSystem {
 public:
  // Faults. They hold until changed; each is safe to switch while other threads write.
  void set_capacity(uint64_t bytes);  // of all files together; an append beyond it fails and leaves nothing
  void fail_sync(bool fail);          // sync() and sync_directory() fail with kIo
  void fail_append(bool fail);        // append() fails with kIo
  // A power cut: names and bytes go back to what was synced, except that each file keeps up to `torn_bytes`
  // of its unsynced end (how a torn last line comes about). Open files go on into nowhere.
  void lose_unsynced(uint64_t torn_bytes = 0);
  // A test's own hand in a file: flip, cut, plant.
  void write_file(const std::string& path, std::string bytes);

  int sync_count() const;

  Result<std::unique_ptr<AppendFile>> create(const std::string& path) override;
  Result<std::string> read(const std::string& path) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> remove(const std::string& path) override;
  Result<void> truncate(const std::string& path, uint64_t size) override;
  Result<void> make_directories(const std::string& path) override;
  Result<void> sync_file(const std::string& path) override;
  Result<void> sync_directory(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& path) override;
  Result<Time> modified_at(const std::string& path) override;
  Result<uint64_t> free_bytes(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;

 private:
  struct Inode {
    std::string bytes;
    uint64_t synced = 0;  // this many of them would survive
    Time modified = SystemClock().now();
  };
  class File;
  class Lock;
  using Names = std::map<std::string, std::shared_ptr<Inode>>;  // shared: open files outlive their names

  uint64_t used_locked() const;

  mutable std::mutex mutex_;
  Names names_;
  Names durable_names_;
  std::set<std::string> directories_;
  std::set<std::string> locks_;
  uint64_t capacity_ = UINT64_MAX;
  bool fail_sync_ = false;
  bool fail_append_ = false;
  int sync_count_ = 0;
};

}  // namespace linkgate
