#include "engine/store_files.h"

#include <fcntl.h>
#include <link.h>
#include <sys/random.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "base/ascii.h"
#include "base/base64.h"
#include "base/file_system.h"
#include "engine/function_program.h"

namespace linkgate::engine {
namespace {

constexpr size_t kSecretBytes = 32;

// Exclusively, so that of two programs at their first start one makes the secret and the other reads it.
Result<void> make_secret(const std::string& path) {
  char bytes[kSecretBytes];
  if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes) return Error(ErrorCode::kIo, "no random numbers");
  const std::string text = hex_encode({bytes, sizeof bytes}) + "\n";
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0 && errno == EEXIST) return {};
  if (fd < 0)
    return Error(ErrorCode::kIo, "cannot create " + path + ": " + std::generic_category().message(errno));
  const bool written =
      write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(fd) == 0;
  close(fd);
  if (!written) return Error(ErrorCode::kIo, "cannot write " + path);
  return {};
}

}  // namespace

// Time zones, the processor's and the process's own facts, the libraries that name services ask for late. And
// every loaded object: the engine reads their symbols when it makes an exception's stack trace, inside
// dl_iterate_phdr, and where it cannot, its exception passes a C frame and takes the process with it.
// Processes that the engine starts have no more than this either.
std::vector<std::string> StoreFiles::readable() const {
  std::vector<std::string> paths = {"/proc",
                                    "/sys/devices/system",
                                    "/sys/fs/cgroup",
                                    "/usr/share/zoneinfo",
                                    "/etc/localtime",
                                    "/etc/hosts",
                                    "/etc/resolv.conf",
                                    "/etc/nsswitch.conf",
                                    "/lib",
                                    "/lib64",
                                    "/usr/lib",
                                    "/dev/urandom",
                                    "/etc/ld.so.cache",
                                    "/proc/self/exe"};
  if (!database.function_folder.empty())
    paths.push_back(database.function_folder + "/" + std::string(kFunctionProgram));
  if (!database.geoip_file.empty()) paths.push_back(database.geoip_file);
  dl_iterate_phdr(
      [](dl_phdr_info* info, size_t, void* out) {
        if (info->dlpi_name[0] == '/')
          static_cast<std::vector<std::string>*>(out)->emplace_back(info->dlpi_name);
        return 0;
      },
      &paths);
  return paths;
}

Result<StoreFiles> prepare_store_files(const Config& config) {
  const DataPaths paths(config.data);
  FileSystem& files = real_file_system();
  StoreFiles result{.events = paths.events(), .run = paths.run()};
  const std::string secret = paths.store_secret();
  for (const std::string& folder : {paths.events(), paths.run(), secret.substr(0, secret.rfind('/'))}) {
    TRY(files.make_directories(folder));
  }
  auto text = files.read(secret);
  if (!text && text.error().code() == ErrorCode::kNotFound) {
    TRY(make_secret(secret));
    text = files.read(secret);
  }
  if (!text) return std::move(text).error();
  result.secret = ascii::trim(*text);
  if (result.secret.empty()) return Error(ErrorCode::kCorrupt, secret + " is empty");
  result.database = {.data = paths.events() + "/data",
                     .backups = paths.events() + "/backups",
                     .config_file = paths.events() + "/engine.xml",
                     .function_file = paths.events() + "/functions.xml",
                     .function_folder = function_program_folder(),
                     .geoip_file = config.events.geoip_file.empty()
                                       ? ""
                                       : std::filesystem::absolute(config.events.geoip_file).string(),
                     .max_memory_bytes = config.events.store_memory_bytes};
  return result;
}

Result<void> publish_address(const DataPaths& paths, const std::string& address) {
  FileSystem& files = real_file_system();
  const std::string fresh = paths.store_address() + ".new";
  (void)files.remove(fresh);
  TRY_ASSIGN(auto file, files.create(fresh));
  TRY(file->append("http://" + address));
  TRY(file->sync());
  return files.rename(fresh, paths.store_address());
}

}  // namespace linkgate::engine
