// Stored functions: what a query sees of them, and what keeps one from being kept.
#include "kql/stored_functions.h"

#include <gmock/gmock.h>

#include "kql/function_command.h"
#include "kql/function_parameters.h"
#include "kql/testing.h"

namespace linkgate::kql {
namespace {

using ::testing::HasSubstr;

const CompileOptions kOptions{.now = Time(Ticks(testing::kNowTicks - kUnixEpochTicks))};

const std::vector<StoredFunction> kFunctions = {
    {"Frequent", "(least:long = 5)", "{ T | where Count >= least }"},
    {"Names", "()", "{ Frequent(9) | distinct Name }"},
    {"Twice", "(x:long)", "{ x * 2 }"},
    {"Broken", "()", "{ T\n| where Nmae == 1 }"},
    {"Circle", "()", "{ Round() }"},
    {"Round", "()", "{ Circle | count }"},
    {"Count2", "()", "{ T | summarize Count2 = count() }"},
};

std::string compiled(std::string_view text) {
  const auto found = compile(text, kFunctions, testing::catalog(), kOptions);
  if (!found) return render(found.error(), text);
  std::string out;
  for (const ResultColumn& column : found->columns)
    out += (out.empty() ? "" : " ") + column.name + ":" + std::string(to_string(column.type));
  return out;
}

TEST(StoredFunctions, AreCalledByName) {
  EXPECT_EQ(compiled("Names"), "Name:string");
  EXPECT_EQ(compiled("Frequent(1) | project Count | extend x = Twice(Count)"), "Count:long x:long");
  EXPECT_EQ(compiled("set notruncation; declare query_parameters(n:long = 1); print Twice(n)"),
            "print_0:long");
  EXPECT_EQ(compiled("Count2"), "Count2:long") << "a column may be called as its function";
  EXPECT_EQ(compiled("let Names = U; Names | project Rank"), "Rank:int") << "a let hides them";
  EXPECT_EQ(compile("print 1", kFunctions, testing::catalog(), kOptions)->ast_text, "print 1")
      << "what is not named is not read";
}

TEST(StoredFunctions, ErrorsAreTheQuerys) {
  EXPECT_EQ(compiled("T | where Foo == 1"), testing::columns_of("T | where Foo == 1"));
  EXPECT_EQ(compiled("print Twice('a', 2, 3)").substr(0, 6), "1:7: W");
  EXPECT_EQ(
      compiled("Names\n| extend a = Nmae\n| where b"),
      "2:14: UnknownName: no column 'Nmae' here; did you mean 'Name'?\n  | extend a = Nmae\n               "
      "^~~~\n3:9: UnknownName: no column 'b' here\n  | where b\n          ^\n");
  EXPECT_EQ(compiled("print 1; Broken | take 5"),
            "1:10: UnknownName: in the stored function 'Broken', 2:9: no column 'Nmae' here; did you mean "
            "'Name'?\n  print 1; Broken | take 5\n           ^~~~~~\n");
}

TEST(StoredFunctions, CannotCallThemselves) {
  EXPECT_THAT(compiled("Circle | take 5"), HasSubstr("a stored function cannot call itself: "));
  EXPECT_THAT(compiled("T | where Count == toscalar(Round())"), HasSubstr("Round -> Circle -> Round"));
  std::vector<StoredFunction> chain;
  for (int i = 0; i < 500; ++i)
    chain.push_back({"f" + std::to_string(i), "()", "{ f" + std::to_string(i + 1) + "() }"});
  const auto deep = compile("f0()", chain, testing::catalog(), kOptions);
  EXPECT_FALSE(deep);
}

TEST(StoredFunctions, AreTriedBeforeTheyAreKept) {
  const auto refused = [](const StoredFunction& function) {
    const auto sound = check_function(function, kFunctions, testing::catalog(), kOptions);
    return sound ? std::string("kept") : sound.error().message;
  };
  EXPECT_EQ(
      refused({"New", "(a:long, b:string = 'x', c:dynamic = dynamic(null))", "{ T | where Count == a }"}),
      "kept");
  EXPECT_EQ(refused({"New", "(t:(*))", "{ t | where Anything == 1 }"}), "kept");
  EXPECT_EQ(refused({"Names", "()", "{ Frequent(9) | distinct Count }"}), "kept") << "it replaces itself";
  EXPECT_THAT(refused({"New", "()", "{ T | where Nmae == 1 }"}), HasSubstr("'New', 1:16: no column 'Nmae'"));
  EXPECT_THAT(refused({"New", "()", "{ T | whre }"}), HasSubstr("no operator 'whre'"));
  EXPECT_THAT(refused({"New", "()", "{ T }; let x = 1"}), HasSubstr("not one function"));
  EXPECT_THAT(refused({"New", "()", "{ New() | count }"}), HasSubstr("cannot call itself"));
  EXPECT_THAT(refused({"T", "()", "{ U }"}), HasSubstr("name of a table"));
  EXPECT_THAT(refused({"strcat", "()", "{ U }"}), HasSubstr("name of a function of KQL"));
}

TEST(FunctionCommand, IsReadAsKustoWritesIt) {
  using Verb = FunctionCommand::Verb;
  const auto command = parse_function_command(
      ".create-or-alter function with (docstring = \"Clicks that 'were' blocked\", folder='Mail', "
      "skipvalidation=true) "
      "Blocked(since:timespan = 7d) { // a comment with }\n T | where Name == \"}\" }");
  ASSERT_TRUE(command && *command);
  EXPECT_EQ((*command)->verb, Verb::kCreateOrAlter);
  EXPECT_EQ((*command)->docstring, "Clicks that 'were' blocked");
  EXPECT_EQ((*command)->folder, "Mail");
  EXPECT_TRUE((*command)->skip_validation);
  EXPECT_EQ((*command)->function.name, "Blocked");
  EXPECT_EQ((*command)->function.parameters, "(since:timespan = 7d)");
  EXPECT_EQ((*command)->function.body, "{ // a comment with }\n T | where Name == \"}\" }");
  EXPECT_TRUE((**parse_function_command(".create function ifnotexists F() { T }")).if_not_exists);
  EXPECT_TRUE((**parse_function_command(".drop function ['two words'] ifexists")).if_exists);
  EXPECT_EQ((**parse_function_command(".show functions")).verb, Verb::kShowAll);
  EXPECT_EQ((**parse_function_command(" .SHOW function F")).function.name, "F");
  for (const char* other :
       {".show tables", "T | count", "print function = 1", ".show table function cslschema"})
    EXPECT_FALSE(parse_function_command(other)) << other;
  for (const char* wrong : {".create function F { T }", ".create function F() { T", ".create function F() T",
                            ".create function with (colour='red') F() { T }", ".drop function",
                            ".alter function F() { T } x", ".create function F() { \"unfinished }"}) {
    const auto found = parse_function_command(wrong);
    ASSERT_TRUE(found) << wrong;
    EXPECT_FALSE(*found) << wrong;
  }
}

TEST(FunctionParameters, AreListedAsKustoListsThem) {
  const struct {
    const char *written, *listed;
  } cases[] = {{"()", "()"},
               {"( since:timespan=7d,T:(*) )", "(since: timespan = 7d, T: (*))"},
               {"(T:(a:long,['b c']:string), x:double = max_of(1, 2))",
                "(T: (a: long, [\"b c\"]: string), x: real = max_of(1, 2))"},
               {"(a:dynamic = dynamic({'x': [1, 2]}))", "(a: dynamic = dynamic({'x': [1, 2]}))"}};
  for (const auto& one : cases) EXPECT_EQ(parameters_text(function_parameters(one.written)), one.listed);
  for (const char* none : {"", "(", "(a", "(a:", "(a:long", "(a:nothing)", "(T:(U:(*)))", "(a:long = "})
    EXPECT_TRUE(function_parameters(none).empty()) << none;
}

}  // namespace
}  // namespace linkgate::kql
