#include "verdict/gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "verdict/page_compare.h"

namespace linkgate::verdict {
namespace {

using testing::HasSubstr;

struct Case {
  const char* name;
  std::string html, text;
  std::vector<FormField> fields;
  const char* kind;  // "" for no gate
};
class Gates : public testing::TestWithParam<Case> {};

TEST_P(Gates, AreRecognisedAndNothingElseIs) {
  const Case& c = GetParam();
  Page page;
  page.chain.push_back({"https://x.example/", HopKind::kStart, 200});
  page.is_rendered = true;
  page.html = c.html;
  page.visible_text = c.text;
  if (!c.fields.empty()) page.forms.push_back({"https://x.example/", "post", c.fields});
  const auto gate = find_gate(page, page.is_rendered);
  EXPECT_EQ(gate ? gate->kind : "", c.kind);
}

INSTANTIATE_TEST_SUITE_P(
    Pages, Gates,
    testing::Values(
        Case{
            "turnstile",
            R"(<script src="https://challenges.cloudflare.com/turnstile/v0/api.js"></script><div class="cf-turnstile" data-sitekey="0x4AAA">)",
            "Verify you are human",
            {{"hidden", "cf-turnstile-response", ""}},
            "Cloudflare Turnstile"},
        Case{"recaptcha",
             R"(<div class="g-recaptcha" data-sitekey="6Lc"></div>)",
             "Please continue",
             {{"textarea", "g-recaptcha-response", ""}},
             "reCAPTCHA"},
        Case{"hcaptcha",
             R"(<script src="https://js.hcaptcha.com/1/api.js"></script><div class="h-captcha">)",
             "One more step",
             {},
             "hCaptcha"},
        Case{"datadome", R"(<iframe src="https://geo.captcha-delivery.com/captcha/">)", "", {}, "DataDome"},
        Case{"press and hold",
             R"(<button id="b">Press and hold</button>)",
             "Press and hold to continue",
             {},
             "home-made"},
        Case{"a document behind a password",
             "<form>",
             "Protected document Enter the password from the mail Open",
             {{"password", "p", ""}},
             "home-made"},
        Case{"a sum", "<p>", "Quick check: how much is 9 + 10?", {{"text", "k", ""}}, "home-made"},
        Case{"a form with a captcha",
             R"(<div class="g-recaptcha"></div>)",
             "Write to us Name Message Send",
             {{"text", "name", "Name"}, {"email", "email", "Mail"}, {"textarea", "message", "Message"}},
             ""},
        Case{"a sign-in with a captcha",
             R"(<div class="cf-turnstile">)",
             "Sign in",
             {{"text", "user", ""}, {"password", "pw", ""}},
             ""},
        Case{"a long page with an invisible captcha",
             R"(<script src="https://www.google.com/recaptcha/api.js?render=1">)",
             std::string(900, 'x'),
             {},
             ""},
        Case{"an ordinary short page", "<p>Hello</p>", "Hello there", {}, ""}),
    [](const auto& info) {
      std::string name = info.param.name;
      for (char& c : name)
        if (c == ' ' || c == '-') c = '_';
      return name;
    });

TEST(Gates, TheSiteKeyIsKept) {
  Page page;
  page.html = R"(<div class='cf-turnstile' data-sitekey='0x4AAAAA_b-1'></div>)";
  EXPECT_EQ(find_gate(page, page.is_rendered)->site_key, "0x4AAAAA_b-1");
}

Page seen(const std::string& identity, const std::string& url, const std::string& text, int status = 200) {
  Page page;
  page.identity = identity;
  page.chain.push_back({url, HopKind::kStart, status});
  page.status = status;
  page.visible_text = text;
  return page;
}

TEST(PageCompare, SaysWhatOneVisitorSawAndTheOtherDidNot) {
  Page person = seen("desktop", "https://x.example/",
                     "Enter your password to read the document that was shared with you");
  person.forms.push_back({"https://x.example/", "post", {{"password", "p", ""}}});
  const Page bot = seen("bot", "https://x.example/", "Welcome to our little bakery");
  ASSERT_TRUE(difference_of(person, bot));
  EXPECT_THAT(difference_of(person, bot)->evidence.sentence,
              HasSubstr("asks a visitor that says it is \"desktop\" for a password"));
  EXPECT_THAT(difference_of(bot, seen("desktop", "https://y.example/", "x"))->evidence.sentence,
              HasSubstr("to y.example"));
  EXPECT_THAT(difference_of(bot, seen("desktop", "https://x.example/", "x", 404))->evidence.sentence,
              HasSubstr("with 404"));
}

TEST(PageCompare, WhatDiffersBetweenAnyTwoVisitsIsNoDifference) {
  const std::string text = "Today in the bakery we have bread, rolls, cakes and coffee until six";
  EXPECT_FALSE(difference_of(seen("desktop", "https://x.example/", text + " 10:01"),
                             seen("bot", "https://www.x.example/", text + " 10:02")));
  EXPECT_FALSE(
      difference_of(seen("desktop", "https://x.example/", text), seen("bot", "https://x.example/", text, 0)));
}

TEST(Gates, OfTurnstileAreNoChallengePagesAlthoughTheirFramesComeFromThere) {
  Page page;
  page.is_rendered = true;
  page.html =
      R"(<div class="cf-turnstile"><iframe src="https://challenges.cloudflare.com/cdn-cgi/challenge-platform/h/b">)";
  EXPECT_EQ(find_gate(page, true)->code, "gate.turnstile");
}

TEST(Gates, HomeMadeOnesAreToldWhereThePageIsWhole) {
  Page page;
  page.visible_text = "Before you go on: how much is seven plus";
  page.forms.push_back({"https://a.example/", "get", {{"text", "k", ""}}});
  EXPECT_TRUE(find_gate(page, true));
  EXPECT_FALSE(find_gate(page, false)) << "scripts may show something else";
}

}  // namespace
}  // namespace linkgate::verdict
