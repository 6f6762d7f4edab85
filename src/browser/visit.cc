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
constexpr milliseconds kIconPatience{500};
constexpr milliseconds kClickPatience{400};
constexpr int kScroll = 420;       // pixels
constexpr size_t kThinText = 200;  // characters of what is seen
constexpr size_t kMaxPopups = 5;
constexpr uint64_t kMaxEvents = 50'000;
constexpr int kMaxDialogsDismissed = 100;

class Opened final : public Visit, public ContextObserver {
 public:
  Opened(asio::io_context& io, std::shared_ptr<Browser> browser, Visitor visitor, Locale locale)
      : keeps_(std::move(browser)),
        browser_(*keeps_),
        visitor_(visitor),
        locale_(std::move(locale)),
        identity_(commands_for(visitor_, locale_, browser_.version())),
        bell_(io),
        downloads_(browser_.downloads()) {}
  ~Opened() override { browser_.forget(*this); }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;

  asio::awaitable<Result<void>> open() override;
  bool is_ready() const override {
    return is_open_ && lost_.empty() && !tabs_[0]->is_gone && !tabs_[0]->has_crashed;
  }
  bool is_for(const Browser* browser, const VisitRequest& request) const override {
    return browser == &browser_ && request.visitor == visitor_ && request.locale == locale_;
  }
  asio::awaitable<VisitOutcome> run(VisitRequest request) override;

  void on_attached(const Target& target) override;
  void on_detached(const std::string& session) override;
  void on_event(const std::string& session, const std::string& method, const Json& params) override;
  void on_browser_event(const std::string& method, const Json& params) override;
  void on_end(const std::string& why) override {
    lost_ = why;
    bell_.cancel();
  }

 private:
  void navigate();
  asio::awaitable<void> await_load(Instant latest);
  asio::awaitable<void> arrive();
  asio::awaitable<void> wait_until(Instant when);
  asio::awaitable<void> settle(Instant latest);
  asio::awaitable<void> look_around();
  asio::awaitable<void> click_beside();
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

  const std::shared_ptr<Browser> keeps_;  // see Browser::start
  Browser& browser_;
  const Visitor visitor_;
  const Locale locale_;
  VisitRequest request_;
  const std::vector<std::pair<std::string, Json>> identity_;
  asio::steady_timer bell_;            // rung by every event
  Instant deadline_ = Instant::max();  // counted from the first request on
  std::vector<std::unique_ptr<Tab>>
      tabs_;  // the first is the link's, the others are windows that pages opened
  Downloads downloads_;
  std::vector<Snapshot> frames_;
  std::string screenshot_, icon_, lost_, taking_trouble_;
  uint64_t events_ = 0;
  int dialogs_dismissed_ = 0;
  bool is_open_ = false, is_late_ = false, is_flooded_ = false, is_unresponsive_ = false,
       has_clicked_ = false;
};

Tab* Opened::find(const std::string& session) {
  for (const auto& tab : tabs_) {
    if (tab->session == session) return tab.get();
  }
  return nullptr;
}

