#include "respond/respond.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <iterator>

#include "base/file_system.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/readiness.h"
#include "net/admin.h"
#include "respond/alert_duty.h"
#include "respond/detection_duty.h"
#include "respond/duty_runner.h"
#include "respond/group_duty.h"
#include "respond/link_duty.h"
#include "respond/notice_duty.h"
#include "respond/submission_duty.h"
#include "respond/user_mail_duty.h"
#include "respond/zap.h"

namespace linkgate::respond {

// A line a duty.
Result<std::vector<std::unique_ptr<Duty>>> make_duties(const Surroundings& surroundings) {
  std::vector<std::unique_ptr<Duty>> duties;
  if (!surroundings.config.mailboxes.imap.empty()) {
    TRY_ASSIGN(auto zap, Zap::open(surroundings));
    duties.push_back(std::move(zap));
  }
  TRY_ASSIGN(auto links, make_link_duty(surroundings));
  duties.push_back(std::move(links));
  TRY_ASSIGN(auto alerts, make_alert_duty(surroundings));
  duties.push_back(std::move(alerts));
  TRY_ASSIGN(auto detections, make_detection_duty(surroundings));
  duties.push_back(std::move(detections));
  TRY_ASSIGN(auto submissions, make_submission_duty(surroundings));
  duties.push_back(std::move(submissions));
  if (!surroundings.config.user_mail.relay.empty()) {
    TRY_ASSIGN(auto user_mail, make_user_mail_duty(surroundings));
    duties.push_back(std::move(user_mail));
  }
  TRY_ASSIGN(auto groups, make_group_duty(surroundings));
  duties.push_back(std::move(groups));
  TRY_ASSIGN(auto tellers, make_notice_duties(surroundings));
  std::move(tellers.begin(), tellers.end(), std::back_inserter(duties));
  return duties;
}

namespace {

constexpr int kFailed = 3;

Result<void> run(const Config& config) {
  const DataPaths paths(config.data);
  FileSystem& files = real_file_system();
  TRY(files.make_directories(paths.run()));
  TRY(files.make_directories(paths.spool("respond")));
  TRY_ASSIGN(const auto spool,
             events::SpoolWriter::open({.directory = paths.spool("respond"), .program = "respond"}, files));
  const SystemClock clock;
  boost::asio::io_context io(1);
  boost::asio::signal_set signals(io, SIGTERM, SIGINT);
  TRY_ASSIGN(auto duties, make_duties({config, clock, *spool}));
  DutyRunner runner(std::move(duties));
  const auto health = [&] {
    const std::string trouble = spool->healthy() ? runner.trouble() : spool->trouble();
    return net::Health{trouble.empty(), trouble};
  };
  TRY_ASSIGN(const auto admin, net::start_admin(io, paths.admin_socket("respond"), health,
                                                [] { return metrics::process().exposition(); }));
  signals.async_wait([&io](const boost::system::error_code&, int) { io.stop(); });
  announce_ready();
  io.run();
  runner.stop();
  return {};
}

}  // namespace

int run_respond(const Config& config) {
  const auto ran = run(config);
  if (ran) return 0;
  log::error("cannot start: {}", ran.error().message());
  return kFailed;
}

}  // namespace linkgate::respond
