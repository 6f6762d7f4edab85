#include "scan/archive_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace linkgate::scan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string le(uint32_t value, size_t bytes) {
  std::string out;
  for (size_t i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
  return out;
}
std::string entry(const std::string& name, const std::string& extra = "") {
  return "PK\x01\x02" + std::string(24, '\0') + le(name.size(), 2) + le(extra.size(), 2) + le(0, 2) +
         std::string(12, '\0') + name + extra;
}
std::string archive(const std::string& directory, const std::string& before = "content",
                    const std::string& comment = "") {
  return before + directory + "PK\x05\x06" + std::string(4, '\0') + le(2, 2) + le(2, 2) +
         le(directory.size(), 4) + le(before.size(), 4) + le(comment.size(), 2) + comment;
}

TEST(ArchiveNames, AreThoseOfTheDirectoryAtTheEnd) {
  const std::string directory = entry("Invoice.exe", "xx") + entry("a/b.txt");
  EXPECT_THAT(archive_names(archive(directory)), ElementsAre("Invoice.exe", "a/b.txt"));
  EXPECT_THAT(archive_names(archive(directory, "MZ stub" + std::string(5000, 's'), "a comment")),
              ElementsAre("Invoice.exe", "a/b.txt"));
}

TEST(ArchiveNames, WhatLiesHasNone) {
  const std::string whole = archive(entry("a.exe"));
  for (size_t cut = 1; cut < whole.size(); ++cut)
    EXPECT_THAT(archive_names(whole.substr(0, cut)), IsEmpty()) << cut;
  EXPECT_THAT(archive_names(""), IsEmpty());
  EXPECT_THAT(archive_names("PK\x05\x06" + std::string(8, '\0') + le(0xffffffff, 4) + std::string(6, '\0')),
              IsEmpty());
  std::string long_name = archive(entry("a.exe"));
  long_name[long_name.find("PK\x01\x02") + 28] = '\x7f';
  EXPECT_THAT(archive_names(long_name), IsEmpty());
}

TEST(ArchiveNames, EndAtTheirLimit) {
  std::string directory;
  for (size_t i = 0; i < kMaxArchiveNames + 5; ++i) directory += entry("f");
  EXPECT_EQ(archive_names(archive(directory)).size(), kMaxArchiveNames);
}

}  // namespace
}  // namespace linkgate::scan
