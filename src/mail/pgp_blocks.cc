#include "mail/pgp_blocks.h"

#include <algorithm>

namespace linkgate::mail {
namespace {
constexpr size_t kNone = std::string_view::npos;
constexpr std::string_view kBegin = "-----BEGIN PGP ";
}  // namespace

PgpBlocks::PgpBlocks(std::string_view text) : text_(text) { find_next(0); }

void PgpBlocks::find_next(size_t from) {
  for (begin_ = text_.find(kBegin, from); begin_ != kNone;
       begin_ = text_.find(kBegin, begin_ + kBegin.size())) {
    const std::string_view what = text_.substr(begin_ + kBegin.size());
    std::string_view last;
    if (what.starts_with("SIGNED MESSAGE-----")) {
      kind_ = Kind::kSigned;
      last = "-----END PGP SIGNATURE-----";
    } else if (what.starts_with("MESSAGE-----")) {
      kind_ = Kind::kEncrypted;
      last = "-----END PGP MESSAGE-----";
    } else {
      continue;
    }
    end_ = std::min(text_.find(last, begin_), text_.size());
    return;
  }
}

PgpBlocks::Kind PgpBlocks::at(size_t position) {
  while (begin_ != kNone && position >= end_) find_next(end_ == text_.size() ? kNone : end_);
  return begin_ != kNone && position >= begin_ ? kind_ : Kind::kNone;
}

}  // namespace linkgate::mail
