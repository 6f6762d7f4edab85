#pragma once
// Why the egress proxy did not do what it was asked for, as clients can tell it from anything that a site
// answers: a status, and the header Proxy-Status (RFC 9209), which no answer of a site carries through the
// proxy.

#include <string>
#include <string_view>

namespace linkgate::egress {

enum class Refusal {
  kNone,
  kBadRequest,   // not HTTP as a proxy takes it
  kDenied,       // scheme, method or host that is never reached: own hosts, what the configuration says
  kLocalName,    // a name that means something on this machine or network alone
  kPort,         // a port that is not on the list
  kAddress,      // leads to an address that is not public
  kNoName,       // the name has no address
  kNameFailed,   // name servers do not tell
  kNameTimeout,  // or do not answer
  kConnect,      // nobody listens there, or it is not reachable
  kConnectTimeout,
  kBroken,  // what the site sent is no HTTP, or it closed before it answered
  kLimit,   // too many connections
  kInternal,
};

struct RefusalText {
  unsigned status;
  std::string_view error;    // the "error" parameter: names of RFC 9209, section 2.3
  std::string_view verdict;  // in the request log: "refused" is policy, "failed" the world
};
RefusalText text_of(Refusal refusal);

// The name of this proxy in Proxy-Status.
inline constexpr std::string_view kProxyName = "linkgate-egress";

// A whole answer: status line, Proxy-Status with `details`, Connection: close, and a line of text.
std::string refusal_answer(Refusal refusal, std::string_view details);

}  // namespace linkgate::egress
