#pragma once
// OpenPGP in the text itself (RFC 4880, 6.2 and 7): clear-signed text counts as a signed part whose signature
// does not verify here, and what is encrypted is left alone.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "mail/text_links.h"

namespace linkgate::mail {

// The lines that begin and end a block stand at the start of a line, behind quote marks at most, and are no
// part of a link, which would take them away. What is encrypted ends where its armour does: a line that is
// neither one of its header lines nor base64 is text that anybody can read.
//
// Positions asked for must not decrease; all questions together take one pass.
class PgpBlocks {
 public:
  enum class Kind : uint8_t { kNone, kSigned, kEncrypted };
  // `links`: those of the text, in order. Both must outlive this.
  PgpBlocks(std::string_view text, const std::vector<TextLink>& links) : text_(text), links_(links) {
    find_next(0);
  }
  Kind at(size_t position);

 private:
  void find_next(size_t from);
  size_t find_mark(std::string_view mark, size_t from);
  bool is_in_link(size_t position);
  size_t end_of_armour(size_t begin) const;

  std::string_view text_;
  const std::vector<TextLink>& links_;
  size_t next_link_ = 0;        // the first that ends behind the last mark looked at
  size_t begin_ = 0, end_ = 0;  // of the block at hand; begin_ is npos after the last
  Kind kind_ = Kind::kNone;
};

}  // namespace linkgate::mail
