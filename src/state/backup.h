#pragma once
// Copies of the stores' SQLite databases, taken while others write: what `linkgate backup` keeps and
// `linkgate restore` puts back. PostgreSQL has its own tools for this.

#include <string>
#include <vector>

#include "base/result.h"

namespace linkgate::state {

// Every database of `from` (a folder that "sqlite:DIR" names) to the existing folder `to`, each as it is at
// one moment, with mode 0600: among them are the sealing keys. The names of the files copied. Errors:
// kInvalidArgument where a file is in the way; kNotFound where there is none to copy; kUnavailable, kIo,
// kCorrupt (of the source; the copy is checked too).
Result<std::vector<std::string>> copy_databases(const std::string& from, const std::string& to);

}  // namespace linkgate::state
