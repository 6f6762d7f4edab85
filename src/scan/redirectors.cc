#include "scan/redirectors.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/ascii.h"
#include "base/base64.h"
#include "url/domain.h"
#include "url/unwrap.h"

namespace linkgate::scan {
namespace {

struct Redirector {
  // This host; with a leading dot also any name under it; "google.*": under whatever suffix the service has
  // it.
  std::string_view host;
  std::string_view path;       // the path begins with it
  std::string_view parameter;  // of the query
};

// From what these services do when asked (most are in the lists that browsers' tracking protections publish).
constexpr Redirector kRedirectors[] = {
    {"google.*", "/url", "q"},
    {"google.*", "/url", "url"},
    {"google.*", "/travel/clk", "pcurl"},
    {"googleads.g.doubleclick.net", "/", "adurl"},
    {".googleadservices.com", "/pagead/aclk", "adurl"},
    {"adclick.g.doubleclick.net", "/", "adurl"},
    {"googleweblight.com", "/", "lite_url"},
    {"googleweblight.com", "/", "u"},
    {".youtube.com", "/redirect", "q"},
    {".facebook.com", "/l.php", "u"},
    {"l.instagram.com", "/", "u"},
    {"l.messenger.com", "/l.php", "u"},
    {".linkedin.com", "/redir/redirect", "url"},
    {".linkedin.com", "/safety/go", "url"},
    {"out.reddit.com", "/", "url"},
    {"slack-redir.net", "/link", "url"},
    {"steamcommunity.com", "/linkfilter", "url"},
    {"steamcommunity.com", "/linkfilter", "u"},
    {"t.umblr.com", "/redirect", "z"},
    {"vk.com", "/away.php", "to"},
    {"away.vk.com", "/away.php", "to"},
    {".duckduckgo.com", "/l/", "uddg"},
    {".bing.com", "/ck/a", "u"},
    {".bing.com", "/aclick", "u"},
    {".yandex.ru", "/redir", "url"},
    {"link.zhihu.com", "/", "target"},
    {"link.juejin.cn", "/", "target"},
    {"exit.sc", "/", "url"},
    {"gate.sc", "/", "url"},
    {"href.li", "/", ""},
    {".disqus.com", "/api/redirect", "url"},
    {"medium.com", "/r/", "url"},
    {".deviantart.com", "/users/outgoing", ""},
    {"disq.us", "/url", "url"},
};

bool host_matches(std::string_view host, std::string_view pattern) {
  if (pattern.ends_with('*'))
    return url::registrable_domain(host).starts_with(pattern.substr(0, pattern.size() - 1));
  if (!pattern.starts_with('.')) return host == pattern;
  return host == pattern.substr(1) || host.ends_with(pattern);
}

// application/x-www-form-urlencoded value: "+" is a space, "%XX" a byte.
std::string decode_value(std::string_view text) {
  std::string value;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      value += ' ';
    } else if (text[i] == '%' && i + 2 < text.size() && ascii::is_hex(text[i + 1]) &&
               ascii::is_hex(text[i + 2])) {
      value += static_cast<char>(ascii::hex_value(text[i + 1]) * 16 + ascii::hex_value(text[i + 2]));
      i += 2;
    } else {
      value += text[i];
    }
  }
  return value;
}

bool is_absolute_http(std::string_view text) {
  return ascii::istarts_with(text, "http://") || ascii::istarts_with(text, "https://");
}

// The value as the service reads it. Some leave the scheme out, Bing puts "a1" and base64url.
std::optional<std::string> as_target(std::string value) {
  if (is_absolute_http(value)) return value;
  if (value.starts_with("//")) return "https:" + value;
  if (value.starts_with("a1")) {
    const auto decoded = base64url_decode(std::string_view(value).substr(2));
    if (decoded && is_absolute_http(*decoded)) return *decoded;
  }
  return std::nullopt;
}

void collect_values(std::string_view query, std::string_view parameter, std::vector<std::string>* targets) {
  if (parameter.empty()) {  // the whole query is the target
    if (auto target = as_target(std::string(query))) return targets->push_back(std::move(*target));
    if (auto target = as_target(decode_value(query))) targets->push_back(std::move(*target));
    return;
  }
  for (const std::string_view pair : ascii::split(query, '&')) {
    const size_t equals = pair.find('=');
    if (equals == pair.npos || decode_value(pair.substr(0, equals)) != parameter) continue;
    if (auto target = as_target(decode_value(pair.substr(equals + 1))))
      targets->push_back(std::move(*target));
    if (targets->size() >= kMaxTargets) return;
  }
}

}  // namespace

std::vector<std::string> redirect_targets(const url::Url& url) {
  std::vector<std::string> targets;
  if (!url.is_http() || url.search().size() < 2) return targets;
  for (const Redirector& redirector : kRedirectors) {
    if (!host_matches(url.hostname(), redirector.host) || !url.pathname().starts_with(redirector.path))
      continue;
    collect_values(url.search().substr(1), redirector.parameter, &targets);
  }
  return targets;
}

std::vector<Target> static_targets(const url::Url& url) {
  std::vector<Target> targets{{url, ""}};
  const auto add = [&](const std::string& text, std::string via) {
    auto parsed = url::Url::parse(text);
    if (!parsed || targets.size() >= kMaxTargets) return;
    const bool known =
        std::any_of(targets.begin(), targets.end(), [&](const Target& t) { return t.url == *parsed; });
    if (!known) targets.push_back({std::move(*parsed), std::move(via)});
  };
  for (size_t i = 0; i < targets.size(); ++i) {
    const url::Url current = targets[i].url;  // a copy: targets grows
    const url::Unwrapped unwrapped = url::unwrap(current.href());
    if (!unwrapped.wrappers.empty() && !unwrapped.opaque) add(unwrapped.url, unwrapped.wrappers.front());
    for (const std::string& target : redirect_targets(current)) add(target, std::string(current.hostname()));
  }
  return targets;
}

}  // namespace linkgate::scan
