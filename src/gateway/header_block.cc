#include "gateway/header_block.h"

#include "base/ascii.h"

namespace linkgate::gateway {
namespace {

// Length of the line at the front, its LF included.
size_t line_length(std::string_view text) {
  const size_t lf = text.find('\n');
  return lf == std::string_view::npos ? text.size() : lf + 1;
}

// The name of the field that this line begins; empty: none begins here.
std::string_view field_name(std::string_view line) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return {};
  std::string_view name = line.substr(0, colon);
  while (!name.empty() && (name.back() == ' ' || name.back() == '\t'))
    name.remove_suffix(1);  // obs-optional, RFC 5322 4.5
  for (char c : name) {
    if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f) return {};
  }
  return name;
}

}  // namespace

std::string HeaderField::value() const {
  std::string unfolded;
  for (char c : whole.substr(whole.find(':') + 1)) {
    if (c != '\r' && c != '\n') unfolded += c == '\t' ? ' ' : c;
  }
  return std::string(ascii::trim(unfolded));
}

size_t HeaderBlock::count(std::string_view name) const {
  size_t found = 0;
  for (const HeaderField& field : fields) found += ascii::iequals(field.name, name) ? 1 : 0;
  return found;
}

const HeaderField* HeaderBlock::first(std::string_view name) const {
  for (const HeaderField& field : fields) {
    if (ascii::iequals(field.name, name)) return &field;
  }
  return nullptr;
}

HeaderBlock read_header(std::string_view message) {
  HeaderBlock block;
  if (message.starts_with("From ") || message.starts_with(">From ")) block.begin = line_length(message);
  size_t at = block.begin;
  while (at < message.size() && block.fields.size() < kMaxHeaderFields) {
    size_t length = line_length(message.substr(at));
    const std::string_view name = field_name(message.substr(at, length));
    if (name.empty()) break;
    while (at + length < message.size() && (message[at + length] == ' ' || message[at + length] == '\t')) {
      length += line_length(message.substr(at + length));
    }
    block.fields.push_back({name, message.substr(at, length)});
    at += length;
  }
  block.size = at;
  return block;
}

std::string with_header(std::string_view message, std::string_view lines) {
  const HeaderBlock header = read_header(message);
  std::string result;
  result.reserve(message.size() + lines.size() + 2);
  result += message.substr(0, header.begin);
  result += lines;
  for (const HeaderField& field : header.fields) {
    if (!ascii::istarts_with(field.name, kOwnPrefix)) result += field.whole;
  }
  // A message without a header (or one that begins with something else) needs the empty line that ends ours.
  const std::string_view rest = message.substr(header.size);
  const bool separated = rest.empty() || rest.front() == '\n' || rest.starts_with("\r\n");
  if (!separated) result += "\r\n";
  result += rest;
  return result;
}

}  // namespace linkgate::gateway
