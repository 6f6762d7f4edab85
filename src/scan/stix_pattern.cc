#include "scan/stix_pattern.h"

#include "base/ascii.h"

namespace linkgate::scan {
namespace {

// Words, quoted texts and single marks.
class Tokens {
 public:
  explicit Tokens(std::string_view text) : text_(text) { advance(); }

  enum class Kind { kEnd, kWord, kText, kMark, kBroken };
  Kind kind() const { return kind_; }
  const std::string& value() const { return value_; }
  bool take(std::string_view mark) {
    if (kind_ != Kind::kMark || value_ != mark) return false;
    advance();
    return true;
  }
  bool take_word(std::string_view word) {
    if (kind_ != Kind::kWord || value_ != word) return false;
    advance();
    return true;
  }
  void advance() {
    while (at_ < text_.size() && ascii::is_space(text_[at_])) ++at_;
    value_.clear();
    if (at_ >= text_.size()) {
      kind_ = Kind::kEnd;
      return;
    }
    if (text_[at_] == '\'') return read_text();
    if (std::string_view("[]()=,").find(text_[at_]) != std::string_view::npos) {
      kind_ = Kind::kMark;
      value_ = text_[at_++];
      return;
    }
    kind_ = Kind::kWord;
    while (at_ < text_.size() && !ascii::is_space(text_[at_]) &&
           std::string_view("[]()=,'").find(text_[at_]) == std::string_view::npos)
      value_ += text_[at_++];
  }

 private:
  void read_text() {
    kind_ = Kind::kBroken;  // until it ends
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
        ++at_;
      } else if (text_[at_] == '\'') {
        ++at_;
        kind_ = Kind::kText;
        return;
      }
      value_ += text_[at_];
    }
  }

  std::string_view text_;
  size_t at_ = 0;
  Kind kind_ = Kind::kEnd;
  std::string value_;
};

bool is_listing(std::string_view path) {
  return path == "url:value" || path == "domain-name:value" || path == "ipv4-addr:value" ||
         path == "ipv6-addr:value";
}

class Pattern {
 public:
  explicit Pattern(std::string_view text) : tokens_(text) {}

  // observation ("OR" observation)*
  std::optional<std::vector<std::string>> read() {
    do {
      if (!observation()) return std::nullopt;
    } while (tokens_.take_word("OR"));
    if (tokens_.kind() != Tokens::Kind::kEnd || outside_ != 0) return std::nullopt;
    return std::move(values_);
  }

 private:
  // "[" comparison ("OR" comparison)* "]". Parentheses around any of it mean nothing among alternatives, and
  // are only counted.
  bool observation() {
    while (tokens_.take("(")) ++outside_;
    if (!tokens_.take("[")) return false;
    int inside = 0;
    do {
      while (tokens_.take("(")) ++inside;
      if (!comparison()) return false;
      while (inside > 0 && tokens_.take(")")) --inside;
    } while (tokens_.take_word("OR"));
    if (inside != 0 || !tokens_.take("]")) return false;
    while (outside_ > 0 && tokens_.take(")")) --outside_;
    return true;
  }

  // path "=" text | path "IN" "(" text ("," text)* ")"
  bool comparison() {
    if (tokens_.kind() != Tokens::Kind::kWord || !is_listing(tokens_.value())) return false;
    tokens_.advance();
    if (tokens_.take("=")) return value();
    if (!tokens_.take_word("IN") || !tokens_.take("(")) return false;
    do {
      if (!value()) return false;
    } while (tokens_.take(","));
    return tokens_.take(")");
  }

  bool value() {
    if (tokens_.kind() != Tokens::Kind::kText || values_.size() == kMaxStixValues) return false;
    std::string text = tokens_.value();
    for (const std::string_view single : {"/32", "/128"}) {
      if (text.ends_with(single) && text.find("://") == text.npos) text.resize(text.size() - single.size());
    }
    values_.push_back(std::move(text));
    tokens_.advance();
    return true;
  }

  Tokens tokens_;
  int outside_ = 0;  // parentheses that are open around observations
  std::vector<std::string> values_;
};

}  // namespace

std::optional<std::vector<std::string>> listed_by_stix_pattern(std::string_view pattern) {
  if (pattern.size() > kMaxStixPattern) return std::nullopt;
  return Pattern(pattern).read();
}

}  // namespace linkgate::scan
