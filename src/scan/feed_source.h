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

struct HttpSourceOptions {
  std::string egress_socket;  // of the proxy, the door for feeds: what it refuses is kPermission
  long connect_timeout_s = 10;
  long total_timeout_s = 300;
  long slowest_bytes_per_s = 100;  // for a minute, then it is given up
  long max_redirects = 5;
};
// An http(s) URL: ETag and If-Modified-Since, gzip, certificate checked, redirects to http(s) only (from
// https to https only). `cancelled` becoming true (from another thread) ends a download within about a
// second; it outlives the source.
std::unique_ptr<FeedSource> http_source(std::string url, const std::atomic<bool>& cancelled,
                                        HttpSourceOptions options);

// By what `source` looks like.
bool is_http_source(std::string_view source);
std::unique_ptr<FeedSource> feed_source(const std::string& source, const std::atomic<bool>& cancelled,
                                        const std::string& egress_socket);

}  // namespace linkgate::scan
