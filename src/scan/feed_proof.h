#pragma once
// What proves that a feed is the one that its publisher made: a SHA-256 beside it, or a signature by
// minisign.

#include <string>
#include <string_view>

#include "base/result.h"
#include "scan/feed_bytes.h"

namespace linkgate::scan {

// `proof` as sha256sum prints it: the line that names `file_name`, or the only one; also a bare digest in
// hexadecimal. kInvalidArgument where it holds none, kCorrupt where the digest is another.
Result<void> check_sha256(FeedBytes& bytes, std::string_view proof, std::string_view file_name);

// `proof` as `minisign -S` writes it, of either kind (hashed before or not); `public_key` as it prints one.
// The trusted comment is checked too. kInvalidArgument for what is no signature or key, kCorrupt where it
// does not verify.
Result<void> check_minisign(FeedBytes& bytes, std::string_view proof, std::string_view public_key);
// The error that it would have with this key, where it is none.
Result<void> check_minisign_key(std::string_view public_key);

}  // namespace linkgate::scan
