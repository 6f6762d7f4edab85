// docs/kql.md names every function and aggregate that is there, and no other.
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "kql/aggregate.h"
#include "kql/function.h"
#include "kql/window.h"

namespace linkgate::kql {
namespace {

// The words in backquotes of the manual's lists of functions.
std::set<std::string> documented() {
  std::ifstream file(std::string(LINKGATE_SOURCE_DIR) + "/docs/kql.md");
  std::ostringstream text;
  text << file.rdbuf();
  const std::string all = text.str();
  const size_t begin = all.find("\n**Strings**"), end = all.find("\n## What is not there");
  std::set<std::string> words;
  if (begin == std::string::npos || end == std::string::npos) return words;
  for (size_t at = all.find('`', begin); at < end;) {
    const size_t close = all.find('`', at + 1);
    words.insert(all.substr(at + 1, close - at - 1));
    at = all.find('`', close + 1);
  }
  return words;
}

TEST(Manual, ListsWhatIsThere) {
  const std::set<std::string> words = documented();
  std::set<std::string> known = {"column_ifexists",
                                 "iscolumnexists",
                                 "column_names_of",
                                 "bin_auto",
                                 "ingestion_time",
                                 "pack_all",
                                 "bag_pack_columns",
                                 "d.x",
                                 "d[\"x\"]",
                                 "d[0]",
                                 "d[-1]"};
  for (std::string_view name : function_names()) known.emplace(name);
  for (std::string_view name : aggregate_names()) known.emplace(name);
  for (std::string_view name : window_function_names()) known.emplace(name);
  known.erase("not");  // stands among the comparisons
  for (const std::string& name : known) EXPECT_TRUE(words.contains(name)) << name << " is not in docs/kql.md";
  for (const std::string& word : words)
    EXPECT_TRUE(known.contains(word)) << word << " is only in docs/kql.md";
}

}  // namespace
}  // namespace linkgate::kql
