#include "mail/rewriter.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "mail/rewrite_laws.h"

namespace linkgate::mail {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<fs::path> golden_files() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(fs::path(LINKGATE_SOURCE_DIR) / "src/mail/testdata")) {
    if (entry.path().extension() == ".eml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// A short stand-in for sealing, so that what was done can be read in the files.
std::optional<std::string> shorten(const Link& link) {
  if (link.url.starts_with("https://links.example/")) return link.url;
  if (link.url.find("never.example") != std::string::npos) return std::nullopt;
  std::string letters = link.url;
  std::erase_if(letters, [](char c) { return !ascii::is_alnum(c); });
  return "https://links.example/?url=" + letters + "&data=x";
}

std::string report(const Message& message, const Rendered& rendered) {
  std::string text;
  for (const LinkOutcome& outcome : rendered.outcomes) {
    const Link& link = message.links()[outcome.link];
    text += std::string(to_string(outcome.result)) + " " + link.url + "\n";
  }
  return text;
}

// Each NAME.eml is rewritten to NAME.want, which begins with a line for each link. With
// LINKGATE_UPDATE_GOLDEN set the files are written instead, for reading the difference.
TEST(Rewriter, RewritesTheGoldenMessages) {
  const bool update = std::getenv("LINKGATE_UPDATE_GOLDEN") != nullptr;
  const auto files = golden_files();
  ASSERT_FALSE(files.empty());
  for (const fs::path& file : files) {
    SCOPED_TRACE(file.filename().string());
    const std::string bytes = read(file);
    const auto message = Message::parse(bytes);
    ASSERT_TRUE(message) << message.error().message();
    RenderOptions options;
    options.stamp = "stamp";
    const auto rendered = message->render(options, shorten);
    ASSERT_TRUE(rendered) << rendered.error().message();
    const std::string got = report(*message, *rendered) + "----\n" + rendered->bytes;
    const fs::path want = fs::path(file).replace_extension(".want");
    if (update) std::ofstream(want, std::ios::binary) << got;
    EXPECT_EQ(got, read(want));
  }
}

TEST(Rewriter, LawsHoldForTheGoldenMessages) {
  for (const fs::path& file : golden_files()) {
    EXPECT_EQ(laws::broken_by(read(file)), "") << file;
    EXPECT_EQ(laws::changes_other_bytes(read(file)), "") << file;
  }
}

}  // namespace
}  // namespace linkgate::mail
