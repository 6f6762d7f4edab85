#pragma once
// One question to a server that publishes feeds, by libcurl through the egress proxy. Used from one thread.

#include <atomic>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "scan/feed_bytes.h"

namespace linkgate::scan {

struct FeedClientOptions {
  std::string folder;         // where the bytes are kept while they are read
  std::string egress_socket;  // of the proxy, the door for feeds: what it refuses is kPermission
  // How the server knows us: "bearer", "basic", "header:NAME", "query:NAME", with what is in the file; empty:
  // it need not. Redirects are not followed then, since they might take the secret elsewhere.
  std::string auth, secret_file;
  long connect_timeout_s = 10;
  long total_timeout_s = 300;
  long slowest_bytes_per_s = 100;  // for a minute, then it is given up
  long max_redirects = 5;
};

struct FeedAnswer {
  long status = 0;
  FeedBytes body;
  std::vector<std::pair<std::string, std::string>>
      headers;  // names in lower case; the first 64 that are not huge
  std::string_view header(std::string_view name) const;  // "" where there is none
};

class FeedClient {
 public:
  // `cancelled` becoming true (from another thread) ends a question within about a second; it outlives the
  // client.
  FeedClient(FeedClientOptions options, const std::atomic<bool>& cancelled);
  // GET with these headers ("Accept: text/plain"), whatever the status of the answer; gzip is unpacked.
  // Certificates are checked; redirects lead to http(s) only, from https to https only. Errors: kUnavailable,
  // kTimeout, kLimit, kPermission (refused by the proxy, or a secret that cannot be read), kIo.
  Result<FeedAnswer> get(const std::string& url, const std::vector<std::string>& headers) const;

 private:
  struct Transfer;
  struct Curl;
  Result<void> authorise(std::string* url, std::vector<std::string>* headers) const;

  const FeedClientOptions options_;
  const std::atomic<bool>& cancelled_;
};

}  // namespace linkgate::scan
