#pragma once
// What a parser of a feed hands its entries to, whatever the format: it makes keys of what is listed, counts
// what is passed over, and keeps the limits.

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "verdict/verdict.h"

namespace linkgate::scan {

// A feed beyond one of these fails as a whole (kLimit) and keeps its old entries: half a feed would be a
// guess.
inline constexpr size_t kMaxFeedBytes = 2048ULL << 20;  // also of what a compressed one holds
inline constexpr size_t kMaxFeedEntries = 20'000'000;
inline constexpr size_t kMaxFeedLine = 70'000;  // longer than any URL; of CSV: a record
inline constexpr size_t kMaxFeedDetail = 200;   // bytes of what a feed says of an entry that are kept

// Where an entry goes. An error ends the reading.
using TakeFeedEntry = std::function<Result<void>(std::string_view key, verdict::Disposition disposition,
                                                 std::string_view detail)>;

struct FeedSummary {
  size_t entries = 0;
  size_t skipped = 0;         // lines or records that name no URL or host, or a threat that is none
  std::string first_skipped;  // the first of them, shortened: what an administrator looks for
  size_t passed_over =
      0;  // what the feed has on purpose and a link leads nowhere near: expired, of files, ...
};

// What one word of a feed lists: the canonical key of a URL, "host/" for a host; empty where it is neither.
// Understands defanged spellings ("hxxp://", "[.]").
std::string feed_key(std::string_view word);

// "phishing", "phish", "malware", "malware_download", ...; nullopt for others.
std::optional<verdict::Disposition> disposition_of_threat(std::string_view threat);

// By "phishing" or "malware" anywhere in what a feed says of an entry; the former where it says both.
std::optional<verdict::Disposition> disposition_in_text(std::string_view text);

class FeedCollector {
 public:
  FeedCollector(verdict::Disposition disposition, TakeFeedEntry take)
      : disposition_(disposition), take_(std::move(take)) {}

  // `word`: a URL or host as the feed spells it; `record`: where it stands, quoted where it is neither.
  // Without a disposition it is what the feed's configuration says; kClean is an exception: what this feed
  // says of hosts and paths above does not hold for it.
  Result<void> add(std::string_view word, std::string_view record,
                   std::optional<verdict::Disposition> disposition = std::nullopt,
                   std::string_view detail = "");
  // What is under this very key in the index, and no URL or host.
  Result<void> add_key(std::string_view key, verdict::Disposition disposition, std::string_view detail);
  void skip(std::string_view record);
  void pass_over() { ++summary_.passed_over; }
  // kInvalidArgument where a feed of some size holds nothing that can be read (an error page instead of a
  // feed must not empty the list).
  Result<FeedSummary> finish() &&;

  // ASCII, so that it may stand in a log, a page and a database whatever the feed holds.
  static std::string printable(std::string_view text);

 private:
  const verdict::Disposition disposition_;
  const TakeFeedEntry take_;
  FeedSummary summary_;
};

}  // namespace linkgate::scan
