#pragma once
// URLs that stand as plain text in HTML: many clients make links of them, so they are links.

#include <string_view>
#include <vector>

#include "mail/html_tokenizer.h"

namespace linkgate::mail {

// Ranges within `text`, a range of `html` that is a text token; references in it count as what they mean.
std::vector<Range> find_text_links(std::string_view html, Range text);

}  // namespace linkgate::mail
