#pragma once
// Where the tests' foreign data lies: LINKGATE_DATA, or ../shared/data beside the checkout. For *_test.cc
// only.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

namespace linkgate::url {

inline std::optional<std::string> read_test_data(const std::string& path) {
  const char* from_environment = std::getenv("LINKGATE_DATA");
  const std::filesystem::path root = from_environment != nullptr
                                         ? std::filesystem::path(from_environment)
                                         : std::filesystem::path(LINKGATE_SOURCE_DIR) / "../shared/data";
  std::ifstream in(root / path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

}  // namespace linkgate::url

// Reads a file of the data set into a std::string `variable`, or skips the test and says so.
#define READ_TEST_DATA_OR_SKIP(variable, path)                                                      \
  const auto variable##_file = ::linkgate::url::read_test_data(path);                               \
  if (!variable##_file) GTEST_SKIP() << path << " is not there: set LINKGATE_DATA to the data set"; \
  const std::string& variable = *variable##_file
