// UnscannableAction Quarantine: a message that is held back instead of being handed on.

#include "gateway/delivery.h"
#include "state/held_seal.h"

namespace linkgate::gateway {

using net::SmtpReply;

// Offered by linkgate-respond, where it has mailboxes that it can release into.
Result<state::HeldKey> Delivery::held_key() const {
  TRY_ASSIGN(const std::string text, context_.files.read(context_.held_key_file));
  return state::parse_held_key(text);
}

// As hand_over(), with the quarantine as the next hop: it is there before anybody is answered.
asio::awaitable<void> Delivery::hold(const Group& group) {
  std::function<Result<void>()> work = [this, &group]() -> Result<void> {
    TRY_ASSIGN(const state::HeldKey key, held_key());
    const std::string sealed = state::seal_held(key, render_unscannable(group));
    for (const size_t i : group.recipients) {
      TRY(context_.held.put(
          {facts_.identity.text, recipients_[i].envelope->address, context_.clock.now(), sealed}));
    }
    return {};
  };
  const auto held = co_await on_worker<void>(context_.workers, std::move(work));
  const SmtpReply reply = held ? SmtpReply(250, "2.0.0 Held in quarantine as " + facts_.identity.text)
                               : our_trouble(held.error());
  const RenderedMessage nothing;
  for (const size_t i : group.recipients) co_await conclude(i, group, nothing, reply);
}

}  // namespace linkgate::gateway
