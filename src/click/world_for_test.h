#pragma once
// A click node in a test: the real handler, the real spool on a disk in memory, a scan service that answers
// what the test says over a real socket, and a clock that stands still.

#include <gtest/gtest.h>
#include <stdlib.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "api/changes.h"
#include "api/progress.h"
#include "base/memory_file_system.h"
#include "click/click_handler.h"
#include "events/schema.h"

namespace linkgate::click {

using Json = nlohmann::json;
using verdict::Disposition;

inline constexpr Time kNoon{Ticks(17'950'000'000'000'000)};  // 2026-11-18
inline constexpr std::string_view kHost = "links.corp.test";

// The real spool, and beside it what went in.
class TappedSpool final : public events::SpoolWriter {
 public:
  explicit TappedSpool(FileSystem& files) {
    events::SpoolOptions options;
    options.directory = "/spool/click-0";
    options.program = "click-0";
    options.probe_interval = std::chrono::milliseconds(5);
    auto opened = SpoolWriter::open(options, files);
    EXPECT_TRUE(opened);
    if (opened) inner_ = std::move(*opened);
  }
  Result<void> append(std::string_view table, std::string_view json) override {
    return append_all({{std::string(table), std::string(json)}});
  }
  Result<void> append_all(const std::vector<std::pair<std::string, std::string>>& rows) override {
    ++writes;
    TRY(inner_->append_all(rows));
    for (const auto& [table, json] : rows) taken.emplace_back(table, as_stored(table, json));
    return {};
  }
  bool healthy() const override { return inner_->healthy(); }
  std::string trouble() const override { return inner_->trouble(); }

  std::vector<std::pair<std::string, Json>> taken;
  int writes = 0;

 private:
  // With the empty texts that the row leaves to its columns' default.
  static Json as_stored(std::string_view table, const std::string& row) {
    Json json = Json::parse(row);
    for (const events::Column& column : events::find_table(table)->columns) {
      if (column.type == events::ColumnType::kString) json.emplace(column.name, "");
    }
    return json;
  }

  std::unique_ptr<events::SpoolWriter> inner_;
};

// linkgate-scan as far as a click sees it.
struct FakeScan {
  std::map<std::string, verdict::Verdict> verdicts;  // by URL; others are unknown
  std::chrono::milliseconds delay{0};
  bool down = false;
  uint64_t changes = 1;
  api::Progress progress = api::Progress::kNone;
  std::map<std::string, std::string> pictures;  // by name
  int asked = 0;
  api::CheckRequest last;

  net::asio::awaitable<net::HttpResponse> answer(net::HttpRequest& request) {
    if (request.target == "/changes") co_return net::HttpResponse{200, {}, api::changes_to_json(changes), {}};
    if (request.target == "/progress")
      co_return net::HttpResponse{200, {}, api::progress_to_json(progress), {}};
    if (request.target.starts_with("/screenshots/")) {
      const auto picture = pictures.find(request.target.substr(13));
      if (picture == pictures.end()) co_return net::HttpResponse{404, {}, {}, {}};
      co_return net::HttpResponse{200, {{"Content-Type", "image/png"}}, picture->second, {}};
    }
    auto question = api::parse_check_request(request.body);
    if (!question || request.target != "/check" || down) co_return net::HttpResponse{500, {}, {}, {}};
    ++asked;
    last = *question;
    if (delay.count() > 0) {
      net::asio::steady_timer pause(co_await net::asio::this_coro::executor);
      pause.expires_after(delay);
      co_await pause.async_wait(net::asio::use_awaitable);
    }
    verdict::Verdict verdict;
    verdict.evidence.push_back({"nothing.known", "Nothing is known about this address.", {}});
    auto found = verdicts.find(question->url);
    if (found != verdicts.end()) verdict = found->second;
    co_return net::HttpResponse{200, {{"Content-Type", "application/json"}}, api::to_json(verdict), {}};
  }
};

inline verdict::Verdict listed(Disposition disposition) {
  verdict::Verdict verdict;
  verdict.disposition = disposition;
  verdict.confidence = 100;
  verdict.evidence.push_back({"feed.listed", "The feed \"openphish\" lists this address.", {}});
  verdict.detection_method = "URL malicious reputation";
  return verdict;
}

class World : public testing::Test {
 protected:
  World() {
    char name[] = "/tmp/linkgate-click-XXXXXX";
    folder_ = ::mkdtemp(name);
    config_.origin = "https://" + std::string(kHost);
    config_.organisation = "Northgate <Works>";
    config_.contact = "security@corp.test";
    keys_ = std::make_shared<url::Keyring>(std::vector{key(1, url::KeyState::kSealing)});
    policy_.Name = "Sales";
    set_policy(policy_);
    restart();
  }
  ~World() override {
    handler_.reset();
    scan_server_.reset();
    node_.reset();
    std::filesystem::remove_all(folder_);
  }

  static url::SealingKey key(uint32_t id, url::KeyState state) {
    url::SealingKey key;
    key.id = id;
    key.state = state;
    key.secret.fill(static_cast<uint8_t>(id));
    return key;
  }

  // A new process: everything in memory is gone.
  void restart() {
    handler_.reset();
    node_.reset();
    ClickSources sources;
    sources.policies = [this] { return view_; };
    sources.keys = [this] { return keys_; };
    sources.long_url = [this](const std::string& hash) -> Result<std::optional<std::string>> {
      auto found = long_urls_.find(hash);
      return found == long_urls_.end() ? std::optional<std::string>() : found->second;
    };
    sources.scan_socket = folder_ + "/scan.sock";
    sources.state_in_trouble = [] { return false; };
    node_ = std::make_unique<ClickNode>(
        config_, "test.0", sources,
        Branding{config_.organisation, config_.contact, "data:image/png;base64,AA"}, spool_, clock_,
        registry_);
    node_->timing = timing_;
    handler_ = std::make_unique<ClickHandler>(io_, *node_);
    if (!scan_server_) start_scan();
  }
  void start_scan() {
    net::HttpServerOptions options;
    options.listen = "unix:" + folder_ + "/scan.sock";
    auto started = net::HttpServer::start(
        io_, options, [this](net::HttpRequest& request) { return scan_.answer(request); });
    ASSERT_TRUE(started) << started.error().message();
    scan_server_ = std::move(*started);
  }

  void set_policy(const verdict::SafeLinksPolicy& policy, std::vector<verdict::TenantUrlEntry> entries = {}) {
    policy_ = policy;
    verdict::SafeLinksRule rule;
    rule.Name = rule.SafeLinksPolicy = policy.Name;
    rule.RecipientDomainIs = {"corp.test"};
    auto view = std::make_shared<state::PolicyView>();
    view->version = ++version_;
    view->policies = verdict::PolicySet({policy}, {rule}, {});
    view->url_lists = verdict::TenantLists(std::move(entries));
    view_ = view;
  }
  verdict::SafeLinksPolicy passing_policy() const {
    verdict::SafeLinksPolicy policy = policy_;
    policy.AllowClickThrough = true;
    return policy;
  }
  static verdict::TenantUrlEntry entry(std::string_view pattern, url::ListAction action) {
    return {*url::TablPattern::parse(pattern), action, std::nullopt, ""};
  }

  url::LinkClaims claims(std::string url, std::string recipient = "ann@corp.test") const {
    url::LinkClaims claims;
    claims.network_message_id = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    claims.recipient = std::move(recipient);
    claims.message_time = kNoon;
    claims.url = std::move(url);
    return claims;
  }
  // The request target of a sealed link.
  std::string link(std::string url, std::string recipient = "ann@corp.test") const {
    auto sealed = url::seal(claims(std::move(url), std::move(recipient)), config_.origin, *keys_);
    EXPECT_TRUE(sealed);
    return sealed->substr(config_.origin.size());
  }
  std::string form_link(std::string url) const {
    auto made = claims(std::move(url));
    made.location = url::LinkLocation::kForm;
    auto sealed = url::seal_form(made, config_.origin, *keys_);
    EXPECT_TRUE(sealed);
    return sealed->substr(config_.origin.size());
  }

  net::HttpResponse send(net::HttpRequest request) {
    if (request.client_address.empty()) request.client_address = "198.51.100.7";
    request.client_gone = std::make_shared<std::atomic<bool>>(false);
    std::optional<net::HttpResponse> response;
    std::exception_ptr failure;
    auto handled = handler_->handle(request);
    net::asio::co_spawn(io_, std::move(handled), [&](std::exception_ptr e, net::HttpResponse r) {
      failure = e;
      response = std::move(r);
    });
    io_.restart();
    while (!response) io_.run_one();
    if (failure) std::rethrow_exception(failure);
    return std::move(*response);
  }
  net::HttpResponse get(std::string target, net::Headers headers = {{"User-Agent", "Mozilla/5.0"}}) {
    return send({.method = "GET", .target = std::move(target), .headers = std::move(headers)});
  }
  net::HttpResponse post(std::string target, std::string body) {
    return send({.method = "POST",
                 .target = std::move(target),
                 .headers = {{"User-Agent", "Mozilla/5.0"}},
                 .body = std::move(body)});
  }
  // Presses a button of a page: "continue", "back", "report".
  net::HttpResponse press(const net::HttpResponse& page, const std::string& button) {
    auto [target, body] = button_of(page, button);
    EXPECT_FALSE(target.empty()) << "the page has no button " << button;
    return post(target, body);
  }
  static std::pair<std::string, std::string> button_of(const net::HttpResponse& page,
                                                       const std::string& button) {
    size_t at = page.body.find("action=\"/" + button + "/");
    if (at == std::string::npos) return {};
    std::string target = between(page.body, at, "action=\"", "\"");
    return {unescape(target), "token=" + between(page.body, at, "name=\"token\" value=\"", "\"")};
  }
  static std::string between(const std::string& text, size_t from, const std::string& before,
                             const std::string& after) {
    size_t begin = text.find(before, from);
    if (begin == std::string::npos) return {};
    begin += before.size();
    return text.substr(begin, text.find(after, begin) - begin);
  }
  static std::string unescape(std::string text) {
    for (size_t at; (at = text.find("&amp;")) != std::string::npos;) text.replace(at, 5, "&");
    return text;
  }
  static std::string header(const net::HttpResponse& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return {};
  }

  std::vector<Json> rows(std::string_view table) const {
    std::vector<Json> out;
    for (const auto& [name, json] : spool_.taken) {
      if (name == table) out.push_back(json);
    }
    return out;
  }
  // The clicks as the store shows them: of each row the highest version.
  std::vector<Json> clicks() const {
    std::vector<Json> out;
    for (const Json& row : rows("UrlClickEvents")) {
      auto same = std::find_if(out.begin(), out.end(), [&](const Json& one) {
        return one["_RowId"] == row["_RowId"] && one["Timestamp"] == row["Timestamp"];
      });
      if (same == out.end()) {
        out.push_back(row);
      } else if ((*same)["_Version"] <= row["_Version"]) {
        *same = row;
      }
    }
    return out;
  }

  net::asio::io_context io_{1};
  std::string folder_;
  MemoryFileSystem disk_;
  TappedSpool spool_{disk_};
  FakeClock clock_{kNoon};
  metrics::Registry registry_;
  ClickConfig config_;
  ClickTiming timing_{std::chrono::milliseconds(200), std::chrono::milliseconds(2000),
                      std::chrono::seconds(45)};
  verdict::SafeLinksPolicy policy_;
  state::Version version_ = 0;
  std::shared_ptr<const state::PolicyView> view_;
  std::shared_ptr<const url::Keyring> keys_;
  std::map<std::string, std::string> long_urls_;
  FakeScan scan_;
  std::unique_ptr<net::HttpServer> scan_server_;
  std::unique_ptr<ClickNode> node_;
  std::unique_ptr<ClickHandler> handler_;
};

}  // namespace linkgate::click
