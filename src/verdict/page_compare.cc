#include "verdict/page_compare.h"

#include <algorithm>
#include <set>

#include "base/ascii.h"
#include "url/domain.h"
#include "url/url.h"
#include "verdict/page_view.h"

namespace linkgate::verdict {
namespace {

constexpr double kDifferentPage = 0.2;  // of shared words
constexpr size_t kMaxWords = 5000;
constexpr size_t kFewestWords = 8;  // of the longer text; less is a page that has not come up yet

std::set<std::string> words_of(std::string_view text) {
  std::set<std::string> words;
  std::string word;
  for (const char c : text) {
    if (!ascii::is_space(c)) {
      word += ascii::to_lower(c);
      continue;
    }
    if (!word.empty()) words.insert(std::move(word));
    word.clear();
    if (words.size() >= kMaxWords) return words;
  }
  if (!word.empty()) words.insert(std::move(word));
  return words;
}

struct Seen {
  std::string domain;
  Asked asked = Asked::kNothing;
};
std::optional<Seen> seen_by(const Page& page) {
  if (page.chain.empty() || page.status == 0) return std::nullopt;
  const auto url = url::Url::parse(page.chain.back().url);
  if (!url) return std::nullopt;
  return Seen{url::registrable_domain(std::string(url->hostname())), view_of(page).asked};
}

std::string shown(const Page& page) {
  return "a visitor that says it is \"" + (page.identity.empty() ? "unknown" : page.identity) + "\"";
}

}  // namespace

double similarity(std::string_view a, std::string_view b) {
  const std::set<std::string> in_a = words_of(a), in_b = words_of(b);
  if (in_a.empty() && in_b.empty()) return 1;
  const auto shared = static_cast<double>(std::count_if(
      in_a.begin(), in_a.end(), [&in_b](const std::string& word) { return in_b.contains(word); }));
  return shared / (static_cast<double>(in_a.size() + in_b.size()) - shared);
}

std::optional<PageDifference> difference_of(const Page& a, const Page& b) {
  const auto first = seen_by(a), second = seen_by(b);
  if (!first || !second) return std::nullopt;
  const auto difference = [](bool is_telling, std::string sentence) {
    return PageDifference{{"page.differs", std::move(sentence), ""}, is_telling};
  };
  if ((first->asked >= Asked::kPassword) != (second->asked >= Asked::kPassword)) {
    const bool at_first = first->asked >= Asked::kPassword;
    return difference(true, "The page asks " + shown(at_first ? a : b) + " for " +
                                std::string(to_string(at_first ? first->asked : second->asked)) + " and " +
                                shown(at_first ? b : a) + " for nothing: it differs by identity");
  }
  if (first->domain != second->domain)
    return difference(true, "The link leads " + shown(a) + " to " + first->domain + " and " + shown(b) +
                                " to " + second->domain + ": it differs by identity");
  const bool refused = (a.status >= 400) != (b.status >= 400);
  if (refused)
    return difference(false, "The page answers " + shown(a) + " with status " + std::to_string(a.status) +
                                 " and " + shown(b) + " with " + std::to_string(b.status) +
                                 ": it differs by identity");
  const size_t longest = std::max(words_of(a.visible_text).size(), words_of(b.visible_text).size());
  if (longest >= kFewestWords && similarity(a.visible_text, b.visible_text) < kDifferentPage)
    return difference(
        false, "The page shows " + shown(a) + " other words than " + shown(b) + ": it differs by identity");
  return std::nullopt;
}

}  // namespace linkgate::verdict
