#include "base/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "base/config_checks.h"

namespace linkgate {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string error_of(std::string_view toml) {
  const auto config = parse_config(toml, "t.toml");
  return config ? "accepted" : config.error().message();
}

TEST(Config, AnEmptyFileIsTheDefaults) {
  const auto config = parse_config("", "t.toml");
  ASSERT_TRUE(config) << config.error().message();
  EXPECT_EQ(config->data, "linkgate-data");
  EXPECT_EQ(config->click.listen, std::vector<std::string>{"127.0.0.1:8480"});
  EXPECT_TRUE(config->gateway.listeners.empty());
  EXPECT_EQ(config->file, "t.toml");
}

TEST(Config, HostsOfExternalDataAreNamesAndPortsAndPlainOnlyOnLoopback) {
  for (const char* good : {"data.example", "data.example:8443", "192.0.2.1", "[2001:db8::1]",
                           "[2001:db8::1]:8443", "http://127.0.0.1:8080", "http://[::1]:80"}) {
    const auto config = parse_config("[kql]\nexternaldata_hosts = [\"" + std::string(good) + "\"]", "t.toml");
    ASSERT_TRUE(config) << good << config.error().message();
    EXPECT_EQ(config->kql.externaldata_hosts, std::vector<std::string>{good});
  }
  for (const char* bad :
       {"", "*", "https://data.example", "data.example/", "data.example:0", "http://data.example:80",
        "http://10.0.0.1:80", "http://127.0.0.1", "user@data.example", "*.example"}) {
    EXPECT_THAT(error_of("[kql]\nexternaldata_hosts = [\"" + std::string(bad) + "\"]"),
                StartsWith("t.toml:2:23: kql.externaldata_hosts: "))
        << bad;
  }
}

TEST(Config, EveryKindOfValueIsRead) {
  const auto config = parse_config(R"(
[linkgate]
log_level = "debug"
[gateway]
max_message_bytes = "10MiB"
next_hop_timeout = "2m"
accepted_domains = ["corp.example", "mail.corp.example"]
[[gateway.listener]]
listen = "127.0.0.1:2424"
next_hop = "lmtp:unix:/run/dovecot/lmtp"
[[gateway.listener]]
listen = "[::1]:2425"
direction = "outbound"
protocol = "smtp"
next_hop = "smtp:mx.example:25"
[click]
listen = ["127.0.0.1:8480", "127.0.0.1:8482"]
origin = "https://links.example.net"
trusted_proxies = ["10.0.0.0/8"]
proxy_protocol = true
clicks_per_minute = 7
workers = 3
[scan]
verdict_lifetime = 60
[egress]
ports = [80, 8080]
routes = ["*.lab.example:443=127.0.0.1:8443", "*=[::1]"]
resolvers = ["9.9.9.9", "[::1]:53"]
[[feed]]
name = "a"
source = "/feeds/a.txt"
[[feed]]
name = "b"
source = "https://feeds.example/b.csv"
format = "csv"
refresh = "1h"
[state]
location = "postgresql://linkgate@db.example/linkgate"
)",
                                   "t.toml");
  ASSERT_TRUE(config) << config.error().message();
  EXPECT_EQ(config->gateway.max_message_bytes, 10ULL << 20);
  EXPECT_EQ(config->gateway.next_hop_timeout, std::chrono::seconds(120));
  ASSERT_EQ(config->gateway.listeners.size(), 2U);
  EXPECT_FALSE(config->gateway.listeners[0].outbound);
  EXPECT_TRUE(config->gateway.listeners[1].outbound);
  EXPECT_EQ(config->gateway.listeners[1].protocol, "smtp");
  EXPECT_EQ(config->click.listen.size(), 2U);
  EXPECT_TRUE(config->click.proxy_protocol);
  EXPECT_EQ(config->click.clicks_per_minute, 7);
  EXPECT_EQ(config->click.workers, 3);
  EXPECT_EQ(config->scan.verdict_lifetime, std::chrono::seconds(60));
  EXPECT_EQ(config->egress.ports, (std::vector<uint16_t>{80, 8080}));
  EXPECT_EQ(config->egress.routes.size(), 2U);
  EXPECT_EQ(config->egress.resolvers.size(), 2U);
  ASSERT_EQ(config->scan.feeds.size(), 2U);
  EXPECT_EQ(config->scan.feeds[1].refresh, std::chrono::seconds(3600));
  EXPECT_EQ(config->log_level, "debug");
}

struct Refusal {
  const char* toml;
  const char* begins;  // file, line and column
  const char* names;   // what the message must say
};

class RefusedConfig : public testing::TestWithParam<Refusal> {};

TEST_P(RefusedConfig, NamesTheLineAndTheTrouble) {
  const std::string message = error_of(GetParam().toml);
  EXPECT_THAT(message, StartsWith(GetParam().begins));
  EXPECT_THAT(message, HasSubstr(GetParam().names));
}

