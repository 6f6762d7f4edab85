#pragma once
// What stands in header fields, read by GMime: MIME parameters (RFC 2231), encoded words (RFC 2047),
// addresses (RFC 5322). Everything comes out as UTF-8. Values go in unfolded. Thread-safe.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace linkgate::mail {

struct ContentType {
  std::string type;  // lower case, "text/html"
  std::string charset, boundary, name, format, protocol, smime_type;
  bool delsp = false;
};
// nullopt where there is no type that could be told: readers then take text/plain (RFC 2045, 5.2).
std::optional<ContentType> parse_content_type(std::string_view value);

struct Disposition {
  bool attachment = false;
  std::string file_name;
};
Disposition parse_disposition(std::string_view value);

std::string decode_header_text(std::string_view value);

struct Mailbox {
  std::string name, address;
};
std::vector<Mailbox> parse_addresses(std::string_view value);

}  // namespace linkgate::mail
