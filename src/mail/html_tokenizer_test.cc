#include "mail/html_tokenizer.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "base/ascii.h"
#include "mail/html_entities.h"

namespace linkgate::mail {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

TEST(HtmlTokenizer, TokensCoverTheDocumentWithoutGapOrOverlap) {
  const std::string_view documents[] = {"",
                                        "<",
                                        "</",
                                        "a<b>c</b>",
                                        "<a href='x",
                                        "<!--",
                                        "<!-->x",
                                        "<![CDATA[x]]>",
                                        "<svg><![CDATA[<a>]]></svg>",
                                        "<script><!--<script></script>--></script>x",
                                        "<title>a</title>",
                                        "<title></title>",
                                        "<style>",
                                        "<plaintext><a>"};
  for (const std::string_view document : documents) {
    HtmlTokenizer tokenizer(document);
    HtmlToken token;
    size_t at = 0;
    while (tokenizer.next(token)) {
      EXPECT_EQ(token.range.begin, at) << document;
      EXPECT_GT(token.range.end, at) << document;
      at = token.range.end;
    }
    EXPECT_EQ(at, document.size()) << document;
  }
}

struct AttributeCase {
  std::string_view tag;
  std::string_view value;
  Quote quote;
};

TEST(HtmlTokenizer, SaysWhereAttributeValuesStand) {
  const AttributeCase cases[] = {
      {"<a href=\"x y\">", "x y", Quote::kDouble},
      {"<a href='x\"y'>", "x\"y", Quote::kSingle},
      {"<a href=x/>", "x/", Quote::kUnquoted},
      {"<a href = x >", "x", Quote::kUnquoted},
      {"<a href>", "", Quote::kNone},
      {"<a href=>", "", Quote::kNone},
      {"<a/href=x>", "x", Quote::kUnquoted},
      {"<a title=\"\"href=x>", "x", Quote::kUnquoted},
      {"<A HREF\n=\n\"x\">", "x", Quote::kDouble},
      {"<a href=\"x", "x", Quote::kNone},
      {"<a href=\"\">", "", Quote::kDouble},
      {"<a href=x", "x", Quote::kUnquoted},
  };
  for (const auto& c : cases) {
    HtmlTokenizer tokenizer(c.tag);
    HtmlToken token;
    ASSERT_TRUE(tokenizer.next(token)) << c.tag;
    const auto& attributes = tokenizer.attributes();
    const auto href = std::find_if(attributes.begin(), attributes.end(),
                                   [](const HtmlAttribute& a) { return ascii::iequals(a.name, "href"); });
    ASSERT_NE(href, attributes.end()) << c.tag;
    EXPECT_EQ(tokenizer.text(href->value), c.value) << c.tag;
    EXPECT_EQ(href->quote, c.quote) << c.tag;
  }
}

// The tests of html5lib, where the data set is there. Each gives a state to start in and the tokens expected.
struct Expected {
  Json tokens = Json::array();
  void text(const std::string& data) {
    if (!tokens.empty() && tokens.back()[0] == "Character") {
      tokens.back()[1] = tokens.back()[1].get<std::string>() + data;
    } else if (!data.empty()) {
      tokens.push_back({"Character", data});
    }
  }
};

std::string lower(std::string_view text) { return ascii::to_lower(text); }

// NUL is U+FFFD in names, values, comments and all text but that of the data state and CDATA.
std::string repaired(std::string_view text) {
  std::string out;
  for (const char c : text) c == '\0' ? out += "\xEF\xBF\xBD" : out += c;
  return out;
}

void add_tag(const HtmlTokenizer& tokenizer, const HtmlToken& token, Expected& got) {
  if (token.unclosed) return;
  if (token.kind == TokenKind::kEndTag) {
    got.tokens.push_back({"EndTag", repaired(lower(token.name))});
    return;
  }
  Json attributes = Json::object();
  for (const HtmlAttribute& a : tokenizer.attributes()) {
    const std::string name = repaired(lower(a.name));
    if (attributes.contains(name)) continue;
    attributes[name] = repaired(decode_references(tokenizer.text(a.value), ReferenceContext::kAttribute));
  }
  got.tokens.push_back({"StartTag", repaired(lower(token.name)), attributes});
  if (token.self_closing) got.tokens.back().push_back(true);
}

void add_comment(const HtmlTokenizer& tokenizer, const HtmlToken& token, Expected& got) {
  std::string_view data = tokenizer.text(token.content);
  const std::string_view whole = tokenizer.text(token.range);
  if (whole == "</>") return;
  if (whole.starts_with("<!--") && token.unclosed) {
    for (const std::string_view tail : {"--!", "--", "-"}) {
      if (!data.ends_with(tail)) continue;
      data.remove_suffix(tail.size());
      break;
    }
  }
  got.tokens.push_back({"Comment", repaired(data)});
}

Json tokens_of(const std::string& input, const std::string& state, const std::string& last_tag) {
  static const std::map<std::string, TextKind> kStates = {{"Data state", TextKind::kData},
                                                          {"PLAINTEXT state", TextKind::kPlaintext},
                                                          {"RCDATA state", TextKind::kRcdata},
                                                          {"RAWTEXT state", TextKind::kRawtext},
                                                          {"Script data state", TextKind::kScript}};
  const bool cdata = state == "CDATA section state";
  const std::string document = (cdata ? "<![CDATA[" : "") + input;
  HtmlTokenizer tokenizer(document, cdata ? CdataRule::kAlways : CdataRule::kNever);
  if (state != "Data state" && !cdata) tokenizer.enter_raw_text(last_tag, kStates.at(state));
  HtmlToken token;
  Expected got;
  while (tokenizer.next(token)) {
    switch (token.kind) {
      case TokenKind::kText: {
        const std::string_view data = tokenizer.text(token.content);
        if (token.text_kind == TextKind::kData) got.text(decode_references(data, ReferenceContext::kText));
        if (token.text_kind == TextKind::kRcdata)
          got.text(repaired(decode_references(data, ReferenceContext::kText)));
        if (token.text_kind == TextKind::kCdata) got.text(std::string(data));
        if (token.text_kind > TextKind::kRcdata && token.text_kind != TextKind::kCdata)
          got.text(repaired(data));
        break;
      }
      case TokenKind::kStartTag:
      case TokenKind::kEndTag:
        add_tag(tokenizer, token, got);
        break;
      case TokenKind::kComment:
        add_comment(tokenizer, token, got);
        break;
      case TokenKind::kDoctype:
        got.tokens.push_back({"DOCTYPE"});
        break;
    }
  }
  return got.tokens;
}

// Test files write lone surrogates and other characters as \uXXXX inside strings where "doubleEscaped" says
// so.
std::string unescaped(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 5 < text.size() && text[i + 1] == 'u') {
      append_utf8(out, static_cast<char32_t>(std::stoul(text.substr(i + 2, 4), nullptr, 16)));
      i += 5;
    } else {
      out += text[i];
    }
  }
  return out;
}
void unescape_all(Json& value) {
  if (value.is_string()) value = unescaped(value.get<std::string>());
  if (value.is_array()) std::for_each(value.begin(), value.end(), unescape_all);
  if (!value.is_object()) return;
  Json copy = Json::object();
  for (auto& [key, inner] : value.items()) copy[unescaped(key)] = unescaped(inner.get<std::string>());
  value = copy;
}

