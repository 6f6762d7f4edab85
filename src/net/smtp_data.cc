#include "net/smtp_data.h"

#include <algorithm>
#include <cstring>

namespace linkgate::net {
namespace {

// Length of the run at the front of `text` that holds neither CR nor LF.
size_t plain_run(std::string_view text) {
  if (text.empty()) return 0;
  const void* lf = std::memchr(text.data(), '\n', text.size());
  const size_t end =
      lf == nullptr ? text.size() : static_cast<size_t>(static_cast<const char*>(lf) - text.data());
  const void* cr = end == 0 ? nullptr : std::memchr(text.data(), '\r', end);
  return cr == nullptr ? end : static_cast<size_t>(static_cast<const char*>(cr) - text.data());
}

}  // namespace

// Where a byte leads that has no meaning of its own in the present state.
SmtpDataDecoder::After SmtpDataDecoder::after_byte(char c) {
  if (c == '\r') return After::kCr;
  if (c == '\n') return After::kBareStart;
  return After::kText;
}

// One byte; true at the end of the data. A server that drops NULs, or takes CR or LF alone for a line end, is
// the reader that the bare states imagine.
bool SmtpDataDecoder::step(char c, std::string* content) {
  switch (after_) {
    case After::kText:
      after_ = after_byte(c);
      break;
    case After::kCr:
      after_ = c == '\n'   ? After::kLineStart
               : c == '.'  ? After::kBareDot
               : c == '\0' ? After::kBareStart
                           : after_byte(c);
      break;
    case After::kLineStart:
      if (c == '.') {
        after_ = After::kDot;  // stuffed, or the beginning of the end: not content yet
        return false;
      }
      after_ = c == '\0' ? After::kBareStart : after_byte(c);
      break;
    case After::kBareStart:
      after_ = c == '.' ? After::kBareDot : c == '\0' ? After::kBareStart : after_byte(c);
      break;
    case After::kDot:
      if (c == '\r') {
        after_ = After::kDotCr;
        return false;
      }
      if (c == '\n') ambiguous_ = true;
      after_ = c == '\0' ? After::kBareDot : after_byte(c);
      break;
    case After::kDotCr:
      if (c == '\n') return true;
      ambiguous_ = true;
      content->push_back('\r');
      after_ = c == '.' ? After::kBareDot : after_byte(c);
      break;
    case After::kBareDot:
      if (c == '\r' || c == '\n') ambiguous_ = true;
      after_ = c == '\0' ? After::kBareDot : after_byte(c);
      break;
  }
  content->push_back(c);
  return false;
}

bool SmtpDataDecoder::take(std::string_view* input, std::string* content) {
  while (!input->empty()) {
    if (after_ == After::kText) {
      const size_t run = plain_run(*input);
      content->append(input->substr(0, run));
      input->remove_prefix(run);
      if (input->empty()) break;
    }
    const char c = input->front();
    input->remove_prefix(1);
    if (step(c, content)) {
      after_ = After::kLineStart;
      return true;
    }
  }
  return false;
}

void SmtpDataEncoder::put(std::string_view content, std::string* wire) {
  while (!content.empty()) {
    if (line_start_ && content.front() == '.') *wire += '.';
    line_start_ = false;
    const void* lf = std::memchr(content.data(), '\n', content.size());
    const size_t length = lf == nullptr
                              ? content.size()
                              : static_cast<size_t>(static_cast<const char*>(lf) - content.data()) + 1;
    wire->append(content.substr(0, length));
    if (lf != nullptr) line_start_ = length >= 2 ? content[length - 2] == '\r' : after_cr_;
    after_cr_ = content[length - 1] == '\r';
    content.remove_prefix(length);
  }
}

void SmtpDataEncoder::finish(std::string* wire) {
  if (!line_start_) *wire += "\r\n";
  *wire += ".\r\n";
  line_start_ = true;
  after_cr_ = false;
}

bool is_unambiguous(std::string_view content) {
  const auto at = [content](size_t i) {
    return i < content.size() ? content[i] : '\r';
  };  // finish() ends the line
  for (size_t dot = content.find('.'); dot != std::string_view::npos; dot = content.find('.', dot + 1)) {
    size_t before = dot;
    while (before > 0 && content[before - 1] == '\0') --before;
    size_t after = dot + 1;
    while (at(after) == '\0') ++after;
    if (before == 0 && before == dot) continue;  // the first byte: stuffed
    const char left = before == 0 ? '\n' : content[before - 1];
    if ((left != '\r' && left != '\n') || (at(after) != '\r' && at(after) != '\n')) continue;
    const bool stuffed = before == dot && left == '\n' && before >= 2 && content[before - 2] == '\r';
    if (!stuffed) return false;
  }
  return true;
}

}  // namespace linkgate::net
