#include "url/test_data.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace linkgate::url {

std::optional<std::string> read_test_data(const std::string& path) {
  const char* from_environment = std::getenv("LINKGATE_DATA");
  const std::filesystem::path root = from_environment != nullptr
                                         ? std::filesystem::path(from_environment)
                                         : std::filesystem::path(LINKGATE_SOURCE_DIR) / "../shared/data";
  std::ifstream in(root / path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

namespace {

TEST(TestData, AFileThatIsNotThereIsToldApartFromAnEmptyOne) { EXPECT_FALSE(read_test_data("no/such/file")); }

}  // namespace
}  // namespace linkgate::url
