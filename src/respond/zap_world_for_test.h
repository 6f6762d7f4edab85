#pragma once
// Mailboxes, an event store and the state of one installation: all real, all of a test's own.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>
#include <set>

#include "base/file_system.h"
#include "events/row.h"
#include "net/dovecot_for_test.h"
#include "respond/zap.h"
#include "state/scan_store.h"
#include "store/shipper.h"
#include "store/store_process.h"
#include "store/store_sink.h"
#include "url/canonical_key.h"
#include "url/url.h"

namespace linkgate::respond {

class ZapWorld : public testing::Test {
 protected:
  static std::string address(int i) { return fmt::format("user{}@corp.test", i); }
  static std::string uuid(int i) { return fmt::format("00000000-0000-8000-8000-{:012}", i); }

  // With this many mailboxes; false where something is missing, which `why_` then names.
  bool start(int mailboxes, const std::string& dovecot = "") {
    for (int i = 0; i < mailboxes; ++i) users_.push_back(address(i));
    if (store::StoreProcess::binary().empty()) why_ = "linkgate-store is not built";
    if (why_.empty()) dovecot_ = net::DovecotServer::start(users_, &why_, dovecot);
    if (dovecot_ == nullptr) return false;
    process_ = std::make_unique<store::StoreProcess>();
    client_ = process_->client();
    EXPECT_TRUE(store::migrate(*client_));
    config_ = process_->config;
    std::ofstream(config_.data + "/password") << net::DovecotServer::kPassword << "\n";
    config_.mailboxes.imap = dovecot_->endpoint();
    config_.mailboxes.security = "none";
    config_.mailboxes.master_user = net::DovecotServer::kMaster;
    config_.mailboxes.password_file = config_.data + "/password";
    options_.location = "sqlite:" + DataPaths(config_.data).state();
    const auto keys = state::open_key_store(options_);
    EXPECT_TRUE((*keys)->put_key(url::generate_key(1, now())) && (*keys)->promote(1, now()));
    keys_ = (*keys)->load().value();
    scan_ = state::open_scan_store(options_).value();
    jobs_ = state::open_zap_store(options_).value();
    quarantine_ = state::open_quarantine_store(options_).value();
    EXPECT_TRUE(jobs_->set_cursor("flips", 0) && jobs_->set_cursor("flips, second look", 0));
    return true;
  }

  static Time now() { return SystemClock().now(); }

  struct Mail {
    int id = 1;
    std::string recipient, url, flags = "", folder = "";
    std::string mailbox = "";  // empty: of the recipient
    std::string stamp = "";    // empty: ours
    std::chrono::seconds ago{60};
  };
  std::string octets(const Mail& mail) const {
    const std::string stamp = mail.stamp.empty() ? url::message_stamp(uuid(mail.id), keys_) : mail.stamp;
    return fmt::format(
        "X-Linkgate-Id: {}\r\nFrom: Eve <eve@ext.test>\r\nSubject: Message {}\r\n\r\nsee {}\r\n", stamp,
        mail.id, mail.url);
  }
  void deliver(const Mail& mail, bool in_mailbox = true) {
    if (in_mailbox)
      dovecot_->put(mail.mailbox.empty() ? mail.recipient : mail.mailbox, octets(mail), mail.flags,
                    mail.folder);
    const Time time = now() - mail.ago;
    events::Row event(*events::find_table("EmailEvents"), time, uuid(mail.id) + mail.recipient, 2);
    event.set("NetworkMessageId", uuid(mail.id)).set("RecipientEmailAddress", mail.recipient);
    event.set("LatestDeliveryLocation", "Inbox/Folder").set("DeliveryLocation", "Inbox/Folder");
    event.set("Subject", fmt::format("Message {}", mail.id)).set("UrlCount", 1).set_json("To", "[\"a@b.c\"]");
    rows_["EmailEvents"].push_back(event.finish());
    events::Row link(*events::find_table("EmailUrlInfo"), time, uuid(mail.id) + mail.url, 2);
    const auto parsed = url::Url::parse(mail.url);
    link.set("NetworkMessageId", uuid(mail.id)).set("Url", mail.url).set("UrlDomain", parsed->hostname());
    rows_["EmailUrlInfo"].push_back(link.finish());
  }
  void settle_mail() {
    dovecot_->give_mail_away();
    for (auto& [table, lines] : rows_) {
      const auto inserted = client_->insert(table, {lines.begin(), lines.end()});
      ASSERT_TRUE(inserted) << inserted.error().message();
    }
    rows_.clear();
  }
  void turn_bad(const std::string& url, verdict::Disposition is = verdict::Disposition::kPhishing) {
    state::Judgement said;
    said.canonical_hash = url::canonical_hash(url::canonical_key(*url::Url::parse(url)));
    said.url = url;
    said.came_by = true;
    said.disposition = verdict::Disposition::kClean;
    said.at = now() - std::chrono::seconds(1);
    EXPECT_TRUE(scan_->record({said}));
    said.disposition = is;
    said.at = now();
    EXPECT_EQ(scan_->record({said}).value().size(), 1U);
  }

