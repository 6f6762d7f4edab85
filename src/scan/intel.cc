#include "scan/intel.h"

namespace linkgate::scan {

Result<std::unique_ptr<Intel>> Intel::start(std::unique_ptr<state::IntelStore> store) {
  std::unique_ptr<Intel> intel(new Intel(std::move(store)));
  TRY(intel->look());
  intel->poller_ = std::make_unique<state::Poller>("intel", [raw = intel.get()] { return raw->look(); });
  return intel;
}

Result<void> Intel::look() {
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(const state::Version version, store_->version());
  if (version_ == version) return {};
  const auto before = current_.load();
  TRY_ASSIGN(auto index, FeedIndex::load(*store_, before != nullptr ? *before : FeedIndex()));
  current_.store(std::make_shared<const FeedIndex>(std::move(index)));
  version_ = version;
  return {};
}

}  // namespace linkgate::scan
