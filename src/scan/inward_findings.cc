#include "scan/inward_findings.h"

#include <algorithm>
#include <set>
#include <string>

#include "url/domain.h"
#include "url/url.h"

namespace linkgate::scan {
namespace {

using verdict::Disposition;
using verdict::Page;

constexpr int kInwardConfidence = 75;
constexpr size_t kMaxShownUrl = 200;
constexpr size_t kManyHosts = 5, kMostHosts = 100;

std::string domain_of(const std::string& href) {
  const auto url = url::Url::parse(href);
  return url ? url::registrable_domain(std::string(url->hostname())) : std::string();
}

// The hop that a redirect led to and that nobody may follow; nullptr where there is none.
const verdict::Request* refused_hop(const Page& page) {
  if (page.chain.size() < 2) return nullptr;
  const auto found =
      std::find_if(page.requests.begin(), page.requests.end(), [&page](const verdict::Request& request) {
        return request.is_refused && request.type == "document" && request.url == page.chain.back().url;
      });
  return found == page.requests.end() ? nullptr : &*found;
}

}  // namespace

std::optional<InwardFinding> refused_redirect(const Page& page) {
  const verdict::Request* refused = refused_hop(page);
  if (refused == nullptr) return std::nullopt;
  const std::string where = "The link leads to " + refused->url.substr(0, kMaxShownUrl);
  InwardFinding found;
  if (!refused->is_inward) {
    found.evidence = {"redirect.refused", where + ", which is not asked for: " + page.trouble, ""};
    return found;
  }
  if (domain_of(refused->url) != domain_of(page.chain.front().url)) {
    found.disposition = Disposition::kSuspicious;
    found.confidence = kInwardConfidence;
  }
  found.evidence = {"redirect.inward",
                    where +
                        ", which is not on the public internet: it reaches for something behind whoever "
                        "clicks (" +
                        page.trouble + ")",
                    ""};
  return found;
}

std::optional<InwardFinding> inward_requests(const Page& page) {
  std::set<std::string, std::less<>> hosts;
  for (const verdict::Request& request : page.requests) {
    if (!request.is_inward || request.type == "document" || hosts.size() >= kMostHosts) continue;
    if (const auto url = url::Url::parse(request.url)) hosts.emplace(url->hostname());
  }
  if (hosts.empty()) return std::nullopt;
  const bool searches = hosts.size() >= kManyHosts;
  InwardFinding found;
  if (searches) {
    found.disposition = Disposition::kSuspicious;
    found.confidence = kInwardConfidence;
  }
  found.evidence = {"page.inward",
                    std::string("The page makes the browser of whoever opens it ask ") +
                        (searches ? "many hosts that are" : "for something that is") +
                        " not on the public internet, " + hosts.begin()->substr(0, kMaxShownUrl) +
                        (hosts.size() > 1 ? " among them" : ""),
                    ""};
  return found;
}

bool leads_inward(const Page& page) {
  const verdict::Request* refused = refused_hop(page);
  return refused != nullptr && refused->is_inward;
}

}  // namespace linkgate::scan
