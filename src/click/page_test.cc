#include "click/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/memory_file_system.h"
#include "click/click_rows.h"

namespace linkgate::click {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Strings, EveryLanguageSaysEverything) {
  const PageText Strings::*pages[] = {
      &Strings::scanning,     &Strings::suspicious, &Strings::gated,     &Strings::unknown,
      &Strings::phishing,     &Strings::malicious,  &Strings::blocked,   &Strings::error,
      &Strings::error_closed, &Strings::altered,    &Strings::damaged,   &Strings::revoked,
      &Strings::not_issued,   &Strings::unopenable, &Strings::form,      &Strings::closed,
      &Strings::reported,     &Strings::submit,     &Strings::submitted, &Strings::too_many,
      &Strings::used,         &Strings::about};
  const std::string_view Strings::*texts[] = {&Strings::language,
                                              &Strings::look_at_address,
                                              &Strings::stays_closed,
                                              &Strings::where_it_leads,
                                              &Strings::why,
                                              &Strings::go_back,
                                              &Strings::try_again,
                                              &Strings::details,
                                              &Strings::full_address,
                                              &Strings::received,
                                              &Strings::where_altered_leads,
                                              &Strings::calm,
                                              &Strings::details_and_report,
                                              &Strings::details_and_choices,
                                              &Strings::reference,
                                              &Strings::report_text,
                                              &Strings::report_button,
                                              &Strings::submit_text,
                                              &Strings::submit_button,
                                              &Strings::continue_text,
                                              &Strings::continue_button,
                                              &Strings::form_button,
                                              &Strings::form_discarded,
                                              &Strings::continue_in_scan_text,
                                              &Strings::continue_error_text,
                                              &Strings::not_familiar,
                                              &Strings::contact,
                                              &Strings::message_of_organisation,
                                              &Strings::checking_again,
                                              &Strings::footer,
                                              &Strings::finding};
  for (const Strings* language : languages()) {
    for (auto page : pages) {
      EXPECT_FALSE((language->*page).title.empty()) << language->language;
      EXPECT_FALSE((language->*page).lead.empty()) << language->language;
    }
    for (auto text : texts) EXPECT_FALSE((language->*text).empty()) << language->language;
  }
}

TEST(Strings, TheLanguageOfHighestQualityThatWeHaveIsChosen) {
  struct {
    const char* header;
    const char* language;
  } cases[] = {
      {"", "en"},
      {"de", "de"},
      {"de-CH, en;q=0.5", "de"},
      {"fr, de;q=0.5, en;q=0.4", "de"},
      {"en;q=0.4, de;q=0.5", "de"},
      {"en, de", "en"},
      {"de;q=0, en;q=0.1", "en"},
      {"fr, nl", "en"},
      {"*", "en"},
      {"DE", "de"},
      {"deutsch", "en"},
      {";;,,q=1,=", "en"},
      {"de;q=9, en;q=0.1", "en"},
  };
  for (const auto& one : cases) EXPECT_EQ(choose_language(one.header).language, one.language) << one.header;
}

TEST(Page, TheRegistrableDomainStandsOut) {
  struct {
    const char* url;
    const char* markup;
  } cases[] = {
      {"https://northgate-voicemail.com/", "<p class=\"host\" dir=\"ltr\"><b>northgate-voicemail.com</b>"},
      {"https://login.bank.co.uk.evil.example/", "login.bank.co.uk.<b>evil.example</b>"},
      {"https://shop.example.co.uk/", "shop.<b>example.co.uk</b>"},
      {"https://192.0.2.1/", "<b>192.0.2.1</b>"},
      {"https://[2001:db8::1]/", "<b>[2001:db8::1]</b>"},
      {"https://user:pass@bank.example@evil.example/", "<b>evil.example</b>"},
      {"https://b\xc3\xa4nk.example/", "<b>xn--bnk-qla.example</b>"},
  };
  for (const auto& one : cases) {
    PageModel page;
    page.kind = PageKind::kPhishing;
    page.url = one.url;
    EXPECT_THAT(render(page, *languages()[0], {}), HasSubstr(one.markup));
  }
}

TEST(Page, WhatIsBlockedHasAHeadingOfItsOwnAndSaysThatItStaysClosed) {
  for (const Strings* language : languages()) {
    for (auto kind : {PageKind::kSuspicious, PageKind::kGated, PageKind::kUnknown, PageKind::kPhishing,
                      PageKind::kMalicious, PageKind::kBlocked}) {
      PageModel page;
      page.kind = kind;
      page.may_continue = true;
      const std::string warned = render(page, *language, {});
      page.may_continue = false;
      const std::string blocked = render(page, *language, {});
      const auto title = [](const std::string& html) { return html.substr(html.find("<title>"), 40); };
      EXPECT_NE(title(warned), title(blocked));
      EXPECT_THAT(warned, Not(HasSubstr(std::string(language->stays_closed))));
      EXPECT_THAT(blocked, HasSubstr(std::string(language->stays_closed)));
      EXPECT_THAT(blocked, HasSubstr(std::string(language->calm)));
    }
  }
}

