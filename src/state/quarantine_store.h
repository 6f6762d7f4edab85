#pragma once
// Messages that were taken out of mailboxes, sealed (respond/quarantine_seal.h: this store never sees what is
// in them). Written by linkgate-respond and the command line. On both engines, held to
// zap_store_contract_test.cc. Calls block; any thread; errors as in state/stores.h.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "state/stores.h"

namespace linkgate::state {

enum class HeldState : uint8_t {
  kHeld,
  kReleasing,  // is to be put back
  kReleased,   // is back
  kDeleted,    // its content is gone: deleted, or kept as long as it is kept
};
std::string_view to_string(HeldState state);  // "held", "releasing", "released", "deleted"

struct HeldMessage {
  std::string id;  // a function of where it lay, so that one that is taken twice is there once
  std::string network_message_id, recipient, mailbox;
  std::string folder, internal_date;
  std::vector<std::string> flags;
  std::string subject, sender, threat;  // for lists
  uint64_t size = 0;
  Time stored{}, expires{};
  HeldState state = HeldState::kHeld;
  std::string changed_by, trouble;  // who released or deleted it; why releasing failed so far
  Time changed{};
};

struct SealedMessage {
  HeldMessage held;
  std::string sealed;
};

struct HeldFilter {
  std::optional<HeldState> state;
  std::string network_message_id, recipient;  // empty: any
  size_t most = 1000;                         // the newest
};

class QuarantineStore {
 public:
  virtual ~QuarantineStore() = default;
  virtual Result<Version> version() = 0;  // bumped by set_state
  // All or none, durable when it returns, also over a power cut. One of its id that is held already stays as
  // it is; one that was released or deleted is held again.
  virtual Result<void> put(const std::vector<SealedMessage>& messages) = 0;
  virtual Result<std::vector<HeldMessage>> list(const HeldFilter& filter) = 0;
  virtual Result<HeldMessage> find(std::string_view id) = 0;    // kNotFound
  virtual Result<std::string> sealed(std::string_view id) = 0;  // kNotFound: not there, or no longer
  // From `was` to `is`; kReleased and kDeleted drop the content. kNotFound: it is not in that state.
  virtual Result<void> set_state(std::string_view id, HeldState was, HeldState is, std::string_view by,
                                 Time now) = 0;
  virtual Result<void> note_trouble(std::string_view id, std::string_view trouble) = 0;
  // Content whose time is over goes; what is said of it stays for `kept` more.
  virtual Result<size_t> drop_expired(Time now, Ticks kept) = 0;
};

Result<std::unique_ptr<QuarantineStore>> open_quarantine_store(const StateOptions& options);

}  // namespace linkgate::state
