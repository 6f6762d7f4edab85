#include "cli/user_name.h"

#include <pwd.h>
#include <unistd.h>

namespace linkgate::cli {

std::string user_name() {
  const passwd* entry = ::getpwuid(::getuid());
  return entry != nullptr ? entry->pw_name : std::to_string(::getuid());
}

}  // namespace linkgate::cli
