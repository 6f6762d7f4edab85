#pragma once
// From what was seen behind a link to a verdict with its reasons.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "scan/looker.h"
#include "url/url.h"
#include "verdict/brand_look.h"
#include "verdict/page.h"
#include "verdict/page_model.h"
#include "verdict/verdict.h"

namespace linkgate::scan {

// Somebody else's visit, and whose.
struct OtherVisit {
  LookRequest request;
  verdict::Page page;
};

// The visits to one link; at least one of them was made.
struct Seen {
  std::optional<verdict::Page> fetched;   // what servers sent to a person's browser
  std::optional<verdict::Page> rendered;  // what a person would see
  std::optional<verdict::Page> as_bot;    // what servers sent to a program that says so
  std::vector<OtherVisit> others;         // what other people were shown
  std::string no_browser;                 // why nothing was rendered although it should have been
  std::string code_url;                   // where a QR code on the rendered page leads: to another site
  std::optional<verdict::Page> carried;   // what servers sent to a telephone that went there
  std::string press_url;                  // where pressing something on the page leads
  std::optional<verdict::Page> pressed;   // what was there
};

// Evidence where feeds list a hop of the chain, with how bad.
struct Listed {
  verdict::Disposition disposition = verdict::Disposition::kUnknown;
  verdict::Evidence evidence;
};
using FindListed = std::function<std::optional<Listed>(const url::Url&)>;

// Without times. `clean` only where the page itself was seen, whole, and nothing speaks against it.
verdict::Verdict verdict_of(const Seen& seen, const FindListed& find_listed,
                            const verdict::BrandLooks& brands, const verdict::PageContext& context);

// Evidence on a clean page that asks for something and does not say who asks.
inline constexpr std::string_view kUnnamed = "page.unnamed";

// True where what a server sent is what a person sees, so that no browser is needed: no scripts, no frames,
// nothing that leads on, no password that is asked for.
bool is_whole(const verdict::Page& fetched);

}  // namespace linkgate::scan
