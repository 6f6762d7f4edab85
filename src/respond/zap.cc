#include "respond/zap.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "base/ascii.h"
#include "base/file_system.h"
#include "base/log.h"
#include "base/metrics.h"
#include "respond/held_mail.h"
#include "respond/zap_rows.h"
#include "store/open.h"

namespace linkgate::respond {

namespace asio = net::asio;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr milliseconds kPoll{200};
constexpr seconds kLongestRetry{3600}, kLease{300};
constexpr seconds kHousekeeping{600}, kReleaseRetry{60};
constexpr std::chrono::hours kJobsKept{30 * 24}, kHeldKept{90 * 24};  // of what is over
constexpr size_t kFlipsAtOnce = 1000, kJobsAtOnce = 500;

state::StateOptions state_options(const Config& config) {
  const std::string& elsewhere = config.state.location;
  return {.location = elsewhere.empty() ? "sqlite:" + DataPaths(config.data).state() : elsewhere};
}

metrics::Counter& counted(std::string_view outcome) {
  return metrics::process().counter("linkgate_zap_messages_total", "Removals by what became of them",
                                    {{"outcome", std::string(outcome)}});
}

bool is_over(const state::ZapJob& job) {
  return job.state != state::ZapState::kWaiting && job.state != state::ZapState::kUndoing;
}

}  // namespace

Result<std::unique_ptr<Zap>> Zap::open(const Surroundings& surroundings) {
  const state::StateOptions options = state_options(surroundings.config);
  std::unique_ptr<Zap> zap(new Zap(surroundings));
  TRY_ASSIGN(zap->jobs_, state::open_zap_store(options));
  TRY_ASSIGN(zap->quarantine_, state::open_quarantine_store(options));
  TRY_ASSIGN(zap->held_, state::open_held_store(options));
  state::StateOptions read_only = options;
  read_only.read_only = true;
  TRY_ASSIGN(zap->keys_, state::open_key_store(read_only));
  TRY_ASSIGN(zap->policies_, state::open_policy_store(read_only));
  TRY_ASSIGN(zap->flips_, open_flip_source(surroundings.config));
  // With SQLite there is one node, and it was gone a moment ago.
  if (surroundings.config.state.location.empty()) TRY(zap->jobs_->end_leases());
  return zap;
}

Result<milliseconds> Zap::step() {
  if (surroundings_.config.zap.enabled) {
    TRY(plan_flips("flips", seconds(0)));
    TRY(plan_flips("flips, second look", kSecondLook));
  }
  TRY(retain());
  TRY(take_held_back());
  TRY(settle_unsettled());
  TRY_ASSIGN(const auto due, jobs_->next_due());
  const Time now = surroundings_.clock.now();
  TRY_ASSIGN(const auto held, releasable());
  if ((due && *due <= now) || !held.empty()) TRY(work());
  return kPoll;
}

// Each flip is looked at twice, by two readers with a cursor each: at once, and when what was on its way is
// there.
Result<void> Zap::plan_flips(const char* cursor, seconds age) {
  TRY_ASSIGN(const auto read, jobs_->cursor(cursor));
  if (!read) {
    TRY_ASSIGN(const int64_t last, flips_->last());  // what turned bad before there was a reader is history
    return jobs_->set_cursor(cursor, last);
  }
  TRY_ASSIGN(auto flips, flips_->since(*read, kFlipsAtOnce));
  const Time now = surroundings_.clock.now();
  std::erase_if(flips, [&](const BadFlip& flip) { return flip.at + age > now; });
  if (flips.empty()) return {};
  std::vector<BadUrl> bad;
  for (const BadFlip& flip : flips) {
    if (!flip.url.threat.empty()) bad.push_back(flip.url);
  }
  if (!bad.empty()) {
    TRY_ASSIGN(const MailboxNames names, MailboxNames::load(surroundings_.config.mailboxes));
    TRY_ASSIGN(const auto options, store::store_options(surroundings_.config));
    store::StoreClient client(options);
    store::MailHistory history(client);
    TRY_ASSIGN(const verdict::PolicySet policies, policies_->load());
    ZapPlanner planner(surroundings_.config, names, history, &policies);
    const KnownChains chains = [this](const auto& take) { return flips_->chains(take); };
    TRY_ASSIGN(const Plan plan, planner.for_urls(bad, "verdict", now, chains));
    TRY_ASSIGN(const size_t waiting, jobs_->put_jobs(plan.jobs));
    if (plan.switched_off > 0)
      log::info("{} messages stay where they are: their recipients' policies have ZAP off",
                plan.switched_off);
    if (waiting > 0)
      log::info("{} of {} messages with {} links that turned bad are taken back", waiting, plan.jobs.size(),
                bad.size());
  }
  return jobs_->set_cursor(cursor, flips.back().id);
}

