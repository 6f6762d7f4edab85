// The table of what happens to sealed links on their way, and what each of them answers.

#include <gtest/gtest.h>

#include <functional>

#include "base/base64.h"
#include "url/sealed_link.h"
#include "url/sealed_link_testing.h"
#include "url/unwrap.h"

namespace linkgate::url {
namespace {

struct TortureCase {
  const char* name;
  std::string url;
  std::function<std::string(std::string)> mangle;  // of the whole link
  std::string answer;
  std::string want_url = {};  // what opens; empty: the sealed URL to the letter
};

void expect_answer(const TortureCase& c) {
  const std::string link = c.mangle(seal_or_die(claims(c.url)));
  const auto opened = open(target_of(link), kHost, ring());
  EXPECT_EQ(describe(opened), c.answer) << c.name << ": " << link;
  if (opened && !opened->needs_lookup) {
    auto want = claims(c.want_url.empty() ? c.url : c.want_url);
    EXPECT_EQ(opened->claims.url, want.url) << c.name;
    EXPECT_EQ(opened->claims, want) << c.name;
  }
  if (!opened && opened.error().failure == OpenFailure::kAlteredUrl) {
    ASSERT_TRUE(opened.error().claims) << c.name;
    EXPECT_EQ(opened.error().claims->recipient, "alice@example.org");
    EXPECT_EQ(opened.error().claims->url, "");
  }
}

TEST(SealedLink, WhatClientsDoToTheUrlBesideTheSealIsRepaired) {
  const auto url_is = [](std::string value) {
    return [value](std::string link) { return swap_url(link, value); };
  };
  const auto append = [](std::string text) { return [text](std::string link) { return link + text; }; };
  const TortureCase cases[] = {
      {"untouched", kPlain, [](std::string l) { return l; }, "opens"},
      {"decoded once", kShort, url_is(kShort), "opens"},
      {"decoded once, with its own parameters", "https://a.example/?x=1&data=2&url=3",
       url_is("https://a.example/?x=1&data=2&url=3"), "opens"},
      {"escaped twice", kPlain, url_is(encode(encode(kPlain))), "repaired"},
      {"escaped three times", kPlain, url_is(encode(encode(encode(kPlain)))), "repaired"},
      {"an escape in the original, decoded once", "https://a.example/?q=100%25",
       url_is("https://a.example/?q=100%25"), "repaired"},
      {"entities", "https://a.example/?x=1&y=2", url_is(encode("https://a.example/?x=1&amp;y=2")),
       "repaired"},
      {"separator as an entity", kPlain, [](std::string l) { return replaced(l, "&data=", "&amp;data="); },
       "opens"},
      {"separator escaped", kPlain, [](std::string l) { return replaced(l, "&data=", "%26data%3D"); },
       "opens"},
      {"everything escaped", kPlain,
       [](std::string l) { return "https://links.example.net/" + encode(target_of(l).substr(1)); },
       "repaired"},
      {"quoted-printable left over", kPlain,
       [](std::string l) { return replaced(replaced(l, "data=", "data=3D"), "url=", "url=3D"); }, "opens"},
      {"plus became a space", "https://a.example/?q=a+b", url_is("https%3A%2F%2Fa.example%2F%3Fq%3Da%20b"),
       "repaired"},
      {"space became a plus", "https://a.example/?q=a%20b", url_is("https%3A%2F%2Fa.example%2F%3Fq%3Da%2Bb"),
       "repaired", "https://a.example/?q=a b"},
      {"form encoding of a space", "https://a.example/a b", url_is("https://a.example/a+b"), "repaired"},
      {"escapes in lower case", kPlain,
       [](std::string l) { return swap_url(l, replaced(encode(kPlain), "%3A%2F%2F", "%3a%2f%2f")); },
       "opens"},
      {"escapes of the original in lower case", "https://a.example/%C3%BC",
       url_is(encode("https://a.example/%c3%bc")), "opens", "https://a.example/%c3%bc"},
      {"host in another case", "https://A.Example/x", url_is(encode("https://a.example/x")), "opens",
       "https://a.example/x"},
      {"host of letters converted", "https://bücher.example/x",
       url_is(encode("https://xn--bcher-kva.example/x")), "opens", "https://xn--bcher-kva.example/x"},
      {"default port added", "https://a.example/x", url_is(encode("https://a.example:443/x")), "opens",
       "https://a.example:443/x"},
      {"root slash added", "https://a.example", url_is(encode("https://a.example/")), "opens",
       "https://a.example/"},
      {"slash behind the path added", "https://a.example/x", url_is(encode("https://a.example/x/")),
       "repaired"},
      {"slash behind the path lost", "https://a.example/x/", url_is(encode("https://a.example/x")),
       "repaired"},
      {"slash and parameters added", "https://a.example/x",
       url_is(encode("https://a.example/x/?utm_source=mail")), "repaired"},
      {"scheme upgraded", "http://a.example/x", url_is(encode("https://a.example/x")), "repaired"},
      {"scheme lost", "https://a.example/x", url_is(encode("a.example/x")), "repaired"},
      {"slashes folded", "https://a.example/x", url_is(encode("https:/a.example/x")), "opens",
       "https:/a.example/x"},
      {"trailing full stop", kPlain, url_is(encode(kPlain + ".")), "repaired"},
      {"trailing bracket and stop", kShort, url_is(encode(kShort + ").")), "repaired"},
      {"utm inside the URL", "https://a.example/x?id=1",
       url_is(encode("https://a.example/x?id=1&utm_source=a&utm_medium=b")), "repaired"},
      {"fbclid as the only parameter", kShort, url_is(encode(kShort + "?fbclid=IwAR0")), "repaired"},
      {"utm in front of others", "https://a.example/x?id=1",
       url_is(encode("https://a.example/x?utm_source=a&id=1")), "repaired"},
      {"unknown parameter inside the URL", "https://a.example/x?id=1",
       url_is(encode("https://a.example/x?id=1&whatever=2")), "repaired"},
      {"fragment added", kShort, url_is(encode(kShort + "#:~:text=foo")), "repaired"},
      {"parameters behind the seal", kPlain, append("&utm_source=newsletter&fbclid=x"), "opens"},
      {"fragment behind the seal", kPlain, append("#section"), "opens"},
      {"full stop behind the seal", kPlain, append("."), "opens"},
      {"bracket behind the seal", kPlain, append(")"), "opens"},
      {"angle bracket, escaped, behind the seal", kPlain, append("%3E"), "opens"},
      {"underscore behind the seal", kPlain, append("_"), "repaired"},
      {"parameters between", kPlain,
       [](std::string l) { return replaced(l, "&data=", "&utm_source=x&data="); }, "repaired"},
      {"a foreign data in front", kPlain,
       [](std::string l) { return replaced(l, "?url=", "?data=zzz&url="); }, "opens"},
      {"a foreign data behind", kPlain, append("&data=zzz"), "opens"},
      {"turned round", kPlain,
       [](std::string l) {
         return "https://links.example.net/?" + l.substr(l.find("data=")) + "&url=" + encode(kPlain);
       },
       "opens"},
  };
  for (const auto& c : cases) expect_answer(c);
}

TEST(SealedLink, WhatCannotBeRepairedSaysWhy) {
  const auto cut = [](double part) {
    return [part](std::string link) {
      const size_t data = link.find("&data=") + 6;
      return link.substr(0, data + static_cast<size_t>(part * static_cast<double>(link.size() - data)));
    };
  };
  const TortureCase cases[] = {
      {"another destination", kPlain,
       [](std::string l) { return swap_url(l, encode("https://evil.example/")); }, "altered"},
      {"another destination beside the right one", kPlain,
       [](std::string l) { return replaced(l, "?url=", "?url=https%3A%2F%2Fevil.example&url="); }, "altered"},
      {"another path", kPlain, [](std::string l) { return replaced(l, "item", "other"); }, "altered"},
      {"another fragment", kPlain, [](std::string l) { return replaced(l, "%23top", "%23bottom"); },
       "altered"},
      {"no url at all", kPlain,
       [](std::string l) { return "https://links.example.net/?" + l.substr(l.find("data=")); }, "altered"},
      {"url cut", kPlain, [](std::string l) { return swap_url(l, encode(kPlain).substr(0, 40)); }, "altered"},
      {"seal cut by one character", kPlain, [](std::string l) { return l.substr(0, l.size() - 1); },
       "damaged"},
      {"seal cut in the middle", kPlain, cut(0.5), "damaged"},
      {"seal cut to its first characters", kPlain, cut(0.02), "damaged"},
      {"seal empty", kPlain, cut(0), "damaged"},
      {"cut in front of the seal", kPlain, [](std::string l) { return l.substr(0, l.find("&data=")); },
       "not ours"},
      {"letters glued to the seal", kPlain, [](std::string l) { return l + "abc"; }, "damaged"},
      {"seal in another case", kPlain,
       [](std::string l) {
         for (size_t i = l.find("data=") + 20; i < l.size(); ++i)
           l[i] = static_cast<char>(std::tolower(l[i]));
         return l;
       },
       "damaged"},
      {"foreign data", kPlain,
       [](std::string) { return "https://links.example.net/?url=https%3A%2F%2Fx.example&data=05%7C02%7Cx"; },
       "not ours"},
      {"a link as a form", kPlain,
       [](std::string l) { return "https://links.example.net/f/" + l.substr(l.find("data=") + 5); },
       "damaged"},
      {"only a path", kPlain, [](std::string) { return "https://links.example.net/robots.txt"; }, "not ours"},
  };
  for (const auto& c : cases) expect_answer(c);
}

struct FateCase {
  const char* name;
  std::string link;
  std::string answer;
  Keyring keys = ring();
  std::string_view host = kHost;
};

// One row for each fate that a link can meet; the tables above go into each of them.
TEST(SealedLink, EveryFateHasItsAnswer) {
  const std::string link = seal_or_die(claims(kPlain));
  const std::string box = *base64url_decode(link.substr(link.find("&data=") + 6));
  const Keyring stranger({key(7, KeyState::kSealing, 99)});
  const std::string long_url = "https://a.example/" + std::string(3000, 'x');
  const std::string stored_url = "https://a.example/" + std::string(8001, 'x');
  const FateCase cases[] = {
      {"as sealed", link, "opens"},
      {"re-encoded", swap_url(link, kShort + "/item?id=42&ref=mail%23top"), "opens"},
      {"escaped twice", swap_url(link, encode(encode(kPlain))), "repaired"},
      {"truncated", link.substr(0, link.size() - 10), "damaged"},
      {"truncated in front of the seal", link.substr(0, link.find("&data")), "not ours"},
      {"parameters appended to the link", link + "&utm_source=x&fbclid=y", "opens"},
      {"parameters appended to the URL", swap_url(link, encode(replaced(kPlain, "#", "&utm_source=x#"))),
       "repaired"},
      {"wrapped again",
       unwrap("https://nam01.safelinks.protection.outlook.com/?url=" + encode(link) + "&data=05").url,
       "opens"},
      {"forged under a secret of the forger's", seal_or_die(claims(kPlain), stranger), "damaged"},
      {"forged with a seal of another link", swap_url(link, encode("https://evil.example/")), "altered"},
      {"forged from nothing", link.substr(0, link.find("&data=") + 6) + std::string(150, 'A'), "not ours"},
      {"one bit changed",
       link.substr(0, link.find("&data=") + 6) +
           base64url_encode(std::string(box).replace(60, 1, 1, static_cast<char>(box[60] ^ 1))),
       "damaged"},
      {"foreign host", link, "other host", ring(), "click.example.com"},
      {"revoked key", link, "revoked key", Keyring({key(7, KeyState::kRevoked), key(8, KeyState::kSealing)})},
      {"unknown key", link, "unknown key", Keyring({key(8, KeyState::kSealing)})},
      {"key only open", link, "opens", Keyring({key(7, KeyState::kOpenOnly), key(8, KeyState::kSealing)})},
      {"longer than 2,000", seal_or_die(claims(long_url)), "opens"},
      {"longer than 2,000, url= altered", swap_url(seal_or_die(claims(long_url)), "x"), "opens"},
      {"longer than 2,000, cut at 2,000",
       seal_or_die(claims("https://a.example/" + base64url_encode(noise_bytes(3000)))).substr(0, 2000),
       "damaged"},
      {"longer than 8,000", seal_or_die(claims(stored_url)), "lookup"},
  };
  for (const auto& c : cases)
    EXPECT_EQ(describe(open(target_of(c.link), c.host, c.keys)), c.answer) << c.name;
}

// Vendors that wrapped our link once more: what their decoder gives is what has to open.
TEST(SealedLink, OpensAfterAnotherVendorsWrapperIsTakenOff) {
  const std::string link = seal_or_die(claims(kPlain));
  std::string v2;
  for (const char c : encode(link)) {
    v2 += c == '%' ? "-" : c == '-' ? "-2D" : c == '_' ? "-5F" : std::string(1, c);
  }
  std::string v3;
  size_t escapes = 0;
  for (const char c : link) v3.push_back(c == '%' ? (++escapes, '*') : c);
  const std::string replacements = base64url_encode(std::string(escapes, '%'));
  const std::pair<std::string_view, std::string> wrapped[] = {
      {"safelinks", "https://nam12.safelinks.protection.outlook.com/?url=" + encode(link) +
                        "&data=05%7C02%7C&sdata=x&reserved=0"},
      {"safelinks", "https://nam12.safelinks.protection.outlook.com/?url=" + encode(link) +
                        "&amp;data=05%7C02&amp;reserved=0"},
      {"proofpoint", "https://urldefense.com/v3/__" + v3 + "__;" + replacements + "!!org!id$"},
      {"proofpoint", "https://urldefense.proofpoint.com/v2/url?u=" + v2 + "&d=x&e="},
      {"barracuda", "https://linkprotect.cudasvc.com/url?a=" + encode(link) + "&c=E,1,AA&typo=1"},
      {"cisco", "https://secure-web.cisco.com/1abc/" + encode(link)},
      {"sophos", "https://eu.protection.sophos.com/?d=example.net&u=" + encode(base64_encode(link)) + "&i=x"},
      {"trendmicro", "https://a-ctp.trendmicro.com/wis/clicktime/v1/query?url=" + encode(link) + "&umid=U"},
      {"symantec", "https://clicktime.symantec.com/abc?u=" + encode(link)},
      {"checkpoint", "https://protect.checkpoint.com/v2/___" + link + "___.YzJl"},
      {"checkpoint", "https://protect.checkpoint.com/v2/___" + replaced(link, "://", ":/") + "___.YzJl"},
      {"fireeye", "https://protect2.fireeye.com/v1/url?k=a&q=1&u=" + encode(link)},
  };
  for (const auto& [vendor, text] : wrapped) {
    const auto unwrapped = unwrap(text);
    ASSERT_EQ(unwrapped.wrappers.size(), 1u) << text;
    EXPECT_EQ(unwrapped.wrappers[0], vendor);
    const auto opened = open(target_of(unwrapped.url), kHost, ring());
    ASSERT_TRUE(opened) << vendor << ": " << describe(opened) << "\n" << unwrapped.url;
    EXPECT_EQ(opened->claims, claims(kPlain)) << vendor;
  }
}

}  // namespace
}  // namespace linkgate::url
