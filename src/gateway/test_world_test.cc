#include "gateway/test_world.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <filesystem>
#include <future>

#include "base/check.h"
#include "events/spool.h"
#include "url/url.h"

namespace linkgate::gateway {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds kPatience{10};

}  // namespace

struct World::Loop {
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard{io.get_executor()};
  std::thread thread{[this] { io.run(); }};
  void end() {
    guard.reset();
    io.stop();
    if (thread.joinable()) thread.join();
  }
  ~Loop() { end(); }
  // Runs on the loop's thread; waits for it.
  void run(std::function<void()> work) {
    std::promise<void> done;
    asio::post(io, [&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }
};

// Room without bounds.
class Plenty final : public net::SmtpRoom {
 public:
  asio::awaitable<bool> grow(size_t bytes) override {
    size_ += bytes;
    co_return true;
  }
  size_t size() const override { return size_; }

 private:
  size_t size_ = 0;
};

class World::Script final : public net::SmtpHandler {
 public:
  explicit Script(NextHopScript& script, bool smtp) : script_(script), smtp_(smtp) {}
  asio::awaitable<net::SmtpExtensions> extensions() override { co_return script_.extensions; }
  std::optional<net::SmtpReply> refuse_mail() override { return std::nullopt; }
  std::unique_ptr<net::SmtpRoom> room() override { return std::make_unique<Plenty>(); }
  asio::awaitable<void> deliver(net::SmtpTransaction& transaction, net::SmtpAnswers& answers) override {
    if (script_.before_answer) script_.before_answer();
    Received taken{transaction.envelope, transaction.data};
    std::vector<net::SmtpReply> replies;
    for (const net::SmtpRecipient& recipient : transaction.envelope.recipients) {
      replies.push_back(script_.reply ? script_.reply(recipient.address) : net::SmtpReply(250, "2.0.0 kept"));
      if (!replies.back().positive()) std::erase(taken.envelope.recipients, recipient);
    }
    if (!taken.envelope.recipients.empty()) script_.take(std::move(taken));
    for (size_t i = 0; i < replies.size(); ++i) {
      net::SmtpReply reply = replies[i];
      (void)co_await answers.give(i, std::move(reply));
    }
  }

 private:
  NextHopScript& script_;
  bool smtp_;
};

void NextHopScript::take(Received received) {
  const std::lock_guard lock(mutex_);
  received_.push_back(std::move(received));
}

std::vector<Received> NextHopScript::received() {
  const std::lock_guard lock(mutex_);
  return received_;
}

std::string NextHopScript::message_for(const std::string& recipient) {
  const std::vector<Received> all = received();
  for (auto one = all.rbegin(); one != all.rend(); ++one) {
    for (const net::SmtpRecipient& to : one->envelope.recipients) {
      if (to.address == recipient) return one->data;
    }
  }
  return "";
}

RawClient::RawClient(const std::string& address) {
  const size_t colon = address.rfind(':');
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(std::stoi(address.substr(colon + 1))));
  inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  timeval timeout{30, 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  EXPECT_EQ(::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to), 0) << address;
}

RawClient::~RawClient() { ::close(fd_); }

void RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
}

std::string RawClient::reply() {
  std::string whole;
  while (true) {
    const size_t end = buffer_.find('\n');
    if (end == std::string::npos) {
      char block[4096];
      const ssize_t count = ::recv(fd_, block, sizeof block, 0);
      if (count <= 0) return "";
      buffer_.append(block, static_cast<size_t>(count));
      continue;
    }
    const std::string line = buffer_.substr(0, end + 1);
    buffer_.erase(0, end + 1);
    whole += line;
    if (line.size() < 4 || line[3] != '-') return whole;
  }
}

std::string RawClient::command(std::string_view line) {
  send(std::string(line) + "\r\n");
  return reply();
}

