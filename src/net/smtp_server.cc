#include "net/smtp_server.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstring>
#include <list>

#include "base/check.h"
#include "base/log.h"
#include "net/listener.h"
#include "net/peer.h"
#include "net/smtp_stream.h"

namespace linkgate::net {
namespace {

constexpr size_t kReadBlock = 64 * 1024;
constexpr size_t kMaxGrowth = 4 << 20;
constexpr std::chrono::milliseconds kStopPoll{20};
constexpr std::chrono::milliseconds kAcceptPause{100};  // after EMFILE and the like

// "" for a peer on a unix socket.
std::string peer_address(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (getpeername(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return "unknown";
  IpAddress address;
  if (storage.ss_family == AF_INET) {
    address.bytes[10] = address.bytes[11] = 0xff;
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&storage);
    std::copy_n(reinterpret_cast<const uint8_t*>(&v4->sin_addr), 4, address.bytes.begin() + 12);
    return address.text();
  }
  if (storage.ss_family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&storage);
    std::copy_n(reinterpret_cast<const uint8_t*>(&v6->sin6_addr), 16, address.bytes.begin());
    return address.text();
  }
  return "";
}

struct Shared {
  SmtpServerOptions options;
  SmtpHandler& handler;
  AddressSet xforward_peers;
  bool stopping = false;
};

// One client. Lives in its coroutine; the server keeps a list to look at and to close.
class Connection {
 public:
  Connection(SmtpStream::Socket socket, std::shared_ptr<Shared> shared, bool xforward)
      : shared_(std::move(shared)),
        stream_(std::move(socket)),
        session_({.protocol = shared_->options.protocol,
                  .hostname = shared_->options.hostname,
                  .extensions = {},
                  .max_message = shared_->options.max_message,
                  .offer_xforward = xforward}) {}

  asio::awaitable<void> run();
  // Idle sessions get their grace after stop(): the read under way is cut when it is over.
  void close() { stream_.close(); }
  bool idle() const { return reading_ && session_.between_transactions(); }

 private:
  class Answers;
  asio::awaitable<bool> advance();
  asio::awaitable<bool> read();
  asio::awaitable<bool> flush();
  asio::awaitable<bool> begin_data();
  asio::awaitable<bool> make_room();
  asio::awaitable<bool> deliver();

  std::shared_ptr<Shared> shared_;
  SmtpStream stream_;
  SmtpSession session_;
  std::string block_ = std::string(kReadBlock, '\0');
  std::string_view input_;
  std::string output_;
  std::unique_ptr<SmtpRoom> room_;  // of the message under way
  bool reading_ = false;
  bool writing_ = false;
  bool gone_ = false;

  friend class Answers;
};

class Connection::Answers final : public SmtpAnswers {
 public:
  Answers(Connection& connection, size_t recipients) : connection_(connection), replies_(recipients) {}

  asio::awaitable<bool> give(size_t recipient, SmtpReply reply) override {
    CHECK(recipient < replies_.size() && replies_[recipient].code == 0);
    replies_[recipient] = std::move(reply);
    // SMTP's one answer needs them all: finish() gives it.
    if (connection_.shared_->options.protocol == SmtpProtocol::kSmtp) co_return !connection_.gone_;
    while (sent_ < replies_.size() && replies_[sent_].code != 0) {
      connection_.session_.answer(replies_[sent_], &connection_.output_);
      ++sent_;
    }
    const bool alive = co_await connection_.flush();
    co_return alive;
  }

  asio::awaitable<void> finish() {
    for (size_t i = 0; i < replies_.size(); ++i) {
      if (replies_[i].code != 0) continue;
      SmtpReply missing(451, "4.3.0 Not delivered, try again");
      (void)co_await give(i, std::move(missing));
    }
    if (connection_.shared_->options.protocol == SmtpProtocol::kSmtp) {
      connection_.session_.answer(combined_reply(replies_), &connection_.output_);
    }
  }

