#include <sys/stat.h>

#include "browser/world_for_test.h"

namespace linkgate::browser {
namespace {

TEST_F(BrowserTest, SeesAPageAsAPersonDoes) {
  sites->html(
      "http://shop.example/",
      "<!doctype html><title>A shop</title><p>Welcome</p><p style='display:none'>unseen</p>"
      "<form action=/login method=post><label>Your mail <input type=email name=mail></label>"
      "<input type=password name=secret placeholder=Password></form>"
      "<a href=/more>more</a><img src=/logo.png><script>document.body.append('made by script')</script>");
  const verdict::Page page = look("http://shop.example/");
  EXPECT_EQ(page.trouble, "");
  EXPECT_EQ(chain_text(page), "start http://shop.example/ 200");
  EXPECT_EQ(page.title, "A shop");
  EXPECT_NE(page.visible_text.find("Welcome"), std::string::npos);
  EXPECT_NE(page.visible_text.find("made by script"), std::string::npos);
  EXPECT_EQ(page.visible_text.find("unseen"), std::string::npos);
  ASSERT_EQ(page.forms.size(), 1U);
  EXPECT_EQ(page.forms[0].action, "http://shop.example/login");
  EXPECT_EQ(page.forms[0].method, "post");
  ASSERT_EQ(page.forms[0].fields.size(), 2U);
  EXPECT_EQ(page.forms[0].fields[0].label, "Your mail");
  EXPECT_EQ(page.forms[0].fields[1].type, "password");
  EXPECT_EQ(page.forms[0].fields[1].label, "Password");
  EXPECT_EQ(page.links, std::vector<std::string>{"http://shop.example/more"});
  EXPECT_EQ(page.images, std::vector<std::string>{"http://shop.example/logo.png"});
  EXPECT_EQ(page.inline_scripts.size(), 1U);
  EXPECT_EQ(page.screenshot.substr(1, 3), "PNG");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.media_type, "text/html");
}

}  // namespace
}  // namespace linkgate::browser
