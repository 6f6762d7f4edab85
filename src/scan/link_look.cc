#include "scan/link_look.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "scan/fetch.h"
#include "scan/inward_findings.h"
#include "scan/page_pictures.h"
#include "scan/pressed.h"
#include "scan/redirect_chain.h"
#include "verdict/page_compare.h"

namespace linkgate::scan {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using verdict::Disposition;
using verdict::Page;
using verdict::Verdict;

// With less than this left no other visit is begun: it would see nothing.
constexpr milliseconds kShortestLook{500};

// A page that a first look condemns needs no second.
bool is_decided(const Verdict& verdict) { return verdict.disposition >= Disposition::kPhishing; }

// What is larger than a fetch reads, leads on for ever, or in a circle: a browser would only take longer to
// find out.
bool is_trap(const Page& fetched) {
  const std::string& last = fetched.chain.back().url;
  const auto times = std::count_if(fetched.chain.begin(), fetched.chain.end(),
                                   [&last](const verdict::Hop& hop) { return hop.url == last; });
  return fetched.html.size() >= kMaxFetchBody || fetched.chain.size() > kMaxHops || times > kMaxSameRequest;
}

class Visits {
 public:
  Visits(Looker& looker, LinkLook look, const LookSteps& steps, Seen& seen)
      : looker_(looker),
        look_(std::move(look)),
        steps_(steps),
        seen_(seen),
        end_(steady_clock::now() + look_.budget.total) {}

  asio::awaitable<Verdict> make() {
    co_await first_person();
    const bool answered = seen_.fetched->status != 0 && !is_inward();
    if (answered && !is_decided(verdict_)) co_await behind_press();
    if (!answered || (is_decided(verdict_) && !look_.is_patient)) co_return std::move(verdict_);
    // Who keeps one visitor waiting for ever, or sends him gigabytes, does so to the next.
    if (!seen_.fetched->trouble.empty()) co_return std::move(verdict_);
    co_await others();
    if (is_decided(verdict_)) co_return std::move(verdict_);
    co_await others_in_browser();
    co_return std::move(verdict_);
  }

 private:
  LookRequest request(Visitor visitor, std::string language, milliseconds budget) const {
    const auto left = std::chrono::duration_cast<milliseconds>(end_ - steady_clock::now());
    return {look_.url, visitor, std::move(language), std::min(budget, std::max(left, milliseconds(1))),
            "scan"};
  }
  std::string own_language() const { return look_.languages.empty() ? "" : look_.languages.front(); }
  bool has_time() const { return end_ - steady_clock::now() >= kShortestLook; }
  bool is_inward() const {
    return leads_inward(*seen_.fetched) || (seen_.rendered && leads_inward(*seen_.rendered));
  }

  // The link itself, and nothing before it: a kit that burns whoever asks for anything else must meet a
  // person.
  asio::awaitable<void> first_person() {
    steps_.at_stage(ScanStage::kFetching);
    seen_.fetched = co_await looker_.fetch(request(Visitor::kDesktop, own_language(), look_.budget.fetch));
    steps_.saw(*seen_.fetched);
    verdict_ = steps_.judge(seen_);
    seen_.no_browser = looker_.no_browser();
    const bool answered = seen_.fetched->status != 0 && !is_inward();
    const bool is_enough = is_decided(verdict_) || is_whole(*seen_.fetched) || is_trap(*seen_.fetched);
    if (!answered || is_enough || !seen_.no_browser.empty()) co_return;
    steps_.at_stage(ScanStage::kOpening);
    seen_.rendered = co_await looker_.render(request(Visitor::kDesktop, own_language(), look_.budget.render));
    steps_.saw(*seen_.rendered);
    verdict_ = steps_.judge(seen_);
    if (is_decided(verdict_)) co_return;
    // Where a QR code leads, it leads a telephone.
    seen_.code_url = code_url_on(*seen_.rendered);
    if (seen_.code_url.empty() || !has_time()) co_return;
    LookRequest telephone = request(Visitor::kMobile, own_language(), look_.budget.others);
    telephone.url = seen_.code_url;
    seen_.carried = co_await looker_.fetch(telephone);
    verdict_ = steps_.judge(seen_);
  }

