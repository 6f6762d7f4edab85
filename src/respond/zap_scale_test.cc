// The whole program at work on many mailboxes, killed in the middle, with users who move mail about
// meanwhile. By default 10 mailboxes of 100 messages, 50 of which carry the link; LINKGATE_ZAP_MAILBOXES=100
// for the figures of docs/benchmarks.md.
#include <fcntl.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "respond/zap_world_for_test.h"

namespace linkgate::respond {
namespace {

constexpr char kBad[] = "https://bad.example/login";
constexpr int kMailsOfOne = 100, kBadOfOne = 5;

class ZapScale : public ZapWorld {
 protected:
  void SetUp() override {
    if (const char* given = getenv("LINKGATE_ZAP_MAILBOXES")) mailboxes_ = std::max(1, atoi(given));
    if (!start(mailboxes_, "default_process_limit = 400\nservice imap-login {\n service_count = 0\n}\n"))
      GTEST_SKIP() << "NOT run: " << why_;
    const auto built = std::filesystem::path(LINKGATE_SOURCE_DIR) / "build/bin/linkgate-respond";
    const auto beside = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "linkgate-respond";
    program_ = std::filesystem::exists(beside) ? beside : built;
    if (!std::filesystem::exists(program_)) GTEST_SKIP() << "NOT run: linkgate-respond is not built";
    std::ofstream(config_.data + "/respond.toml")
        << "[mailboxes]\nimap = \"" << dovecot_->endpoint() << "\"\nsecurity = \"none\"\nmaster_user = \""
        << net::DovecotServer::kMaster << "\"\npassword_file = \"" << config_.mailboxes.password_file
        << "\"\n";
    for (int user = 0; user < mailboxes_; ++user) {
      for (int i = 0; i < kMailsOfOne; ++i) {
        const bool bad = i % (kMailsOfOne / kBadOfOne) == 0;
        deliver({.id = user * kMailsOfOne + i,
                 .recipient = address(user),
                 .url = bad ? std::string(kBad) : fmt::format("https://fine.example/{}", i),
                 .folder = i % 3 == 0 ? ".Later" : ""});
      }
    }
    settle_mail();
  }
  void TearDown() override {
    if (pid_ > 0) end(SIGKILL);
  }

  void begin() {
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      const std::string file = config_.data + "/respond.toml";
      ::execl(program_.c_str(), program_.c_str(), "--config", file.c_str(), "--data", config_.data.c_str(),
              nullptr);
      ::_exit(127);
    }
  }
  void end(int signal) {
    ::kill(pid_, signal);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  bool wait_for_jobs(size_t done) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::minutes(4);
    while (std::chrono::steady_clock::now() < until) {
      if (jobs_->jobs({.state = state::ZapState::kDone, .most = 100'000}).value().size() >= done) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }
  size_t held() const { return quarantine_->list({.most = 100'000}).value().size(); }
  // Every bad one is gone from every mailbox, and every other is still there.
  void expect_exactly_the_bad_ones_gone() {
    for (int user = 0; user < mailboxes_; ++user) {
      std::set<int> there;
      for (const std::string& name : lying(address(user)))
        there.insert(std::stoi(name.substr(name.find(' ') + 1)));
      EXPECT_EQ(there.size(), static_cast<size_t>(kMailsOfOne - kBadOfOne)) << address(user);
      for (int i = 0; i < kMailsOfOne; i += kMailsOfOne / kBadOfOne)
        EXPECT_FALSE(there.contains(user * kMailsOfOne + i)) << address(user) << " still has " << i;
    }
  }

  int mailboxes_ = 10;
  std::filesystem::path program_;
  pid_t pid_ = -1;
};

TEST_F(ZapScale, FromATurnedVerdictToTheLastMessageInSeconds) {
  const auto bad = static_cast<size_t>(mailboxes_ * kBadOfOne);
  begin();
  const auto start = std::chrono::steady_clock::now();
  turn_bad(kBad);
  ASSERT_TRUE(wait_for_jobs(bad));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  end(SIGTERM);
  ship();
  EXPECT_EQ(held(), bad);
  expect_exactly_the_bad_ones_gone();
  EXPECT_THAT(ask("SELECT count() FROM EmailEvents FINAL WHERE LatestDeliveryLocation = 'Quarantine'"),
              testing::ElementsAre(fmt::format("[\"{}\"]", bad)));
  fmt::print("{} of {} messages in {} mailboxes: {:.2f} s from the verdict to the last\n", bad,
             mailboxes_ * kMailsOfOne, mailboxes_, took.count());
  EXPECT_LT(took.count(), 120);
}

TEST_F(ZapScale, KilledInTheMiddleItTakesExactlyThoseAndNoneTwice) {
  const auto bad = static_cast<size_t>(mailboxes_ * kBadOfOne);
  turn_bad(kBad);
  int kills = 0;
  const auto until = std::chrono::steady_clock::now() + std::chrono::minutes(4);
  while (held() < bad && std::chrono::steady_clock::now() < until) {
    const size_t before = held();
    begin();
    const size_t goal = std::min(bad, before + std::max<size_t>(1, bad / 5));
    while (held() < goal && std::chrono::steady_clock::now() < until)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    end(SIGKILL);
    ++kills;
  }
  begin();
  ASSERT_TRUE(wait_for_jobs(bad));
  end(SIGTERM);
  ship();
  EXPECT_GE(kills, 3);
  EXPECT_EQ(held(), bad) << "none twice";
  expect_exactly_the_bad_ones_gone();
  EXPECT_THAT(ask("SELECT count(), uniqExact(NetworkMessageId) FROM EmailPostDeliveryEvents FINAL WHERE "
                  "ActionResult = 'Success'"),
              testing::ElementsAre(fmt::format("[\"{0}\", \"{0}\"]", bad)));
}

TEST_F(ZapScale, WhoMovesAndCopiesMeanwhileHidesNothing) {
  const auto bad = static_cast<size_t>(mailboxes_ * kBadOfOne);
  std::atomic<bool> over = false;
  std::thread user([&] {
    net::asio::io_context io(1);
    net::asio::co_spawn(
        io,
        [&]() -> net::asio::awaitable<void> {
          net::ImapClientOptions options;
          options.endpoint = dovecot_->endpoint();
          auto client = co_await net::ImapClient::connect(std::move(options));
          if (!client) co_return;
          auto in = co_await (*client)->sign_in(address(0) + "*zap", net::DovecotServer::kPassword, "");
          for (int round = 0; in && !over && (*client)->usable(); ++round) {
            const std::string from = round % 2 == 0 ? "INBOX" : "Later",
                              to = round % 2 == 0 ? "Later" : "INBOX";
            auto open = co_await (*client)->select(from);
            std::vector<std::string> ids = {uuid(0), uuid(20), uuid(40)};
            auto uids = co_await (*client)->search_header("X-Linkgate-Id", std::move(ids));
            if (open && uids && !uids->empty()) auto moved = co_await (*client)->move(*uids, to);
          }
        },
        net::asio::detached);
    io.run();
  });
  begin();
  turn_bad(kBad);
  const bool all = wait_for_jobs(bad - 5) && (std::this_thread::sleep_for(std::chrono::seconds(1)), true);
  over = true;
  user.join();
  ASSERT_TRUE(all && wait_for_jobs(bad));
  end(SIGTERM);
  expect_exactly_the_bad_ones_gone();
}

}  // namespace
}  // namespace linkgate::respond
