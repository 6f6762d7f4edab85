#pragma once
// The lists of a Safe Browsing v5 or Web Risk server, kept up to date by their differences. What comes out is
// a line a hash, "1a2b3c4d se-4b", for parse_hashes().

#include <atomic>
#include <memory>
#include <string>

#include "scan/feed_client.h"
#include "scan/feed_source.h"

namespace linkgate::scan {

enum class HashProtocol { kSafeBrowsing, kWebRisk };

// `url`: of the server. `lists`: names between spaces; empty: phishing and malware. After a checksum that
// does not fit the list is asked for as a whole; the server is not asked again before it wants to be.
std::unique_ptr<FeedSource> hash_list_source(HashProtocol protocol, std::string url, const std::string& lists,
                                             const std::atomic<bool>& cancelled, FeedClientOptions options);

// Names of lists between spaces, or those that are taken without.
std::vector<std::string> hash_lists_of(HashProtocol protocol, const std::string& names);

}  // namespace linkgate::scan
