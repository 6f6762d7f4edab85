#pragma once
// Names to addresses, by asking name servers ourselves: no hosts file, no search list, nothing that resolves
// a second time behind our back. Answers are kept for as long as they say, at most kMaxDnsCacheTime.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "egress/dns_message.h"
#include "net/peer.h"

namespace linkgate::egress {

namespace asio = boost::asio;

inline constexpr std::chrono::seconds kMaxDnsCacheTime{60}, kMinDnsCacheTime{1};
inline constexpr size_t kMaxDnsCacheEntries = 4096;
inline constexpr std::chrono::milliseconds kDnsTry{1500};  // for one server's answer
inline constexpr int kDnsTries = 4;                        // over all servers, in turn

struct NameServer {
  net::IpAddress address;
  uint16_t port = 53;
};
// "9.9.9.9", "127.0.0.1:5300", "[2620:fe::fe]:53".
Result<NameServer> parse_name_server(std::string_view text);
// Those of /etc/resolv.conf; where it names none, the one on this machine.
std::vector<NameServer> system_name_servers();

class Resolver {
 public:
  // REQUIRES: !servers.empty(). Used on the thread of `io` alone.
  Resolver(asio::io_context& io, std::vector<NameServer> servers);

  // All addresses of `name`, IPv4 first; never empty. Errors: kNotFound (there is none), kTimeout (no server
  // answered), kUnavailable (none could tell).
  asio::awaitable<Result<std::vector<net::IpAddress>>> resolve(std::string name);

 private:
  struct Answers;
  struct Kept {
    std::vector<net::IpAddress> addresses;  // empty: there are none
    std::chrono::steady_clock::time_point until;
  };
  asio::awaitable<void> ask(const NameServer& server, Answers& answers);
  asio::awaitable<void> exchange(const NameServer& server, Answers& answers);
  asio::awaitable<void> ask_by_tcp(const NameServer& server, const std::string& question, DnsAnswer* answer);
  void keep(const std::string& name, const Answers& answers);

  asio::io_context& io_;
  const std::vector<NameServer> servers_;
  std::map<std::string, Kept> cache_;
};

}  // namespace linkgate::egress