void Opened::on_attached(const Target& target) {
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

void Opened::on_detached(const std::string& session) {
  if (Tab* tab = find(session)) tab->is_gone = true;
  bell_.cancel();
}

void Opened::on_event(const std::string& session, const std::string& method, const Json& params) {
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

void Opened::on_browser_event(const std::string& method, const Json& params) {
  const std::string cancelled = downloads_.on_event(method, params, [this](const std::string& frame) {
    return std::any_of(tabs_.begin(), tabs_.end(), [&](const auto& tab) { return tab->id == frame; });
  });
  if (!cancelled.empty()) browser_.devtools().send("", "Browser.cancelDownload", {{"guid", cancelled}});
  if (!tabs_.empty()) tabs_[0]->last_activity = steady_clock::now();
  bell_.cancel();
}

// "Leave this page?" is answered yes, all else no.
void Opened::dismiss_dialog(Tab& tab, const Json& params) {
  const bool is_leaving = params.contains("type") && params["type"] == "beforeunload";
  tab.send("Page.handleJavaScriptDialog", {{"accept", is_leaving}});
  if (++dialogs_dismissed_ == kMaxDialogsDismissed) tab.send("Runtime.terminateExecution", Json::object());
}

asio::awaitable<void> Opened::wait_until(Instant when) {
  bell_.expires_at(when);
  co_await bell_.async_wait(asio::as_tuple(asio::use_awaitable));
}

void Opened::navigate() { tabs_[0]->send("Page.navigate", {{"url", request_.url}}); }

asio::awaitable<Result<void>> Opened::open() {
  auto context = co_await browser_.open_context(*this);
  CO_TRY(context);
  const Json wanted{{"url", "about:blank"}, {"browserContextId", *context}};
  auto made = co_await browser_.devtools().call("", "Target.createTarget", wanted, kOpenTimeout);
  CO_TRY(made);
  const Instant patience = steady_clock::now() + kOpenTimeout;
  while (lost_.empty() && tabs_.empty() && steady_clock::now() < patience) co_await wait_until(patience);
  if (tabs_.empty()) co_return Error(ErrorCode::kTimeout, "the browser opened no tab");
  auto prepared = co_await tabs_[0]->prepared(identity_, steady_clock::now() + kOpenTimeout);
  CO_TRY(prepared);
  is_open_ = true;
  co_return Result<void>{};
}

bool Opened::is_settled() const {
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

asio::awaitable<void> Opened::settle(Instant latest) {
  while (!is_over() && steady_clock::now() < latest && !is_settled()) {
    co_await wait_until(std::min(std::min(latest, latest_event()), steady_clock::now() + kQuiet));
  }
}

asio::awaitable<void> Opened::await_load(Instant latest) {
  const NavigationLog& log = tabs_[0]->log;
  const auto is_there = [&] { return !log.is_leaving() && (log.is_loaded() || !log.failure().empty()); };
  while (!is_over() && steady_clock::now() < latest && !is_there() && !downloads_.any())
    co_await wait_until(latest);
}

void move_mouse(Tab& tab, int x, int y) {
  tab.send("Input.dispatchMouseEvent", {{"type", "mouseMoved"}, {"x", x}, {"y", y}});
}

void turn_wheel(Tab& tab, int delta) {
  tab.send("Input.dispatchMouseEvent",
           {{"type", "mouseWheel"}, {"x", 361}, {"y", 388}, {"deltaX", 0}, {"deltaY", delta}});
}

// A hand on the mouse: towards the middle, and a little down. Up again it goes before the picture is taken.
asio::awaitable<void> Opened::look_around() {
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
  turn_wheel(tab, kScroll);
}

// Somebody who wonders whether there is more clicks beside it all.
asio::awaitable<void> Opened::click_beside() {
  Tab& tab = *tabs_[0];
  const auto place = co_await tab.blank_place(steady_clock::now() + kClickPatience);
  if (!place || is_over()) co_return;
  const auto press = [&](const char* type) {
    return Json{
        {"type", type}, {"x", place->first}, {"y", place->second}, {"button", "left"}, {"clickCount", 1}};
  };
  move_mouse(tab, place->first, place->second);
  tab.send("Input.dispatchMouseEvent", press("mousePressed"));
  tab.send("Input.dispatchMouseEvent", press("mouseReleased"));
}

// From document to document, looking around in each that stays long enough, until one stays for good.
asio::awaitable<void> Opened::arrive() {
  constexpr int kMaxLooks = 4;
  for (int look = 0; look < kMaxLooks && !is_over(); ++look) {
    co_await await_load(latest_event());
    const uint64_t documents = tabs_[0]->log.documents();
    if (!is_over() && tabs_[0]->log.failure().empty()) co_await look_around();
    co_await settle(latest_event());
    if (documents == tabs_[0]->log.documents()) break;
  }
}

size_t length_of(const std::vector<Snapshot>& frames) {
  size_t length = 0;
  for (const Snapshot& frame : frames) length += frame.text.size();
  return length;
}

bool is_thin(const std::vector<Snapshot>& frames) {
  const bool has_form =
      std::any_of(frames.begin(), frames.end(), [](const Snapshot& frame) { return !frame.forms.empty(); });
  return !has_form && length_of(frames) < kThinText;
}

bool has_scripts(const std::vector<Snapshot>& frames) {
  return std::any_of(frames.begin(), frames.end(), [](const Snapshot& frame) {
    return !frame.scripts.empty() || !frame.inline_scripts.empty();
  });
}

// Looks once, and again after a while where scripts may change what is there.
asio::awaitable<void> Opened::watch() {
  const Instant begin = steady_clock::now();
  while (!is_over()) {
    const uint64_t documents = tabs_[0]->log.documents();
    auto taken = co_await tabs_[0]->take(deadline_);
    if (!taken) co_return;
    frames_ = std::move(*taken);
    if (!has_scripts(frames_)) co_return;
    if (!std::exchange(has_clicked_, true)) co_await click_beside();
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
asio::awaitable<Tab*> Opened::tab_to_show() {
  Tab* shown = tabs_[0].get();
  if (tabs_.size() > 1 && (shown->is_gone || is_thin(frames_))) {
    for (size_t at = tabs_.size(); at-- > 1;) {
      Tab& popup = *tabs_[at];
      if (popup.is_gone || popup.has_crashed || popup.log.chain().empty() || popup.log.is_error_page())
        continue;
      auto taken = co_await popup.take(deadline_);
      if (!taken || length_of(*taken) <= length_of(frames_)) continue;
      frames_ = std::move(*taken);
      shown = &popup;
      break;
    }
  }
  co_return shown;
}

asio::awaitable<void> Opened::take_last() {
  turn_wheel(*tabs_[0], -2 * kScroll);
  if (lost_.empty() && !tabs_[0]->has_crashed && !tabs_[0]->is_gone) {
    auto taken = co_await tabs_[0]->take(deadline_ + kGrace);
    if (taken) {
      frames_ = std::move(*taken);
    } else {
      taking_trouble_ = taken.error().message();
      is_unresponsive_ = taken.error().code() == ErrorCode::kTimeout;
    }
  }
  // What Chromium shows in place of a document is nobody's page.
  if (tabs_[0]->log.is_error_page() || !tabs_[0]->log.failure().empty()) frames_.clear();
}

std::string Opened::trouble() const {
  if (!lost_.empty()) return lost_;
  if (tabs_[0]->has_crashed) return "the page crashed its process";
  if (is_flooded_) return "the page floods the browser with requests";
  if (is_unresponsive_) return "the page's script never rests";
  if (!tabs_[0]->log.failure().empty() && frames_.empty()) return tabs_[0]->log.failure();
  if (is_late_) return "the page was not done in time";
  return taking_trouble_;
}

asio::awaitable<VisitOutcome> Opened::run(VisitRequest request) {
  request_ = std::move(request);
  VisitOutcome outcome;
  std::string opening_trouble;
  if (!is_open_) {
    const auto opened = co_await open();
    if (!opened) opening_trouble = lost_.empty() ? opened.error().message() : lost_;
    if (opened && steady_clock::now() + kTakingTime >= request_.latest)
      opening_trouble = "no tab was ready in time";
  }
  Tab* shown = nullptr;
  if (opening_trouble.empty()) {
    deadline_ = std::min(steady_clock::now() + request_.budget, request_.latest);
    navigate();
    co_await arrive();
    if (!is_over() && tabs_[0]->log.failure().empty()) co_await watch();
    is_late_ = steady_clock::now() >= latest_event() &&
               (tabs_[0]->log.is_leaving() || !tabs_[0]->log.is_loaded()) && !downloads_.any();
    co_await take_last();
    if (lost_.empty()) shown = co_await tab_to_show();
    if (shown != nullptr && request_.want_screenshot && !is_unresponsive_ && !shown->has_crashed)
      screenshot_ = co_await shown->screenshot(deadline_ + kGrace);
    if (shown != nullptr) co_await shown->verify_certificate(steady_clock::now() + kIconPatience);
    if (shown != nullptr && !frames_.empty() && !is_unresponsive_)
      icon_ = co_await shown->fetch_icon(frames_[0], steady_clock::now() + kIconPatience);
  }
  outcome.is_browser_lost = !lost_.empty() || !opening_trouble.empty();
  outcome.has_begun = !tabs_.empty() && tabs_[0]->log.total_requests() > 0;
  VisitRecord record;
  record.url = request_.url;
  record.identity = to_string(visitor_);
  record.trouble = opening_trouble.empty() ? trouble() : opening_trouble;
  record.frames = std::move(frames_);
  record.screenshot = std::move(screenshot_);
  record.icon = std::move(icon_);
  for (const auto& tab : tabs_) record.tabs.push_back(&tab->log);
  record.shown = shown != nullptr ? &shown->log : (tabs_.empty() ? nullptr : &tabs_[0]->log);
  outcome.page = page_of(record, downloads_);
  co_return outcome;
}

}  // namespace

std::unique_ptr<Visit> Visit::create(asio::io_context& io, std::shared_ptr<Browser> browser, Visitor visitor,
                                     Locale locale) {
  return std::make_unique<Opened>(io, std::move(browser), visitor, std::move(locale));
}

}  // namespace linkgate::browser
