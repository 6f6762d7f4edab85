#include "gateway/sender_tips.h"

#include <algorithm>

#include "base/ascii.h"
#include "gateway/tip_texts.h"

namespace linkgate::gateway {
namespace {

constexpr size_t kMaxShownAddress = 120;

bool is_allowed(std::string_view address, const std::vector<std::string>& allowed) {
  const std::string_view domain = address.substr(std::min(address.rfind('@') + 1, address.size()));
  return std::any_of(allowed.begin(), allowed.end(), [&](std::string_view entry) {
    if (entry.find('@') != entry.npos) return ascii::iequals(entry, address);
    const size_t more = domain.size() > entry.size() ? domain.size() - entry.size() : 0;
    return ascii::iequals(entry, domain) ||
           (more > 1 && domain[more - 1] == '.' && ascii::iequals(entry, domain.substr(more)));
  });
}

// An address in a sentence: what could be read as something else is shown as '?'.
std::string shown_address(std::string_view address) {
  std::string shown;
  for (const char c : address.substr(0, kMaxShownAddress)) shown += c > ' ' && c < 127 ? c : '?';
  return address.size() > kMaxShownAddress ? shown + "..." : shown;
}

std::string with(std::string_view text, std::string_view address, std::string_view like) {
  std::string out;
  while (!text.empty()) {
    const bool is_address = text.starts_with("{address}"), is_like = text.starts_with("{like}");
    out += is_address ? address : is_like ? like : text.substr(0, 1);
    text.remove_prefix(is_address ? 9 : is_like ? 6 : 1);
  }
  return out;
}

mail::SafetyTip tip_of(std::string_view name, verdict::TipLanguage language, std::string_view address,
                       std::string_view like) {
  mail::SafetyTip tip;
  for (const TipTexts& texts : tip_texts()) {
    std::string line = with(text_of(texts, name), address, like);
    if (texts.language == language) {
      tip.text = std::move(line);
    } else {
      tip.also.push_back(std::move(line));
    }
  }
  return tip;
}

bool is_wanted(verdict::SenderLookKind kind, const verdict::SafeLinksPolicy& policy) {
  switch (kind) {
    case verdict::SenderLookKind::kOwnUser:
      return policy.EnableSimilarUsersSafetyTips;
    case verdict::SenderLookKind::kOwnDomain:
    case verdict::SenderLookKind::kBrand:
      return policy.EnableSimilarDomainsSafetyTips;
    case verdict::SenderLookKind::kUnusualCharacters:
      break;
  }
  return policy.EnableUnusualCharactersSafetyTips;
}

}  // namespace

std::string SenderTips::joined_names() const {
  std::string text;
  for (const std::string& name : names) text.append(text.empty() ? "" : ", ").append(name);
  return text;
}

std::string SenderTips::key() const {
  std::string text = subject_prefix;
  for (const mail::SafetyTip& line : lines) text.append("\n").append(line.text);
  return text;
}

SenderTips sender_tips(const SenderFacts& sender, const verdict::SafeLinksPolicy& policy,
                       bool is_first_contact) {
  SenderTips tips;
  if (!sender.is_external) return tips;
  const std::string address = shown_address(sender.address);
  const auto add = [&](std::string_view name, std::string_view like) {
    tips.names.emplace_back(name);
    tips.lines.push_back(tip_of(name, policy.SafetyTipLanguage, address, like));
  };
  // What is worst stands first.
  for (const verdict::SenderLook& look : sender.looks) {
    if (is_wanted(look.kind, policy)) add(verdict::to_string(look.kind), shown_address(look.like));
  }
  if (policy.EnableFirstContactSafetyTips && is_first_contact) add(kFirstContact, "");
  if (policy.ExternalInOutlookEnabled && !is_allowed(sender.address, policy.ExternalInOutlookAllowList)) {
    add(kExternal, "");
    tips.subject_prefix = policy.ExternalSubjectPrefix;
  }
  return tips;
}

std::shared_ptr<const verdict::OwnNames> OwnNamesCache::of(const state::PolicyView& view,
                                                           const std::vector<std::string>& domains) {
  const std::lock_guard lock(mutex_);
  if (names_ != nullptr && version_ == view.version) return names_;
  auto names = std::make_shared<verdict::OwnNames>(domains);
  for (const verdict::Group& group : view.policies.groups()) {
    for (const std::string& member : group.members) names->add_person(member);
  }
  names_ = std::move(names);
  version_ = view.version;
  return names_;
}

}  // namespace linkgate::gateway
