#include "cli/assignments.h"

#include <fmt/format.h>

namespace linkgate::cli {

Result<std::vector<Assignment>> parse_assignments(const std::vector<std::string>& words) {
  std::vector<Assignment> out;
  for (const std::string& word : words) {
    const size_t equals = word.find('=');
    if (equals == std::string::npos || equals == 0) {
      return Error(ErrorCode::kInvalidArgument, fmt::format("\"{}\" is not PARAMETER=VALUE", word));
    }
    out.push_back({word.substr(0, equals), word.substr(equals + 1)});
  }
  return out;
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> out;
  for (const std::string_view piece : ascii::split(text, ',')) {
    if (const std::string_view value = ascii::trim(piece); !value.empty()) out.emplace_back(value);
  }
  return out;
}

}  // namespace linkgate::cli
