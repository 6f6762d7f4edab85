// Tokens cover any document without gap or overlap, and links lie in it, in order, apart from one another.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "mail/html_links.h"
#include "mail/html_tokenizer.h"

using namespace linkgate::mail;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view html(reinterpret_cast<const char*>(data), size);
  for (const CdataRule rule : {CdataRule::kByNamespace, CdataRule::kAlways}) {
    HtmlTokenizer tokenizer(html, rule);
    HtmlToken token;
    size_t at = 0;
    while (tokenizer.next(token)) {
      CHECK(token.range.begin == at && token.range.end > at);
      CHECK(token.content.begin >= at && token.content.end >= token.content.begin);
      CHECK(token.content.end <= token.range.end);
      at = token.range.end;
    }
    CHECK(at == size);
  }
  const HtmlLinks found = find_html_links(html, 1000);
  size_t done = 0;
  for (const HtmlLink& link : found.links) {
    CHECK(link.value.begin >= done && link.value.begin < link.value.end && link.value.end <= size);
    done = link.value.end;
  }
  return 0;
}
