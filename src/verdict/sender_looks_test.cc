#include "verdict/sender_looks.h"

#include <gtest/gtest.h>

namespace linkgate::verdict {
namespace {

OwnNames ours() {
  OwnNames own({"linkgate.example", "corp-mail.de"});
  own.add_person("erika.muster@linkgate.example");
  own.add_person("ilse.igel@linkgate.example");
  own.add_person("info@linkgate.example");
  return own;
}

// "OwnUser erika.muster@linkgate.example", one after the other.
std::string found(std::string_view address, std::string_view name = "") {
  std::string text;
  for (const SenderLook& look : sender_looks(address, name, ours()))
    text.append(text.empty() ? "" : "; ").append(to_string(look.kind)).append(" ").append(look.like);
  return text;
}

TEST(SenderLooks, SayWhoASenderIsWrittenAfter) {
  struct Case {
    std::string_view address, name, want;
  };
  const Case cases[] = {
      {"eve@1inkgate.example", "", "OwnDomain linkgate.example"},
      {"eve@mail.linkgat.example", "", "OwnDomain linkgate.example"},
      {"eve@linkgaet.example", "", "OwnDomain linkgate.example"},
      {"eve@linkgate.net", "", "OwnDomain linkgate.example"},
      {"eve@linkgate-support.com", "", "OwnDomain linkgate.example"},
      {"eve@corp-rnail.de", "", "OwnDomain corp-mail.de"},
      {"eve@ext.test", "Erika Muster", "OwnUser erika.muster@linkgate.example"},
      {"eve@ext.test", "MUSTER, Erika", "OwnUser erika.muster@linkgate.example"},
      {"eve@ext.test", "\xd0\x95rika Muster", "OwnUser erika.muster@linkgate.example"},  // Cyrillic E
      {"eve@ext.test", "Ilse Igel", "OwnUser ilse.igel@linkgate.example"},
      {"eve@paypa1.com", "", "Brand paypal"},
      {"eve@ext.test", "PayPal", "Brand paypal"},
      {"eve@ext.test", "Pay-Pal", "Brand paypal"},
      {"eve@\xd0\xb0pple.com", "", "Brand apple; UnusualCharacters apple"},
  };
  for (const Case& one : cases) EXPECT_EQ(found(one.address, one.name), one.want) << one.address << one.name;
}

TEST(SenderLooks, HonestSendersLookLikeNobody) {
  struct Case {
    std::string_view address, name;
  };
  const Case cases[] = {
      {"erika.muster@linkgate.example", "Erika Muster"},
      {"a@mail.linkgate.example", "Erika Muster"},
      {"service@paypal.com", "PayPal"},
      {"eve@ext.test", "Erika"},
      {"eve@ext.test", "Info"},
      {"eve@ext.test", "Max Muster"},
      {"eve@gate.example", ""},
      {"eve@crop.de", ""},
      {"eve@mail.de", ""},
      {"", ""},
      {"no address", "PayP"},
      {"eve@[192.0.2.1]", ""},
      {"eve@m\xc3\xbcller.de", "M\xc3\xbcller"},
  };
  for (const Case& one : cases) EXPECT_EQ(found(one.address, one.name), "") << one.address << one.name;
}

TEST(SenderLooks, EditsAreCountedUpToTheirLimit) {
  EXPECT_TRUE(is_within_edits("abc", "abc", 0));
  EXPECT_TRUE(is_within_edits("abcd", "abdc", 1)) << "neighbours that change places are one";
  EXPECT_TRUE(is_within_edits("kitten", "sitting", 3));
  EXPECT_FALSE(is_within_edits("kitten", "sitting", 2));
  EXPECT_FALSE(is_within_edits("", "ab", 1));
  EXPECT_TRUE(is_within_edits("", "a", 1));
  EXPECT_TRUE(is_within_edits("xab", "ab", 1));
}

}  // namespace
}  // namespace linkgate::verdict
