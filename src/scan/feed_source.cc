#include "scan/feed_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/ascii.h"
#include "scan/feed_parser.h"

namespace linkgate::scan {
namespace {

Error file_error(const std::string& path, int error) {
  const ErrorCode code = error == ENOENT   ? ErrorCode::kNotFound
                         : error == EACCES ? ErrorCode::kPermission
                                           : ErrorCode::kIo;
  return Error(code, "cannot read " + path + ": " + std::strerror(error));
}

struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

class FileSource final : public FeedSource {
 public:
  FileSource(std::string path, std::string folder) : path_(std::move(path)), folder_(std::move(folder)) {}

  void forget() override { seen_.reset(); }

  Result<std::optional<FeedBytes>> fetch_if_changed() override {
    // Not blocking on what a wrong configuration may name (a fifo) before it is known to be a file.
    const Descriptor file{::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    struct stat status {};
    if (file.fd < 0 || ::fstat(file.fd, &status) != 0) return fail(file_error(path_, errno));
    if (!S_ISREG(status.st_mode)) return fail(Error(ErrorCode::kIo, path_ + " is not a file"));
    const Stamp stamp{status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_size,
                      static_cast<int64_t>(status.st_ino)};
    if (seen_ == stamp) return std::optional<FeedBytes>();
    if (static_cast<size_t>(status.st_size) > kMaxFeedBytes) {
      return fail(Error(ErrorCode::kLimit, path_ + " is larger than 2 GiB"));
    }
    TRY_ASSIGN(FeedBytes bytes, read_all(file.fd));
    // The stamp of before: what was written while we read has another one, and is read again next time.
    seen_ = stamp;
    return std::optional(std::move(bytes));
  }

 private:
  using Stamp = std::array<int64_t, 4>;

  Error fail(Error error) {
    seen_.reset();
    return error;
  }

  Result<FeedBytes> read_all(int fd) {
    TRY_ASSIGN(FeedBytes bytes, FeedBytes::create(folder_));
    std::array<char, 1 << 16> piece;
    while (true) {
      const ssize_t n = ::read(fd, piece.data(), piece.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return fail(file_error(path_, errno));
      if (n == 0) return bytes;
      TRY(bytes.append({piece.data(), static_cast<size_t>(n)}));
      if (bytes.size() > kMaxFeedBytes)
        return fail(Error(ErrorCode::kLimit, path_ + " is larger than 2 GiB"));
    }
  }

  const std::string path_, folder_;
  std::optional<Stamp> seen_;
};

}  // namespace

std::unique_ptr<FeedSource> file_source(std::string path, std::string folder) {
  return std::make_unique<FileSource>(std::move(path), std::move(folder));
}

bool is_http_source(std::string_view source) {
  return ascii::istarts_with(source, "http://") || ascii::istarts_with(source, "https://");
}

std::unique_ptr<FeedSource> feed_source(const std::string& source, std::string_view accept,
                                        const std::atomic<bool>& cancelled, FeedClientOptions options) {
  if (!is_http_source(source)) return file_source(source, options.folder);
  return http_source(source, std::string(accept), cancelled, std::move(options));
}

}  // namespace linkgate::scan
