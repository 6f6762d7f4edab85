#include "scan/hash_list_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>

#include "base/ascii.h"
#include "scan/hash_list.h"

namespace linkgate::scan {
namespace {

using Steady = std::chrono::steady_clock;

constexpr size_t kMaxAnswer = 512ULL << 20;  // of JSON
constexpr size_t kMaxVersion = 4096;

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text)
    out += ascii::is_alnum(c) || c == '-' || c == '_' || c == '.'
               ? std::string(1, c)
               : fmt::format("%{:02X}", static_cast<uint8_t>(c));
  return out;
}

class HashListSource final : public FeedSource {
 public:
  HashListSource(HashProtocol protocol, std::string url, const std::string& lists,
                 const std::atomic<bool>& cancelled, FeedClientOptions options)
      : protocol_(protocol),
        base_(url.ends_with('/') ? url.substr(0, url.size() - 1) : url),
        names_(hash_lists_of(protocol, lists)),
        folder_(options.folder),
        client_(std::move(options), cancelled) {}

  void forget() override { must_answer_ = true; }

  Result<std::optional<FeedBytes>> fetch_if_changed() override {
    if (Steady::now() < next_ && !must_answer_) return std::optional<FeedBytes>();
    bool has_changed = false;
    if (Steady::now() >= next_) {
      TRY_ASSIGN(has_changed, protocol_ == HashProtocol::kSafeBrowsing ? ask_all() : ask_each());
    }
    if (!has_changed && !must_answer_) return std::optional<FeedBytes>();
    TRY_ASSIGN(FeedBytes bytes, FeedBytes::create(folder_));
    std::string lines;
    for (const auto& [name, list] : lists_) {
      for (const uint32_t prefix : list.prefixes) {
        lines += fmt::format("{:08x} {}\n", prefix, name);
        if (lines.size() < (1 << 16)) continue;
        TRY(bytes.append(lines));
        lines.clear();
      }
    }
    TRY(bytes.append(lines));
    must_answer_ = false;
    return std::optional(std::move(bytes));
  }

 private:
  Result<FeedAnswer> ask(const std::string& target) const {
    TRY_ASSIGN(FeedAnswer answer, client_.get(base_ + target, {"Accept: application/json"}));
    if (answer.status != 200)
      return Error(ErrorCode::kUnavailable, "answers " + std::to_string(answer.status));
    if (answer.body.size() > kMaxAnswer) return Error(ErrorCode::kLimit, "answers more than 512 MiB");
    return answer;
  }

  Result<bool> ask_all() {
    std::string target = "/v5/hashLists:batchGet?alt=json";
    for (const std::string& name : names_) target += "&names=" + escaped(name);
    for (const std::string& name : names_) {
      if (const auto known = lists_.find(name); known != lists_.end() && !known->second.version.empty())
        target += "&version=" + escaped(known->second.version);
    }
    TRY_ASSIGN(FeedAnswer answer, ask(target));
    TRY_ASSIGN(const std::string_view body, answer.body.view());
    int64_t wait_s = 0;
    TRY_ASSIGN(const auto updates, parse_hash_lists(body, &wait_s));
    bool has_changed = false;
    for (const HashListUpdate& update : updates) {
      TRY_ASSIGN(const bool changed, take(update));
      has_changed = has_changed || changed;
    }
    for (const std::string& name : names_) {
      if (!lists_.contains(name)) return Error(ErrorCode::kNotFound, "does not have the list " + name);
    }
    next_ = Steady::now() + std::chrono::seconds(wait_s);
    return has_changed;
  }

  Result<bool> ask_each() {
    bool has_changed = false;
    for (const std::string& name : names_) {
      std::string target = "/v1/threatLists:computeDiff?threatType=" + escaped(name) +
                           "&constraints.supportedCompressions=RICE";
      if (const auto known = lists_.find(name); known != lists_.end() && !known->second.version.empty())
        target += "&versionToken=" + escaped(known->second.version);
      TRY_ASSIGN(FeedAnswer answer, ask(target));
      TRY_ASSIGN(const std::string_view body, answer.body.view());
      TRY_ASSIGN(HashListUpdate update, parse_threat_diff(body));
      update.name = name;
      TRY_ASSIGN(const bool changed, take(update));
      has_changed = has_changed || changed;
    }
    return has_changed;
  }

  Result<bool> take(const HashListUpdate& update) {
    if (std::find(names_.begin(), names_.end(), update.name) == names_.end() ||
        update.version.size() > kMaxVersion)
      return Error(ErrorCode::kInvalidArgument, "answers with a list that it was not asked for");
    HashList& list = lists_[update.name];
    if (update.is_partial && update.version == list.version) return false;
    auto after = updated(list, update);
    if (!after) {
      list.version.clear();  // the next time as a whole; what it held until now stays
      return std::move(after).error();
    }
    list = *std::move(after);
    return true;
  }

  const HashProtocol protocol_;
  const std::string base_;
  const std::vector<std::string> names_;
  const std::string folder_;
  const FeedClient client_;
  std::map<std::string, HashList> lists_;
  Steady::time_point next_{};
  bool must_answer_ = false;
};

}  // namespace

std::vector<std::string> hash_lists_of(HashProtocol protocol, const std::string& names) {
  std::vector<std::string> lists;
  for (const std::string_view name : ascii::split(names, ' ')) {
    if (!name.empty()) lists.emplace_back(name);
  }
  if (!lists.empty()) return lists;
  if (protocol == HashProtocol::kSafeBrowsing) return {"se-4b", "mw-4b"};
  return {"SOCIAL_ENGINEERING", "MALWARE"};
}

std::unique_ptr<FeedSource> hash_list_source(HashProtocol protocol, std::string url, const std::string& lists,
                                             const std::atomic<bool>& cancelled, FeedClientOptions options) {
  return std::make_unique<HashListSource>(protocol, std::move(url), lists, cancelled, std::move(options));
}

}  // namespace linkgate::scan
