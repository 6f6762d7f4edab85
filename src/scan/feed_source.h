#pragma once
// Where a feed's bytes come from: a file, or an http(s) URL. One object a feed, used from one thread.

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace linkgate::scan {

class FeedSource {
 public:
  virtual ~FeedSource() = default;
  // The bytes where they may have changed since the last call that answered bytes, nullopt where they did
  // not. Errors: kNotFound, kIo, kUnavailable, kTimeout, kLimit, kPermission; after one, the next call tries
  // again.
  virtual Result<std::optional<std::string>> fetch_if_changed() = 0;
  // The bytes that were answered last could not be kept: fetch them again next time.
  virtual void forget() = 0;
};

// A regular file, looked at by modification time, size and inode.
std::unique_ptr<FeedSource> file_source(std::string path);

struct HttpSourceLimits {
  long connect_timeout_s = 10;
  long total_timeout_s = 300;
  long slowest_bytes_per_s = 100;  // for a minute, then it is given up
  long max_redirects = 5;
};
// An http(s) URL: ETag and If-Modified-Since, gzip, certificate checked, no proxy, redirects to http(s) only
// (from https to https only). A host name that leads to a private address is refused with kPermission: only a
// source that names such an address itself ("http://10.1.2.3/feed.txt", or localhost) reaches it, so that
// whoever controls the name or a redirect of a public feed cannot make us ask inside. `cancelled` becoming
// true (from another thread) ends a download within about a second; it outlives the source.
std::unique_ptr<FeedSource> http_source(std::string url, const std::atomic<bool>& cancelled,
                                        HttpSourceLimits limits = {});

// By what `source` looks like.
bool is_http_source(std::string_view source);
std::unique_ptr<FeedSource> feed_source(const std::string& source, const std::atomic<bool>& cancelled);

// True for addresses that are not on the public internet: loopback, private, link-local, shared,
// documentation, multicast (IANA special-purpose registries), also inside IPv4-mapped and NAT64 IPv6.
// `address` is numeric; what is none is private.
bool is_private_address(std::string_view address);

}  // namespace linkgate::scan
