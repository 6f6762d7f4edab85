#pragma once
// Where a feed's bytes come from: a file, or an http(s) URL. One object a feed, used from one thread.

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "scan/feed_bytes.h"
#include "scan/feed_client.h"

namespace linkgate::scan {

class FeedSource {
 public:
  virtual ~FeedSource() = default;
  // The bytes where they may have changed since the last call that answered bytes, nullopt where they did
  // not. Errors: kNotFound, kIo, kUnavailable, kTimeout, kLimit, kPermission; after one, the next call tries
  // again.
  virtual Result<std::optional<FeedBytes>> fetch_if_changed() = 0;
  // The bytes that were answered last could not be kept: fetch them again next time.
  virtual void forget() = 0;
};

// A regular file, looked at by modification time, size and inode. `folder`: where the bytes are kept
// meanwhile.
std::unique_ptr<FeedSource> file_source(std::string path, std::string folder);

// One document at an http(s) URL, as FeedClient asks for it: ETag and If-Modified-Since. `accept`: media
// types.
std::unique_ptr<FeedSource> http_source(std::string url, std::string accept,
                                        const std::atomic<bool>& cancelled, FeedClientOptions options);

// By what `source` looks like.
bool is_http_source(std::string_view source);
std::unique_ptr<FeedSource> feed_source(const std::string& source, std::string_view accept,
                                        const std::atomic<bool>& cancelled, FeedClientOptions options);

}  // namespace linkgate::scan
