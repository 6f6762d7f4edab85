// The functions by name, as the engine calls them.
#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

#include "functions/clock_of_call.h"
#include "functions/function.h"
#include "functions/service.h"

namespace linkgate::functions {
namespace {

constexpr const char* kNull = "(null)";

std::string call(std::string_view name, const std::vector<std::string>& texts) {
  Call call{.name = name};
  for (const std::string& text : texts) call.arguments.emplace_back(text);
  return evaluate(call).value_or(kNull);
}

struct Case {
  std::string name;
  std::vector<std::string> arguments;
  std::string want;
};
void expect(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    EXPECT_EQ(call(c.name, c.arguments), c.want)
        << c.name << " " << (c.arguments.empty() ? "" : c.arguments[0]);
  }
}

TEST(Functions, AreNullWhereACallIsWrong) {
  expect({{"nothing", {"x"}, kNull},
          {"punycode_from_string", {}, kNull},
          {"punycode_from_string", {"a", "b"}, kNull}});
  EXPECT_EQ(evaluate({.name = "punycode_from_string", .arguments = {std::nullopt}}), std::nullopt);
}

TEST(Functions, ConvertDomainsBothWays) {
  expect({{"punycode_from_string", {"académie-française"}, "acadmie-franaise-npb1a"},
          {"punycode_to_string", {"acadmie-franaise-npb1a"}, "académie-française"},
          {"punycode_to_string", {"é"}, kNull},
          {"punycode_from_string", {"\xff"}, kNull},
          {"punycode_from_string", {std::string(5'000, 'a')}, kNull},
          {"punycode_domain_to_string", {"Lê Lợi。Thuận｡a.com"}, "xn--L Li-gpa4517b.xn--Thun-xs5a.a.com"},
          {"punycode_domain_from_string", {"xn--Ge-mia.Bulg.edu"}, "Gáe.Bulg.edu"},
          {"punycode_domain_from_string", {"xn--?.com"}, kNull},
          {"punycode_domain_from_string", {""}, ""}});
}

TEST(Functions, ReadDynamicsAsAWhole) {
  std::string deep;
  for (int i = 0; i < 200; ++i) deep += "[";
  for (int i = 0; i < 200; ++i) deep += "]";
  expect({{"dynamic_to_json",
           {R"({"b":{"d":1,"c":[2.5,null]},"a":"\u00e9"})"},
           R"({"a":"é","b":{"c":[2.5,null],"d":1}})"},
          {"dynamic_to_json", {"no json"}, kNull},
          {"dynamic_to_json", {deep}, kNull},
          {"treepath", {R"({"a":[1,{"b":2}],"c":{}})"}, R"(["['a']","['a'][0]","['a'][0]['b']","['c']"])"},
          {"treepath", {"[1]"}, kNull},
          {"buildschema",
           {R"([{"x":1},{"x":"s","y":[1,true]},null])"},
           R"({"x":["long","string"],"y":{"`indexer`":["long","bool"]}})"},
          {"buildschema", {"[null]"}, kNull},
          {"buildschema", {"{}"}, kNull}});
}

TEST(Functions, TakeRangesApart) {
  expect({{"ipv4_range_to_cidr_list",
           {"1.1.128.0", "1.1.140.255"},
           R"(["1.1.128.0/21","1.1.136.0/22","1.1.140.0/24"])"},
          {"ipv4_range_to_cidr_list", {"0.0.0.0", "255.255.255.255"}, R"(["0.0.0.0/0"])"},
          {"ipv4_range_to_cidr_list", {"2.0.0.0", "1.0.0.0"}, kNull},
          {"ipv4_range_to_cidr_list", {"1.0.0.256", "1.0.1.0"}, kNull}});
}

TEST(Functions, TakeCommandLinesApart) {
  const auto words = [](const std::string& line) { return call("parse_command_line", {line, "windows"}); };
  EXPECT_EQ(words(R"(echo "hello world!")"), R"(["echo","hello world!"])");
  EXPECT_EQ(words(R"("C:\Program Files\a.exe" -x)"), R"(["C:\\Program Files\\a.exe","-x"])");
  EXPECT_EQ(words(R"(a b\\\"c d\\"e f" \g)"), R"(["a","b\\\"c","d\\e f","\\g"])");
  EXPECT_EQ(words(R"(a "b""c d" e)"), R"(["a","b\"c","d e"])");
  EXPECT_EQ(words(" a"), R"(["","a"])");
  EXPECT_EQ(words(""), kNull);
  EXPECT_EQ(call("parse_command_line", {"a", "unix"}), kNull);
}

TEST(Functions, PackAndUnpack) {
  expect({{"gzip_compress_to_base64_string",
           {"1234567890qwertyuiop"},
           "H4sIAAAAAAAA/wEUAOv/MTIzNDU2Nzg5MHF3ZXJ0eXVpb3A6m7f2FAAAAA=="},
          {"zlib_compress_to_base64_string",
           {"1234567890qwertyuiop"},
           "eAEBFADr/zEyMzQ1Njc4OTBxd2VydHl1aW9wOAkGdw=="},
          {"gzip_decompress_from_base64_string", {"x0x0x0"}, kNull},
          {"gzip_decompress_from_base64_string", {"eAEBFADr/zEyMzQ1Njc4OTBxd2VydHl1aW9wOAkGdw=="}, kNull},
          {"zlib_decompress_from_base64_string",
           {"eAEBFADr/zEyMzQ1Njc4OTBxd2VydHl1aW9wOAkGdw=="},
           "1234567890qwertyuiop"}});
  for (const std::string kind : {"gzip", "zlib"}) {
    for (const std::string& text : {std::string(), std::string(200'000, 'x'), std::string("ä\nb")}) {
      const std::string packed = call(kind + "_compress_to_base64_string", {text});
      EXPECT_EQ(call(kind + "_decompress_from_base64_string", {packed}), text);
    }
    const std::string bomb = call(kind + "_compress_to_base64_string", {std::string(40u << 20, 'x')});
    EXPECT_EQ(call(kind + "_decompress_from_base64_string", {bomb}), kNull);
  }
}

TEST(Functions, ReadXml) {
  const auto json = [](const std::string& xml) { return call("parse_xml", {xml}); };
  EXPECT_EQ(json("<e/>"), R"({"e":null})");
  EXPECT_EQ(json("<e>text</e>"), R"({"e":"text"})");
  EXPECT_EQ(json("<e name=\"value\" />"), R"({"e":{"@name":"value"}})");
  EXPECT_EQ(json("<e name='value'>text</e>"), R"({"e":{"@name":"value","#text":"text"}})");
  EXPECT_EQ(json("<e> <a>text</a> <b>text</b> </e>"), R"({"e":{"a":"text","b":"text"}})");
  EXPECT_EQ(json("<e> <a>1</a> <a>2</a> <a/></e>"), R"({"e":{"a":["1","2",null]}})");
  EXPECT_EQ(json("<?xml version='1.0'?><!DOCTYPE e [<!ELEMENT e ANY>]><!-- c "
                 "--><e>&lt;&#65;&#x42;<![CDATA[<x>]]></e> "),
            R"({"e":"<AB<x>"})");
  for (const char* wrong : {"", "text", "<e>", "<e></f>", "<e/><f/>", "<e a='1' a='2'/>", "<e>&x;</e>",
                            "<e a=1/>", "</e>", "<e><!-- </e>", "<e>\xff</e>", "<e>&#0;</e>"}) {
    EXPECT_EQ(json(wrong), kNull) << wrong;
  }
  std::string deep;
  for (int i = 0; i < 101; ++i) deep += "<e>";
  for (int i = 0; i < 101; ++i) deep += "</e>";
  EXPECT_EQ(json(deep), kNull);
}

TEST(Calls, AreReadInPiecesAndAnsweredInOrder) {
  int calls[2], answers[2];
  ASSERT_EQ(::pipe(calls), 0);
  ASSERT_EQ(::pipe(answers), 0);
  std::thread program([&] {
    EXPECT_TRUE(serve(calls[0], answers[1]));
    ::close(answers[1]);
  });
  std::string bytes;
  for (const char* text : {"ü", "ö"})
    append_call(bytes, {.name = "punycode_from_string", .arguments = {text}});
  append_call(bytes, {.name = "punycode_from_string", .arguments = {std::nullopt}});
  for (const char byte : bytes) ASSERT_EQ(::write(calls[1], &byte, 1), 1);
  ::close(calls[1]);
  std::string got, piece(100, '\0');
  for (ssize_t n = 0; (n = ::read(answers[0], piece.data(), piece.size())) > 0;)
    got.append(piece, 0, static_cast<size_t>(n));
  program.join();
  std::string want;
  for (const Value& value : {Value("tda"), Value("nda"), Value()}) append_answer(want, value);
  EXPECT_EQ(got, want);
  ::close(calls[0]);
  ::close(answers[0]);
}

TEST(Calls, OfOneBlockEndWhereTheyTakeTooLong) {
  int calls[2], answers[2];
  ASSERT_EQ(::pipe(calls), 0);
  ASSERT_EQ(::pipe(answers), 0);
  std::string bytes;
  append_call(bytes, {.name = "punycode_from_string", .arguments = {"a"}});
  ASSERT_EQ(::write(calls[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  ::close(calls[1]);
  const auto served = serve(calls[0], answers[1], {.block = std::chrono::milliseconds(-1)});
  ASSERT_FALSE(served);
  EXPECT_EQ(served.error().code(), ErrorCode::kLimit);
  for (const int fd : {calls[0], answers[0], answers[1]}) ::close(fd);
}

TEST(Calls, ThatAreNoneAreRefused) {
  Call call;
  size_t taken = 0;
  EXPECT_EQ(read_call(std::string_view("\x01x\x11", 3), call, taken), Read::kMalformed);  // 17 arguments
  EXPECT_EQ(read_call(std::string_view("\x01x\x01\x02", 4), call, taken),
            Read::kMalformed);  // neither null nor not
  EXPECT_EQ(read_call(std::string_view("\xff\xff\xff\xff\xff\x01", 6), call, taken),
            Read::kMalformed);  // a length
  EXPECT_EQ(read_call("", call, taken), Read::kIncomplete);
}

using CallsDeathTest = testing::Test;
TEST(CallsDeathTest, ThatTakeTooLongEndTheProgram) {
  EXPECT_EXIT(
      {
        start_clock_of_call(1);
        begin_call();
        for (volatile uint64_t i = 0;;) i = i + 1;
      },
      testing::ExitedWithCode(kTooLongExit), "a call takes too long");
}

}  // namespace
}  // namespace linkgate::functions
