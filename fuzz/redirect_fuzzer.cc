// Any bytes as a page, a script, a Refresh header. Laws: every hop is a URL that reads as itself and leads
// elsewhere; lists stay in their bounds; a page read twice says the same twice.
#include "base/check.h"
#include "scan/charset.h"
#include "scan/redirect.h"
#include "scan/redirect_script.h"

using namespace linkgate;

static std::vector<std::string> read(const std::string& text, const url::Url& at) {
  scan::FetchResult answer;
  answer.status = 200;
  answer.headers.emplace_back("refresh", text.substr(0, 200));
  verdict::Page page;
  page.chain.push_back({at.href(), verdict::HopKind::kStart, 200});
  scan::Markup markup = scan::read_markup(text, at, &page);
  const auto found = scan::page_redirects(answer, at, &markup, &page);
  CHECK(found.hops.size() <= scan::kMaxNextHops);
  CHECK(page.visible_text.size() <= scan::kMaxVisibleText);
  std::vector<std::string> urls;
  for (const auto& hop : found.hops) {
    const auto url = url::Url::parse(hop.url);
    CHECK(url && url->href() == hop.url);
    CHECK(hop.method == "POST" || hop.url != at.href());
    urls.push_back(hop.url);
  }
  return urls;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), std::min<size_t>(size, 100'000));
  static const url::Url at = *url::Url::parse("https://a.example/dir/page?q=1");
  const std::string text = scan::to_utf8(bytes, "");
  CHECK(read(text, at) == read(text, at));
  (void)read("<script>" + text + "</script>", at);
  return 0;
}
