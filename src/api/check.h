#pragma once
// "What about this URL?": asked of linkgate-scan by click, gateway and CLI, over HTTP on a unix socket (POST
// /check). Requests and answers are JSON; these functions are the only ones that spell it.

#include <string>
#include <string_view>

#include "base/result.h"
#include "verdict/verdict.h"

namespace linkgate::api {

// Larger texts are refused (kLimit); a URL has at most url::kMaxUrlLength, and JSON may escape every byte of
// it.
inline constexpr size_t kMaxCheckBytes = 1024 * 1024;

// kMissed: it was delivered, and what was asked of it then was never answered, or forgotten in a crash.
enum class CheckMoment { kDelivery, kClick, kRescan, kAsked, kMissed };

struct CheckRequest {
  std::string url;
  CheckMoment moment = CheckMoment::kAsked;
  std::string network_message_id;  // may be empty
  std::string recipient;           // may be empty
  std::string sender_domain;       // whose mail the link came in; may be empty. Senders are served in turn
  bool sender_is_known = false;    // that domain passed DMARC, and wrote to us before
  bool fresh = false;              // look at the page now, whatever was found before
  bool static_only = false;        // lists, intel and URL model only, no network
};

std::string_view to_string(CheckMoment moment);  // "delivery", "click", "rescan", "asked", "missed"

// Text that is not UTF-8 is sent with U+FFFD in place of the wrong bytes. Parsing: absent members keep their
// defaults ("url" and "disposition" must be there), unknown members are ignored, so that programs of two
// releases understand each other; a member of another type is kInvalidArgument.
std::string to_json(const CheckRequest& request);
Result<CheckRequest> parse_check_request(std::string_view json);
std::string to_json(const verdict::Verdict& verdict);
Result<verdict::Verdict> parse_verdict(std::string_view json);

}  // namespace linkgate::api
