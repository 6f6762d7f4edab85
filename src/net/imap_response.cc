#include "net/imap_response.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/ascii.h"

namespace linkgate::net {
namespace {

using Kind = ImapValue::Kind;

constexpr std::array<std::string_view, 5> kStatusWords = {"OK", "NO", "BAD", "BYE", "PREAUTH"};

Error malformed(std::string_view what) {
  return Error(ErrorCode::kInvalidArgument, fmt::format("IMAP: {} in the server's answer", what));
}
Error too_much(std::string_view what) {
  return Error(ErrorCode::kLimit, fmt::format("IMAP: {} in the server's answer", what));
}

std::optional<uint32_t> number_of(std::string_view text) {
  uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

// Of a line that ends in {n} or {n+}; absent where it ends otherwise. Too large for us is the largest number.
std::optional<size_t> literal_at_end(std::string_view line) {
  if (!line.ends_with('}')) return std::nullopt;
  line.remove_suffix(1);
  if (line.ends_with('+')) line.remove_suffix(1);
  const size_t open = line.rfind('{');
  if (open == std::string_view::npos || open + 1 == line.size()) return std::nullopt;
  const std::string_view digits = line.substr(open + 1);
  if (!std::all_of(digits.begin(), digits.end(), ascii::is_digit)) return std::nullopt;
  const auto size = number_of(digits);
  return size ? *size : SIZE_MAX;
}

bool is_atom_octet(char c) {
  const auto octet = static_cast<unsigned char>(c);
  return octet > 0x20 && octet < 0x7f && c != '(' && c != ')' && c != '"' && c != '{';
}

// The values of one response, without recursion.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  // Up to `end`, which is taken ('\0': the end of the text).
  Result<std::vector<ImapValue>> values(char end) {
    std::vector<std::vector<ImapValue>> open(1);
    while (true) {
      while (at_ < text_.size() && text_[at_] == ' ') ++at_;
      if (at_ == text_.size()) {
        if (end != '\0' || open.size() > 1) return malformed("a list without end");
        return std::move(open.front());
      }
      const char c = text_[at_];
      if (c == end && open.size() == 1) {
        ++at_;
        return std::move(open.front());
      }
      if (++count_ > kMaxImapValues) return too_much("too many values");
      if (c == '(') {
        if (open.size() > kMaxImapDepth) return too_much("too deep a list");
        open.emplace_back();
        ++at_;
      } else if (c == ')') {
        if (open.size() == 1) return malformed("a list without beginning");
        ImapValue list{Kind::kList, "", std::move(open.back())};
        open.pop_back();
        open.back().push_back(std::move(list));
        ++at_;
      } else {
        TRY_ASSIGN(ImapValue value, single(end));
        open.back().push_back(std::move(value));
      }
    }
  }

  std::string_view word() {
    const size_t end = std::min(text_.find(' ', at_), text_.size());
    const std::string_view word = text_.substr(at_, end - at_);
    at_ = std::min(end + 1, text_.size());
    return word;
  }
  bool takes(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  std::string_view rest() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    return text_.substr(at_);
  }

 private:
  Result<ImapValue> single(char end) {
    const char c = text_[at_];
    if (c == '"') return quoted();
    if (c == '{' || (c == '~' && text_.substr(at_ + 1).starts_with('{'))) return literal();
    return atom(end);
  }

  Result<ImapValue> quoted() {
    std::string out;
    for (++at_; at_ < text_.size(); ++at_) {
      char c = text_[at_];
      if (c == '"') {
        ++at_;
        return ImapValue{Kind::kText, std::move(out), {}};
      }
      if (c == '\r' || c == '\n') break;
      if (c == '\\' && ++at_ == text_.size()) break;
      out += text_[at_];
    }
    return malformed("a text without end");
  }

  Result<ImapValue> literal() {
    const size_t line = text_.find("\r\n", at_);
    if (line == std::string_view::npos) return malformed("a literal without octets");
    const auto size = literal_at_end(text_.substr(at_, line - at_));
    if (!size || *size > text_.size() - line - 2) return malformed("a literal of another size");
    ImapValue value{Kind::kText, std::string(text_.substr(line + 2, *size)), {}};
    at_ = line + 2 + *size;
    return value;
  }

  // BODY[HEADER.FIELDS (X-A X-B)]<0> is one.
  Result<ImapValue> atom(char end) {
    const size_t begin = at_;
    while (at_ < text_.size() && is_atom_octet(text_[at_]) && text_[at_] != end) {
      if (text_[at_] == '[') {
        at_ = text_.find(']', at_);
        if (at_ == std::string_view::npos) return malformed("a section without end");
      }
      ++at_;
    }
    if (at_ == begin) return malformed("an octet that belongs nowhere");
    const std::string_view text = text_.substr(begin, at_ - begin);
    if (text.find_first_of("\r\n") != std::string_view::npos) return malformed("a line end within a section");
    if (ascii::iequals(text, "NIL")) return ImapValue{};
    return ImapValue{Kind::kAtom, std::string(text), {}};
  }

  std::string_view text_;
  size_t at_ = 0;
  size_t count_ = 0;
};

std::string upper(std::string_view word) {
  std::string out(word);
  for (char& c : out) {
    if (ascii::is_lower(c)) c = static_cast<char>(c - 0x20);
  }
  return out;
}

// A list that is printed: where it is, and which item is next.
struct Printing {
  const std::vector<ImapValue>* items;
  size_t next = 0;
};

void print_single(const ImapValue& value, std::string* out) {
  if (value.kind == Kind::kNil) {
    *out += "NIL";
  } else if (value.kind == Kind::kAtom) {
    *out += value.text;
  } else {
    const auto quoted = imap_quoted(value.text);
    *out += quoted ? *quoted : fmt::format("{{{}}}\r\n{}", value.text.size(), value.text);
  }
}

void print_values(const std::vector<ImapValue>& values, std::string* out) {
  std::vector<Printing> open = {{&values}};
  while (true) {
    Printing& top = open.back();
    if (top.next == top.items->size()) {
      open.pop_back();
      if (open.empty()) return;
      *out += ')';
      continue;
    }
    if (top.next > 0) *out += ' ';
    const ImapValue& value = (*top.items)[top.next++];
    if (value.kind == Kind::kList) {
      *out += '(';
      open.push_back({&value.items});
    } else {
      print_single(value, out);
    }
  }
}

}  // namespace

Result<std::optional<std::string>> ImapFramer::next() {
  while (true) {
    const size_t end = buffer_.find('\n', searched_);
    if (end == std::string::npos) {
      searched_ = std::max(searched_, buffer_.size());
      const size_t pending = buffer_.size() > line_ ? buffer_.size() - line_ : 0;
      if (in_lines_ + pending > kMaxImapLine) return too_much("too long a line");
      return std::optional<std::string>();
    }
    if (end == line_ || buffer_[end - 1] != '\r') return malformed("a line that does not end in CRLF");
    const std::string_view line = std::string_view(buffer_).substr(line_, end - 1 - line_);
    in_lines_ += line.size();
    if (in_lines_ > kMaxImapLine) return too_much("too long a line");
    const auto literal = literal_at_end(line);
    if (!literal) {
      std::string whole = buffer_.substr(0, end - 1);
      buffer_.erase(0, end + 1);
      searched_ = line_ = in_lines_ = literals_ = 0;
      return std::optional<std::string>(std::move(whole));
    }
    if (++literals_ > kMaxImapLiterals) return too_much("too many literals");
    if (*literal > max_response_ || end + 1 + *literal > max_response_)
      return too_much("too large a literal");
    line_ = searched_ = end + 1 + *literal;
  }
}

bool ImapValue::is(std::string_view atom) const { return kind == Kind::kAtom && ascii::iequals(text, atom); }

bool ImapResponse::is_status() const {
  return std::find(kStatusWords.begin(), kStatusWords.end(), word) != kStatusWords.end();
}

bool ImapResponse::has_code(std::string_view name) const { return !code.empty() && code.front().is(name); }

Result<ImapResponse> parse_imap_response(std::string_view text) {
  Reader in(text);
  ImapResponse response;
  response.tag = in.word();
  if (response.tag.empty() || !std::all_of(response.tag.begin(), response.tag.end(), is_atom_octet))
    return malformed("no tag");
  if (response.tag == "+") {
    response.text = in.rest();
    return response;
  }
  std::string_view word = in.word();
  if (const auto number = number_of(word)) {
    response.number = *number;
    word = in.word();
  }
  response.word = upper(word);
  if (response.word.empty() || !std::all_of(word.begin(), word.end(), is_atom_octet) || number_of(word))
    return malformed("no name");
  if (!response.is_status()) {
    TRY_ASSIGN(response.values, in.values('\0'));
    return response;
  }
  response.text = in.rest();
  if (!in.takes('[')) return response;
  TRY_ASSIGN(response.code, in.values(']'));
  if (response.code.empty()) return malformed("an empty code");
  response.text = in.rest();
  return response;
}

std::string print_imap_response(const ImapResponse& response) {
  std::string out = response.tag;
  if (response.tag == "+") return out + " " + response.text;
  if (response.number != 0) out += " " + std::to_string(response.number);
  out += " " + response.word;
  if (!response.is_status()) {
    if (!response.values.empty()) out += ' ';
    print_values(response.values, &out);
    return out;
  }
  if (!response.code.empty()) {
    out += " [";
    print_values(response.code, &out);
    out += ']';
  }
  return out + " " + response.text;
}

std::optional<std::vector<uint32_t>> parse_imap_set(std::string_view text, size_t most) {
  std::vector<uint32_t> out;
  for (const std::string_view range : ascii::split(text, ',')) {
    const size_t colon = range.find(':');
    const auto first = number_of(range.substr(0, colon));
    const auto last = colon == std::string_view::npos ? first : number_of(range.substr(colon + 1));
    if (!first || !last) return std::nullopt;
    const uint32_t low = std::min(*first, *last), high = std::max(*first, *last);
    if (high - low >= most || out.size() + (high - low) + 1 > most) return std::nullopt;
    for (uint64_t number = low; number <= high; ++number) out.push_back(static_cast<uint32_t>(number));
  }
  return out;
}

std::string print_imap_set(const std::vector<uint32_t>& sorted) {
  std::string out;
  for (size_t i = 0; i < sorted.size();) {
    size_t end = i + 1;
    while (end < sorted.size() && sorted[end] == sorted[end - 1] + 1) ++end;
    if (!out.empty()) out += ',';
    out += std::to_string(sorted[i]);
    if (end - i > 1) out += ":" + std::to_string(sorted[end - 1]);
    i = end;
  }
  return out;
}

std::optional<std::string> imap_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x20 || octet >= 0x7f) return std::nullopt;
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace linkgate::net
