#include "scan/misp_source.h"

#include <algorithm>
#include <map>
#include <optional>

#include "base/ascii.h"
#include "scan/feed_collector.h"
#include "scan/json_objects.h"

namespace linkgate::scan {
namespace {

constexpr std::string_view kManifest = "manifest.json";

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (is_dash ? text[i] != '-' : !ascii::is_hex(text[i])) return false;
  }
  return true;
}

class MispSource final : public FeedSource {
 public:
  MispSource(std::string url, const std::atomic<bool>& cancelled, FeedClientOptions options)
      : base_(url.substr(0, url.rfind('/') + 1)),
        folder_(options.folder),
        client_(std::move(options), cancelled) {}

  void forget() override { etag_.clear(); }

  Result<std::optional<FeedBytes>> fetch_if_changed() override {
    std::vector<std::string> headers{"Accept: application/json"};
    if (!etag_.empty()) headers.push_back("If-None-Match: " + etag_);
    TRY_ASSIGN(FeedAnswer answer, client_.get(base_ + std::string(kManifest), headers));
    if (answer.status == 304) return std::optional<FeedBytes>();
    if (answer.status != 200)
      return Error(ErrorCode::kUnavailable,
                   "answers " + std::to_string(answer.status) + " for its manifest.json");
    TRY_ASSIGN(const std::string_view manifest, answer.body.view());
    TRY_ASSIGN(const Stamps wanted, read_manifest(manifest));
    TRY(fetch_events(wanted));
    TRY_ASSIGN(FeedBytes all, as_one_list(wanted));
    etag_ = answer.header("etag");
    return std::optional(std::move(all));
  }

 private:
  using Stamps = std::map<std::string, std::string>;  // UUID -> timestamp
  struct Event {
    std::string stamp;
    uint64_t at = 0, size = 0;  // in events_
  };

  static Result<Stamps> read_manifest(std::string_view text) {
    Stamps stamps;
    TRY(for_each_json_object(text, [&](const JsonObject& object) -> Result<void> {
      if (!is_uuid(object.name) || object["timestamp"].empty()) return {};
      stamps[object.name] = object["timestamp"];
      if (stamps.size() > kMaxMispEvents) return Error(ErrorCode::kLimit, "has more than 200,000 events");
      return {};
    }));
    if (stamps.empty()) return Error(ErrorCode::kInvalidArgument, "has a manifest.json that names no event");
    return stamps;
  }

  // What was fetched stays fetched, though one behind it fails.
  Result<void> fetch_events(const Stamps& wanted) {
    if (!events_) {
      TRY_ASSIGN(events_, SpillFile::create(folder_));
    }
    for (const auto& [uuid, stamp] : wanted) {
      const auto known = known_.find(uuid);
      if (known != known_.end() && known->second.stamp == stamp) continue;
      TRY_ASSIGN(FeedAnswer answer, client_.get(base_ + uuid + ".json", {"Accept: application/json"}));
      if (answer.status != 200)
        return Error(ErrorCode::kUnavailable,
                     "answers " + std::to_string(answer.status) + " for event " + uuid);
      TRY_ASSIGN(const std::string_view event, answer.body.view());
      // Looked through by itself, so that none breaks the list that they become.
      auto looked = for_each_json_object(event, [](const JsonObject&) -> Result<void> { return {}; });
      if (!looked) return std::move(looked).error().with_context("event " + uuid);
      const uint64_t at = events_->size();
      TRY(events_->append(event));
      known_[uuid] = {stamp, at, event.size()};
    }
    return {};
  }

  // And the events that are still wanted, alone, in a file of their own.
  Result<FeedBytes> as_one_list(const Stamps& wanted) {
    TRY_ASSIGN(FeedBytes all, FeedBytes::create(folder_));
    TRY_ASSIGN(SpillFile kept, SpillFile::create(folder_));
    std::map<std::string, Event> known;
    TRY(all.append("["));
    std::string event;
    for (const auto& [uuid, stamp] : wanted) {
      const Event& old = known_.at(uuid);
      if (kept.size() + old.size > kMaxFeedBytes) return Error(ErrorCode::kLimit, "is larger than 2 GiB");
      known[uuid] = {stamp, kept.size(), old.size};
      for (uint64_t done = 0; done < old.size; done += event.size()) {
        event.assign(std::min<uint64_t>(old.size - done, 1 << 20), '\0');
        TRY(events_->read(old.at + done, &event));
        TRY(kept.append(event));
        TRY(all.append(event));
      }
      TRY(all.append(",\n"));
    }
    TRY(all.append("{}]"));
    known_ = std::move(known);
    events_ = std::move(kept);
    return all;
  }

  const std::string base_, folder_;
  const FeedClient client_;
  std::string etag_;
  std::map<std::string, Event> known_;
  std::optional<SpillFile> events_;
};

}  // namespace

bool is_misp_folder(std::string_view url) { return url.ends_with('/') || url.ends_with("/manifest.json"); }

std::unique_ptr<FeedSource> misp_source(std::string url, const std::atomic<bool>& cancelled,
                                        FeedClientOptions options) {
  return std::make_unique<MispSource>(std::move(url), cancelled, std::move(options));
}

}  // namespace linkgate::scan
