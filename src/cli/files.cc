#include "cli/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace linkgate::cli {
namespace {

constexpr size_t kBlock = 1 << 16;

Error disk_error(const std::string& path) {
  return Error(ErrorCode::kIo, fmt::format("{}: {}", path, std::strerror(errno)));
}

bool write_fully(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return true;
}

}  // namespace

Result<std::string> read_all(std::istream& in, uint64_t most) {
  std::string text;
  std::string block(kBlock, '\0');
  while (in) {
    in.read(block.data(), static_cast<std::streamsize>(block.size()));
    text.append(block.data(), static_cast<size_t>(in.gcount()));
    if (text.size() > most)
      return Error(ErrorCode::kLimit, fmt::format("the input has more than {} bytes", most));
  }
  return text;
}

Result<std::string> read_file(const std::string& path, uint64_t most) {
  std::ifstream in(path, std::ios::binary);
  std::error_code error;
  if (!in || std::filesystem::is_directory(path, error)) {
    return Error(ErrorCode::kInvalidArgument, fmt::format("{}: cannot be read", path));
  }
  auto text = read_all(in, most);
  if (!text) return std::move(text).error().with_context(path);
  if (in.bad()) return disk_error(path);
  return text;
}

Result<void> replace_file(const std::string& path, std::string_view bytes, unsigned mode) {
  struct stat old {};
  const bool exists = ::stat(path.c_str(), &old) == 0;
  const std::string fresh = path + ".new";
  const int fd =
      ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, exists ? old.st_mode & 0777 : mode);
  if (fd < 0) return disk_error(fresh);
  bool good = write_fully(fd, bytes) && ::fsync(fd) == 0;
  // Mailboxes belong to their users, also after root was here.
  if (good && exists) good = ::fchown(fd, old.st_uid, old.st_gid) == 0 || errno == EPERM;
  if (good && exists) good = ::fchmod(fd, old.st_mode & 07777) == 0;
  ::close(fd);
  if (good && ::rename(fresh.c_str(), path.c_str()) == 0) return {};
  const Error error = disk_error(path);
  ::unlink(fresh.c_str());
  return error;
}

Result<std::vector<std::string>> files_below(const std::string& folder, std::string_view ending) {
  std::error_code error;
  std::vector<std::string> out;
  for (std::filesystem::recursive_directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    if (at->is_regular_file(error) && at->path().string().ends_with(ending))
      out.push_back(at->path().string());
  }
  if (error) return Error(ErrorCode::kInvalidArgument, fmt::format("{}: {}", folder, error.message()));
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace linkgate::cli