  std::unique_ptr<events::SpoolWriter> spool() {
    EXPECT_TRUE(real_file_system().make_directories(DataPaths(config_.data).spool("respond")));
    return *events::SpoolWriter::open({DataPaths(config_.data).spool("respond"), "respond"},
                                      real_file_system());
  }
  // Steps until nothing is due, as linkgate-respond does.
  void work() {
    {
      const auto spool = this->spool();
      const auto zap = Zap::open({config_, clock_, *spool});
      ASSERT_TRUE(zap.has_value()) << zap.error().message();
      for (int i = 0; i < 3; ++i) {
        const auto stepped = (*zap)->step();
        ASSERT_TRUE(stepped.has_value()) << stepped.error().message();
      }
    }
    ship();
  }
  void ship() {
    store::StoreSink sink(config_);
    store::Shipper shipper({.spools = DataPaths(config_.data).spools()}, sink, real_file_system(), clock_);
    EXPECT_TRUE(shipper.drain());
  }

  // Messages in a mailbox by "folder number flags", as the disk has them.
  std::multiset<std::string> lying(const std::string& user) const {
    std::multiset<std::string> found;
    const std::string root = dovecot_->home(user) + "/Maildir";
    std::error_code ignored;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root, ignored)) {
      const auto folder = entry.path().parent_path();
      if (!entry.is_regular_file() || (folder.filename() != "cur" && folder.filename() != "new")) continue;
      std::ifstream in(entry.path());
      const std::string text{std::istreambuf_iterator<char>(in), {}};
      const size_t subject = text.find("Subject: Message ");
      const std::string name =
          folder.parent_path().filename() == "Maildir" ? "INBOX" : folder.parent_path().filename();
      found.insert(name + " " +
                   text.substr(subject + 17, text.find_first_of("\r\n", subject) - subject - 17));
    }
    return found;
  }
  std::vector<std::string> ask(const std::string& sql) const {
    const auto answer = client_->query(sql, {});
    return answer ? answer->rows : std::vector<std::string>{answer.error().message()};
  }

  std::string why_;
  std::vector<std::string> users_;
  std::unique_ptr<net::DovecotServer> dovecot_;
  std::unique_ptr<store::StoreProcess> process_;
  std::unique_ptr<store::StoreClient> client_;
  Config config_;
  state::StateOptions options_;
  url::Keyring keys_;
  std::unique_ptr<state::ScanStore> scan_;
  std::unique_ptr<state::ZapStore> jobs_;
  std::unique_ptr<state::QuarantineStore> quarantine_;
  SystemClock clock_;
  std::map<std::string, std::vector<std::string>> rows_;
};

}  // namespace linkgate::respond
