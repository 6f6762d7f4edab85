// Who is at the other end: PROXY headers, address sets, X-Forwarded-For. Laws: a header never asks for what
// it does not need, says the same however the bytes arrive, and a client's own words never make it somebody
// else.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "net/peer.h"

using namespace linkgate;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  size_t have = 0;
  for (;;) {
    auto needs = net::proxy_header_needs(text.substr(0, have));
    if (!needs) break;
    CHECK(*needs >= have && *needs <= net::kMaxProxyV2Bytes);
    if (*needs == have) {
      auto header = net::parse_proxy_header(text.substr(0, have));
      CHECK(!header || header->client.empty() || net::IpAddress::parse(header->client).has_value());
      break;
    }
    if (*needs > size) break;
    have = *needs;
  }
  if (auto address = net::IpAddress::parse(text)) {
    CHECK(net::IpAddress::parse(address->text()) == address);
    auto alone = net::AddressSet::parse({std::string(text)});
    CHECK(alone && alone->contains(*address));
  }
  if (auto set = net::AddressSet::parse({std::string(text)})) (void)set->contains("192.0.2.1");
  auto trusted = net::AddressSet::parse({"10.0.0.0/8"});
  CHECK(net::forwarded_client("192.0.2.1", text, *trusted) == "192.0.2.1");
  std::string client = net::forwarded_client("10.0.0.1", text, *trusted);
  CHECK(net::IpAddress::parse(client).has_value());
  return 0;
}