 private:
  Connection& connection_;
  std::vector<SmtpReply> replies_;
  size_t sent_ = 0;
};

asio::awaitable<void> Connection::run() {
  output_ = session_.greeting();
  const SmtpExtensions offered = co_await shared_->handler.extensions();
  session_.offer(offered);
  bool alive = co_await flush();
  while (alive) alive = co_await advance();
  room_.reset();
  stream_.close();
}

// One step of the session; false: it is over.
asio::awaitable<bool> Connection::advance() {
  const SmtpSession::Step step = session_.advance(&input_, &output_);
  bool alive = true;
  switch (step) {
    case SmtpSession::Step::kInput:
      alive = co_await flush();
      if (alive && session_.reading_data()) alive = co_await make_room();
      if (alive) alive = co_await read();
      break;
    case SmtpSession::Step::kMail: {
      const auto refusal = shared_->handler.refuse_mail();
      if (refusal) session_.refuse_mail(*refusal, &output_);
      if (!refusal) session_.answer_mail(&output_);
      break;
    }
    case SmtpSession::Step::kData:
      alive = co_await begin_data();
      break;
    case SmtpSession::Step::kTransaction:
      alive = co_await deliver();
      break;
    case SmtpSession::Step::kClose:
      (void)co_await flush();
      alive = false;
      break;
  }
  co_return alive;
}

// Several answers may be given at once: the first writes for all.
asio::awaitable<bool> Connection::flush() {
  if (writing_) co_return !gone_;
  writing_ = true;
  while (!gone_ && !output_.empty()) {
    const std::string bytes = std::exchange(output_, std::string());
    auto written = co_await stream_.write(bytes, shared_->options.write_timeout);
    gone_ = !written;
  }
  writing_ = false;
  co_return !gone_;
}

asio::awaitable<bool> Connection::read() {
  const bool data = session_.reading_data();
  auto timeout = data ? shared_->options.data_timeout : shared_->options.command_timeout;
  if (shared_->stopping && session_.between_transactions()) timeout = shared_->options.idle_grace;
  reading_ = true;
  auto count = co_await stream_.read_some(block_.data(), block_.size(), timeout);
  reading_ = false;
  if (count) {
    input_ = std::string_view(block_).substr(0, *count);
    co_return true;
  }
  if (count.error().code() == ErrorCode::kTimeout && !data) {
    output_ += SmtpReply(421, "4.4.2 " + shared_->options.hostname + " Timeout, closing").wire();
    (void)co_await flush();
  }
  co_return false;
}

// 354, once there is room for the message as far as its size is known.
asio::awaitable<bool> Connection::begin_data() {
  room_ = shared_->handler.room();
  const size_t declared = session_.envelope().declared_size;
  const bool granted = co_await room_->grow(std::max<size_t>(declared, kReadBlock));
  if (granted) {
    session_.begin_data(&output_);
    co_return true;
  }
  room_.reset();
  session_.refuse_data(SmtpReply(452, "4.3.1 No memory for this message now, try again"), &output_);
  // A client that did not wait for 354 would have its content read as commands.
  const bool waited = !stream_.has_input();
  (void)co_await flush();
  co_return waited;
}

// Before the next block is read: room for it. A message that gets none is read to its end and answered 452.
asio::awaitable<bool> Connection::make_room() {
  const size_t needed = session_.data_size() + kReadBlock;
  if (room_ == nullptr || needed <= room_->size()) co_return true;
  // Grows by half, so that a large message does not ask often.
  const size_t more = std::max(needed - room_->size(), std::min(room_->size() / 2, kMaxGrowth));
  const bool granted = co_await room_->grow(more);
  if (!granted) {
    session_.drop_data();
    room_.reset();
  }
  co_return true;
}

asio::awaitable<bool> Connection::deliver() {
  SmtpTransaction transaction = session_.take_transaction();
  {
    Answers answers(*this, transaction.envelope.recipients.size());
    co_await shared_->handler.deliver(transaction, answers);
    co_await answers.finish();
  }
  transaction = SmtpTransaction();
  room_.reset();
  if (shared_->stopping) {
    output_ += SmtpReply(421, "4.3.2 " + shared_->options.hostname + " Restarting, come back").wire();
    (void)co_await flush();
    co_return false;
  }
  co_return true;
}

class Server final : public SmtpServer {
 public:
  Server(asio::io_context& io, int fd, std::shared_ptr<Shared> shared)
      : io_(io), listener_(io, fd), wake_(io), shared_(std::move(shared)), address_(local_address(fd)) {}

  std::string address() const override { return address_; }
  size_t sessions() const override { return connections_.size(); }
  asio::awaitable<void> stop(std::chrono::milliseconds grace) override;

