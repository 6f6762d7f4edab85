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
