#include "cli/message_bytes.h"

#include <algorithm>

namespace linkgate::cli {
namespace {

constexpr std::string_view kFrom = "From ";

// The line at `at`, its end included.
std::string_view line_at(std::string_view text, size_t at) {
  const size_t end = text.find('\n', at);
  return text.substr(at, end == std::string_view::npos ? std::string_view::npos : end + 1 - at);
}

bool is_empty_line(std::string_view line) { return line == "\n" || line == "\r\n"; }

// True for "From ", ">From ", ">>From ": lines that mboxrd quotes by one more '>'.
bool is_from_line(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of('>'), line.size()));
  return line.starts_with(kFrom);
}

}  // namespace

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string with_crlf(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 32);
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r' && text[i] != '\n') {
      out += text[i];
      continue;
    }
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
    out += "\r\n";
  }
  if (!out.empty() && !out.ends_with("\r\n")) out += "\r\n";
  return out;
}

std::string with_lf(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    out += text[i];
  }
  return out;
}

bool has_bare_lf(std::string_view text) {
  const size_t at = text.find('\n');
  return at != std::string_view::npos && (at == 0 || text[at - 1] != '\r');
}

std::string_view without_mbox_line(std::string_view message) {
  if (!message.starts_with(kFrom)) return message;
  return message.substr(line_at(message, 0).size());
}

std::vector<std::string_view> split_mbox(std::string_view file) {
  std::vector<std::string_view> out;
  size_t begin = 0;
  bool after_empty = true;
  for (size_t at = 0; at < file.size();) {
    const std::string_view line = line_at(file, at);
    if (after_empty && line.starts_with(kFrom) && at > begin) {
      out.push_back(file.substr(begin, at - begin));
      begin = at;
    }
    after_empty = is_empty_line(line);
    at += line.size();
  }
  if (begin < file.size()) out.push_back(file.substr(begin));
  return out;
}

std::string unquote_from(std::string_view message) {
  std::string out;
  for (size_t at = 0; at < message.size();) {
    const std::string_view line = line_at(message, at);
    at += line.size();
    out += line.starts_with('>') && is_from_line(line) ? line.substr(1) : line;
  }
  return out;
}

std::string quote_from(std::string_view message) {
  std::string out;
  for (size_t at = 0; at < message.size();) {
    const std::string_view line = line_at(message, at);
    at += line.size();
    if (is_from_line(line)) out += '>';
    out += line;
  }
  return out;
}

}  // namespace linkgate::cli
