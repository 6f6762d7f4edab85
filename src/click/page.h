#pragma once
// Pages as HTML: one response, no foreign resources, no cookies, and no script but the scanning page's.
// Everything that came from outside is escaped.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"
#include "click/strings.h"
#include "verdict/verdict.h"

namespace linkgate::click {

// Which of the strings' texts the page opens with, and how it looks.
enum class PageKind {
  kScanning,
  kSuspicious,
  kGated,
  kUnknown,
  kPhishing,
  kMalicious,
  kBlocked,
  kError,
  kErrorClosed,
  kAltered,
  kDamaged,
  kRevoked,
  kNotIssued,
  kUnopenable,
  kForm,
  kClosed,
  kReported,
  kSubmit,     // report this message?
  kSubmitted,  // it is reported
  kTooMany,
  kAbout,  // what this server is
};

// The same on every page of an installation.
struct Branding {
  std::string organisation;
  std::string contact;  // an address, a web page, or a name and a number
  std::string logo;     // as a data: URL; shown where the policy says so
};
// Reads an image file (PNG, JPEG, GIF, WebP or SVG, told by content, at most 64 KiB) as a data: URL; an empty
// path gives "".
inline constexpr size_t kMaxLogoBytes = 64 * 1024;
Result<std::string> load_logo(const std::string& path, FileSystem& files);

struct PageModel {
  PageKind kind = PageKind::kError;
  std::string url;  // the original, or what an altered link names; empty: the page names no destination
  std::vector<verdict::Evidence> evidence;
  std::string custom_text;  // CustomNotificationText
  bool show_logo = false;   // EnableOrganizationBranding
  std::string received;     // date of the message, "2026-11-21"
  std::string reference;    // the click's id
  std::string token;        // of the buttons; empty: there are none
  std::string link;         // what the buttons' actions end with: "/?url=..." or "/f/..."
  bool may_continue = false;
  bool may_report = false;      // as safe
  bool may_submit = false;      // the message as phishing
  bool form_discarded = false;  // came from a form: say that nothing was sent
  bool used_before = false;     // the button's token had been used: decide again
  std::string refresh;          // kScanning: where the page goes on; empty: nowhere
  int refresh_seconds = 1;
  std::string events;   // kScanning: where a script follows the check; empty: nowhere
  std::string picture;  // where a picture of the page behind the link is; empty: there is none
};

std::string render(const PageModel& page, const Strings& strings, const Branding& branding);

// What the scanning page of a browser with scripts runs (page_security.cc).
extern const std::string_view kFollowScript;

// Content-Security-Policy for pages. A page that may be left for its destination cannot restrict where forms
// lead, since browsers hold the redirect that answers them to form-action as well.
struct PageCsp {
  bool leads_away = false;
  bool follows = false;      // has the one script, named by its hash
  bool has_picture = false;  // of its own host
};
std::string page_csp(const PageCsp& page);
// For answers without a page.
inline constexpr std::string_view kBareCsp =
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
// The same as a whole header line.
inline constexpr std::string_view kBareCspLine =
    "Content-Security-Policy: "
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'\r\n";
static_assert(kBareCspLine.substr(25, kBareCspLine.size() - 27) == kBareCsp);

}  // namespace linkgate::click
