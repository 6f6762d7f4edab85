// The Web Platform Tests' tables for URLs and IDNA, run where the data set is present.

#include <gtest/gtest.h>
#include <simdjson.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <set>

#include "url/host.h"
#include "url/test_data.h"
#include "url/url.h"

namespace linkgate::url {
namespace {

using simdjson::dom::element;

// Escaped surrogates without their other half are no JSON text; the standard reads them as U+FFFD.
std::string without_lone_surrogates(std::string json) {
  const auto unit_at = [&](size_t at) {
    if (json.compare(at, 2, "\\u") != 0 || at + 6 > json.size()) return 0ul;
    return std::stoul(json.substr(at + 2, 4), nullptr, 16);
  };
  for (size_t at = json.find('\\'); at != std::string::npos; at = json.find('\\', at + 2)) {
    const auto unit = unit_at(at);
    if (unit < 0xd800 || unit > 0xdfff) continue;
    const auto next = unit_at(at + 6);
    if (unit < 0xdc00 && next >= 0xdc00 && next <= 0xdfff) {
      at += 6;
    } else {
      json.replace(at + 2, 4, "fffd");
    }
  }
  return json;
}

std::optional<std::string> text_at(const element& test, const char* key) {
  std::string_view value;
  if (test[key].get(value) != simdjson::SUCCESS) return std::nullopt;
  return std::string(value);
}

std::optional<Url> parse_case(const element& test) {
  const auto base_text = text_at(test, "base");
  std::optional<Url> base;
  if (base_text) {
    base = Url::parse(*base_text);
    if (!base) return std::nullopt;
  }
  return Url::parse(*text_at(test, "input"), base ? &*base : nullptr);
}

void expect_parts(const element& test, const Url& url) {
  const auto expect = [&](const char* key, std::string_view actual) {
    const auto wanted = text_at(test, key);
    if (!wanted) return;
    EXPECT_EQ(actual, *wanted) << key << " of " << test;
  };
  expect("href", url.href());
  expect("protocol", url.protocol());
  expect("username", url.username());
  expect("password", url.password());
  expect("host", url.host());
  expect("hostname", url.hostname());
  expect("port", url.port());
  expect("pathname", url.pathname());
  expect("search", url.search());
  expect("hash", url.hash());
  expect("origin", url.origin());
}

void run_parse_table(const std::string& json, size_t at_least) {
  simdjson::dom::parser parser;
  simdjson::dom::array tests;
  ASSERT_EQ(parser.parse(json).get(tests), simdjson::SUCCESS);
  size_t run = 0;
  for (const element test : tests) {
    if (!test.is_object()) continue;
    ++run;
    const auto url = parse_case(test);
    bool failure = false;
    if (test["failure"].get(failure) == simdjson::SUCCESS && failure) {
      EXPECT_FALSE(url) << test;
      continue;
    }
    ASSERT_TRUE(url) << test;
    expect_parts(test, *url);
    const auto again = Url::parse(url->href());
    ASSERT_TRUE(again) << test;
    EXPECT_EQ(*again, *url) << "the href parses to something else: " << test;
  }
  EXPECT_GE(run, at_least);
}

TEST(UrlWpt, EveryCaseOfUrltestdata) {
  READ_TEST_DATA_OR_SKIP(json, "conformance/ada/tests/wpt/urltestdata.json");
  run_parse_table(json, 891);
  READ_TEST_DATA_OR_SKIP(surrogates, "conformance/ada/tests/wpt/urltestdata-javascript-only.json");
  run_parse_table(without_lone_surrogates(surrogates), 1);
}

TEST(UrlWpt, EveryCaseOfAdasAdditions) {
  READ_TEST_DATA_OR_SKIP(json, "conformance/ada/tests/wpt/ada_extra_urltestdata.json");
  run_parse_table(json, 28);
  READ_TEST_DATA_OR_SKIP(long_json, "conformance/ada/tests/wpt/ada_long_urltestdata.json");
  run_parse_table(long_json, 1);
}

// Characters that neither the installed ICU nor idna_newer.cc knows, which begins where ICU 72 (Unicode 15)
// ends.
bool is_newer_than_icu(std::string_view text) {
  const auto size = static_cast<int32_t>(text.size());
  for (int32_t at = 0; at < size;) {
    UChar32 c = 0;
    U8_NEXT(text.data(), at, size, c);
    if (c >= 0 && !u_isdefined(c) && !U_IS_UNICODE_NONCHAR(c)) return true;
  }
  return false;
}

// What "output": null says: domain to ASCII fails. The output of the host parser is compared otherwise.
void run_domain_table(const std::string& json, size_t at_least) {
  simdjson::dom::parser parser;
  simdjson::dom::array tests;
  ASSERT_EQ(parser.parse(json).get(tests), simdjson::SUCCESS);
  size_t run = 0;
  size_t different = 0;
  size_t newer = 0;
  for (const element test : tests) {
    if (!test.is_object() || text_at(test, "input") == "")
      continue;  // an empty host is the URL parser's business
    ++run;
    std::string host;
    const bool ok = append_host(host, *text_at(test, "input"), true) != HostKind::kFailure;
    const auto wanted = text_at(test, "output");
    if (ok == wanted.has_value() && (!ok || host == *wanted)) continue;
    if (wanted && !ok && is_newer_than_icu(*text_at(test, "input"))) {
      ++newer;
      continue;
    }
    ++different;
    ADD_FAILURE() << test << "\n  gives " << (ok ? host : "failure");
  }
  EXPECT_GE(run, at_least);
  EXPECT_EQ(different, 0u) << "of " << run;
  UVersionInfo unicode;
  u_getUnicodeVersion(unicode);
  EXPECT_LE(newer, unicode[0] >= 15 ? 0u : 10u)
      << "cases left out because ICU is older than their characters";
}

TEST(UrlWpt, EveryCaseOfToascii) {
  READ_TEST_DATA_OR_SKIP(json, "conformance/ada/tests/wpt/toascii.json");
  run_domain_table(json, 87);
}

TEST(UrlWpt, EveryCaseOfIdnaTestV2) {
  READ_TEST_DATA_OR_SKIP(json, "conformance/ada/tests/wpt/IdnaTestV2.json");
  run_domain_table(without_lone_surrogates(json), 2670);
  READ_TEST_DATA_OR_SKIP(removed, "conformance/ada/tests/wpt/IdnaTestV2-removed.json");
  run_domain_table(without_lone_surrogates(removed), 20);
}

}  // namespace
}  // namespace linkgate::url
