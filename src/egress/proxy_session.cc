#include "egress/proxy_session.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "base/log.h"

namespace linkgate::egress {
namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr size_t kReadStep = 8 * 1024;
constexpr size_t kUpBuffer = 16 * 1024, kDownBuffer = 64 * 1024;
constexpr int kMaxInterimAnswers = 20;
constexpr std::string_view kEstablished = "HTTP/1.1 200 Connection established\r\n\r\n";

std::string peer_name(net::StreamSocket& socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return "unknown";
  return fmt::format("pid-{}", peer.pid);
}

void count_request(const std::string& door, const RefusalText& text) {
  metrics::process()
      .counter("linkgate_egress_requests_total",
               "Requests to the egress proxy by door and what became of them",
               {{"door", door}, {"verdict", std::string(text.verdict)}, {"error", std::string(text.error)}})
      .add();
}

}  // namespace

ProxySession::ProxySession(std::shared_ptr<ProxyShared> shared, Gate& gate, std::string door,
                           net::StreamSocket client)
    : shared_(std::move(shared)),
      gate_(gate),
      door_(std::move(door)),
      client_(std::move(client)),
      site_(shared_->io),
      begun_(std::chrono::steady_clock::now()) {
  deadline = begun_ + shared_->limits.head_time;
  ++shared_->connections;
  shared_->open.set(shared_->connections);
}

ProxySession::~ProxySession() {
  if (is_counted_) {
    const auto mine = shared_->by_client.find(client_name_);
    if (--mine->second == 0) shared_->by_client.erase(mine);
  }
  --shared_->connections;
  shared_->open.set(shared_->connections);
}

void ProxySession::close() {
  boost::system::error_code ignored;
  client_.close(ignored);
  site_.close(ignored);
}

void ProxySession::end(std::string_view why) {
  if (ended_.empty()) ended_ = why;
  close();
}

void ProxySession::touch() {
  const auto now = std::chrono::steady_clock::now();
  deadline = std::min(now + shared_->limits.idle_time, begun_ + shared_->limits.connection_time);
}

bool ProxySession::count(uint64_t& counter, size_t bytes) {
  counter += bytes;
  (&counter == &up_ ? shared_->bytes_up : shared_->bytes_down).add(static_cast<double>(bytes));
  touch();
  if (up_ + down_ <= shared_->limits.max_connection_bytes) return true;
  end(fmt::format("more than {} bytes", shared_->limits.max_connection_bytes));
  return false;
}

void ProxySession::begin_entry() {
  RequestEntry entry;
  entry.begun = shared_->clock.now();
  entry.door = door_;
  entry.client = client_name_;
  entry.method = request_.method;
  entry.host = request_.to.host;
  entry.port = request_.to.port;
  entry.is_open = true;
  entry_ = shared_->log.add(std::move(entry));
}

void ProxySession::finish_entry() {
  RequestEntry* entry = shared_->log.find(entry_);
  if (entry == nullptr) return;
  entry->bytes_up = up_;
  entry->bytes_down = down_;
  entry->took =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun_);
  entry->is_open = false;
  if (!ended_.empty()) entry->details = ended_;
  log::debug("{} {} {}:{} {} {} up {} down {} {} ms", entry->client, entry->method, entry->host, entry->port,
             entry->address, entry->verdict, up_, down_, entry->took.count());
}

asio::awaitable<void> ProxySession::refuse(Refusal refusal, std::string details) {
  const RefusalText text = text_of(refusal);
  if (entry_ == 0) begin_entry();
  if (RequestEntry* entry = shared_->log.find(entry_)) {
    entry->verdict = text.verdict;
    entry->error = text.error;
    entry->details = details;
  }
  count_request(door_, text);
  if (text.verdict == "refused")
    log::info("{}: {} {}: {}", client_name_, request_.method, request_.to.text(), details);
  const std::string answer = refusal_answer(refusal, details);
  if (!is_answered_) co_await asio::async_write(client_, asio::buffer(answer), kAwait);
}

asio::awaitable<bool> ProxySession::read_request() {
  size_t size = 0;
  for (size_t seen = 0; (size = head_size(buffer_, seen)) == 0;) {
    seen = buffer_.size();
    if (seen >= kMaxRequestHead) {
      co_await refuse(Refusal::kBadRequest, "the request's head is too long");
      co_return false;
    }
    buffer_.resize(seen + kReadStep);
    const auto [error, read] =
        co_await client_.async_read_some(asio::buffer(buffer_.data() + seen, kReadStep), kAwait);
    buffer_.resize(seen + read);
    if (error) co_return false;
  }
  ParsedRequest parsed = parse_proxy_request(std::string_view(buffer_).substr(0, size));
  buffer_.erase(0, size);
  request_ = std::move(parsed.request);
  client_name_ = request_.client.empty() ? peer_name(client_) : request_.client;
  if (parsed.refusal != Refusal::kNone) {
    co_await refuse(parsed.refusal, std::move(parsed.details));
    co_return false;
  }
  int& mine = shared_->by_client[client_name_];
  ++mine;
  is_counted_ = true;
  if (mine > shared_->limits.connections_per_client ||
      shared_->connections > shared_->limits.max_connections) {
    co_await refuse(Refusal::kLimit, "too many connections at once");
    co_return false;
  }
  co_return true;
}

