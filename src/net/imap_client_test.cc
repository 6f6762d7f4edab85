// The client against a real Dovecot.
#include "net/imap_client.h"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <fstream>

#include "net/dovecot_for_test.h"

namespace linkgate::net {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

constexpr char kMail[] = "X-Linkgate-Id: abc-1.mac\r\nSubject: hello\r\n\r\nbody\r\n";
constexpr char kOther[] = "X-Linkgate-Id: abc-2.mac\r\nSubject: other\r\n\r\nbody\r\n";

class ImapClientTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = DovecotServer::start({"ada@corp.test", "bob@corp.test"}, &why_); }
  static void TearDownTestSuite() { server_.reset(); }
  void SetUp() override {
    if (server_ == nullptr) GTEST_SKIP() << "NOT run against Dovecot: " << why_;
  }

  template <typename T>
  auto wait(asio::awaitable<T> work) {
    io_.restart();
    auto done = asio::co_spawn(io_, std::move(work), asio::use_future);
    io_.run();
    return done.get();
  }
  std::unique_ptr<ImapClient> client(const std::string& user, ImapSecurity security = ImapSecurity::kNone) {
    auto connected = wait(ImapClient::connect(
        {server_->endpoint(), security, security == ImapSecurity::kNone ? "" : server_->certificate()}));
    EXPECT_TRUE(connected.has_value()) << connected.error().message();
    const auto in = wait((*connected)->sign_in(user + "*zap", DovecotServer::kPassword, ""));
    EXPECT_TRUE(in.has_value()) << in.error().message();
    return *std::move(connected);
  }
  void empty_mailbox(const std::string& user) { std::filesystem::remove_all(server_->home(user)); }

  static inline std::unique_ptr<DovecotServer> server_;
  static inline std::string why_;
  asio::io_context io_{1};
};

TEST_F(ImapClientTest, FindsAMessageByItsHeaderAndReadsItWithoutMarkingIt) {
  empty_mailbox("ada@corp.test");
  server_->put("ada@corp.test", kMail, "F");
  server_->put("ada@corp.test", kOther, "S", ".Later");
  server_->give_mail_away();
  const auto ada = client("ada@corp.test");
  std::vector<std::string> names;
  const auto listed = wait(ada->list()).value();
  for (const ImapFolder& folder : listed) names.push_back(folder.name);
  EXPECT_THAT(names, UnorderedElementsAre("INBOX", "Junk", "Later"));
  const auto inbox = wait(ada->examine("INBOX"));
  ASSERT_TRUE(inbox.has_value()) << inbox.error().message();
  EXPECT_EQ(inbox->messages, 1U);
  EXPECT_EQ(wait(ada->status("INBOX")).value().uid_validity, inbox->uid_validity);
  const auto uids = wait(ada->search_header("X-Linkgate-Id", {"abc-9", "abc-1"})).value();
  ASSERT_THAT(uids, SizeIs(1));
  EXPECT_THAT(wait(ada->search_header("X-Linkgate-Id", {"abc-2"})).value(), IsEmpty());
  EXPECT_EQ(wait(ada->fetch_field(uids, "X-Linkgate-Id")).value()[0].octets,
            "X-Linkgate-Id: abc-1.mac\r\n\r\n");
  const auto messages = wait(ada->fetch(uids)).value();
  ASSERT_THAT(messages, SizeIs(1));
  EXPECT_EQ(messages[0].octets, kMail);
  EXPECT_THAT(messages[0].flags, ElementsAre("\\Flagged"));
  EXPECT_THAT(wait(ada->fetch(uids)).value()[0].flags, ElementsAre("\\Flagged")) << "reading marks nothing";
}

TEST_F(ImapClientTest, MovesSaysWhereToAndGivesBackAsItWas) {
  empty_mailbox("bob@corp.test");
  server_->put("bob@corp.test", kMail, "S");
  server_->give_mail_away();
  const auto bob = client("bob@corp.test", ImapSecurity::kStartTls);
  ASSERT_TRUE(wait(bob->select("INBOX")).has_value());
  const auto uids = wait(bob->search_header("X-Linkgate-Id", {"abc-1"})).value();
  const auto moved = wait(bob->move(uids, "Junk"));
  ASSERT_TRUE(moved.has_value()) << moved.error().message();
  ASSERT_THAT(moved->uids, SizeIs(1));
  EXPECT_EQ(moved->uids[0].first, uids[0]);
  EXPECT_THAT(wait(bob->search_header("X-Linkgate-Id", {"abc-1"})).value(), IsEmpty());
  ASSERT_TRUE(wait(bob->select("Junk")).has_value());
  const auto there = wait(bob->fetch({moved->uids[0].second})).value();
  ASSERT_THAT(there, SizeIs(1));
  ASSERT_TRUE(wait(bob->remove({there[0].uid})).has_value());
  const std::string date = "17-Jul-1996 02:44:25 +0000";
  const std::string octets = there[0].octets;
  const auto back = wait(bob->append("INBOX", octets, {"\\Seen", "$Work", "\\Recent", "a b"}, date));
  ASSERT_TRUE(back.has_value()) << back.error().message();
  ASSERT_THAT(back->uids, SizeIs(1));
  ASSERT_TRUE(wait(bob->examine("INBOX")).has_value());
  const auto again = wait(bob->fetch({back->uids[0].second})).value();
  EXPECT_EQ(again[0].octets, kMail);
  EXPECT_EQ(again[0].internal_date, date);
  EXPECT_THAT(again[0].flags, UnorderedElementsAre("\\Seen", "$Work"));
}

TEST_F(ImapClientTest, SaysWhatTheServerRefuses) {
  const auto ada = client("ada@corp.test");
  EXPECT_FALSE(wait(ada->select("No such folder")).has_value());
  EXPECT_EQ(wait(ada->append("Nowhere", kMail, {}, "")).error().code(), ErrorCode::kNotFound);
  EXPECT_TRUE(ada->usable());
  auto connected = wait(ImapClient::connect({server_->endpoint()}));
  EXPECT_EQ(wait((*connected)->sign_in("eve@corp.test*zap", DovecotServer::kPassword, "")).error().code(),
            ErrorCode::kPermission);
  const auto untrusted = wait(ImapClient::connect({server_->endpoint(), ImapSecurity::kStartTls, ""}));
  ASSERT_FALSE(untrusted.has_value());
  EXPECT_EQ(untrusted.error().code(), ErrorCode::kPermission) << untrusted.error().message();
}

TEST_F(ImapClientTest, TakesFolderNamesThatNeedALiteral) {
  const auto ada = client("ada@corp.test");
  const std::string name = "Pr&APw-fung \"x\"\\y";
  ASSERT_TRUE(wait(ada->create(name)).has_value());
  const auto folders = wait(ada->list()).value();
  EXPECT_TRUE(std::any_of(folders.begin(), folders.end(), [&](const auto& one) { return one.name == name; }));
  EXPECT_TRUE(wait(ada->examine(name)).has_value());
  EXPECT_FALSE(wait(ada->examine("M\xc3\xbcll")).has_value());
  EXPECT_TRUE(ada->usable()) << "a literal keeps the connection in step";
}

}  // namespace
}  // namespace linkgate::net
