#include "egress/resolver.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <fstream>
#include <sstream>

#include "egress/endpoint.h"

namespace linkgate::egress {
namespace {

using namespace asio::experimental::awaitable_operators;
using boost::system::error_code;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr size_t kMaxUdpAnswer = 4096;
constexpr int kMaxStrayAnswers = 16;  // of one try: more is somebody guessing
constexpr size_t kMaxServers = 3;     // as the C library takes

uint16_t random_id() {
  uint16_t id = 0;
  if (::getrandom(&id, sizeof id, 0) != sizeof id) id = 0;
  return id;
}

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

Result<NameServer> parse_name_server(std::string_view text) {
  const Error bad(ErrorCode::kInvalidArgument,
                  "\"" + std::string(text) + "\" is not ADDRESS, ADDRESS:PORT or [IPV6]:PORT");
  if (const auto address = net::IpAddress::parse(text)) return NameServer{*address};
  const size_t colon = text.rfind(':');
  if (colon == text.npos) return bad;
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto address = net::IpAddress::parse(host);
  const auto port = parse_number<uint16_t>(text.substr(colon + 1));
  if (!address || !port || *port == 0) return bad;
  return NameServer{*address, *port};
}

std::vector<NameServer> system_name_servers() {
  std::vector<NameServer> servers;
  std::ifstream file("/etc/resolv.conf");
  for (std::string line; std::getline(file, line) && servers.size() < kMaxServers;) {
    std::istringstream words(line);
    std::string key, value;
    words >> key >> value;
    if (key != "nameserver") continue;
    if (const auto address = net::IpAddress::parse(value)) servers.push_back({*address});
  }
  if (servers.empty()) servers.push_back({*net::IpAddress::parse("127.0.0.1")});
  return servers;
}

// Both questions of one lookup: A and AAAA.
struct Resolver::Answers {
  std::array<std::string, 2> questions;
  std::array<DnsAnswer, 2> answers;
  bool is_answered(size_t i) const {
    return answers[i].kind == DnsAnswer::Kind::kFound || answers[i].kind == DnsAnswer::Kind::kNotFound;
  }
  bool is_done() const { return is_answered(0) && is_answered(1); }
};

Resolver::Resolver(asio::io_context& io, std::vector<NameServer> servers)
    : io_(io), servers_(std::move(servers)) {}

asio::awaitable<Result<std::vector<net::IpAddress>>> Resolver::resolve(std::string name) {
  const auto now = std::chrono::steady_clock::now();
  if (const auto kept = cache_.find(name); kept != cache_.end() && kept->second.until > now) {
    if (kept->second.addresses.empty()) co_return Error(ErrorCode::kNotFound, name + " has no address");
    co_return kept->second.addresses;
  }
  Answers answers;
  for (size_t i = 0; i < 2; ++i) {
    const auto question = dns_question(random_id(), name, i == 0 ? DnsType::kA : DnsType::kAaaa);
    if (!question) co_return Error(ErrorCode::kNotFound, name + " is too long for a name");
    answers.questions[i] = *question;
  }
  for (int attempt = 0; attempt < kDnsTries && !answers.is_done(); ++attempt) {
    co_await ask(servers_[static_cast<size_t>(attempt) % servers_.size()], answers);
    // One kind is enough to go on with: some servers never answer for the other.
    if (!answers.answers[0].addresses.empty() || !answers.answers[1].addresses.empty()) break;
  }
  std::vector<net::IpAddress> all = answers.answers[0].addresses;
  all.insert(all.end(), answers.answers[1].addresses.begin(), answers.answers[1].addresses.end());
  if (!all.empty() || answers.is_done()) keep(name, answers);
  if (!all.empty()) co_return all;
  if (answers.is_done()) co_return Error(ErrorCode::kNotFound, name + " has no address");
  const bool failed = std::any_of(answers.answers.begin(), answers.answers.end(),
                                  [](const DnsAnswer& one) { return one.kind == DnsAnswer::Kind::kFailed; });
  if (failed) co_return Error(ErrorCode::kUnavailable, "the name servers cannot tell the address of " + name);
  co_return Error(ErrorCode::kTimeout, "no name server answered for " + name);
}

void Resolver::keep(const std::string& name, const Answers& answers) {
  const auto now = std::chrono::steady_clock::now();
  if (cache_.size() >= kMaxDnsCacheEntries) {
    std::erase_if(cache_, [&](const auto& entry) { return entry.second.until <= now; });
    if (cache_.size() >= kMaxDnsCacheEntries) cache_.clear();
  }
  Kept kept;
  std::chrono::seconds ttl = kMaxDnsCacheTime;
  for (const DnsAnswer& one : answers.answers) {
    kept.addresses.insert(kept.addresses.end(), one.addresses.begin(), one.addresses.end());
    if (!one.addresses.empty()) ttl = std::min(ttl, one.ttl);
  }
  if (kept.addresses.empty()) ttl = kMinDnsCacheTime;
  kept.until = now + std::max(ttl, kMinDnsCacheTime);
  cache_[name] = std::move(kept);
}

asio::awaitable<void> Resolver::ask(const NameServer& server, Answers& answers) {
  asio::steady_timer timer(io_, kDnsTry);
  co_await (exchange(server, answers) || timer.async_wait(kAwait));
}

asio::awaitable<void> Resolver::exchange(const NameServer& server, Answers& answers) {
  const asio::ip::udp::endpoint to(asio_address(server.address), server.port);
  asio::ip::udp::socket socket(io_);
  error_code error;
  socket.open(to.protocol(), error);
  // Connected, so that the kernel drops what comes from elsewhere; the port is the kernel's random choice.
  if (!error) socket.connect(to, error);
  for (size_t i = 0; i < 2 && !error; ++i) {
    if (!answers.is_answered(i)) socket.send(asio::buffer(answers.questions[i]), 0, error);
  }
  if (error) co_return;
  std::array<char, kMaxUdpAnswer> buffer;
  for (int strays = 0; strays < kMaxStrayAnswers && !answers.is_done();) {
    const auto [read_error, size] = co_await socket.async_receive(asio::buffer(buffer), kAwait);
    if (read_error) co_return;
    bool is_stray = true;
    for (size_t i = 0; i < 2; ++i) {
      DnsAnswer answer = read_dns_answer(answers.questions[i], {buffer.data(), size});
      if (answer.kind == DnsAnswer::Kind::kOther || answers.is_answered(i)) continue;
      is_stray = false;
      if (answer.kind == DnsAnswer::Kind::kTruncated)
        co_await ask_by_tcp(server, answers.questions[i], &answer);
      answers.answers[i] = std::move(answer);
      if (answers.answers[i].kind == DnsAnswer::Kind::kFailed) co_return;
    }
    strays += is_stray ? 1 : 0;
  }
}

asio::awaitable<void> Resolver::ask_by_tcp(const NameServer& server, const std::string& question,
                                           DnsAnswer* answer) {
  asio::ip::tcp::socket socket(io_);
  const auto [connect_error] = co_await socket.async_connect(
      asio::ip::tcp::endpoint(asio_address(server.address), server.port), kAwait);
  if (connect_error) co_return;
  std::string message = {static_cast<char>(question.size() >> 8), static_cast<char>(question.size() & 0xff)};
  message += question;
  const auto [write_error, written] = co_await asio::async_write(socket, asio::buffer(message), kAwait);
  if (write_error) co_return;
  std::array<uint8_t, 2> length{};
  const auto [head_error, head] = co_await asio::async_read(socket, asio::buffer(length), kAwait);
  if (head_error) co_return;
  message.assign(static_cast<size_t>(length[0]) << 8 | length[1], '\0');
  const auto [read_error, size] = co_await asio::async_read(socket, asio::buffer(message), kAwait);
  if (!read_error) *answer = read_dns_answer(question, message);
}

}  // namespace linkgate::egress
