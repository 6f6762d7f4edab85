#include "scan/hash_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/ascii.h"
#include "base/base64.h"
#include "scan/hash_list.h"
#include "url/hash_expressions.h"

namespace linkgate::scan {
namespace {

using Json = nlohmann::json;
using verdict::Disposition;

constexpr size_t kMaxAnswer = 4 << 20;
constexpr std::chrono::hours kLongestRemembered{24};

std::optional<HashProtocol> protocol_of(const std::string& format) {
  if (format == "safebrowsing") return HashProtocol::kSafeBrowsing;
  if (format == "webrisk") return HashProtocol::kWebRisk;
  return std::nullopt;
}

std::optional<Disposition> disposition_of_type(std::string_view type) {
  if (type.starts_with("SOCIAL_ENGINEERING")) return Disposition::kPhishing;
  if (type == "MALWARE" || type == "UNWANTED_SOFTWARE" || type == "POTENTIALLY_HARMFUL_APPLICATION")
    return Disposition::kMalware;
  return std::nullopt;
}

std::string text_of(const Json& object, const char* name) {
  const auto at = object.find(name);
  return at != object.end() && at->is_string() ? at->get<std::string>() : "";
}
const Json& list_of(const Json& object, const char* name) {
  static const Json none = Json::array();
  const auto at = object.find(name);
  return at != object.end() && at->is_array() ? *at : none;
}

// The worst of the details that we know and that are meant for who opens a page: a frame or a test alone is
// neither.
std::optional<Disposition> worst_of(const Json& details) {
  std::optional<Disposition> worst;
  for (const Json& detail : details) {
    if (!detail.is_object() || !list_of(detail, "attributes").empty()) continue;
    const auto known = disposition_of_type(text_of(detail, "threatType"));
    if (known && (!worst || *known > *worst)) worst = known;
  }
  return worst;
}

std::string percent(std::string_view base64) {
  std::string out;
  for (const char c : base64)
    out += ascii::is_alnum(c) ? std::string(1, c) : fmt::format("%{:02X}", static_cast<uint8_t>(c));
  return out;
}

}  // namespace

HashSearch::HashSearch(const std::vector<FeedConfig>& feeds, const FeedClientOptions& client,
                       const Clock& clock)
    : client_(client), clock_(clock) {
  configure(feeds);
}

void HashSearch::configure(const std::vector<FeedConfig>& feeds) {
  std::map<std::string, Server> servers;
  for (const FeedConfig& feed : feeds) {
    const auto protocol = protocol_of(feed.format);
    if (!protocol) continue;
    FeedClientOptions options = client_;
    options.auth = feed.auth;
    options.secret_file = feed.secret_file;
    options.total_timeout_s = kHashSearchTimeout;
    options.connect_timeout_s = kHashSearchTimeout;
    const std::string base =
        feed.source.ends_with('/') ? feed.source.substr(0, feed.source.size() - 1) : feed.source;
    servers[feed.name] = {*protocol, base, hash_lists_of(*protocol, feed.collection),
                          std::make_shared<const FeedClient>(std::move(options), never_)};
  }
  const std::lock_guard lock(mutex_);
  servers_ = std::move(servers);
  remembered_.clear();
}

std::vector<HashCandidate> HashSearch::candidates(const FeedIndex& index, const url::Url& url) const {
  std::vector<HashCandidate> found;
  {
    const std::lock_guard lock(mutex_);
    if (servers_.empty()) return found;
  }
  for (const std::string& expression : url::hash_expressions(url)) {
    const std::string hash = expression_hash(expression);
    for (const auto& hit : index.find_key(hash_key(prefix_of(hash))))
      found.push_back({hit.feed, expression, hash, hit.since});
  }
  return found;
}

Result<std::vector<HashListing>> HashSearch::confirm(const std::vector<HashCandidate>& candidates) {
  std::vector<HashListing> listed;
  std::optional<Error> trouble;
  for (const HashCandidate& candidate : candidates) {
    const auto question = std::pair(candidate.feed, prefix_of(candidate.full_hash));
    std::optional<Answer> answer;
    std::optional<Server> server;
    {
      const std::lock_guard lock(mutex_);
      if (const auto known = remembered_.find(question);
          known != remembered_.end() && known->second.until > clock_.now())
        answer = known->second;
      if (const auto known = servers_.find(candidate.feed); known != servers_.end()) server = known->second;
    }
    if (!server) continue;
    if (!answer) {
      auto asked = ask(*server, question.second);
      if (!asked) {
        if (!trouble) trouble = std::move(asked).error().with_context(candidate.feed);
        continue;
      }
      answer = *std::move(asked);
      const std::lock_guard lock(mutex_);
      if (remembered_.size() >= kMaxRememberedPrefixes) remembered_.clear();
      remembered_[question] = *answer;
    }
    for (const auto& [hash, disposition] : answer->listed) {
      if (hash == candidate.full_hash) listed.push_back({candidate, disposition});
    }
  }
  if (listed.empty() && trouble) return *std::move(trouble);
  return listed;
}

Result<HashSearch::Answer> HashSearch::ask(const Server& server, uint32_t prefix) const {
  const std::string octets{static_cast<char>(prefix >> 24), static_cast<char>(prefix >> 16),
                           static_cast<char>(prefix >> 8), static_cast<char>(prefix)};
  std::string url = server.base;
  if (server.protocol == HashProtocol::kSafeBrowsing) {
    url += "/v5/hashes:search?alt=json&hashPrefixes=" + percent(base64_encode(octets));
  } else {
    url += "/v1/hashes:search?hashPrefix=" + percent(base64_encode(octets));
    for (const std::string& list : server.lists) url += "&threatTypes=" + list;
  }
  TRY_ASSIGN(FeedAnswer answer, server.client->get(url, {"Accept: application/json"}));
  if (answer.status != 200) return Error(ErrorCode::kUnavailable, "answers " + std::to_string(answer.status));
  if (answer.body.size() > kMaxAnswer) return Error(ErrorCode::kLimit, "answers more than 4 MiB");
  TRY_ASSIGN(const std::string_view body, answer.body.view());
  return parse(server.protocol, body, clock_.now());
}

Result<HashSearch::Answer> HashSearch::parse(HashProtocol protocol, std::string_view text, Time now) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return Error(ErrorCode::kInvalidArgument, "does not answer with a JSON object");
  Answer answer;
  answer.until = now;
  if (protocol == HashProtocol::kSafeBrowsing) {
    const std::string duration = text_of(json, "cacheDuration");
    int64_t seconds = 0;
    std::from_chars(duration.data(), duration.data() + duration.size(), seconds);
    answer.until = now + std::chrono::seconds(std::clamp<int64_t>(seconds, 0, 86'400));
    for (const Json& one : list_of(json, "fullHashes")) {
      const auto hash = one.is_object() ? base64_decode(text_of(one, "fullHash")) : std::nullopt;
      const auto worst = one.is_object() ? worst_of(list_of(one, "fullHashDetails")) : std::nullopt;
      if (hash && worst) answer.listed.emplace_back(*hash, *worst);
    }
    return answer;
  }
  std::optional<Time> until = from_iso8601(text_of(json, "negativeExpireTime"));
  for (const Json& one : list_of(json, "threats")) {
    if (!one.is_object()) continue;
    const auto hash = base64_decode(text_of(one, "hash"));
    const auto expires = from_iso8601(text_of(one, "expireTime"));
    if (expires && (!until || *expires < *until)) until = expires;
    for (const Json& type : list_of(one, "threatTypes")) {
      const auto known = type.is_string() ? disposition_of_type(type.get<std::string>()) : std::nullopt;
      if (hash && known) answer.listed.emplace_back(*hash, *known);
    }
  }
  if (until) answer.until = std::clamp(*until, now, now + kLongestRemembered);
  return answer;
}

}  // namespace linkgate::scan
