#pragma once
// Lists of hashes in the pipeline: behind what is known without asking anybody, before pages are looked at.

#include <boost/asio/thread_pool.hpp>
#include <string>

#include "net/http.h"
#include "scan/hash_search.h"
#include "scan/intel.h"
#include "verdict/verdict.h"

namespace linkgate::scan {

class HashCheck {
 public:
  // `intel` and `clock` outlive it.
  HashCheck(const std::vector<FeedConfig>& feeds, const FeedClientOptions& client, const Intel& intel,
            const Clock& clock)
      : search_(feeds, client, clock), intel_(intel) {}
  ~HashCheck() { pool_.join(); }

  void configure(const std::vector<FeedConfig>& feeds) { search_.configure(feeds); }
  // True: *verdict is that the URL is listed. Where a prefix of its hash is and the server cannot be asked,
  // evidence says so and decides nothing. Waits only where a prefix is; on threads of its own.
  net::asio::awaitable<bool> look(std::string url, verdict::Verdict* verdict);

 private:
  net::asio::awaitable<Result<std::vector<HashListing>>> confirm(std::vector<HashCandidate> candidates);

  static constexpr size_t kThreads = 4;
  HashSearch search_;
  const Intel& intel_;
  net::asio::thread_pool pool_{kThreads};
};

}  // namespace linkgate::scan
