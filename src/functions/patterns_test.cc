// Patterns of rows and texts, and curves, as the functions give them.
#include <gtest/gtest.h>

#include "functions/function.h"
#include "functions/patterns.h"

namespace linkgate::functions {
namespace {

constexpr const char* kNull = "(null)";

std::string call(std::string_view name, const std::vector<std::string>& texts) {
  Call call{.name = name};
  for (const std::string& text : texts) call.arguments.emplace_back(text);
  return evaluate(call).value_or(kNull);
}

TEST(Patterns, AreOfferedOnceForEachSetOfRows) {
  // The second column follows from the first: no pattern has one without the other.
  const std::string rows = R"([[2,["a","x","1"]],[1,["a","x","2"]],[1,["b","y","1"]]])";
  EXPECT_EQ(call("frequent_row_patterns", {"0.5", "5", rows}),
            R"([[3,75,["a","x",null]],[3,75,[null,null,"1"]],[2,50,["a","x","1"]]])");
  EXPECT_EQ(call("frequent_row_patterns", {"0.5", "1", rows}),
            R"([[3,75,["a","x",null]],[3,75,[null,null,"1"]]])");
  EXPECT_EQ(call("frequent_row_patterns", {"0.5", "5", "[]"}), "[]");
}

TEST(Patterns, AreRefusedWhereTheyAreTooMany) {
  // Each row lacks one value of all: every set of columns is a pattern of its own.
  std::string rows = "[";
  for (int i = 0; i < 16; ++i) {
    rows += std::string(i > 0 ? "," : "") + "[1,[";
    for (int c = 0; c < 16; ++c)
      rows += std::string(c > 0 ? "," : "") + (c == i ? "\"other" + std::to_string(i) + "\"" : "\"same\"");
    rows += "]]";
  }
  EXPECT_EQ(call("frequent_row_patterns", {"0.05", "16", rows + "]"}), kNull);
}

TEST(Patterns, OfMalformedRowsThereAreNone) {
  for (const char* rows :
       {"", "{}", "[1]", R"([["1",["a"]]])", R"([[-1,["a"]]])", "[[1,[]]]", R"([[1,["a"]],[1,["a","b"]]])"})
    EXPECT_EQ(call("frequent_row_patterns", {"0.5", "5", rows}), kNull) << rows;
}

TEST(Patterns, OfTwoTablesTellThemApart) {
  const std::string rows = R"([[8,1,["a","x"]],[1,1,["a","y"]],[1,8,["b","y"]]])";
  EXPECT_EQ(call("differing_row_patterns", {"0.1", "5", rows}),
            R"([[9,2,90,20,70,["a",null]],[2,9,20,90,70,[null,"y"]]])");
  EXPECT_EQ(call("differing_row_patterns", {"0.1", "5", R"([[1,0,["a"]]])"}), "[]");
}

TEST(Patterns, GrowFromTheCommonestRows) {
  const std::string rows = R"([[6,["a","x"]],[1,["a","y"]],[1,["b","z"]],[1,["c","w"]]])";
  EXPECT_EQ(call("grown_row_patterns", {"0.5", "1", rows}), R"([[6,66.7,["a","x"]]])");
  EXPECT_EQ(call("grown_row_patterns", {"0.5", "1", R"([[0,["a","x"]]])"}), R"([[0,0,["a","x"]]])");
  EXPECT_EQ(call("grown_row_patterns", {"0.95", "1", rows}), R"([[7,77.8,["a",null]]])");
  EXPECT_EQ(call("grown_row_patterns", {"0.5", "25", R"([[1,["a","x"]],[1,["b","y"]],[1,["c","z"]]])"}), "[]")
      << "rows that are all different have no patterns";
}

TEST(Texts, ComeUnderPatternsOfFrequentTerms) {
  const std::string texts = R"([["get /a 200",1],["get /b 200",2],["put /c 500",1],["",1]])";
  EXPECT_EQ(call("reduced_texts", {"0.6", "", texts}), R"([["get /* 200",3,"get /b 200"],["others",2,""]])");
  EXPECT_EQ(call("patterns_of_texts", {"0.4", "", R"([["x-1",1],["x-2",1],["y",1]])"}),
            R"([["x-1","x-*"],["x-2","x-*"],["y","others"]])");
  EXPECT_EQ(call("reduced_texts", {"0.1", "", R"([["fooZ1",1],["fooZ2",1]])"}), R"([["others",2,""]])");
  EXPECT_EQ(call("reduced_texts", {"0.1", "Z", R"([["fooZ1",1],["fooZ2",1]])"}), R"([["foo*",2,"fooZ1"]])");
  EXPECT_EQ(call("reduced_texts", {"0.1", "", "[1]"}), kNull);
}

TEST(Curves, GoThroughTheirPoints) {
  EXPECT_EQ(call("series_fit_poly", {"[1,4,9,16]", "[]", "1"}),
            R"({"rsquare":0.9689922480620154,"coefficients":[5.0,-5.0],"variance":43.0,)"
            R"("rvariance":1.3333333333333333,"poly_fit":[0.0,5.0,10.0,15.0]})")
      << "a line";
  for (const char* y : {"[1]", "[]", "[\"a\",1]", "{}"})
    EXPECT_EQ(call("series_fit_poly", {y, "[]", "1"}), kNull) << y;
  EXPECT_EQ(call("series_fit_poly", {"[1,2]", "[1,1]", "1"}), kNull) << "two points above each other";
  EXPECT_EQ(call("series_fit_poly", {"[1,2]", "[1,2,3]", "1"}), kNull);
}

TEST(Curves, OfTwoLinesBreakWhereTheyLeaveLeast) {
  EXPECT_NE(call("series_fit_2lines", {"[1,2,3,4,10,8,6,4]"}).find(R"("split_idx":4)"), std::string::npos);
  EXPECT_NE(call("series_fit_2lines", {"[1,2,3,4,10,8,6,4]"}).find(R"("right":{"rsquare":1.0,"slope":-2.0)"),
            std::string::npos);
  EXPECT_EQ(call("series_fit_2lines", {"[1,2,3]"}), kNull);
}

}  // namespace
}  // namespace linkgate::functions
