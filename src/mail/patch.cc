#include "mail/patch.h"

#include <algorithm>

#include "mail/transfer_encoding.h"

namespace linkgate::mail {
namespace {

constexpr size_t kNone = std::string_view::npos;

size_t line_begin(std::string_view bytes, size_t at) {
  const size_t newline = at == 0 ? kNone : bytes.rfind('\n', at - 1);
  return newline == kNone ? 0 : newline + 1;
}
// Without a carriage return before the line feed.
size_t line_end(std::string_view bytes, size_t at) {
  const size_t newline = std::min(bytes.find('\n', at), bytes.size());
  return newline > at && newline < bytes.size() && bytes[newline - 1] == '\r' ? newline - 1 : newline;
}

}  // namespace

Result<std::string> apply_edits(std::string_view bytes, std::vector<Edit> edits) {
  // An insertion comes before what is replaced from the same place on.
  std::stable_sort(edits.begin(), edits.end(), [](const Edit& a, const Edit& b) {
    if (a.at.begin != b.at.begin) return a.at.begin < b.at.begin;
    return a.at.empty() && b.at.empty() ? a.order < b.order : a.at.empty() && !b.at.empty();
  });
  size_t size = bytes.size();
  for (const Edit& edit : edits) size += edit.text.size();
  std::string out;
  out.reserve(size);
  size_t done = 0;
  for (const Edit& edit : edits) {
    if (edit.yields && edit.at.end <= done) continue;
    if (edit.at.begin < done || edit.at.end > bytes.size()) {
      return Error(ErrorCode::kInternal, "patches of a message overlap");
    }
    out.append(bytes, done, edit.at.begin - done);
    out += edit.text;
    done = edit.at.end;
  }
  out.append(bytes, done);
  return out;
}

bool has_long_line(std::string_view bytes) {
  for (size_t at = 0; at < bytes.size(); at = std::min(bytes.find('\n', at), bytes.size() - 1) + 1) {
    if (line_end(bytes, at) - at > kMaxMessageLine) return true;
  }
  return false;
}

bool makes_long_line(std::string_view bytes, const std::vector<Edit>& edits) {
  for (size_t i = 0; i < edits.size();) {
    // The old lines that this edit and those that follow on its line touch become one stretch of new lines.
    const size_t begin = line_begin(bytes, edits[i].at.begin);
    bool was_long = line_end(bytes, edits[i].at.begin) - begin > kMaxMessageLine;
    size_t column = 0;
    size_t at = begin;
    size_t end = begin;
    for (; i < edits.size() && (end == begin || edits[i].at.begin <= end); ++i) {
      column += edits[i].at.begin - at;
      std::string_view text = edits[i].text;
      for (size_t newline = text.find('\n'); newline != kNone; newline = text.find('\n')) {
        if (column + newline > kMaxMessageLine + 1 && !was_long) return true;
        column = 0;
        text.remove_prefix(newline + 1);
      }
      column += text.size();
      at = edits[i].at.end;
      end = line_end(bytes, at);
      was_long |= end - line_begin(bytes, at) > kMaxMessageLine;
    }
    if (column + (end - at) > kMaxMessageLine && !was_long) return true;
  }
  return false;
}

}  // namespace linkgate::mail
