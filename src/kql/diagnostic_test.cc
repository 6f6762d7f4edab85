#include "kql/diagnostic.h"

#include <gtest/gtest.h>

namespace linkgate::kql {
namespace {

std::string shown(std::string_view text, Span span) {
  Diagnostic diagnostic = fail(DiagnosticCode::kSyntax, span, "no");
  locate(diagnostic, text);
  return render(diagnostic, text);
}

TEST(Diagnostic, PointsAtThePlace) {
  EXPECT_EQ(shown("abc def", {4, 7}), "1:5: Syntax: no\n  abc def\n      ^~~\n");
  EXPECT_EQ(shown("a\nbc\nd", {2, 4}), "2:1: Syntax: no\n  bc\n  ^~\n");
  EXPECT_EQ(shown("a\nbc\nd", {3, 6}), "2:2: Syntax: no\n  bc\n   ^\n");  // it ends with its line
  EXPECT_EQ(shown("", {0, 0}), "1:1: Syntax: no\n  \n  ^\n");
  EXPECT_EQ(shown("ab", {2, 2}), "1:3: Syntax: no\n  ab\n    ^\n");
}

TEST(Diagnostic, CountsCodePoints) {
  EXPECT_EQ(shown("é\tü x", {6, 7}), "1:5: Syntax: no\n  é ü x\n      ^\n");
}

TEST(Diagnostic, ShowsOfALongLineWhatStandsAroundThePlace) {
  const std::string a(100, 'a'), b(200, 'b'), e = "…";
  // 160 letters, 60 of them before the place; fewer where the line ends.
  EXPECT_EQ(shown(a + "WRONG" + b, {100, 105}), "1:101: Syntax: no\n  " + e + std::string(60, 'a') + "WRONG" +
                                                    std::string(95, 'b') + e + "\n  " + std::string(61, ' ') +
                                                    "^~~~~\n");
  EXPECT_EQ(shown("WRONG" + b, {0, 5}),
            "1:1: Syntax: no\n  WRONG" + std::string(155, 'b') + e + "\n  ^~~~~\n");
  EXPECT_EQ(shown(b + "WRONG", {200, 205}), "1:201: Syntax: no\n  " + e + std::string(155, 'b') +
                                                "WRONG\n  " + std::string(156, ' ') + "^~~~~\n");
  const std::string letters = [] {
    std::string all;
    for (int i = 0; i < 200; ++i) all += "é";
    return all;
  }();
  EXPECT_EQ(shown(letters, {398, 400}),
            "1:200: Syntax: no\n  " + e + letters.substr(0, 320) + "\n  " + std::string(160, ' ') + "^\n");
}

TEST(Diagnostic, SuggestsWhatANameBegins) {
  EXPECT_EQ(nearest_name("Recipient", {"RecipientObjectId", "RecipientEmailAddress", "Url"}),
            "RecipientObjectId");
  EXPECT_EQ(nearest_name("urlDomainName", {"Url", "UrlDomain"}), "UrlDomain");
  EXPECT_EQ(nearest_name("Re", {"RecipientObjectId"}), "") << "too short to mean one";
}

TEST(Diagnostic, SuggestsNearNamesOnly) {
  EXPECT_EQ(nearest_name("Usr", {"User", "Url", "Timestamp"}), "User");
  EXPECT_EQ(nearest_name("timestamp", {"Timestamp"}), "Timestamp");
  EXPECT_EQ(nearest_name("Nmae", {"Count", "Name"}), "Name") << "a swap is one edit";
  EXPECT_EQ(nearest_name("x", {"y", "z"}), "");
  EXPECT_EQ(nearest_name("Zebra", {"User", "Url"}), "");
  EXPECT_EQ(nearest_name(std::string(1000, 'a'), {"a"}), "");
}

}  // namespace
}  // namespace linkgate::kql
