#pragma once
// The configuration: one TOML file for all programs of an installation. Every key is listed in
// docs/configuration.md; an unknown key, a wrong type or a value out of range is refused at start with file,
// line and column.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace linkgate {

struct GatewayListenerConfig {                 // [[gateway.listener]]
  std::string listen = "127.0.0.1:2424";       // or "unix:/path"
  bool outbound = false;                       // direction = "inbound" | "outbound"
  std::string protocol = "lmtp";               // "lmtp" | "smtp": what the MTA speaks to us
  std::string next_hop = "lmtp:127.0.0.1:24";  // "lmtp:HOST:PORT", "smtp:HOST:PORT", "lmtp:unix:/path"
};

struct GatewayConfig {  // [gateway]
  std::vector<GatewayListenerConfig> listeners;
  std::string hostname = "localhost";  // in the greeting and in Received
  std::vector<std::string> xforward_peers = {"127.0.0.0/8", "::1"};
  std::vector<std::string> authserv_ids;      // whose Authentication-Results count
  std::vector<std::string> accepted_domains;  // ours: EmailDirection, internal senders
  std::string signature_trust;                // PEM file of CAs whose S/MIME signatures keep a part untouched
  uint64_t max_message_bytes = 50ULL << 20;
  uint64_t max_memory_bytes = 512ULL << 20;  // of messages under way; beyond it senders wait
  int max_sessions = 500;
  int max_hops = 50;  // Received headers, then the mail loops
  std::chrono::seconds next_hop_timeout{120};
};

struct ClickConfig {  // [click]
  // One click node (a process with its own spool) for each address; several share nothing but keys and state.
  std::vector<std::string> listen = {"127.0.0.1:8480"};
  std::string origin = "http://localhost:8480";  // what links begin with; its host is bound into every seal
  std::string tls_certificate, tls_key;
  std::vector<std::string> trusted_proxies;
  bool proxy_protocol = false;
  std::string organisation, contact, logo;  // shown on pages
  int workers = 0;                          // threads that answer; 0: one for each core
  int clicks_per_minute = 120;              // of one client address, then 429
  int reports_per_hour = 10;
  std::string node_name;  // of this machine, for key acknowledgement; default host name
};

struct FeedConfig {  // [[feed]]
  std::string name;
  std::string source;           // file path or http(s) URL
  std::string format = "text";  // "text": a URL or host a line; "csv": see columns
  std::string url_column = "url";
  std::string threat_column;        // its value phish* or malware* decides; empty: `threat`
  std::string threat = "phishing";  // "phishing" | "malware"
  std::chrono::seconds refresh{900};
};

struct ScanConfig {               // [scan]
  std::vector<FeedConfig> feeds;  // [[feed]] at top level
  std::chrono::seconds verdict_lifetime{
      3600};                             // of what lists say; what pages say lives as long as they let it
  bool deep = false;                     // look at the pages behind links that nobody knows
  int pages = 2;                         // at once
  std::string chromium;                  // empty: where Debian has it
  std::string chromium_user = "nobody";  // as whom it runs where we are root
  bool chromium_unconfined = false;      // also where it cannot be kept off the network
  std::string trust_file;                // PEM: certificate authorities besides the system's
  std::string brands_file;               // as models/brands.toml, read after it
};

struct EgressConfig {  // [egress]
  std::vector<uint16_t> ports = {80,   443,  2052, 2053, 2082, 2083, 2086, 2087, 2095, 2096, 3000,
                                 4443, 5000, 8000, 8008, 8080, 8081, 8443, 8880, 8888, 9443};
  std::vector<std::string> resolvers;      // "9.9.9.9", "127.0.0.1:5300"; empty: those of /etc/resolv.conf
  std::vector<std::string> routes;         // "*.lab.example:443=127.0.0.1:8443"
  std::vector<std::string> allow_private;  // networks that are reached although they are not public
  std::vector<std::string> refuse;         // host patterns and networks that are never reached
  int max_connections = 1000;
  int connections_per_client = 300;
  uint64_t max_connection_bytes = 64ULL << 20;
  std::chrono::seconds connection_time{120};
};

