#pragma once
// Files and streams as whole texts, with errors that name them.

#include <cstdint>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace linkgate::cli {

inline constexpr uint64_t kMaxFile = 1ULL << 30;

// kLimit beyond `most` bytes.
Result<std::string> read_all(std::istream& in, uint64_t most);
// kInvalidArgument where it cannot be read: a name that was typed wrong.
Result<std::string> read_file(const std::string& path, uint64_t most = kMaxFile);
// In one step: the file is the old one or the new one. Keeps the old one's mode; a new one gets `mode`. kIo.
Result<void> replace_file(const std::string& path, std::string_view bytes, unsigned mode = 0600);
// Regular files below a folder whose names end so, sorted. kInvalidArgument where it is no folder.
Result<std::vector<std::string>> files_below(const std::string& folder, std::string_view ending);

}  // namespace linkgate::cli
