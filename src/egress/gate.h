#pragma once
// Whether and where a request goes out: names are resolved here, every address is checked here, and exactly
// the addresses that were checked are dialled.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/config.h"
#include "egress/address_policy.h"
#include "egress/destination.h"
#include "egress/refusal.h"
#include "egress/resolver.h"
#include "net/byte_stream.h"

namespace linkgate::egress {

inline constexpr std::chrono::seconds kConnectTry{4};  // for one address
inline constexpr size_t kMaxConnectTries = 4;          // of a destination's addresses
inline constexpr std::chrono::seconds kOwnAddressesAge{10};

struct GateRules {
  std::vector<uint16_t> ports;
  std::vector<Route> routes;
  AddressRules addresses;
  std::vector<std::string> refused_hosts;  // patterns
  // Reached whatever the ports and addresses say, as one address or as localhost: what an administrator wrote
  // into the configuration, for the door that only our own requests take.
  std::vector<Destination> named;
};
// What the configuration says to every door. kInvalidArgument names the key.
Result<GateRules> rules_of(const Config& config);
// The same with the private servers that feeds name.
GateRules with_feeds(GateRules rules, const std::vector<FeedConfig>& feeds);
// The same with the addresses that stand in kql.externaldata_hosts themselves.
GateRules with_external_data(GateRules rules, const std::vector<std::string>& hosts);

struct Passage {
  Refusal refusal = Refusal::kNone;
  std::string details;                    // a sentence for a refusal
  std::vector<net::IpAddress> addresses;  // to dial, in this order; all of them are checked
  uint16_t port = 0;
};

class Gate {
 public:
  // Borrows its resolver. Used on one thread.
  Gate(asio::io_context& io, Resolver& resolver, GateRules rules);

  // Other rules from now on.
  void configure(GateRules rules) { rules_ = std::move(rules); }

  asio::awaitable<Passage> decide(Destination to);

  struct Dialled {
    Refusal refusal = Refusal::kNone;
    std::string details;
    net::IpAddress address;  // the last that was tried
  };
  // Connects `socket` to the first address that answers.
  asio::awaitable<Dialled> dial(const Passage& passage, net::StreamSocket& socket);

 private:
  // What needs no name service; nullopt where it does.
  std::optional<Passage> decide_by_rules(const Destination& to);
  Passage check(const std::vector<net::IpAddress>& candidates, const Destination& to);
  const std::vector<net::IpAddress>& own();

  asio::io_context& io_;
  Resolver& resolver_;
  GateRules rules_;
  std::vector<net::IpAddress> own_;
  std::chrono::steady_clock::time_point own_since_{};
};

}  // namespace linkgate::egress
