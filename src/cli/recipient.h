#pragma once
// Whom links are sealed for and policies are asked about, as a person types it.

#include <string_view>

#include "base/result.h"

namespace linkgate::cli {

// kInvalidArgument for what is no LOCAL@DOMAIN: no rule could name such a recipient, and the seal would hold
// for nobody's mailbox.
Result<void> check_recipient(std::string_view address);

}  // namespace linkgate::cli
