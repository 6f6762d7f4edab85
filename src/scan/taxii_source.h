#pragma once
// Collections of a TAXII 2.1 server (OASIS TAXII 2.1), read as one STIX feed: what was added since the last
// time, page by page, onto what is known already; all of it again once a day, so that what the server deleted
// goes too.

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "scan/feed_client.h"
#include "scan/feed_source.h"

namespace linkgate::scan {

inline constexpr std::chrono::hours kTaxiiReadAllAgain{24};
inline constexpr size_t kMaxTaxiiPages = 20'000;  // of one collection at once
inline constexpr int kTaxiiPageObjects = 1000;    // asked for; servers may give fewer

// `url`: of a server ("/taxii2/"), an API root or a collection. `collection`: id, alias or title of the one
// that is wanted; empty: all that may be read. Everything lies at the origin of `url`: the secret goes
// nowhere else.
std::unique_ptr<FeedSource> taxii_source(std::string url, std::string collection,
                                         const std::atomic<bool>& cancelled, FeedClientOptions options);

}  // namespace linkgate::scan
