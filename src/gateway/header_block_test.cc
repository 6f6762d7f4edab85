#include "gateway/header_block.h"

#include <gtest/gtest.h>

namespace linkgate::gateway {
namespace {

TEST(HeaderBlock, ReadsFieldsAsFarAsThereAreAny) {
  const struct {
    std::string_view message;
    size_t fields, size;
  } kCases[] = {
      {"A: 1\r\nB: 2\r\n 3\r\n\r\nbody", 2, 16},
      {"A: 1\nB: 2\n\nbody: x", 2, 10},
      {"\r\nA: 1\r\n", 0, 0},
      {"no header\r\nA: 1\r\n", 0, 0},
      {"A: 1\r\nno field\r\nB: 2\r\n", 1, 6},
      {"A : 1\r\n", 1, 7},
      {": 1\r\n", 0, 0},
      {"\xc3\xa4: 1\r\n", 0, 0},
      {"A: 1", 1, 4},
      {"From a@b.example Thu Aug 22 12:36:23 2002\nA: 1\n\n", 1, 47},
      {"From: a\nA: 1\n\n", 2, 13},
      {"", 0, 0},
  };
  for (const auto& c : kCases) {
    const HeaderBlock block = read_header(c.message);
    EXPECT_EQ(block.fields.size(), c.fields) << c.message;
    EXPECT_EQ(block.size, c.size) << c.message;
  }
}

TEST(HeaderBlock, CountsAndFindsWithoutCase) {
  const HeaderBlock block =
      read_header("received: 1\r\nSubject: a\r\n b\r\nRECEIVED: 2\r\nX-Received: 3\r\n\r\n");
  EXPECT_EQ(block.count("Received"), 2U);
  EXPECT_EQ(block.first("received")->value(), "1");
  EXPECT_EQ(block.first("SUBJECT")->value(), "a b");
  EXPECT_EQ(block.first("To"), nullptr);
}

TEST(HeaderBlock, PutsFieldsInFrontAndTakesOursOut) {
  const struct {
    std::string_view message, want;
  } kCases[] = {
      {"A: 1\r\nX-Linkgate-Id: forged\r\n more\r\nSubject: s\r\n\r\nb\r\n",
       "N: v\r\nA: 1\r\nSubject: s\r\n\r\nb\r\n"},
      {"A: 1\r\nx-linkgate-foo: 1\r\n\r\nX-Linkgate-Id: body\r\n",
       "N: v\r\nA: 1\r\n\r\nX-Linkgate-Id: body\r\n"},
      {"no header at all\r\n", "N: v\r\n\r\nno header at all\r\n"},
      {"\r\nb\r\n", "N: v\r\n\r\nb\r\n"},
      {"From a@b.example Thu\r\nA: 1\r\n\r\nb", "From a@b.example Thu\r\nN: v\r\nA: 1\r\n\r\nb"},
      {"", "N: v\r\n"},
  };
  for (const auto& c : kCases) EXPECT_EQ(with_header(c.message, "N: v\r\n"), c.want) << c.message;
}

}  // namespace
}  // namespace linkgate::gateway
