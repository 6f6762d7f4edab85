// Parsing: "<url>" or "<base>\x01<reference>". A URL's href parses to the same URL, and a canonical key is
// its own key.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "url/canonical_key.h"
#include "url/confusable.h"
#include "url/domain.h"
#include "url/idna.h"
#include "url/url.h"

using linkgate::url::Url;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const size_t mark = text.find('\x01');
  std::optional<Url> base;
  if (mark != std::string_view::npos) base = Url::parse(text.substr(0, mark));
  const auto url =
      Url::parse(mark == std::string_view::npos ? text : text.substr(mark + 1), base ? &*base : nullptr);
  if (!url) return 0;
  const auto again = Url::parse(url->href());
  CHECK(again && *again == *url);
  CHECK(url->pathname().size() + url->search().size() + url->hash().size() <= url->href().size());
  CHECK(url->host().empty() || !linkgate::url::registrable_domain(url->hostname()).empty());
  linkgate::url::domain_to_unicode(url->hostname());
  CHECK(linkgate::url::confusable_labels(url->hostname()).size() <= linkgate::url::kMaxConfusableLabels);
  CHECK(linkgate::url::lookup_keys(*url).size() <= 30);
  if (!url->is_http()) return 0;
  const std::string key = linkgate::url::canonical_key(*url);
  const auto keyed = Url::parse("http://" + key);
  CHECK(!keyed || linkgate::url::canonical_key(*keyed) == key);
  CHECK(keyed || key.find("..") != std::string::npos ||
        url->href().size() * 3 > linkgate::url::kMaxUrlLength);
  return 0;
}
