#pragma once
// A MISP feed as a folder on a web server: manifest.json, and an event in a file of its UUID. Events are
// fetched where the manifest has them anew or with another timestamp.

#include <atomic>
#include <memory>
#include <string>

#include "scan/feed_client.h"
#include "scan/feed_source.h"

namespace linkgate::scan {

inline constexpr size_t kMaxMispEvents = 200'000;

// `url`: of the folder or of its manifest.json.
std::unique_ptr<FeedSource> misp_source(std::string url, const std::atomic<bool>& cancelled,
                                        FeedClientOptions options);
// Whether the URL is one of those, and not of an event.
bool is_misp_folder(std::string_view url);

}  // namespace linkgate::scan
