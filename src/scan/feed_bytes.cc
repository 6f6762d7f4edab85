#include "scan/feed_bytes.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace linkgate::scan {
namespace {

Error error_of(const std::string& what) {
  const ErrorCode code = errno == ENOENT   ? ErrorCode::kNotFound
                         : errno == EACCES ? ErrorCode::kPermission
                                           : ErrorCode::kIo;
  return Error(code, what + ": " + std::strerror(errno));
}

}  // namespace

Result<SpillFile> SpillFile::create(const std::string& folder) {
  std::string path = (folder.empty() ? P_tmpdir : folder) + "/linkgate-feed-XXXXXX";
  const int fd = ::mkostemp(path.data(), O_CLOEXEC);
  if (fd < 0) return error_of("cannot write into " + folder);
  ::unlink(path.c_str());
  return SpillFile(fd);
}

SpillFile::SpillFile(SpillFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), size_(std::exchange(other.size_, 0)) {}

SpillFile& SpillFile::operator=(SpillFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(size_, other.size_);
  return *this;
}

SpillFile::~SpillFile() {
  if (fd_ >= 0) ::close(fd_);
}

Result<void> SpillFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(size_));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return error_of("cannot keep the feed");
    size_ += static_cast<uint64_t>(n);
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return {};
}

Result<void> SpillFile::read(uint64_t at, std::string* bytes) const {
  size_t have = 0;
  while (have < bytes->size()) {
    const ssize_t n = ::pread(fd_, bytes->data() + have, bytes->size() - have, static_cast<off_t>(at + have));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return error_of("cannot read the feed");
    if (n == 0) break;
    have += static_cast<size_t>(n);
  }
  bytes->resize(have);
  return {};
}

Result<FeedBytes> FeedBytes::create(const std::string& folder) {
  TRY_ASSIGN(SpillFile file, SpillFile::create(folder));
  return FeedBytes(std::move(file));
}

FeedBytes::FeedBytes(FeedBytes&& other) noexcept
    : file_(std::move(other.file_)), mapping_(std::exchange(other.mapping_, nullptr)) {}

FeedBytes& FeedBytes::operator=(FeedBytes&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(mapping_, other.mapping_);
  return *this;
}

FeedBytes::~FeedBytes() {
  if (mapping_ != nullptr) ::munmap(mapping_, file_.size());
}

Result<std::string_view> FeedBytes::view() {
  if (file_.size() == 0) return std::string_view();
  if (mapping_ == nullptr) {
    void* mapping = ::mmap(nullptr, file_.size(), PROT_READ, MAP_PRIVATE, file_.fd(), 0);
    if (mapping == MAP_FAILED) return error_of("cannot map the feed");
    mapping_ = mapping;
  }
  return std::string_view(static_cast<const char*>(mapping_), file_.size());
}

void FeedBytes::release_pages() const {
  // Nothing is lost: the mapping is of a file, and nobody writes to it.
  if (mapping_ != nullptr) (void)::madvise(mapping_, file_.size(), MADV_DONTNEED);
}

}  // namespace linkgate::scan
