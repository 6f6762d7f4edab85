#include "gateway/identity.h"

#include <gtest/gtest.h>

namespace linkgate::gateway {
namespace {

url::Keyring keyring() {
  url::SealingKey key = url::generate_key(1, Time());
  key.state = url::KeyState::kSealing;
  return url::Keyring({key});
}

TEST(Identity, TheIdIsAFunctionOfQueueIdSenderAndBytes) {
  const url::Keyring keys = keyring();
  const auto id = [&](std::string_view queue, std::string_view sender, std::string_view bytes) {
    return url::uuid_text(network_message_id(queue, sender, bytes, keys));
  };
  const std::string one = id("4ABC", "a@b", "Subject: x\r\n\r\n");
  EXPECT_EQ(one, id("4ABC", "a@b", "Subject: x\r\n\r\n"));
  EXPECT_NE(one, id("4ABD", "a@b", "Subject: x\r\n\r\n"));
  EXPECT_NE(one, id("4ABC", "", "Subject: x\r\n\r\n"));
  EXPECT_NE(one, id("4ABC", "a@b", "Subject: y\r\n\r\n"));
  EXPECT_NE(id("4ABCa", "@b", ""), id("4ABC", "a@b", "")) << "where one ends and the next begins counts";
  EXPECT_NE(one, url::uuid_text(network_message_id("4ABC", "a@b", "Subject: x\r\n\r\n", keyring())))
      << "keyed";
  EXPECT_EQ(one[14], '8') << "a UUID of version 8";
}

TEST(Identity, ReadsTheDatesOfMail) {
  const struct {
    std::string_view text, want;
  } kCases[] = {
      {"Sat, 21 Nov 2026 22:52:13 +0100", "2026-11-21T21:52:13.0000000Z"},
      {"Sat, 21 Nov 2026 22:52:13 +0000 (UTC)", "2026-11-21T22:52:13.0000000Z"},
      {" 21 nov 2026 22:52 EST", "2026-11-22T03:52:00.0000000Z"},
      {"Sat,  1 Nov 26 02:00:00 -0530", "2026-11-01T07:30:00.0000000Z"},
      {"1 Nov 126 02:00:00 GMT", "2026-11-01T02:00:00.0000000Z"},
      {"Sat, 21 Nov 2026 22:52:13 nonsense", "2026-11-21T22:52:13.0000000Z"},
      {"31 Feb 2026 00:00:00 +0000", ""},
      {"21 Nov 2026 25:00:00 +0000", ""},
      {"Sat, 21 Xyz 2026 22:52:13 +0000", ""},
      {"99999999999999999999 Nov 2026 22:52:13 +0000", ""},
      {"yesterday", ""},
      {"", ""},
  };
  for (const auto& c : kCases) {
    const auto time = parse_mail_date(c.text);
    EXPECT_EQ(time ? to_iso8601(*time) : "", c.want) << c.text;
  }
  const Time time = *from_iso8601("2026-11-21T22:52:13Z");
  EXPECT_EQ(mail_date(time), "Sat, 21 Nov 2026 22:52:13 +0000");
  EXPECT_EQ(parse_mail_date(mail_date(time)), time);
}

TEST(Identity, TheTimeIsThatOfTheTopmostReceivedIfItCanBeBelieved) {
  const Time now = *from_iso8601("2026-11-21T12:00:00.5Z");
  const struct {
    std::string_view header, want;
  } kCases[] = {
      {"Received: by mx; Sat, 21 Nov 2026 11:00:00 +0000\r\nReceived: by x; Fri, 20 Nov 2026 11:00:00 "
       "+0000\r\n",
       "2026-11-21T11:00:00.0000000Z"},
      {"Received: by mx; Sat, 21 Nov 2026 13:00:00 +0000\r\nDate: Fri, 20 Nov 2026 11:00:00 +0000\r\n",
       "2026-11-20T11:00:00.0000000Z"},  // in the future
      {"Received: by mx\r\nDate: Sat, 01 Nov 2025 11:00:00 +0000\r\n", "2026-11-21T12:00:00.0000000Z"},
      {"Subject: x\r\n", "2026-11-21T12:00:00.0000000Z"},
  };
  for (const auto& c : kCases)
    EXPECT_EQ(to_iso8601(message_time(read_header(c.header), now)), c.want) << c.header;
}

}  // namespace
}  // namespace linkgate::gateway
