// Texts: Punycode, and the words of a command line.

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "functions/function.h"
#include "functions/text.h"
#include "url/punycode.h"

namespace linkgate::functions {
namespace {

// Punycode's work grows with the square of the length. Longer texts give ''.
constexpr size_t kMaxPunycodeBytes = 4'096;
constexpr std::string_view kPrefix = "xn--";

bool is_ascii(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

Value encoded(std::string_view text) {
  const auto code_points = from_utf8(text);
  if (!code_points || text.size() > kMaxPunycodeBytes) return std::nullopt;
  return url::punycode_encode(*code_points);
}
Value decoded(std::string_view text) {
  if (text.size() > kMaxPunycodeBytes) return std::nullopt;
  const auto code_points = url::punycode_decode(text);
  if (!code_points) return std::nullopt;
  return to_utf8(*code_points);
}

Value punycode_from_string(const Arguments& a) { return encoded(a.text(0)); }
Value punycode_to_string(const Arguments& a) { return decoded(a.text(0)); }

// U+3002, U+FF0E and U+FF61 part labels as '.' does: RFC 3490, section 3.1.
constexpr std::u32string_view kDots = U".\u3002\uff0e\uff61";

// part(label) for each label of a domain, with plain dots between them; null where one of them is.
template <typename Part>
Value by_label(std::string_view domain, Part part) {
  const auto code_points = from_utf8(domain);
  if (!code_points || domain.size() > kMaxPunycodeBytes) return std::nullopt;
  const std::u32string_view all = *code_points;
  std::string out;
  for (size_t at = 0; at <= all.size();) {
    const size_t dot = std::min(all.find_first_of(kDots, at), all.size());
    const Value label = part(to_utf8(all.substr(at, dot - at)));
    if (!label) return std::nullopt;
    out += *label;
    if (dot < all.size()) out += '.';
    at = dot + 1;
  }
  return out;
}
// The names are the other way round than those of the two above; so are Kusto's.
Value punycode_domain_to_string(const Arguments& a) {
  return by_label(a.text(0), [](std::string_view label) -> Value {
    if (is_ascii(label)) return std::string(label);
    const Value code = encoded(label);
    if (!code) return std::nullopt;
    return std::string(kPrefix) + *code;
  });
}
Value punycode_domain_from_string(const Arguments& a) {
  return by_label(a.text(0), [](std::string_view label) -> Value {
    if (!ascii::istarts_with(label, kPrefix)) return std::string(label);
    return decoded(label.substr(kPrefix.size()));
  });
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// The words as CommandLineToArgvW of Windows finds them. The first is a program's name: up to the next
// quotation mark where it begins with one, else up to a blank, and nothing is escaped in it. In the others,
// 2n backslashes before a quotation mark are n and 2n+1 are n and a plain mark; other backslashes are
// themselves. Of quotation marks that follow one another each third is a plain one, counted from the one that
// opened.
class CommandLine {
 public:
  explicit CommandLine(std::string_view text) : text_(text) {}
  std::vector<std::string> words() {
    std::vector<std::string> found = {program()};
    for (skip_blanks(); at_ < text_.size(); skip_blanks()) found.push_back(word());
    return found;
  }

 private:
  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }
  std::string program() {
    const bool quoted = text_.starts_with('"');
    const size_t begin = quoted ? 1 : 0;
    const size_t end = std::min(quoted ? text_.find('"', begin) : text_.find_first_of(" \t"), text_.size());
    at_ = std::min(end + 1, text_.size());
    return std::string(text_.substr(begin, end - begin));
  }
  std::string word() {
    std::string out;
    int marks = 0;  // since the one that opened; none is open at 0
    while (at_ < text_.size() && (marks > 0 || !is_blank(text_[at_]))) {
      size_t backslashes = 0;
      for (; at_ < text_.size() && text_[at_] == '\\'; ++at_) ++backslashes;
      const bool mark = at_ < text_.size() && text_[at_] == '"';
      out.append(mark ? backslashes / 2 : backslashes, '\\');
      if (mark && backslashes % 2 == 0)
        take_marks(out, marks);
      else if (mark || backslashes == 0)
        out += text_[at_++];
    }
    return out;
  }
  void take_marks(std::string& out, int& marks) {
    ++at_, ++marks;
    for (; at_ < text_.size() && text_[at_] == '"'; ++at_) {
      if (++marks < 3) continue;
      out += '"';
      marks = 0;
    }
    if (marks == 2) marks = 0;
  }

  std::string_view text_;
  size_t at_ = 0;
};

Value parse_command_line(const Arguments& a) {
  if (!ascii::iequals(a.text(1), "windows") || a.text(0).empty()) return std::nullopt;
  std::string out = "[";
  for (const std::string& word : CommandLine(a.text(0)).words()) {
    if (out.size() > 1) out += ',';
    append_json_string(out, word);
  }
  return out + ']';
}

constexpr auto kRows = std::to_array<FunctionRow>({
    {"punycode_from_string", 1, 1, punycode_from_string},
    {"punycode_to_string", 1, 1, punycode_to_string},
    {"punycode_domain_from_string", 1, 1, punycode_domain_from_string},
    {"punycode_domain_to_string", 1, 1, punycode_domain_to_string},
    {"parse_command_line", 2, 2, parse_command_line},
});

}  // namespace

std::span<const FunctionRow> text_rows() { return kRows; }

}  // namespace linkgate::functions