INSTANTIATE_TEST_SUITE_P(
    Table, RefusedConfig,
    testing::Values(
        Refusal{"[click]\norgin = \"http://a\"\n",
                "t.toml:2:1: ", "unknown key click.orgin; did you mean click.origin?"},
        Refusal{"[clik]\norigin = \"http://a\"\n", "t.toml:1:2: ", "unknown key clik; did you mean click?"},
        Refusal{"data = \"/x\"\n", "t.toml:1:1: ", "unknown key data"},
        Refusal{"[linkgate]\n\n  zzzzzzzzzzzzzzz = 1\n",
                "t.toml:3:3: ", "unknown key linkgate.zzzzzzzzzzzzzzz"},
        Refusal{"[[gateway.listener]]\nlisten=\"127.0.0.1:1\"\nnexthop=\"lmtp:a:1\"\n",
                "t.toml:3:1: ", "did you mean gateway.listener.next_hop?"},
        Refusal{"[gateway]\nmax_hops = \"many\"\n",
                "t.toml:2:12: ", "gateway.max_hops wants a whole number, this is a string"},
        Refusal{"[events]\ngeoip_file = \"/a b\"\n", "t.toml:2:14: ", "must not have blanks"},
        Refusal{"[gateway]\nmax_hops = 0\n", "t.toml:2:12: ", "0 is not between 1 and 1000"},
        Refusal{"[gateway]\nmax_message_bytes = \"50 bananas\"\n", "t.toml:2:21: ", "a number of bytes"},
        Refusal{"[gateway]\nmax_message_bytes = -1\n", "t.toml:2:21: ", "a number of bytes"},
        Refusal{"[gateway]\nmax_message_bytes = \"900MiB\"\n",
                "t.toml:1:1: ", "gateway.max_memory_bytes must not be less"},
        Refusal{"[gateway]\nmax_message_bytes = \"1KiB\"\n",
                "t.toml:2:21: ", "must lie between 64KiB and 1GiB"},
        Refusal{"[gateway]\nlistener = 3\n", "t.toml:2:12: ", "write [[gateway.listener]]"},
        Refusal{"[[gateway.listener]]\nnext_hop = \"dovecot:24\"\n", "t.toml:2:12: ", "lmtp:HOST:PORT"},
        Refusal{"[[gateway.listener]]\nlisten = \"localhost\"\n", "t.toml:2:10: ", "ADDRESS:PORT"},
        Refusal{"[[gateway.listener]]\nlisten = \"unix:relative\"\n", "t.toml:2:10: ", "not absolute"},
        Refusal{"[[gateway.listener]]\ndirection = \"sideways\"\n",
                "t.toml:2:13: ", "none of inbound, outbound"},
        Refusal{"click = 3\n", "t.toml:1:9: ", "write [click]"},
        Refusal{"[click]\nlisten = \"127.0.0.1:1\"\n", "t.toml:2:10: ", "a list of strings"},
        Refusal{"[click]\nlisten = [\"127.0.0.1:1\", 5]\n", "t.toml:2:26: ", "this is a number"},
        Refusal{"[click]\nlisten = []\n", "t.toml:2:10: ", "names no address"},
        Refusal{"[click]\norigin = \"https://a.example/path\"\n",
                "t.toml:2:10: ", "without anything after it"},
        Refusal{"[click]\norigin = \"ftp://a.example\"\n", "t.toml:2:10: ", "does not begin with"},
        Refusal{"[click]\ntls_certificate = \"c.pem\"\n", "t.toml:2:19: ", "give both or none"},
        Refusal{"[click]\nproxy_protocol = true\n", "t.toml:2:18: ", "click.trusted_proxies"},
        Refusal{"[click]\ntrusted_proxies = [\"10.0.0.0/33\"]\n", "t.toml:2:20: ", "0 to 32"},
        Refusal{"[[alerts.receiver]]\nname = \"a\"\nkind = \"pigeon\"\n",
                "t.toml:3:8: ", "none of mail, webhook, syslog"},
        Refusal{"[[alerts.receiver]]\nurl = \"http://a.example/x\"\n", "t.toml:2:7: ", "http is for"},
        Refusal{"[[alerts.receiver]]\nurl = \"https://u:p@a.example/x\"\n", "t.toml:2:7: ", "none of HOST"},
        Refusal{"[[alerts.receiver]]\nname = \"a\"\nkind = \"webhook\"\nurl = \"https://a.example/\"\n",
                "t.toml:4:7: ", "and so is key_file"},
        Refusal{"[[alerts.receiver]]\naddress = \"tls:a:1\"\n", "t.toml:2:11: ", "neither udp:HOST:PORT"},
        Refusal{"[[alerts.receiver]]\nto = [\"a b@c.example\"]\n", "t.toml:2:7: ", "not the address"},
        Refusal{"[egress]\nports = 80\n", "t.toml:2:9: ", "a list of port numbers"},
        Refusal{"[egress]\nports = [80, 0]\n", "t.toml:2:14: ", "1 to 65535"},
        Refusal{"[egress]\nroutes = [\"a.example=localhost\"]\n", "t.toml:2:11: ", "HOST[:PORT]=ADDRESS"},
        Refusal{"[egress]\nroutes = [\"a.example:x=127.0.0.1\"]\n", "t.toml:2:11: ", "HOST[:PORT]=ADDRESS"},
        Refusal{"[scan]\nlanguages = [\"german\"]\n", "t.toml:2:14: ", "de"},
        Refusal{"[scan]\nlanguages = []\n", "t.toml:2:", "one language at least"},
        Refusal{"[egress]\nresolvers = [\"dns.example\"]\n", "t.toml:2:14: ", "ADDRESS:PORT"},
        Refusal{"[[feed]]\nname = \"a\"\n", "t.toml:1:1: ", "feed.source is missing"},
        Refusal{"[[feed]]\nname=\"a\"\nsource=\"x\"\n[[feed]]\nname=\"a\"\nsource=\"y\"\n",
                "t.toml:5:6: ", "an earlier [[feed]]"},
        Refusal{"[[feed]]\nname=\"a\"\nsource=\"x\"\nauth=\"bearer\"\n", "t.toml:4:6: ", "secret_file"},
        Refusal{"[[feed]]\nname=\"a\"\nsource=\"x\"\nauth=\"header:\"\nsecret_file=\"s\"\n",
                "t.toml:4:6: ", "header:NAME"},
        Refusal{"[[feed]]\nname=\"a\"\nsource=\"x\"\nsignature=\"x.minisig\"\n",
                "t.toml:4:11: ", "public_key"},
        Refusal{"[[feed]]\nname=\"a\"\nsource=\"x\"\nformat=\"taxii\"\n", "t.toml:3:8: ", "is no URL"},
        Refusal{"[[feed]]\nname=\"a\"\nsource=\"x\"\nrefresh=\"soon\"\n",
                "t.toml:4:9: ", "a number of seconds"},
        Refusal{"[events]\nurl = \"http://u:p@host:8123\"\n", "t.toml:2:7: ", "events.password_file"},
        Refusal{"[events]\npassword = \"x\"\n", "t.toml:2:1: ", "did you mean events.password_file?"},
        Refusal{"[state]\nlocation = \"postgresql://u:p@db/x\"\n", "t.toml:2:12: ", "passfile"},
        Refusal{"[state]\nlocation = \"mysql://db/x\"\n", "t.toml:2:12: ", "leave it empty for SQLite"},
        Refusal{"[linkgate]\nlog_level = \"loud\"\n", "t.toml:2:13: ", "debug, info, warn, error"},
        Refusal{"[linkgate]\ndata = \"\"\n", "t.toml:2:8: ", "must not be empty"},
        Refusal{"[linkgate\n", "t.toml:1:", ""},
        Refusal{"[linkgate]\ndata = \"a\"\ndata = \"b\"\n", "t.toml:3:", ""}));

