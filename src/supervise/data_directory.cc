#include "supervise/data_directory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/ascii.h"
#include "base/base64.h"

namespace linkgate::supervise {
namespace {

namespace fs = std::filesystem;

constexpr size_t kSecretBytes = 32;
constexpr uid_t kRoot = 0;

Error disk_error(const std::string& path) {
  return Error(ErrorCode::kIo, fmt::format("{}: {}", path, std::strerror(errno)));
}

Result<uid_t> user_id(const std::string& name) {
  const passwd* entry = ::getpwnam(name.c_str());
  if (entry == nullptr)
    return Error(ErrorCode::kNotFound, fmt::format("linkgate.run_as: there is no user {}", name));
  return entry->pw_uid;
}
Result<gid_t> group_id(const std::string& name) {
  const group* entry = ::getgrnam(name.c_str());
  if (entry == nullptr)
    return Error(ErrorCode::kNotFound, fmt::format("linkgate.run_as: there is no group {}", name));
  return entry->gr_gid;
}

struct Access {
  std::string user, group;  // empty: ours
  mode_t mode;
};

Result<void> give(const std::string& path, const Access& access) {
  uid_t user = kRoot;
  gid_t group = kRoot;
  if (!access.user.empty()) {
    TRY_ASSIGN(user, user_id(access.user));
  }
  if (!access.group.empty()) {
    TRY_ASSIGN(group, group_id(access.group));
  }
  if (::chown(path.c_str(), user, group) != 0 || ::chmod(path.c_str(), access.mode) != 0)
    return disk_error(path);
  return {};
}

Result<void> make_folder(const std::string& path, mode_t mode) {
  std::error_code error;
  fs::create_directories(fs::path(path).parent_path(), error);
  if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST) return disk_error(path);
  if (!fs::is_directory(path, error)) return Error(ErrorCode::kIo, path + ": is not a directory");
  return {};
}

std::vector<std::string> spool_owners(const Config& config) {
  std::vector<std::string> owners = {"gateway", "respond"};
  for (size_t i = 0; i < config.click.listen.size(); ++i) owners.push_back(fmt::format("click-{}", i));
  return owners;
}

}  // namespace

Result<void> prepare_data_directory(const Config& config, bool own_users) {
  const DataPaths paths(config.data);
  const std::string& prefix = config.run_as;
  // Without users of their own all programs are one user, and nobody else is let in.
  TRY(make_folder(paths.root, 0700));
  for (const std::string& folder : {paths.state(), paths.spools(), paths.events(), paths.run(),
                                    paths.root + "/secrets", paths.root + "/screenshots"}) {
    TRY(make_folder(folder, 0700));
  }
  for (const std::string& owner : spool_owners(config)) TRY(make_folder(paths.spool(owner), 0700));
  if (!own_users) return {};

  TRY(give(paths.root, {"", prefix, 0750}));
  TRY(give(paths.root + "/secrets", {"", prefix, 0750}));
  TRY(give(paths.events(), {prefix + "-store", "", 0700}));
  TRY(give(paths.root + "/screenshots", {prefix + "-scan", "", 0700}));
  // Set-group-id folders: what one program makes there the others of the group may open, and no one else.
  for (const std::string& shared : {paths.state(), paths.spools(), paths.run()})
    TRY(give(shared, {"", prefix, 02770}));
  for (const std::string& owner : spool_owners(config)) {
    const std::string program = owner.substr(0, owner.find('-'));
    TRY(give(paths.spool(owner), {prefix + "-" + program, prefix, 02770}));
  }
  return {};
}

Result<std::string> store_secret(const Config& config, bool own_users) {
  const std::string path = DataPaths(config.data).store_secret();
  std::string secret;
  if (std::ifstream in(path); in) {
    std::getline(in, secret);
    secret = ascii::trim(secret);
  }
  if (secret.empty()) {
    std::string bytes(kSecretBytes, '\0');
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
      return disk_error("random bytes");
    secret = hex_encode(bytes);
    const std::string fresh = path + ".new";
    const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    const std::string line = secret + "\n";
    const bool written = fd >= 0 &&
                         ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
                         ::fsync(fd) == 0;
    if (fd >= 0) ::close(fd);
    if (!written || ::rename(fresh.c_str(), path.c_str()) != 0) return disk_error(path);
  }
  if (own_users) TRY(give(path, {"", config.run_as + "-store", 0640}));
  return secret;
}

Result<void> share_state_files(const Config& config, bool own_users) {
  if (!own_users || !config.state.location.empty()) return {};
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(DataPaths(config.data).state(), error)) {
    const std::string name = entry.path().filename().string();
    // Sealing keys and what goes with links are for gateway and click alone, intel and URLs for scan, tokens
    // and stored functions for portal, what was pulled out of mailboxes or reported and whom to tell for
    // respond. The audit log is root's, who runs the commands that write it.
    if (name.starts_with("audit")) {
      TRY(give(entry.path().string(), {"", "", 0600}));
      continue;
    }
    const bool links = name.starts_with("key") || name.starts_with("deliver");
    const bool intel = name.starts_with("intel") || name.starts_with("scan");
    const bool accounts = name.starts_with("accounts") || name.starts_with("functions");
    const bool pulled = name.starts_with("zap") || name.starts_with("quarantine") ||
                        name.starts_with("notices") || name.starts_with("submissions");
    const std::string group = config.run_as + (links      ? "-keys"
                                               : intel    ? "-scan"
                                               : accounts ? "-portal"
                                               : pulled   ? "-respond"
                                                          : "");
    TRY(give(entry.path().string(), {"", group, 0660}));
  }
  return {};
}

}  // namespace linkgate::supervise
