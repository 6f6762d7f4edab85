#include "browser/visit.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "browser/page_of_visit.h"
#include "browser/tab.h"

namespace linkgate::browser {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Nothing has moved for so long: what was to come at once has come.
constexpr milliseconds kQuiet{150};
// A page with scripts is looked at again after so long; one that shows next to nothing and has scripts is
// waited for, since it says "one moment".
constexpr milliseconds kLinger{400};
constexpr milliseconds kLingerThin{3500};
constexpr milliseconds kThinLook{300};
// Loaded, but a picture or a long poll is still under way.
constexpr milliseconds kPatience{1500};
// Kept from the budget for taking the page.
constexpr milliseconds kTakingTime{700};
// Beyond the budget, for a page whose script must be ended first.
constexpr milliseconds kGrace{2500};
constexpr milliseconds kOpenTimeout{5000};
constexpr size_t kThinText = 200;  // characters of what is seen
constexpr size_t kMaxPopups = 5;
constexpr uint64_t kMaxEvents = 50'000;
constexpr int kMaxDialogsDismissed = 100;

class Visit final : public ContextObserver {
 public:
  Visit(asio::io_context& io, Browser& browser, VisitRequest request)
      : browser_(browser),
        request_(std::move(request)),
        identity_(commands_for(request_.visitor, request_.locale, browser.version())),
        bell_(io),
        started_(steady_clock::now()),
        deadline_(started_ + request_.budget),
        downloads_(browser.downloads()) {}
  ~Visit() override { browser_.forget(*this); }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  asio::awaitable<VisitOutcome> run();

  void on_attached(const Target& target) override;
  void on_detached(const std::string& session) override;
  void on_event(const std::string& session, const std::string& method, const Json& params) override;
  void on_browser_event(const std::string& method, const Json& params) override;
  void on_end(const std::string& why) override {
    lost_ = why;
    bell_.cancel();
  }

 private:
  asio::awaitable<bool> open();
  void navigate();
  asio::awaitable<void> wait_until(Instant when);
  asio::awaitable<void> settle(Instant latest);
  asio::awaitable<void> look_around();
  asio::awaitable<void> watch();
  asio::awaitable<Tab*> tab_to_show();
  asio::awaitable<void> take_last();
  bool is_settled() const;
  bool is_over() const {
    return !lost_.empty() || is_flooded_ || tabs_.empty() || tabs_[0]->has_crashed ||
           steady_clock::now() >= latest_event();
  }
  Instant latest_event() const { return deadline_ - std::min(kTakingTime, request_.budget / 3); }
  Tab* find(const std::string& session);
  void dismiss_dialog(Tab& tab, const Json& params);
  std::string trouble() const;

