#include "egress/gate.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "egress/endpoint.h"
#include "url/url.h"

namespace linkgate::egress {
namespace {

using namespace asio::experimental::awaitable_operators;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

Passage refuse(Refusal refusal, std::string details) { return {refusal, std::move(details), {}, 0}; }

Passage passage_to(const net::IpAddress& address, uint16_t port) {
  return {Refusal::kNone, "", {address}, port};
}

Refusal refusal_of_lookup(ErrorCode code) {
  if (code == ErrorCode::kNotFound) return Refusal::kNoName;
  return code == ErrorCode::kTimeout ? Refusal::kNameTimeout : Refusal::kNameFailed;
}

Error in_key(Error error, std::string_view key) { return std::move(error).with_context(key); }

net::IpAddress loopback() { return *net::IpAddress::parse("127.0.0.1"); }

}  // namespace

Result<GateRules> rules_of(const Config& config) {
  GateRules rules;
  rules.ports = config.egress.ports;
  for (const std::string& text : config.egress.routes) {
    auto route = parse_route(text);
    if (!route) return in_key(route.error(), "egress.routes");
    rules.routes.push_back(std::move(*route));
  }
  auto allowed = net::AddressSet::parse(config.egress.allow_private);
  if (!allowed) return in_key(allowed.error(), "egress.allow_private");
  rules.addresses.allowed = std::move(*allowed);
  std::vector<std::string> networks;
  for (const std::string& entry : config.egress.refuse) {
    const bool is_network = net::IpAddress::parse(entry.substr(0, entry.find('/'))).has_value();
    (is_network ? networks : rules.refused_hosts).push_back(entry);
  }
  auto refused = net::AddressSet::parse(networks);
  if (!refused) return in_key(refused.error(), "egress.refuse");
  rules.addresses.refused = std::move(*refused);
  // A sealed link that leads to a sealed link would otherwise let us click.
  if (const auto origin = url::Url::parse(config.click.origin)) {
    if (const auto own = parse_destination(origin->hostname(), 1)) rules.refused_hosts.push_back(own->host);
  }
  return rules;
}

GateRules with_feeds(GateRules rules, const std::vector<FeedConfig>& feeds) {
  for (const FeedConfig& feed : feeds) {
    for (const std::string& named : {feed.source, feed.checksum, feed.signature}) {
      const auto url = url::Url::parse(named);
      if (!url || !url->is_http()) continue;
      auto to = parse_destination(url->hostname(), url->effective_port());
      if (to && to->host == "localhost") to->address = loopback();
      if (to && to->address) rules.named.push_back(std::move(*to));
    }
  }
  return rules;
}

GateRules with_external_data(GateRules rules, const std::vector<std::string>& hosts) {
  for (const std::string& host : hosts) {
    const auto url = url::Url::parse(host.starts_with("http://") ? host : "https://" + host);
    if (!url) continue;
    auto to = parse_destination(url->hostname(), url->effective_port());
    if (to && to->address) rules.named.push_back(std::move(*to));
  }
  return rules;
}

Gate::Gate(asio::io_context& io, Resolver& resolver, GateRules rules)
    : io_(io), resolver_(resolver), rules_(std::move(rules)) {}

const std::vector<net::IpAddress>& Gate::own() {
  const auto now = std::chrono::steady_clock::now();
  if (now - own_since_ > kOwnAddressesAge) {
    own_ = own_addresses();
    own_since_ = now;
  }
  return own_;
}

std::optional<Passage> Gate::decide_by_rules(const Destination& to) {
  for (const Destination& named : rules_.named) {
    if (named.host == to.host && named.port == to.port) return passage_to(*named.address, to.port);
  }
  const bool refused =
      std::any_of(rules_.refused_hosts.begin(), rules_.refused_hosts.end(),
                  [&](const std::string& pattern) { return host_matches(pattern, to.host); });
  if (refused) return refuse(Refusal::kDenied, fmt::format("{}: refused by the configuration", to.host));
  // What leads inward is called so, whatever port it names.
  const Route* const route = find_route(rules_.routes, to);
  std::optional<Passage> checked;
  if (route == nullptr && to.address) checked = check({*to.address}, to);
  if (checked && checked->refusal != Refusal::kNone) return checked;
  if (const auto special = special_name(to.host); route == nullptr && !to.address && !special.empty())
    return refuse(Refusal::kLocalName, fmt::format("{}: {}", to.host, special));
  if (std::find(rules_.ports.begin(), rules_.ports.end(), to.port) == rules_.ports.end())
    return refuse(Refusal::kPort, fmt::format("port {}: not one that pages are fetched from", to.port));
  if (route != nullptr) return passage_to(route->address, route->to_port != 0 ? route->to_port : to.port);
  return checked;
}

asio::awaitable<Passage> Gate::decide(Destination to) {
  if (auto decided = decide_by_rules(to)) co_return std::move(*decided);
  const auto found = co_await resolver_.resolve(to.host);
  if (!found) co_return refuse(refusal_of_lookup(found.error().code()), found.error().message());
  co_return check(*found, to);
}

Passage Gate::check(const std::vector<net::IpAddress>& candidates, const Destination& to) {
  Passage passage;
  passage.port = to.port;
  for (const net::IpAddress& address : candidates) {
    const std::string_view why = refusal_of(address, rules_.addresses, own());
    if (why.empty()) {
      passage.addresses.push_back(address);
    } else if (passage.details.empty()) {
      passage.details = fmt::format("{} leads to {}: {}", to.host, address.text(), why);
    }
  }
  if (passage.addresses.empty()) passage.refusal = Refusal::kAddress;
  return passage;
}

asio::awaitable<Gate::Dialled> Gate::dial(const Passage& passage, net::StreamSocket& socket) {
  Dialled dialled;
  for (size_t i = 0; i < passage.addresses.size() && i < kMaxConnectTries; ++i) {
    dialled.address = passage.addresses[i];
    const asio::ip::tcp::endpoint to(asio_address(dialled.address), passage.port);
    boost::system::error_code error;
    socket = net::StreamSocket(io_);
    socket.open(net::StreamProtocol(to.protocol().family(), IPPROTO_TCP), error);
    if (error) {
      dialled.refusal = Refusal::kInternal;
      dialled.details = error.message();
      continue;
    }
    asio::steady_timer timer(io_, kConnectTry);
    const auto done = co_await (socket.async_connect(to, kAwait) || timer.async_wait(kAwait));
    if (done.index() == 0 && !std::get<0>(std::get<0>(done))) {
      const int on = 1;
      ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      co_return Dialled{Refusal::kNone, "", dialled.address};
    }
    const bool timed_out = done.index() == 1;
    dialled.refusal = timed_out ? Refusal::kConnectTimeout : Refusal::kConnect;
    dialled.details = fmt::format("{} port {}: {}", dialled.address.text(), passage.port,
                                  timed_out ? "no answer" : std::get<0>(std::get<0>(done)).message());
  }
  co_return dialled;
}

}  // namespace linkgate::egress
