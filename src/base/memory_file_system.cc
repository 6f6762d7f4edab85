#include "base/memory_file_system.h"

#include <algorithm>
#include <utility>

namespace linkgate {
namespace {

std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

Error missing(const std::string& path) {
  return Error(ErrorCode::kNotFound, path + ": no such file or directory");
}

}  // namespace

class MemoryFileSystem::File final : public AppendFile {
 public:
  File(MemoryFileSystem& disk, std::shared_ptr<Inode> inode) : disk_(disk), inode_(std::move(inode)) {}

  Result<void> append(std::string_view bytes) override {
    const std::lock_guard guard(disk_.mutex_);
    if (disk_.fail_append_) return Error(ErrorCode::kIo, "input/output error");
    const uint64_t used = disk_.used_locked();
    if (used > disk_.capacity_ || bytes.size() > disk_.capacity_ - used) {
      return Error(ErrorCode::kIo, "no space left on device");
    }
    inode_->bytes += bytes;
    inode_->modified = SystemClock().now();
    return {};
  }

  Result<void> sync() override {
    const std::lock_guard guard(disk_.mutex_);
    ++disk_.sync_count_;
    if (disk_.fail_sync_) return Error(ErrorCode::kIo, "cannot sync: input/output error");
    inode_->synced = inode_->bytes.size();
    return {};
  }

  uint64_t size() const override {
    const std::lock_guard guard(disk_.mutex_);
    return inode_->bytes.size();
  }

 private:
  MemoryFileSystem& disk_;
  std::shared_ptr<Inode> inode_;
};

class MemoryFileSystem::Lock final : public FileLock {
 public:
  Lock(MemoryFileSystem& disk, std::string path) : disk_(disk), path_(std::move(path)) {}
  ~Lock() override {
    const std::lock_guard guard(disk_.mutex_);
    disk_.locks_.erase(path_);
  }

 private:
  MemoryFileSystem& disk_;
  std::string path_;
};

void MemoryFileSystem::set_capacity(uint64_t bytes) {
  const std::lock_guard guard(mutex_);
  capacity_ = bytes;
}

void MemoryFileSystem::fail_sync(bool fail) {
  const std::lock_guard guard(mutex_);
  fail_sync_ = fail;
}

void MemoryFileSystem::fail_append(bool fail) {
  const std::lock_guard guard(mutex_);
  fail_append_ = fail;
}

void MemoryFileSystem::lose_unsynced(uint64_t torn_bytes) {
  const std::lock_guard guard(mutex_);
  names_ = durable_names_;
  for (auto& [path, inode] : names_) {
    // A copy, so that a file still open by a writer of before the cut writes into nowhere.
    auto survivor = std::make_shared<Inode>(*inode);
    survivor->bytes.resize(std::min<uint64_t>(survivor->bytes.size(), survivor->synced + torn_bytes));
    survivor->synced = survivor->bytes.size();
    inode = survivor;
  }
  durable_names_ = names_;
  locks_.clear();
}

void MemoryFileSystem::write_file(const std::string& path, std::string bytes) {
  const std::lock_guard guard(mutex_);
  auto inode = std::make_shared<Inode>();
  inode->bytes = std::move(bytes);
  inode->synced = inode->bytes.size();
  names_[path] = durable_names_[path] = inode;
}

int MemoryFileSystem::sync_count() const {
  const std::lock_guard guard(mutex_);
  return sync_count_;
}

Result<std::unique_ptr<AppendFile>> MemoryFileSystem::create(const std::string& path) {
  const std::lock_guard guard(mutex_);
  if (!directories_.contains(folder_of(path))) return missing(folder_of(path));
  if (names_.contains(path)) return Error(ErrorCode::kInvalidArgument, path + " exists already");
  auto inode = std::make_shared<Inode>();
  names_[path] = inode;
  return std::unique_ptr<AppendFile>(std::make_unique<File>(*this, inode));
}

Result<std::string> MemoryFileSystem::read(const std::string& path) {
  const std::lock_guard guard(mutex_);
  const auto found = names_.find(path);
  if (found == names_.end()) return missing(path);
  return found->second->bytes;
}

Result<void> MemoryFileSystem::rename(const std::string& from, const std::string& to) {
  const std::lock_guard guard(mutex_);
  const auto found = names_.find(from);
  if (found == names_.end()) return missing(from);
  auto inode = found->second;
  names_.erase(found);
  names_[to] = inode;
  return {};
}

Result<void> MemoryFileSystem::remove(const std::string& path) {
  const std::lock_guard guard(mutex_);
  if (names_.erase(path) == 0) return missing(path);
  return {};
}

Result<void> MemoryFileSystem::truncate(const std::string& path, uint64_t size) {
  const std::lock_guard guard(mutex_);
  const auto found = names_.find(path);
  if (found == names_.end()) return missing(path);
  found->second->bytes.resize(size, '\0');
  found->second->synced = std::min(found->second->synced, size);
  return {};
}

Result<void> MemoryFileSystem::make_directories(const std::string& path) {
  const std::lock_guard guard(mutex_);
  for (std::string folder = path; !folder.empty(); folder = folder_of(folder)) directories_.insert(folder);
  return {};
}

Result<void> MemoryFileSystem::sync_file(const std::string& path) {
  const std::lock_guard guard(mutex_);
  ++sync_count_;
  const auto found = names_.find(path);
  if (found == names_.end()) return missing(path);
  if (fail_sync_) return Error(ErrorCode::kIo, "cannot sync " + path + ": input/output error");
  found->second->synced = found->second->bytes.size();
  return {};
}

Result<void> MemoryFileSystem::sync_directory(const std::string& path) {
  const std::lock_guard guard(mutex_);
  ++sync_count_;
  if (fail_sync_) return Error(ErrorCode::kIo, "cannot sync " + path + ": input/output error");
  std::erase_if(durable_names_, [&](const auto& entry) { return folder_of(entry.first) == path; });
  for (const auto& entry : names_) {
    if (folder_of(entry.first) == path) durable_names_.insert(entry);
  }
  return {};
}

Result<std::vector<std::string>> MemoryFileSystem::list(const std::string& path) {
  const std::lock_guard guard(mutex_);
  if (!directories_.contains(path)) return missing(path);
  std::vector<std::string> result;
  for (const auto& [name, inode] : names_) {
    if (folder_of(name) == path) result.push_back(name.substr(path.size() + 1));
  }
  for (const std::string& directory : directories_) {
    if (directory != path && folder_of(directory) == path)
      result.push_back(directory.substr(path.size() + 1));
  }
  std::sort(result.begin(), result.end());
  return result;
}

Result<Time> MemoryFileSystem::modified_at(const std::string& path) {
  const std::lock_guard guard(mutex_);
  const auto found = names_.find(path);
  if (found == names_.end()) return missing(path);
  return found->second->modified;
}

Result<uint64_t> MemoryFileSystem::free_bytes(const std::string&) {
  const std::lock_guard guard(mutex_);
  const uint64_t used = used_locked();
  return used >= capacity_ ? 0 : capacity_ - used;
}

Result<std::unique_ptr<FileLock>> MemoryFileSystem::lock(const std::string& path) {
  const std::lock_guard guard(mutex_);
  if (!locks_.insert(path).second)
    return Error(ErrorCode::kUnavailable, path + " is locked by another process");
  return std::unique_ptr<FileLock>(std::make_unique<Lock>(*this, path));
}

uint64_t MemoryFileSystem::used_locked() const {
  uint64_t used = 0;
  for (const auto& [path, inode] : names_) used += inode->bytes.size();
  return used;
}

}  // namespace linkgate
