#include "scan/intel.h"

#include "base/metrics.h"

namespace linkgate::scan {

Result<std::unique_ptr<Intel>> Intel::open(std::unique_ptr<state::IntelStore> store,
                                           std::unique_ptr<state::IntelStore> exact) {
  std::unique_ptr<Intel> intel(new Intel(std::move(store), std::move(exact)));
  TRY(intel->load(/*with_filters=*/false));
  return intel;
}

Result<std::unique_ptr<Intel>> Intel::start(std::unique_ptr<state::IntelStore> store,
                                            std::unique_ptr<state::IntelStore> exact) {
  TRY_ASSIGN(auto intel, open(std::move(store), std::move(exact)));
  intel->poller_ = std::make_unique<state::Poller>("intel", [raw = intel.get()] { return raw->look(); });
  return intel;
}

Result<void> Intel::look() {
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(const state::Version version, store_->version());
  if (version_ == version) return {};
  TRY(load(/*with_filters=*/true));
  version_ = version;
  static auto& bytes = metrics::process().gauge("linkgate_feed_filter_bytes",
                                                "Memory of the filters that stand for feeds", {});
  bytes.set(static_cast<double>(current()->bytes()));
  return {};
}

Result<void> Intel::load(bool with_filters) {
  const auto before = current_.load();
  TRY_ASSIGN(auto index,
             FeedIndex::load(*store_, before != nullptr ? *before : FeedIndex(), exact_, with_filters));
  current_.store(std::make_shared<const FeedIndex>(std::move(index)));
  return {};
}

}  // namespace linkgate::scan
