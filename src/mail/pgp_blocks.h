#pragma once
// OpenPGP in the text itself (RFC 4880, 6.2 and 7): clear-signed text counts as a signed part whose signature
// does not verify here, and what is encrypted is left alone.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace linkgate::mail {

// Positions asked for must not decrease; all questions together take one pass.
class PgpBlocks {
 public:
  enum class Kind : uint8_t { kNone, kSigned, kEncrypted };
  explicit PgpBlocks(std::string_view text);
  Kind at(size_t position);

 private:
  void find_next(size_t from);

  std::string_view text_;
  size_t begin_ = 0, end_ = 0;  // of the block at hand; begin_ is npos after the last
  Kind kind_ = Kind::kNone;
};

}  // namespace linkgate::mail
