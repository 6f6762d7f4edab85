#include "events/spool_format.h"

#include <fmt/format.h>

#include "base/ascii.h"
#include "base/check.h"
#include "events/crc32c.h"

namespace linkgate::events {
namespace {

constexpr size_t kNumberDigits = 16;
constexpr size_t kBootDigits = 16;
constexpr size_t kChecksumDigits = 8;

}  // namespace

std::string SegmentName::text() const {
  return fmt::format("{:0{}}-{}-{}", number, kNumberDigits, boot, program);
}

bool is_program_name(std::string_view program) {
  if (program.empty()) return false;
  for (const char c : program) {
    if (!ascii::is_alnum(c) && c != '.' && c != '_' && c != '-') return false;
  }
  return true;
}

std::optional<SegmentName> parse_segment_name(std::string_view file, std::string_view suffix) {
  if (file.size() < kNumberDigits + kBootDigits + 2 + suffix.size() || !file.ends_with(suffix))
    return std::nullopt;
  file.remove_suffix(suffix.size());
  if (file[kNumberDigits] != '-' || file[kNumberDigits + 1 + kBootDigits] != '-') return std::nullopt;
  SegmentName name;
  name.boot = file.substr(kNumberDigits + 1, kBootDigits);
  name.program = file.substr(kNumberDigits + kBootDigits + 2);
  for (const char c : file.substr(0, kNumberDigits)) {
    if (!ascii::is_digit(c)) return std::nullopt;
    name.number = name.number * 10 + static_cast<uint64_t>(c - '0');
  }
  for (const char c : name.boot) {
    if (!ascii::is_hex(c)) return std::nullopt;
  }
  if (!is_program_name(name.program)) return std::nullopt;
  return name;
}

std::string format_line(std::string_view table, std::string_view json) {
  std::string line;
  line.reserve(table.size() + json.size() + kLineOverhead);
  append_line(line, table, json);
  return line;
}

void append_line(std::string& out, std::string_view table, std::string_view json) {
  CHECK(!table.empty() && table.find(' ') == table.npos && table.find('\n') == table.npos);
  CHECK(json.find('\n') == json.npos);
  uint32_t crc = crc32c(table);
  crc = crc32c(" ", crc);
  crc = crc32c(json, crc);
  for (size_t i = kChecksumDigits; i-- > 0;) out += "0123456789abcdef"[crc >> (4 * i) & 15];
  out.append(1, ' ').append(table).append(1, ' ').append(json).append(1, '\n');
}

std::optional<ParsedLine> parse_line(std::string_view line) {
  if (line.size() < kChecksumDigits + 4 || line[kChecksumDigits] != ' ') return std::nullopt;
  const std::string_view checksum = line.substr(0, kChecksumDigits);
  line.remove_prefix(kChecksumDigits + 1);
  if (fmt::format("{:08x}", crc32c(line)) != checksum) return std::nullopt;  // one spelling only
  const size_t space = line.find(' ');
  if (space == line.npos || space == 0) return std::nullopt;
  return ParsedLine{line.substr(0, space), line.substr(space + 1)};
}

}  // namespace linkgate::events
