#include "browser/tab.h"

#include <algorithm>
#include <deque>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/base64.h"
#include "browser/certificate_chain.h"
#include "url/url.h"

namespace linkgate::browser {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

constexpr milliseconds kShortest{50};  // that anything is given, however late it is
// A script that has not rested for so long is ended.
constexpr milliseconds kScriptPatience{1500};

// The first of some places below which there is nothing to press, nor a frame, nor a picture.
constexpr const char* kBlankPlace = R"js((() => {
  const found = Document.prototype.elementFromPoint, up = Element.prototype.closest;
  const meant = 'a,area,button,input,select,textarea,label,summary,option,iframe,frame,embed,object,img,video,' +
                'audio,canvas,svg,[onclick],[role],[tabindex],[contenteditable]';
  for (const [x, y] of [[34, 300], [1230, 420], [60, 700], [1200, 180], [640, 770], [380, 560], [20, 60]]) {
    if (x >= innerWidth || y >= innerHeight) continue;
    const element = found.call(document, x, y);
    if (element && !up.call(element, meant) && getComputedStyle(element).cursor !== 'pointer') return [x, y];
  }
  return null;
})())js";

milliseconds until(Instant deadline) {
  return std::max(kShortest,
                  std::chrono::duration_cast<milliseconds>(deadline - std::chrono::steady_clock::now()));
}

// Breadth first, the main frame first.
std::vector<std::string> frame_ids(const Json& answer) {
  std::vector<std::string> ids;
  std::deque<const Json*> trees;
  if (answer.contains("frameTree")) trees.push_back(&answer["frameTree"]);
  while (!trees.empty() && ids.size() < kMaxFrames) {
    const Json& tree = *trees.front();
    trees.pop_front();
    if (!tree.is_object() || !tree.contains("frame") || !tree["frame"].contains("id")) continue;
    const Json& id = tree["frame"]["id"];
    if (id.is_string()) ids.push_back(id.get<std::string>());
    const auto children = tree.find("childFrames");
    if (children == tree.end() || !children->is_array()) continue;
    for (const Json& child : *children) trees.push_back(&child);
  }
  return ids;
}

// Where the page names its icon, or where browsers look for one and found it.
std::string icon_of(const Snapshot& frame, const NavigationLog& log) {
  if (frame.icon.starts_with("http")) return frame.icon;
  for (const verdict::Request& request : log.requests()) {
    if (request.url.ends_with("/favicon.ico") && request.status == 200) return request.url;
  }
  return {};
}

Json evaluation_in(const Json& context) {
  return {
      {"expression", snapshot_script()}, {"contextId", context}, {"returnByValue", true}, {"silent", true}};
}

}  // namespace

asio::awaitable<Result<Json>> Tab::call(std::string method, Json params, Instant deadline) {
  return browser_.devtools().call(session, std::move(method), std::move(params), until(deadline));
}

void Tab::set_up(const std::vector<std::pair<std::string, Json>>& identity) {
  // Bodies stay where they are: nobody asks for them, and a page could fill the browser's memory with them.
  send("Network.enable", {{"maxTotalBufferSize", 0}, {"maxResourceBufferSize", 0}, {"maxPostDataSize", 0}});
  send("Page.enable", Json::object());
  send("Security.setIgnoreCertificateErrors", {{"ignore", true}});
  for (const auto& [method, params] : identity) send(method, params);
}

void Tab::prepare(const std::vector<std::pair<std::string, Json>>& identity) {
  set_up(identity);
  send("Runtime.runIfWaitingForDebugger", Json::object());
}

asio::awaitable<Result<void>> Tab::prepared(const std::vector<std::pair<std::string, Json>>& identity,
                                            Instant deadline) {
  set_up(identity);
  auto last = co_await call("Runtime.runIfWaitingForDebugger", Json::object(), deadline);
  CO_TRY(last);
  co_return Result<void>{};
}

asio::awaitable<Result<Snapshot>> Tab::take_frame(std::string frame, Instant deadline) {
  const Json wanted{{"frameId", frame}, {"worldName", ""}};
  auto world = co_await call("Page.createIsolatedWorld", wanted, deadline);
  CO_TRY(world);
  const Json evaluation = evaluation_in((*world)["executionContextId"]);
  auto answer = co_await call("Runtime.evaluate", evaluation, deadline);
  CO_TRY(answer);
  const Json result = answer->contains("result") ? (*answer)["result"] : Json();
  if (!result.contains("value") || !result["value"].is_string())
    co_return Error(ErrorCode::kInvalidArgument, "the document cannot be read");
  co_return read_snapshot(result["value"].get_ref<const std::string&>());
}

asio::awaitable<Result<std::vector<Snapshot>>> Tab::take(Instant deadline) {
  const Instant patience = std::min(deadline, std::chrono::steady_clock::now() + kScriptPatience);
  auto tree = co_await call("Page.getFrameTree", Json::object(), patience);
  if (!tree && tree.error().code() == ErrorCode::kTimeout) {
    send("Runtime.terminateExecution", Json::object());
    tree = co_await call("Page.getFrameTree", Json::object(), deadline);
  }
  CO_TRY(tree);
  std::vector<Snapshot> frames;
  for (const std::string& id : frame_ids(*tree)) {
    auto frame = co_await take_frame(id, frames.empty() ? patience : deadline);
    if (!frame && frame.error().code() == ErrorCode::kTimeout && frames.empty()) {
      send("Runtime.terminateExecution", Json::object());
      frame = co_await take_frame(id, deadline);
    }
    if (!frame && frames.empty()) co_return std::move(frame).error();
    if (frame) frames.push_back(std::move(*frame));
  }
  if (frames.empty()) co_return Error(ErrorCode::kInvalidArgument, "the document cannot be read");
  co_return frames;
}

