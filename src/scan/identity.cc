#include "scan/identity.h"

#include <array>

namespace linkgate::scan {
namespace {

constexpr std::string_view kAccept =
    "Accept: "
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
    "application/signed-exchange;v=b3;q=0.7";
constexpr std::string_view kBrands =
    "sec-ch-ua: \"Chromium\";v=\"156\", \"Google Chrome\";v=\"156\", \"Not.A/Brand\";v=\"99\"";

const std::array<Identity, 3>& identities() {
  static const std::array<Identity, 3> kIdentities = {
      {{"desktop",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 "
        "Safari/537.36",
        {kBrands, "sec-ch-ua-mobile: ?0", "sec-ch-ua-platform: \"Windows\"", "Upgrade-Insecure-Requests: 1",
         kAccept, "Sec-Fetch-Mode: navigate", "Sec-Fetch-User: ?1", "Sec-Fetch-Dest: document",
         "Accept-Language: en-US,en;q=0.9"},
        true,
        "gzip, deflate, br, zstd"},
       {"mobile",
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile "
        "Safari/537.36",
        {kBrands, "sec-ch-ua-mobile: ?1", "sec-ch-ua-platform: \"Android\"", "Upgrade-Insecure-Requests: 1",
         kAccept, "Sec-Fetch-Mode: navigate", "Sec-Fetch-User: ?1", "Sec-Fetch-Dest: document",
         "Accept-Language: en-US,en;q=0.9"},
        true,
        "gzip, deflate, br, zstd"},
       {"curl", "curl/8.14.1", {"Accept: */*"}, false, ""}}};
  return kIdentities;
}

}  // namespace

const Identity& desktop() { return identities()[0]; }
const Identity& mobile() { return identities()[1]; }
const Identity& tool() { return identities()[2]; }

const Identity* find_identity(std::string_view name) {
  for (const Identity& identity : identities()) {
    if (identity.name == name) return &identity;
  }
  return nullptr;
}

}  // namespace linkgate::scan
