#include "url/sealed_link.h"

#include <gtest/gtest.h>

#include <random>

#include "base/base64.h"
#include "url/sealed_link_testing.h"
#include "url/url.h"

namespace linkgate::url {
namespace {

std::string random_text(std::mt19937& random, size_t size, std::string_view alphabet) {
  std::string text;
  for (size_t i = 0; i < size; ++i) text.push_back(alphabet[random() % alphabet.size()]);
  return text;
}
constexpr std::string_view kWordBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

TEST(SealedLink, KeysAndHostsDecideWhatOpens) {
  const std::string link = seal_or_die(claims(kPlain));
  const auto opened_by = [&](const Keyring& keys, std::string_view host = kHost) {
    return describe(open(target_of(link), host, keys));
  };
  EXPECT_EQ(opened_by(ring()), "opens");
  EXPECT_EQ(opened_by(Keyring({key(7, KeyState::kPublished)})), "opens");
  EXPECT_EQ(opened_by(Keyring({key(7, KeyState::kOpenOnly), key(8, KeyState::kSealing)})), "opens");
  EXPECT_EQ(opened_by(Keyring({key(7, KeyState::kRevoked), key(8, KeyState::kSealing)})), "revoked key");
  EXPECT_EQ(opened_by(Keyring({key(8, KeyState::kSealing)})), "unknown key");
  EXPECT_EQ(opened_by(Keyring()), "unknown key");
  EXPECT_EQ(opened_by(ring(), "links.example.com"), "other host");
  EXPECT_EQ(opened_by(ring(), "LINKS.example.NET."), "opens");
  // A key of the same id and another secret: forged or lost, and no word about the host can be believed.
  SealingKey forged = key(7, KeyState::kSealing);
  forged.secret[0] ^= 1;
  EXPECT_EQ(opened_by(Keyring({forged})), "damaged");
  EXPECT_EQ(opened_by(Keyring({forged}), "links.example.com"), "damaged");
}

TEST(SealedLink, TheHostIsBoundWithoutPortAndInLowerCase) {
  const auto link = seal(claims(kPlain), "http://LINKS.example.net:8080", ring());
  ASSERT_TRUE(link);
  EXPECT_TRUE(link->starts_with("http://LINKS.example.net:8080/?url="));
  EXPECT_EQ(describe(open(target_of(*link), kHost, ring())), "opens");
  const auto six = seal(claims(kPlain), "http://[::1]:8080", ring());
  ASSERT_TRUE(six);
  EXPECT_EQ(describe(open(target_of(*six), "[::1]", ring())), "opens");
}

TEST(SealedLink, NothingIsSealedWithoutASealingKeyOrAUrl) {
  const auto without_key = seal(claims(kPlain), kOrigin, Keyring({key(3, KeyState::kOpenOnly)}));
  ASSERT_FALSE(without_key);
  EXPECT_EQ(without_key.error().code(), ErrorCode::kUnavailable);
  for (const std::string url :
       {"", "mailto:a@example.com", "/relative", "http://[broken", "javascript:alert(1)"}) {
    const auto link = seal(claims(url), kOrigin, ring());
    ASSERT_FALSE(link) << url;
    EXPECT_EQ(link.error().code(), ErrorCode::kInvalidArgument);
  }
  auto long_recipient = claims(kPlain);
  long_recipient.recipient = std::string(kMaxRecipient + 1, 'a');
  EXPECT_FALSE(seal(long_recipient, kOrigin, ring()));
}

TEST(SealedLink, LongUrlsTravelInsideTheSeal) {
  std::mt19937 random(1);
  const std::string url = "https://long.example.com/path/" + random_text(random, 2500, kWordBytes) + "?" +
                          random_text(random, 3000, kWordBytes);
  const std::string link = seal_or_die(claims(url));
  EXPECT_NE(link.find("url=https%3A%2F%2Flong.example.com%2Fpath%2F"), std::string::npos);
  const auto opened = open(target_of(link), kHost, ring());
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->claims, claims(url));
  EXPECT_FALSE(opened->needs_lookup);
  // What stands in url= no longer matters, so there is nothing left to alter.
  const auto swapped = open(target_of(swap_url(link, "https%3A%2F%2Fevil.example")), kHost, ring());
  ASSERT_TRUE(swapped);
  EXPECT_EQ(swapped->claims.url, url);
}

TEST(SealedLink, CompressesWhatTravelsInside) {
  std::string url = "https://long.example.com/?";
  while (url.size() < 7900) url += "parameter=value&";
  EXPECT_LT(seal_or_die(claims(url)).size(), 600u);
}

TEST(SealedLink, TheLimitIsTheLengthOfTheFinalLink) {
  bool inside = false;
  for (size_t size = 1500; size < 2000; ++size) {
    const std::string url = "https://a.example/" + std::string(size, 'x');
    const std::string link = seal_or_die(claims(url));
    EXPECT_LE(link.size(), kMaxVisibleLink);
    const bool visible = link.find(encode(url)) != std::string::npos;
    if (!visible) inside = true;
    EXPECT_NE(visible, inside) << "once too long, always too long: " << size;
    EXPECT_EQ(open(target_of(link), kHost, ring())->claims.url, url);
  }
  EXPECT_TRUE(inside);
}

TEST(SealedLink, UrlsOver8000AreLookedUpByTheirHash) {
  const std::string url = "https://long.example.com/" + std::string(8000, 'x');
  EXPECT_TRUE(needs_stored_url(url));
  const std::string link = seal_or_die(claims(url));
  EXPECT_LT(link.size(), kMaxVisibleLink);
  const auto opened = open(target_of(link), kHost, ring());
  ASSERT_TRUE(opened);
  EXPECT_TRUE(opened->needs_lookup);
  EXPECT_EQ(opened->claims, claims(""));
  EXPECT_EQ(opened->url_hash, url_hash(url));
  EXPECT_FALSE(needs_stored_url(url.substr(0, kMaxSealedUrl)));
}

TEST(SealedLink, FormsCarryTheirUrlWithoutAQuery) {
  for (const std::string& url : {kPlain, "https://long.example.com/?" + std::string(5000, 'x')}) {
    const auto link = seal_form(claims(url), kOrigin, ring());
    ASSERT_TRUE(link);
    ASSERT_TRUE(link->starts_with("https://links.example.net/f/"));
    EXPECT_EQ(link->find('?'), std::string::npos);
    EXPECT_EQ(open(target_of(*link), kHost, ring())->claims, claims(url));
    // A browser puts the submitted fields behind; they are no part of the link.
    EXPECT_EQ(open(target_of(*link) + "?user=a&password=b", kHost, ring())->claims, claims(url));
    EXPECT_EQ(describe(open("/?data=" + link->substr(link->find("/f/") + 3), kHost, ring())), "damaged");
  }
  const auto stored = seal_form(claims("https://a.example/" + std::string(9000, 'x')), kOrigin, ring());
  EXPECT_EQ(describe(open(target_of(*stored), kHost, ring())), "lookup");
}

TEST(SealedLink, SealingIsDeterministicAndDependsOnEveryClaim) {
  const std::string link = seal_or_die(claims(kPlain));
  EXPECT_EQ(link, seal_or_die(claims(kPlain)));
  auto other_recipient = claims(kPlain);
  other_recipient.recipient = "bob@example.org";
  auto other_message = claims(kPlain);
  other_message.network_message_id[0] ^= 1;
  auto other_place = claims(kPlain);
  other_place.location = LinkLocation::kSubject;
  auto other_time = claims(kPlain);
  other_time.message_time += std::chrono::seconds(1);
  for (const auto& other : {other_recipient, other_message, other_place, other_time, claims(kShort)}) {
    EXPECT_NE(seal_or_die(other), link);
  }
}

TEST(SealedLink, TheRecipientDoesNotShow) {
  const std::string link = seal_or_die(claims(kPlain));
  EXPECT_EQ(link.find("alice"), std::string::npos);
  EXPECT_EQ(link.find(base64url_encode("alice").substr(0, 5)), std::string::npos);
}

TEST(SealedLink, SealAndOpenAreInverseForUrlsOfEveryKind) {
  std::mt19937 random(2);
  constexpr std::string_view kUrlBytes = "abcABC019%&=+ ?#/;:@!$'()*,[]{}|^~`\"<>\\-_.\xc3\xbc";
  size_t sealed = 0;
  for (int i = 0; i < 3000; ++i) {
    auto one = claims("http" + std::string(i % 2 ? "s" : "") + "://h" + std::to_string(random() % 100) +
                      ".example/" + random_text(random, random() % 200, kUrlBytes));
    one.recipient = random_text(random, random() % 60, kUrlBytes);
    one.location = static_cast<LinkLocation>(random() % 6);
    one.message_time = Time(std::chrono::seconds(static_cast<int64_t>(random()) - 1'000'000'000));
    for (auto& byte : one.network_message_id) byte = static_cast<uint8_t>(random());
    const auto link = seal(one, kOrigin, ring());
    ASSERT_TRUE(link) << one.url;
    const auto opened = open(target_of(*link), kHost, ring());
    ASSERT_TRUE(opened) << one.url << " " << describe(opened);
    EXPECT_EQ(opened->claims, one);
    EXPECT_FALSE(opened->repaired) << one.url;
    ++sealed;
  }
  EXPECT_EQ(sealed, 3000u);
}

TEST(SealedLink, NoBitFlipOfTheSealOpens) {
  std::mt19937 random(3);
  const std::string link = seal_or_die(claims(kPlain));
  const size_t data = link.find("&data=") + 6;
  const std::string box = *base64url_decode(link.substr(data));
  const Keyring keys = ring();
  for (int i = 0; i < 20'000; ++i) {
    std::string flipped = box;
    const size_t bit = random() % (8 * box.size());
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    const std::string target = target_of(link.substr(0, data) + base64url_encode(flipped));
    const auto opened = open(target, kHost, keys);
    ASSERT_FALSE(opened) << "bit " << bit;
    ASSERT_NE(opened.error().failure, OpenFailure::kAlteredUrl);
    ASSERT_NE(opened.error().failure, OpenFailure::kOtherHost);
  }
}

TEST(SealedLink, NoChangedCharacterOfTheLinkOpensAnotherDestination) {
  std::mt19937 random(4);
  const std::string link = seal_or_die(claims(kPlain));
  const Keyring keys = ring();
  const std::string href = Url::parse(kPlain)->href();
  int opened_again = 0;
  for (int i = 0; i < 5'000; ++i) {
    std::string changed = link;
    changed[26 + random() % (link.size() - 26)] = static_cast<char>(0x21 + random() % 0x5e);
    const auto opened = open(target_of(changed), kHost, keys);
    if (!opened) continue;
    ++opened_again;
    EXPECT_EQ(Url::parse(opened->claims.url)->href(), href) << changed;
    EXPECT_EQ(opened->claims.recipient, "alice@example.org");
  }
  EXPECT_GT(opened_again, 0);  // such as another case in the host
}

TEST(SealedLink, NoControlCharacterComesOut) {
  const std::string link = seal_or_die(claims("https://a.example/x?y"));
  const std::string split = swap_url(link, encode("https://a.exa\r\nmple/x\t?y\r\n"));
  const auto opened = open(target_of(split), kHost, ring());
  ASSERT_TRUE(opened) << describe(opened);
  EXPECT_EQ(opened->claims.url, "https://a.example/x?y");
  const auto form = seal_form(claims("https://a.example/\nx"), kOrigin, ring());
  EXPECT_EQ(open(target_of(*form), kHost, ring())->claims.url, "https://a.example/x");
}

TEST(SealedLink, OpensTargetsInAbsoluteForm) {
  EXPECT_EQ(describe(open(seal_or_die(claims(kPlain)), kHost, ring())), "opens");
}

TEST(SealedLink, LooksSealedIsAboutHostAndShape) {
  const std::string link = seal_or_die(claims(kPlain));
  EXPECT_TRUE(looks_sealed(link, kHost));
  EXPECT_TRUE(looks_sealed(*seal_form(claims(kPlain), "http://links.example.net:8080", ring()), kHost));
  EXPECT_TRUE(looks_sealed("HTTP://LINKS.example.net:80/?url=x&data=y", kHost));
  EXPECT_TRUE(looks_sealed("https://links.example.net/?url=https%3A%2F%2Fa.exa", kHost)) << "broken off";
  for (const std::string_view other :
       {"https://links.example.net/", "https://links.example.net.evil.com/?data=x",
        "https://evil.com/?data=x", "https://links.example.net/about?data=x",
        "https://links.example.netx/?data=x", "links", ""}) {
    EXPECT_FALSE(looks_sealed(other, kHost)) << other;
  }
}

}  // namespace
}  // namespace linkgate::url
