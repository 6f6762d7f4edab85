#include "cli/installed.h"

#include <cstdlib>
#include <filesystem>

namespace linkgate::cli {

std::string installed_program(const std::string& program) {
  const char* store = std::getenv("LINKGATE_STORE_BINARY");
  if (program == "store" && store != nullptr && *store != '\0') return store;
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  return (self.parent_path() / ("linkgate-" + program)).string();
}

}  // namespace linkgate::cli
