// Links against the trees of html5lib and the refresh vectors of web-platform-tests, where the data set is
// there.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "base/ascii.h"
#include "mail/corpus.h"
#include "mail/html_entities.h"
#include "mail/html_links.h"
#include "mail/html_mutations.h"
#include "mail/html_oracle.h"

namespace linkgate::mail {
namespace {

namespace fs = std::filesystem;

fs::path conformance() {
  const char* env = std::getenv("LINKGATE_DATA");
  return fs::path(env != nullptr ? env : LINKGATE_SOURCE_DIR "/../shared/data") / "conformance";
}

struct TreeCase {
  std::string data;
  std::set<std::string> hrefs;  // of the a and area elements in the tree expected
};

// "#data", the document, "#document" and its tree, in which "|   <a>" is followed by "|     href="x"".
std::vector<TreeCase> read_trees(const fs::path& file) {
  std::vector<TreeCase> cases;
  std::ifstream in(file);
  std::string section;
  bool in_link = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("#")) {
      section = line;
      if (line == "#data") cases.emplace_back();
      continue;
    }
    if (cases.empty()) continue;
    if (section == "#data") cases.back().data += (cases.back().data.empty() ? "" : "\n") + line;
    if (section != "#document") continue;
    const std::string_view text =
        ascii::trim(std::string_view(line).substr(std::min<size_t>(1, line.size())));
    if (text.starts_with("<")) in_link = text == "<a>" || text == "<area>" || text == "<svg a>";
    if (in_link && text.starts_with("href=\"") && text.ends_with("\"")) {
      cases.back().hrefs.insert(std::string(text.substr(6, text.size() - 7)));
    }
  }
  return cases;
}

TEST(HtmlConformance, NoLinkOfATreeIsMissed) {
  const fs::path folder = conformance() / "html5lib/tree-construction";
  if (!fs::exists(folder)) GTEST_SKIP() << "no data at " << folder << ": nothing was tested";
  size_t trees = 0;
  size_t links = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".dat") continue;
    for (const TreeCase& tree : read_trees(entry.path())) {
      ++trees;
      std::set<std::string> ours;
      for (const HtmlLink& link : find_html_links(tree.data, 1000).links) {
        const std::string_view raw = std::string_view(tree.data).substr(link.value.begin, link.value.size());
        ours.insert(decode_references(raw, ReferenceContext::kAttribute));
      }
      for (const std::string& href : tree.hrefs) {
        if (href.empty()) continue;
        ++links;
        EXPECT_TRUE(ours.contains(href)) << entry.path().filename() << "\n" << tree.data << "\n" << href;
      }
    }
  }
  std::printf("html5lib: %zu trees, %zu links\n", trees, links);
  EXPECT_GT(links, 5U);
}

// A link put before every mark of every document of html5lib, and at the end of mutations of it.
TEST(HtmlConformance, NoLinkThatCanBePutIntoADocumentIsMissed) {
  const fs::path folder = conformance() / "html5lib/tree-construction";
  if (!fs::exists(folder)) GTEST_SKIP() << "no data at " << folder << ": nothing was tested";
  constexpr std::string_view kLink = "<a href=http://put.example/>";
  const size_t mutations = Corpus::is_full() ? 200 : 5;
  Tally put;
  Tally mutated;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".dat") continue;
    const std::string name = entry.path().filename();
    for (const TreeCase& tree : read_trees(entry.path())) {
      std::string data = tree.data;
      std::replace(data.begin(), data.end(), '\0', ' ');
      for (size_t at = 0; at != std::string::npos; at = data.find_first_of("<\"'", at + 1)) {
        std::string html = data;
        html.insert(at, kLink);
        Comparison(html, put, name).run();
      }
      HtmlMutations changes(data);
      for (size_t i = 0; i < mutations; ++i) {
        const std::string html = changes.next().append(kLink);
        Comparison(html, mutated, name).run();
      }
    }
  }
  std::printf("html5lib, a link put in: %s\nhtml5lib, mutated: %s\n", put.printed().c_str(),
              mutated.printed().c_str());
  EXPECT_GT(put.links, 5000U);
}

TEST(HtmlConformance, RefreshIsReadAsBrowsersDo) {
  const fs::path file = conformance() / "wpt_meta_refresh/vectors.json";
  if (!fs::exists(file)) GTEST_SKIP() << "no data at " << file << ": nothing was tested";
  std::ifstream in(file);
  const auto vectors = nlohmann::json::parse(in);
  for (const auto& test : vectors["tests"]) {
    const std::string content = test[0];
    const bool has_url = test[1].size() == 2 && test[1][1].is_string() && test[1][1] != "";
    const auto refresh = parse_refresh(content);
    // The URL parser takes white space at its ends off, and tabs and line ends within.
    std::string url = refresh ? std::string(ascii::trim(refresh->url)) : "";
    std::erase_if(url, [](char c) { return c == '\t' || c == '\n' || c == '\r'; });
    EXPECT_EQ(url, has_url ? test[1][1].get<std::string>() : "") << content;
  }
}

}  // namespace
}  // namespace linkgate::mail
