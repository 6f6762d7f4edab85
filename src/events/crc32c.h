#pragma once
// CRC-32C (Castagnoli; RFC 3720 appendix B.4): the checksum of spool lines.

#include <cstdint>
#include <string_view>

namespace linkgate::events {

// crc32c("123456789") is 0xe3069283. Pass an earlier result as `before` to go on: crc(b, crc(a)) is crc(a b).
uint32_t crc32c(std::string_view bytes, uint32_t before = 0);

}  // namespace linkgate::events
