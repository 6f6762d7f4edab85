#pragma once
// What a page carries from one request of a click to the next, sealed under the link keys, so that any node
// with the keys can go on with a click that another node began. It names its link by a digest: the link
// itself travels beside it.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "url/sealed_link.h"
#include "verdict/click_outcome.h"
#include "verdict/verdict.h"

namespace linkgate::click {

using Id = std::array<uint8_t, 16>;

// What identifies a click in every row of it: fixed when it begins.
struct ClickIdentity {
  Id report_id{};  // random (UUID version 4)
  Time start{};
  friend bool operator==(const ClickIdentity&, const ClickIdentity&) = default;
};
Id random_id();

enum class TokenUse : uint8_t { kFollow = 1, kButtons = 2, kPicture = 3 };

// A page is good for this long; after it, going on starts a new click.
inline constexpr std::chrono::hours kTokenLifetime{1};
// Clocks of nodes may differ by this much.
inline constexpr std::chrono::minutes kTokenClockSkew{2};

struct ClickToken {
  TokenUse use = TokenUse::kButtons;
  ClickIdentity click;
  Time issued{};
  Id link{};  // url::OpenedLink::digest of the link it was made for
  verdict::Disposition disposition = verdict::Disposition::kUnknown;
  verdict::Page page = verdict::Page::kNone;  // the page that was shown
  bool may_continue = false;
  uint64_t nonce = 0;  // single use is counted by it
};

// Of a link (by its digest), who asked for it, and with what. Means something in this process alone.
Id click_key(const Id& link, std::string_view client_address, std::string_view user_agent);

std::string seal(const ClickToken& token, const url::Keyring& keys);
// nullopt: forged, of another use or link, too old, or from a future beyond kTokenClockSkew.
std::optional<ClickToken> open(std::string_view text, TokenUse use, const Id& link, Time now,
                               const url::Keyring& keys);

}  // namespace linkgate::click
