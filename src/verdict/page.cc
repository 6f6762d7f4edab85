#include "verdict/page.h"

namespace linkgate::verdict {

std::string_view to_string(HopKind kind) {
  switch (kind) {
    case HopKind::kStart:
      return "start";
    case HopKind::kHttp:
      return "http";
    case HopKind::kRefreshHeader:
      return "refresh header";
    case HopKind::kMetaRefresh:
      return "meta refresh";
    case HopKind::kScript:
      return "script";
    case HopKind::kForm:
      return "form";
    case HopKind::kFrame:
      return "frame";
    case HopKind::kClick:
      return "click";
    case HopKind::kCarried:
      return "carried";
  }
  return "";
}

}  // namespace linkgate::verdict
