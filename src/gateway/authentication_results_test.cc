#include "gateway/authentication_results.h"

#include <gtest/gtest.h>

namespace linkgate::gateway {
namespace {

std::string print(const AuthenticationResults& parsed) {
  std::string text = parsed.authserv_id;
  for (const AuthenticationResult& one : parsed.results) text += " " + one.method + "=" + one.result;
  return text;
}

TEST(AuthenticationResults, ReadsWhatRfc8601Writes) {
  const struct {
    std::string_view value, want;
  } kCases[] = {
      {"example.org 1; none", "example.org"},
      {"example.com; spf=pass smtp.mailfrom=example.net", "example.com spf=pass"},
      {"example.com; auth=pass (cram-md5) smtp.auth=sender@example.net; spf=pass smtp.mailfrom=example.net",
       "example.com auth=pass spf=pass"},
      {"example.com; dkim=pass reason=\"good signature\" header.i=@mail-router.example.net; dkim=fail "
       "reason=\"bad; "
       "signature\" header.i=@newyork.example.com",
       "example.com dkim=pass dkim=fail"},
      {"foo.example.net (foobar) 1 (baz); dkim (Because I like it) / 1 (One yay) = (wait for it) fail policy "
       "(A dot can "
       "go here) . (like that) expired (this surprised me) = (as I wasn't expecting it) 1362471462",
       "foo.example.net"},  // the blank before '/' is beyond what any verifier writes: nothing is guessed
      {"MX.Corp.Test; SPF=Pass; DMARC=FAIL", "mx.corp.test spf=pass dmarc=fail"},
      {"mx (a (nested) comment; spf=fail); spf=pass", "mx spf=pass"},
      {"mx; spf/1=pass", "mx spf=pass"},
      {"\"mx.corp.test\"; spf=pass", "mx.corp.test spf=pass"},
      {"mx; spf=pass; ; dkim=pass", "mx spf=pass"},  // an empty clause is not in the grammar
      {"mx; spf=\"pa ss\"; dkim=pass", "mx dkim=pass"},
      {"mx; spf=pass (unclosed; dkim=fail", "mx spf=pass"},
      {"; spf=pass", ""},
      {"", ""},
      {"spf=pass", "spf"},
  };
  for (const auto& c : kCases) EXPECT_EQ(print(parse_authentication_results(c.value)), c.want) << c.value;
}

TEST(AuthenticationResults, OnlyTheTopmostOfAConfiguredServerCounts) {
  const std::vector<std::string> ours = {"mx.corp.test", "filter.corp.test"};
  const struct {
    std::vector<std::string> values;
    std::string want;
  } kCases[] = {
      {{"mx.corp.test; spf=pass; dkim=fail; dmarc=pass", "mx.corp.test; spf=fail; dkim=pass; dmarc=fail"},
       R"({"SPF":"pass","DKIM":"fail","DMARC":"pass","CompAuth":"none"})"},
      {{"evil.test; spf=pass", "MX.corp.test; spf=softfail"},
       R"({"SPF":"softfail","DKIM":"none","DMARC":"none","CompAuth":"none"})"},
      {{"mx.corp.test.evil.test; dmarc=pass"}, ""},
      {{"evil.test; dmarc=pass"}, ""},
      {{"mx.corp.test; none", "mx.corp.test; dmarc=pass"}, ""},
      {{"mx.corp.test; dkim=fail; dkim=pass; dkim=none"},
       R"({"SPF":"none","DKIM":"pass","DMARC":"none","CompAuth":"none"})"},
      {{"mx.corp.test; spf=pass\"}"}, R"({"SPF":"pass","DKIM":"none","DMARC":"none","CompAuth":"none"})"},
      {{"mx.corp.test; spf=pa$ss; dmarc=fail"},
       R"({"SPF":"none","DKIM":"none","DMARC":"fail","CompAuth":"none"})"},
      {{}, ""},
  };
  for (const auto& c : kCases) EXPECT_EQ(authentication_details(c.values, ours).json(), c.want);
  EXPECT_FALSE(authentication_details({"mx.corp.test; dmarc=pass"}, {}).known()) << "nobody is trusted";
  EXPECT_FALSE(authentication_details({"; dmarc=pass"}, {""}).known());
}

}  // namespace
}  // namespace linkgate::gateway
