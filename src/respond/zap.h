#pragma once
// The duty that takes mail back: it plans removals for verdicts that turned bad, and works on all removals
// that wait, whoever asked for them. docs/zap.md.

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "respond/duty.h"
#include "respond/flip_source.h"
#include "respond/mailbox_pass.h"
#include "state/held_store.h"

namespace linkgate::respond {

// Rows of a mail come to the store within a second; what was on its way when the verdict turned is found by
// looking again.
inline constexpr std::chrono::seconds kSecondLook{120};
// The first tries at a mailbox that fails; then twice as long each time, up to an hour.
inline constexpr std::chrono::seconds kFirstRetry{30};
// After which a message that is not in its mailbox is looked for once more: it may still be on its way.
inline constexpr std::chrono::seconds kLookAgain{60};

class Zap final : public Duty {
 public:
  // REQUIRES: mailboxes.imap is not empty. Errors name what cannot be opened.
  static Result<std::unique_ptr<Zap>> open(const Surroundings& surroundings);

  std::string_view name() const override { return "zap"; }
  Result<std::chrono::milliseconds> step() override;
  void stop() override { stopping_ = true; }

 private:
  using Mails = std::map<std::pair<std::string, std::string>, store::StoredRow>;  // by message and recipient
  explicit Zap(const Surroundings& surroundings) : surroundings_(surroundings) {}

  Result<void> plan_flips(const char* cursor, std::chrono::seconds age);
  Result<MailboxAccess> access();
  Result<void> work();
  net::asio::awaitable<void> worker(const MailboxAccess& access);
  net::asio::awaitable<Result<void>> one_mailbox(const MailboxAccess& access,
                                                 std::vector<state::ZapJob> jobs);
  Result<void> settle(const Result<void>& outcome, std::vector<state::ZapJob>* jobs);
  Result<void> settle_unsettled();
  void settle_one(const Result<void>& outcome, state::ZapJob* job, bool* first_failure);
  Result<Mails> mails_of(const std::vector<state::ZapJob>& jobs);
  Result<std::vector<state::HeldMessage>> releasable();
  Result<void> release_held(const MailboxAccess& access);
  net::asio::awaitable<Result<void>> release(const MailboxAccess& access, state::HeldMessage held);
  Result<void> take_held_back();
  Result<void> retain();

  const Surroundings surroundings_;
  std::unique_ptr<FlipSource> flips_;
  std::unique_ptr<state::ZapStore> jobs_;
  std::unique_ptr<state::QuarantineStore> quarantine_;
  std::unique_ptr<state::HeldStore> held_;
  std::unique_ptr<state::KeyStore> keys_;
  std::unique_ptr<state::PolicyStore> policies_;
  std::atomic<bool> stopping_ = false;
  Time retained_{};
  std::map<std::string, Time, std::less<>> release_after_;  // of releases that failed
  Result<void> worked_;  // the first thing that kept a worker from its work
  // What was done and could not be written down, the event store being away: at most one of each worker.
  struct Unsettled {
    Result<void> outcome;
    std::vector<state::ZapJob> jobs;
  };
  std::vector<Unsettled> unsettled_;
};

}  // namespace linkgate::respond
