#include "net/http_text.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "base/ascii.h"

namespace linkgate::net {
namespace {

struct Status {
  unsigned code;
  std::string_view phrase;
};
constexpr Status kStatuses[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {421, "Misdirected Request"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
};

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

// Looks at eight octets at a time; a tab alone makes it look once more, one by one.
bool has_control(std::string_view text) {
  constexpr uint64_t kOnes = 0x0101010101010101, kHigh = 0x8080808080808080;
  std::string_view rest = text;
  for (; rest.size() >= 8; rest.remove_prefix(8)) {
    uint64_t word = 0;
    std::memcpy(&word, rest.data(), 8);
    const uint64_t below_space = (word - kOnes * 0x20) & ~word;
    const uint64_t deletes = ((word ^ kOnes * 0x7f) - kOnes) & ~(word ^ kOnes * 0x7f);
    if ((below_space | deletes) & kHigh) return std::any_of(text.begin(), text.end(), is_control);
  }
  return std::any_of(rest.begin(), rest.end(), is_control);
}

void append_clean(std::string& out, std::string_view text) {
  const size_t begin = out.size();
  out += text;
  if (has_control(text)) {
    out.erase(std::remove_if(out.begin() + static_cast<ptrdiff_t>(begin), out.end(), is_control), out.end());
  }
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  append_clean(out, name);
  out += ": ";
  append_clean(out, value);
  out += "\r\n";
}

}  // namespace

std::string_view reason_phrase(unsigned status) {
  for (const Status& one : kStatuses) {
    if (one.code == status) return one.phrase;
  }
  return "Status";
}

std::string http_date(std::time_t time) {
  std::tm parts{};
  gmtime_r(&time, &parts);
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  char text[64];
  std::snprintf(text, sizeof(text), "%s, %02d %s %04d %02d:%02d:%02d GMT", kDays[parts.tm_wday],
                parts.tm_mday, kMonths[parts.tm_mon], parts.tm_year + 1900, parts.tm_hour, parts.tm_min,
                parts.tm_sec);
  return text;
}

std::string header_lines(const Headers& headers) {
  std::string out;
  for (const auto& [name, value] : headers) append_header(out, name, value);
  return out;
}

void write_response_head(std::string& out, const HttpResponse& response, const ResponseFraming& framing) {
  out.assign("HTTP/1.1 ");
  out += std::to_string(response.status);
  out += ' ';
  out += reason_phrase(response.status);
  out += "\r\nDate: ";
  out += framing.date;
  out += "\r\n";
  out += framing.common;
  out += response.fixed_lines;
  for (const auto& [name, value] : response.headers) append_header(out, name, value);
  if (framing.chunked) {
    out += "Transfer-Encoding: chunked\r\n";
  } else if (framing.has_length) {
    out += "Content-Length: ";
    out += std::to_string(response.body.size());
    out += "\r\n";
  }
  if (!framing.keep_alive) out += "Connection: close\r\n";
  if (framing.keep_alive && framing.http_1_0) out += "Connection: keep-alive\r\n";
  out += "\r\n";
}

std::string request_head(std::string_view method, std::string_view target, const Headers& headers,
                         std::string_view host, size_t body_size) {
  std::string out;
  out.reserve(256 + target.size());
  append_clean(out, method);
  out += ' ';
  append_clean(out, target);
  out += " HTTP/1.1\r\n";
  bool has_host = std::any_of(headers.begin(), headers.end(),
                              [](const auto& header) { return ascii::iequals(header.first, "Host"); });
  if (!has_host) append_header(out, "Host", host);
  for (const auto& [name, value] : headers) append_header(out, name, value);
  if (body_size > 0 || method == "POST" || method == "PUT") {
    append_header(out, "Content-Length", std::to_string(body_size));
  }
  out += "\r\n";
  return out;
}

std::string_view HttpRequest::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (ascii::iequals(key, name)) return value;
  }
  return {};
}

}  // namespace linkgate::net
