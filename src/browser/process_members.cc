#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "browser/process.h"

namespace linkgate::browser {
namespace {

constexpr uint64_t kBytesPerKilobyte = 1024;
constexpr size_t kMaxProcesses = 4096;  // that are followed up to their root

struct Entry {
  pid_t parent = -1, group = -1;
  bool has_ended = false;
  uint64_t bytes = 0;
};

std::string read_start(const std::string& path) {
  std::array<char, 4096> buffer;
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  const ssize_t size = ::read(fd, buffer.data(), buffer.size());
  ::close(fd);
  return std::string(buffer.data(), size > 0 ? static_cast<size_t>(size) : 0);
}

// The number behind "\nName:" of /proc/PID/status.
uint64_t number_after(std::string_view status, std::string_view name) {
  size_t at = status.find(name);
  if (at == std::string_view::npos) return 0;
  at = status.find_first_not_of(" \t", at + name.size());
  uint64_t value = 0;
  if (at != std::string_view::npos) std::from_chars(status.data() + at, status.data() + status.size(), value);
  return value;
}

std::map<pid_t, Entry> all_processes() {
  std::map<pid_t, Entry> all;
  DIR* folder = ::opendir("/proc");
  if (folder == nullptr) return all;
  while (const dirent* entry = ::readdir(folder)) {
    pid_t pid = 0;
    const std::string_view name(entry->d_name);
    if (std::from_chars(name.data(), name.data() + name.size(), pid).ec != std::errc() || pid <= 0) continue;
    const std::string status = read_start("/proc/" + std::string(name) + "/status");
    if (status.empty()) continue;
    Entry& one = all[pid];
    one.parent = static_cast<pid_t>(number_after(status, "\nPPid:"));
    one.group = static_cast<pid_t>(number_after(status, "\nNSpgid:"));
    one.has_ended = status.find("\nState:\tZ") != std::string::npos;
    one.bytes =
        (number_after(status, "\nRssAnon:") + number_after(status, "\nRssShmem:")) * kBytesPerKilobyte;
  }
  ::closedir(folder);
  return all;
}

bool descends_from(const std::map<pid_t, Entry>& all, pid_t pid, pid_t root) {
  for (size_t steps = 0; steps < kMaxProcesses; ++steps) {
    if (pid == root) return true;
    const auto found = all.find(pid);
    if (found == all.end()) return false;
    pid = found->second.parent;
  }
  return false;
}

}  // namespace

std::vector<Member> members_of(pid_t root) {
  std::vector<Member> members;
  const auto all = all_processes();
  for (const auto& [pid, entry] : all) {
    if (!descends_from(all, pid, root)) continue;
    const std::string command = read_start("/proc/" + std::to_string(pid) + "/cmdline");
    members.push_back({pid, command.find("--type=renderer") != std::string::npos, entry.bytes});
  }
  return members;
}

bool is_group_running(pid_t group) {
  const auto all = all_processes();
  return std::any_of(all.begin(), all.end(),
                     [&](const auto& one) { return one.second.group == group && !one.second.has_ended; });
}

}  // namespace linkgate::browser
