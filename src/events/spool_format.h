#pragma once
// The bytes and names of a spool: docs/spool.md in code. Pure.
//
//   DIRECTORY/0000000000000017-6f1c2d3e4f5a6b7c-click.0.open   being written, by one process that holds
//   DIRECTORY/LOCK DIRECTORY/0000000000000016-6f1c2d3e4f5a6b7c-click.0.seg    sealed: complete, synced, never
//   touched again the same + ".damaged"                                      lines of it whose checksum is
//   wrong the same + ".rejected"                                     lines of it that the store refused
//
// A line is "<crc32c of the rest, 8 hex> <table> <json>\n".

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace linkgate::events {

inline constexpr std::string_view kOpenSuffix = ".open";
inline constexpr std::string_view kSealedSuffix = ".seg";
inline constexpr std::string_view kLockName = "LOCK";
// Of a line beside its table and its JSON: the checksum, two spaces, the newline.
inline constexpr size_t kLineOverhead = 11;

struct SegmentName {
  uint64_t number = 0;       // counts up within a directory
  std::string boot;          // of the writing process, 16 hex digits, random
  std::string program;       // letters, digits, '.', '_', '-'
  std::string text() const;  // without suffix; sorts by number
};
// `file` without folder; nullopt for what is no segment with this suffix.
std::optional<SegmentName> parse_segment_name(std::string_view file, std::string_view suffix);
bool is_program_name(std::string_view program);

// REQUIRES: table without space, neither with a newline (CHECK: Row makes none).
std::string format_line(std::string_view table, std::string_view json);
void append_line(std::string& out, std::string_view table, std::string_view json);

struct ParsedLine {
  std::string_view table, json;
};
// `line` without its newline; nullopt where the checksum or the form is wrong.
std::optional<ParsedLine> parse_line(std::string_view line);

}  // namespace linkgate::events