asio::awaitable<std::optional<std::pair<int, int>>> Tab::blank_place(Instant deadline) {
  const Json wanted{{"frameId", id}, {"worldName", ""}};
  auto world = co_await call("Page.createIsolatedWorld", wanted, deadline);
  if (!world || !world->contains("executionContextId")) co_return std::nullopt;
  const Json evaluation{{"expression", kBlankPlace},
                        {"contextId", (*world)["executionContextId"]},
                        {"returnByValue", true},
                        {"silent", true}};
  auto answer = co_await call("Runtime.evaluate", evaluation, deadline);
  if (!answer || !answer->contains("result") || !(*answer)["result"].contains("value"))
    co_return std::nullopt;
  const Json& place = (*answer)["result"]["value"];
  const bool is_place =
      place.is_array() && place.size() == 2 && place[0].is_number_integer() && place[1].is_number_integer();
  if (!is_place) co_return std::nullopt;
  co_return std::pair{place[0].get<int>(), place[1].get<int>()};
}

asio::awaitable<std::string> Tab::screenshot(Instant deadline) {
  // captureBeyondViewport would lay the page out anew.
  const Json wanted{{"format", "png"}, {"optimizeForSpeed", true}, {"captureBeyondViewport", false}};
  auto answer = co_await call("Page.captureScreenshot", wanted, deadline);
  if (!answer || !answer->contains("data") || !(*answer)["data"].is_string()) co_return std::string();
  auto png = base64_decode((*answer)["data"].get_ref<const std::string&>());
  if (!png || png->size() > kMaxScreenshotBytes) co_return std::string();
  co_return std::move(*png);
}

asio::awaitable<void> Tab::verify_certificate(Instant deadline) {
  if (!log.certificate() || log.certificate()->is_trusted || log.chain().empty()) co_return;
  const auto url = url::Url::parse(log.chain().back().url);
  if (!url || url->scheme() != "https") co_return;
  const Json wanted{{"origin", url->origin()}};
  auto answer = co_await call("Network.getCertificate", wanted, deadline);
  if (!answer || !answer->contains("tableNames") || !(*answer)["tableNames"].is_array()) co_return;
  std::vector<std::string> chain;
  for (const Json& one : (*answer)["tableNames"]) {
    const auto der = one.is_string() ? base64_decode(one.get_ref<const std::string&>()) : std::nullopt;
    if (der && chain.size() < kMaxCertificates) chain.push_back(*der);
  }
  if (is_trusted(chain, url->hostname(), browser_.ca_file())) log.trust_certificate();
}

asio::awaitable<std::string> Tab::fetch_icon(const Snapshot& frame, Instant deadline) {
  const std::string url = icon_of(frame, log);
  if (url.empty()) co_return std::string();
  const Json options{{"disableCache", false}, {"includeCredentials", true}};
  const Json wanted{{"frameId", id}, {"url", url}, {"options", options}};
  auto loaded = co_await call("Network.loadNetworkResource", wanted, deadline);
  if (!loaded || !loaded->contains("resource")) co_return std::string();
  const Json& resource = (*loaded)["resource"];
  const auto stream = resource.is_object() ? resource.find("stream") : resource.end();
  if (!resource.is_object() || stream == resource.end() || !stream->is_string()) co_return std::string();
  const bool is_good = resource.contains("httpStatusCode") && resource["httpStatusCode"] == 200;
  const std::string handle = stream->get<std::string>();
  std::string bytes;
  if (is_good) bytes = co_await read_stream(handle, deadline);
  const Json closing{{"handle", handle}};
  send("IO.close", closing);
  co_return bytes;
}

// All of it, or nothing.
asio::awaitable<std::string> Tab::read_stream(std::string handle, Instant deadline) {
  std::string bytes;
  while (bytes.size() <= kMaxIconBytes) {
    const Json wanted{{"handle", handle}, {"size", kMaxIconBytes}};
    auto piece = co_await call("IO.read", wanted, deadline);
    if (!piece || !piece->contains("data") || !(*piece)["data"].is_string()) co_return std::string();
    const auto& data = (*piece)["data"].get_ref<const std::string&>();
    const bool is_encoded = piece->contains("base64Encoded") && (*piece)["base64Encoded"] == true;
    const std::optional<std::string> decoded = is_encoded ? base64_decode(data) : data;
    if (!decoded) co_return std::string();
    bytes += *decoded;
    const bool is_end = piece->contains("eof") && (*piece)["eof"] == true;
    if (is_end || decoded->empty()) co_return bytes.size() <= kMaxIconBytes ? bytes : std::string();
  }
  co_return std::string();
}

}  // namespace linkgate::browser
