#pragma once
// A page of our own on paper: HTML in, PDF out, by a Chromium of its own that reaches no network and runs no
// scripts.

#include <string>
#include <string_view>

#include "base/result.h"
#include "browser/browser.h"

namespace linkgate::browser {

inline constexpr size_t kMaxPrintedHtml = 6 << 20;  // octets; DevTools holds no more at once as JSON

// Blocking, a minute at most. `options.proxy_socket` is not used. Errors of Browser::start; kLimit: the page
// is too large; kTimeout, kUnavailable.
Result<std::string> print_pdf(std::string_view html, BrowserOptions options);

}  // namespace linkgate::browser
