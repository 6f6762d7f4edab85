// The URL model: a file that is read prints to the same bytes, and any URL has a finite score that the other
// spellings of it share. Input: "<model>", or "\x01<url>" for a model of a few weights.
#include <cmath>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "url/canonical_key.h"
#include "verdict/url_model_file.h"

using linkgate::url::canonical_key;
using linkgate::url::Url;
using linkgate::verdict::UrlModel;

static UrlModel small_model() {
  linkgate::verdict::UrlModelParts parts;
  for (int i = 0; i < 4; ++i)
    parts.slots.push_back({static_cast<uint8_t>(i * 60), static_cast<int8_t>(i - 2)});
  parts.step = 0.5F;
  return UrlModel(parts);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const UrlModel model = small_model();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (!text.starts_with('\x01')) {
    const auto read = UrlModel::parse(text);
    CHECK(!read || linkgate::verdict::print_model(read->parts()) == text);
    return 0;
  }
  const auto url = Url::parse(text.substr(1));
  if (!url || !url->is_http()) return 0;
  const auto score = model.score(*url);
  CHECK(std::isfinite(score.sum) && score.probability >= 0 && score.probability <= 1);
  CHECK(model.explain(*url, 3).size() <= 3);
  const auto keyed = Url::parse("https://" + canonical_key(*url));
  if (keyed && canonical_key(*keyed) == canonical_key(*url)) CHECK(model.score(*keyed).sum == score.sum);
  return 0;
}
