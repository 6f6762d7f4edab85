#include "scan/taxii_source.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>

#include "base/ascii.h"
#include "scan/feed_collector.h"
#include "scan/json_objects.h"
#include "url/url.h"

namespace linkgate::scan {
namespace {

using Json = nlohmann::json;
using Steady = std::chrono::steady_clock;

constexpr std::string_view kMediaType = "application/taxii+json";
constexpr size_t kMaxDescription = 4 << 20;  // of a server, a root or its collections
constexpr size_t kMaxCollections = 1000;
constexpr size_t kMaxCursor = 2000;  // of what a server wants to be told again

std::string text_of(const Json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_string() ? member->get<std::string>() : std::string();
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    static constexpr char kHex[] = "0123456789ABCDEF";
    const auto byte = static_cast<uint8_t>(c);
    if (ascii::is_alnum(c) || c == '-' || c == '_' || c == '.' || c == ':') {
      out += c;
    } else {
      out.append({'%', kHex[byte >> 4], kHex[byte & 15]});
    }
  }
  return out;
}

std::string with_slash(std::string url) { return url.ends_with('/') ? url : url + "/"; }

class TaxiiSource final : public FeedSource {
 public:
  TaxiiSource(std::string url, std::string collection, const std::atomic<bool>& cancelled,
              FeedClientOptions options)
      : url_(with_slash(std::move(url))),
        wanted_(std::move(collection)),
        folder_(options.folder),
        client_(std::move(options), cancelled) {}

  void forget() override { must_answer_ = true; }

  Result<std::optional<FeedBytes>> fetch_if_changed() override {
    const bool reads_all = !known_ || Steady::now() >= read_all_again_;
    if (reads_all) {
      TRY_ASSIGN(const auto found, find_collections());
      collections_.clear();
      for (const std::string& one : found) collections_[one] = "";
    }
    TRY_ASSIGN(SpillFile fresh, SpillFile::create(folder_));
    auto cursors = collections_;
    bool has_more = reads_all;
    for (auto& [collection, cursor] : cursors) {
      TRY_ASSIGN(const bool added, read_pages(collection, &cursor, &fresh));
      has_more = has_more || added;
    }
    // From here on nothing of the server's can fail any more.
    if (!reads_all) {
      TRY(copy(fresh, &*known_));
    } else {
      known_ = std::move(fresh);
      read_all_again_ = Steady::now() + kTaxiiReadAllAgain;
    }
    collections_ = std::move(cursors);
    if (!has_more && !must_answer_) return std::optional<FeedBytes>();
    TRY_ASSIGN(FeedBytes all, as_one_list());
    must_answer_ = false;
    return std::optional(std::move(all));
  }

 private:
  static Result<void> copy(const SpillFile& from, SpillFile* to) {
    if (to->size() + from.size() > kMaxFeedBytes) return Error(ErrorCode::kLimit, "is larger than 2 GiB");
    std::string piece;
    for (uint64_t at = 0; at < from.size(); at += piece.size()) {
      piece.assign(64 << 10, '\0');
      TRY(from.read(at, &piece));
      TRY(to->append(piece));
    }
    return {};
  }

  // Envelopes, each with a comma behind it, as the list of JSON that they make.
  Result<FeedBytes> as_one_list() const {
    TRY_ASSIGN(FeedBytes all, FeedBytes::create(folder_));
    TRY(all.append("["));
    std::string piece;
    for (uint64_t at = 0; at < known_->size(); at += piece.size()) {
      piece.assign(64 << 10, '\0');
      TRY(known_->read(at, &piece));
      TRY(all.append(piece));
    }
    TRY(all.append("{}]"));
    return all;
  }

  Result<FeedAnswer> ask(const std::string& url) const {
    TRY_ASSIGN(FeedAnswer answer, client_.get(url, {"Accept: application/taxii+json;version=2.1"}));
    if (answer.status != 200)
      return Error(ErrorCode::kUnavailable, "answers " + std::to_string(answer.status));
    if (!ascii::istarts_with(answer.header("content-type"), kMediaType)) {
      return Error(ErrorCode::kInvalidArgument,
                   "answers " + FeedCollector::printable(answer.header("content-type").substr(0, 60)) +
                       " and not application/taxii+json");
    }
    return answer;
  }

  Result<Json> describe(const std::string& url) const {
    TRY_ASSIGN(FeedAnswer answer, ask(url));
    if (answer.body.size() > kMaxDescription)
      return Error(ErrorCode::kLimit, "describes itself in more than 4 MiB");
    TRY_ASSIGN(const std::string_view body, answer.body.view());
    Json json = Json::parse(body, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) return Error(ErrorCode::kInvalidArgument, "does not answer with a JSON object");
    return json;
  }

