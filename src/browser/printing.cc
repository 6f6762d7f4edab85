#include "browser/printing.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>

#include "base/base64.h"

namespace linkgate::browser {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

constexpr milliseconds kStep{10'000}, kPrinting{60'000};
// A4 in inches, lying: tables of reports are wide.
constexpr double kLong = 11.69, kShort = 8.27, kMargin = 0.4;

// The text of a member that must be there.
Result<std::string> member(const Json& answer, const char* name) {
  const auto found = answer.find(name);
  if (found != answer.end() && found->is_string()) return found->get<std::string>();
  return Error(ErrorCode::kUnavailable, fmt::format("the browser answered without \"{}\"", name));
}

// In a context of its own, whose proxy is a port that nobody listens on.
asio::awaitable<Result<std::string>> open_tab(DevTools& devtools) {
  const Json context{{"proxyServer", "http://127.0.0.1:1"}, {"proxyBypassList", "<-loopback>"}};
  auto made = co_await devtools.call("", "Target.createBrowserContext", context, kStep);
  CO_TRY(made);
  CO_TRY_ASSIGN(const std::string id, member(*made, "browserContextId"));
  const Json wanted{{"url", "about:blank"}, {"browserContextId", id}};
  auto target = co_await devtools.call("", "Target.createTarget", wanted, kStep);
  CO_TRY(target);
  CO_TRY_ASSIGN(const std::string target_id, member(*target, "targetId"));
  const Json attaching{{"targetId", target_id}, {"flatten", true}};
  auto attached = co_await devtools.call("", "Target.attachToTarget", attaching, kStep);
  CO_TRY(attached);
  co_return member(*attached, "sessionId");
}

asio::awaitable<Result<std::string>> print(asio::io_context& io, std::string html, BrowserOptions options) {
  CO_TRY_ASSIGN(const auto browser, co_await Browser::start(io, std::move(options)));
  DevTools& devtools = browser->devtools();
  CO_TRY_ASSIGN(const std::string session, co_await open_tab(devtools));
  devtools.send(session, "Emulation.setScriptExecutionDisabled", {{"value", true}});
  const Json nothing = Json::object();
  auto tree = co_await devtools.call(session, "Page.getFrameTree", nothing, kStep);
  CO_TRY(tree);
  const Json frame = tree->value("frameTree", Json::object()).value("frame", Json::object());
  CO_TRY_ASSIGN(const std::string frame_id, member(frame, "id"));
  const Json content{{"frameId", frame_id}, {"html", html}};
  auto set = co_await devtools.call(session, "Page.setDocumentContent", content, kStep);
  CO_TRY(set);
  const Json paper{{"printBackground", true}, {"paperWidth", kLong},     {"paperHeight", kShort},
                   {"marginTop", kMargin},    {"marginBottom", kMargin}, {"marginLeft", kMargin},
                   {"marginRight", kMargin}};
  auto printed = co_await devtools.call(session, "Page.printToPDF", paper, kPrinting);
  CO_TRY(printed);
  CO_TRY_ASSIGN(const std::string data, member(*printed, "data"));
  auto pdf = base64_decode(data);
  if (!pdf || !pdf->starts_with("%PDF-"))
    co_return Error(ErrorCode::kUnavailable, "the browser printed no PDF");
  co_return *std::move(pdf);
}

}  // namespace

Result<std::string> print_pdf(std::string_view html, BrowserOptions options) {
  if (html.size() > kMaxPrintedHtml)
    return Error(ErrorCode::kLimit, fmt::format("a PDF is made of at most {} octets of HTML; this has {}",
                                                kMaxPrintedHtml, html.size()));
  asio::io_context io(1);
  Result<std::string> outcome = Error(ErrorCode::kInternal, "nothing was printed");
  asio::co_spawn(io, print(io, std::string(html), std::move(options)),
                 [&](std::exception_ptr failed, Result<std::string> result) {
                   if (!failed) outcome = std::move(result);
                   io.stop();
                 });
  io.run();
  if (!outcome) return std::move(outcome).error().with_context("PDF");
  return outcome;
}

}  // namespace linkgate::browser
