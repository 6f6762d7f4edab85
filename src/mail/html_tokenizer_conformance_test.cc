// All tokenizer tests of html5lib, where the data set is there: every token in full.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "mail/html_standard_tokens.h"

namespace linkgate::mail {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

fs::path folder() {
  const char* env = std::getenv("LINKGATE_DATA");
  const fs::path data = env != nullptr ? fs::path(env) : fs::path(LINKGATE_SOURCE_DIR) / "../shared/data";
  return data / "conformance/html5lib/tokenizer";
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

std::optional<std::string> text_or_none(const Json& value) {
  return value.is_null() ? std::nullopt : std::optional(value.get<std::string>());
}

std::vector<StandardToken> read_tokens(const Json& output) {
  std::vector<StandardToken> tokens;
  for (const Json& token : output) {
    StandardToken made{token.at(0).get<std::string>()};
    if (made.kind == "DOCTYPE") {
      made.name = text_or_none(token.at(1));
      made.public_id = text_or_none(token.at(2));
      made.system_id = text_or_none(token.at(3));
      made.force_quirks = !token.at(4).get<bool>();
    } else if (made.kind == "Comment" || made.kind == "Character") {
      made.data = token.at(1);
    } else {
      made.name = token.at(1).get<std::string>();
      if (made.kind == "StartTag") made.attributes = token.at(2);
      made.self_closing = token.size() > 3 && token[3].get<bool>();
    }
    tokens.push_back(std::move(made));
  }
  return tokens;
}

std::string printed(const std::vector<StandardToken>& tokens) {
  Json out = Json::array();
  for (const StandardToken& t : tokens) {
    out.push_back({t.kind, t.name.value_or("(none)"), t.data, t.public_id.value_or("(none)"),
                   t.system_id.value_or("(none)"), t.force_quirks, t.self_closing, t.attributes});
  }
  return out.dump(-1, ' ', true, Json::error_handler_t::replace);
}

// `last_tag` is the last start tag before the input; without one no end tag ends raw text.
std::vector<StandardToken> tokens_of(const std::string& input, const std::string& state,
                                     const std::string& last_tag) {
  static const std::map<std::string, TextKind> kStates = {{"Data state", TextKind::kData},
                                                          {"PLAINTEXT state", TextKind::kPlaintext},
                                                          {"RCDATA state", TextKind::kRcdata},
                                                          {"RAWTEXT state", TextKind::kRawtext},
                                                          {"Script data state", TextKind::kScript}};
  const bool cdata = state == "CDATA section state";
  const std::string document = (cdata ? "<![CDATA[" : "") + input;
  HtmlTokenizer tokenizer(document, cdata ? CdataRule::kAlways : CdataRule::kNever);
  if (!cdata) tokenizer.enter_raw_text(last_tag, kStates.at(state));
  StandardTokens got;
  for (HtmlToken token; tokenizer.next(token);) got.add(tokenizer, token);
  return std::move(got.tokens);
}

// What a tree that must be XML is coerced to (HTML Standard, 13.2.9), of which xmlViolation.test has cases.
// We build no XML, so the tokenizer knows nothing of it; the tokens below the coercion are what is compared.
std::vector<StandardToken> coerced_to_xml(std::vector<StandardToken> tokens) {
  for (StandardToken& token : tokens) {
    for (const std::string_view noncharacter : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
      for (size_t at = 0; (at = token.data.find(noncharacter, at)) != std::string::npos;) {
        token.data.replace(at, 3, "\xEF\xBF\xBD");
      }
    }
    if (token.kind == "Character") std::replace(token.data.begin(), token.data.end(), '\f', ' ');
    for (size_t at = 0; token.kind == "Comment" && (at = token.data.find("--", at)) != std::string::npos;) {
      token.data.replace(at, 2, "- -");
    }
  }
  return tokens;
}

TEST(HtmlTokenizerConformance, GivesEveryTokenOfHtml5lib) {
  if (!fs::exists(folder())) GTEST_SKIP() << "no data at " << folder() << ": nothing was tested";
  size_t files = 0;
  size_t cases = 0;
  size_t runs = 0;
  size_t doctypes = 0;
  size_t different = 0;
  for (const fs::path& path : std::set<fs::path>(fs::directory_iterator(folder()), {})) {
    if (path.extension() != ".test") continue;
    ++files;
    std::ifstream in(path);
    const Json file = Json::parse(in);
    ASSERT_EQ(file.size(), 1U) << path;
    const bool xml = file.begin().key() == "xmlViolationTests";
    ASSERT_TRUE(xml || file.begin().key() == "tests") << path;
    for (const Json& test : *file.begin()) {
      ++cases;
      std::string input = test.at("input");
      Json output = test.at("output");
      if (test.value("doubleEscaped", false)) input = unescaped(input), unescape_all(output);
      const std::vector<StandardToken> want = read_tokens(output);
      for (const Json& state : test.value("initialStates", Json::array({"Data state"}))) {
        ++runs;
        doctypes +=
            std::count_if(want.begin(), want.end(), [](const auto& t) { return t.kind == "DOCTYPE"; });
        std::vector<StandardToken> got = tokens_of(input, state, test.value("lastStartTag", ""));
        if (xml) got = coerced_to_xml(std::move(got));
        if (got == want) continue;
        ++different;
        ADD_FAILURE() << path.filename() << ": " << test["description"] << " in " << state << "\n"
                      << Json(input).dump(-1, ' ', true, Json::error_handler_t::replace) << "\nwant "
                      << printed(want) << "\ngot  " << printed(got);
      }
    }
  }
  std::printf("html5lib tokenizer: %zu files, %zu cases, %zu runs, %zu doctypes, %zu differ\n", files, cases,
              runs, doctypes, different);
  // As many as the data set holds: a case that is skipped silently is no case.
  EXPECT_GE(files, 14U);
  EXPECT_GE(cases, 6810U);
  EXPECT_GE(runs, 7036U);
  EXPECT_GE(doctypes, 800U);
}

// In an attribute every reference means what it means in text, but for the one exception of the standard
// (13.2.5.73): a name without ';' before '=' or a letter or digit stands for itself.
TEST(HtmlTokenizerConformance, ReferencesInAttributesAreThoseOfText) {
  if (!fs::exists(folder())) GTEST_SKIP() << "no data at " << folder() << ": nothing was tested";
  size_t cases = 0;
  size_t literal = 0;
  for (const char* name : {"namedEntities.test", "numericEntities.test"}) {
    std::ifstream in(folder() / name);
    const Json file = Json::parse(in);
    for (const Json& test : file.at("tests")) {
      for (const std::string_view after : {"", ";", "=", "1", "x", "-", " "}) {
        const std::string input = test.at("input").get<std::string>() + std::string(after);
        ++cases;
        const std::string text = tokens_of(input, "Data state", "").at(0).data;
        std::string ignored;
        const size_t length = decode_reference(input, ReferenceContext::kText, ignored);
        const bool stays = length > 0 && input[1] != '#' && input[length - 1] != ';' &&
                           length < input.size() && (input[length] == '=' || ascii::is_alnum(input[length]));
        for (const std::string& tag : {"<a b=\"" + input + "\">", "<a b='" + input + "'>"}) {
          const std::vector<StandardToken> got = tokens_of(tag, "Data state", "");
          EXPECT_EQ(got.at(0).attributes.at("b"), stays ? input : text) << tag;
        }
        literal += stays ? 1 : 0;
      }
    }
  }
  std::printf("html5lib references: %zu cases in attributes, of which %zu stand for themselves there alone\n",
              cases, literal);
  EXPECT_GE(cases, 31'000U);
  EXPECT_GE(literal, 300U);
}

}  // namespace
}  // namespace linkgate::mail
