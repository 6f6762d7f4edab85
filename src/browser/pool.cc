#include "browser/pool.h"

#include <signal.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <future>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "base/log.h"
#include "url/url.h"

namespace linkgate::browser {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

constexpr milliseconds kWatchEvery{250};
constexpr std::chrono::seconds kPingTimeout{5};
constexpr int kPingEvery = 20;  // watches
constexpr milliseconds kRestartPause{500};
constexpr milliseconds kMaxRestartPause{30'000};

struct Job {
  VisitRequest request;
  std::function<void(verdict::Page)> done;
  bool was_tried = false;
};

verdict::Page unseen(const VisitRequest& request, std::string trouble) {
  verdict::Page page;
  page.identity = to_string(request.visitor);
  page.chain.push_back({request.url, verdict::HopKind::kStart, 0});
  page.trouble = std::move(trouble);
  return page;
}

}  // namespace

struct Pool::Impl {
  explicit Impl(PoolOptions given) : options(std::move(given)), watch_timer(io), pause_timer(io) {}

  void accept(Job job);
  void share_out();
  void tell_late();
  void stop();
  asio::awaitable<void> serve(Job job, std::unique_ptr<Visit> visit, std::shared_ptr<Browser> with);
  std::unique_ptr<Visit> visit_for(const VisitRequest& request);
  asio::awaitable<void> stock(std::shared_ptr<Browser> with);
  asio::awaitable<Result<void>> start_browser();
  asio::awaitable<void> keep_browser();
  asio::awaitable<void> watch();
  asio::awaitable<void> check_answers(std::shared_ptr<Browser> one);
  void bound_memory(Browser& one);
  void note(const std::function<void(Figures&)>& change) {
    const std::lock_guard lock(mutex);
    change(figures);
  }
  void set_trouble(std::string text) {
    const std::lock_guard lock(mutex);
    trouble = std::move(text);
  }

  const PoolOptions options;
  asio::io_context io{1};
  asio::steady_timer watch_timer, pause_timer;
  std::deque<Job> waiting;
  std::shared_ptr<Browser> browser;           // shared with its visits, see Browser::start
  std::deque<std::unique_ptr<Visit>> spares;  // opened ahead, for the visitor that is asked for most
  int active = 0, checks = 0;
  bool is_stocking = false, is_stopping = false;
  bool is_starting = true;  // the first is started by Pool::start
  milliseconds pause = kRestartPause;

  mutable std::mutex mutex;  // of what other threads read
  Figures figures;
  std::string trouble;
  std::thread thread;  // last: runs all of the above
};

void Pool::Impl::accept(Job job) {
  const auto url = url::Url::parse(job.request.url);
  if (!url || !url->is_http()) return job.done(unseen(job.request, "only http and https are visited"));
  if (is_stopping) return job.done(unseen(job.request, "the browser is being stopped"));
  if (waiting.size() >= options.queue) {
    note([](Figures& f) { ++f.refused; });
    return job.done(unseen(job.request, "too many pages wait for the browser"));
  }
  waiting.push_back(std::move(job));
  share_out();
}

void Pool::Impl::share_out() {
  if (!browser || !browser->is_alive() || browser->visits >= options.visits_per_browser) {
    if (!std::exchange(is_starting, true)) asio::co_spawn(io, keep_browser(), asio::detached);
    if (!browser || !browser->is_alive()) return;
  }
  while (active < options.pages && !waiting.empty()) {
    Job job = std::move(waiting.front());
    waiting.pop_front();
    ++active;
    ++browser->visits;
    auto visit = visit_for(job.request);
    asio::co_spawn(io, serve(std::move(job), std::move(visit), browser), asio::detached);
  }
  if (active < options.pages && !is_stopping && !std::exchange(is_stocking, true))
    asio::co_spawn(io, stock(browser), asio::detached);
}

// Those whose time is up before a browser was there for them.
void Pool::Impl::tell_late() {
  const auto now = std::chrono::steady_clock::now();
  for (size_t at = 0; at < waiting.size();) {
    if (now < waiting[at].request.latest) {
      ++at;
      continue;
    }
    Job late = std::move(waiting[at]);
    waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(at));
    late.done(unseen(late.request, "no browser was ready in time"));
  }
}

