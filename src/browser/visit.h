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
  // Whatever it waits for before: what is not seen by then is not seen.
  std::chrono::steady_clock::time_point latest = std::chrono::steady_clock::time_point::max();
  bool want_screenshot = true;
};

struct VisitOutcome {
  verdict::Page page;
  // The browser is to be replaced: it ended, or no longer does what it is told.
  bool is_browser_lost = false;
  bool has_begun = false;  // something was asked for: whoever serves the link knows of us
};

// A context with a tab in it, and one visit made with them. Opened ahead of time, a visit costs only itself.
class Visit {
 public:
  static std::unique_ptr<Visit> create(boost::asio::io_context& io, std::shared_ptr<Browser> browser,
                                       Visitor visitor, Locale locale);
  virtual ~Visit() = default;  // the context is thrown away

  // The tab is there, is empty, and is this visitor's. Errors: kUnavailable, kTimeout.
  virtual boost::asio::awaitable<Result<void>> open() = 0;
  // After open(), as long as nothing became of the tab.
  virtual bool is_ready() const = 0;
  virtual bool is_for(const Browser* browser, const VisitRequest& request) const = 0;
  // Once; opens first what is not open. REQUIRES: is_for(request). Never fails: what went wrong is in the
  // page's trouble.
  virtual boost::asio::awaitable<VisitOutcome> run(VisitRequest request) = 0;
};

}  // namespace linkgate::browser
