#pragma once
// For the tests: a gateway and its next hop in one process, on loopback and in a folder of their own, and a
// client that says exactly what it is told. The next hop is a server of ours whose answers the test writes.

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "gateway/gateway.h"
#include "net/smtp_server.h"
#include "state/stores.h"
#include "url/sealed_link.h"

namespace boost::asio {
class io_context;
}

namespace linkgate::gateway {

struct Received {
  net::SmtpEnvelope envelope;
  std::string data;
};

// What the next hop keeps and says; used from its loop and the test.
class NextHopScript {
 public:
  net::SmtpExtensions extensions{.pipelining = true, .eight_bit_mime = true, .enhanced_status_codes = true};
  // The final reply for a recipient; default 250.
  std::function<net::SmtpReply(const std::string& recipient)> reply;
  std::function<void()> before_answer;  // runs when a message is there, before it is answered

  void take(Received received);
  std::vector<Received> received();
  // The message for this recipient, the last one; empty: none.
  std::string message_for(const std::string& recipient);

 private:
  std::mutex mutex_;
  std::vector<Received> received_;
};

// A blocking client on a socket. Closes when it dies.
class RawClient {
 public:
  explicit RawClient(const std::string& address);  // "127.0.0.1:1234"
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  void send(std::string_view bytes);
  std::string reply();                         // one reply, all its lines; "" at the end of the connection
  std::string command(std::string_view line);  // sends it with CRLF, gives the reply
  // MAIL, RCPT, DATA and content; the replies to the recipients, "250 ...". REQUIRES: greeted.
  std::vector<std::string> deliver(const std::string& sender, const std::vector<std::string>& recipients,
                                   std::string_view content, const std::string& queue_id = "",
                                   size_t answers = 0);

 private:
  int fd_ = -1;
  std::string buffer_;
};

struct WorldOptions {
  GatewayConfig config;  // listeners are added by the world
  bool outbound = false;
  std::string report_mailbox;
  std::string protocol = "lmtp";
  net::SmtpProtocol next_hop_protocol = net::SmtpProtocol::kLmtp;
  bool sealing_key = true;
  bool next_hop_runs = true;
};

class World {
 public:
  explicit World(WorldOptions options = {});
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  std::unique_ptr<RawClient> connect();  // greeted, hello said
  void start_gateway();
  void stop_gateway();  // as SIGTERM does: returns once it has stopped
  void request_stop(std::function<void()> stopped);
  void start_next_hop();
  void stop_next_hop();
  const std::string& address() const { return address_; }
  std::string click_origin() const { return "https://links.test"; }
  url::Keyring keys();
  // JSON of all rows of a table that were spooled, once there are at least `count`; fails the test after 10
  // s.
  std::vector<std::string> rows(const std::string& table, size_t count);
  std::string data() const { return folder_; }

  NextHopScript script;
  WorldOptions options;
  std::unique_ptr<state::PolicyStore> policies;
  std::unique_ptr<state::DeliveryStore> deliveries;
  SystemClock clock;

 private:
  struct Loop;
  class Script;
  std::string folder_;
  std::string next_hop_address_ = "127.0.0.1:0";
  std::string address_;
  std::unique_ptr<Loop> gateway_loop_, next_hop_loop_;
  std::unique_ptr<Gateway> gateway_;
  std::unique_ptr<net::SmtpHandler> next_hop_handler_;
  std::unique_ptr<net::SmtpServer> next_hop_;
};

// The value of a string member in a row's JSON; "" where it is absent.
std::string member(const std::string& json, const std::string& name);

// Messages, and what tests read in them.
std::string html_mail(const std::string& body, const std::string& extra_header = "");
std::string link_mail(const std::string& url = "https://plans.example.org/a");
std::string href(const std::string& message);  // of the first link, "&amp;" resolved
std::string header(const std::string& message, const std::string& name);
std::string code(const std::string& reply);                        // "250"
url::OpenedLink open_link(World& world, const std::string& link);  // fails the test where it does not open

}  // namespace linkgate::gateway
