#pragma once
// From what a visit gathered to a verdict::Page.

#include <string>
#include <string_view>
#include <vector>

#include "browser/downloads.h"
#include "browser/navigation_log.h"
#include "browser/snapshot.h"
#include "verdict/page.h"

namespace linkgate::browser {

struct VisitRecord {
  std::string url;  // that was asked for
  std::string_view identity;
  std::vector<const NavigationLog*> tabs;  // the link's first
  std::vector<Snapshot> frames;            // of the tab that is shown, the main one first
  std::string screenshot, icon, trouble;
  const NavigationLog* shown = nullptr;
};

// A frame that covers this share of what is seen is what a person sees: it becomes the last hop.
inline constexpr double kFillingShare = 0.9;
inline constexpr size_t kMaxTextAround = 200;  // characters that the page around it may have

verdict::Page page_of(VisitRecord& record, const Downloads& downloads);

}  // namespace linkgate::browser
