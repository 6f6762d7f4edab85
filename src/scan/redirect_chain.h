#pragma once
// From a link to the page behind it, hop by hop, without a browser: whatever an answer leads to is asked for
// next, by one visitor with his cookies, until an answer leads nowhere else or the time is up. The link
// itself is asked for first, and nothing before it; only wrappers of other vendors are taken off, not asked.

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "scan/fetch.h"
#include "scan/looker.h"
#include "verdict/page.h"

namespace linkgate::scan {

// Kits lead over dozens of hops; browsers stop at 20 of HTTP alone. What is longer is a trap.
inline constexpr size_t kMaxHops = 100;
// The same request with the same cookies: the answer may change with time, but not for ever.
inline constexpr int kMaxSameRequest = 3;
inline constexpr std::chrono::milliseconds kMaxHopTime{10'000};

// The page that `request.visitor` ends on. Page::chain has every hop, also one that could not be asked for;
// Page::requests names those that the egress proxy refused; Page::trouble says what kept us from a whole
// page. `hosts`: see Fetcher::visit(). Parses on the coroutine's executor.
boost::asio::awaitable<verdict::Page> follow(Fetcher& fetcher, LookRequest request,
                                             std::vector<std::string> hosts = {});

}  // namespace linkgate::scan
