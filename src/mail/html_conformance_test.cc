// Links against the trees of html5lib and the refresh vectors of web-platform-tests, where the data set is
// there.
#include <gtest/gtest.h>
#include <gumbo.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "base/ascii.h"
#include "mail/html_entities.h"
#include "mail/html_links.h"

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

bool gumbo_has_link(const std::string& html, std::string_view href) {
  GumboOutput* output = gumbo_parse_with_options(&kGumboDefaultOptions, html.data(), html.size());
  std::vector<const GumboNode*> open = {output->root};
  bool found = false;
  while (!open.empty() && !found) {
    const GumboNode* node = open.back();
    open.pop_back();
    if (node->type != GUMBO_NODE_ELEMENT && node->type != GUMBO_NODE_TEMPLATE) continue;
    const GumboElement& element = node->v.element;
    for (unsigned i = 0; i < element.children.length; ++i) {
      open.push_back(static_cast<const GumboNode*>(element.children.data[i]));
    }
    const GumboAttribute* attribute =
        element.tag == GUMBO_TAG_A ? gumbo_get_attribute(&element.attributes, "href") : nullptr;
    found = attribute != nullptr && attribute->value == href;
  }
  gumbo_destroy_output(&kGumboDefaultOptions, output);
  return found;
}

// A link put before every mark of every document of html5lib: where Gumbo makes an element of it, it must be
// found.
TEST(HtmlConformance, NoLinkThatCanBePutIntoADocumentIsMissed) {
  const fs::path folder = conformance() / "html5lib/tree-construction";
  if (!fs::exists(folder)) GTEST_SKIP() << "no data at " << folder << ": nothing was tested";
  constexpr std::string_view kLink = "<a href=http://put.example/>";
  size_t put = 0;
  size_t links = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".dat") continue;
    for (const TreeCase& tree : read_trees(entry.path())) {
      for (size_t at = 0; at != std::string::npos; at = tree.data.find_first_of("<\"'", at + 1)) {
        std::string html = tree.data;
        html.insert(at, kLink);
        ++put;
        if (!gumbo_has_link(html, "http://put.example/")) continue;
        ++links;
        const auto found = find_html_links(html, 1000).links;
        EXPECT_TRUE(std::any_of(found.begin(), found.end(),
                                [&](const HtmlLink& link) {
                                  return html.substr(link.value.begin, link.value.size()) ==
                                         "http://put.example/";
                                }))
            << entry.path().filename() << "\n"
            << html;
      }
    }
  }
  std::printf("html5lib: %zu documents with a link put in, %zu links\n", put, links);
  EXPECT_GT(links, 5000U);
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
