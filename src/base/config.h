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
  std::string format = "text";  // of docs/feeds.md
  std::string url_column = "url";
  std::string threat_column;        // its value phish* or malware* decides; empty: `threat`
  std::string threat = "phishing";  // "phishing" | "malware"
  std::chrono::seconds refresh{900};
  std::string auth;          // "", "bearer", "basic", "header:NAME", "query:NAME"
  std::string secret_file;   // what is sent so, on one line
  std::string collection;    // of a server that has several; empty: all
  int min_confidence = 0;    // STIX: 0 to 100
  std::string checksum;      // file or URL of its SHA-256; empty: none
  std::string signature;     // file or URL of its minisign signature; empty: none
  std::string public_key;    // that this is by
  int min_percent = 50;      // of the entries of before that an update must have
  int max_bad_percent = 50;  // of an update's records that may be no entries
  friend bool operator==(const FeedConfig&, const FeedConfig&) = default;
};

// How long a verdict that a page was given is good for. Bad ones live long: pages hide from whoever comes
// again. Clean ones live short: a click is to be judged at the click.
struct ValidityConfig {
  std::chrono::seconds clean{600}, unknown{300}, suspicious{3600}, gated{900}, phishing{86400},
      malware{86400};
};

inline constexpr size_t kMaxScanLanguages = 4;  // each costs a fetch for every link

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
  ValidityConfig validity;               // valid_clean, valid_unknown, ...
  // When a link's page is looked at again, counted from delivery and from the first click; empty: never.
  std::vector<std::chrono::seconds> rescan_after = {
      std::chrono::minutes(5), std::chrono::minutes(15), std::chrono::minutes(60), std::chrono::hours(4),
      std::chrono::hours(13),  std::chrono::hours(24),   std::chrono::hours(48)};
  int rescan_fetches_per_minute = 600, rescan_pages_per_minute = 60;
  std::chrono::seconds remember{30 * 86400};       // URLs that came by, and flips of their verdicts
  uint64_t screenshot_bytes = 256ULL << 20;        // of all that are kept; 0: none are
  std::vector<std::string> languages = {"en-US"};  // of those who click: pages are looked at in each
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
  // Whom the answer to a check may be sent to: "hooks.example", "hooks.example:8443".
  std::vector<std::string> callback_hosts;
  std::string callback_key_file;  // with the key under which that is signed
  std::chrono::seconds query_time{180};
};

struct MailboxesConfig {              // [mailboxes]: where delivered mail lies, for linkgate-respond
  std::string imap;                   // "127.0.0.1:143", "unix:/path"; empty: mail is not pulled
  std::string security = "starttls";  // "starttls", "tls", "none"
  std::string trust_file;             // PEM: certificate authorities instead of the system's
  std::string master_user, password_file;
  std::string master_separator = "*";  // signs in as MAILBOX*MASTER; empty: SASL's authorisation identity
  std::string name = "address";        // of a mailbox: "address", or "local": what is left of the @
  std::string aliases_file;            // as Postfix's virtual_alias_maps, text
  std::string recipient_delimiter = "+";
  std::string junk_folder = "Junk";  // where none has the attribute \Junk
  int connections = 4;
};

struct ZapConfig {  // [zap]
  bool enabled = true;
  std::string malware = "quarantine", phishing = "quarantine", spam = "junk";  // or "none"
  std::chrono::seconds look_back{48 * 3600};
  std::chrono::seconds retry_for{48 * 3600};
};

// Where groups of recipients come from, besides `linkgate policy group`.
struct LdapConfig {                    // [groups.ldap]
  std::string url;                     // "ldap://HOST:PORT", "ldaps://HOST"; empty: none
  bool start_tls = false;              // with ldap://
  std::string trust_file;              // PEM: certificate authorities instead of the system's
  std::string bind_dn, password_file;  // both empty: anonymous
  std::string base;                    // of groups
  std::string filter = "(objectClass=groupOfNames)";
  std::string name_attribute = "cn", member_attribute = "member";
  std::string people_base;  // of members; empty: base
  std::string mail_attribute = "mail";
  std::chrono::seconds timeout{10};  // of all that is asked of it in one go
};
struct NamedGroupConfig {  // [[group]]
  std::string name;
  std::vector<std::string> members;
};
struct GroupsConfig {                   // [groups]
  std::vector<NamedGroupConfig> named;  // [[group]] at top level
  std::string file;                     // CSV: group,address
  std::chrono::seconds refresh{300};
  LdapConfig ldap;
};

struct QuarantineConfig {  // [quarantine]
  std::chrono::seconds keep{30 * 86400};
};

struct SubmissionsConfig {  // [submissions]
  std::string mailbox;      // what is forwarded there is reported; empty: none
};

struct UserMailConfig {               // [user_mail]: answers for people
  std::string relay;                  // "HOST:PORT"; empty: nobody is written to
  std::string security = "starttls";  // "starttls", "tls", "none"
  std::string trust_file;             // PEM: certificate authorities instead of the system's
  std::string user, password_file;
  std::string from;
  std::chrono::seconds give_up_after{24 * 3600};
};

struct AlertReceiverConfig {               // [[alerts.receiver]]: who is told of alerts
  std::string name;                        // in state, log and metrics
  std::string kind;                        // "mail", "webhook", "syslog"
  std::string severity = "Informational";  // and above
  std::vector<std::string> categories;     // AlertInfo.Category; empty: all
  // Mail.
  std::string relay;                  // "HOST:PORT"
  std::string security = "starttls";  // "starttls", "tls", "none"
  std::string trust_file;             // PEM: certificate authorities instead of the system's
  std::string user, password_file;
  std::string from;
  std::vector<std::string> to;
  // Webhook.
  std::string url;       // https://, and for tests http://127.0.0.1:PORT/
  std::string key_file;  // with the key of the signatures
  bool direct = false;   // a host of our own, not reached through linkgate-egress
  // Syslog.
  std::string address;  // "udp:HOST:PORT", "tcp:HOST:PORT"
};

struct AlertsConfig {                             // [alerts]
  std::vector<AlertReceiverConfig> receivers;     // [[alerts.receiver]]
  std::chrono::seconds give_up_after{24 * 3600};  // of telling one
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
  MailboxesConfig mailboxes;
  ZapConfig zap;
  QuarantineConfig quarantine;
  SubmissionsConfig submissions;
  UserMailConfig user_mail;
  GroupsConfig groups;
  AlertsConfig alerts;
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
  std::string quarantine_key() const { return state() + "/quarantine.key"; }
  std::string spool(std::string_view program) const { return root + "/spool/" + std::string(program); }
  std::string spools() const { return root + "/spool"; }
  std::string events() const { return root + "/events"; }
  std::string feeds() const { return root + "/feeds"; }  // what linkgate-scan fetches, while it reads it
  std::string run() const { return root + "/run"; }      // sockets, addresses, pids
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