  static asio::awaitable<void> accept(std::shared_ptr<Server> self);

 private:
  static asio::awaitable<void> serve(std::shared_ptr<Server> self, SmtpStream::Socket socket,
                                     std::string peer);
  asio::awaitable<void> pause(std::chrono::milliseconds time);

  asio::io_context& io_;
  asio::posix::stream_descriptor listener_;
  asio::steady_timer wake_;
  std::shared_ptr<Shared> shared_;
  std::string address_;
  std::list<Connection*> connections_;
};

asio::awaitable<void> Server::pause(std::chrono::milliseconds time) {
  boost::system::error_code ignored;
  wake_.expires_after(time);
  co_await wake_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

asio::awaitable<void> Server::accept(std::shared_ptr<Server> self) {
  while (!self->shared_->stopping) {
    if (self->connections_.size() >= self->shared_->options.max_sessions) {
      co_await self->pause(kStopPoll);
      continue;
    }
    const int fd = accept4(self->listener_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) {
      const int on = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // fails on a unix socket, which needs none
      sockaddr_storage storage{};
      socklen_t size = sizeof storage;
      getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size);
      SmtpStream::Socket socket(self->io_, asio::generic::stream_protocol(storage.ss_family, 0), fd);
      asio::co_spawn(self->io_, serve(self, std::move(socket), peer_address(fd)), asio::detached);
      continue;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      boost::system::error_code ignored;
      co_await self->listener_.async_wait(asio::posix::stream_descriptor::wait_read,
                                          asio::redirect_error(asio::use_awaitable, ignored));
    } else if (errno != EINTR && errno != ECONNABORTED) {
      log::warn("accept on {}: {}", self->address_, std::strerror(errno));
      co_await self->pause(kAcceptPause);
    }
  }
}

asio::awaitable<void> Server::serve(std::shared_ptr<Server> self, SmtpStream::Socket socket,
                                    std::string peer) {
  const bool xforward = peer.empty() || self->shared_->xforward_peers.contains(peer);
  Connection connection(std::move(socket), self->shared_, xforward);
  const auto at = self->connections_.insert(self->connections_.end(), &connection);
  try {
    co_await connection.run();
  } catch (const std::exception& error) {
    log::error("session with {}: {}", peer, error.what());
  }
  self->connections_.erase(at);
}

asio::awaitable<void> Server::stop(std::chrono::milliseconds grace) {
  shared_->stopping = true;
  boost::system::error_code ignored;
  listener_.cancel(ignored);
  listener_.close(ignored);  // our copy: the supervisor's keeps the kernel's queue alive
  wake_.cancel();
  const auto begin = std::chrono::steady_clock::now();
  asio::steady_timer timer(io_);
  while (!connections_.empty()) {
    const auto waited = std::chrono::steady_clock::now() - begin;
    for (Connection* connection : connections_) {
      if (waited >= grace || (waited >= shared_->options.idle_grace && connection->idle()))
        connection->close();
    }
    timer.expires_after(kStopPoll);
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

}  // namespace

Result<std::unique_ptr<SmtpServer>> SmtpServer::start(asio::io_context& io, SmtpServerOptions options,
                                                      SmtpHandler& handler) {
  TRY_ASSIGN(AddressSet peers, AddressSet::parse(options.xforward_peers));
  int fd = options.inherited_fd;
  if (fd < 0) {
    TRY_ASSIGN(fd, open_listener(options.listen));
  }
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
  auto shared = std::make_shared<Shared>(Shared{std::move(options), handler, std::move(peers)});
  auto server = std::make_shared<Server>(io, fd, std::move(shared));
  asio::co_spawn(io, Server::accept(server), asio::detached);

  // The accepting coroutine and the sessions share the server; the caller's handle stops nothing by dying.
  struct Handle final : SmtpServer {
    explicit Handle(std::shared_ptr<Server> held) : server(std::move(held)) {}
    std::string address() const override { return server->address(); }
    size_t sessions() const override { return server->sessions(); }
    asio::awaitable<void> stop(std::chrono::milliseconds grace) override { return server->stop(grace); }
    std::shared_ptr<Server> server;
  };
  return std::unique_ptr<SmtpServer>(new Handle(std::move(server)));
}

}  // namespace linkgate::net
