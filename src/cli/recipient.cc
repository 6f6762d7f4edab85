#include "cli/recipient.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.h"
#include "cli/rows.h"

namespace linkgate::cli {

Result<void> check_recipient(std::string_view address) {
  // The last '@': a quoted local part may hold others.
  const size_t at = address.rfind('@');
  const bool whole = at != std::string_view::npos && at > 0 && at + 1 < address.size();
  const bool blank = std::any_of(address.begin() + static_cast<ptrdiff_t>(whole ? at : 0), address.end(),
                                 [](char c) { return ascii::is_space(c); });
  if (whole && !blank) return {};
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("{} is no address: a recipient is NAME@DOMAIN", json_quoted(address)));
}

}  // namespace linkgate::cli
