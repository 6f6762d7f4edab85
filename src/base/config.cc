#include "base/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <functional>
#include <initializer_list>
#include <limits>
#include <sstream>
#include <utility>

#include "base/ascii.h"
#include "base/config_checks.h"
#include "base/config_people.h"
#include "base/config_section.h"

namespace linkgate {
namespace {

using std::chrono::seconds;

constexpr uint64_t kKiB = 1024, kMiB = kKiB * 1024, kGiB = kMiB * 1024;
constexpr seconds kDay{86400};

// ---- The keys, one function a table. docs/configuration.md lists the same ones in the same order.

void read_linkgate(Section& in, Config& out) {
  in.text("data", out.data, check_not_empty);
  in.text("log_level", out.log_level, one_of({"debug", "info", "warn", "error"}));
  in.text("admin_listen", out.admin_listen, check_listen);
  in.text("run_as", out.run_as, check_user_prefix);
}

void read_gateway_listener(Section& in, GatewayListenerConfig& out) {
  in.text("listen", out.listen, check_listen);
  std::string direction = "inbound";
  in.text("direction", direction, one_of({"inbound", "outbound"}));
  out.outbound = direction == "outbound";
  in.text("protocol", out.protocol, one_of({"lmtp", "smtp"}));
  in.text("next_hop", out.next_hop, check_next_hop);
}

void read_gateway(Section& in, GatewayConfig& out) {
  in.tables("listener",
            [&](Section& listener) { read_gateway_listener(listener, out.listeners.emplace_back()); });
  in.text("hostname", out.hostname, check_host_name);
  in.texts("xforward_peers", out.xforward_peers, check_network);
  in.texts("authserv_ids", out.authserv_ids, check_not_empty);
  in.texts("accepted_domains", out.accepted_domains, check_host_name);
  in.text("signature_trust", out.signature_trust);
  in.bytes("max_message_bytes", out.max_message_bytes, 64 * kKiB, kGiB);
  in.bytes("max_memory_bytes", out.max_memory_bytes, 16 * kMiB, 1024 * kGiB);
  in.number("max_sessions", out.max_sessions, 1, 10'000);
  in.number("max_hops", out.max_hops, 1, 1000);
  in.duration("next_hop_timeout", out.next_hop_timeout, seconds(1), seconds(3600));
  in.rule("max_memory_bytes", out.max_memory_bytes >= out.max_message_bytes,
          "must not be less than gateway.max_message_bytes, or such a message waits for ever");
}

void read_click(Section& in, ClickConfig& out) {
  in.texts("listen", out.listen, check_listen);
  in.text("origin", out.origin, check_origin);
  in.text("tls_certificate", out.tls_certificate);
  in.text("tls_key", out.tls_key);
  in.texts("trusted_proxies", out.trusted_proxies, check_network);
  in.flag("proxy_protocol", out.proxy_protocol);
  in.text("organisation", out.organisation);
  in.text("contact", out.contact);
  in.text("logo", out.logo);
  in.number("workers", out.workers, 0, 1024);
  in.number("clicks_per_minute", out.clicks_per_minute, 1, 1'000'000);
  in.number("reports_per_hour", out.reports_per_hour, 0, 1'000'000);
  in.text("node_name", out.node_name, check_host_name);
  in.rule("listen", !out.listen.empty(), "names no address: then nobody could click");
  in.rule("tls_certificate", out.tls_certificate.empty() == out.tls_key.empty(),
          "and click.tls_key belong together: give both or none");
  in.rule("proxy_protocol", !out.proxy_protocol || !out.trusted_proxies.empty(),
          "is believed from click.trusted_proxies only, and there are none");
}

void read_feed(Section& in, FeedConfig& out) {
  in.text("name", out.name, check_not_empty);
  in.text("source", out.source, check_not_empty);
  in.text("format", out.format,
          one_of({"text", "csv", "openphish", "urlhaus-csv", "urlhaus-json", "phishtank-csv",
                  "phishtank-json", "misp", "stix", "taxii", "rpz", "safebrowsing", "webrisk"}));
  in.text("url_column", out.url_column, check_not_empty);
  in.text("threat_column", out.threat_column);
  in.text("threat", out.threat, one_of({"phishing", "malware"}));
  in.duration("refresh", out.refresh, seconds(1), 30 * kDay);
  in.text("auth", out.auth, check_feed_auth);
  in.text("secret_file", out.secret_file);
  in.text("collection", out.collection);
  in.number("min_confidence", out.min_confidence, 0, 100);
  in.text("checksum", out.checksum);
  in.text("signature", out.signature);
  in.text("public_key", out.public_key);
  in.number("min_percent", out.min_percent, 0, 100);
  in.number("max_bad_percent", out.max_bad_percent, 0, 100);
  if (!in.given()) return;
  in.rule("auth", out.auth.empty() == out.secret_file.empty(),
          "and secret_file belong together: give both or none");
  in.rule("signature", out.signature.empty() == out.public_key.empty(),
          "and public_key belong together: give both or none");
  const bool is_fetched =
      ascii::istarts_with(out.source, "http://") || ascii::istarts_with(out.source, "https://");
  const bool is_asked = out.format == "taxii" || out.format == "safebrowsing" || out.format == "webrisk";
  in.rule("source", !is_asked || is_fetched, "is no URL, and this format is spoken with a server");
  const bool has_proof = !out.checksum.empty() || !out.signature.empty();
  in.rule("checksum", !is_asked || !has_proof,
          "and signature are of one file, and a server of this format answers with many");
  in.rule("name", !out.name.empty(), "is missing in this [[feed]]");
  in.rule("source", !out.source.empty(), "is missing in this [[feed]]");
}

void read_feeds(Section& top, std::vector<FeedConfig>& out) {
  top.tables("feed", [&](Section& in) {
    FeedConfig feed;
    read_feed(in, feed);
    const bool twice =
        std::any_of(out.begin(), out.end(), [&](const FeedConfig& other) { return other.name == feed.name; });
    in.rule("name", !twice, fmt::format("\"{}\" is the name of an earlier [[feed]]", feed.name));
    if (in.given()) out.push_back(std::move(feed));
  });
}

void read_egress(Section& in, EgressConfig& out) {
  in.ports("ports", out.ports);
  in.texts("resolvers", out.resolvers, check_name_server);
  in.texts("routes", out.routes, check_route);
  in.texts("allow_private", out.allow_private, check_network);
  in.texts("refuse", out.refuse, check_not_empty);
  in.number("max_connections", out.max_connections, 1, 100'000);
  in.number("connections_per_client", out.connections_per_client, 1, 100'000);
  in.bytes("max_connection_bytes", out.max_connection_bytes, kMiB, 1024 * kGiB);
  in.duration("connection_time", out.connection_time, seconds(1), seconds(3600));
}

void read_events(Section& in, EventsConfig& out) {
  in.text("url", out.url, check_event_url);
  in.text("user", out.user, check_not_empty);
  in.text("password_file", out.password_file);
  in.text("database", out.database, check_identifier);
  in.text("store_listen", out.store_listen, check_listen);
  in.number("retention_days", out.retention_days, 1, 3650);
  in.bytes("store_memory_bytes", out.store_memory_bytes, 256 * kMiB, 4096 * kGiB);
  in.text("geoip_file", out.geoip_file, check_word);
}

void read_kql(Section& in, KqlConfig& out) {
  in.texts("externaldata_hosts", out.externaldata_hosts, check_external_host);
  in.bytes("query_memory_bytes", out.query_memory_bytes, 64 * kMiB, 4096 * kGiB);
}

void read_portal(Section& in, PortalConfig& out) {
  in.text("listen", out.listen, check_listen);
  in.text("tls_certificate", out.tls_certificate);
  in.text("tls_key", out.tls_key);
  in.flag("loopback_without_token", out.loopback_without_token);
  in.number("queries_per_user", out.queries_per_user, 1, 64);
  in.duration("query_time", out.query_time, seconds(1), seconds(3600));
  in.texts("callback_hosts", out.callback_hosts, check_external_host);
  in.text("callback_key_file", out.callback_key_file);
  in.rule("callback_hosts", out.callback_hosts.empty() == out.callback_key_file.empty(),
          "and portal.callback_key_file belong together: give both or none");
  in.rule("tls_certificate", out.tls_certificate.empty() == out.tls_key.empty(),
          "and portal.tls_key belong together: give both or none");
}

void read_validity(Section& in, ValidityConfig& out) {
  in.duration("valid_clean", out.clean, seconds(1), kDay);
  in.duration("valid_unknown", out.unknown, seconds(1), kDay);
  in.duration("valid_suspicious", out.suspicious, seconds(1), 30 * kDay);
  in.duration("valid_gated", out.gated, seconds(1), 30 * kDay);
  in.duration("valid_phishing", out.phishing, seconds(1), 30 * kDay);
  in.duration("valid_malware", out.malware, seconds(1), 30 * kDay);
}

void read_mailboxes(Section& in, MailboxesConfig& out) {
  in.text("imap", out.imap, [](std::string_view value) -> std::optional<std::string> {
    if (!check_next_hop("lmtp:" + std::string(value))) return std::nullopt;
    return fmt::format("\"{}\" is neither HOST:PORT nor unix:/PATH", value);
  });
  in.text("security", out.security, one_of({"starttls", "tls", "none"}));
  in.text("trust_file", out.trust_file);
  in.text("master_user", out.master_user, check_not_empty);
  in.text("password_file", out.password_file);
  in.text("master_separator", out.master_separator);
  in.text("name", out.name, one_of({"address", "local"}));
  in.text("aliases_file", out.aliases_file);
  in.text("recipient_delimiter", out.recipient_delimiter);
  in.text("junk_folder", out.junk_folder, check_not_empty);
  in.number("connections", out.connections, 1, 100);
  in.rule("imap", out.imap.empty() || (!out.master_user.empty() && !out.password_file.empty()),
          "needs mailboxes.master_user and mailboxes.password_file");
}

void read_zap(Section& in, ZapConfig& out) {
  in.flag("enabled", out.enabled);
  const auto action = one_of({"quarantine", "junk", "none"});
  in.text("malware", out.malware, action);
  in.text("phishing", out.phishing, action);
  in.text("spam", out.spam, action);
  in.duration("look_back", out.look_back, seconds(60), 30 * kDay);
  in.duration("retry_for", out.retry_for, seconds(60), 30 * kDay);
}

std::optional<std::string> check_ldap_url(std::string_view value) {
  for (const std::string_view scheme : {"ldap://", "ldaps://", "ldapi://"}) {
    if (value.starts_with(scheme) && value.size() > scheme.size()) return std::nullopt;
  }
  return fmt::format("\"{}\" is no ldap://HOST, ldaps://HOST or ldapi://PATH", value);
}

void read_ldap(Section& in, LdapConfig& out) {
  in.text("url", out.url, check_ldap_url);
  in.flag("start_tls", out.start_tls);
  in.text("trust_file", out.trust_file);
  in.text("bind_dn", out.bind_dn);
  in.text("password_file", out.password_file);
  in.text("base", out.base);
  in.text("filter", out.filter, check_not_empty);
  in.text("name_attribute", out.name_attribute, check_not_empty);
  in.text("member_attribute", out.member_attribute, check_not_empty);
  in.text("people_base", out.people_base);
  in.text("mail_attribute", out.mail_attribute, check_not_empty);
  in.duration("timeout", out.timeout, seconds(1), seconds(300));
  in.rule("bind_dn", out.bind_dn.empty() == out.password_file.empty(),
          "and groups.ldap.password_file belong together: give both or none");
  in.rule("start_tls", !out.start_tls || out.url.starts_with("ldap://"), "is for ldap:// only");
}

void read_groups(Section& top, GroupsConfig& out) {
  top.table("groups", [&](Section& in) {
    in.text("file", out.file);
    in.duration("refresh", out.refresh, seconds(1), kDay);
    in.table("ldap", [&](Section& ldap) { read_ldap(ldap, out.ldap); });
  });
  top.tables("group", [&](Section& in) {
    NamedGroupConfig group;
    in.text("name", group.name, check_not_empty);
    in.texts("members", group.members);
    in.rule("name", !in.given() || !group.name.empty(), "is needed: rules name groups by it");
    if (in.given()) out.named.push_back(std::move(group));
  });
}

void read_all(Section& top, Config& out) {
  top.table("linkgate", [&](Section& in) { read_linkgate(in, out); });
  top.table("gateway", [&](Section& in) { read_gateway(in, out.gateway); });
  top.table("click", [&](Section& in) { read_click(in, out.click); });
  top.table("scan", [&](Section& in) {
    in.duration("verdict_lifetime", out.scan.verdict_lifetime, seconds(1), 30 * kDay);
    in.flag("deep", out.scan.deep);
    in.number("pages", out.scan.pages, 1, 64);
    in.text("chromium", out.scan.chromium);
    in.text("chromium_user", out.scan.chromium_user, check_not_empty);
    in.flag("chromium_unconfined", out.scan.chromium_unconfined);
    in.text("trust_file", out.scan.trust_file);
    in.text("brands_file", out.scan.brands_file);
    read_validity(in, out.scan.validity);
    in.durations("rescan_after", out.scan.rescan_after, seconds(1), 30 * kDay);
    in.number("rescan_fetches_per_minute", out.scan.rescan_fetches_per_minute, 1, 100'000);
    in.number("rescan_pages_per_minute", out.scan.rescan_pages_per_minute, 0, 100'000);
    in.duration("remember", out.scan.remember, kDay, 3650 * kDay);
    in.bytes("screenshot_bytes", out.scan.screenshot_bytes, 0, 1024 * kGiB);
    in.rule("rescan_after", std::is_sorted(out.scan.rescan_after.begin(), out.scan.rescan_after.end()),
            "is not in order");
    in.texts("languages", out.scan.languages, check_language);
    in.rule("languages", !out.scan.languages.empty() && out.scan.languages.size() <= kMaxScanLanguages,
            fmt::format("names one language at least, and {} at most", kMaxScanLanguages));
  });
  read_feeds(top, out.scan.feeds);
  top.table("egress", [&](Section& in) { read_egress(in, out.egress); });
  top.table("events", [&](Section& in) { read_events(in, out.events); });
  top.table("kql", [&](Section& in) { read_kql(in, out.kql); });
  top.table("portal", [&](Section& in) { read_portal(in, out.portal); });
  top.table("mailboxes", [&](Section& in) { read_mailboxes(in, out.mailboxes); });
  top.table("zap", [&](Section& in) { read_zap(in, out.zap); });
  top.table("quarantine",
            [&](Section& in) { in.duration("keep", out.quarantine.keep, seconds(3600), 3650 * kDay); });
  top.table("submissions",
            [&](Section& in) { in.text("mailbox", out.submissions.mailbox, check_mail_address); });
  top.table("user_mail", [&](Section& in) { read_user_mail(in, out.user_mail); });
  read_groups(top, out.groups);
  top.table("alerts", [&](Section& in) { read_alerts(in, out.alerts); });
  top.table("state", [&](Section& in) { in.text("location", out.state.location, check_state_location); });
}

}  // namespace

Result<Config> parse_config(std::string_view toml, std::string_view file_name) {
  toml::table root;
  try {
    root = toml::parse(toml, file_name);
  } catch (const toml::parse_error& error) {
    const toml::source_position at = error.source().begin;
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("{}:{}:{}: {}", file_name, at.line, at.column, error.description()));
  }
  Config config;
  config.file = file_name;
  Reading reading{.file = std::string(file_name)};
  Section top(reading, "", &root);
  read_all(top, config);
  top.finish();
  if (reading.error) return *std::move(reading.error);
  config.places = std::move(reading.places);
  return config;
}

Result<Config> load_config(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf() || file.eof())) {
    return Error(ErrorCode::kNotFound, fmt::format("{}: this configuration file cannot be read", path));
  }
  return parse_config(text.str(), path);
}

Error wrong_value(const Config& config, const std::string& key, const std::string& trouble) {
  const auto place = config.places.find(key);
  const std::string what = fmt::format("{}: {}", key, trouble);
  return Error(ErrorCode::kInvalidArgument,
               place == config.places.end() ? what : fmt::format("{}: {}", place->second, what));
}

std::vector<std::string> config_keys() {
  std::vector<std::string> keys;
  Config unused;
  Reading reading{.file = "", .asked = &keys};
  Section top(reading, "", nullptr);
  read_all(top, unused);
  return keys;
}

}  // namespace linkgate
