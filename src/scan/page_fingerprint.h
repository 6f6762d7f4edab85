#pragma once
// Whether a page is still the page it was, from fetches alone: a hash of where the link led, of what there
// is to read, of forms and scripts. What is made up anew for each answer (nonces, dates, counters) does not
// count, nor do styles, pictures and the sources of pictures. Pure.

#include <string>
#include <vector>

#include "verdict/page.h"

namespace linkgate::scan {

// Of a page as servers sent it; `scripts` are what the scripts of its own site hold, in document order.
std::string page_fingerprint(const verdict::Page& fetched, const std::vector<std::string>& scripts);
// The same where the scripts were not fetched.
std::string page_fingerprint(const verdict::Page& fetched);
// True where `now` may show something else than `before` did. One without scripts says nothing about them,
// so that it cannot vouch for a page that has some.
bool is_changed(const std::string& before, const std::string& now);

// The scripts that tell of a change: those of the page's own site, the first kMaxScripts of them.
inline constexpr size_t kMaxScripts = 5;
std::vector<std::string> own_scripts(const verdict::Page& fetched);

}  // namespace linkgate::scan
