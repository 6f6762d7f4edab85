#include "mail/html_text.h"

#include <algorithm>
#include <string>

#include "mail/html_entities.h"
#include "url/find.h"

namespace linkgate::mail {
namespace {

constexpr std::string_view kWhite = " \t\r\n\f";

// Text with its references decoded, and where each byte of it stood.
struct Decoded {
  std::string text;
  std::vector<size_t> source;  // one more than text has bytes
};

Decoded decode_with_positions(std::string_view raw) {
  Decoded result;
  for (size_t at = 0; at < raw.size();) {
    size_t used = 0;
    if (raw[at] == '&') used = decode_reference(raw.substr(at), ReferenceContext::kText, result.text);
    if (used == 0) {
      result.text += raw[at];
      used = 1;
    }
    result.source.resize(result.text.size(), at);
    at += used;
  }
  result.source.push_back(raw.size());
  return result;
}

void find_in(std::string_view html, Range word, std::vector<Range>& out) {
  const std::string_view raw = html.substr(word.begin, word.size());
  if (raw.find('&') == std::string_view::npos) {
    for (const url::FoundUrl& found : url::find_urls(raw)) {
      if (found.kind != url::FoundKind::kBareDomain)
        out.push_back({word.begin + found.begin, word.begin + found.end});
    }
    return;
  }
  const Decoded decoded = decode_with_positions(raw);
  for (const url::FoundUrl& found : url::find_urls(decoded.text)) {
    if (found.kind == url::FoundKind::kBareDomain) continue;
    out.push_back({word.begin + decoded.source[found.begin], word.begin + decoded.source[found.end]});
  }
}

}  // namespace

std::vector<Range> find_text_links(std::string_view html, Range text) {
  std::vector<Range> out;
  const std::string_view all = html.substr(0, text.end);
  size_t scheme = all.find("://", text.begin);
  size_t www = all.find("www.", text.begin);
  size_t done = text.begin;
  while (std::min(scheme, www) != std::string_view::npos) {
    // The word around the mark, between white space; words are looked at once.
    const size_t mark = std::min(scheme, www);
    size_t begin = mark;
    while (begin > done && kWhite.find(all[begin - 1]) == std::string_view::npos) --begin;
    const size_t end = std::min(all.find_first_of(kWhite, mark), all.size());
    find_in(html, {begin, end}, out);
    done = end;
    if (scheme < end) scheme = all.find("://", end);
    if (www < end) www = all.find("www.", end);
  }
  return out;
}

}  // namespace linkgate::mail
