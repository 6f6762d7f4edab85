#pragma once
// One transaction on its way: from the message as received to an answer for every recipient. The order for
// each recipient is next hop's 250, then its rows in the spool, then the delivered-marker, then our 250: a
// crash in between brings a second copy at worst (RFC 1047), never a lost row, and the rows of the second try
// replace those of the first.

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/config.h"
#include "base/file_system.h"
#include "events/spool.h"
#include "gateway/memory_budget.h"
#include "gateway/message_rows.h"
#include "gateway/message_work.h"
#include "gateway/metrics.h"
#include "gateway/next_hop_pool.h"
#include "gateway/scan_client.h"
#include "gateway/sender_tips.h"
#include "gateway/workers.h"
#include "net/smtp_server.h"
#include "state/held_seal.h"
#include "state/held_store.h"
#include "state/poller.h"
#include "state/stores.h"

namespace linkgate::gateway {

// What every delivery uses; all outlive it.
struct DeliveryContext {
  const GatewayConfig& config;
  std::string click_origin, report_mailbox, click_host;
  std::string spool_directory;
  const mail::SignatureTrust* trust = nullptr;
  const Clock& clock;
  FileSystem& files;
  state::PolicySnapshots& policies;
  state::KeySnapshots& keys;
  state::DeliveryStore& delivered;
  events::SpoolWriter& spool;
  Workers& workers;
  ScanClient& scan;
  Metrics& metrics;
  // Recipients of messages that are being delivered now, "id recipient": a retry that overtakes its first try
  // waits for it.
  std::set<std::string>& under_way;
  OwnNamesCache& own_names;
  state::HeldStore& held;
  std::string held_key_file;
};

class Delivery {
 public:
  Delivery(const DeliveryContext& context, const GatewayListenerConfig& listener, NextHopPool& next_hop,
           net::SmtpTransaction& transaction, net::SmtpAnswers& answers);
  ~Delivery();
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  // Every recipient is answered when this returns.
  asio::awaitable<void> run();

 private:
  struct Recipient {
    const net::SmtpRecipient* envelope = nullptr;
    verdict::PolicySet::Match match{};
    bool wrap = false;
    bool answered = false;
    std::string claim;                  // in under_way
    std::optional<bool> first_contact;  // absent: nobody can tell
  };
  // Recipients that get the same bytes, in one transaction with the next hop.
  struct Group {
    std::vector<size_t> recipients;
    DeliveryOutcome outcome = DeliveryOutcome::kDelivered;
    std::string unscannable_action;
    SenderTips tips;
  };

  // What the message is.
  asio::awaitable<bool> admit();
  bool room_on_disk() const;
  asio::awaitable<void> refuse_transaction();
  asio::awaitable<Result<void>> identify_message(std::string_view bytes);
  asio::awaitable<void> read_message();
  asio::awaitable<void> know_sender();
  std::string authenticated_domain() const;
  SenderTips tips_for(const Recipient& recipient) const;
  std::vector<std::string> contacts_of(const RecipientFacts& recipient) const;
  bool is_accepted(std::string_view domain) const;
  bool is_internal_sender() const;
  std::string direction(std::string_view recipient) const;
  void match_policies();
  void choose_wrapping();

  // Who still needs it.
  asio::awaitable<void> skip_delivered();
  asio::awaitable<bool> claim_all();

  // How it goes on.
  std::vector<Group> make_groups();
  std::vector<Group> unscannable_groups();
  asio::awaitable<Result<RenderedMessage>> render(const Group& group);
  Result<RenderedMessage> render_now(const Group& group) const;
  std::string render_unscannable(const Group& group) const;
  std::string received() const;
  std::vector<std::pair<std::string, std::string>> headers_for(const Group& group) const;
  struct Lanes;
  asio::awaitable<bool> deliver_all(const std::vector<Group>& groups);
  asio::awaitable<void> deliver_lane(Lanes& lanes);
  asio::awaitable<bool> deliver_group(const Group& group);
  asio::awaitable<void> defer(const Group& group);
  Result<state::HeldKey> held_key() const;
  asio::awaitable<void> hold(const Group& group);
  asio::awaitable<void> hand_over(const Group& group, const RenderedMessage& rendered);
  asio::awaitable<Result<std::vector<net::SmtpReply>>> send(const net::SmtpEnvelope& envelope,
                                                            std::string_view bytes,
                                                            NextHopPool::Lease* lease);
  asio::awaitable<void> conclude(size_t recipient, const Group& group, const RenderedMessage& rendered,
                                 net::SmtpReply reply);

  // What is written and said.
  double seconds_so_far() const {
    return std::chrono::duration<double>(context_.clock.steady_now() - begin_).count();
  }
  RecipientFacts facts_of(size_t recipient, DeliveryOutcome outcome) const;
  asio::awaitable<Result<void>> record(RecipientFacts facts, bool mark);
  void add_submission(std::string_view recipient, Rows* rows) const;
  asio::awaitable<void> answer(size_t recipient, net::SmtpReply reply);
  asio::awaitable<void> answer_rest(net::SmtpReply reply);
  bool all_answered() const;
  static net::SmtpReply our_trouble(const Error& error);
  static asio::awaitable<void> pause(std::chrono::milliseconds time);

  const DeliveryContext& context_;
  const GatewayListenerConfig& listener_;
  NextHopPool& next_hop_;
  net::SmtpTransaction& transaction_;
  net::SmtpAnswers& answers_;
  std::shared_ptr<const state::PolicyView> policies_;
  std::shared_ptr<const url::Keyring> keys_;
  SealingContext sealing_;
  HeaderBlock header_;
  MessageFacts facts_;
  SenderFacts sender_;
  bool sender_is_known_ = false;  // its domain passed DMARC, and wrote to us before
  std::unique_ptr<MessageWork> work_;
  std::vector<Recipient> recipients_;
  std::chrono::steady_clock::time_point begin_{};  // of run()
  bool url_rows_taken_ = false;                    // by the first recipient that is delivered
  bool client_gone_ = false;
  std::optional<net::SmtpReply>
      next_hop_down_;  // later recipients of this message are not made to wait for it again
};

}  // namespace linkgate::gateway
