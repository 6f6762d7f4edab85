#include "respond/user_mail_duty.h"

#include <atomic>

#include "base/ascii.h"
#include "base/file_system.h"
#include "base/log.h"
#include "base/metrics.h"
#include "notify/mail_relay.h"
#include "respond/notice_duty.h"
#include "respond/user_mail.h"
#include "state/notice_store.h"
#include "state/submission_store.h"

namespace linkgate::respond {
namespace {

using state::Notice;
using state::NoticeState;
using std::chrono::milliseconds;

constexpr milliseconds kPoll{1000};
constexpr std::chrono::seconds kLease{300}, kUndecidedPause{2};
constexpr size_t kAtOnce = 10, kMaxTrouble = 300;

Result<notify::MailRelay> relay_of(const Config& config) {
  const UserMailConfig& mail = config.user_mail;
  notify::MailRelay relay{mail.relay, notify::RelaySecurity::kStartTls, mail.trust_file, mail.user, ""};
  if (mail.security == "tls") relay.security = notify::RelaySecurity::kTls;
  if (mail.security == "none") relay.security = notify::RelaySecurity::kNone;
  if (mail.password_file.empty()) return relay;
  const auto text = real_file_system().read(mail.password_file);
  if (!text) return wrong_value(config, "user_mail.password_file", text.error().message());
  relay.password = ascii::trim(*text);
  return relay;
}

class UserMailDuty final : public Duty {
 public:
  UserMailDuty(const Surroundings& surroundings, notify::MailRelay relay,
               std::unique_ptr<state::NoticeStore> notices,
               std::unique_ptr<state::SubmissionStore> submissions)
      : config_(surroundings.config.user_mail),
        clock_(surroundings.clock),
        relay_(std::move(relay)),
        notices_(std::move(notices)),
        submissions_(std::move(submissions)) {}

  std::string_view name() const override { return "mail to users"; }
  void stop() override { stopping_ = true; }

  Result<milliseconds> step() override {
    const Time now = clock_.now();
    TRY_ASSIGN(auto claimed, notices_->claim(kUserMailReceiver, now, now + Ticks(kLease), kAtOnce));
    for (Notice& notice : claimed) {
      if (!stopping_) TRY(work_off(notice));
      auto finished = notices_->finish(notice);
      if (!finished && finished.error().code() != ErrorCode::kNotFound) return finished.error();
    }
    return claimed.size() == kAtOnce ? milliseconds(0) : kPoll;
  }

 private:
  // An error is ours; what the relay says of the mail is written into the notice.
  Result<void> work_off(Notice& notice) {
    TRY_ASSIGN(const auto mail, mail_of(notice.alert));
    if (!mail) {
      later(notice, kUndecidedPause, "there is nothing to write yet");
      return {};
    }
    const Time now = clock_.now();
    const auto sent = notify::send_mail(relay_, config_.from, mail->to, user_mail(*mail, config_.from, now));
    count(sent ? "sent" : "failed");
    if (sent) {
      notice.state = NoticeState::kTold;
      notice.trouble = "";
      return {};
    }
    ++notice.attempts;
    later(notice, notice_pause(notice.attempts), sent.error().message());
    return {};
  }

  // Absent: whoever announced it has not decided it (yet).
  Result<std::optional<UserMail>> mail_of(std::string_view notice) {
    const size_t kind = notice.find(' '), end = notice.rfind(' ');
    if (notice.substr(0, kind) != "submission" || end == kind) return std::optional<UserMail>();
    auto found = submissions_->find(notice.substr(kind + 1, end - kind - 1));
    if (!found && found.error().code() == ErrorCode::kNotFound) return std::optional<UserMail>();
    TRY(found);
    if (found->verdict != notice.substr(end + 1)) return std::optional<UserMail>();
    return std::optional(submission_answer(*found));
  }

  void later(Notice& notice, std::chrono::seconds pause, const std::string& trouble) {
    const Time now = clock_.now();
    notice.trouble = trouble.substr(0, kMaxTrouble);
    notice.due = now + Ticks(pause);
    if (now - notice.since < Ticks(config_.give_up_after)) return;
    notice.state = NoticeState::kGivenUp;
    count("given up");
    log::error("a mail to a user ({}) is tried no more: {}", notice.alert, trouble);
  }

  void count(const char* result) {
    metrics::process()
        .counter("linkgate_user_mails_total", "Tries to write to a user, by what came of them",
                 {{"result", result}})
        .add();
  }

  const UserMailConfig& config_;
  const Clock& clock_;
  const notify::MailRelay relay_;
  const std::unique_ptr<state::NoticeStore> notices_;
  const std::unique_ptr<state::SubmissionStore> submissions_;
  std::atomic<bool> stopping_{false};
};

}  // namespace

Result<std::unique_ptr<Duty>> make_user_mail_duty(const Surroundings& surroundings) {
  const Config& config = surroundings.config;
  const state::StateOptions options{.location = config.state.location.empty()
                                                    ? "sqlite:" + DataPaths(config.data).state()
                                                    : config.state.location};
  TRY_ASSIGN(auto relay, relay_of(config));
  TRY_ASSIGN(auto notices, state::open_notice_store(options));
  // With SQLite there is one node, and it was gone a moment ago.
  if (config.state.location.empty()) TRY(notices->end_leases());
  TRY_ASSIGN(auto submissions, state::open_submission_store(options));
  return std::make_unique<UserMailDuty>(surroundings, std::move(relay), std::move(notices),
                                        std::move(submissions));
}

}  // namespace linkgate::respond
