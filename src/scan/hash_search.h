#pragma once
// Whether a URL is on a list of hashes: its expressions' prefixes are looked up in the index, and of those
// found the server is asked for the whole hashes, which decide. It learns four octets of a hash, and nothing
// else of the URL.

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/config.h"
#include "scan/feed_client.h"
#include "scan/feed_index.h"
#include "scan/hash_list_source.h"

namespace linkgate::scan {

inline constexpr size_t kMaxRememberedPrefixes = 20'000;
inline constexpr long kHashSearchTimeout = 3;  // seconds: somebody may be waiting

// A prefix that a feed has and a URL's expression too.
struct HashCandidate {
  std::string feed;
  std::string expression;
  std::string full_hash;  // 32 octets
  Time since{};
};
struct HashListing {
  HashCandidate candidate;
  verdict::Disposition disposition = verdict::Disposition::kPhishing;
};

class HashSearch {
 public:
  // Feeds of other formats are passed over. `clock` outlives it.
  HashSearch(const std::vector<FeedConfig>& feeds, const FeedClientOptions& client, const Clock& clock);

  // Without any network; usually none. Thread-safe, as all below.
  std::vector<HashCandidate> candidates(const FeedIndex& index, const url::Url& url) const;
  // The candidates that are on their list; what is not remembered is asked for, which may take
  // kHashSearchTimeout each. The error of the first server that could not be asked, where none of the others
  // lists any.
  Result<std::vector<HashListing>> confirm(const std::vector<HashCandidate>& candidates);
  // Other feeds from now on.
  void configure(const std::vector<FeedConfig>& feeds);

  // What an answer of hashes:search says of the hashes that begin with a prefix.
  struct Answer {
    std::vector<std::pair<std::string, verdict::Disposition>> listed;  // whole hashes
    Time until{};                                                      // how long it may be remembered
  };
  static Result<Answer> parse(HashProtocol protocol, std::string_view json, Time now);

 private:
  struct Server {
    HashProtocol protocol;
    std::string base;
    std::vector<std::string> lists;
    std::shared_ptr<const FeedClient>
        client;  // shared with questions under way while feeds are configured anew
  };
  Result<Answer> ask(const Server& server, uint32_t prefix) const;

  const FeedClientOptions client_;
  const Clock& clock_;
  std::atomic<bool> never_ = false;
  mutable std::mutex mutex_;
  std::map<std::string, Server> servers_;                          // by feed
  std::map<std::pair<std::string, uint32_t>, Answer> remembered_;  // by feed and prefix
};

}  // namespace linkgate::scan
