#include "gateway/own_lists.h"

#include <algorithm>

#include "base/ascii.h"

namespace linkgate::gateway {
namespace {

constexpr std::string_view kSenderMethod = "Sender block list";
constexpr std::string_view kFileMethod = "File block list";

bool is_live_block(const state::ListEntry& entry, Time now) {
  return entry.action == state::EntryAction::kBlock && (!entry.expires || *entry.expires > now);
}

// `listed` is lower-cased: an address, or a domain that names its subdomains too.
bool names(std::string_view listed, std::string_view address) {
  if (listed.find('@') != listed.npos) return listed == address;
  const size_t at = address.rfind('@');
  if (at == address.npos) return false;
  const std::string_view domain = address.substr(at + 1);
  if (!domain.ends_with(listed)) return false;
  return domain.size() == listed.size() || domain[domain.size() - listed.size() - 1] == '.';
}

void block(verdict::Disposition disposition, std::string_view method, MessageVerdict* verdict) {
  verdict->blocked_by_organisation = verdict->blocked_as_a_whole = true;
  if (disposition <= verdict->worst) return;
  verdict->worst = disposition;
  verdict->detection_method = method;
  verdict->worst_url.clear();
}

}  // namespace

void apply_own_lists(const MessageFacts& message, const std::vector<state::ListEntry>& senders,
                     const std::vector<state::ListEntry>& files, Time now, MessageVerdict* verdict) {
  const std::string addresses[] = {ascii::to_lower(message.sender),
                                   ascii::to_lower(message.header.from_address)};
  for (const state::ListEntry& entry : senders) {
    if (is_live_block(entry, now) && (names(entry.value, addresses[0]) || names(entry.value, addresses[1])))
      block(verdict::Disposition::kPhishing, kSenderMethod, verdict);
  }
  for (const state::ListEntry& entry : files) {
    const bool is_there = is_live_block(entry, now) &&
                          std::any_of(message.attachments.begin(), message.attachments.end(),
                                      [&](const mail::Part& part) { return part.sha256 == entry.value; });
    if (is_there) block(verdict::Disposition::kMalware, kFileMethod, verdict);
  }
}

}  // namespace linkgate::gateway