struct EventsConfig {  // [events]
  std::string url;     // empty: linkgate-store on this machine; else a ClickHouse
  std::string user = "linkgate";
  std::string password_file;
  std::string database = "linkgate";
  std::string store_listen = "127.0.0.1:0";  // where linkgate-store listens
  int retention_days = 30;
  uint64_t store_memory_bytes = 4ULL << 30;
  std::string geoip_file;  // a database in MaxMind's format, for geo_info_from_ip_address(); empty: none
};

struct KqlConfig {  // [kql]
  // Whom externaldata may ask: "data.example", "data.example:8443", and for tests "http://127.0.0.1:8080".
  std::vector<std::string> externaldata_hosts;
  uint64_t query_memory_bytes = 4ULL << 30;
};

struct PortalConfig {  // [portal]
  std::string listen = "127.0.0.1:8482";
  std::string tls_certificate, tls_key;
  // Who connects from this machine may ask without a token. Everybody else needs one.
  bool loopback_without_token = false;
  int queries_per_user = 4;  // at once, then 429
  std::chrono::seconds query_time{180};
};

struct StateConfig {     // [state]
  std::string location;  // empty: SQLite in DATA/state; else "postgresql://..."
};

struct Config {
  std::string file;                    // where it was read from; empty: defaults
  std::string data = "linkgate-data";  // [linkgate] data: keys, state, spools, events
  std::string log_level = "info";
  std::string admin_listen =
      "127.0.0.1:8481";  // [linkgate] admin_listen: /healthz and /metrics of all programs
  std::string run_as;    // user prefix when started as root, e.g. "linkgate": see docs
  GatewayConfig gateway;
  ClickConfig click;
  ScanConfig scan;
  EgressConfig egress;
  EventsConfig events;
  KqlConfig kql;
  PortalConfig portal;
  StateConfig state;
  // "FILE:LINE:COLUMN" of the values that the file has, by key ("click.tls_key"): see wrong_value().
  std::map<std::string, std::string> places;
};

// What only this machine can refuse (a user, a file that is named), said as parse_config says what is wrong:
// kInvalidArgument, "FILE:LINE:COLUMN: KEY: trouble", the place being left out where the value is not from a
// file.
Error wrong_value(const Config& config, const std::string& key, const std::string& trouble);

// Errors name file:line:column and the key, and suggest the nearest known key.
Result<Config> parse_config(std::string_view toml, std::string_view file_name);
Result<Config> load_config(const std::string& path);

// Every key that parse_config knows, "click.origin" style: docs/configuration.md is held to this list by a
// test.
std::vector<std::string> config_keys();

// Where things lie in the data directory.
struct DataPaths {
  explicit DataPaths(std::string data) : root(std::move(data)) {}
  std::string root;
  std::string state() const { return root + "/state"; }
  std::string spool(std::string_view program) const { return root + "/spool/" + std::string(program); }
  std::string spools() const { return root + "/spool"; }
  std::string events() const { return root + "/events"; }
  std::string run() const { return root + "/run"; }  // sockets, addresses, pids
  std::string scan_socket() const { return run() + "/scan.sock"; }
  // Where linkgate-egress takes requests: for pages that somebody links to, and for the feeds.
  std::string egress_socket() const { return run() + "/egress.sock"; }
  std::string egress_feeds_socket() const { return run() + "/egress-feeds.sock"; }
  std::string store_secret() const { return root + "/secrets/store"; }
  std::string admin_socket(std::string_view program) const {
    return run() + "/" + std::string(program) + ".admin";
  }
  std::string store_address() const {
    return run() + "/store.url";
  }  // "http://127.0.0.1:PORT", written by up
};

}  // namespace linkgate
