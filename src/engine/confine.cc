#include "engine/confine.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace linkgate::engine {
namespace {

constexpr uint64_t kReadFile = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_EXECUTE;
constexpr uint64_t kRead = kReadFile | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr uint64_t kWriteFile = LANDLOCK_ACCESS_FS_WRITE_FILE;
constexpr uint64_t kWrite = kWriteFile | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                            LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                            LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_MAKE_SOCK |
                            LANDLOCK_ACCESS_FS_MAKE_FIFO;
// Kernel 5.19: without it in the rule, linking and renaming between folders is refused; parts are made by
// renaming.
constexpr uint64_t kRefer = 1ULL << 13;
constexpr int kAbiWithRefer = 2;

Error landlock_error(std::string_view what) {
  return Error(ErrorCode::kUnavailable, std::string(what) + ": " + std::generic_category().message(errno));
}

Result<void> allow(int ruleset, const std::string& path, uint64_t access) {
  const int fd = open(path.c_str(), O_PATH | O_CLOEXEC);
  if (fd < 0) return {};
  struct stat info = {};
  if (fstat(fd, &info) == 0 && !S_ISDIR(info.st_mode)) access &= kReadFile | kWriteFile;
  landlock_path_beneath_attr rule{.allowed_access = access, .parent_fd = fd};
  const long failed = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
  close(fd);
  if (failed != 0) return landlock_error("cannot allow " + path);
  return {};
}

}  // namespace

Result<void> confine_files(const std::vector<std::string>& writable,
                           const std::vector<std::string>& readable) {
  const long abi = syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < kAbiWithRefer)
    return Error(ErrorCode::kUnavailable, "this kernel cannot confine a program to folders");
  landlock_ruleset_attr attributes{.handled_access_fs = kRead | kWrite | kRefer};
  const int ruleset =
      static_cast<int>(syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0));
  if (ruleset < 0) return landlock_error("cannot make a ruleset");
  Result<void> result;
  for (const std::string& path : writable) {
    if (result) result = allow(ruleset, path, kRead | kWrite | kRefer);
  }
  for (const std::string& path : readable) {
    if (result) result = allow(ruleset, path, kRead);
  }
  if (result &&
      (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)) {
    result = landlock_error("cannot confine this program");
  }
  close(ruleset);
  return result;
}

}  // namespace linkgate::engine
