#include "scan/pressed.h"

#include <gtest/gtest.h>

#include "scan/markup.h"

namespace linkgate::scan {
namespace {

std::string behind(const std::string& html) {
  const auto at = *url::Url::parse("https://a.example/dir/");
  verdict::Page page;
  page.chain.push_back({at.href(), verdict::HopKind::kStart, 200});
  page.html = html;
  read_markup(html, at, &page);
  return url_behind_press(page);
}

TEST(BehindPress, IsWhereAPressLeads) {
  const struct {
    const char* html;
    const char* url;
  } cases[] = {
      {"<button onclick=\"window.open('/viewer','d','width=500')\">Open</button>",
       "https://a.example/viewer"},
      {"<div onclick=\"location.href='next.html'\">Open</div>", "https://a.example/dir/next.html"},
      {"<script>function go(){open('https://b.example/x')}</script><a onclick=\"go()\">Open</a>",
       "https://b.example/x"},
      {"<script>var u='https://b.'+'example/x';</script><p onclick='open(u)'>Open</p>",
       "https://b.example/x"},
      {"<b id=o>Open</b><script>document.getElementById('o').addEventListener('click', function () {"
       "window.open('/viewer') })</script>",
       "https://a.example/viewer"},
      {"<b id=o>Open</b><script>o.onclick = () => { location = '/viewer' }</script>",
       "https://a.example/viewer"},
      {"<b id=o>Open</b><script>$('#o').click(function(){ location.assign('/viewer') })</script>",
       "https://a.example/viewer"},
  };
  for (const auto& one : cases) EXPECT_EQ(behind(one.html), one.url) << one.html;
}

TEST(BehindPress, IsNothingThatActsOrIsNobodysOrComesByItself) {
  for (const char* html : {
           "<button onclick=\"window.open('/unsubscribe?token=8f1c02aa71bd')\">Leave</button>",
           "<button onclick=\"window.open('http://192.168.1.1/')\">Open</button>",
           "<button onclick=\"window.open('javascript:alert(1)')\">Open</button>",
           "<button onclick=\"window.open('')\">Open</button>",
           "<button onclick=\"order()\">Order</button><script>function order(){fetch('/buy')}</script>",
           "<script>location='/next'</script><button onclick=\"location='/next'\">Open</button>",
           "<form><input type=password></form><button onclick=\"open('/help')\">Help</button>",
       })
    EXPECT_EQ(behind(html), "") << html;
}

TEST(BehindPress, IsNotLookedForOnPagesThatSayMuch) {
  const std::string words(kMostWordsBeforePress + 1, 'a');
  EXPECT_EQ(behind("<p>" + words + "<button onclick=\"open('/viewer')\">Open</button>"), "");
}

}  // namespace
}  // namespace linkgate::scan