void Pool::Impl::stop() {
  if (std::exchange(is_stopping, true)) return;
  for (Job& job : std::exchange(waiting, {})) job.done(unseen(job.request, "the browser is being stopped"));
  spares.clear();
  if (browser) browser->kill();
  watch_timer.cancel();
  pause_timer.cancel();
}

std::unique_ptr<Visit> Pool::Impl::visit_for(const VisitRequest& request) {
  std::erase_if(spares, [&](const auto& spare) { return !spare->is_ready(); });
  const auto found = std::find_if(spares.begin(), spares.end(),
                                  [&](const auto& spare) { return spare->is_for(browser.get(), request); });
  if (found == spares.end()) return Visit::create(io, browser, request.visitor, request.locale);
  auto visit = std::move(*found);
  spares.erase(found);
  return visit;
}

// Opens tabs ahead while there is nothing better to do.
asio::awaitable<void> Pool::Impl::stock(std::shared_ptr<Browser> with) {
  while (with == browser && !is_stopping && active < options.pages &&
         spares.size() < static_cast<size_t>(options.pages)) {
    auto spare = Visit::create(io, with, Visitor::kDesktop, options.locale);
    const auto opened = co_await spare->open();
    if (!opened || with != browser || is_stopping) break;
    spares.push_back(std::move(spare));
  }
  is_stocking = false;
}

asio::awaitable<void> Pool::Impl::serve(Job job, std::unique_ptr<Visit> visit,
                                        std::shared_ptr<Browser> with) {
  VisitOutcome outcome = co_await visit->run(job.request);
  visit.reset();
  if (outcome.is_browser_lost) with->kill();
  with.reset();
  --active;
  // A tab or a browser that was broken before it asked for anything says nothing about the page.
  if (!outcome.has_begun && !outcome.page.trouble.empty() && !std::exchange(job.was_tried, true) &&
      !is_stopping) {
    waiting.push_front(std::move(job));
  } else {
    note([](Figures& f) { ++f.visits; });
    job.done(std::move(outcome.page));
  }
  share_out();
}

asio::awaitable<Result<void>> Pool::Impl::start_browser() {
  auto started = co_await Browser::start(io, options.browser);
  if (!started) {
    set_trouble(started.error().message());
    co_return std::move(started).error();
  }
  spares.clear();
  browser = std::move(*started);
  set_trouble("");
  note([&](Figures& f) {
    ++f.browsers_started;
    f.browser_pid = browser->process().pid();
  });
  co_return Result<void>{};
}

