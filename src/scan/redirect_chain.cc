#include "scan/redirect_chain.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>

#include "base/ascii.h"
#include "base/base64.h"
#include "scan/archive_names.h"
#include "scan/charset.h"
#include "scan/redirect.h"
#include "scan/redirectors.h"
#include "url/unwrap.h"

namespace linkgate::scan {
namespace {

namespace asio = boost::asio;
using verdict::Hop;
using verdict::HopKind;
using verdict::Page;

constexpr size_t kLittleText =
    300;  // of a page that may go elsewhere under a condition: it shows nothing yet
constexpr size_t kMaxShownUrl = 200;
constexpr size_t kMaxFileName = 200;
constexpr std::chrono::milliseconds kProxyPause{100};

std::string media_type_of(const FetchResult& answer) {
  const std::string_view type = answer.header("content-type");
  return ascii::to_lower(ascii::trim(type.substr(0, type.find(';'))));
}

// What a browser shows as a page, by its type or, where none is told, by how it begins.
bool is_page(const FetchResult& answer, const std::string& media_type) {
  if (ascii::istarts_with(answer.header("content-disposition"), "attachment")) return false;
  if (media_type.empty()) return answer.body.find('<') != answer.body.npos || answer.body.empty();
  return media_type == "text/html" || media_type == "application/xhtml+xml" ||
         media_type == "image/svg+xml" || media_type == "text/xml" || media_type == "application/xml";
}
// Opened from a disk, a browser shows it as a page.
bool is_page_file(std::string_view name, const std::string& media_type) {
  constexpr std::string_view kEndings[] = {".html", ".htm", ".xhtml", ".xht", ".shtml", ".svg", ".mht"};
  return media_type == "text/html" || media_type == "application/xhtml+xml" ||
         media_type == "image/svg+xml" ||
         std::any_of(std::begin(kEndings), std::end(kEndings),
                     [name](std::string_view end) { return ascii::iends_with(name, end); });
}
bool is_text(const std::string& media_type) {
  return media_type.starts_with("text/") || media_type == "application/json";
}

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, 32> digest{};
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return hex_encode({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string file_name_of(const FetchResult& answer, const url::Url& url) {
  const std::string_view disposition = answer.header("content-disposition");
  std::string name;
  if (const size_t at = disposition.find("filename="); at != disposition.npos) {
    std::string_view value = disposition.substr(at + 9);
    const bool quoted = value.starts_with('"');
    if (quoted) value.remove_prefix(1);
    name = ascii::trim(value.substr(0, value.find(quoted ? '"' : ';')));
  }
  const std::string_view path = url.pathname();
  if (name.empty()) name = path.substr(path.rfind('/') + 1);
  return name.substr(0, kMaxFileName);
}

// The next request, made of a hop.
struct Step {
  FetchRequest request;
  HopKind how = HopKind::kStart;
};

class Chain {
 public:
  Chain(std::unique_ptr<Visit> visit, LookRequest request)
      : visit_(std::move(visit)),
        asked_(std::move(request)),
        end_(std::chrono::steady_clock::now() + asked_.budget) {
    page_.identity = visit_->identity().name;
  }

  // False where the link is none that can be asked for.
  bool begin() {
    const auto url = url::Url::parse(asked_.url);
    page_.chain.push_back({url ? url->href() : asked_.url, HopKind::kStart, 0});
    if (!url) {
      page_.trouble = "this is no URL";
      return false;
    }
    step_ = {request_for(*url), HopKind::kStart};
    return unwrap();
  }

  FetchRequest next_request() {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end_ - std::chrono::steady_clock::now());
    step_.request.budget = std::clamp(left, std::chrono::milliseconds(1), kMaxHopTime);
    return step_.request;
  }

  // Takes the answer to next_request(); true where there is another request.
  bool take(FetchResult answer) {
    Hop& hop = page_.chain.back();
    hop.status = answer.status;
    clear_page();
    page_.status = answer.status;
    page_.media_type = media_type_of(answer);
    page_.server_alpn = answer.alpn;
    page_.certificate = answer.certificate;
    if (answer.trouble != FetchTrouble::kNone) note_trouble(answer);
    const url::Url at = step_.request.url;
    if (const auto redirect = http_redirect(answer, at, step_.request)) return go_on({*redirect}, {}, false);
    if (answer.status == 0) return go_on({}, {}, false);
    if (!is_page(answer, page_.media_type)) {
      take_file(answer, at);
      return go_on({}, {}, false);
    }
    page_.html = to_utf8(answer.body, answer.header("content-type"));
    Markup markup = read_markup(page_.html, at, &page_);
    if (page_.trouble.empty()) page_.trouble = markup.trouble;
    PageHops found = page_redirects(answer, at, &markup, &page_);
    return go_on(std::move(found.hops), found.cookies, found.reloads);
  }

  Visit& visit() { return *visit_; }
  Page finish() { return std::move(page_); }

 private:
  FetchRequest request_for(const url::Url& url) const {
    FetchRequest request;
    request.url = url;
    if (page_.chain.size() > 1) request.referrer = page_.chain[page_.chain.size() - 2].url;
    return request;
  }

  // What lies on a page belongs to the last one alone.
  void clear_page() {
    Page fresh;
    fresh.identity = std::move(page_.identity);
    fresh.chain = std::move(page_.chain);
    fresh.requests = std::move(page_.requests);
    page_ = std::move(fresh);
  }

  void note_trouble(const FetchResult& answer) {
    page_.trouble = answer.details.empty() ? std::string(to_string(answer.trouble)) : answer.details;
    const bool is_inward = answer.trouble == FetchTrouble::kInward;
    if (is_inward || answer.trouble == FetchTrouble::kRefused)
      page_.requests.push_back({page_.chain.back().url, "document", 0, true, is_inward});
  }

  void take_file(const FetchResult& answer, const url::Url& at) {
    if (is_text(page_.media_type) && answer.header("content-disposition").empty()) {
      page_.visible_text = to_utf8(answer.body, answer.header("content-type")).substr(0, kMaxVisibleText);
      return;
    }
    const std::string name = file_name_of(answer, at);
    page_.downloads.push_back({at.href(), name, page_.media_type, sha256(answer.body), answer.body.size(),
                               archive_names(answer.body)});
    // A page that is opened from a disk is a page.
    if (!is_page_file(name, page_.media_type)) return;
    page_.html = to_utf8(answer.body, answer.header("content-type"));
    read_markup(page_.html, at, &page_);
  }

  // Chooses among what an answer leads to. Where it leads nowhere, what the URL carries is asked for.
  bool go_on(std::vector<NextHop> hops, const std::vector<std::string>& cookies, bool reloads) {
    for (const std::string& cookie : cookies) visit_->set_cookie(step_.request.url, cookie);
    const bool shows_little = page_.visible_text.size() <= kLittleText && page_.forms.empty();
    const auto chosen = std::find_if(hops.begin(), hops.end(),
                                     [&](const NextHop& hop) { return !hop.is_conditional || shows_little; });
    for (auto one = hops.begin(); one != hops.end(); ++one) {
      if (one != chosen && page_.links.size() < kMaxListed) page_.links.push_back(one->url);
    }
    if (chosen != hops.end()) return step_to(*chosen);
    if (reloads && !cookies.empty()) return again();
    return page_.status == 0 || page_.status >= 400 ? step_to_carried() : false;
  }

  bool again() {
    NextHop hop;
    hop.url = step_.request.url.href();
    hop.how = HopKind::kScript;
    return step_to(hop);
  }

  bool step_to(const NextHop& hop) {
    const auto url = url::Url::parse(hop.url);
    if (!url) return false;
    page_.chain.push_back({url->href(), hop.how, 0});
    if (page_.chain.size() > kMaxHops) return stop(fmt::format("it leads over more than {} hops", kMaxHops));
    if (std::chrono::steady_clock::now() >= end_) return stop("it still led on when the time was up");
    step_ = {request_for(*url), hop.how};
    step_.request.method = hop.method;
    step_.request.body = hop.body;
    step_.request.body_type = hop.body_type;
    if (!url->is_http()) {
      page_.requests.push_back({url->href(), "document", 0, true, leads_inward(*url)});
      return stop(fmt::format("it leads to {} which is not fetched", shown(url->href())));
    }
    const std::string key = hop.method + " " + url->href() + "\n" + hop.body + "\n" + visit_->cookies();
    if (++asked_for_[key] > kMaxSameRequest)
      return stop(fmt::format("it leads in a circle, back to {}", shown(url->href())));
    return unwrap();
  }

  // Other vendors' wrappers are clicks of their own: what they wrap is asked for in their place.
  bool unwrap() {
    const url::Unwrapped inner = url::unwrap(step_.request.url.href());
    if (inner.wrappers.empty() || inner.opaque) return true;
    const auto url = url::Url::parse(inner.url);
    if (!url || *url == step_.request.url) return true;
    NextHop hop;
    hop.url = url->href();
    hop.how = HopKind::kCarried;
    return step_to(hop);
  }

  // A redirector that does not answer, or asks first.
  bool step_to_carried() {
    const auto targets = redirect_targets(step_.request.url);
    if (targets.empty()) return false;
    NextHop hop;
    hop.url = targets.front();
    hop.how = HopKind::kCarried;
    return step_to(hop);
  }

  bool stop(std::string why) {
    page_.trouble = std::move(why);
    return false;
  }
  static std::string shown(const std::string& url) {
    return url.size() <= kMaxShownUrl ? url : url.substr(0, kMaxShownUrl) + "...";
  }

  const std::unique_ptr<Visit> visit_;
  const LookRequest asked_;
  const std::chrono::steady_clock::time_point end_;
  Page page_;
  Step step_;
  std::map<std::string, int> asked_for_;
};

// A proxy that is being started again is waited for: the link was not asked for yet.
asio::awaitable<FetchResult> fetch_patiently(Visit& visit, FetchRequest request) {
  const auto end = std::chrono::steady_clock::now() + request.budget;
  asio::steady_timer pause(co_await asio::this_coro::executor);
  while (true) {
    auto asked = visit.fetch(request);
    FetchResult answer = co_await std::move(asked);
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (answer.trouble != FetchTrouble::kNoProxy || left <= kProxyPause) co_return answer;
    pause.expires_after(kProxyPause);
    co_await pause.async_wait(asio::use_awaitable);
    request.budget = left - kProxyPause;
  }
}

}  // namespace

boost::asio::awaitable<Page> follow(Fetcher& fetcher, LookRequest request, std::vector<std::string> hosts) {
  auto visit =
      fetcher.visit(identity_of(request.visitor, request.language), request.client, std::move(hosts));
  Chain chain(std::move(visit), std::move(request));
  bool goes_on = chain.begin();
  while (goes_on) {
    FetchResult answer = co_await fetch_patiently(chain.visit(), chain.next_request());
    goes_on = chain.take(std::move(answer));
  }
  co_return chain.finish();
}

}  // namespace linkgate::scan
