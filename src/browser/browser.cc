#include "browser/browser.h"

#include <fmt/format.h>
#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "base/log.h"

namespace linkgate::browser {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

constexpr std::chrono::seconds kStartTimeout{20};
constexpr std::chrono::seconds kContextTimeout{5};
constexpr std::string_view kFolderPrefix = "linkgate-browser-";

std::string text(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

Result<void> give_to(const std::string& path, const std::string& user) {
  if (::geteuid() != 0 || user.empty()) return {};
  passwd entry = {};
  passwd* found = nullptr;
  std::array<char, 16384> buffer;
  ::getpwnam_r(user.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr) return Error(ErrorCode::kNotFound, fmt::format("browser: there is no user {}", user));
  if (::chown(path.c_str(), entry.pw_uid, entry.pw_gid) != 0)
    return Error(ErrorCode::kIo, fmt::format("browser: {}: {}", path, std::strerror(errno)));
  return {};
}

// Folders are called after the process that made them, so that those of one that was killed can be told.
void remove_what_is_left(const fs::path& place) {
  std::error_code error;
  std::vector<fs::path> left;
  for (fs::directory_iterator at(place, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (!name.starts_with(kFolderPrefix)) continue;
    const std::string_view number = std::string_view(name).substr(kFolderPrefix.size());
    pid_t pid = 0;
    const auto [rest, wrong] = std::from_chars(number.data(), number.data() + number.size(), pid);
    if (wrong != std::errc() || pid <= 0 || rest == number.data() + number.size() || *rest != '-') continue;
    if (::kill(pid, 0) != 0 && errno == ESRCH) left.push_back(at->path());
  }
  for (const fs::path& path : left) fs::remove_all(path, error);  // where it is ours
}

Result<std::string> make_folder(const BrowserOptions& options) {
  std::error_code error;
  const fs::path place = options.scratch.empty() ? fs::temp_directory_path(error) : fs::path(options.scratch);
  remove_what_is_left(place);
  std::string folder = (place / fmt::format("{}{}-XXXXXX", kFolderPrefix, ::getpid())).string();
  if (::mkdtemp(folder.data()) == nullptr)
    return Error(ErrorCode::kIo, fmt::format("browser: {}: {}", folder, std::strerror(errno)));
  fs::create_directory(folder + "/profile", error);
  fs::create_directory(folder + "/downloads", error);
  fs::create_directory(folder + "/t", error);
  for (const char* name : {"", "/profile", "/downloads", "/t"}) TRY(give_to(folder + name, options.user));
  return folder;
}

}  // namespace

Browser::Browser(asio::io_context& io, Process process, std::string folder, const std::string& proxy_socket)
    : folder_(std::move(folder)),
      process_(std::move(process)),
      page_relay_(io, process_.take_page_listener(), proxy_socket),
      own_relay_(io, process_.take_own_listener(), ""),
      devtools_(std::make_unique<DevTools>(io, process_.take_commands_fd(), process_.take_answers_fd())) {}

Browser::~Browser() {
  devtools_->close();
  process_.kill();
  process_.await_group();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void Browser::kill() { process_.kill(); }

asio::awaitable<Result<std::shared_ptr<Browser>>> Browser::start(asio::io_context& io,
                                                                 BrowserOptions options) {
  if (options.binary.empty()) options.binary = find_chromium();
  if (options.binary.empty()) co_return Error(ErrorCode::kNotFound, "browser: Chromium is not installed");
  CO_TRY_ASSIGN(std::string folder, make_folder(options));
  auto process = Process::start(
      {options.binary, options.user, folder + "/profile", folder + "/t", options.allow_unconfined});
  if (!process) {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
    co_return std::move(process).error();
  }
  // Shared with the visits that it serves: one that is being replaced lives until the last of them is done.
  std::shared_ptr<Browser> browser(
      new Browser(io, std::move(*process), std::move(folder), options.proxy_socket));
  browser->ca_file_ = options.ca_file;
  auto greeted = co_await browser->greet();
  if (!greeted) co_return std::move(greeted).error().with_context("browser: Chromium does not start");
  co_return browser;
}

asio::awaitable<Result<void>> Browser::greet() {
  devtools_->start([this](const std::string& session, const std::string& method,
                          const Json& params) { on_event(session, method, params); },
                   [this](const std::string& why) {
                     const auto contexts = std::exchange(contexts_, {});
                     std::set<ContextObserver*> told;
                     for (const auto& [id, observer] : contexts) {
                       if (told.insert(observer).second) observer->on_end(why);
                     }
                   });
  auto version = co_await devtools_->call("", "Browser.getVersion", Json::object(), kStartTimeout);
  CO_TRY(version);
  const std::string product = text(*version, "product");  // "Chrome/156.0.8078.79"
  version_ = product.substr(product.find('/') + 1);
  // Every tab and window stops before its first request, until we know it.
  const Json filter = Json::array({{{"type", "page"}}});
  const Json attach{
      {"autoAttach", true}, {"waitForDebuggerOnStart", true}, {"flatten", true}, {"filter", filter}};
  auto attached = co_await devtools_->call("", "Target.setAutoAttach", attach, kStartTimeout);
  CO_TRY(attached);
  co_return Result<void>{};
}

asio::awaitable<Result<std::string>> Browser::open_context(ContextObserver& observer) {
  const Json context{{"disposeOnDetach", true},
                     {"proxyServer", fmt::format("http://127.0.0.1:{}", process_.page_port())},
                     {"proxyBypassList", "<-loopback>"}};
  auto made = co_await devtools_->call("", "Target.createBrowserContext", context, kContextTimeout);
  CO_TRY(made);
  const std::string id = text(*made, "browserContextId");
  contexts_[id] = &observer;
  // Asked for a permission, it says no; what it is told to save lies in our folder under a name of its own.
  devtools_->send("", "Browser.grantPermissions", {{"permissions", Json::array()}, {"browserContextId", id}});
  devtools_->send("", "Browser.setDownloadBehavior",
                  {{"behavior", "allowAndName"},
                   {"browserContextId", id},
                   {"downloadPath", downloads()},
                   {"eventsEnabled", true}});
  co_return id;
}

void Browser::forget(ContextObserver& observer) {
  std::erase_if(sessions_, [&](const auto& entry) { return entry.second == &observer; });
  for (auto at = contexts_.begin(); at != contexts_.end();) {
    if (at->second != &observer) {
      ++at;
      continue;
    }
    devtools_->send("", "Target.disposeBrowserContext", {{"browserContextId", at->first}});
    at = contexts_.erase(at);
  }
}

void Browser::on_attached(const Json& params) {
  const std::string session = text(params, "sessionId");
  const auto info = params.find("targetInfo");
  if (info == params.end() || !info->is_object()) return;
  const auto context = contexts_.find(text(*info, "browserContextId"));
  if (context == contexts_.end()) {  // the browser's own first tab, or one of a context that has been left
    devtools_->send(session, "Runtime.runIfWaitingForDebugger", Json::object());
    return;
  }
  sessions_[session] = context->second;
  context->second->on_attached({session, text(*info, "targetId"), text(*info, "url")});
}

void Browser::on_event(const std::string& session, const std::string& method, const Json& params) {
  if (!session.empty()) {
    const auto observer = sessions_.find(session);
    if (observer != sessions_.end()) observer->second->on_event(session, method, params);
    return;
  }
  if (method == "Target.attachedToTarget") return on_attached(params);
  if (method == "Target.detachedFromTarget") {
    const auto found = sessions_.find(text(params, "sessionId"));
    if (found == sessions_.end()) return;
    ContextObserver* observer = found->second;
    sessions_.erase(found);
    observer->on_detached(text(params, "sessionId"));
    return;
  }
  if (method.starts_with("Browser.download")) {
    for (const auto& [id, observer] : contexts_) observer->on_browser_event(method, params);
  }
}

}  // namespace linkgate::browser