std::vector<std::string> RawClient::deliver(const std::string& sender,
                                            const std::vector<std::string>& recipients,
                                            std::string_view content, const std::string& queue_id,
                                            size_t answers) {
  if (!queue_id.empty()) {
    EXPECT_EQ(command("XFORWARD IDENT=" + queue_id + " ADDR=192.0.2.7").substr(0, 3), "250");
  }
  const std::string mail = command("MAIL FROM:<" + sender + ">");
  if (mail.substr(0, 3) != "250") return {mail};
  for (const std::string& recipient : recipients)
    EXPECT_EQ(command("RCPT TO:<" + recipient + ">").substr(0, 3), "250");
  const std::string go = command("DATA");
  if (go.substr(0, 3) != "354") return {go};
  send(content);
  send(".\r\n");
  std::vector<std::string> replies;
  for (size_t i = 0; i < (answers > 0 ? answers : recipients.size()); ++i) replies.push_back(reply());
  return replies;
}

World::World(WorldOptions given) : options(std::move(given)) {
  std::string name = (std::filesystem::temp_directory_path() / "linkgate-gateway-XXXXXX").string();
  CHECK(mkdtemp(name.data()) != nullptr);
  folder_ = name;
  std::filesystem::create_directories(folder_ + "/state");
  const state::StateOptions state{.location = "sqlite:" + folder_ + "/state"};
  policies = *state::open_policy_store(state);
  deliveries = *state::open_delivery_store(state);
  const auto key_store = *state::open_key_store(state);
  if (options.sealing_key) {
    EXPECT_TRUE(key_store->put_key(url::generate_key(1, clock.now())));
    EXPECT_TRUE(key_store->promote(1, clock.now()));
  }
  if (options.next_hop_runs) start_next_hop();
}

World::~World() {
  stop_gateway();
  stop_next_hop();
  std::filesystem::remove_all(folder_);
}

void World::start_next_hop() {
  next_hop_loop_ = std::make_unique<Loop>();
  next_hop_handler_ = std::make_unique<Script>(script, options.next_hop_protocol == net::SmtpProtocol::kSmtp);
  next_hop_loop_->run([this] {
    net::SmtpServerOptions server;
    server.protocol = options.next_hop_protocol;
    server.listen = next_hop_address_;
    server.hostname = "next.test";
    auto started = net::SmtpServer::start(next_hop_loop_->io, std::move(server), *next_hop_handler_);
    ASSERT_TRUE(started) << started.error().message();
    next_hop_ = *std::move(started);
    next_hop_address_ = next_hop_->address();
  });
}

void World::stop_next_hop() {
  if (next_hop_loop_ == nullptr) return;
  asio::co_spawn(next_hop_loop_->io, next_hop_->stop(std::chrono::milliseconds(0)), asio::use_future).wait();
  next_hop_loop_->end();
  next_hop_.reset();
  next_hop_loop_.reset();
}

void World::start_gateway() {
  gateway_loop_ = std::make_unique<Loop>();
  gateway_loop_->run([this] {
    GatewayOptions gateway;
    gateway.config = options.config;
    gateway.config.hostname = "gw.test";
    const std::string scheme = options.next_hop_protocol == net::SmtpProtocol::kSmtp ? "smtp:" : "lmtp:";
    gateway.config.listeners = {
        {"127.0.0.1:0", options.outbound, options.protocol, scheme + next_hop_address_}};
    gateway.click_origin = click_origin();
    gateway.report_mailbox = options.report_mailbox;
    gateway.paths = DataPaths(folder_);
    gateway.state_location = "sqlite:" + folder_ + "/state";
    auto started = Gateway::start(gateway_loop_->io, std::move(gateway), clock, real_file_system());
    ASSERT_TRUE(started) << started.error().message();
    gateway_ = *std::move(started);
    address_ = gateway_->addresses().front();
  });
}

void World::request_stop(std::function<void()> stopped) {
  gateway_loop_->run([&] { gateway_->stop(std::move(stopped)); });
}

