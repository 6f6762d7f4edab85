#include "scan/page_pictures.h"

#include <algorithm>

#include "base/ascii.h"
#include "document/image.h"
#include "document/qr_codes.h"
#include "url/url.h"
#include "verdict/page_view.h"

namespace linkgate::scan {
namespace {

// Words beside a code, so that a small one is looked for once more.
constexpr std::string_view kInvitations[] = {"qr",     "scan",   "code",   "código",  "codice", "camera",
                                             "kamera", "caméra", "cámara", "telefon", "二维码", "コード"};

bool invites(const verdict::Page& page) {
  const std::string text = ascii::to_lower(page.title + " " + page.visible_text.substr(0, 4096));
  return std::any_of(std::begin(kInvitations), std::end(kInvitations),
                     [&text](std::string_view word) { return text.find(word) != std::string::npos; });
}

// "NORTHGATE.EXAMPLE/X" is an address as well: codes of capitals are smaller, and telephones add the scheme.
std::string as_address(const std::string& text) {
  auto url = url::Url::parse(ascii::trim(text));
  if (url && url->is_http()) return url->href();
  const bool is_bare =
      !url && text.find('.') != std::string::npos && text.find_first_of(" \n\t@") == std::string::npos;
  if (is_bare) url = url::Url::parse("https://" + text);
  return is_bare && url && url->is_http() ? url->href() : "";
}

std::string site_of(const std::string& address) {
  const auto url = url::Url::parse(address);
  return url ? verdict::site_of(url->hostname()) : "";
}

}  // namespace

std::string code_url_on(const verdict::Page& page) {
  if (page.screenshot.empty() || page.chain.empty()) return "";
  const auto screen = document::decode_image(page.screenshot);
  if (!screen) return "";
  auto texts = document::qr_texts(screen->halved());
  if (texts.empty() && invites(page)) texts = document::qr_texts(*screen);
  const std::string own = site_of(page.chain.back().url);
  for (const std::string& text : texts) {
    std::string address = as_address(text);
    if (!address.empty() && site_of(address) != own) return address;
  }
  return "";
}

}  // namespace linkgate::scan
