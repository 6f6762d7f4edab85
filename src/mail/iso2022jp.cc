#include "mail/iso2022jp.h"

#include <unicode/ucnv.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "mail/html_entities.h"

namespace linkgate::mail {
namespace {

constexpr char kMasked = '\x80';
constexpr char32_t kReplacement = 0xFFFD;
constexpr size_t kEscapeLength = 3;

// The state that an escape sequence at `at` begins, '\0' where none stands there. "(H" once stood for Roman.
char escape_at(std::string_view bytes, size_t at) {
  struct Sequence {
    std::string_view tail;
    char state;
  };
  constexpr Sequence kSequences[] = {{"(B", 'B'}, {"(J", 'J'}, {"(H", 'J'},
                                     {"(I", 'I'}, {"$@", '@'}, {"$B", 'K'}};
  if (at >= bytes.size() || bytes[at] != '\x1B') return '\0';
  const std::string_view tail = bytes.substr(at + 1, 2);
  for (const Sequence& sequence : kSequences) {
    if (tail == sequence.tail) return sequence.state;
  }
  return '\0';
}

// Half of a character in a state of two bytes.
bool is_half(char c) { return c > 0x20 && c < 0x7F; }
bool is_line_end(char c) { return c == '\n' || c == '\r'; }
char state_after_line(char state) { return state == 'J' ? 'J' : kIso2022JpAscii; }

// Goes over one sequence or one byte; whether it shows, and what as.
struct Step {
  bool shows;
  char as;
};
Step advance(std::string_view bytes, size_t& at, char& state) {
  if (const char begun = escape_at(bytes, at)) {
    state = begun;
    at += kEscapeLength;
    return {escape_at(bytes, at) != '\0', kMasked};
  }
  const char c = bytes[at++];
  if (is_line_end(c)) {
    state = state_after_line(state);
    return {true, c};
  }
  return {true, is_ascii_state(state) ? c : kMasked};
}

// What a byte that is no half of a character shows.
char32_t single(char byte, char state) {
  const auto c = static_cast<unsigned char>(byte);
  if (c >= 0x80 || c == 0x0E || c == 0x0F || c == 0x1B) return kReplacement;
  switch (state) {
    case 'B':
      return c;
    case 'J':
      return c == '\\' ? 0xA5 : c == '~' ? 0x203E : c;
    case 'I':
      if (c >= 0x21 && c <= 0x5F) return 0xFF61 + (c - 0x21);
      break;
    default:
      break;
  }
  return c <= 0x20 ? c : kReplacement;
}

// Characters of two bytes, by ICU.
class TwoByteReader {
 public:
  // As many units as there are pairs.
  const std::vector<UChar>& read(std::string_view pairs) {
    const size_t count = pairs.size() / 2;
    if (convert(pairs) == count) return units_;
    std::vector<UChar> each(count, kReplacement);
    for (size_t i = 0; i < count; ++i) {
      if (convert(pairs.substr(i * 2, 2)) == 1) each[i] = units_[0];
    }
    units_ = std::move(each);
    return units_;
  }

 private:
  struct Close {
    void operator()(UConverter* converter) const { ucnv_close(converter); }
  };

  // The number of units in `units_`.
  size_t convert(std::string_view pairs) {
    UErrorCode status = U_ZERO_ERROR;
    if (!converter_) converter_.reset(ucnv_open("ISO-2022-JP", &status));
    if (U_FAILURE(status)) return 0;
    ucnv_resetToUnicode(converter_.get());
    const std::string input = iso2022jp_escape('K') + std::string(pairs);
    units_.resize(input.size() + 1);
    const int32_t length = ucnv_toUChars(converter_.get(), units_.data(), static_cast<int32_t>(units_.size()),
                                         input.data(), static_cast<int32_t>(input.size()), &status);
    units_.resize(U_SUCCESS(status) ? static_cast<size_t>(length) : 0);
    return units_.size();
  }

  std::unique_ptr<UConverter, Close> converter_;
  std::vector<UChar> units_;
};

}  // namespace

bool is_ascii_state(char state) { return state == kIso2022JpAscii || state == 'J'; }

std::string iso2022jp_escape(char state) {
  switch (state) {
    case 'J':
    case 'I':
      return std::string("\x1B(") + state;
    case '@':
      return "\x1B$@";
    case 'K':
      return "\x1B$B";
    default:
      return "\x1B(B";
  }
}

std::string iso2022jp_skeleton(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  char state = kIso2022JpAscii;
  for (size_t at = 0; at < bytes.size();) {
    const Step step = advance(bytes, at, state);
    if (step.shows) out += step.as;
  }
  return out;
}

Charset::Mapped decode_iso2022jp(std::string_view bytes, char state) {
  Charset::Mapped result;
  TwoByteReader two_bytes;
  const auto put = [&result](char32_t c, size_t from) {
    append_utf8(result.text, c);
    result.source.resize(result.text.size(), from);
  };
  for (size_t at = 0; at < bytes.size();) {
    size_t end = at;
    if (!is_ascii_state(state) && state != 'I') {
      while (end + 1 < bytes.size() && is_half(bytes[end]) && is_half(bytes[end + 1])) end += 2;
    }
    if (end > at) {
      for (const UChar unit : two_bytes.read(bytes.substr(at, end - at))) put(unit, at), at += 2;
      continue;
    }
    const size_t from = at;
    const char as = bytes[at];
    const bool is_escape = escape_at(bytes, at) != '\0';
    const char before = state;
    if (!advance(bytes, at, state).shows) continue;
    put(is_escape ? kReplacement : single(as, is_line_end(as) ? kIso2022JpAscii : before), from);
  }
  result.source.push_back(bytes.size());
  return result;
}

Iso2022JpCursor::Place Iso2022JpCursor::end_of(size_t offset) {
  while (offset_ < offset && place_.at < bytes_.size()) {
    if (advance(bytes_, place_.at, place_.state).shows) ++offset_;
  }
  return place_;
}

Iso2022JpCursor::Place Iso2022JpCursor::begin_of(size_t offset) {
  Place place = end_of(offset);
  while (place.at < bytes_.size()) {
    Place next = place;
    if (advance(bytes_, next.at, next.state).shows) break;
    place = next;
  }
  return place;
}

char Iso2022JpStates::state_at(size_t position) {
  while (at_ < std::min(position, bytes_.size())) advance(bytes_, at_, state_);
  return state_;
}

}  // namespace linkgate::mail
