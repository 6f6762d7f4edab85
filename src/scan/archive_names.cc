#include "scan/archive_names.h"

#include <algorithm>
#include <cstdint>

namespace linkgate::scan {
namespace {

constexpr std::string_view kEndMark("PK\x05\x06", 4), kEntryMark("PK\x01\x02", 4);
constexpr size_t kEndBytes = 22, kEntryBytes = 46;
constexpr size_t kMaxComment = 65535;

// REQUIRES: at + 2, or + 4, is within.
uint16_t u16(std::string_view bytes, size_t at) {
  return static_cast<uint16_t>(static_cast<unsigned char>(bytes[at]) |
                               static_cast<unsigned char>(bytes[at + 1]) << 8);
}
uint32_t u32(std::string_view bytes, size_t at) {
  return u16(bytes, at) | static_cast<uint32_t>(u16(bytes, at + 2)) << 16;
}

}  // namespace

std::vector<std::string> archive_names(std::string_view bytes) {
  std::vector<std::string> names;
  if (bytes.size() < kEndBytes) return names;
  const size_t earliest = bytes.size() - std::min(bytes.size(), kEndBytes + kMaxComment);
  const size_t end = bytes.rfind(kEndMark, bytes.size() - kEndBytes);
  if (end == bytes.npos || end < earliest) return names;
  // Where the directory lies, by its size: what stands before the archive moves its offset.
  const size_t size = u32(bytes, end + 12);
  if (size > end) return names;
  const std::string_view directory = bytes.substr(end - size, size);
  size_t at = 0;
  while (at + kEntryBytes <= directory.size() && names.size() < kMaxArchiveNames) {
    if (directory.substr(at, 4) != kEntryMark) break;
    const size_t name = u16(directory, at + 28), extra = u16(directory, at + 30),
                 comment = u16(directory, at + 32);
    if (at + kEntryBytes + name > directory.size()) break;
    names.emplace_back(directory.substr(at + kEntryBytes, std::min(name, kMaxArchiveName)));
    at += kEntryBytes + name + extra + comment;
  }
  return names;
}

}  // namespace linkgate::scan
