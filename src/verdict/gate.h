#pragma once
// Gates: pages that show themselves only to those who prove to be people. Nothing is solved; a gate is
// recognised and named, and what lies behind it was not seen.

#include <optional>
#include <string>

#include "verdict/page.h"

namespace linkgate::verdict {

struct Gate {
  std::string code;      // of the evidence: "gate.turnstile", "gate.home-made", ...
  std::string kind;      // "Cloudflare Turnstile", "reCAPTCHA", "home-made", ...
  std::string site_key;  // of the widget; empty where it has none
  std::string sentence;  // why it is taken for a gate
};

// A gate and nothing else: a page with a widget beside a form of its own, or with more to read than a gate
// has, is a page. `is_whole`: it is what a person sees, rendered or without anything to render; of what a
// server sent besides only whole interstitials are recognised.
std::optional<Gate> find_gate(const Page& page, bool is_whole);

// A gate's visible text is shorter.
inline constexpr size_t kMaxGateText = 400;

}  // namespace linkgate::verdict