Result<MailboxAccess> Zap::access() {
  const Config& config = surroundings_.config;
  TRY_ASSIGN(std::string password, real_file_system().read(config.mailboxes.password_file));
  while (password.ends_with('\n') || password.ends_with('\r')) password.pop_back();
  TRY_ASSIGN(url::Keyring keys, keys_->load());
  TRY_ASSIGN(const QuarantineKey key, quarantine_key(DataPaths(config.data).quarantine_key()));
  return MailboxAccess{config.mailboxes, std::move(password),    std::move(keys),    key, *quarantine_,
                       *jobs_,           config.quarantine.keep, surroundings_.clock};
}

Result<void> Zap::work() {
  TRY_ASSIGN(const MailboxAccess shared, access());
  worked_ = {};
  asio::io_context io(1);
  for (int i = 0; i < surroundings_.config.mailboxes.connections; ++i)
    asio::co_spawn(io, worker(shared), asio::detached);
  io.run();
  TRY(std::move(worked_));
  return release_held(shared);
}

// Takes mailboxes until none is due. Only what concerns all of them ends it.
asio::awaitable<void> Zap::worker(const MailboxAccess& access) {
  while (!stopping_ && worked_) {
    const Time now = surroundings_.clock.now();
    auto jobs = jobs_->take_mailbox(now, now + kLease, kJobsAtOnce);
    if (!jobs) {
      worked_ = std::move(jobs).error();
      co_return;
    }
    if (jobs->empty()) co_return;
    auto done = co_await one_mailbox(access, *std::move(jobs));
    if (!done) worked_ = std::move(done).error();
  }
}

asio::awaitable<Result<void>> Zap::one_mailbox(const MailboxAccess& access, std::vector<state::ZapJob> jobs) {
  MailboxPass pass(access, jobs);
  auto outcome = co_await pass.run();
  if (!outcome)
    log::warn("mailbox {}: {}; {} messages wait", jobs.front().mailbox, outcome.error().message(),
              jobs.size());
  auto settled = settle(outcome, &jobs);
  if (!settled) unsettled_.push_back({std::move(outcome), std::move(jobs)});
  co_return settled;
}

// What became of each job goes to the spool first, under a time that is kept, and then into its state: a
// crash in between writes the same rows again.
Result<void> Zap::settle(const Result<void>& outcome, std::vector<state::ZapJob>* jobs) {
  TRY_ASSIGN(const Mails mails, mails_of(*jobs));
  for (state::ZapJob& job : *jobs) {
    bool first_failure = false;
    settle_one(outcome, &job, &first_failure);
    const auto found = mails.find({job.network_message_id, ascii::to_lower(job.recipient)});
    const store::StoredRow* mail = found == mails.end() ? nullptr : &found->second;
    Rows rows;
    if (is_over(job)) {
      const auto noted = jobs_->note(job);
      if (!noted && noted.error().code() == ErrorCode::kNotFound)
        continue;  // asked for anew, or another node's
      TRY(noted);
      TRY_ASSIGN(rows, rows_of(job, mail));
      counted(to_string(job.state)).add();
    } else if (first_failure) {
      rows = failure_row(job, mail, surroundings_.clock.now());
    }
    if (!rows.empty()) TRY(surroundings_.spool.append_all(rows));
    const auto kept = jobs_->finish(job);
    if (!kept && kept.error().code() != ErrorCode::kNotFound) return kept.error();
  }
  return {};
}

// Before anything new: nobody else may work on these until their leases end.
Result<void> Zap::settle_unsettled() {
  while (!unsettled_.empty()) {
    TRY(settle(unsettled_.back().outcome, &unsettled_.back().jobs));
    unsettled_.pop_back();
  }
  return {};
}

