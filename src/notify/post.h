#pragma once
// Telling somebody's web server: a POST of JSON, signed. Blocking, 20 s at most; thread-safe.

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace linkgate::notify {

// "t=SECONDS,v1=HEX": the hexadecimal HMAC-SHA256 of "SECONDS.BODY", for the header Linkgate-Signature.
std::string post_signature(std::string_view key, std::string_view body, Time now);

struct Post {
  std::string address;  // http(s)
  std::string body;
  std::string key;            // of the signature
  std::string egress_socket;  // linkgate-egress dials, by its rules; empty: we do, for hosts of our own
};

// The status of the answer; redirects are not followed: whoever answers with one has not taken it. Errors:
// kUnavailable, kTimeout, which never say the key.
Result<long> post(const Post& post, Time now);

}  // namespace linkgate::notify
