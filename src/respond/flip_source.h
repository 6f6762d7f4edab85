#pragma once
// Verdicts that turned bad, wherever they are kept.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/config.h"
#include "base/result.h"
#include "respond/zap_plan.h"

namespace linkgate::respond {

struct BadFlip {
  int64_t id = 0;  // grows in the order in which flips become visible
  BadUrl url;      // threat: empty where the verdict did not turn to phishing or malware
  Time at{};
};

class FlipSource {
 public:
  virtual ~FlipSource() = default;
  virtual Result<int64_t> last() = 0;
  virtual Result<std::vector<BadFlip>> since(int64_t id, size_t most) = 0;  // those beyond, by id
  virtual Result<void> chains(const std::function<void(const std::vector<std::string>&)>& take) = 0;
};

// What linkgate-scan remembers, read only.
Result<std::unique_ptr<FlipSource>> open_flip_source(const Config& config);

}  // namespace linkgate::respond
