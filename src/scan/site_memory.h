#pragma once
// What this installation remembers of sites: how long it has known each, and what the sign-in pages of
// well-known names look like, learnt from their own hosts. One thread.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "document/image_hash.h"
#include "state/site_store.h"
#include "verdict/page_model.h"

namespace linkgate::scan {

// What a rendered page looks like; parts that show next to nothing are absent.
struct PageLook {
  std::optional<document::ImageHash> screen;  // the first screen
  std::optional<document::ImageHash> centre;  // its middle, where sign-in boxes stand
  std::optional<document::ImageHash> icon;    // its favicon
};
PageLook look_of(const verdict::Page& page);

class SiteMemory {
 public:
  // That a name is new says something only where others were met for so long.
  static constexpr std::chrono::hours kApprenticeship{14 * 24};
  static constexpr std::chrono::hours kRemembered{400 * 24};
  static constexpr size_t kMaxKnown = 100'000;  // in memory; the store has all
  // Of the edges of two pictures: what is alike for a person too.
  static constexpr double kAlike = 0.8, kSameIcon = 0.9;

  static Result<std::unique_ptr<SiteMemory>> start(std::unique_ptr<state::SiteStore> store,
                                                   const Clock& clock);

  // When `site` was met first, by this too; absent while too little is remembered, or the store is out of
  // order (which the log says).
  std::optional<Time> met(const std::string& site);
  // A page of `brand` on a host of its own.
  void learn(const std::string& brand, const std::string& site, const PageLook& look);
  // Whose learnt pages and icons look like this; empty where nobody's.
  verdict::SeenLook like(const PageLook& look) const;

 private:
  struct Learnt {
    std::string brand, part;
    document::ImageHash hash;
  };
  SiteMemory(std::unique_ptr<state::SiteStore> store, const Clock& clock)
      : store_(std::move(store)), clock_(clock) {}
  void learn_part(const std::string& brand, const std::string& site, std::string_view part,
                  const std::optional<document::ImageHash>& hash);
  std::string best(std::string_view part, const std::optional<document::ImageHash>& hash, double least) const;

  const std::unique_ptr<state::SiteStore> store_;
  const Clock& clock_;
  std::optional<Time> begin_;
  std::unordered_map<std::string, Time> known_;
  std::vector<Learnt> looks_;
};

}  // namespace linkgate::scan
