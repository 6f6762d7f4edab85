#include "egress/service.h"

namespace linkgate::egress {
namespace {

ProxyLimits limits_of(const EgressConfig& config) {
  ProxyLimits limits;
  limits.max_connections = config.max_connections;
  limits.connections_per_client = config.connections_per_client;
  limits.max_connection_bytes = config.max_connection_bytes;
  limits.connection_time = config.connection_time;
  return limits;
}

// Of the door that only our own requests take.
GateRules own_rules(GateRules rules, const Config& config) {
  return with_external_data(with_feeds(std::move(rules), config.scan.feeds), config.kql.externaldata_hosts);
}

}  // namespace

Service::Service(asio::io_context& io, std::vector<NameServer> servers, const Clock& clock,
                 ProxyLimits limits, GateRules pages, GateRules feeds)
    : resolver_(io, std::move(servers)),
      pages_(io, resolver_, std::move(pages)),
      feeds_(io, resolver_, std::move(feeds)),
      shared_(std::make_shared<ProxyShared>(io, log_, clock, limits)) {}

Result<std::unique_ptr<Service>> Service::start(asio::io_context& io, const Config& config,
                                                const Clock& clock) {
  std::vector<NameServer> servers;
  for (const std::string& text : config.egress.resolvers) {
    TRY_ASSIGN(const NameServer server, parse_name_server(text));
    servers.push_back(server);
  }
  if (servers.empty()) servers = system_name_servers();
  TRY_ASSIGN(GateRules rules, rules_of(config));
  GateRules feed_rules = own_rules(rules, config);
  std::unique_ptr<Service> service(new Service(io, std::move(servers), clock, limits_of(config.egress),
                                               std::move(rules), std::move(feed_rules)));
  const DataPaths paths(config.data);
  TRY_ASSIGN(service->page_door_,
             Door::open("pages", paths.egress_socket(), service->shared_, service->pages_));
  TRY_ASSIGN(service->feed_door_,
             Door::open("feeds", paths.egress_feeds_socket(), service->shared_, service->feeds_));
  return service;
}

Result<void> Service::configure(const Config& config) {
  TRY_ASSIGN(GateRules rules, rules_of(config));
  feeds_.configure(own_rules(rules, config));
  pages_.configure(std::move(rules));
  return {};
}

net::HttpHandler Service::requests_handler() {
  return [this](net::HttpRequest& request) -> asio::awaitable<net::HttpResponse> {
    const size_t question = std::min(request.target.find('?'), request.target.size());
    net::HttpResponse response;
    response.headers.emplace_back("Content-Type", "application/json");
    if (request.target.substr(0, question) == "/requests") {
      response.body = log_.json(RequestLog::parse_filter(std::string_view(request.target).substr(question)));
    } else {
      response.status = 404;
    }
    co_return response;
  };
}

}  // namespace linkgate::egress
