#include "supervise/machine.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace linkgate::supervise {
namespace {

// 0, or why the file cannot be read.
int try_to_read(const char* path) {
  const int fd = ::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return errno;
  char byte = 0;
  const int error = ::read(fd, &byte, 1) < 0 ? errno : 0;  // a folder opens, and is not read
  ::close(fd);
  return error;
}

// The users and groups of docs/configuration.md, "Users".
Result<void> check_users(const Config& config) {
  const auto missing = [&](const char* kind, const std::string& name) {
    return wrong_value(
        config, "linkgate.run_as",
        fmt::format("there is no {} {}; docs/configuration.md, \"Users\", says which there must be", kind,
                    name));
  };
  for (const char* program : {"store", "ship", "egress", "scan", "gateway", "click", "respond", "portal"}) {
    const std::string name = config.run_as + "-" + program;
    if (::getpwnam(name.c_str()) == nullptr) return missing("user", name);
  }
  for (const char* ending : {"", "-keys", "-store", "-scan", "-respond", "-portal"}) {
    const std::string name = config.run_as + ending;
    if (::getgrnam(name.c_str()) == nullptr) return missing("group", name);
  }
  return {};
}

}  // namespace

int try_to_read_as(const Identity& user, const std::string& path) {
  const pid_t child = ::fork();
  if (child < 0) return errno;
  if (child == 0) {
    const bool changed = ::setgroups(user.groups.size(), user.groups.data()) == 0 &&
                         ::setresgid(user.gid, user.gid, user.gid) == 0 &&
                         ::setresuid(user.uid, user.uid, user.uid) == 0;
    ::_exit(changed ? try_to_read(path.c_str()) : errno);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}

Result<void> check_machine(const Config& config, bool own_users) {
  if (own_users) TRY(check_users(config));
  struct NamedFile {
    const char* key;
    const std::string& path;
    const char* reader;
  };
  std::vector<NamedFile> files = {{"click.tls_certificate", config.click.tls_certificate, "click"},
                                  {"click.tls_key", config.click.tls_key, "click"},
                                  {"click.logo", config.click.logo, "click"},
                                  {"events.geoip_file", config.events.geoip_file, "store"},
                                  {"portal.tls_certificate", config.portal.tls_certificate, "portal"},
                                  {"portal.tls_key", config.portal.tls_key, "portal"},
                                  {"mailboxes.password_file", config.mailboxes.password_file, "respond"},
                                  {"mailboxes.aliases_file", config.mailboxes.aliases_file, "respond"},
                                  {"mailboxes.trust_file", config.mailboxes.trust_file, "respond"},
                                  {"user_mail.password_file", config.user_mail.password_file, "respond"},
                                  {"user_mail.trust_file", config.user_mail.trust_file, "respond"},
                                  {"gateway.signature_trust", config.gateway.signature_trust, "gateway"}};
  for (const AlertReceiverConfig& receiver : config.alerts.receivers) {
    files.push_back({"alerts.receiver.password_file", receiver.password_file, "respond"});
    files.push_back({"alerts.receiver.key_file", receiver.key_file, "respond"});
    files.push_back({"alerts.receiver.trust_file", receiver.trust_file, "respond"});
  }
  for (const NamedFile& file : files) {
    if (file.path.empty()) continue;
    int error = 0;
    std::string user;
    if (own_users) {
      user = config.run_as + "-" + file.reader;
      TRY_ASSIGN(const Identity who, find_user(user));
      error = try_to_read_as(who, file.path);
    } else {
      error = try_to_read(file.path.c_str());
    }
    if (error == 0) continue;
    return wrong_value(config, file.key,
                       fmt::format("{} cannot be read{}: {}", file.path, user.empty() ? "" : " by " + user,
                                   std::strerror(error)));
  }
  return {};
}

}  // namespace linkgate::supervise
