#include "respond/flip_source.h"

#include "state/scan_store.h"

namespace linkgate::respond {
namespace {

std::string threat_of(verdict::Disposition disposition) {
  if (disposition == verdict::Disposition::kMalware) return "Malware";
  return disposition == verdict::Disposition::kPhishing ? "Phish" : "";
}

class ScanFlips final : public FlipSource {
 public:
  explicit ScanFlips(std::unique_ptr<state::ScanStore> store) : store_(std::move(store)) {}

  Result<int64_t> last() override { return store_->last_flip(); }

  Result<std::vector<BadFlip>> since(int64_t id, size_t most) override {
    TRY_ASSIGN(const auto flips, store_->flips_since(id, most));
    std::vector<BadFlip> bad;
    for (const state::Flip& flip : flips) bad.push_back({flip.id, {flip.url, threat_of(flip.is)}, flip.at});
    return bad;
  }

  Result<void> chains(const std::function<void(const std::vector<std::string>&)>& take) override {
    return store_->for_each_url([&](const state::RememberedUrl& url) {
      if (url.url_chain.size() > 1) take(url.url_chain);
    });
  }

 private:
  std::unique_ptr<state::ScanStore> store_;
};

}  // namespace

Result<std::unique_ptr<FlipSource>> open_flip_source(const Config& config) {
  const std::string& elsewhere = config.state.location;
  TRY_ASSIGN(auto store,
             state::open_scan_store(
                 {.location = elsewhere.empty() ? "sqlite:" + DataPaths(config.data).state() : elsewhere,
                  .read_only = true}));
  return std::make_unique<ScanFlips>(std::move(store));
}

}  // namespace linkgate::respond
