#pragma once
// One message for one recipient, as the gateway would deliver it, without an MTA: what `linkgate rewrite`
// does.

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "gateway/message_work.h"
#include "state/poller.h"

namespace linkgate::gateway {

struct RewriteRequest {
  std::string recipient;   // REQUIRES: not empty unless outbound
  std::string sender;      // envelope sender; part of the NetworkMessageId
  std::string message_id;  // NetworkMessageId to use, UUID text; empty: by a stamp of ours on the message,
                           // else made from it
  bool outbound = false;   // takes our wrappers off
};

// What became of one link; those of the subject come last.
struct LinkReport {
  std::string_view result;  // a word of LinkCounts
  mail::Place place;
  std::string content_type;  // of the part that it stands in
  std::string url;           // where it leads: seals of ours and other vendors' wrappers taken off
  std::string seen;          // as the message has it
  bool replaced() const { return result == "sealed" || result == "restored"; }
};

struct RewriteResult {
  std::string bytes;
  std::string network_message_id;
  LinkCounts links;
  std::vector<LinkReport> report;
  size_t repairs = 0;  // mail::Rendered::repairs
};

// No Received is added, so that what was rewritten once stays as it is when rewritten again. Errors:
// kInvalidArgument (also for a message_id that is no UUID) and kLimit are the message's, all others ours.
Result<RewriteResult> rewrite_one(std::string_view message, const RewriteRequest& request,
                                  const state::PolicyView& policies, const SealingContext& sealing, Time now);

}  // namespace linkgate::gateway
