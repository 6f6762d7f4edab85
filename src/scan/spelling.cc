#include "scan/spelling.h"

#include <algorithm>

#include "url/confusable.h"
#include "url/idna.h"

namespace linkgate::scan {
namespace {

constexpr size_t kMaxShownHost = 100;  // in a sentence; a name in DNS has 253 at most

// "shop.example" or "аррӏе.com (xn--80ak6aa92e.com)".
std::string shown_host(const std::string& host) {
  const std::string readable = url::domain_to_unicode(host);
  if (host.size() > kMaxShownHost) return host.substr(0, kMaxShownHost) + "...";
  return readable == host ? host : readable + " (" + host + ")";
}

verdict::Evidence evidence_of(const url::ConfusableLabel& label, const std::string& host) {
  const std::string what = "\"" + label.label + "\" in the host " + shown_host(host);
  if (label.kind == url::ConfusableLabel::Kind::kLooksLike)
    return {"host.looks_like", what + " is written to look like \"" + label.like + "\"", ""};
  return {"host.mixed_scripts", what + " mixes letters of " + label.like, ""};
}

}  // namespace

void add_spelling_evidence(const std::vector<Target>& targets, verdict::Verdict* verdict) {
  for (const Target& target : targets) {
    const std::string host(target.url.hostname());
    for (const auto& label : url::confusable_labels(host)) {
      auto evidence = evidence_of(label, host);
      auto& known = verdict->evidence;
      if (std::find(known.begin(), known.end(), evidence) == known.end())
        known.push_back(std::move(evidence));
    }
  }
}

}  // namespace linkgate::scan
