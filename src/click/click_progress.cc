// What pages ask for beside the click itself: how far the check is, as server-sent events (WHATWG HTML, 9.2),
// and what the page behind the link looks like. Neither is a step of the click, and neither has a row.
#include <utility>

#include "api/progress.h"
#include "click/answers.h"
#include "click/click_handler.h"

namespace linkgate::click {

namespace asio = net::asio;
using net::HttpResponse;

namespace {

constexpr std::chrono::milliseconds kLookPeriod{300};
constexpr std::chrono::seconds kKeepAlive{
    10};  // something is sent, so that a connection that is gone is found
constexpr std::string_view kPictureCsp = "default-src 'none'; sandbox; frame-ancestors 'none'";

std::string_view words_of(api::Progress progress, const Strings& strings) {
  switch (progress) {
    case api::Progress::kNone:
      return strings.stage_looking_up;
    case api::Progress::kWaiting:
      return strings.stage_waiting;
    case api::Progress::kFetching:
      return strings.stage_fetching;
    case api::Progress::kOpening:
      return strings.stage_opening;
    case api::Progress::kComparing:
      return strings.stage_comparing;
  }
  return strings.stage_looking_up;
}

std::string event(std::string_view name, std::string_view data) {
  return "event: " + std::string(name) + "\ndata: " + std::string(data) + "\n\n";
}

}  // namespace

// What a stream of events goes on with. Shared by the answer and the coroutine that makes its next piece.
struct ClickHandler::Following {
  VerdictSource& verdicts;
  const Strings& strings;
  api::CheckRequest question;
  uint64_t generation;
  SteadyTime end;
  std::unique_ptr<Followers::Place> place;
  std::optional<api::Progress> told = std::nullopt;
  bool is_done = false;
};

asio::awaitable<std::optional<std::string>> ClickHandler::next_event(std::shared_ptr<Following> following) {
  if (following->is_done) co_return std::nullopt;
  const auto silent_until = std::chrono::steady_clock::now() + kKeepAlive;
  while (true) {
    api::CheckRequest question = following->question;
    const KnownPtr known =
        co_await following->verdicts.ask(std::move(question), following->generation, kLookPeriod);
    const auto now = std::chrono::steady_clock::now();
    if (known->kind != Knowledge::Kind::kPending || now >= following->end) {
      following->is_done = true;
      co_return event("done", "");
    }
    api::CheckRequest about = following->question;
    const api::Progress progress = co_await following->verdicts.progress(std::move(about));
    if (following->told != progress) {
      following->told = progress;
      co_return event("stage", words_of(progress, following->strings));
    }
    if (now >= silent_until) co_return std::string(":\n\n");
  }
}

HttpResponse ClickHandler::follow_progress(Visit& visit) {
  if (!adopt(visit, visit.asked.token, TokenUse::kFollow)) return empty_answer(404);
  auto place = node_.followers.enter(rate_key(visit.request.client_address));
  if (!place) {
    // The page goes on by itself, as it does without a script.
    HttpResponse busy = empty_answer(503);
    busy.headers.emplace_back("Retry-After", "5");
    return busy;
  }
  const auto following = std::make_shared<Following>(
      Following{verdicts_, visit.strings, question_of(visit), node_.generation(*visit.view),
                std::chrono::steady_clock::now() + node_.timing.scan_budget, std::move(place)});
  HttpResponse response = empty_answer(200);
  response.headers.emplace_back("Content-Type", "text/event-stream");
  response.next_chunk = [following] { return next_event(following); };
  return response;
}

// Only for the page that was sealed to show it, and only while the verdict still says so.
asio::awaitable<HttpResponse> ClickHandler::show_picture(Visit& visit) {
  if (!adopt(visit, visit.asked.token, TokenUse::kPicture)) co_return empty_answer(404);
  const KnownPtr known = co_await judge(visit, node_.timing.click_patience);
  const Decision decision = decide(*visit.policy, *known);
  if (!shows_picture(*known, decision)) co_return empty_answer(404);
  std::string name(api::screenshot_of(known->verdict.evidence));
  auto picture = co_await verdicts_.screenshot(std::move(name));
  if (!picture) co_return empty_answer(404);
  HttpResponse response;
  response.headers = {{"Content-Type", "image/png"},
                      {"Content-Security-Policy", std::string(kPictureCsp)},
                      {"Cross-Origin-Resource-Policy", "same-origin"},
                      {"Content-Disposition", "inline; filename=\"page.png\""}};
  response.body = *std::move(picture);
  co_return response;
}

}  // namespace linkgate::click
