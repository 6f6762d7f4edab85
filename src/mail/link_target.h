#pragma once
// What URL a reference means: an attribute of HTML, or words in text, made absolute as a browser or mail
// client would.

#include <optional>
#include <string>
#include <string_view>

#include "mail/charset.h"
#include "mail/rewriter.h"
#include "url/url.h"

namespace linkgate::mail {

struct Target {
  std::string url;  // absolute; as it stood where left_alone says so
  Unwrapped left_alone = Unwrapped::kNo;
};

// `reference` is UTF-8 with character references decoded. `base` may be absent. nullopt where nothing is
// linked to: an empty reference, or a place in the same document. A relative reference without a base leads
// nowhere for a browser, but mail clients open "www.example.com" and
// "//example.com" as http, so these count.
std::optional<Target> html_target(std::string_view reference, const url::Url* base, const Charset& charset);

// `www`: found without a scheme, opened as http.
Target text_target(std::string_view found, bool www);

}  // namespace linkgate::mail