TEST(Page, WhatUnfoldsIsCalledWhatItHolds) {
  const Strings& english = *languages()[0];
  PageModel page;
  page.kind = PageKind::kPhishing;
  page.reference = "4711";
  EXPECT_THAT(render(page, english, {}), HasSubstr("<summary>Details</summary>"));
  page.token = "TOKEN";
  page.may_report = true;
  EXPECT_THAT(render(page, english, {}), HasSubstr("<summary>Details, or report</summary>"));
  page.may_continue = true;
  EXPECT_THAT(render(page, english, {}), HasSubstr("<summary>Details and other choices</summary>"));
}

TEST(Page, ReasonsAreInThePagesLanguageAndTheChecksOwnWordsAreMarkedAsEnglish) {
  const Strings& german = choose_language("de");
  PageModel page;
  page.kind = PageKind::kPhishing;
  page.reference = "4711";
  page.evidence = {{"feed.listed", "The feed lists it", ""}, {"new.code", "Something new", ""}};
  const std::string html = render(page, german, {});
  EXPECT_THAT(html, HasSubstr("<li>Die Seite steht auf einer Liste"));
  EXPECT_THAT(html, HasSubstr("<dd dir=\"auto\" lang=\"en\">The feed lists it</dd>"));
  EXPECT_THAT(html, HasSubstr("<li lang=\"en\">Something new</li>"));
}

TEST(Page, ContactsAreLinksWhereTheyCanBe) {
  PageModel page;
  EXPECT_THAT(render(page, *languages()[0], {"", "help@corp.test", ""}),
              HasSubstr("<a href=\"mailto:help@corp.test\">"));
  EXPECT_THAT(render(page, *languages()[0], {"", "https://help.corp.test/", ""}),
              HasSubstr("<a href=\"https://help.corp.test/\">"));
  EXPECT_THAT(render(page, *languages()[0], {"", "the help desk, 4711", ""}), Not(HasSubstr("<a href")));
  EXPECT_THAT(render(page, *languages()[0], {"", "javascript:alert(1)", ""}), Not(HasSubstr("<a href")));
}

TEST(Page, FormsMayOnlyLeadAwayWhereThePageMayBeLeft) {
  EXPECT_THAT(page_csp({}), HasSubstr("form-action 'self';"));
  EXPECT_THAT(page_csp({.leads_away = true}), HasSubstr("form-action 'self' https: http: ftp:;"));
  for (bool leads_away : {false, true}) {
    EXPECT_THAT(page_csp({.leads_away = leads_away}), Not(HasSubstr("unsafe")));
    EXPECT_THAT(page_csp({.leads_away = leads_away}), Not(HasSubstr("script-src")));
  }
}

TEST(Logo, IsToldByItsContent) {
  MemoryFileSystem files;
  files.write_file("/a.png", "\x89PNG\r\n\x1a\n....");
  files.write_file("/a.svg", "<?xml version='1.0'?><svg/>");
  files.write_file("/html.png", "<html><script>");
  files.write_file("/large.png", "\x89PNG\r\n" + std::string(kMaxLogoBytes, 'x'));
  EXPECT_THAT(*load_logo("/a.png", files), testing::StartsWith("data:image/png;base64,iVBORw0K"));
  EXPECT_THAT(*load_logo("/a.svg", files), testing::StartsWith("data:image/svg+xml;base64,"));
  EXPECT_EQ(*load_logo("", files), "");
  EXPECT_EQ(load_logo("/html.png", files).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(load_logo("/large.png", files).error().code(), ErrorCode::kLimit);
  EXPECT_FALSE(load_logo("/missing.png", files));
}

TEST(UrlDomain, IsTheWholeHost) {
  struct {
    const char* url;
    const char* domain;
  } cases[] = {
      {"https://northgate-voicemail.com/x", "northgate-voicemail.com"},
      {"https://WWW.Example.com:8443/", "www.example.com"},
      {"https://mail.example.com/", "mail.example.com"},
      {"https://www.com/", "www.com"},
      {"https://192.0.2.1/", "192.0.2.1"},
      {"nonsense", ""},
      {"", ""},
  };
  for (const auto& one : cases) EXPECT_EQ(url_domain(one.url), one.domain) << one.url;
}

}  // namespace
}  // namespace linkgate::click
