#include "scan/hash_check.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.h"
#include "scan/redirectors.h"

namespace linkgate::scan {

net::asio::awaitable<Result<std::vector<HashListing>>> HashCheck::confirm(
    std::vector<HashCandidate> candidates) {
  co_return search_.confirm(candidates);
}

net::asio::awaitable<bool> HashCheck::look(std::string text, verdict::Verdict* verdict) {
  const auto url = url::Url::parse(text);
  if (!url) co_return false;
  std::vector<HashCandidate> candidates;
  for (const Target& target : static_targets(*url)) {
    for (HashCandidate& one : search_.candidates(*intel_.current(), target.url))
      candidates.push_back(std::move(one));
  }
  if (candidates.empty()) co_return false;
  auto asking = confirm(std::move(candidates));
  const auto listed =
      co_await net::asio::co_spawn(pool_.get_executor(), std::move(asking), net::asio::use_awaitable);
  if (!listed) {
    log::warn("hashes: {}", listed.error().message());
    verdict->evidence.push_back(
        {"hash.unconfirmed",
         "A list of hashes may have this link, and its publisher could not be asked: " +
             std::string(listed.error().message()),
         ""});
    co_return false;
  }
  for (const HashListing& one : *listed) {
    verdict->disposition = std::max(verdict->disposition, one.disposition);
    verdict->evidence.push_back(
        {"feed.listed",
         "The list \"" + one.candidate.feed + "\" has the hash of " + one.candidate.expression + " as " +
             std::string(verdict::to_string(one.disposition)) + "; its prefix since " +
             to_iso8601(one.candidate.since).substr(0, 16) + "Z",
         ""});
  }
  if (listed->empty()) co_return false;
  verdict->confidence = 100;
  verdict->detection_method = "URL malicious reputation";
  co_return true;
}

}  // namespace linkgate::scan
