#pragma once
// What QR codes (ISO/IEC 18004) in a picture say, by the library ZXing. Pure.

#include <string>
#include <vector>

#include "document/image.h"

namespace linkgate::document {

inline constexpr size_t kMaxQrCodes = 8;
inline constexpr size_t kMaxQrText = 4096;  // bytes; what is longer is left out

// The texts of the codes, UTF-8, as they are found; dark on light or light on dark, at any size and turned by
// quarters. Never fails: what cannot be read is no code.
std::vector<std::string> qr_texts(const Image& image);

}  // namespace linkgate::document
