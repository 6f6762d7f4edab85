#pragma once
// What the store's exceptions mean to a caller.

#include <string_view>

#include "base/error.h"

namespace linkgate::store {

inline constexpr std::string_view kOutOfMemory = "the query needs more memory than it may take";
inline constexpr std::string_view kAnswerTooLarge = "the answer is larger than its limit";

// `exception_code` is ClickHouse's number (X-ClickHouse-Exception-Code), 0 where the answer had none.
Error store_error(long http_status, int exception_code, std::string_view body);

}  // namespace linkgate::store