TEST(Config, AMissingFileIsSaidByName) {
  const auto config = load_config("/nonexistent/linkgate.toml");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code(), ErrorCode::kNotFound);
  EXPECT_THAT(config.error().message(), StartsWith("/nonexistent/linkgate.toml: "));
}

TEST(Config, WhatTheMachineRefusesIsSaidAtItsPlaceToo) {
  const auto config = parse_config("[click]\ntls_certificate = \"/c\"\ntls_key = \"/k\"\n", "t.toml");
  ASSERT_TRUE(config);
  const Error named = wrong_value(*config, "click.tls_key", "no such file");
  EXPECT_EQ(named.code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(named.message(), "t.toml:3:11: click.tls_key: no such file");
  EXPECT_EQ(wrong_value(*config, "click.logo", "no such file").message(), "click.logo: no such file");
}

TEST(Config, AllKeysAreListedOnce) {
  std::vector<std::string> keys = config_keys();
  EXPECT_THAT(keys, testing::Contains("click.origin"));
  EXPECT_THAT(keys, testing::Contains("gateway.listener.next_hop"));
  EXPECT_THAT(keys, testing::Contains("feed.source"));
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(std::adjacent_find(keys.begin(), keys.end()), keys.end());
}

TEST(Config, QuantitiesPrintAsTheyAreRead) {
  for (const uint64_t value : {1ULL, 59ULL, 60ULL, 5400ULL, 86400ULL, 90061ULL}) {
    EXPECT_EQ(parse_quantity(print_quantity(value, kTimeUnits), kTimeUnits), value);
  }
  for (const uint64_t value : {1ULL, 1024ULL, 1536ULL, 5ULL << 30}) {
    EXPECT_EQ(parse_quantity(print_quantity(value, kByteUnits), kByteUnits), value);
  }
  EXPECT_EQ(parse_quantity("99999999999999999999s", kTimeUnits), std::nullopt);
  EXPECT_EQ(parse_quantity("18446744073709551615d", kTimeUnits), std::nullopt);
  EXPECT_EQ(parse_quantity("-1s", kTimeUnits), std::nullopt);
  EXPECT_EQ(parse_quantity("s", kTimeUnits), std::nullopt);
}

}  // namespace
}  // namespace linkgate
