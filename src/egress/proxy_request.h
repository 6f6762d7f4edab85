#pragma once
// What a client of the proxy says: CONNECT for everything that is encrypted, absolute-form for plain HTTP
// (RFC 9110, 9.3.6; RFC 9112, 3.2.2). And the head of what a site answers to the latter. Pure; both hostile.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "egress/destination.h"
#include "egress/refusal.h"

namespace linkgate::egress {

inline constexpr size_t kMaxRequestHead = 64 * 1024;
inline constexpr size_t kMaxResponseHead = 256 * 1024;
inline constexpr size_t kMaxClientName = 64;
// A header of requests to the proxy: who asks, for limits and the request log. Never sent on.
inline constexpr std::string_view kClientHeader = "linkgate-client";

struct ProxyRequest {
  bool is_connect = false;
  std::string method;
  Destination to;
  std::string client;  // of kClientHeader, [A-Za-z0-9._-] only; may be empty
  // Not for CONNECT: the head that is sent to the site, origin-form, without what is between client and proxy
  // alone (RFC 9110, 7.6.1), with Connection: close; and the bytes of body that follow.
  std::string head;
  uint64_t body_bytes = 0;
};

// The size of the head at the start of `bytes`, with the empty line; 0 while it is not all there. `from`: how
// many bytes an earlier call has looked at in vain.
size_t head_size(std::string_view bytes, size_t from = 0);

struct ParsedRequest {
  ProxyRequest request;
  Refusal refusal = Refusal::kNone;
  std::string details;  // of a refusal
};
// `head` ends with the empty line. Strict: bare LF, folded lines, two lengths, a transfer coding are refused.
ParsedRequest parse_proxy_request(std::string_view head);

struct ResponseHead {
  int status = 0;
  // As the client gets it: without Connection, Keep-Alive and every Proxy- header, with Connection: close.
  std::string text;
};
// nullopt: not the head of an HTTP/1.x answer. Lenient about line ends, as browsers are.
std::optional<ResponseHead> parse_response_head(std::string_view head);
// As head_size(), where an empty line may be "\n\n" too.
size_t response_head_size(std::string_view bytes, size_t from = 0);

}  // namespace linkgate::egress
