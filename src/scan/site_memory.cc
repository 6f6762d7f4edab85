#include "scan/site_memory.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "document/image.h"

namespace linkgate::scan {

using document::ImageHash;

namespace {

constexpr std::string_view kScreen = "screen", kCentre = "centre", kIcon = "icon";
constexpr size_t kMaxIconBytes = 256 * 1024;

}  // namespace

PageLook look_of(const verdict::Page& page) {
  PageLook look;
  if (const auto screen = document::decode_image(page.screenshot)) {
    look.screen = document::hash_of(*screen);
    const auto& s = *screen;
    look.centre = document::hash_of(s.part(s.width / 4, s.height / 8, s.width / 2, s.height * 3 / 4));
  }
  if (page.favicon.size() > kMaxIconBytes) return look;
  if (const auto icon = document::decode_image(page.favicon)) look.icon = document::hash_of(*icon);
  return look;
}

Result<std::unique_ptr<SiteMemory>> SiteMemory::start(std::unique_ptr<state::SiteStore> store,
                                                      const Clock& clock) {
  std::unique_ptr<SiteMemory> memory(new SiteMemory(std::move(store), clock));
  TRY(memory->store_->drop_before(clock.now() - kRemembered));
  TRY_ASSIGN(memory->begin_, memory->store_->begin());
  TRY_ASSIGN(const auto looks, memory->store_->looks());
  for (const state::StoredLook& look : looks) {
    if (const auto hash = document::image_hash_from_hex(look.hash))
      memory->looks_.push_back({look.brand, look.part, *hash});
  }
  return memory;
}

std::optional<Time> SiteMemory::met(const std::string& site) {
  const Time now = clock_.now();
  auto known = known_.find(site);
  if (known == known_.end()) {
    const auto met = store_->meet(site, now);
    if (!met) {
      log::warn("when {} was met first is not known: {}", site, met.error().message());
      return std::nullopt;
    }
    if (known_.size() >= kMaxKnown) known_.clear();
    known = known_.emplace(site, *met).first;
  }
  if (!begin_ || known->second < *begin_) begin_ = known->second;
  if (now - *begin_ < kApprenticeship) return std::nullopt;
  return known->second;
}

void SiteMemory::learn_part(const std::string& brand, const std::string& site, std::string_view part,
                            const std::optional<ImageHash>& hash) {
  if (!hash || best(part, hash, 1.0) == brand) return;
  const state::StoredLook look{brand, site, std::string(part), document::to_hex(*hash)};
  if (const auto put = store_->put_look(look, clock_.now()); !put)
    return log::warn("what a page of {} looks like is not kept: {}", brand, put.error().message());
  if (looks_.size() < state::kMaxStoredLooks) looks_.push_back({brand, std::string(part), *hash});
}

void SiteMemory::learn(const std::string& brand, const std::string& site, const PageLook& look) {
  learn_part(brand, site, kScreen, look.screen);
  learn_part(brand, site, kCentre, look.centre);
  learn_part(brand, site, kIcon, look.icon);
}

std::string SiteMemory::best(std::string_view part, const std::optional<ImageHash>& hash,
                             double least) const {
  std::string brand;
  if (!hash) return brand;
  for (const Learnt& learnt : looks_) {
    const double alike = learnt.part == part ? document::likeness(learnt.hash, *hash) : 0;
    if (alike < least) continue;
    least = alike;
    brand = learnt.brand;
  }
  return brand;
}

verdict::SeenLook SiteMemory::like(const PageLook& look) const {
  std::string page = best(kScreen, look.screen, kAlike);
  if (page.empty()) page = best(kCentre, look.centre, kAlike);
  return {std::move(page), best(kIcon, look.icon, kSameIcon)};
}

}  // namespace linkgate::scan
