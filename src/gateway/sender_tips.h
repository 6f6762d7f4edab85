#pragma once
// What a message says about its sender by policy: the tag of mail from outside, and safety tips. Pure, but
// for the cache of own names.

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mail/safety_tip.h"
#include "state/poller.h"
#include "verdict/policy.h"
#include "verdict/sender_looks.h"

namespace linkgate::gateway {

// Field that carries SenderTips::names, for filters and clients.
inline constexpr std::string_view kTipsField = "X-Linkgate-Tips";

struct SenderFacts {
  std::string address;  // in From, as readers see it; empty: there is none
  bool is_external = false;
  bool is_authenticated = false;  // DMARC passed
  std::vector<verdict::SenderLook> looks;
};

// The same for all recipients who see the same.
struct SenderTips {
  std::vector<std::string> names;  // "External", "FirstContact", or a word of SenderLookKind
  std::vector<mail::SafetyTip> lines;
  std::string subject_prefix;
  bool empty() const { return names.empty(); }
  std::string joined_names() const;  // "External, FirstContact"
  std::string key() const;           // two with the same key give the same bytes
};

SenderTips sender_tips(const SenderFacts& sender, const verdict::SafeLinksPolicy& policy,
                       bool is_first_contact);

// Whom a sender may be taken for: the accepted domains and the members of all groups. Made anew where the
// policies have changed. Thread-safe.
class OwnNamesCache {
 public:
  std::shared_ptr<const verdict::OwnNames> of(const state::PolicyView& view,
                                              const std::vector<std::string>& domains);

 private:
  std::mutex mutex_;
  std::optional<state::Version> version_;
  std::shared_ptr<const verdict::OwnNames> names_;  // shared: deliveries under way use the one before
};

}  // namespace linkgate::gateway
