#include "scan/script_tokens.h"

#include <array>
#include <cstdint>

#include "base/ascii.h"

namespace linkgate::scan {
namespace {

using Kind = ScriptToken::Kind;

constexpr size_t kMaxStringBytes = 256 * 1024;  // of one string; more is cut off

// Longest first.
constexpr std::string_view kMarks[] = {
    ">>>=", "===", "!==", ">>>", "<<=", ">>=", "**=", "...", "&&=", "||=", "?\?=",
    "=>",   "==",  "!=",  "<=",  ">=",  "&&",  "||",  "?\?", "?.",  "++",  "--",
    "+=",   "-=",  "*=",  "/=",  "%=",  "&=",  "|=",  "^=",  "<<",  ">>",  "**"};

bool is_name_start(char c) {
  return ascii::is_alpha(c) || c == '_' || c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

void append_utf8(std::string& out, uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0 | code >> 6);
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0 | code >> 12);
    out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | (code >> 18 & 7));
    out += static_cast<char>(0x80 | (code >> 12 & 0x3f));
    out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  }
}

class Lexer {
 public:
  explicit Lexer(std::string_view script) : in_(script) {}

  std::vector<ScriptToken> run() {
    while (at_ < in_.size() && tokens_.size() < kMaxScriptTokens) {
      const char c = in_[at_];
      if (ascii::is_space(c)) {
        ++at_;
      } else if (rest().starts_with("//") || rest().starts_with("<!--")) {
        skip_past("\n");
      } else if (rest().starts_with("/*")) {
        at_ += 2;
        skip_past("*/");
      } else if (is_name_start(c) || c == '\\') {
        read_name();
      } else if (ascii::is_digit(c)) {
        read_number();
      } else if (c == '"' || c == '\'' || c == '`') {
        read_string(c);
      } else if (c == '/' && may_begin_pattern()) {
        read_pattern();
      } else {
        read_mark();
      }
    }
    return std::move(tokens_);
  }

 private:
  std::string_view rest() const { return in_.substr(at_); }
  void skip_past(std::string_view end) {
    const size_t found = in_.find(end, at_);
    at_ = found == in_.npos ? in_.size() : found + end.size();
  }
  void push(Kind kind, std::string text) { tokens_.push_back({kind, std::move(text)}); }

  void read_name() {
    std::string name;
    while (at_ < in_.size()) {
      if (is_name_start(in_[at_]) || ascii::is_digit(in_[at_])) {
        name += in_[at_++];
      } else if (rest().starts_with("\\u")) {
        ++at_;
        read_escape(name);
      } else {
        break;
      }
    }
    if (name.empty()) ++at_;  // a lone backslash
    if (!name.empty()) push(Kind::kName, std::move(name));
  }

  void read_number() {
    const size_t begin = at_;
    while (at_ < in_.size() && (ascii::is_alnum(in_[at_]) || in_[at_] == '.' || in_[at_] == '_')) ++at_;
    push(Kind::kNumber, std::string(in_.substr(begin, at_ - begin)));
  }

  void read_mark() {
    for (const std::string_view mark : kMarks) {
      if (!rest().starts_with(mark)) continue;
      at_ += mark.size();
      return push(Kind::kMark, std::string(mark));
    }
    push(Kind::kMark, std::string(1, in_[at_++]));
  }

  // Where a value cannot stand before it, "/" begins a regular expression.
  bool may_begin_pattern() const {
    if (tokens_.empty()) return true;
    const ScriptToken& last = tokens_.back();
    if (last.kind == Kind::kName)
      return last.text == "return" || last.text == "typeof" || last.text == "case";
    return last.kind == Kind::kMark && last.text != ")" && last.text != "]" && last.text != "}";
  }
  void read_pattern() {
    const size_t begin = at_++;
    for (bool in_class = false; at_ < in_.size() && in_[at_] != '\n'; ++at_) {
      if (in_[at_] == '\\') {
        ++at_;
      } else if (in_[at_] == '[') {
        in_class = true;
      } else if (in_[at_] == ']') {
        in_class = false;
      } else if (in_[at_] == '/' && !in_class) {
        break;
      }
    }
    at_ = std::min(at_ + 1, in_.size());
    while (at_ < in_.size() && ascii::is_alpha(in_[at_])) ++at_;
    push(Kind::kOther, std::string(in_.substr(begin, at_ - begin)));
  }

  void read_string(char quote) {
    ++at_;
    std::string text;
    bool has_substitution = false;
    while (at_ < in_.size() && in_[at_] != quote) {
      const char c = in_[at_];
      if (c == '\n' && quote != '`') break;  // a string ends with its line
      if (quote == '`' && rest().starts_with("${")) has_substitution = true;
      ++at_;
      if (c == '\\') {
        read_escape(text);
      } else if (text.size() < kMaxStringBytes) {
        text += c;
      }
    }
    if (at_ < in_.size()) ++at_;
    push(has_substitution ? Kind::kOther : Kind::kString, std::move(text));
  }

  uint32_t read_hex(size_t most) {
    uint32_t value = 0;
    for (size_t i = 0; i < most && at_ < in_.size() && ascii::is_hex(in_[at_]); ++i)
      value = value << 4 | static_cast<uint32_t>(ascii::hex_value(in_[at_++]));
    return value;
  }

  // Behind the backslash.
  void read_escape(std::string& out) {
    if (at_ >= in_.size()) return;
    const char c = in_[at_++];
    constexpr std::string_view kFrom = "nrtbfv", kTo = "\n\r\t\b\f\v";
    if (const size_t simple = kFrom.find(c); simple != kFrom.npos) {
      out += kTo[simple];
    } else if (c == 'x') {
      append_utf8(out, read_hex(2));
    } else if (c == 'u') {
      read_unicode(out);
    } else if (c >= '0' && c <= '7') {
      uint32_t value = static_cast<uint32_t>(c - '0');
      for (int i = 0; i < 2 && at_ < in_.size() && in_[at_] >= '0' && in_[at_] <= '7' && value < 32; ++i)
        value = value * 8 + static_cast<uint32_t>(in_[at_++] - '0');
      append_utf8(out, value);
    } else if (c == '\r' && rest().starts_with('\n')) {
      ++at_;
    } else if (c != '\n' && c != '\r') {
      out += c;
    }
  }
  void read_unicode(std::string& out) {
    if (rest().starts_with('{')) {
      ++at_;
      append_utf8(out, read_hex(6));
      if (rest().starts_with('}')) ++at_;
      return;
    }
    uint32_t code = read_hex(4);
    if (code >= 0xd800 && code < 0xdc00 && rest().starts_with("\\u")) {
      at_ += 2;
      code = 0x10000 + ((code - 0xd800) << 10) + ((read_hex(4) - 0xdc00) & 0x3ff);
    }
    append_utf8(out, code);
  }

  const std::string_view in_;
  size_t at_ = 0;
  std::vector<ScriptToken> tokens_;
};

}  // namespace

std::vector<ScriptToken> script_tokens(std::string_view script) { return Lexer(script).run(); }

}  // namespace linkgate::scan