asio::awaitable<bool> ProxySession::connect_site() {
  touch();
  begin_entry();
  const Passage passage = co_await gate_.decide(request_.to);
  if (passage.refusal != Refusal::kNone) {
    co_await refuse(passage.refusal, passage.details);
    co_return false;
  }
  touch();
  const auto before = std::chrono::steady_clock::now();
  const Gate::Dialled dialled = co_await gate_.dial(passage, site_);
  if (RequestEntry* entry = shared_->log.find(entry_)) {
    entry->address = dialled.address.text();
    entry->verdict = text_of(dialled.refusal).verdict;
    entry->details = passage.details;  // addresses that were left out
  }
  if (dialled.refusal != Refusal::kNone) {
    co_await refuse(dialled.refusal, dialled.details);
    co_return false;
  }
  shared_->connect_seconds.observe(
      std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count());
  count_request(door_, text_of(Refusal::kNone));
  touch();
  co_return true;
}

asio::awaitable<bool> ProxySession::write(net::StreamSocket& to, std::string_view bytes, uint64_t& counter) {
  if (bytes.empty()) co_return true;
  if (!count(counter, bytes.size())) co_return false;
  const auto [error, size] = co_await asio::async_write(to, asio::buffer(bytes), kAwait);
  co_return !error;
}

asio::awaitable<void> ProxySession::relay(Pump pump) {
  const auto buffer = std::make_unique<char[]>(pump.buffer);
  while (true) {
    const auto [error, size] =
        co_await pump.from.async_read_some(asio::buffer(buffer.get(), pump.buffer), kAwait);
    if (error) break;
    const bool is_written = co_await write(pump.to, std::string_view(buffer.get(), size), pump.count);
    if (!is_written) break;
  }
  close();  // wakes the other direction
}

asio::awaitable<void> ProxySession::tunnel() {
  is_answered_ = true;
  const auto [error, size] = co_await asio::async_write(client_, asio::buffer(kEstablished), kAwait);
  if (error) co_return;
  const bool is_sent = co_await write(site_, buffer_, up_);
  if (!is_sent) co_return;
  const auto up = [](std::shared_ptr<ProxySession> self) -> asio::awaitable<void> {
    Pump pump{self->client_, self->site_, self->up_, kUpBuffer};
    co_await self->relay(pump);
  };
  asio::co_spawn(shared_->io, up(shared_from_this()), asio::detached);
  Pump pump{site_, client_, down_, kDownBuffer};
  co_await relay(pump);
}

// The request's body; then whatever the client does ends the exchange.
asio::awaitable<void> ProxySession::send_body(std::string piece) {
  uint64_t left = request_.body_bytes;
  while (left > 0) {
    if (piece.empty()) {
      piece.resize(kUpBuffer);
      const auto [error, size] = co_await client_.async_read_some(asio::buffer(piece), kAwait);
      piece.resize(size);
      if (error) co_return close();
    }
    const std::string_view part =
        std::string_view(piece).substr(0, static_cast<size_t>(std::min<uint64_t>(left, piece.size())));
    const bool is_sent = co_await write(site_, part, up_);
    if (!is_sent) co_return close();
    left -= part.size();
    piece.clear();
  }
  char byte = 0;
  co_await client_.async_read_some(asio::buffer(&byte, 1), kAwait);
  close();
}

// Reads the head of an answer and passes it on; true where another one follows.
asio::awaitable<bool> ProxySession::pass_answer_head() {
  size_t size = 0;
  for (size_t seen = 0; (size = response_head_size(buffer_, seen)) == 0;) {
    seen = buffer_.size();
    if (seen >= kMaxResponseHead) {
      co_await refuse(Refusal::kBroken, "the head of the answer is too long");
      co_return false;
    }
    buffer_.resize(seen + kReadStep);
    const auto [error, read] =
        co_await site_.async_read_some(asio::buffer(buffer_.data() + seen, kReadStep), kAwait);
    buffer_.resize(seen + read);
    if (error) {
      co_await refuse(Refusal::kBroken, "the site closed before it answered");
      co_return false;
    }
    if (!count(down_, read)) co_return false;
  }
  const auto head = parse_response_head(std::string_view(buffer_).substr(0, size));
  if (!head || head->status == 101) {
    co_await refuse(Refusal::kBroken, "the site's answer is no HTTP/1");
    co_return false;
  }
  buffer_.erase(0, size);
  is_answered_ = true;
  const auto [error, written] = co_await asio::async_write(client_, asio::buffer(head->text), kAwait);
  co_return !error && head->status < 200;
}

asio::awaitable<void> ProxySession::exchange() {
  const bool is_sent = co_await write(site_, request_.head, up_);
  if (!is_sent) co_return;
  const auto up = [](std::shared_ptr<ProxySession> self, std::string piece) -> asio::awaitable<void> {
    co_await self->send_body(std::move(piece));
  };
  // From here on the buffer is the site's.
  asio::co_spawn(shared_->io, up(shared_from_this(), std::exchange(buffer_, "")), asio::detached);
  for (int heads = 0;; ++heads) {
    const bool is_interim = co_await pass_answer_head();
    if (!is_interim) break;
    if (heads >= kMaxInterimAnswers) co_return end("too many interim answers");
  }
  if (!is_answered_ || !client_.is_open()) co_return;
  // Counted when it was read.
  const auto [error, written] = co_await asio::async_write(client_, asio::buffer(buffer_), kAwait);
  if (error) co_return;
  Pump pump{site_, client_, down_, kDownBuffer};
  co_await relay(pump);
}

asio::awaitable<void> ProxySession::run() {
  bool goes_on = co_await read_request();
  if (goes_on) goes_on = co_await connect_site();
  if (goes_on && request_.is_connect) co_await tunnel();
  if (goes_on && !request_.is_connect) co_await exchange();
  close();
  if (entry_ != 0) finish_entry();
}

}  // namespace linkgate::egress
