#include "respond/notice_duty.h"

#include <algorithm>
#include <atomic>

#include "base/log.h"
#include "base/metrics.h"
#include "respond/alert_receivers.h"
#include "respond/ask_events.h"
#include "state/notice_store.h"
#include "store/open.h"
#include "views/event_catalog.h"

namespace linkgate::respond {
namespace {

using state::Notice;
using state::NoticeState;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kPoll{500};
constexpr seconds kNotVisible{1};  // until an alert that has no row yet is looked for again
constexpr size_t kNoticesAtOnce = 10;
constexpr seconds kLease{300};                // longer than so many that time out
constexpr std::chrono::hours kKept{90 * 24};  // of what is over
constexpr std::chrono::hours kHousekeeping{1};
constexpr size_t kMaxTrouble = 300;

state::StateOptions state_options(const Config& config) {
  const std::string& elsewhere = config.state.location;
  return {.location = elsewhere.empty() ? "sqlite:" + DataPaths(config.data).state() : elsewhere};
}

class NoticeDuty final : public Duty {
 public:
  NoticeDuty(const Surroundings& surroundings, std::unique_ptr<AlertReceiver> receiver,
             std::unique_ptr<state::NoticeStore> notices)
      : config_(surroundings.config),
        clock_(surroundings.clock),
        receiver_(std::move(receiver)),
        notices_(std::move(notices)),
        name_("notices to " + receiver_->key()),
        catalog_(views::event_catalog(config_.events.database)),
        waiting_(metrics::process().gauge("linkgate_alert_notices_waiting", "Alerts that are to be told",
                                          {{"receiver", receiver_->name()}})) {}

  std::string_view name() const override { return name_; }
  void stop() override { stopping_ = true; }

  Result<milliseconds> step() override {
    const Time now = clock_.now();
    if (now - cleaned_ >= kHousekeeping) {
      TRY(notices_->drop_asked_before(now - kKept).map([](size_t) {}));
      cleaned_ = now;
    }
    TRY_ASSIGN(const size_t waiting, notices_->waiting(receiver_->key()));
    waiting_.set(static_cast<double>(waiting));
    if (waiting == 0) return kPoll;
    TRY_ASSIGN(auto claimed, notices_->claim(receiver_->key(), now, now + Ticks(kLease), kNoticesAtOnce));
    if (claimed.empty()) return kPoll;
    const auto facts = read(claimed);
    if (!facts) {
      for (const Notice& notice : claimed) TRY(notices_->finish(notice));  // as it was: due still
      // On a first start linkgate-ship makes the tables a few seconds later.
      if (facts.error().code() == ErrorCode::kNotFound) return kPoll;
      return facts.error();
    }
    for (Notice& notice : claimed) TRY(work_off(notice, *facts));
    return claimed.size() == kNoticesAtOnce ? milliseconds(0) : kPoll;
  }

 private:
  Result<std::vector<views::AlertFacts>> read(const std::vector<Notice>& claimed) {
    TRY_ASSIGN(store::StoreOptions options, store::store_options(config_));
    store::StoreClient client(std::move(options));
    std::vector<std::string> ids;
    for (const Notice& notice : claimed) ids.push_back(notice.alert);
    return views::read_alert_facts(
        [&](const std::string& kql) { return ask_events(client, catalog_, config_, clock_.now(), kql); },
        ids);
  }

  Result<void> work_off(Notice& notice, const std::vector<views::AlertFacts>& facts) {
    const auto alert =
        std::find_if(facts.begin(), facts.end(), [&](const auto& one) { return one.id == notice.alert; });
    if (stopping_) {
      // Goes back as it was.
    } else if (alert == facts.end()) {
      later(notice, kNotVisible, "the alert cannot be queried yet");
    } else if (const auto told = receiver_->tell(*alert, clock_.now()); told) {
      notice.state = NoticeState::kTold;
      notice.trouble = "";
      count("told");
      log::info("alert {}: {} was told", notice.alert, receiver_->key());
    } else {
      ++notice.attempts;
      count("failed");
      if (notice.attempts == 1)
        log::warn("alert {}: {} was not told, and is tried again: {}", notice.alert, receiver_->key(),
                  told.error().message());
      later(notice, notice_pause(notice.attempts), told.error().message());
    }
    auto finished = notices_->finish(notice);
    if (!finished && finished.error().code() == ErrorCode::kNotFound) return {};  // another node has it
    return finished;
  }

  void later(Notice& notice, seconds pause, const std::string& trouble) {
    const Time now = clock_.now();
    notice.trouble = trouble.substr(0, kMaxTrouble);
    notice.due = now + Ticks(pause);
    if (now - notice.since < Ticks(config_.alerts.give_up_after)) return;
    notice.state = NoticeState::kGivenUp;
    count("given up");
    log::error("alert {}: {} was not told in {} s, and is tried no more: {}", notice.alert, receiver_->key(),
               config_.alerts.give_up_after.count(), trouble);
  }

  void count(const char* result) {
    metrics::process()
        .counter("linkgate_alert_notices_total", "Tries to tell a receiver of an alert, by what came of them",
                 {{"receiver", receiver_->name()}, {"result", result}})
        .add();
  }

  const Config& config_;
  const Clock& clock_;
  const std::unique_ptr<AlertReceiver> receiver_;
  const std::unique_ptr<state::NoticeStore> notices_;
  const std::string name_;
  const kql::Catalog catalog_;
  metrics::Gauge& waiting_;
  Time cleaned_{};
  std::atomic<bool> stopping_{false};
};

}  // namespace

seconds notice_pause(int attempts) {
  seconds pause = kFirstNoticePause;
  for (int i = 1; i < attempts && pause < kLongestNoticePause; ++i) pause *= 2;
  return std::min(pause, kLongestNoticePause);
}

Result<std::vector<std::unique_ptr<Duty>>> make_notice_duties(const Surroundings& surroundings) {
  std::vector<std::unique_ptr<Duty>> duties;
  TRY_ASSIGN(auto receivers, open_receivers(surroundings.config));
  for (auto& receiver : receivers) {
    TRY_ASSIGN(auto notices, state::open_notice_store(state_options(surroundings.config)));
    // With SQLite there is one node, and it was gone a moment ago.
    if (duties.empty() && surroundings.config.state.location.empty()) TRY(notices->end_leases());
    duties.push_back(std::make_unique<NoticeDuty>(surroundings, std::move(receiver), std::move(notices)));
  }
  return duties;
}

}  // namespace linkgate::respond