  // URLs of the collections, each with a slash at its end.
  Result<std::vector<std::string>> find_collections() const {
    TRY_ASSIGN(const Json json, describe(url_));
    std::vector<std::string> found;
    if (json.contains("can_read")) {
      found.push_back(url_);
    } else if (json.contains("collections")) {
      collect(url_, json, &found);
    } else {
      TRY_ASSIGN(const auto roots, roots_of(json));
      for (const std::string& root : roots) {
        const std::string collections = root + "collections/";
        TRY_ASSIGN(const Json listed, describe(collections));
        collect(collections, listed, &found);
      }
    }
    if (!found.empty()) return found;
    return Error(ErrorCode::kNotFound, wanted_.empty()
                                           ? "has no collection that may be read"
                                           : "has no collection \"" + wanted_ + "\" that may be read");
  }

  // Of the server's description; where it is that of a root, itself.
  Result<std::vector<std::string>> roots_of(const Json& json) const {
    const auto listed = json.find("api_roots");
    if (listed == json.end() || !listed->is_array()) {
      if (json.contains("versions")) return std::vector<std::string>{url_};
      return Error(ErrorCode::kInvalidArgument, "is no TAXII server, API root or collection");
    }
    std::vector<std::string> roots;
    const auto own = url::Url::parse(url_);
    for (const Json& one : *listed) {
      const auto root =
          one.is_string() && own ? url::Url::parse(one.get<std::string>(), &*own) : std::nullopt;
      if (!root || root->origin() != own->origin()) continue;
      roots.push_back(with_slash(root->href()));
    }
    if (roots.empty()) return Error(ErrorCode::kPermission, "names no API root of its own origin");
    return roots;
  }

  void collect(const std::string& base, const Json& json, std::vector<std::string>* found) const {
    const auto listed = json.find("collections");
    if (listed == json.end() || !listed->is_array()) return;
    for (const Json& one : *listed) {
      if (!one.is_object() || found->size() == kMaxCollections) continue;
      const auto readable = one.find("can_read");
      const std::string id = text_of(one, "id");
      const bool is_wanted = wanted_.empty() || wanted_ == id || wanted_ == text_of(one, "title") ||
                             wanted_ == text_of(one, "alias");
      if (is_wanted && !id.empty() && readable != one.end() && *readable == Json(true))
        found->push_back(base + escaped(id) + "/");
    }
  }

  // What was added after *cursor, which moves. Whether it was anything.
  Result<bool> read_pages(const std::string& collection, std::string* cursor, SpillFile* fresh) const {
    const std::string first = collection + "objects/?limit=" + std::to_string(kTaxiiPageObjects) +
                              "&match%5Btype%5D=indicator" +
                              (cursor->empty() ? "" : "&added_after=" + escaped(*cursor));
    std::string url = first;
    bool has_any = false;
    for (size_t page = 0; page < kMaxTaxiiPages; ++page) {
      TRY_ASSIGN(FeedAnswer answer, ask(url));
      TRY_ASSIGN(const std::string_view body, answer.body.view());
      bool more = false;
      std::string next;
      TRY(for_each_json_object(body, [&](const JsonObject& object) -> Result<void> {
        has_any = has_any || object["type"] == "indicator";
        more = object["more"] == "true";  // of the last to end: the envelope
        next = object["next"];
        return {};
      }));
      if (fresh->size() + body.size() > kMaxFeedBytes)
        return Error(ErrorCode::kLimit, "is larger than 2 GiB");
      TRY(fresh->append(body));
      TRY(fresh->append(",\n"));
      const std::string last(answer.header("x-taxii-date-added-last"));
      if (!last.empty() && last.size() <= kMaxCursor && from_iso8601(last)) *cursor = last;
      if (!more) return has_any;
      if (next.empty() || next.size() > kMaxCursor)
        return Error(ErrorCode::kInvalidArgument, "says that there is more, and not where");
      url = first + "&next=" + escaped(next);
    }
    return Error(ErrorCode::kLimit, "has more than " + std::to_string(kMaxTaxiiPages) + " pages");
  }

  const std::string url_, wanted_, folder_;
  const FeedClient client_;
  std::optional<SpillFile> known_;                  // envelopes
  std::map<std::string, std::string> collections_;  // URL -> what was added last
  Steady::time_point read_all_again_{};
  bool must_answer_ = false;
};

}  // namespace

std::unique_ptr<FeedSource> taxii_source(std::string url, std::string collection,
                                         const std::atomic<bool>& cancelled, FeedClientOptions options) {
  return std::make_unique<TaxiiSource>(std::move(url), std::move(collection), cancelled, std::move(options));
}

}  // namespace linkgate::scan
