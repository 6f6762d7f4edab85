// Pictures made by others. Law: what comes out is a picture that comes out again as it is, and no longer.
#include <string>

#include "base/check.h"
#include "scan/plain_png.h"

using namespace linkgate;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto plain = scan::plain_png(bytes);
  if (!plain) return 0;
  CHECK(plain->size() <= size);
  const auto again = scan::plain_png(*plain);
  CHECK(again && *again == *plain);
  return 0;
}
