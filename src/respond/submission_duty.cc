#include "respond/submission_duty.h"

#include <fmt/format.h>

#include <map>

#include "base/log.h"
#include "base/metrics.h"
#include "respond/ask_events.h"
#include "state/submission_store.h"
#include "store/client.h"
#include "store/open.h"
#include "views/event_catalog.h"
#include "views/kql_text.h"

namespace linkgate::respond {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPause{1000};
constexpr std::chrono::minutes kLook{10};       // how far back it looks at every step
constexpr std::chrono::hours kFarLook{3 * 24};  // and every kFarPause: spools may come late
constexpr std::chrono::minutes kFarPause{1};
constexpr std::chrono::hours kHousekeeping{1};
constexpr std::chrono::hours kKept{365 * 24};

std::string reported_query(Time since) {
  return fmt::format(
      "UserSubmissions\n| where Timestamp >= {}\n"
      "| project SubmissionId, Timestamp, Source, Category, ReportedBy, IsVerified, NetworkMessageId, "
      "RecipientEmailAddress, Url, Subject",
      views::kql_datetime(since));
}

state::Submission submission_of(const std::vector<std::string>& row) {
  state::Submission one;
  one.id = row[0];
  one.reported = from_iso8601(row[1]).value_or(Time{});
  one.source = row[2];
  one.category = row[3];
  one.reporter = row[4];
  one.verified = row[5] == "True";
  one.network_message_id = row[6];
  one.recipient = row[7];
  one.url = row[8];
  one.subject = row[9];
  return one;
}

class SubmissionDuty final : public Duty {
 public:
  SubmissionDuty(const Surroundings& surroundings, std::unique_ptr<state::SubmissionStore> submissions)
      : config_(surroundings.config),
        clock_(surroundings.clock),
        submissions_(std::move(submissions)),
        catalog_(views::event_catalog(config_.events.database)),
        taken_(metrics::process().counter("linkgate_submissions_total", "Messages and links reported")) {}

  std::string_view name() const override { return "submissions"; }

  Result<milliseconds> step() override {
    const Time now = clock_.now();
    if (now - cleaned_ >= kHousekeeping) {
      TRY(submissions_->drop_reported_before(now - kKept).map([](size_t) {}));
      cleaned_ = now;
    }
    const bool far = now - looked_far_ >= kFarPause;
    TRY_ASSIGN(store::StoreOptions options, store::store_options(config_));
    store::StoreClient client(std::move(options));
    const auto rows = ask_events(client, catalog_, config_, now,
                                 reported_query(now - (far ? Ticks(kFarLook) : Ticks(kLook))));
    // On a first start linkgate-ship makes the tables a few seconds later.
    if (!rows && rows.error().code() == ErrorCode::kNotFound) return kPause;
    TRY(rows);
    TRY(take(*rows));
    if (far) looked_far_ = now;
    std::erase_if(known_, [&](const auto& one) { return one.second < now - 2 * kFarLook; });
    return kPause;
  }

 private:
  Result<void> take(const Table& rows) {
    std::vector<state::Submission> fresh;
    for (const auto& row : rows) {
      if (!known_.contains(row[0])) fresh.push_back(submission_of(row));
    }
    if (fresh.empty()) return {};
    TRY_ASSIGN(const size_t added, submissions_->put(fresh));
    for (const state::Submission& one : fresh) known_.emplace(one.id, one.reported);
    taken_.add(added);
    if (added > 0) log::info("{} submissions wait for a verdict: linkgate submission list --open", added);
    return {};
  }

  const Config& config_;
  const Clock& clock_;
  const std::unique_ptr<state::SubmissionStore> submissions_;
  const kql::Catalog catalog_;
  metrics::Counter& taken_;
  Time looked_far_{}, cleaned_{};
  std::map<std::string, Time> known_;  // only to write less than a start would
};

}  // namespace

Result<std::unique_ptr<Duty>> make_submission_duty(const Surroundings& surroundings) {
  const std::string& elsewhere = surroundings.config.state.location;
  TRY_ASSIGN(auto submissions,
             state::open_submission_store(
                 {.location = elsewhere.empty() ? "sqlite:" + DataPaths(surroundings.config.data).state()
                                                : elsewhere}));
  return std::make_unique<SubmissionDuty>(surroundings, std::move(submissions));
}

}  // namespace linkgate::respond
