#pragma once
// Where the tests' foreign data lies: LINKGATE_DATA, or ../shared/data beside the checkout. For *_test.cc
// only; test_data_test.cc reads the files, since this folder itself does no I/O.

#include <optional>
#include <string>

namespace linkgate::url {

std::optional<std::string> read_test_data(const std::string& path);

}  // namespace linkgate::url

// Reads a file of the data set into a std::string `variable`, or skips the test and says so.
#define READ_TEST_DATA_OR_SKIP(variable, path)                                                      \
  const auto variable##_file = ::linkgate::url::read_test_data(path);                               \
  if (!variable##_file) GTEST_SKIP() << path << " is not there: set LINKGATE_DATA to the data set"; \
  const std::string& variable = *variable##_file
