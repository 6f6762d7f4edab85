#pragma once
// Heads of HTTP/1.1 messages as text. Header names and values may come from hostile data: control characters
// are left out, so that no value can end a line.

#include <ctime>
#include <string>
#include <string_view>

#include "net/http.h"

namespace linkgate::net {

std::string_view reason_phrase(unsigned status);
// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7).
std::string http_date(std::time_t time);

struct ResponseFraming {
  bool keep_alive = true;
  bool http_1_0 = false;
  bool chunked = false;
  bool has_length = true;  // false for 1xx, 204 and 304, which carry no body
  std::string_view date;
  std::string_view common;  // header_lines() of every answer
};
std::string header_lines(const Headers& headers);
// Replaces what `out` held, and keeps its room.
void write_response_head(std::string& out, const HttpResponse& response, const ResponseFraming& framing);
std::string request_head(std::string_view method, std::string_view target, const Headers& headers,
                         std::string_view host, size_t body_size);

}  // namespace linkgate::net
