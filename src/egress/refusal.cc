#include "egress/refusal.h"

#include <fmt/format.h>

#include "base/check.h"

namespace linkgate::egress {
namespace {

std::string_view phrase(unsigned status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Internal Server Error";
  }
}

// sf-string of RFC 8941: printable ASCII, with backslashes before quotes and backslashes.
std::string quoted(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c >= ' ' && c <= '~' ? c : '?';
  }
  return out;
}

}  // namespace

RefusalText text_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::kNone:
      return {200, "", "allowed"};
    case Refusal::kBadRequest:
      return {400, "http_request_error", "refused"};
    case Refusal::kDenied:
    case Refusal::kPort:
      return {403, "http_request_denied", "refused"};
    case Refusal::kLocalName:
    case Refusal::kAddress:
      return {403, "destination_ip_prohibited", "refused"};
    case Refusal::kNoName:
    case Refusal::kNameFailed:
      return {502, "dns_error", "failed"};
    case Refusal::kNameTimeout:
      return {504, "dns_timeout", "failed"};
    case Refusal::kConnect:
      return {502, "connection_refused", "failed"};
    case Refusal::kConnectTimeout:
      return {504, "connection_timeout", "failed"};
    case Refusal::kBroken:
      return {502, "http_protocol_error", "failed"};
    case Refusal::kLimit:
      return {503, "connection_limit_reached", "refused"};
    case Refusal::kInternal:
      return {500, "proxy_internal_error", "failed"};
  }
  CHECK(false);
}

std::string refusal_answer(Refusal refusal, std::string_view details) {
  const RefusalText text = text_of(refusal);
  const std::string said = quoted(details);
  return fmt::format(
      "HTTP/1.1 {} {}\r\nProxy-Status: {}; error={}; details=\"{}\"\r\nContent-Type: text/plain\r\n"
      "Content-Length: {}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n{}\n",
      text.status, phrase(text.status), kProxyName, text.error, said, said.size() + 1, said);
}

}  // namespace linkgate::egress
