#pragma once
// The event store as a shipper's sink: found, brought up to date and connected to when there is something to
// do, and again after it was gone.

#include <memory>

#include "base/config.h"
#include "store/client.h"
#include "store/shipper.h"

namespace linkgate::store {

class StoreSink final : public EventSink {
 public:
  explicit StoreSink(Config config) : config_(std::move(config)) {}
  // Connects, migrates and sets the retention, where that has not been done since the store was last gone.
  Result<void> prepare() override;
  Result<void> insert(std::string_view table, const std::vector<std::string_view>& lines) override;

 private:
  const Config config_;
  std::unique_ptr<StoreClient> client_;
};

}  // namespace linkgate::store
