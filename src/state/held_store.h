#pragma once
// Mail that the gateway did not deliver, on its way into quarantine: sealed (state/held_seal.h), put down by
// linkgate-gateway, taken by linkgate-respond. The gateway can read back nothing of it. On both engines, held
// to held_store_contract_test.cc. Calls block; any thread; errors as in state/stores.h.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "state/stores.h"

namespace linkgate::state {

struct HeldMail {
  std::string network_message_id, recipient;  // one message is held once for a recipient
  Time time{};
  std::string sealed;
};

class HeldStore {
 public:
  virtual ~HeldStore() = default;
  // Durable when it returns, also over a power cut. One that is there already stays as it is.
  virtual Result<void> put(const HeldMail& mail) = 0;
  // The oldest; with their content, so ask for few.
  virtual Result<std::vector<HeldMail>> oldest(size_t most) = 0;
  virtual Result<void> remove(std::string_view network_message_id, std::string_view recipient) = 0;
};

Result<std::unique_ptr<HeldStore>> open_held_store(const StateOptions& options);

}  // namespace linkgate::state
