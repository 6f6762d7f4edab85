#pragma once
// For tests that need a folder of their own on disk: there while the test runs, gone with all in it
// afterwards.

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <string>

namespace linkgate {

class FolderTest : public testing::Test {
 protected:
  FolderTest() {
    std::string name = std::filesystem::temp_directory_path() / "linkgate_test_XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::filesystem::filesystem_error(name, {});
    folder_ = name;
  }
  ~FolderTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  std::string folder_;  // absolute
};

}  // namespace linkgate
