#include "verdict/verdict_export.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/ascii.h"
#include "url/domain.h"
#include "url/url.h"

namespace linkgate::verdict {
namespace {

constexpr int kZoneTtl = 300;  // seconds: a verdict may turn

// Inside '...' of a STIX pattern.
std::string pattern_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

// Inside "..." of JSON. What stands there is a URL or a word of ours: no control characters.
std::string json_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

// The same for the same text: version 8 of RFC 9562, from BLAKE2b.
std::string uuid_of(std::string_view text) {
  std::array<unsigned char, 16> bytes{};
  crypto_generichash(bytes.data(), bytes.size(), reinterpret_cast<const unsigned char*>(text.data()),
                     text.size(), nullptr, 0);
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x80);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
  std::string out;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += fmt::format("{:02x}", bytes[i]);
  }
  return out;
}

// Milliseconds, as STIX has times.
std::string stix_time(Time time) { return to_iso8601(time).substr(0, 23) + "Z"; }

// A name that a resolver is asked for and that somebody registered: no address, no single label, no public
// suffix.
bool is_owned_name(const url::Url& url) {
  const std::string below = "a." + std::string(url.hostname());
  return !url.host_is_ip() && url.hostname().find('.') != std::string_view::npos &&
         url::registrable_domain(below) != below;
}

std::string print_list(const std::vector<ExportedVerdict>& verdicts) {
  std::string out = "# URLs that Linkgate judged to be phishing or malware\n";
  for (const auto& one : verdicts) out += one.url + "\n";
  return out;
}

std::string print_rpz(const std::vector<ExportedVerdict>& verdicts) {
  std::set<std::string> hosts;
  Time latest{std::chrono::seconds(1)};
  for (const auto& one : verdicts) {
    latest = std::max(latest, one.judged_at);
    if (!one.host.empty()) hosts.insert(one.host);
  }
  const auto serial =
      static_cast<uint32_t>(std::chrono::floor<std::chrono::seconds>(latest).time_since_epoch().count());
  std::string out = fmt::format(
      "$TTL {}\n@ IN SOA localhost. hostmaster.localhost. {} 300 60 86400 60\n  IN NS localhost.\n", kZoneTtl,
      serial);
  for (const std::string& host : hosts) out += host + " CNAME .\n";
  return out;
}

std::string print_stix(const std::vector<ExportedVerdict>& verdicts) {
  std::string objects, ids;
  for (const auto& one : verdicts) {
    const std::string id = "indicator--" + uuid_of(one.url), judged = stix_time(one.judged_at);
    const std::string_view word = to_string(one.disposition);
    ids += id + judged;
    objects += fmt::format(
        "{}{{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"{}\",\"created\":\"{}\",\"modified\":"
        "\"{}\","
        "\"name\":\"{}\",\"indicator_types\":[\"malicious-activity\"],\"labels\":[\"{}\"],\"pattern_type\":"
        "\"stix\","
        "\"pattern\":\"[url:value = '{}']\",\"valid_from\":\"{}\",\"valid_until\":\"{}\"}}",
        objects.empty() ? "" : ",\n", id, judged, judged, word, word, json_text(pattern_text(one.url)),
        judged, stix_time(one.valid_until));
  }
  return fmt::format("{{\"type\":\"bundle\",\"id\":\"bundle--{}\",\"objects\":[\n{}]}}\n", uuid_of(ids),
                     objects);
}

}  // namespace

std::optional<ExportFormat> export_format(std::string_view word) {
  if (word == "rpz") return ExportFormat::kRpz;
  if (word == "stix") return ExportFormat::kStix;
  if (word == "list") return ExportFormat::kList;
  return std::nullopt;
}

std::string_view media_type(ExportFormat format) {
  switch (format) {
    case ExportFormat::kRpz:
      return "text/dns";
    case ExportFormat::kStix:
      return "application/stix+json;version=2.1";
    case ExportFormat::kList:
      return "text/plain; charset=utf-8";
  }
  return "";
}

VerdictExport::VerdictExport(const TenantLists& lists, const std::vector<std::string>& allowed, Time since,
                             Time now)
    : lists_(lists), since_(since), now_(now) {
  for (const std::string& value : allowed) allowed_.push_back(ascii::to_lower(value));
}

void VerdictExport::add(const Verdict& verdict) {
  const bool is_bad =
      verdict.disposition == Disposition::kPhishing || verdict.disposition == Disposition::kMalware;
  if (!is_bad || verdict.judged_at < since_ || verdict.valid_until <= now_ || verdict.url_chain.empty())
    return;
  const auto url = url::Url::parse(verdict.url_chain.front());
  if (!url || !url->is_http()) return;
  ExportedVerdict one{url->href(), "", verdict.disposition, verdict.judged_at, verdict.valid_until};
  const bool is_root = url->pathname() == "/" && url->search().empty() &&
                       (url->effective_port() == 80 || url->effective_port() == 443);
  if (is_root && is_owned_name(*url)) one.host = url->hostname();
  if (!is_allowed(one)) verdicts_.push_back(std::move(one));
}

bool VerdictExport::is_allowed(const ExportedVerdict& one) const {
  const TenantUrlEntry* entry = lists_.match(one.url, now_);
  if (entry != nullptr && entry->action == url::ListAction::kAllow) return true;
  // A host as a whole stands for every page on it, also for those that are allowed.
  if (one.host.empty()) return false;
  return std::any_of(allowed_.begin(), allowed_.end(),
                     [&](const std::string& value) { return value.find(one.host) != value.npos; });
}

std::vector<ExportedVerdict> VerdictExport::sorted() const {
  auto verdicts = verdicts_;
  std::sort(verdicts.begin(), verdicts.end(), [](const auto& a, const auto& b) {
    return a.url != b.url ? a.url < b.url : a.judged_at > b.judged_at;
  });
  const auto is_same = [](const auto& a, const auto& b) { return a.url == b.url; };
  verdicts.erase(std::unique(verdicts.begin(), verdicts.end(), is_same), verdicts.end());
  return verdicts;
}

std::string VerdictExport::print(ExportFormat format) const {
  switch (format) {
    case ExportFormat::kRpz:
      return print_rpz(sorted());
    case ExportFormat::kStix:
      return print_stix(sorted());
    case ExportFormat::kList:
      return print_list(sorted());
  }
  return "";
}

}  // namespace linkgate::verdict
