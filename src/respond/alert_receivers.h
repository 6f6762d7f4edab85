#pragma once
// Who is told of alerts, as [[alerts.receiver]] names them.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/config.h"
#include "base/result.h"
#include "views/alert_facts.h"

namespace linkgate::respond {

class AlertReceiver {
 public:
  virtual ~AlertReceiver() = default;
  // Of its row in state: the receiver's name, and for one of several addresses of mail "NAME ADDRESS", so
  // that an address that is refused keeps the alert from no other.
  virtual const std::string& key() const = 0;
  virtual const std::string& name() const = 0;
  // Blocking, 20 s at most. An error, which never says a secret: it was not taken.
  virtual Result<void> tell(const views::AlertFacts& alert, Time now) = 0;
};

// kInvalidArgument with the place of the key: a file of a secret that cannot be read or is empty.
Result<std::vector<std::unique_ptr<AlertReceiver>>> open_receivers(const Config& config);

// The keys of those that want alerts of this severity and category.
std::vector<std::string> receivers_of(const AlertsConfig& config, std::string_view severity,
                                      std::string_view category);

}  // namespace linkgate::respond
