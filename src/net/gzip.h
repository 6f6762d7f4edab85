#pragma once
// gzip and zlib streams (RFC 1952, 1950) on whole strings and, for answers, piece by piece.

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace linkgate::net {

// All members of a gzip stream, one after another. kInvalidArgument for what is no such stream or ends early,
// kLimit beyond `max_bytes`.
Result<std::string> inflate_all(std::string_view bytes, size_t max_bytes);

class GzipStream {
 public:
  GzipStream();
  ~GzipStream();
  // What can be sent of the answer so far; all of it after `last`.
  std::string add(std::string_view bytes, bool last);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace linkgate::net
