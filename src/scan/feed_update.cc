#include "scan/feed_update.h"

#include <fmt/format.h>

#include "scan/feed_proof.h"
#include "scan/unpack.h"

namespace linkgate::scan {
namespace {

constexpr size_t kEntriesBetweenReleases = 50'000;  // of the memory in which a feed's bytes were looked at

std::string_view last_part(std::string_view source) {
  source = source.substr(0, source.find_first_of("?#"));
  return source.substr(source.rfind('/') == source.npos ? 0 : source.rfind('/') + 1);
}

Result<void> prove(const FeedUpdateContext& context, FeedBytes& bytes) {
  for (const bool is_signature : {false, true}) {
    const std::string& source = is_signature ? context.config.signature : context.config.checksum;
    if (source.empty()) continue;
    auto proof = context.fetch_proof(source);
    if (!proof) return std::move(proof).error().with_context(is_signature ? "its signature" : "its checksum");
    if (proof->size() > kMaxProofBytes) return Error(ErrorCode::kLimit, "has a proof of more than 1 MiB");
    TRY_ASSIGN(const std::string_view view, proof->view());
    TRY(is_signature ? check_minisign(bytes, view, context.config.public_key)
                     : check_sha256(bytes, view, last_part(context.config.source)));
  }
  return {};
}

Result<void> guard(const FeedUpdateContext& context, const FeedSummary& summary) {
  const size_t records = summary.entries + summary.skipped;
  const auto max_bad = static_cast<size_t>(context.config.max_bad_percent);
  if (records >= kGuardedRecords && summary.skipped * 100 > records * max_bad) {
    return Error(
        ErrorCode::kCorrupt,
        fmt::format(
            "{} of {} records are no entries, the first: {}; more than {} % are taken for a broken feed "
            "(max_bad_percent)",
            summary.skipped, records, summary.first_skipped, max_bad));
  }
  const auto least = static_cast<size_t>(context.config.min_percent);
  if (context.entries_before >= kGuardedEntries && summary.entries * 100 < context.entries_before * least) {
    return Error(ErrorCode::kCorrupt,
                 fmt::format("has {} entries after {}; less than {} % are taken for a broken feed "
                             "(min_percent)",
                             summary.entries, context.entries_before, least));
  }
  return {};
}

}  // namespace

Result<FeedSummary> read_update(const FeedUpdateContext& context, FeedBytes fetched, FeedSorter* sorter) {
  TRY(prove(context, fetched));
  TRY_ASSIGN(FeedBytes bytes, unpack(std::move(fetched), context.folder));
  TRY_ASSIGN(const std::string_view view, bytes.view());
  const TakeFeedEntry take = [&](std::string_view key, verdict::Disposition disposition,
                                 std::string_view detail) -> Result<void> {
    if (context.stop) return Error(ErrorCode::kUnavailable, "was given up, as the program stops");
    if (sorter->added() % kEntriesBetweenReleases == 0) bytes.release_pages();
    return sorter->add(key, disposition, detail);
  };
  TRY_ASSIGN(FeedSummary summary, parse_feed({view, context.config, context.now}, take));
  TRY(guard(context, summary));
  return summary;
}

}  // namespace linkgate::scan
