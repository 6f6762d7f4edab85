// Hostile text in every place of a page. Law: the page's tags are the same as with harmless text in its
// place, so nothing that came from outside becomes markup.
#include "base/check.h"
#include "click/page.h"

using namespace linkgate;

namespace {
// All tags, with the values of their attributes left out.
std::string tags(const std::string& html) {
  std::string out;
  bool tag = false, value = false;
  for (char c : html) {
    if (tag && c == '"') value = !value;
    if (!value && c == '<') tag = true;
    if (tag && !value) out += c;
    if (!value && c == '>') tag = false;
  }
  return out;
}

std::string page_with(const std::string& text, uint8_t kind) {
  click::PageModel page;
  page.kind = static_cast<click::PageKind>(kind % 18);
  page.custom_text = page.received = page.reference = page.token = page.link = text;
  page.evidence = {{"a.code", text, text}};  // codes are ours, and some have a sentence of their own
  page.url = "https://a.example/" + text;
  page.may_continue = page.may_report = page.show_logo = true;
  return click::render(page, *click::languages()[kind % 2], click::Branding{text, "ask " + text, "data:x"});
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2 || size > 4096) return 0;
  std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  CHECK(tags(page_with(text, data[0])) == tags(page_with("harmless", data[0])));
  return 0;
}
