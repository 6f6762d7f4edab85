#include "browser/navigation_log.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/ascii.h"

namespace linkgate::browser {
namespace {

using nlohmann::json;
using verdict::HopKind;

// Announced for later than this, a reload is a clock on the page, no hop that a visit waits for.
constexpr double kMaxScheduledSeconds = 6;
// With this the egress proxy marks its own answers (docs/egress.md); no site's answer carries it in the
// clear.
constexpr std::string_view kProxyHeader = "proxy-status";
constexpr std::string_view kProxyName = "linkgate-egress";

// Texts and numbers of a message that may hold anything.
std::string text(const json& object, const char* key, size_t bytes = kMaxUrlBytes) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? clipped(found->get_ref<const std::string&>(), bytes)
                                                     : "";
}
double number(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? found->get<double>() : 0;
}
bool flag(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}
const json& child(const json& object, const char* key) {
  static const json kNone = json::object();
  const auto found = object.find(key);
  return found != object.end() && found->is_object() ? *found : kNone;
}
int status_of(const json& response) {
  const double status = number(response, "status");
  return status >= 100 && status <= 999 ? static_cast<int>(status) : 0;
}

std::string_view without_fragment(std::string_view url) { return url.substr(0, url.find('#')); }

HopKind kind_of(std::string_view reason) {
  constexpr std::pair<std::string_view, HopKind> kReasons[] = {
      {"metaTagRefresh", HopKind::kMetaRefresh}, {"httpHeaderRefresh", HopKind::kRefreshHeader},
      {"formSubmissionGet", HopKind::kForm},     {"formSubmissionPost", HopKind::kForm},
      {"anchorClick", HopKind::kClick},
  };
  for (const auto& [name, kind] : kReasons) {
    if (reason == name) return kind;
  }
  return HopKind::kScript;
}

// Requests that a page keeps open for as long as it likes.
bool stays_open(std::string_view type) {
  constexpr std::array<std::string_view, 6> kTypes = {"eventsource", "websocket",    "ping",
                                                      "media",       "webtransport", "prefetch"};
  return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

bool is_refusal(std::string_view error) {
  return error == "net::ERR_TUNNEL_CONNECTION_FAILED" || error == "net::ERR_PROXY_CONNECTION_FAILED";
}

// What the egress proxy says in the place of an answer; empty where it says nothing.
std::string refusal_in(const json& headers) {
  for (const auto& header : headers.items()) {
    if (ascii::to_lower(header.key()) != kProxyHeader || !header.value().is_string()) continue;
    const auto& said = header.value().get_ref<const std::string&>();
    if (said.starts_with(kProxyName)) return said;
  }
  return {};
}
bool is_inward(std::string_view refusal) {
  return refusal.find("error=destination_ip_prohibited") != refusal.npos;
}

Time from_seconds(double seconds) {
  constexpr double kFarFuture = 1e11;  // beyond the year 5000; what is larger is no date
  if (!(seconds >= 0 && seconds < kFarFuture)) return Time{};
  return Time(std::chrono::duration_cast<Ticks>(std::chrono::duration<double>(seconds)));
}

}  // namespace

std::string clipped(std::string_view text, size_t bytes) {
  if (text.size() <= bytes) return std::string(text);
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return std::string(text.substr(0, bytes));
}

NavigationLog::NavigationLog(std::string main_frame, HopKind first)
    : main_frame_(std::move(main_frame)), first_(first) {}

void NavigationLog::on_event(std::string_view method, const json& params) {
  if (method == "Network.requestWillBeSent") return on_request(params);
  if (method == "Network.responseReceived") return on_response(params);
  if (method == "Network.loadingFailed") return on_failed(params);
  if (method == "Network.loadingFinished") {
    pending_.erase(text(params, "requestId"));
  } else if (method == "Network.webSocketCreated") {
    ++total_requests_;
    if (requests_.size() < kMaxRequests) requests_.push_back({text(params, "url"), "websocket", 0, false});
  } else if (method == "Page.frameRequestedNavigation" || method == "Page.frameScheduledNavigation") {
    on_requested_navigation(params);
  } else if (method == "Page.frameClearedScheduledNavigation") {
    if (text(params, "frameId") == main_frame_) is_announced_ = false;
  } else if (method == "Page.frameNavigated") {
    on_frame_navigated(params);
  } else if (method == "Page.navigatedWithinDocument") {
    if (text(params, "frameId") == main_frame_) arrive(text(params, "url"), HopKind::kScript);
  } else if (method == "Page.loadEventFired") {
    is_loaded_ = true;
  } else if (method == "Page.javascriptDialogOpening") {
    on_dialog(params);
  }
}

void NavigationLog::arrive(const std::string& url, HopKind how) {
  if (!chain_.empty() && chain_.back().url == url) return;
  if (chain_.size() >= kMaxHops) chain_.pop_back();
  chain_.push_back({url, chain_.empty() ? first_ : how, 0});
}

HopKind NavigationLog::announced_kind(const std::string& url) {
  const auto announced = std::exchange(announced_, std::nullopt);
  if (announced && without_fragment(announced_url_) == without_fragment(url)) return *announced;
  return HopKind::kScript;
}

void NavigationLog::on_request(const json& params) {
  const json& request = child(params, "request");
  const std::string url = text(request, "url") + text(request, "urlFragment");
  const std::string id = text(params, "requestId");
  const std::string type = ascii::to_lower(text(params, "type", kMaxNameBytes));
  if (url.starts_with("data:") || url.starts_with("blob:")) return;
  ++total_requests_;
  if (!stays_open(type) && pending_.size() < kMaxPendingRequests) pending_.insert(id);
  if (type == "document" && text(params, "frameId") == main_frame_) return on_document_request(params, url);
  const auto known = index_of_.find(id);
  if (known != index_of_.end())
    requests_[known->second].status = status_of(child(params, "redirectResponse"));
  if (requests_.size() >= kMaxRequests) return;
  index_of_[id] = requests_.size();
  requests_.push_back({url, type.empty() ? "other" : type, 0, false});
}

void NavigationLog::on_document_request(const json& params, const std::string& url) {
  const std::string id = text(params, "requestId");
  const auto redirect = params.find("redirectResponse");
  is_announced_ = false;
  is_under_way_ = true;
  failure_.clear();
  if (redirect != params.end() && redirect->is_object() && id == main_request_ && !chain_.empty()) {
    chain_.back().status = status_of(*redirect);
    // A redirect to the same URL is a hop too: it sets a cookie, or it is a loop.
    if (chain_.size() >= kMaxHops) chain_.pop_back();
    chain_.push_back({url, HopKind::kHttp, 0});
    return;
  }
  main_request_ = id;
  const HopKind how = announced_kind(url);
  if (chain_.size() >= kMaxHops) chain_.pop_back();
  chain_.push_back({url, chain_.empty() ? first_ : how, 0});
}

void NavigationLog::on_response(const json& params) {
  const json& response = child(params, "response");
  const std::string id = text(params, "requestId");
  const int status = status_of(response);
  if (!id.empty() && id == main_request_) {
    if (!chain_.empty()) chain_.back().status = status;
    media_type_ = ascii::to_lower(text(response, "mimeType", kMaxNameBytes));
    alpn_ = text(response, "protocol", kMaxNameBytes);
    note_certificate(response);
    const std::string refusal = refusal_in(child(response, "headers"));
    if (!refusal.empty()) failure_ = "the egress proxy refused it";
    if (!refusal.empty() && !chain_.empty() && requests_.size() < kMaxRequests)
      requests_.push_back({chain_.back().url, "document", 0, true, is_inward(refusal)});
    return;
  }
  const auto known = index_of_.find(id);
  if (known == index_of_.end()) return;
  requests_[known->second].status = status;
  const std::string refusal = refusal_in(child(response, "headers"));
  requests_[known->second].is_refused = !refusal.empty();
  requests_[known->second].is_inward = is_inward(refusal);
}

void NavigationLog::note_certificate(const json& response) {
  const json& details = child(response, "securityDetails");
  certificate_.reset();
  if (details.empty()) return;
  verdict::Certificate certificate;
  certificate.subject = text(details, "subjectName", kMaxNameBytes);
  certificate.issuer = text(details, "issuer", kMaxNameBytes);
  const auto names = details.find("sanList");
  if (names != details.end() && names->is_array()) {
    for (const json& name : *names) {
      if (name.is_string() && certificate.names.size() < kMaxCertificateNames)
        certificate.names.push_back(clipped(name.get_ref<const std::string&>(), kMaxNameBytes));
    }
  }
  certificate.not_before = from_seconds(number(details, "validFrom"));
  certificate.not_after = from_seconds(number(details, "validTo"));
  certificate.is_trusted = text(response, "securityState", kMaxNameBytes) == "secure";
  certificate_ = std::move(certificate);
}

void NavigationLog::on_failed(const json& params) {
  const std::string id = text(params, "requestId");
  pending_.erase(id);
  const std::string error = text(params, "errorText", kMaxNameBytes);
  if (!id.empty() && id == main_request_) {
    // Called off: by another navigation, by a download, by an answer without a document.
    if (!flag(params, "canceled")) failure_ = error;
    main_request_.clear();
    is_under_way_ = false;
    return;
  }
  const auto known = index_of_.find(id);
  if (known != index_of_.end() && is_refusal(error)) requests_[known->second].is_refused = true;
}

void NavigationLog::on_requested_navigation(const json& params) {
  if (text(params, "frameId") != main_frame_) return;
  const auto disposition = params.find("disposition");
  if (disposition != params.end() && *disposition != "currentTab") return;
  announced_ = kind_of(text(params, "reason", kMaxNameBytes));
  announced_url_ = text(params, "url");
  // What is not the web's is handed to other programs, or to nobody: nothing comes of it here.
  const bool is_of_web = announced_url_.starts_with("http:") || announced_url_.starts_with("https:") ||
                         announced_url_.starts_with("blob:") || announced_url_.starts_with("data:") ||
                         announced_url_.starts_with("about:");
  is_announced_ = is_of_web && number(params, "delay") <= kMaxScheduledSeconds;
}

void NavigationLog::on_frame_navigated(const json& params) {
  const json& frame = child(params, "frame");
  if (text(frame, "id") != main_frame_) return;
  const std::string url = text(frame, "url") + text(frame, "urlFragment");
  is_announced_ = false;
  is_under_way_ = false;
  is_loaded_ = false;
  ++documents_;
  // What came over the network is there already; what did not (blob:, about:blank, a restored page) is a hop
  // now.
  const bool is_blank = url.starts_with("about:blank") && chain_.empty();
  is_error_page_ = !text(frame, "unreachableUrl").empty() || url.starts_with("chrome-error:");
  const bool is_known = !chain_.empty() && without_fragment(chain_.back().url) == without_fragment(url);
  if (!is_blank && !is_error_page_ && !is_known) arrive(url, announced_kind(url));
  announced_.reset();
  main_request_ = is_error_page_ ? "" : main_request_;
}

void NavigationLog::on_dialog(const json& params) {
  if (dialogs_.size() < kMaxDialogs) dialogs_.push_back(text(params, "message", kMaxDialogBytes));
}

std::string NavigationLog::media_type_of(const std::string& url) const {
  return !chain_.empty() && chain_.back().url == url ? media_type_ : "";
}

}  // namespace linkgate::browser
