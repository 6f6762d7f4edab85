#pragma once
// What an answer leads to next, of every kind that can be told without a browser. Pure; answers are hostile.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scan/fetch.h"
#include "scan/markup.h"
#include "verdict/page.h"

namespace linkgate::scan {

struct NextHop {
  std::string url;  // absolute; not always http
  verdict::HopKind how = verdict::HopKind::kHttp;
  std::string method = "GET", body, body_type;
  bool is_conditional = false;  // a script goes there under some condition only
};

inline constexpr size_t kMaxNextHops = 40;

// The "shared declarative refresh steps" of the HTML Standard (7.4.6): what <meta http-equiv=refresh> and the
// Refresh header say.
struct Refresh {
  double seconds = 0;
  std::string url;  // as written; empty: the page itself again
  friend bool operator==(const Refresh&, const Refresh&) = default;
};
std::optional<Refresh> parse_refresh(std::string_view content);

// Where a status and a Location header lead; `method` is that of the request.
std::optional<NextHop> http_redirect(const FetchResult& answer, const url::Url& at,
                                     const FetchRequest& request);

// Whether a URL that is not http leads into the visitor's own machine or network: a scheme that browsers keep
// for what lies there (file:, view-source:, javascript:, ...), or a host that is not public.
bool leads_inward(const url::Url& url);

struct PageHops {
  std::vector<NextHop> hops;         // surest first; none is the page itself
  std::vector<std::string> cookies;  // that its scripts set
  bool reloads = false;              // the page asks for itself again: by Refresh, meta or script
};
// Refresh header, meta refresh, scripts, forms that submit themselves, links that are clicked, frames that
// fill the page, and a link that stands alone. `page` was filled by read_markup(), which gave `markup`; what
// scripts write into the document is read into it too.
PageHops page_redirects(const FetchResult& answer, const url::Url& at, Markup* markup, verdict::Page* page);

}  // namespace linkgate::scan
