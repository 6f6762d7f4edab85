#include "mail/pgp_blocks.h"

#include <algorithm>

#include "base/ascii.h"

namespace linkgate::mail {
namespace {

constexpr size_t kNone = std::string_view::npos;
constexpr std::string_view kBegin = "-----BEGIN PGP ";
constexpr std::string_view kQuoteMarks = "> \t";

bool begins_line(std::string_view text, size_t at) {
  const size_t before = at == 0 ? kNone : text.find_last_not_of(kQuoteMarks, at - 1);
  return before == kNone || text[before] == '\n';
}

// "Comment: words" (RFC 4880, 6.2).
bool is_armour_header(std::string_view line) {
  const size_t colon = line.find(':');
  const std::string_view key = line.substr(0, std::min(colon, line.size()));
  const auto is_key = [](char c) { return ascii::is_alnum(c) || c == '-'; };
  return colon != kNone && !key.empty() && std::all_of(key.begin(), key.end(), is_key) &&
         (colon + 1 == line.size() || line[colon + 1] == ' ');
}

bool is_base64(std::string_view line) {
  return std::all_of(line.begin(), line.end(),
                     [](char c) { return ascii::is_alnum(c) || c == '+' || c == '/' || c == '='; });
}

}  // namespace

void PgpBlocks::find_next(size_t from) {
  for (begin_ = find_mark(kBegin, from); begin_ != kNone;
       begin_ = find_mark(kBegin, begin_ + kBegin.size())) {
    const std::string_view what = text_.substr(begin_ + kBegin.size());
    if (what.starts_with("SIGNED MESSAGE-----")) {
      kind_ = Kind::kSigned;
      end_ = std::min(find_mark("-----END PGP SIGNATURE-----", begin_), text_.size());
      return;
    }
    if (what.starts_with("MESSAGE-----")) {
      kind_ = Kind::kEncrypted;
      end_ = end_of_armour(begin_);
      return;
    }
  }
}

size_t PgpBlocks::find_mark(std::string_view mark, size_t from) {
  size_t at = text_.find(mark, from);
  while (at != kNone && (!begins_line(text_, at) || is_in_link(at))) at = text_.find(mark, at + mark.size());
  return at;
}

bool PgpBlocks::is_in_link(size_t position) {
  while (next_link_ < links_.size() && links_[next_link_].at.end <= position) ++next_link_;
  return next_link_ < links_.size() && links_[next_link_].at.begin <= position;
}

size_t PgpBlocks::end_of_armour(size_t begin) const {
  bool in_header = true;
  size_t at = std::min(text_.find('\n', begin), text_.size() - 1) + 1;
  while (at < text_.size()) {
    const size_t newline = std::min(text_.find('\n', at), text_.size());
    std::string_view line = text_.substr(at, newline - at);
    line.remove_prefix(std::min(line.find_first_not_of(kQuoteMarks), line.size()));
    line = ascii::trim(line);
    if (in_header && line.empty()) {
      in_header = false;
    } else if (in_header ? !is_armour_header(line) : !is_base64(line)) {
      return at;
    }
    at = std::min(newline + 1, text_.size());
  }
  return at;
}

PgpBlocks::Kind PgpBlocks::at(size_t position) {
  while (begin_ != kNone && position >= end_) find_next(end_ == text_.size() ? kNone : end_);
  return begin_ != kNone && position >= begin_ ? kind_ : Kind::kNone;
}

}  // namespace linkgate::mail
