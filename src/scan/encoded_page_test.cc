#include "scan/encoded_page.h"

#include <gtest/gtest.h>

#include "base/base64.h"

namespace linkgate::scan {
namespace {

const std::string kDocument =
    "<!doctype html><title>Sign in</title><h1>Sign in</h1><form method=post action=/in><input type=password "
    "name=p></form><p>" +
    std::string(300, 'w') + "</p>";

std::string percent(const std::string& text) {
  std::string out;
  for (const char c : text) out += "%" + hex_encode(std::string(1, c));
  return out;
}
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) out += "\\x" + hex_encode(std::string(1, c));
  return out;
}
std::string codes(const std::string& text) {
  std::string out;
  for (const char c : text) out += (out.empty() ? "" : ",") + std::to_string(c);
  return out;
}
std::string reversed(std::string text) { return {text.rbegin(), text.rend()}; }

std::vector<verdict::Page> pages_in(const std::string& script) {
  verdict::Page page;
  page.chain.push_back({"https://a.example/x", verdict::HopKind::kStart, 200});
  page.inline_scripts.push_back(script);
  return encoded_pages(page);
}

TEST(EncodedPages, AreReadHoweverTheyAreWritten) {
  const std::string coded = base64_encode(kDocument);
  const std::string scripts[] = {
      "onclick=function(){document.write(atob('" + coded + "'))}",
      "document.write(unescape('" + percent(kDocument) + "'))",
      "document.write(decodeURIComponent(atob(\"" + base64_encode(percent(kDocument)) + "\")))",
      "var s='" + escaped(kDocument) + "';if(ok())document.body.innerHTML=s",
      "document.write(String.fromCharCode(" + codes(kDocument) + "))",
      "e.innerHTML='" + reversed(kDocument) + "'.split('').reverse().join('')",
      "h.attachShadow({mode:'closed'}).innerHTML=atob(`" + coded.substr(0, 100) + "\n" + coded.substr(100) +
          "`)",
      "eval(atob('" + base64_encode("x(atob('" + coded + "'))") + "'))"};
  for (const std::string& script : scripts) {
    const auto pages = pages_in(script);
    ASSERT_EQ(pages.size(), 1U) << script.substr(0, 80);
    EXPECT_EQ(pages[0].title, "Sign in");
    ASSERT_EQ(pages[0].forms.size(), 1U);
    EXPECT_EQ(pages[0].forms[0].action, "https://a.example/in");
  }
}

TEST(EncodedPages, APlainTemplateAPictureAndALongWordAreNone) {
  for (const std::string& script :
       {"var t='" + kDocument + "'",
        "var p='data:image/png;base64," + base64_encode(std::string(900, '\x89')) + "'",
        "var k='" + std::string(5000, 'A') + "'", std::string("go()"),
        "var n=[" + codes(std::string(500, 7)) + "]"})
    EXPECT_TRUE(pages_in(script).empty()) << script.substr(0, 60);
}

TEST(EncodedPages, EndAtTheirLimits) {
  std::string script;
  for (int i = 0; i < 20; ++i) script += "f('" + base64_encode(kDocument + std::to_string(i)) + "');";
  EXPECT_EQ(pages_in(script).size(), kMaxEncodedPages);
  std::string deep = kDocument;
  for (int i = 0; i < kMaxEncodings + 1; ++i) deep = base64_encode(deep);
  EXPECT_TRUE(pages_in("f('" + deep + "')").empty());
}

}  // namespace
}  // namespace linkgate::scan
