#pragma once
// URLs in plain text, as ranges of the part's own bytes whatever its charset.

#include <string>
#include <string_view>
#include <vector>

#include "mail/charset.h"
#include "mail/html_tokenizer.h"
#include "url/find.h"

namespace linkgate::mail {

struct TextLink {
  Range at;           // in the bytes given
  std::string found;  // UTF-8, as url::find_urls saw it
  url::FoundKind kind = url::FoundKind::kScheme;
  // What follows would become part of another URL put here ("http://10.0.0.1:$PORT" ends before its port):
  // the replacement is put in angle brackets.
  bool runs_on = false;
};

// Whether `after`, what follows a URL that was found, would be taken into a longer one.
bool would_run_on(std::string_view after);

// `delsp`: format=flowed with DelSp=yes (RFC 3676), where a line that ends in a space goes on in the next
// without it, so that a URL may be spread over several lines; its range then covers the line ends and quote
// marks between.
std::vector<TextLink> find_plain_links(std::string_view bytes, const Charset& charset, bool delsp);

}  // namespace linkgate::mail