void Zap::settle_one(const Result<void>& outcome, state::ZapJob* job, bool* first_failure) {
  const Time now = surroundings_.clock.now();
  if (!outcome && !is_over(*job)) {
    job->trouble = outcome.error().message();
    *first_failure = job->attempts == 0;
    const auto pause = std::min(kLongestRetry, kFirstRetry * (1 << std::min(job->attempts, 10)));
    ++job->attempts;
    job->due = now + pause;
    if (job->due > job->give_up) job->state = state::ZapState::kGivenUp;
  } else if (job->state == state::ZapState::kNotFound && job->attempts == 0) {
    job->state = state::ZapState::kWaiting;
    job->trouble = "not in its mailbox";
    ++job->attempts;
    job->due = now + kLookAgain;
  }
  if (is_over(*job) && job->finished == Time{}) job->finished = now;
}

Result<Zap::Mails> Zap::mails_of(const std::vector<state::ZapJob>& jobs) {
  std::vector<std::string> ids;
  for (const state::ZapJob& job : jobs) ids.push_back(job.network_message_id);
  TRY_ASSIGN(const auto options, store::store_options(surroundings_.config));
  store::StoreClient client(options);
  TRY_ASSIGN(auto rows, store::MailHistory(client).mails(ids));
  Mails mails;
  for (store::StoredRow& row : rows) {
    auto key =
        std::make_pair(row.text("NetworkMessageId"), ascii::to_lower(row.text("RecipientEmailAddress")));
    mails.insert_or_assign(std::move(key), std::move(row));
  }
  return mails;
}

// Without those that failed a moment ago.
Result<std::vector<state::HeldMessage>> Zap::releasable() {
  state::HeldFilter filter;
  filter.state = state::HeldState::kReleasing;
  TRY_ASSIGN(auto held, quarantine_->list(filter));
  const Time now = surroundings_.clock.now();
  std::erase_if(release_after_, [&](const auto& one) { return one.second <= now; });
  std::erase_if(held, [&](const state::HeldMessage& one) { return release_after_.contains(one.id); });
  return held;
}

// A mailbox that does not take its message back holds up no other.
Result<void> Zap::release_held(const MailboxAccess& access) {
  TRY_ASSIGN(auto held, releasable());
  asio::io_context io(1);
  Result<void> outcome;
  for (state::HeldMessage& one : held) {
    if (stopping_ || !outcome) break;
    io.restart();
    asio::co_spawn(io, release(access, std::move(one)), [&](std::exception_ptr, Result<void> result) {
      if (!result) outcome = std::move(result);
    });
    io.run();
  }
  return outcome;
}

asio::awaitable<Result<void>> Zap::release(const MailboxAccess& access, state::HeldMessage held) {
  auto folder = co_await release_message(access, held);
  if (!folder) {
    log::warn("{} is not released into {}: {}", held.id, held.mailbox, folder.error().message());
    release_after_[held.id] = surroundings_.clock.now() + kReleaseRetry;
    co_return quarantine_->note_trouble(held.id, folder.error().message());
  }
  std::vector<state::ZapJob> named(1);
  named[0].network_message_id = held.network_message_id;
  CO_TRY_ASSIGN(const Mails mails, mails_of(named));
  const auto found = mails.find({held.network_message_id, ascii::to_lower(held.recipient)});
  CO_TRY_ASSIGN(const Rows rows, release_rows(held, found == mails.end() ? nullptr : &found->second,
                                              surroundings_.clock.now()));
  CO_TRY(surroundings_.spool.append_all(rows));
  CO_TRY(quarantine_->set_state(held.id, state::HeldState::kReleasing, state::HeldState::kReleased, "",
                                surroundings_.clock.now()));
  counted("released").add();
  co_return Result<void>();
}

// Mail that gateways held back.
Result<void> Zap::take_held_back() {
  const Config& config = surroundings_.config;
  const DataPaths paths(config.data);
  TRY_ASSIGN(const QuarantineKey key, quarantine_key(paths.quarantine_key()));
  TRY(offer_held_key(paths.state(), key));
  TRY_ASSIGN(const MailboxNames names, MailboxNames::load(config.mailboxes));
  TRY_ASSIGN(const size_t taken, take_held(*held_, *quarantine_, key, names, config.quarantine.keep));
  if (taken > 0) log::info("quarantine: {} messages that could not be read were held back", taken);
  return {};
}

Result<void> Zap::retain() {
  const Time now = surroundings_.clock.now();
  if (now - retained_ < kHousekeeping) return {};
  TRY_ASSIGN(const size_t expired, quarantine_->drop_expired(now, kHeldKept));
  if (expired > 0) log::info("quarantine: {} messages were kept long enough and are gone", expired);
  TRY(jobs_->drop_finished_before(now - kJobsKept));
  retained_ = now;
  return {};
}

}  // namespace linkgate::respond
