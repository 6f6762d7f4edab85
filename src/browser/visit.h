#pragma once
// One visit to one URL: a fresh context in a running browser, somebody's identity, some waiting and moving as
// people do, and what was to be seen.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "browser/browser.h"
#include "browser/identity.h"
#include "verdict/page.h"

namespace linkgate::browser {

struct VisitRequest {
  std::string url;  // http or https
  Visitor visitor = Visitor::kDesktop;
  Locale locale;
  // From the first request to the page; what is not there by then is not seen. A page that is done earlier is
  // taken earlier.
  std::chrono::milliseconds budget{6000};
  bool want_screenshot = true;
};

struct VisitOutcome {
  verdict::Page page;
  // The browser is to be replaced: it ended, or no longer does what it is told.
  bool is_browser_lost = false;
};

// Never fails: what went wrong is in the page's trouble. `browser` is alive until the visit is done.
boost::asio::awaitable<VisitOutcome> visit(boost::asio::io_context& io, Browser& browser,
                                           VisitRequest request);

}  // namespace linkgate::browser