  // What a person presses, he goes on to.
  asio::awaitable<void> behind_press() {
    seen_.press_url = url_behind_press(seen_.rendered ? *seen_.rendered : *seen_.fetched);
    if (seen_.press_url.empty() || !has_time()) co_return;
    LookRequest person = request(Visitor::kDesktop, own_language(), look_.budget.others);
    person.url = seen_.press_url;
    seen_.pressed = co_await looker_.fetch(person);
    verdict_ = steps_.judge(seen_);
    const bool shows_more = seen_.pressed->status != 0 && !is_whole(*seen_.pressed);
    if (is_decided(verdict_) || !shows_more || !seen_.no_browser.empty() || !has_time()) co_return;
    LookRequest seeing = request(Visitor::kDesktop, own_language(), look_.budget.render);
    seeing.url = seen_.press_url;
    seen_.pressed = co_await looker_.render(seeing);
    verdict_ = steps_.judge(seen_);
  }

  // A program that says so; and, where nothing is known yet, somebody with a telephone and people who read
  // other languages. All at once, by fetches.
  asio::awaitable<void> others() {
    std::vector<LookRequest> requests{request(Visitor::kBot, "", look_.budget.others)};
    if (!is_decided(verdict_)) {
      requests.push_back(request(Visitor::kMobile, own_language(), look_.budget.others));
      for (size_t i = 1; i < look_.languages.size(); ++i)
        requests.push_back(request(Visitor::kDesktop, look_.languages[i], look_.budget.others));
    }
    steps_.at_stage(ScanStage::kComparing);
    std::vector<Page> pages = co_await fetch_all(requests);
    seen_.as_bot = std::move(pages.front());
    for (size_t i = 1; i < pages.size(); ++i) seen_.others.push_back({requests[i], std::move(pages[i])});
    verdict_ = steps_.judge(seen_);
  }

  // Who was sent something else that only a browser shows; and a telephone where the link is not trusted, for
  // scripts tell telephones from desks as well as servers do.
  asio::awaitable<void> others_in_browser() {
    if (!seen_.no_browser.empty()) co_return;
    for (OtherVisit& other : seen_.others) {
      const bool differs = verdict::difference_of(*seen_.fetched, other.page).has_value();
      const bool is_telephone = other.request.visitor == Visitor::kMobile;
      const bool by_script = is_telephone && look_.is_unsure && look_.is_patient;
      if (is_whole(other.page) || other.page.status == 0 || !(differs || by_script) || !has_time()) continue;
      other.page = co_await looker_.render(
          request(other.request.visitor, other.request.language, look_.budget.render));
      verdict_ = steps_.judge(seen_);
      if (is_decided(verdict_)) co_return;
    }
  }

  // The answers in the order of the requests.
  asio::awaitable<std::vector<Page>> fetch_all(const std::vector<LookRequest>& requests) {
    const auto executor = co_await asio::this_coro::executor;
    // Shared with fetches that outlive a scan that is given up.
    struct Round {
      explicit Round(const asio::any_io_executor& on) : bell(on, steady_clock::time_point::max()) {}
      std::vector<Page> pages;
      size_t under_way = 0;
      asio::steady_timer bell;
    };
    const auto round = std::make_shared<Round>(executor);
    round->pages.resize(requests.size());
    round->under_way = requests.size();
    for (size_t i = 0; i < requests.size(); ++i) {
      const auto done = [round, i](const std::exception_ptr& thrown, Page page) {
        if (!thrown) round->pages[i] = std::move(page);
        if (--round->under_way == 0) round->bell.cancel();
      };
      asio::co_spawn(executor, looker_.fetch(requests[i]), done);
    }
    while (round->under_way > 0) co_await round->bell.async_wait(asio::as_tuple(asio::use_awaitable));
    co_return std::move(round->pages);
  }

  Looker& looker_;
  const LinkLook look_;
  const LookSteps& steps_;
  Seen& seen_;
  const steady_clock::time_point end_;
  Verdict verdict_;
};

}  // namespace

asio::awaitable<Verdict> look_at(Looker& looker, LinkLook look, const LookSteps& steps, Seen& seen) {
  Visits visits(looker, std::move(look), steps, seen);
  Verdict verdict = co_await visits.make();
  co_return verdict;
}

}  // namespace linkgate::scan
