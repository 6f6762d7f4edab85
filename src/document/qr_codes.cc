#include "document/qr_codes.h"

#define ZX_USE_UTF8  // texts as they are here
#include <ZXing/ReadBarcode.h>

#include <algorithm>
#include <exception>

namespace linkgate::document {

std::vector<std::string> qr_texts(const Image& image) {
  std::vector<std::string> texts;
  if (image.pixels.empty()) return texts;
  ZXing::DecodeHints hints;
  hints.setFormats(ZXing::BarcodeFormat::QRCode);
  hints.setMaxNumberOfSymbols(kMaxQrCodes);
  hints.setTryHarder(false);  // looks at every other line: a code that a telephone reads is larger
  hints.setTryRotate(false);  // a QR code has no upper side: turned ones are found anyhow
  try {
    const ZXing::ImageView view(image.pixels.data(), static_cast<int>(image.width),
                                static_cast<int>(image.height), ZXing::ImageFormat::RGB);
    for (const ZXing::Result& found : ZXing::ReadBarcodes(view, hints)) {
      std::string text = found.text();
      const bool is_new = std::find(texts.begin(), texts.end(), text) == texts.end();
      if (found.isValid() && is_new && !text.empty() && text.size() <= kMaxQrText)
        texts.push_back(std::move(text));
    }
  } catch (const std::exception&) {  // of a library that throws at what it cannot read
    return texts;
  }
  return texts;
}

}  // namespace linkgate::document
