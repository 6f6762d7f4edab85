#include "verdict/page_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace linkgate::verdict {
namespace {

using testing::Contains;
using testing::Field;
using testing::HasSubstr;

Page page_at(const std::string& url, const std::string& title, const std::string& html,
             const std::string& text) {
  Page page;
  page.chain.push_back({url, HopKind::kStart, 200});
  page.status = 200;
  page.title = title;
  page.html = "<html><head><title>" + title + "</title></head><body>" + html + "</body></html>";
  page.visible_text = text;
  return page;
}

void add_form(Page& page, const std::string& action, std::vector<FormField> fields) {
  page.forms.push_back({action, "post", std::move(fields)});
}
const FormField kUser{"text", "username", "User name"};
const FormField kPassword{"password", "pw", "Password"};

PageJudgement judged(const Page& page, PageContext context = {}) {
  return judge_page(page, BrandLooks::shipped(), context);
}

Page microsoft_clone() {
  Page page = page_at(
      "https://northgate-voicemail.com/x9/index.php", "Sign in to your Microsoft account",
      R"(<img src="logo.svg" alt="Microsoft"><input id="i0116" name="loginfmt"><input id="idSIButton9">)",
      "Sign in\nEmail, phone, or Skype\nNo account? Create one!\nCan't access your account?\nNext");
  add_form(page, "https://northgate-voicemail.com/x9/next.php",
           {{"email", "loginfmt", ""}, {"password", "passwd", ""}});
  return page;
}

TEST(PageModel, APageThatLooksLikeABrandOnAnotherHostIsPhishingAndSaysWhy) {
  const auto judgement = judged(microsoft_clone());
  EXPECT_EQ(judgement.disposition, Disposition::kPhishing);
  EXPECT_EQ(judgement.brand, "Microsoft");
  ASSERT_FALSE(judgement.evidence.empty());
  EXPECT_THAT(judgement.evidence[0].sentence,
              testing::AllOf(HasSubstr("asks for a password"), HasSubstr("Microsoft"),
                             HasSubstr("northgate-voicemail.com")));
}

TEST(PageModel, TheAgeOfANameIsSaidWhereItIsKnown) {
  PageContext context;
  context.now = Time{} + std::chrono::hours(1000);
  context.host_first_seen = context.now - std::chrono::hours(2);
  EXPECT_THAT(judged(microsoft_clone(), context).evidence[0].sentence,
              HasSubstr("a name first seen here 2 hours ago"));
}

TEST(PageModel, APageWhosePictureIsThatOfASignInPageIsAnImitationWhateverItsWords) {
  Page page = page_at("https://northgate-files.example/", "Welcome", "<p>", "Welcome");
  add_form(page, "https://northgate-files.example/", {kUser, kPassword});
  EXPECT_EQ(judged(page).disposition, Disposition::kUnknown);
  PageContext context;
  context.look.page = "Microsoft";
  const auto judgement = judged(page, context);
  EXPECT_EQ(judgement.disposition, Disposition::kPhishing);
  EXPECT_THAT(judgement.evidence[0].sentence,
              HasSubstr("looks like Microsoft (the picture of its sign-in page)"));
  context.look = {"", "Microsoft"};  // an icon alone is on many a page
  EXPECT_EQ(judged(page, context).disposition, Disposition::kUnknown);
}

TEST(PageModel, SoftwareThatAnybodyRunsIsItselfUntilItHandsWhatIsTypedToSomethingElse) {
  Page page = page_at("https://fs.hkb-bern.example/adfs/ls/", "Sign In",
                      R"(<form id="loginForm"><input id="userNameInput"><input id="passwordInput">)",
                      "Sign in © 2016 Microsoft");
  add_form(page, "https://fs.hkb-bern.example/adfs/ls/?x", {{"text", "UserName", ""}, kPassword});
  EXPECT_EQ(judged(page).disposition, Disposition::kUnknown);
  EXPECT_TRUE(judged(page).is_plain);
  page.forms[0].action = "https://collector.example/x.php";
  EXPECT_EQ(judged(page).disposition, Disposition::kPhishing);
}

TEST(PageModel, PagesOnABrandsOwnHostsThatAskAreItsOwn) {
  Page page = microsoft_clone();
  EXPECT_EQ(own_brand_of(page, BrandLooks::shipped()), "");
  page.chain.back().url = "https://login.microsoftonline.com/";
  EXPECT_EQ(own_brand_of(page, BrandLooks::shipped()), "Microsoft");
  page.chain.back().url = "https://anybody.azurewebsites.net/";
  EXPECT_EQ(own_brand_of(page, BrandLooks::shipped()), "");
  page.chain.back().url = "https://login.microsoftonline.com/";
  page.forms.clear();
  EXPECT_EQ(own_brand_of(page, BrandLooks::shipped()), "");
}

TEST(PageModel, TheBrandItselfIsNeverAnImitation) {
  Page page = microsoft_clone();
  page.chain.back().url = "https://login.microsoftonline.com/common/oauth2/authorize";
  EXPECT_EQ(judged(page).disposition, Disposition::kUnknown);
}

TEST(PageModel, WithoutNameAndLogoTheMarkupAndTheWordsGiveItAway) {
  Page page = page_at(
      "https://files-portal.example/s", "Sign in",
      R"(<input id="i0116" name="loginfmt"><input id="idSIButton9" type="submit"><div class="boilerplate-text">)",
      "Email, phone, or Skype No account? Create one! Next");
  add_form(page, "https://files-portal.example/s", {{"email", "loginfmt", ""}});
  EXPECT_EQ(judged(page).disposition, Disposition::kPhishing);
}

TEST(PageModel, APageWithoutAnyBrandIsJudgedByWhatItDoes) {
  Page page =
      page_at("https://mail-quota.example/u", "Webmail", R"(<a href="#">Help</a><a href="#">Privacy</a>)",
              "Your mailbox is almost full. Keep the same password to avoid suspension.");
  page.links = {"https://mail-quota.example/u#", "https://mail-quota.example/u#"};
  add_form(page, "https://collector.example/post.php", {{"email", "email", ""}, kPassword});
  const auto judgement = judged(page);
  EXPECT_EQ(judgement.disposition, Disposition::kPhishing);
  EXPECT_EQ(judgement.brand, "");
  EXPECT_THAT(judgement.evidence, Contains(Field(&Evidence::code, "form.posts_elsewhere")));
  EXPECT_THAT(judgement.evidence, Contains(Field(&Evidence::code, "text.mailbox")));
}

TEST(PageModel, AHostThatAnybodyGetsIsNamed) {
  Page page = page_at("https://keep-access.pages.dev/", "Sign in", "<p>", "Your mailbox is full");
  add_form(page, "https://keep-access.pages.dev/", {kUser, kPassword});
  EXPECT_THAT(judged(page).evidence, Contains(Field(&Evidence::code, "host.given_away")));
}

TEST(PageModel, NoHonestPageAsksForTheSecretWordsOfAWallet) {
  Page page =
      page_at("https://wallet-restore.example/", "Restore", "<p>x</p>", "Enter your words to restore access");
  add_form(page, "https://wallet-restore.example/go", {{"text", "mnemonic", "Recovery phrase"}});
  EXPECT_GE(judged(page).disposition, Disposition::kSuspicious);
}

TEST(PageModel, AFilePutTogetherInTheBrowserIsCalledThat) {
  Page page =
      page_at("https://invoice.example/", "Invoice", "<p>Your download starts</p>", "Your download starts");
  page.inline_scripts.push_back(
      "var d=atob('" + std::string(2000, 'Q') +
      "');var b=new Blob([d]);a.href=URL.createObjectURL(b);a.download='i.iso';a.click();");
  const auto judgement = judged(page);
  EXPECT_EQ(judgement.disposition, Disposition::kMalware);
  EXPECT_THAT(judgement.evidence, Contains(Field(&Evidence::code, "page.smuggling")));
}

struct Honest {
  const char* name;
  const char *url, *title, *html, *text;
  std::vector<FormField> fields;
  std::string action;
};

class HonestPages : public testing::TestWithParam<Honest> {};

TEST_P(HonestPages, GiveNoReasonForAVerdict) {
  const Honest& honest = GetParam();
  Page page = page_at(honest.url, honest.title, honest.html, honest.text);
  if (!honest.fields.empty())
    add_form(page, honest.action.empty() ? honest.url : honest.action, honest.fields);
  const auto judgement = judged(page);
  EXPECT_EQ(judgement.disposition, Disposition::kUnknown)
      << judgement.confidence << " " << (judgement.evidence.empty() ? "" : judgement.evidence[0].sentence);
}

INSTANTIATE_TEST_SUITE_P(
    Pages, HonestPages,
    testing::Values(
        Honest{"a firm's own sign-in",
               "https://portal.muellerdach.example/login",
               "Kundenportal Müllerdach",
               "<h1>Anmelden bei Muellerdach</h1>",
               "Anmelden Benutzername Passwort Passwort vergessen?",
               {kUser, kPassword},
               ""},
        Honest{
            "sign-in with others",
            "https://app.tasklane.example/login",
            "Log in to Tasklane",
            R"(<img src="g.svg" alt="Google"><img src="ms.svg" alt="Microsoft"><h1>Welcome back to Tasklane</h1>)",
            "Sign in with Google Sign in with Microsoft or use your email Password Forgot your password?",
            {kUser, kPassword},
            ""},
        Honest{"a shop that takes PayPal",
               "https://bergkaffee.example/checkout",
               "Checkout - Bergkaffee",
               R"(<img src="https://www.paypalobjects.com/btn.png" alt="PayPal"><h2>Bergkaffee Kasse</h2>)",
               "Pay with PayPal or credit card",
               {{"text", "cardnumber", "Card number"}, {"text", "cvc", "CVC"}},
               "https://api.stripe.com/v1/tokens"},
        Honest{"news about phishing",
               "https://news.example/2026/fake-microsoft-mails",
               "Fake Microsoft 365 mails make the rounds: how to tell them",
               "<h1>Fake Microsoft 365 mails make the rounds</h1>",
               "Criminals write that your account will be suspended and ask to verify your account. "
               "Subscribe to our newsletter.",
               {{"email", "email", "Your e-mail"}},
               ""},
        Honest{"mail server of a firm with OWA",
               "https://mail.holzbau-lang.example/owa/auth/logon.aspx",
               "Outlook",
               R"(<div class="logonContainer"><img class="owaLogo"><div class="signInEntry"></div></div>)",
               "Domain\\user name: Password: sign in",
               {{"text", "username", ""}, {"password", "password", ""}},
               "https://mail.holzbau-lang.example/owa/auth.owa"},
        Honest{"webmail of a provider",
               "https://webmail.kabelnetz.example/",
               "Roundcube Webmail :: Welcome to Roundcube Webmail",
               R"(<input id="rcmloginuser"><input id="rcmloginpwd">)",
               "Username Password Login",
               {kUser, kPassword},
               "https://webmail.kabelnetz.example/?_task=login"},
        Honest{"password reset",
               "https://accounts.lindenverlag.example/reset",
               "Reset your password - Lindenverlag",
               "<h1>Lindenverlag</h1>",
               "Enter your email address and we will send you a link. Continue",
               {{"email", "email", "Email"}},
               ""}),
    [](const auto& info) {
      std::string name = info.param.name;
      for (char& c : name)
        if (!isalnum(static_cast<unsigned char>(c))) c = '_';
      return name;
    });

// Two pages that lure, differing in their host alone.
TEST(PageModel, AHostThatAnybodyTakesOrThatIsMadeOfLureWordsIsNobodysName) {
  const auto vote_at = [](const std::string& url) {
    Page page = page_at(url, "Riverside", "<h1>Contest of the Riverside Choir</h1>",
                        "Contest of the Riverside Choir\nSign in to vote for your favourite choir");
    add_form(page, url, {kUser, kPassword});
    return judged(page).disposition;
  };
  EXPECT_EQ(vote_at("https://riverside-choir-contest.netlify.app/"), Disposition::kPhishing);
  EXPECT_EQ(vote_at("https://riverside-choir-contest.org/"), Disposition::kUnknown);
  const auto receipt_at = [](const std::string& url) {
    Page page = page_at(url, "Votre facture", "<h2>Facture</h2>",
                        "Facture\nVous n'avez pas effectué cet achat ? Identifiez-vous pour l'annuler.");
    add_form(page, url, {kUser, kPassword});
    return judged(page).disposition;
  };
  EXPECT_EQ(receipt_at("https://annulation-achats-boutique.fr/"), Disposition::kPhishing);
  EXPECT_EQ(receipt_at("https://brumeval-verrerie.fr/"), Disposition::kSuspicious);
}

TEST(BrandLooks, AnAdministratorsTableIsReadAfterTheShippedOne) {
  const auto looks = BrandLooks::shipped().with(
      "[[brand]]\nname = \"Lindenverlag\"\ndomains = [\"lindenverlag.example\"]\nwords = [\"Lindenverlag\"]\n"
      "traits = [\"linden-login-form\", \"linden-logo-big\"]\n",
      "brands.toml");
  ASSERT_TRUE(looks);
  Page page = page_at("https://linden-intern.example/", "Lindenverlag Intranet",
                      R"(<h1>Lindenverlag</h1><form class="linden-login-form">)", "Anmelden Passwort");
  add_form(page, "https://linden-intern.example/", {kUser, kPassword});
  EXPECT_EQ(judge_page(page, *looks, {}).brand, "Lindenverlag");
  EXPECT_EQ(judged(page).brand, "");
}

TEST(BrandLooks, ATableThatIsWrongIsRefusedWithItsLine) {
  const auto unknown = BrandLooks::shipped().with(
      "[[brand]]\nname = \"A\"\ndomains = [\"a.example\"]\ncolour = \"red\"\n", "b.toml");
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().message(), HasSubstr("b.toml:4: a brand has no 'colour'"));
  const auto nameless = BrandLooks::shipped().with("[[brand]]\nname = \"A\"\n", "b.toml");
  ASSERT_FALSE(nameless);
  EXPECT_THAT(nameless.error().message(), HasSubstr("its own domains"));
}

}  // namespace
}  // namespace linkgate::verdict
