#pragma once
// Links that do something when they are merely opened: unsubscribe, confirm, sign in once, answer an
// invitation. RFC 8058 and RFC 9110 (9.2.1) ask that GET be safe, and mail is full of links that are not.
// Whoever opens one to look at it acts in the recipient's place.

#include <cstdint>
#include <optional>
#include <string_view>

#include "url/url.h"

namespace linkgate::url {

enum class LinkAct : uint8_t {
  kUnsubscribe,
  kConfirm,   // an address, an order, an account
  kSignIn,    // magic links, one-time passwords, resets
  kAnswer,    // an invitation, an appointment, a vote
  kReadOnce,  // a secret that is gone when it was read
};
std::string_view to_string(LinkAct act);  // "unsubscribes", "confirms something", ...

// By the words of path and query, whole ones, in the languages that mail is written in. Confirming, signing
// in and answering count only with what looks like a secret beside them, or with the answer itself
// ("rsvp/yes"):
// "/login" alone is a page. Secrets that are read once are told by the words of the host and a random path.
// An attacker writes such words as well: what follows from this is for whoever knows the host.
std::optional<LinkAct> link_act(const Url& url);

}  // namespace linkgate::url