  Browser& browser_;
  const VisitRequest request_;
  const std::vector<std::pair<std::string, Json>> identity_;
  asio::steady_timer bell_;     // rung by every event
  Instant started_, deadline_;  // from the first request on
  std::vector<std::unique_ptr<Tab>>
      tabs_;  // the first is the link's, the others are windows that pages opened
  std::string own_target_;
  Downloads downloads_;
  std::vector<Snapshot> frames_;
  std::string screenshot_, lost_, opening_trouble_, taking_trouble_;
  uint64_t events_ = 0;
  int dialogs_dismissed_ = 0;
  bool is_flooded_ = false, is_unresponsive_ = false;
};

Tab* Visit::find(const std::string& session) {
  for (const auto& tab : tabs_) {
    if (tab->session == session) return tab.get();
  }
  return nullptr;
}

void Visit::on_attached(const Target& target) {
  const bool is_first = tabs_.empty();
  if (tabs_.size() > kMaxPopups) {
    browser_.devtools().send("", "Target.closeTarget", {{"targetId", target.id}});
    return;
  }
  tabs_.push_back(std::make_unique<Tab>(browser_, target,
                                        is_first ? verdict::HopKind::kStart : verdict::HopKind::kScript));
  if (!is_first) tabs_.back()->prepare(identity_);  // the first is prepared by open()
  bell_.cancel();
}

void Visit::on_detached(const std::string& session) {
  if (Tab* tab = find(session)) tab->is_gone = true;
  bell_.cancel();
}

void Visit::on_event(const std::string& session, const std::string& method, const Json& params) {
  Tab* tab = find(session);
  if (tab == nullptr) return;
  if (++events_ > kMaxEvents && !is_flooded_) {
    is_flooded_ = true;
    for (const auto& each : tabs_) each->send("Network.disable", Json::object());
  }
  if (is_flooded_) return bell_.cancel(), void();
  if (method == "Inspector.targetCrashed") tab->has_crashed = true;
  if (method == "Page.javascriptDialogOpening") dismiss_dialog(*tab, params);
  tab->log.on_event(method, params);
  tab->last_activity = steady_clock::now();
  bell_.cancel();
}

void Visit::on_browser_event(const std::string& method, const Json& params) {
  const std::string cancelled = downloads_.on_event(method, params, [this](const std::string& frame) {
    return std::any_of(tabs_.begin(), tabs_.end(), [&](const auto& tab) { return tab->id == frame; });
  });
  if (!cancelled.empty()) browser_.devtools().send("", "Browser.cancelDownload", {{"guid", cancelled}});
  if (!tabs_.empty()) tabs_[0]->last_activity = steady_clock::now();
  bell_.cancel();
}

// "Leave this page?" is answered yes, all else no.
void Visit::dismiss_dialog(Tab& tab, const Json& params) {
  const bool is_leaving = params.contains("type") && params["type"] == "beforeunload";
  tab.send("Page.handleJavaScriptDialog", {{"accept", is_leaving}});
  if (++dialogs_dismissed_ == kMaxDialogsDismissed) tab.send("Runtime.terminateExecution", Json::object());
}

asio::awaitable<void> Visit::wait_until(Instant when) {
  bell_.expires_at(when);
  co_await bell_.async_wait(asio::as_tuple(asio::use_awaitable));
}

void Visit::navigate() { tabs_[0]->send("Page.navigate", {{"url", request_.url}}); }

asio::awaitable<bool> Visit::open() {
  auto context = co_await browser_.open_context(*this);
  if (!context) {
    opening_trouble_ = context.error().message();
    co_return false;
  }
  const Json wanted{{"url", "about:blank"}, {"browserContextId", *context}};
  auto made = co_await browser_.devtools().call("", "Target.createTarget", wanted, kOpenTimeout);
  const Instant patience = steady_clock::now() + kOpenTimeout;
  while (made && lost_.empty() && tabs_.empty() && steady_clock::now() < patience)
    co_await wait_until(patience);
  if (!made || tabs_.empty()) {
    opening_trouble_ = made ? "the browser opened no tab" : made.error().message();
    is_unresponsive_ = true;
    co_return false;
  }
  const auto prepared = co_await tabs_[0]->prepared(identity_, steady_clock::now() + kOpenTimeout);
  if (!prepared) {
    opening_trouble_ = prepared.error().message();
    is_unresponsive_ = true;
    co_return false;
  }
  started_ = steady_clock::now();
  deadline_ = started_ + request_.budget;
  navigate();
  co_return true;
}

bool Visit::is_settled() const {
  const Instant now = steady_clock::now();
  for (const auto& tab : tabs_) {
    if (tab->is_gone) continue;
    const NavigationLog& log = tab->log;
    const auto quiet = now - tab->last_activity;
    if (log.is_leaving() || quiet < kQuiet) return false;
    if (!log.failure().empty() || downloads_.any()) continue;
    if (!log.is_loaded() || (log.pending() > 0 && quiet < kPatience)) return false;
  }
  return !downloads_.is_under_way();
}

asio::awaitable<void> Visit::settle(Instant latest) {
  while (!is_over() && steady_clock::now() < latest && !is_settled()) {
    co_await wait_until(std::min(std::min(latest, latest_event()), steady_clock::now() + kQuiet));
  }
}

void move_mouse(Tab& tab, int x, int y) {
  tab.send("Input.dispatchMouseEvent", {{"type", "mouseMoved"}, {"x", x}, {"y", y}});
}

void turn_wheel(Tab& tab, int delta) {
  tab.send("Input.dispatchMouseEvent",
           {{"type", "mouseWheel"}, {"x", 361}, {"y", 388}, {"deltaX", 0}, {"deltaY", delta}});
}

// A hand on the mouse: towards the middle, a little down, and up again.
asio::awaitable<void> Visit::look_around() {
  constexpr std::pair<int, int> kPath[] = {{212, 640}, {240, 575}, {291, 498},
                                           {330, 431}, {352, 402}, {361, 388}};
  constexpr milliseconds kStep{12};
  Tab& tab = *tabs_[0];
  for (const auto& [x, y] : kPath) {
    if (is_over()) co_return;
    move_mouse(tab, x, y);
    const Instant next = steady_clock::now() + kStep;
    while (!is_over() && steady_clock::now() < next) co_await wait_until(next);
  }
  constexpr int kScroll = 420;
  turn_wheel(tab, kScroll);
  turn_wheel(tab, -kScroll);
}

bool is_thin(const std::vector<Snapshot>& frames) {
  size_t text = 0, forms = 0;
  for (const Snapshot& frame : frames) {
    text += frame.text.size();
    forms += frame.forms.size();
  }
  return text < kThinText && forms == 0;
}

bool has_scripts(const std::vector<Snapshot>& frames) {
  return std::any_of(frames.begin(), frames.end(), [](const Snapshot& frame) {
    return !frame.scripts.empty() || !frame.inline_scripts.empty();
  });
}

// Looks once, and again after a while where scripts may change what is there.
asio::awaitable<void> Visit::watch() {
  const Instant begin = steady_clock::now();
  while (!is_over()) {
    const uint64_t documents = tabs_[0]->log.documents();
    auto taken = co_await tabs_[0]->take(deadline_);
    if (!taken) co_return;
    frames_ = std::move(*taken);
    if (!has_scripts(frames_)) co_return;
    const bool waits_on = is_thin(frames_) && !downloads_.any();
    const Instant enough = begin + (waits_on ? kLingerThin : kLinger);
    const Instant now = steady_clock::now();
    if (now >= enough) co_return;
    const Instant next = std::min(enough, waits_on ? now + kThinLook : enough);
    while (!is_over() && steady_clock::now() < next && documents == tabs_[0]->log.documents())
      co_await wait_until(next);
    co_await settle(latest_event());
  }
}

// The link's own tab, or the last window that it opened where it shows next to nothing itself.
asio::awaitable<Tab*> Visit::tab_to_show() {
  Tab* shown = tabs_[0].get();
  if (tabs_.size() > 1 && (shown->is_gone || is_thin(frames_))) {
    for (size_t at = tabs_.size(); at-- > 1;) {
      Tab& popup = *tabs_[at];
      if (popup.is_gone || popup.has_crashed || popup.log.chain().empty()) continue;
      auto taken = co_await popup.take(deadline_);
      if (!taken) continue;
      frames_ = std::move(*taken);
      shown = &popup;
      break;
    }
  }
  co_return shown;
}

asio::awaitable<void> Visit::take_last() {
  const Instant latest = deadline_ + kGrace;
  if (!lost_.empty() || tabs_.empty()) co_return;
  if (!tabs_[0]->has_crashed && !tabs_[0]->is_gone) {
    auto taken = co_await tabs_[0]->take(latest);
    if (taken) {
      frames_ = std::move(*taken);
    } else {
      taking_trouble_ = taken.error().message();
      is_unresponsive_ = taken.error().code() == ErrorCode::kTimeout;
    }
  }
}

std::string Visit::trouble() const {
  if (!lost_.empty()) return lost_;
  if (!opening_trouble_.empty()) return opening_trouble_;
  if (tabs_[0]->has_crashed) return "the page crashed its process";
  if (is_flooded_) return "the page floods the browser with requests";
  if (is_unresponsive_) return "the page's script never rests";
  if (!tabs_[0]->log.failure().empty() && frames_.empty()) return tabs_[0]->log.failure();
  return taking_trouble_;
}

asio::awaitable<VisitOutcome> Visit::run() {
  VisitOutcome outcome;
  Tab* shown = nullptr;
  if (co_await open()) {
    co_await settle(latest_event());
    if (!is_over() && tabs_[0]->log.failure().empty()) {
      co_await look_around();
      co_await settle(latest_event());
      co_await watch();
    }
    co_await take_last();
    if (lost_.empty() && !tabs_.empty()) shown = co_await tab_to_show();
    if (shown != nullptr && request_.want_screenshot && !is_unresponsive_ && !shown->has_crashed)
      screenshot_ = co_await shown->screenshot(deadline_ + kGrace);
  }
  outcome.is_browser_lost = !lost_.empty() || (is_unresponsive_ && tabs_.empty());
  VisitRecord record{request_.url, to_string(request_.visitor), {},
                     frames_,      std::move(screenshot_),      trouble()};
  for (const auto& tab : tabs_) record.tabs.push_back(&tab->log);
  record.shown = shown != nullptr ? &shown->log : (tabs_.empty() ? nullptr : &tabs_[0]->log);
  outcome.page = page_of(record, downloads_);
  co_return outcome;
}

}  // namespace

asio::awaitable<VisitOutcome> visit(asio::io_context& io, Browser& browser, VisitRequest request) {
  Visit one(io, browser, std::move(request));
  co_return co_await one.run();
}

}  // namespace linkgate::browser
