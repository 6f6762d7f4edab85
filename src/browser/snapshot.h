#pragma once
// A document as it stands, taken by a script of ours in a world of its own: it shares the DOM with the page,
// and no script. Names that a page gives its elements ("<input name=action>") cannot stand in for what the
// script asks, since it asks the prototypes. Pure: the script as text, and what it answers as fields of a
// Page.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "verdict/page.h"

namespace linkgate::browser {

// Held twice: by the script, so that a large page does not travel, and when its answer is read.
inline constexpr size_t kMaxHtmlBytes = 2 << 20;
inline constexpr size_t kMaxTextBytes = 256 << 10;
inline constexpr size_t kMaxTitleBytes = 1024;
inline constexpr size_t kMaxForms = 64;
inline constexpr size_t kMaxFields = 128;  // of one form
inline constexpr size_t kMaxFieldBytes = 256;
inline constexpr size_t kMaxLinks = 1000;  // links, frames, scripts and images: of each
inline constexpr size_t kMaxInlineScripts = 200;
inline constexpr size_t kMaxInlineScriptBytes = 256 << 10;
inline constexpr size_t kMaxInlineBytes = 1 << 20;  // of all inline scripts together

// One frame's document. Texts are UTF-8, cut at the limits above.
struct Snapshot {
  std::string url, title, html, text, icon;  // icon: where its picture is, absolute; may be empty
  std::vector<verdict::Form> forms;
  std::vector<std::string> links, frames, scripts, images, inline_scripts;
  bool is_cut = false;  // something was left out
  // The share of what is seen that its largest frame covers, 0 to 1, and where that frame leads.
  double frame_share = 0;
  std::string largest_frame;
};

// To be evaluated; gives a text for read_snapshot().
std::string_view snapshot_script();

// kInvalidArgument for what is no answer of the script.
Result<Snapshot> read_snapshot(std::string_view answer);

}  // namespace linkgate::browser
