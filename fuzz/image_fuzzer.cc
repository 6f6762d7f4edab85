// Pictures: what is decoded keeps the limits, QR codes in it are texts within theirs, and its hash survives
// being written and read.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "document/image.h"
#include "document/image_hash.h"
#include "document/qr_codes.h"

namespace document = linkgate::document;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto image = document::decode_image({reinterpret_cast<const char*>(data), size});
  if (!image) return 0;
  CHECK(image->width > 0 && image->height > 0);
  CHECK(image->width * image->height <= document::kMaxImagePixels);
  CHECK(image->pixels.size() == image->width * image->height * 3);
  if (image->width * image->height > 1'000'000) return 0;  // the search takes its time
  for (const auto& text : document::qr_texts(*image))
    CHECK(!text.empty() && text.size() <= document::kMaxQrText);
  const auto hash = document::hash_of(*image);
  CHECK(!hash || document::image_hash_from_hex(document::to_hex(*hash)) == *hash);
  return 0;
}
