#include "scan/page_fingerprint.h"

#include "scan/random_tokens.h"
#include "url/canonical_key.h"
#include "url/domain.h"
#include "url/url.h"

namespace linkgate::scan {
namespace {

constexpr char kSeparator = '\n';
constexpr char kScriptsFollow = '+';
constexpr std::string_view kHexDigits = "0123456789abcdef";

// The project's one hash of texts; 16 bytes are plenty to tell two pages apart.
std::string digest(const std::string& text) {
  std::string hex;
  for (const char byte : url::canonical_hash(text)) {
    hex += kHexDigits[static_cast<uint8_t>(byte) >> 4];
    hex += kHexDigits[static_cast<uint8_t>(byte) & 15];
  }
  return hex;
}

std::string site_of(const std::string& address) {
  const auto parsed = url::Url::parse(address);
  return parsed ? url::registrable_domain(std::string(parsed->hostname())) : "";
}

}  // namespace

std::string page_fingerprint(const verdict::Page& fetched) {
  std::string text = std::to_string(fetched.status) + kSeparator + fetched.media_type + kSeparator;
  text += (fetched.trouble.empty() ? "" : "trouble") + std::string(1, kSeparator);
  for (const verdict::Hop& hop : fetched.chain)
    text += std::to_string(hop.status) + " " + without_tokens(hop.url) + kSeparator;
  text += without_tokens(fetched.title) + kSeparator + without_tokens(fetched.visible_text) + kSeparator;
  for (const verdict::Form& form : fetched.forms) {
    text += form.method + " " + without_tokens(form.action);
    for (const verdict::FormField& field : form.fields) text += " " + field.type + ":" + field.name;
    text += kSeparator;
  }
  for (const auto* list : {&fetched.frames, &fetched.scripts, &fetched.inline_scripts}) {
    for (const std::string& item : *list) text += without_tokens(item) + kSeparator;
    text += kSeparator;
  }
  for (const verdict::Download& file : fetched.downloads) text += file.sha256 + kSeparator;
  const bool is_file = fetched.media_type.find("html") == std::string::npos;
  if (is_file) text += fetched.html;
  return digest(text);
}

std::string page_fingerprint(const verdict::Page& fetched, const std::vector<std::string>& scripts) {
  std::string text;
  for (const std::string& script : scripts) text += without_tokens(script) + kSeparator;
  return page_fingerprint(fetched) + kScriptsFollow + (scripts.empty() ? "" : digest(text));
}

bool is_changed(const std::string& before, const std::string& now) {
  const size_t page = before.find(kScriptsFollow), page_now = now.find(kScriptsFollow);
  if (before.substr(0, page) != now.substr(0, page_now)) return true;
  const std::string scripts = page == before.npos ? "" : before.substr(page + 1);
  const std::string scripts_now = page_now == now.npos ? "" : now.substr(page_now + 1);
  return scripts != scripts_now;
}

std::vector<std::string> own_scripts(const verdict::Page& fetched) {
  std::vector<std::string> own;
  if (fetched.chain.empty()) return own;
  const std::string site = site_of(fetched.chain.back().url);
  for (const std::string& script : fetched.scripts) {
    if (own.size() < kMaxScripts && !site.empty() && site_of(script) == site) own.push_back(script);
  }
  return own;
}

}  // namespace linkgate::scan
