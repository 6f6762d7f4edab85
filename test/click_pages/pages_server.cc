// The click server for the browser tests: the real handler on a free port, a scan service that answers by
// host name, and the destinations themselves. Prints one line of JSON (ports, links) and runs until its
// standard input closes.

#include <stdlib.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "api/progress.h"
#include "base/base64.h"
#include "base/markup.h"
#include "click/answers.h"
#include "click/click_handler.h"
#include "url/url.h"

namespace linkgate {
namespace {

namespace asio = net::asio;
using verdict::Disposition;

constexpr std::string_view kOrigin = "http://links.corp.test";

struct Site {
  Disposition disposition;
  const char* sentence;
  std::chrono::milliseconds delay{0};
};
const std::map<std::string, Site> kSites = {
    {"northgate-voicemail.com",
     {Disposition::kPhishing,
      "The feed \"openphish\" has listed this address as phishing since 19 November."}},
    {"secure.login.northgate-voicemail.com",
     {Disposition::kPhishing,
      "The feed \"openphish\" has listed this address as phishing since 19 November."}},
    {"free-codecs.example",
     {Disposition::kMalware, "The feed \"urlhaus\" lists this address as spreading malware."}},
    {"paypa1-support.example",
     {Disposition::kSuspicious, "The name looks like that of a known site, but it is another one."}},
    {"invoice-portal.example",
     {Disposition::kGated, "The page stands behind a CAPTCHA and could not be seen."}},
    {"slow-voicemail.example",
     {Disposition::kPhishing, "The page asks for a password of another company.",
      std::chrono::milliseconds(2500)}},
    {"slow-news.example",
     {Disposition::kClean, "Nothing speaks against this page.", std::chrono::milliseconds(2500)}},
    {"never-answers.example", {Disposition::kClean, "", std::chrono::milliseconds(60'000)}},
};

// 64 by 36 grey pixels.
constexpr std::string_view kPicture =
    "iVBORw0KGgoAAAANSUhEUgAAAEAAAAAkCAAAAAAcZ2NOAAAAIklEQVR42mM4QyFgGDVg1IBRA0YNGDVg1IBRA0YNGH4GAAAM6yxqJ315"
    "qwAAAABJRU5ErkJggg==";

asio::awaitable<net::HttpResponse> scan(net::HttpRequest& request) {
  if (request.target == "/progress") {
    const std::string opening = api::progress_to_json(api::Progress::kOpening);
    co_return net::HttpResponse{200, {{"Content-Type", "application/json"}}, opening, {}};
  }
  if (request.target.starts_with("/screenshots/")) {
    const std::string picture = base64_decode(kPicture).value_or("");
    co_return net::HttpResponse{200, {{"Content-Type", "image/png"}}, picture, {}};
  }
  auto question = api::parse_check_request(request.body);
  auto parsed = question ? url::Url::parse(question->url) : std::nullopt;
  std::string host = parsed ? std::string(parsed->hostname()) : "";
  if (host == "unchecked.example") co_return net::HttpResponse{500, {}, {}, {}};
  verdict::Verdict verdict;
  verdict.evidence.push_back({"nothing.known", "Nothing is known about this address.", {}});
  auto site = kSites.find(host);
  if (site != kSites.end()) {
    if (site->second.delay.count() > 0) {
      asio::steady_timer pause(co_await asio::this_coro::executor);
      pause.expires_after(site->second.delay);
      co_await pause.async_wait(asio::use_awaitable);
    }
    verdict.disposition = site->second.disposition;
    bool listed = std::string_view(site->second.sentence).starts_with("The feed");
    verdict.evidence = {{listed ? "feed.listed" : "page.judged", site->second.sentence, {}}};
    if (host == "paypa1-support.example") verdict.evidence[0].artifact = "screenshot:" + std::string(64, 'a');
  }
  co_return net::HttpResponse{200, {{"Content-Type", "application/json"}}, api::to_json(verdict), {}};
}

asio::awaitable<net::HttpResponse> destination(net::HttpRequest& request) {
  std::string body = "<!doctype html><title>arrived</title><h1 id=arrived>" +
                     escape_markup(request.header("Host")) + "</h1><p id=referrer>" +
                     escape_markup(request.header("Referer")) + "</p>";
  co_return net::HttpResponse{200, {{"Content-Type", "text/html"}}, body, {}};
}

verdict::SafeLinksPolicy policy(std::string name, bool through) {
  verdict::SafeLinksPolicy policy;
  policy.Name = std::move(name);
  policy.AllowClickThrough = through;
  policy.EnableOrganizationBranding = true;
  if (through) {
    policy.CustomNotificationText =
        "Never enter your company password on a page that a mail led to. Forward such mails to "
        "phishing@corp.test.";
  }
  return policy;
}

std::shared_ptr<const state::PolicyView> policies() {
  auto view = std::make_shared<state::PolicyView>();
  std::vector<verdict::SafeLinksPolicy> all = {policy("Through", true), policy("Strict", false),
                                               policy("Careful", false)};
  all[2].WarnOnUnknown = true;
  all[2].ClickFailMode = verdict::FailMode::kClosed;
  std::vector<verdict::SafeLinksRule> rules;
  for (const auto& one : all) {
    verdict::SafeLinksRule rule;
    rule.Name = rule.SafeLinksPolicy = one.Name;
    rule.SentTo = {one.Name + "@corp.test"};
    rule.Priority = static_cast<int>(rules.size());
    rules.push_back(rule);
  }
  view->policies = verdict::PolicySet(all, rules, {});
  view->url_lists = verdict::TenantLists(
      {{*url::TablPattern::parse("game-arena.example"), url::ListAction::kBlock, {}, ""}});
  return view;
}

nlohmann::json links(const url::Keyring& keys) {
  struct Wanted {
    const char* name;
    const char* recipient;
    const char* url;
  };
  constexpr Wanted kWanted[] = {
      {"plain", "through@corp.test", "http://canteen.example/menu"},
      {"phishing", "through@corp.test", "http://northgate-voicemail.com/inbox/listen?id=4711&user=ann"},
      {"phishing_strict", "strict@corp.test", "http://northgate-voicemail.com/inbox/listen?id=4711&user=ann"},
      {"subdomain", "strict@corp.test", "http://secure.login.northgate-voicemail.com/a"},
      {"malicious", "through@corp.test", "http://free-codecs.example/setup.exe"},
      {"suspicious", "through@corp.test", "http://paypa1-support.example/case/8812"},
      {"gated", "through@corp.test", "http://invoice-portal.example/i/1"},
      {"unknown", "careful@corp.test", "http://brand-new.example/"},
      {"blocked", "through@corp.test", "http://game-arena.example/"},
      {"blocked_strict", "strict@corp.test", "http://game-arena.example/"},
      {"error", "through@corp.test", "http://unchecked.example/"},
      {"error_closed", "careful@corp.test", "http://unchecked.example/"},
      {"slow_bad", "strict@corp.test", "http://slow-voicemail.example/"},
      {"slow_good", "strict@corp.test", "http://slow-news.example/today"},
      {"scanning", "through@corp.test", "http://never-answers.example/"},
  };
  nlohmann::json out;
  for (const Wanted& one : kWanted) {
    url::LinkClaims claims;
    claims.network_message_id = click::random_id();
    claims.recipient = one.recipient;
    claims.message_time = SystemClock().now();
    claims.url = one.url;
    out[one.name] = *url::seal(claims, kOrigin, keys);
    if (std::string_view(one.name) == "plain") out["form"] = *url::seal_form(claims, kOrigin, keys);
  }
  std::string plain = out["plain"];
  out["altered"] = std::string(plain).replace(plain.find("canteen"), 7, "evil");
  out["damaged"] = plain.substr(0, plain.size() - 30);
  out["not_issued"] = std::string(kOrigin) + "/?url=http%3A%2F%2Fevil.example%2F&data=05%7C02&sdata=x";
  out["cut"] = plain.substr(0, plain.find("&data="));
  out["about"] = std::string(kOrigin) + "/";
  return out;
}

std::unique_ptr<net::HttpServer> serve(asio::io_context& io, std::string listen, net::HttpHandler handler,
                                       net::Headers common_headers = {}) {
  net::HttpServerOptions options;
  options.common_headers = std::move(common_headers);
  options.listen = std::move(listen);
  auto started = net::HttpServer::start(io, options, std::move(handler));
  if (!started) {
    fprintf(stderr, "%s\n", started.error().message().c_str());
    exit(3);
  }
  return std::move(*started);
}

int run() {
  char folder[] = "/tmp/linkgate-pages-XXXXXX";
  if (::mkdtemp(folder) == nullptr) return 3;
  asio::io_context io;
  url::SealingKey key;
  key.id = 1;
  key.state = url::KeyState::kSealing;
  key.secret.fill(1);
  auto keys = std::make_shared<const url::Keyring>(std::vector{key});
  click::ClickSources sources;
  sources.policies = [view = policies()] { return view; };
  sources.keys = [keys] { return keys; };
  sources.long_url = [](const std::string&) -> Result<std::optional<std::string>> { return std::nullopt; };
  sources.scan_socket = std::string(folder) + "/scan.sock";
  events::SpoolOptions spool_options;
  spool_options.directory = std::string(folder) + "/spool";
  spool_options.program = "click-0";
  auto spool = events::SpoolWriter::open(spool_options, real_file_system());
  if (!spool) return 3;
  ClickConfig config;
  config.origin = kOrigin;
  config.clicks_per_minute = 0;
  const char* logo = getenv("PAGES_LOGO");
  auto logo_data = click::load_logo(logo != nullptr ? logo : "", real_file_system());
  if (!logo_data) return 3;
  click::Branding branding{"Northgate Test Works", "security@corp.test", *logo_data};
  SystemClock clock;
  metrics::Registry registry;
  click::ClickNode node(config, "pages.0", sources, branding, **spool, clock, registry);
  click::ClickHandler handler(io, node);
  auto click_server = serve(
      io, "127.0.0.1:0", [&](net::HttpRequest& request) { return handler.handle(request); },
      click::common_headers(node.https));
  auto scan_server = serve(io, "unix:" + sources.scan_socket, scan);
  auto site_server = serve(io, "127.0.0.1:0", destination);
  nlohmann::json out = {
      {"click", click_server->address()}, {"sites", site_server->address()}, {"links", links(*keys)}};
  printf("%s\n", out.dump().c_str());
  fflush(stdout);

  asio::posix::stream_descriptor input(io, ::dup(STDIN_FILENO));
  input.async_wait(asio::posix::stream_descriptor::wait_read,
                   [&](const boost::system::error_code&) { io.stop(); });
  io.run();
  spool->reset();
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace
}  // namespace linkgate

int main() { return linkgate::run(); }
