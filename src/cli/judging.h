#pragma once
// Who answers `linkgate check`: the running linkgate-scan of this data directory, else the same judgement in
// this process.

#include <memory>

#include "api/check.h"
#include "base/config.h"
#include "base/result.h"
#include "verdict/verdict.h"

namespace linkgate::cli {

class Judging {
 public:
  virtual ~Judging() = default;
  virtual Result<verdict::Verdict> check(const api::CheckRequest& request) = 0;
};

Result<std::unique_ptr<Judging>> open_judging(const Config& config);

}  // namespace linkgate::cli
