#include "mail/html_links.h"

#include <gtest/gtest.h>

#include "mail/html_entities.h"
#include "mail/html_readings.h"

namespace linkgate::mail {
namespace {

// "kind:value" of each link, separated by a blank.
std::string found(std::string_view html) {
  std::string text;
  for (const HtmlLink& link : find_html_links(html, 100).links) {
    constexpr std::string_view kNames[] = {"href", "form", "refresh", "text"};
    if (!text.empty()) text += ' ';
    text += std::string(kNames[static_cast<int>(link.kind)]) + ":" +
            std::string(html.substr(link.value.begin, link.value.size()));
  }
  return text;
}

struct LinksCase {
  std::string_view html;
  std::string_view links;
};

TEST(HtmlLinks, WhatAReaderCanOpen) {
  const LinksCase cases[] = {
      {"<a href=x>", "href:x"},
      {"<A HREF='x'>", "href:x"},
      {"<a name=x>", ""},
      {"<area href=x>", "href:x"},
      {"<form action=x><button formaction=y><input type=submit formaction=z>", "form:x form:y form:z"},
      {"<isindex action=x>", "form:x"},
      {"<v:rect href=x><v:fill src=y>", "href:x"},
      {"<o:p href=x>", "href:x"},
      {"<svg><a href=x><a xlink:href=y></svg>", "href:x href:y"},
      {"<svg><use href=x><image xlink:href=y>", ""},
      {"<math><mi href=x>", "href:x"},
      {"<img src=x><script src=y></script><link href=z><iframe src=w></iframe>", ""},
      {"<a href=x href=y>", "href:x href:y"},
      {"<a href=\"x", ""},
      {"<a href=x", "href:x"},
      {"<base href=x>", ""},
      {"<meta http-equiv=refresh content='1; url=x'>", "refresh:1; url=x"},
      {"<meta http-equiv=&#114;efresh content='1; url=x'>", "refresh:1; url=x"},
      {"<meta http-equiv=refresh content=5>", ""},
      {"<meta name=refresh content='1; url=x'>", ""},
  };
  for (const auto& c : cases) EXPECT_EQ(found(c.html), c.links) << c.html;
}

TEST(HtmlLinks, WhereReadersDisagreeBothAreRight) {
  const LinksCase cases[] = {
      {"<!--[if mso]><a href=x><![endif]--><!--[if gte mso 9]><v:r href=y><![endif]-->", "href:x href:y"},
      {"<!--[if !mso]><!--><a href=x><!--<![endif]-->", "href:x"},
      {"<![if !mso]><a href=x><![endif]>", "href:x"},
      {"<!-- <a href=x> -->", ""},
      {"<!--[if mso]><!-- <a href=x> <![endif]-->", "href:x"},
      {"<xmp><a href=x></xmp><noembed><a href=y></noembed><plaintext><a href=z>", "href:x href:y href:z"},
      {"<select><style></select><a href=x></style>", "href:x"},
      {"<svg><style><a href=x></style></svg>", "href:x"},
      {"<svg></p><style><a href=x></style>", "href:x"},
      {"<script>'<a href=x>'</script>", ""},
      {"<svg><script><a href=x></script></svg>", "href:x"},
      {"<svg><![CDATA[>]]><a href=x>", "href:x"},
      {"<svg><![CDATA[ > <a title='-->]]><a href=x>'>", "href:x"},
      {"<![CDATA[<a href=x>]]><a href=y>", "href:x href:y"},
      {"<noscript><a href=x></noscript><template><a href=y></template>", "href:x href:y"},
      {"<textarea><a href=x></textarea>", "href:x"},
  };
  for (const auto& c : cases) EXPECT_EQ(found(c.html), c.links) << c.html;
}

// Where the tree decides whether raw text is raw, no trick in one reading hides a link of the other.
TEST(HtmlLinks, NoReadingHidesALinkOfAnother) {
  const LinksCase cases[] = {
      // An end tag outside closes the svg, so <style> is raw text for a browser.
      {"<div><svg></div><style><!--</style><a href=x>", "href:x"},
      {"<div><svg></div><style><p title='</style><a href=x>", "href:x"},
      {"<div><svg></div><title><!--</title><a href=x>", "href:x"},
      {"<svg><desc><div></desc><style><!--</style><a href=x>", "href:x"},
      {"<svg><g><desc></g><style><p title='</style><!--'></style></svg><a href=x>", "href:x"},
      // Select, frameset and the columns of a template drop <style>, so that its content is markup.
      {"<select><style><p title='</style><!--'></select><a href=x>", "href:x"},
      {"<select><title></select><a href=x>", "href:x"},
      {"<frameset><textarea><a href=x>", "href:x"},
      {"<template><col><style><p title='</style><!--'></template><a href=x>", "href:x"},
      // First one, then the other: no single reading of all the document is right.
      {"<svg><style><b x='</style><!--'></style></svg><div><svg></div><style><!--</style><a href=x>",
       "href:x"},
      {"<svg><![CDATA[--><!--]]></svg><![CDATA[><a href=x>", "href:x"},
      // In a conditional comment, too, and with comments in it read both ways.
      {"<!--[if mso]><xmp><p title='</xmp><a href=x>'><![endif]-->", "href:x"},
      {"<!--[if mso]><!-- <p title=' --!><a href=x>'>", "href:x"},
      // The content of honest style and script is no text with links.
      {"<select></select><style>/* http://x.example/ */</style>", ""},
      {"<svg><title>http://x.example/</title></svg><style>@import 'http://y.example/';</style>",
       "text:http://x.example/"},
  };
  for (const auto& c : cases) EXPECT_EQ(found(c.html), c.links) << c.html;
}

TEST(HtmlLinks, ReadingsThatCannotAllBePatchedAreRefused) {
  // A link in one reading is within a link of the other.
  const HtmlLinks overlap = find_html_links("<svg><style><a href='</style><a href=x y'>", 10);
  EXPECT_TRUE(overlap.contradictory && overlap.limit_reached);
  const std::string_view many =
      "<svg><title><textarea><style><script><xmp><iframe><noembed><noframes><plaintext>"
      "</title></textarea></style></script></xmp></iframe></noembed></noframes>";
  EXPECT_TRUE(find_html_links(many, 10).contradictory);
  std::string scripts = "<svg>";
  std::string styles = "<frameset>";
  for (size_t i = 0; i < 100 * kMaxRereading; ++i) scripts += "<script>", styles += "<style a=b>";
  EXPECT_TRUE(find_html_links(scripts, 10).contradictory);
  EXPECT_FALSE(find_html_links(styles, 10).limit_reached) << "never closed: real mail, if hardly honest";
  std::string honest = "<select><option></select>";
  for (size_t i = 0; i < 1000; ++i) honest += "<svg><title>a</title></svg><style><!-- p { } --></style>";
  EXPECT_FALSE(find_html_links(honest, 10).limit_reached);
}

TEST(HtmlLinks, UrlsInTextAreLinksOutsideOthers) {
  const LinksCase cases[] = {
      {"see http://x.example/a, or", "text:http://x.example/a"},
      {"<a href=x>http://x.example/</a> http://y.example/", "href:x text:http://y.example/"},
      {"<p>www.x.example</p> x.example", "text:www.x.example"},
      {"<a name=top>http://x.example/</a><a href=''>http://y.example/</a>",
       "text:http://x.example/ text:http://y.example/"},
      {"<a href=x>http://x.example/<a name=y>http://y.example/</a>", "href:x text:http://y.example/"},
      {"http://x.example/?a=1&amp;b=2&lt;", "text:http://x.example/?a=1&amp;b=2"},
      {"&lt;http://x.example/&gt;", "text:http://x.example/"},
      {"a&nbsp;http://x.example/&nbsp;b", "text:http://x.example/"},
      {"<td><a href=x>t</td><td>http://y.example/</td>", "href:x text:http://y.example/"},
      {"<table><tr><th><a href=x>t</tr></table><p>http://y.example/", "href:x text:http://y.example/"},
      {"<title>http://x.example/</title><style>/*http://y.example/*/ a<b</style>", ""},
      {"<!-- http://x.example/ --><!--[if mso]>http://y.example/<![endif]-->", "text:http://y.example/"},
  };
  for (const auto& c : cases) EXPECT_EQ(found(c.html), c.links) << c.html;
}

TEST(HtmlLinks, TheFirstBaseIsRead) {
  const std::string_view html = "<base target=x><base href='b'><base href='c'><a href=x>";
  const HtmlLinks links = find_html_links(html, 10);
  ASSERT_TRUE(links.base);
  EXPECT_EQ(html.substr(links.base->begin, links.base->size()), "b");
}

TEST(HtmlLinks, LimitsAreSaid) {
  EXPECT_FALSE(find_html_links("<a href=x><a href=y>", 2).limit_reached);
  EXPECT_TRUE(find_html_links("<a href=x><a href=y>", 1).limit_reached);
  std::string many = "<a";
  for (size_t i = 0; i <= kMaxAttributes; ++i) many += " b";
  EXPECT_TRUE(find_html_links(many + " href=x>", 1).limit_reached);
}

struct RefreshCase {
  std::string_view content;
  std::string_view url;  // "-": none
};

TEST(HtmlLinks, RefreshIsReadAsTheStandardSays) {
  const RefreshCase cases[] = {
      {"1; url=x", "x"},    {"1;x", "x"},        {"1,url = 'x'y", "x"},
      {"1 x", "x"},         {" .5;url=x", "x"},  {"1.9; URL=\"x", "x"},
      {"1;url x", "url x"}, {"1; urlx", "urlx"}, {"1;url=", "-"},
      {"1", "-"},           {"", "-"},           {"x", "-"},
      {"1x", "-"},          {"-1;url=x", "-"},   {"1;;url=x", ";url=x"},
  };
  for (const auto& c : cases) {
    const auto refresh = parse_refresh(c.content);
    EXPECT_EQ(refresh ? refresh->url : "-", c.url) << c.content;
  }
}

TEST(HtmlEntities, WhatIsEscapedIsReadBack) {
  const std::string_view url = "https://x.example/?a=1&copy=2&lt;\"'<>";
  EXPECT_EQ(decode_references(escape_attribute(url), ReferenceContext::kAttribute), url);
  EXPECT_EQ(decode_references(escape_attribute(url), ReferenceContext::kText), url);
}

}  // namespace
}  // namespace linkgate::mail
