// Many recipients, retries that overtake, connections that are cut, bounds, and a stop under way.
#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <set>

#include "gateway/test_world.h"

namespace linkgate::gateway {
namespace {

// A gate in the next hop: messages stop there until it is opened.
class Gate {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void wait_for(int count) {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(changed_.wait_for(lock, std::chrono::seconds(10), [&] { return waiting_ >= count; }));
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  int waiting_ = 0;
};

TEST(GatewayFlow, AMailFor120RecipientsKeepsOneIdOverSessionsAndRetries) {
  World world;
  std::atomic<int> refused = 0;
  world.script.reply = [&](const std::string& recipient) {
    const bool later = recipient.ends_with("7@corp.test") && refused++ < 12;
    return later ? net::SmtpReply(451, "4.2.1 later") : net::SmtpReply(250, "2.0.0 kept");
  };
  std::vector<std::string> all;
  for (int i = 0; i < 120; ++i) all.push_back("r" + std::to_string(i) + "@corp.test");
  for (int attempt = 0; attempt < 2; ++attempt) {
    for (size_t begin = 0; begin < all.size(); begin += 50) {
      auto client = world.connect();
      const std::vector<std::string> batch(
          all.begin() + static_cast<ptrdiff_t>(begin),
          all.begin() + static_cast<ptrdiff_t>(std::min(begin + 50, all.size())));
      for (const std::string& reply : client->deliver("list@ext.test", batch, link_mail(), "4BIG")) {
        EXPECT_TRUE(code(reply) == "250" || (attempt == 0 && code(reply) == "451")) << reply;
      }
    }
  }
  std::set<std::string> ids, links;
  for (const Received& one : world.script.received()) {
    ids.insert(header(one.data, "X-Linkgate-Id"));
    links.insert(href(one.data));
  }
  EXPECT_EQ(world.script.received().size(), 120U);
  EXPECT_EQ(ids.size(), 1U);
  EXPECT_EQ(links.size(), 120U);
  std::set<std::string> rows;
  for (const std::string& row : world.rows("EmailEvents", 120)) rows.insert(member(row, "_RowId"));
  EXPECT_EQ(rows.size(), 120U);
}

TEST(GatewayFlow, ARetryThatOvertakesItsFirstTryWaitsForIt) {
  World world;
  Gate gate;
  world.script.before_answer = [&] { gate.pass(); };
  auto first = world.connect();
  first->command("XFORWARD IDENT=4X");
  first->command("MAIL FROM:<a@ext.test>");
  first->command("RCPT TO:<b@corp.test>");
  first->command("DATA");
  first->send(link_mail() + ".\r\n");
  gate.wait_for(1);
  first.reset();  // the MTA's connection is cut while the next hop thinks
  auto second = world.connect();
  auto replies = std::async(
      std::launch::async, [&] { return second->deliver("a@ext.test", {"b@corp.test"}, link_mail(), "4X"); });
  gate.open();
  EXPECT_EQ(code(replies.get()[0]), "250");
  EXPECT_EQ(world.script.received().size(), 1U) << "no second copy";
  world.rows("EmailEvents", 1);
}

TEST(GatewayFlow, AnswersCutOffAreGivenAgain) {
  World world;
  const std::vector<std::string> recipients = {"a@corp.test", "b@corp.test", "c@corp.test", "d@corp.test"};
  for (size_t read : {0UL, 1UL, 3UL}) {
    const std::string queue_id = "CUT" + std::to_string(read);
    {
      auto client = world.connect();
      client->command("XFORWARD IDENT=" + queue_id);
      client->command("MAIL FROM:<x@ext.test>");
      for (const std::string& recipient : recipients) client->command("RCPT TO:<" + recipient + ">");
      client->command("DATA");
      client->send(link_mail() + ".\r\n");
      for (size_t i = 0; i < read; ++i) client->reply();
    }
    auto again = world.connect();
    for (const std::string& reply : again->deliver("x@ext.test", recipients, link_mail(), queue_id))
      EXPECT_EQ(code(reply), "250");
  }
  world.rows("EmailEvents", 12);
}

TEST(GatewayFlow, StoppingLetsWhatIsUnderWayEndAndThenSays421) {
  World world;
  Gate gate;
  world.script.before_answer = [&] { gate.pass(); };
  auto client = world.connect();
  client->command("MAIL FROM:<a@ext.test>");
  client->command("RCPT TO:<b@corp.test>");
  client->command("DATA");
  client->send(link_mail() + ".\r\n");
  gate.wait_for(1);
  std::promise<void> stopped;
  world.request_stop([&] { stopped.set_value(); });
  auto done = stopped.get_future();
  EXPECT_EQ(done.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  gate.open();
  EXPECT_EQ(code(client->reply()), "250");
  EXPECT_EQ(code(client->reply()), "421");
  EXPECT_EQ(done.wait_for(std::chrono::seconds(5)), std::future_status::ready);
}

TEST(GatewayFlow, AConnectionThatTheMtaKeptCanStillBeUsedWhileStopping) {
  World world;
  auto client = world.connect();
  EXPECT_EQ(code(client->deliver("a@ext.test", {"b@corp.test"}, link_mail(), "1")[0]), "250");
  EXPECT_EQ(code(client->command("NOOP")), "250");
  std::promise<void> stopped;
  world.request_stop([&] { stopped.set_value(); });
  EXPECT_EQ(code(client->deliver("a@ext.test", {"b@corp.test"}, link_mail(), "2")[0]), "250");
  EXPECT_EQ(code(client->reply()), "421");
  EXPECT_EQ(stopped.get_future().wait_for(std::chrono::seconds(5)), std::future_status::ready);
}

TEST(GatewayFlow, AMessageOverTheLimitIsRefusedForGood) {
  WorldOptions options;
  options.config.max_message_bytes = 100'000;
  World world(options);
  world.script.extensions.size = 1'000'000;
  world.start_gateway();
  RawClient client(world.address());
  client.reply();
  EXPECT_NE(client.command("LHLO mta.test").find("SIZE 100000"), std::string::npos);
  EXPECT_EQ(code(client.command("MAIL FROM:<a@b.test> SIZE=100001")), "552");
  const auto replies = client.deliver("a@b.test", {"c@corp.test"},
                                      "Subject: big\r\n\r\n" + std::string(200'000, 'x') + "\r\n");
  EXPECT_EQ(replies[0].substr(0, 9), "552 5.3.4");
  EXPECT_TRUE(world.script.received().empty());
  EXPECT_EQ(code(client.deliver("a@b.test", {"c@corp.test"}, link_mail())[0]), "250")
      << "and the session goes on";
}

TEST(GatewayFlow, ManySessionsAtOnceStayWithinTheBudget) {
  WorldOptions options;
  options.config.max_memory_bytes = 4 << 20;  // one message of this test at a time, or two
  World world(options);
  world.start_gateway();
  std::vector<std::future<std::string>> replies;
  for (int i = 0; i < 12; ++i) {
    replies.push_back(std::async(std::launch::async, [&, i] {
      auto client = std::make_unique<RawClient>(world.address());
      client->reply();
      client->command("LHLO mta.test");
      return client->deliver(
          "a@ext.test", {"b@corp.test"},
          link_mail("https://x.example.org/" + std::to_string(i)) + std::string(500'000, 'y') + "\r\n")[0];
    }));
  }
  for (auto& reply : replies) EXPECT_EQ(code(reply.get()), "250");
  EXPECT_EQ(world.script.received().size(), 12U);
}

}  // namespace
}  // namespace linkgate::gateway
