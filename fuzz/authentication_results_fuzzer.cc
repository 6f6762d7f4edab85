// Authentication-Results: whatever the bytes, plain words, and details that are one JSON object without
// surprises.
#include "base/check.h"
#include "gateway/authentication_results.h"

using namespace linkgate::gateway;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string value(reinterpret_cast<const char*>(data), size);
  const AuthenticationResults parsed = parse_authentication_results(value);
  for (const AuthenticationResult& one : parsed.results) {
    CHECK(!one.method.empty() && !one.result.empty());
    // What was read is read again from its plainest spelling.
    const auto again = parse_authentication_results("mx; " + one.method + "=" + one.result);
    CHECK(again.results.size() == 1 && again.results[0] == one);
  }
  const std::string json = authentication_details({value}, {parsed.authserv_id}).json();
  CHECK(json.empty() || (json.starts_with("{\"SPF\":\"") && json.ends_with("\"}")));
  for (char c : json) CHECK(c >= ' ' && c != '\\' && c < 127);
  return 0;
}
