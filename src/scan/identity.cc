#include "scan/identity.h"

#include "browser/identity.h"

namespace linkgate::scan {

Identity identity_of(Visitor visitor, std::string_view language) {
  if (visitor == Visitor::kBot) return {"curl", "curl/8.14.1", {"Accept: */*"}, false, ""};
  const auto as = visitor == Visitor::kMobile ? browser::Visitor::kMobile : browser::Visitor::kDesktop;
  const browser::Locale locale = language.empty() ? browser::Locale() : browser::locale_of(language);
  std::string name(browser::to_string(as));
  if (!language.empty()) name.append(" ").append(language);
  return {std::move(name), browser::user_agent(as, browser::kUsualVersion),
          browser::navigation_headers(as, locale, browser::kUsualVersion), true, "gzip, deflate, br, zstd"};
}

}  // namespace linkgate::scan
