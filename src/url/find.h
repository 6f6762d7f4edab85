#pragma once
// Finds the URLs that mail clients would make clickable in plain text. Conservative: what carries a scheme is
// a link, a www. name may be one, a bare word such as "args.to" never is.

#include <string_view>
#include <vector>

namespace linkgate::url {

enum class FoundKind {
  kScheme,
  kWww,
  kBareDomain
};  // bare domains are for the record only and never patched

struct FoundUrl {
  size_t begin = 0;  // byte range in the text given
  size_t end = 0;
  FoundKind kind = FoundKind::kScheme;
};

// In order, without overlap. Trailing punctuation and unbalanced closing brackets stay outside, as in GFM
// autolinks; an underline behind a path does where one stands in front of the URL too. `text` is UTF-8;
// invalid bytes end a URL. Linear in the size of the text.
std::vector<FoundUrl> find_urls(std::string_view text);

}  // namespace linkgate::url