// Until there is one. Who waits meanwhile is told when it does not start.
asio::awaitable<void> Pool::Impl::keep_browser() {
  if (browser && !browser->is_alive()) {
    note([](Figures& f) { ++f.browsers_lost; });
    spares.clear();
    browser.reset();
  }
  while (!is_stopping) {
    const auto started = co_await start_browser();
    if (started) break;
    log::warn("{}", started.error().message());
    for (Job& job : std::exchange(waiting, {})) job.done(unseen(job.request, started.error().message()));
    pause_timer.expires_after(pause);
    pause = std::min(pause * 2, kMaxRestartPause);
    co_await pause_timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  pause = kRestartPause;
  is_starting = false;
  share_out();
}

// A browser that grows beyond its bound loses its largest page; where that does not help, itself.
void Pool::Impl::bound_memory(Browser& one) {
  const auto members = members_of(one.process().pid());
  uint64_t total = 0;
  const Member* largest = nullptr;
  for (const Member& member : members) {
    total += member.bytes;
    if (member.is_renderer && (largest == nullptr || member.bytes > largest->bytes)) largest = &member;
  }
  note([&](Figures& f) { f.memory_bytes = total; });
  if (total <= options.max_memory_bytes) return;
  if (largest != nullptr && largest->bytes > total / 3) {
    log::warn("browser: {} MB, a page with {} MB is ended", total >> 20, largest->bytes >> 20);
    note([](Figures& f) { ++f.renderers_killed; });
    ::kill(largest->pid, SIGKILL);
  } else if (active == 0) {
    log::warn("browser: {} MB, it is replaced", total >> 20);
    one.visits = options.visits_per_browser;
    share_out();
  } else if (total > 2 * options.max_memory_bytes) {
    log::warn("browser: {} MB, it is ended", total >> 20);
    one.kill();
  }
}

asio::awaitable<void> Pool::Impl::check_answers(std::shared_ptr<Browser> one) {
  const auto answer = co_await one->devtools().call("", "Browser.getVersion", Json::object(), kPingTimeout);
  if (!answer && answer.error().code() == ErrorCode::kTimeout) {
    log::warn("browser: it does not answer and is ended");
    one->kill();
  }
  one.reset();
  --checks;
}

asio::awaitable<void> Pool::Impl::watch() {
  for (int round = 0; !is_stopping; ++round) {
    watch_timer.expires_after(kWatchEvery);
    co_await watch_timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (is_stopping) break;
    tell_late();
    if (!browser || !browser->is_alive()) {
      share_out();
      continue;
    }
    bound_memory(*browser);
    if (round % kPingEvery == 0) {
      ++checks;
      asio::co_spawn(io, check_answers(browser), asio::detached);
    }
  }
}

Pool::Pool(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<Pool>> Pool::start(PoolOptions options) {
  std::unique_ptr<Pool> pool(new Pool(std::make_unique<Impl>(std::move(options))));
  Impl& impl = *pool->impl_;
  std::promise<Result<void>> first;
  auto started = first.get_future();
  // The kernel ends Chromium with the thread that forked it: this one, which lives as long as the pool.
  impl.thread = std::thread([&impl, &first] {
    // A pipe whose browser is gone is an error to read about, not the end of the program.
    sigset_t broken_pipe;
    ::sigemptyset(&broken_pipe);
    ::sigaddset(&broken_pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
    const auto work = asio::make_work_guard(impl.io);
    asio::co_spawn(impl.io, impl.start_browser(), [&](const std::exception_ptr& thrown, Result<void> result) {
      impl.is_starting = false;
      if (!thrown && result) impl.share_out();
      first.set_value(thrown ? Result<void>(Error(ErrorCode::kInternal, "browser: cannot start"))
                             : std::move(result));
    });
    asio::co_spawn(impl.io, impl.watch(), asio::detached);
    impl.io.run();
    impl.spares.clear();
    impl.browser.reset();
  });
  Result<void> result = started.get();
  if (!result) return std::move(result).error();
  return pool;
}

void Pool::stop() {
  asio::post(impl_->io, [impl = impl_.get()] { impl->stop(); });
}

Pool::~Pool() {
  stop();
  // Visits under way see their browser end, and finish.
  const auto is_idle = [impl = impl_.get()] {
    std::promise<bool> idle;
    asio::post(impl->io, [&] {
      idle.set_value(impl->active == 0 && !impl->is_starting && !impl->is_stocking && impl->checks == 0);
    });
    return idle.get_future().get();
  };
  constexpr milliseconds kLook{5};
  while (!is_idle()) std::this_thread::sleep_for(kLook);
  impl_->io.stop();
  impl_->thread.join();
}

void Pool::visit(VisitRequest request, std::function<void(verdict::Page)> done) {
  asio::post(impl_->io, [impl = impl_.get(), job = Job{std::move(request), std::move(done)}]() mutable {
    impl->accept(std::move(job));
  });
}

verdict::Page Pool::visit(VisitRequest request) {
  std::promise<verdict::Page> promise;
  auto page = promise.get_future();
  visit(std::move(request), [&promise](verdict::Page seen) { promise.set_value(std::move(seen)); });
  return page.get();
}

std::string Pool::trouble() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->trouble;
}

Pool::Figures Pool::figures() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->figures;
}

}  // namespace linkgate::browser