void World::stop_gateway() {
  if (gateway_ == nullptr) return;
  std::promise<void> stopped;
  request_stop([&] { stopped.set_value(); });
  EXPECT_EQ(stopped.get_future().wait_for(kPatience), std::future_status::ready)
      << "the gateway does not stop";
  gateway_loop_->end();
  gateway_.reset();
  gateway_loop_.reset();
}

std::unique_ptr<RawClient> World::connect() {
  if (gateway_ == nullptr) start_gateway();
  auto client = std::make_unique<RawClient>(address_);
  EXPECT_EQ(client->reply().substr(0, 3), "220");
  EXPECT_EQ(client->command(options.protocol == "lmtp" ? "LHLO mta.test" : "EHLO mta.test").substr(0, 3),
            "250");
  return client;
}

url::Keyring World::keys() {
  const auto store = *state::open_key_store({.location = "sqlite:" + folder_ + "/state", .read_only = true});
  return *store->load();
}

std::vector<std::string> World::rows(const std::string& table, size_t count) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (true) {
    std::vector<std::string> found;
    events::SpoolReader reader(folder_ + "/spool/gateway", real_file_system());
    const auto sealed = reader.sealed();
    for (const std::string& path : sealed ? *sealed : std::vector<std::string>()) {
      const auto segment = reader.read(path);
      if (!segment) continue;
      for (const auto& line : segment->lines) {
        if (line.table == table) found.push_back(line.json);
      }
    }
    if (found.size() >= count || std::chrono::steady_clock::now() > end) {
      EXPECT_EQ(found.size(), count) << table;
      return found;
    }
    std::this_thread::sleep_for(
        std::chrono::milliseconds(5));  // the spool seals a segment when it is old enough
  }
}

std::string member(const std::string& json, const std::string& name) {
  const std::string start = "\"" + name + "\":";
  const size_t at = json.find(start);
  if (at == std::string::npos) return "";
  const size_t begin = at + start.size();
  if (json[begin] != '"') return json.substr(begin, json.find_first_of(",}", begin) - begin);
  size_t end = begin + 1;
  while (json[end] != '"') end += json[end] == '\\' ? 2 : 1;
  return json.substr(begin + 1, end - begin - 1);
}

std::string html_mail(const std::string& body, const std::string& extra) {
  return "From: Ada <ada@ext.test>\r\nTo: bob@corp.test\r\nSubject: plans\r\nMessage-ID: <1@ext.test>\r\n" +
         extra + "MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body + "\r\n";
}

std::string link_mail(const std::string& url) { return html_mail("<a href=\"" + url + "\">plan</a>"); }

// The value of the first href, character references of '&' resolved.
std::string href(const std::string& message) {
  const size_t begin = message.find("href=\"");
  if (begin == std::string::npos) return "";
  std::string value = message.substr(begin + 6, message.find('"', begin + 6) - begin - 6);
  for (size_t at = value.find("&amp;"); at != std::string::npos; at = value.find("&amp;", at))
    value.replace(at, 5, "&");
  return value;
}

url::OpenedLink open_link(World& world, const std::string& link) {
  const auto parsed = url::Url::parse(link);
  EXPECT_TRUE(parsed) << link;
  if (!parsed) return {};
  auto opened = url::open(std::string(parsed->pathname()) + std::string(parsed->search()), parsed->hostname(),
                          world.keys());
  EXPECT_TRUE(opened) << link;
  return opened ? *opened : url::OpenedLink();
}

std::string header(const std::string& message, const std::string& name) {
  const size_t at = message.find(name + ": ");
  return at == std::string::npos
             ? ""
             : message.substr(at + name.size() + 2, message.find("\r\n", at) - at - name.size() - 2);
}

std::string code(const std::string& reply) { return reply.substr(0, 3); }

}  // namespace linkgate::gateway
