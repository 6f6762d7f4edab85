// The laws of rewriting hold for any message: see mail/rewrite_laws.h.
#include <cstdint>
#include <cstdio>
#include <string>

#include "base/check.h"
#include "mail/rewrite_laws.h"
#include "mail/unscannable.h"

using namespace linkgate::mail;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string broken = laws::broken_by(bytes);
  if (!broken.empty()) std::fprintf(stderr, "%s\n", broken.c_str());
  CHECK(broken.empty());
  CHECK(laws::tips_break(bytes).empty());
  const auto tip = pass_with_tip(bytes, "fuzzed");
  if (!tip) return 0;
  const auto again = pass_with_tip(*tip, "fuzzed");
  CHECK(again && *again == *tip);
  return 0;
}
