#pragma once
// Takes other vendors' link wrappers off (Safe Links, Proofpoint, Barracuda, Cisco, ...: docs/urls.md has the
// list).

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace linkgate::url {

struct Unwrapped {
  std::string url;                    // the innermost URL found; the input where nothing was wrapped
  std::vector<std::string> wrappers;  // vendor names, outermost first; empty: not wrapped
  // A wrapper whose target cannot be read offline (Mimecast, Cisco's old form): url is the wrapped URL
  // itself.
  bool opaque = false;
  std::string domain_hint;  // what such a wrapper says of its target's host; may be empty, may lie
};

// Never fails: what is no wrapper comes back unchanged. At most kMaxUnwrapDepth layers.
inline constexpr int kMaxUnwrapDepth = 8;
Unwrapped unwrap(std::string_view url);

}  // namespace linkgate::url
