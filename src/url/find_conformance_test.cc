// find_urls against the tables of GFM, linkify-it and twitter-text, run where the data set is present. Where
// the answer differs, it differs by one of the kinds that docs/urls.md names, or the test fails.

#include <gtest/gtest.h>

#include "base/ascii.h"
#include "url/domain.h"
#include "url/find.h"
#include "url/test_data.h"
#include "url/url.h"

namespace linkgate::url {
namespace {

using Texts = std::vector<std::string>;

struct Case {
  std::string text;
  Texts wanted;
};

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// Kinds "mail addresses", "other schemes" and "bare addresses": never looked for.
bool is_never_looked_for(const std::string& wanted) {
  for (const std::string_view scheme : {"http://", "https://", "ftp://"}) {
    if (ascii::istarts_with(wanted, scheme)) return false;
  }
  const auto url = Url::parse("http://" + wanted);
  return contains(wanted, "@") || contains(wanted, ":") || wanted.starts_with("//") ||
         (url && url->host_is_ip());
}

// Kind "hosts that no registry has": no known suffix, or '-' and '_' where a registered name has none.
bool is_host_of_no_registry(std::string_view found, FoundKind kind) {
  const auto url = Url::parse((kind == FoundKind::kScheme ? "" : "http://") + std::string(found));
  if (!url || kind == FoundKind::kBareDomain) return false;
  const std::string host(url->hostname());
  if (!has_known_suffix(host)) return true;
  const std::string domain = registrable_domain(host);
  if (contains(domain, "_") || domain.starts_with('-')) return true;
  for (const std::string_view mark : {"-.", ".-", "_.", "._"}) {
    if (contains("." + host, mark)) return true;
  }
  return false;
}

// Kind "what stands in front": hashtags, mentions, cashtags and the like are no notion of mail.
bool is_behind_a_mark(std::string_view text, const FoundUrl& url) {
  return url.begin > 0 && contains("#@$_:", text.substr(url.begin - 1, 1));
}

enum class Kind { kEndMarks, kOtherScripts, kTcoSlugs, kBareDomains, kMarkdown, kEmptyLabels };

// Cases whose difference no rule above explains, each by a part of its text that no other case has.
struct Difference {
  std::string_view part;
  Kind kind;
};
using Differences = std::vector<Difference>;

bool starts_one_of(const std::string& text, const Texts& texts) {
  return std::any_of(texts.begin(), texts.end(), [&](const std::string& t) { return t.starts_with(text); });
}

// What has to be true of a difference of this kind.
bool holds(Kind kind, const Texts& wanted, const Texts& found) {
  switch (kind) {
    case Kind::kEndMarks:  // we end earlier
      return found.size() == 1 && (wanted.empty() || (wanted.size() == 1 && starts_one_of(found[0], wanted)));
    case Kind::kOtherScripts:  // all that is wanted is in what we find, which has letters beyond ASCII
    case Kind::kTcoSlugs:
      return !found.empty() && std::all_of(wanted.begin(), wanted.end(), [&](const std::string& w) {
        return std::any_of(found.begin(), found.end(), [&](const std::string& f) { return contains(f, w); });
      });
    case Kind::kBareDomains:
      return found.size() == 1 && !contains(found[0], "://");
    case Kind::kMarkdown:  // we find what is wanted, and more
      return std::all_of(wanted.begin(), wanted.end(), [&](const std::string& w) {
        return std::find(found.begin(), found.end(), w) != found.end();
      });
    case Kind::kEmptyLabels:
      return found.empty() && wanted.size() == 1 && contains(wanted[0], "..");
  }
  return false;
}

// Runs the cases; every row of `differences` has to be needed by as many as `per_row` cases.
void run_cases(const std::vector<Case>& cases, const Differences& differences, int per_row = 1) {
  std::vector<int> used(differences.size());
  for (const Case& c : cases) {
    Texts wanted;
    for (const auto& text : c.wanted) {
      if (!is_never_looked_for(text)) wanted.push_back(text);
    }
    Texts found;
    for (const auto& url : find_urls(c.text)) {
      const std::string text = c.text.substr(url.begin, url.end - url.begin);
      const bool has_wanted = std::any_of(wanted.begin(), wanted.end(),
                                          [&](const std::string& part) { return contains(text, part); });
      if (has_wanted || !(is_host_of_no_registry(text, url.kind) || is_behind_a_mark(c.text, url)))
        found.push_back(text);
    }
    const auto row = std::find_if(differences.begin(), differences.end(),
                                  [&](const Difference& d) { return contains(c.text, d.part); });
    if (row == differences.end()) {
      EXPECT_EQ(found, wanted) << c.text;
      continue;
    }
    ++used[static_cast<size_t>(row - differences.begin())];
    EXPECT_NE(found, wanted) << "does not differ: " << c.text;
    EXPECT_TRUE(holds(row->kind, wanted, found)) << "differs in another way: " << c.text;
  }
  for (size_t i = 0; i < used.size(); ++i) {
    EXPECT_TRUE(used[i] >= 1 && used[i] <= per_row)
        << differences[i].part << " is in " << used[i] << " cases";
  }
}

std::string decode_entities(std::string html) {
  for (const auto& [entity, text] : {std::pair("&lt;", "<"), {"&gt;", ">"}, {"&quot;", "\""}, {"&amp;", "&"}})
    html = replaced(std::move(html), entity, text);
  return html;
}

// The texts of the links in an example's HTML that are autolinks: those that show where they lead to.
Texts autolinks_in(std::string_view html) {
  Texts out;
  constexpr std::string_view kOpen = "<a href=\"";
  for (size_t at = html.find(kOpen); at != std::string_view::npos; at = html.find(kOpen, at + 1)) {
    const size_t text = html.find("\">", at) + 2;
    const std::string_view href = html.substr(at + kOpen.size(), text - 2 - at - kOpen.size());
    const std::string_view shown = html.substr(text, html.find("</a>", text) - text);
    const std::string_view host = shown.substr(0, shown.find('/'));
    if (contains(href, ":") && (contains(href, shown) || contains(href, host) || contains(shown, "@")))
      out.push_back(decode_entities(std::string(shown)));
  }
  return out;
}

// The examples of sections on autolinks, and all others with an autolink in them.
std::vector<Case> gfm_cases(const std::string& spec) {
  std::vector<Case> cases;
  const std::string fence(32, '`');
  bool autolinks = false, in_example = false;
  std::string text, html;
  std::string* part = &text;
  for (std::string_view line : ascii::split(spec, '\n')) {
    if (!in_example && line.starts_with("#")) autolinks = line.starts_with("## Autolinks");
    if (!in_example && line.starts_with(fence + " example")) {
      in_example = true;
      text.clear(), html.clear();
      part = &text;
    } else if (in_example && line == ".") {
      part = &html;
    } else if (in_example && line.starts_with(fence)) {
      in_example = false;
      const Texts wanted = autolinks_in(html);
      if (autolinks || !wanted.empty()) cases.push_back({replaced(text, "→", "\t"), wanted});
    } else if (in_example) {
      part->append(line).append("\n");
    }
  }
  return cases;
}

TEST(FindConformance, EveryAutolinkOfGfm) {
  READ_TEST_DATA_OR_SKIP(spec, "conformance/cmark_gfm/test/spec.txt");
  const auto cases = gfm_cases(spec);
  EXPECT_GE(cases.size(), 36u);
  run_cases(cases, {{"?find=", Kind::kEndMarks},
                    {"foo.bar.`", Kind::kEndMarks},
                    {"?q=**>", Kind::kEndMarks},
                    {"?search=][ref]>", Kind::kEndMarks},
                    {"<http://../>", Kind::kEmptyLabels},
                    {"baz bim", Kind::kMarkdown},
                    {"< http://foo.bar >", Kind::kMarkdown},
                    {"http://example.com\n", Kind::kMarkdown}});
}

TEST(FindConformance, EveryAutolinkOfGfmsExtensions) {
  READ_TEST_DATA_OR_SKIP(spec, "conformance/cmark_gfm/test/extensions.txt");
  const auto cases = gfm_cases(spec);
  EXPECT_GE(cases.size(), 5u);
  run_cases(cases, {{"![http://", Kind::kMarkdown}});
}

// A line, and under it what is found in it where that is not the line; comments begin with '%'.
std::vector<Case> linkify_links(const std::string& fixtures) {
  std::vector<Case> cases;
  Texts block;
  for (std::string_view line : ascii::split(fixtures, '\n')) {
    if (line.starts_with('%')) continue;
    line = ascii::trim(line.substr(0, line.find(" % ")));
    if (!line.empty()) {
      block.emplace_back(line);
    } else if (!block.empty()) {
      cases.push_back({block[0], {block.back()}});
      block.clear();
    }
  }
  return cases;
}

TEST(FindConformance, EveryLinkOfLinkifyIt) {
  READ_TEST_DATA_OR_SKIP(fixtures, "conformance/linkify_it/test/fixtures/links.txt");
  const auto cases = linkify_links(fixtures + "\n\n");
  EXPECT_GE(cases.size(), 117u);
  run_cases(cases, {{"\"doublequoted\"", Kind::kEndMarks}});
}

TEST(FindConformance, NothingThatIsNoLinkOfLinkifyIt) {
  READ_TEST_DATA_OR_SKIP(fixtures, "conformance/linkify_it/test/fixtures/not_links.txt");
  std::vector<Case> cases;
  for (std::string_view line : ascii::split(fixtures, '\n')) {
    line = ascii::trim(line.substr(0, line.find('%')));
    if (!line.empty()) cases.push_back({std::string(line), {}});
  }
  EXPECT_GE(cases.size(), 38u);
  run_cases(cases, {{"example.com_", Kind::kEndMarks}, {"google.com:500000", Kind::kBareDomains}});
}

// The double-quoted YAML scalars of a line; of its escapes those that the files use.
Texts quoted(std::string_view line) {
  Texts out;
  for (size_t at = line.find('"'); at != std::string_view::npos; at = line.find('"', at)) {
    std::string text;
    for (++at; at < line.size() && line[at] != '"'; ++at) {
      if (line[at] != '\\') {
        text.push_back(line[at]);
      } else if (line[++at] == 'U') {  // \UXXXXXXXX, all of which are of three bytes
        const auto c = std::stoul(std::string(line.substr(at + 1, 8)), nullptr, 16);
        text.append({static_cast<char>(0xe0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 0x3f)),
                     static_cast<char>(0x80 | (c & 0x3f))});
        at += 8;
      } else {
        text.push_back(line[at] == 'n' ? '\n' : line[at]);
      }
    }
    out.push_back(std::move(text));
    at = std::min(at + 1, line.size());
  }
  return out;
}

std::vector<Case> twitter_cases(const std::string& yaml) {
  std::vector<Case> cases;
  bool urls = false;
  for (std::string_view line : ascii::split(yaml, '\n')) {
    const std::string_view field = ascii::trim(line);
    if (line.starts_with("  ") && !line.starts_with("   ")) urls = contains(line, "urls");
    if (!urls) continue;
    if (field.starts_with("text:")) cases.push_back({quoted(field).at(0), {}});
    if (field.starts_with("expected:") || field.starts_with("- url:")) {
      for (auto& url : quoted(field)) cases.back().wanted.push_back(std::move(url));
    }
  }
  return cases;
}

TEST(FindConformance, EveryUrlThatTwitterTextExtracts) {
  READ_TEST_DATA_OR_SKIP(yaml, "conformance/twitter_text/conformance/extract.yml");
  const auto cases = twitter_cases(yaml);
  EXPECT_GE(cases.size(), 108u);
  run_cases(cases,
            {{"t.co/pbY2NfTZ's website", Kind::kTcoSlugs},
             {"t.co/FNkPfmii- it's", Kind::kTcoSlugs},
             {"t.co/8MkmHU0k+c", Kind::kTcoSlugs},
             {"0123456789"
              "01234",
              Kind::kTcoSlugs},
             {"だよね.comtest", Kind::kOtherScripts},
             {"exampleこれは", Kind::kOtherScripts},
             {"index.html中国語", Kind::kOtherScripts},
             {" example2.comテスト", Kind::kOtherScripts},
             {"t.co/abcde한국twitter.comテスト", Kind::kOtherScripts},
             {"twitter.みんなです", Kind::kBareDomains}},
            2);
}

}  // namespace
}  // namespace linkgate::url
