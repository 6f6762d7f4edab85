#include "verdict/page_lures.h"

#include <gtest/gtest.h>

namespace linkgate::verdict {
namespace {

struct Text {
  const char *text, *code;  // no code: nothing is found
};
class Lures : public testing::TestWithParam<Text> {};

TEST_P(Lures, AreFoundByStemsNearOneAnotherInAnyOrder) {
  const auto found = find_lures(GetParam().text);
  if (*GetParam().code == '\0') {
    EXPECT_TRUE(found.empty()) << found.front().words;
    return;
  }
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found.front().code, GetParam().code);
  EXPECT_FALSE(found.front().words.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Table, Lures,
    testing::Values(Text{"access to your account has been suspended", "text.threat"},
                    Text{"we suspended, for now, access to the account", "text.threat"},
                    Text{"ihr zugang wurde vorübergehend gesperrt", "text.threat"},
                    Text{"twoje konto zostało zablokowane", "text.threat"},
                    Text{"お客様のアカウントは停止されました", "text.threat"},
                    Text{"your mailbox has exceeded its quota", "text.mailbox"},
                    Text{"votre messagerie est pleine, capacité dépassée", "text.mailbox"},
                    Text{"your password expires today: keep same password", "text.mailbox"},
                    Text{"sign in to read the encrypted message", "text.document"},
                    Text{"connectez-vous pour consulter la facture", "text.document"},
                    Text{"su paquete está pendiente de pago", "text.parcel"},
                    Text{"you are owed a refund: claim it now", "text.prize"},
                    Text{"if this was not you, cancel the order", "text.confirm"},
                    Text{"zahlung fehlgeschlagen, bitte erneut versuchen!", "text.confirm"},
                    Text{"entre para votar", "text.confirm"},
                    // What honest pages say.
                    Text{"your account is locked after five failed attempts", ""},
                    Text{"sign in with your customer number", ""}, Text{"forgot your password?", ""},
                    Text{"delivery: 3.95, free from 40", ""}, Text{"download our catalogue as a pdf", ""},
                    Text{"", ""}));

TEST(Lures, BeyondTheFirstPartOfATextNothingIsSearched) {
  const std::string lure = " your account was suspended";
  EXPECT_TRUE(find_lures(std::string(kMaxLureText, 'x') + lure).empty());
  EXPECT_FALSE(find_lures(std::string(kMaxLureText - lure.size(), 'x') + lure).empty());
}

TEST(Lures, WhatIsShownIsWholeCharacters) {
  std::string text;
  for (int i = 0; i < 40; ++i) text += "停";
  const auto found = find_lures("アカウント停止" + text);
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found.front().words.size() % 3, 0U);
}

}  // namespace
}  // namespace linkgate::verdict
