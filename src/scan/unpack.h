#pragma once
// What publishers send compressed: gzip, and ZIP archives with one file in them.

#include <string>

#include "base/result.h"
#include "scan/feed_bytes.h"

namespace linkgate::scan {

// The bytes as they are where they are neither. kInvalidArgument for what is broken, cut short, encrypted or
// an archive of several files; kLimit beyond kMaxFeedBytes; kIo.
Result<FeedBytes> unpack(FeedBytes bytes, const std::string& folder);

}  // namespace linkgate::scan