// A line feed is what the tokenizer of the standard sees of every line end.
std::string normalized(std::string text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r') {
      out += '\n';
      if (i + 1 < text.size() && text[i + 1] == '\n') ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

TEST(HtmlTokenizer, GivesTheTokensOfHtml5lib) {
  const char* env = std::getenv("LINKGATE_DATA");
  const fs::path data = env != nullptr ? fs::path(env) : fs::path(LINKGATE_SOURCE_DIR) / "../shared/data";
  const fs::path folder = data / "conformance/html5lib/tokenizer";
  if (!fs::exists(folder)) GTEST_SKIP() << "no data at " << folder << ": nothing was tested";
  int run = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".test") continue;
    std::ifstream in(entry.path());
    const Json file = Json::parse(in);
    for (const Json& test : file.value("tests", Json::array())) {
      std::string input = test["input"];
      Json want = test["output"];
      if (test.value("doubleEscaped", false)) input = unescaped(input), unescape_all(want);
      for (Json& token : want) {
        if (token[0] == "DOCTYPE") token = {"DOCTYPE"};
      }
      for (const Json& state : test.value("initialStates", Json::array({"Data state"}))) {
        ++run;
        EXPECT_EQ(tokens_of(normalized(input), state, test.value("lastStartTag", "script")), want)
            << entry.path().filename() << ": " << test["description"] << " in " << state << "\n"
            << input;
      }
    }
  }
  std::printf("html5lib: %d tokenizer tests\n", run);
  EXPECT_GT(run, 5000);
}

}  // namespace
}  // namespace linkgate::mail
