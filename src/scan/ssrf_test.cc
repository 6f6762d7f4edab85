// Nobody can make us ask inside: addresses in every notation, names, redirects of every kind and name servers
// that change their mind, counted on listeners that would see it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "egress/address_policy.h"
#include "scan/redirect_chain.h"
#include "scan/web_for_test.h"

namespace linkgate::scan {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

// Listens for TCP and UDP on one port of every address of the machine.
class Canary {
 public:
  uint16_t port() const { return tcp4_.port; }
  std::string text() const { return std::to_string(port()); }
  int touched() const {
    int count = 0;
    for (const TestSocket* one : {&tcp4_, &tcp6_, &udp4_, &udp6_}) count += one->is_ready(0) ? 1 : 0;
    return count;
  }

 private:
  TestSocket tcp4_{"0.0.0.0", 0, SOCK_STREAM}, tcp6_{"::", tcp4_.port, SOCK_STREAM},
      udp4_{"0.0.0.0", tcp4_.port, SOCK_DGRAM}, udp6_{"::", tcp4_.port, SOCK_DGRAM};
};

// A name server that answers A and AAAA as it is told, each time anew.
class TestNameServer {
 public:
  using Say = std::function<std::vector<std::string>(const std::string& name, int time)>;
  explicit TestNameServer(Say say) : say_(std::move(say)), thread_([this] { serve(); }) {}
  ~TestNameServer() {
    stopping_ = true;
    thread_.join();
  }
  uint16_t port() const { return socket_.port; }

 private:
  void serve() {
    std::map<std::string, int> times;
    while (!stopping_) {
      if (!socket_.is_ready(20)) continue;
      char bytes[512];
      sockaddr_in from{};
      socklen_t size = sizeof from;
      const ssize_t n =
          ::recvfrom(socket_.fd, bytes, sizeof bytes, 0, reinterpret_cast<sockaddr*>(&from), &size);
      if (n < 17) continue;
      std::string message(bytes, static_cast<size_t>(n)), name;
      size_t at = 12;
      while (message[at] != 0) {
        const auto length = static_cast<size_t>(message[at]);
        name += (name.empty() ? "" : ".") + message.substr(at + 1, length);
        at += length + 1;
      }
      const bool six = message[at + 2] == 28;
      message.resize(at + 5);
      message[2] = static_cast<char>(0x81);
      message[3] = static_cast<char>(0x80);
      int count = 0;
      for (const std::string& text : say_(name, six ? times[name] : times[name]++)) {
        char raw[16];
        const bool is_six = text.find(':') != text.npos;
        ::inet_pton(is_six ? AF_INET6 : AF_INET, text.c_str(), raw);
        if (is_six != six) continue;
        ++count;
        message += std::string("\xc0\x0c\x00", 3) + (six ? '\x1c' : '\x01') +
                   std::string("\x00\x01\x00\x00\x00\x00\x00", 7) + static_cast<char>(six ? 16 : 4) +
                   std::string(raw, six ? 16 : 4);
      }
      message[7] = static_cast<char>(count);
      message.replace(8, 4, 4, '\0');
      ::sendto(socket_.fd, message.data(), message.size(), 0, reinterpret_cast<sockaddr*>(&from), size);
    }
  }
  TestSocket socket_{"127.0.0.1", 0, SOCK_DGRAM};
  const Say say_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

// Everything that leads inward; PORT is the canary's.
const std::vector<std::string>& inward() {
  static const std::vector<std::string> kUrls = [] {
    std::vector<std::string> urls = {
        // Loopback as it is written, and as nobody writes it.
        "http://127.0.0.1:PORT/",
        "https://127.0.0.1:PORT/",
        "http://127.1:PORT/",
        "http://127.0.1:PORT/",
        "http://127.0.0.1.:PORT/",
        "http://0x7f.1:PORT/",
        "http://0x7f000001:PORT/",
        "http://0X7F.0x0.0x0.0x1:PORT/",
        "http://2130706433:PORT/",
        "http://017700000001:PORT/",
        "http://0177.0.0.1:PORT/",
        "http://0177.0.0.01:PORT/",
        "http://127.255.255.254:PORT/",
        "http://127.8.8.8:PORT/",
        "http://0:PORT/",
        "http://0.0.0.0:PORT/",
        "http://0x0:PORT/",
        "http://0.1.2.3:PORT/",
        "http://①②⑦.⓪.⓪.①:PORT/",
        "http://127。0。0。1:PORT/",
        "http://１２７.0.0.1:PORT/",
        "http://%31%32%37.0.0.1:PORT/",
        "http://127.0.0.1%2E:PORT/",
        // IPv6, and IPv4 within it.
        "http://[::1]:PORT/",
        "http://[0:0:0:0:0:0:0:1]:PORT/",
        "http://[::]:PORT/",
        "http://[::ffff:127.0.0.1]:PORT/",
        "http://[::ffff:7f00:1]:PORT/",
        "http://[0:0:0:0:0:ffff:7f00:0001]:PORT/",
        "http://[::127.0.0.1]:PORT/",
        "http://[::7f00:1]:PORT/",
        "http://[::ffff:0:127.0.0.1]:PORT/",
        "http://[64:ff9b::7f00:1]:PORT/",
        "http://[64:ff9b::127.0.0.1]:PORT/",
        "http://[64:ff9b:1::7f00:1]:PORT/",
        "http://[2002:7f00:1::]:PORT/",
        "http://[2002:7f00:1::1]:PORT/",
        "http://[2001:0:7f00:1::]:PORT/",
        "http://[2a00:1450::5efe:127.0.0.1]:PORT/",
        "http://[fe80::1]:PORT/",
        "http://[fc00::1]:PORT/",
        "http://[fd00:ec2::254]:PORT/",
        "http://[fec0::1]:PORT/",
        "http://[ff02::1]:PORT/",
        "http://[100::1]:PORT/",
        "http://[3fff::1]:PORT/",
        // Networks of organisations, carriers and clouds.
        "http://10.0.0.1:PORT/",
        "http://172.16.0.1:PORT/",
        "http://172.31.255.255:PORT/",
        "http://192.168.0.1:PORT/",
        "http://169.254.169.254:PORT/",
        "http://0xA9FEA9FE:PORT/",
        "http://2852039166:PORT/",
        "http://0251.0376.0251.0376:PORT/",
        "http://[::ffff:169.254.169.254]:PORT/",
        "http://169.254.170.2:PORT/",
        "http://100.64.0.1:PORT/",
        "http://100.100.100.200:PORT/",
        "http://168.63.129.16:PORT/",
        "http://192.0.0.192:PORT/",
        "http://198.18.0.1:PORT/",
        "http://224.0.0.1:PORT/",
        "http://240.0.0.1:PORT/",
        "http://255.255.255.255:PORT/",
        // Names of the neighbourhood.
        "http://localhost:PORT/",
        "http://LOCALHOST:PORT/",
        "http://localhost.:PORT/",
        "http://a.localhost:PORT/",
        "http://localhost.localdomain:PORT/",
        "http://ip6-localhost:PORT/",
        "http://metadata.google.internal:PORT/",
        "http://host.docker.internal:PORT/",
        "http://printer.local:PORT/",
        "http://intranet:PORT/",
        "http://links.corp.example:PORT/",
        // Who is asked, and who is only written there.
        "http://user@127.0.0.1:PORT/",
        "http://public.evil.net:80@127.0.0.1:PORT/",
        "http://localhost:pass@localhost:PORT/",
        "http://127.0.0.1:PORT\\@public.evil.net/",
        "http:\\\\127.0.0.1:PORT\\",
        "http:127.0.0.1:PORT/",
        "http:///127.0.0.1:PORT/",
        "http://127.0.0.1:PORT#@public.evil.net/",
        "http://127.0.0.1:PORT?@public.evil.net/",
        "http://\t127.0.0.1:PO\nRT/",
        // Names whose name server says so.
        "http://loopback.evil.net:PORT/",
        "http://loopback6.evil.net:PORT/",
        "http://mapped.evil.net:PORT/",
        "http://private.evil.net:PORT/",
        "http://metadata.evil.net:PORT/",
        "http://all.evil.net:PORT/",
        "http://zero.evil.net:PORT/",
        "http://nat64.evil.net:PORT/",
        "http://own.evil.net:PORT/",
        // Other schemes and ports.
        "file:///etc/passwd",
        "ftp://127.0.0.1:PORT/",
        "gopher://127.0.0.1:PORT/_x",
        "dict://127.0.0.1:PORT/x",
        "ldap://127.0.0.1:PORT/",
        "tftp://127.0.0.1:PORT/x",
        "ws://127.0.0.1:PORT/",
        "data:text/html,x",
        "javascript:location='http://127.0.0.1:PORT/'",
        "blob:http://127.0.0.1:PORT/x",
        "view-source:http://127.0.0.1:PORT/",
        "http://public.evil.net:22/",
        "http://public.evil.net:25/",
        "http://public.evil.net:6379/",
        "http://public.evil.net:0/",
    };
    for (const net::IpAddress& own : egress::own_addresses())
      urls.push_back("http://" + (own.is_v4() ? own.text() : "[" + own.text() + "]") + ":PORT/");
    return urls;
  }();
  return kUrls;
}

std::string with_port(std::string url, const std::string& port) {
  for (const std::string word : {"PORT", "PO\nRT"}) {
    for (size_t at = url.find(word); at != url.npos; at = url.find(word)) url.replace(at, word.size(), port);
  }
  return url;
}

std::vector<std::string> say(const std::string& name, int time) {
  if (name == "loopback.evil.net") return {"127.0.0.1"};
  if (name == "loopback6.evil.net") return {"::1"};
  if (name == "mapped.evil.net") return {"::ffff:127.0.0.1"};
  if (name == "private.evil.net") return {"10.0.0.1", "192.168.1.1"};
  if (name == "metadata.evil.net") return {"169.254.169.254"};
  if (name == "all.evil.net") return {"127.0.0.1", "::1", "10.1.1.1", "fe80::1"};
  if (name == "zero.evil.net") return {"0.0.0.0", "::"};
  if (name == "nat64.evil.net") return {"64:ff9b::7f00:1"};
  if (name == "own.evil.net") {
    std::vector<std::string> all;
    for (const net::IpAddress& own : egress::own_addresses()) all.push_back(own.text());
    return all;
  }
  // 127.0.0.2 and .3 are the public internet of these tests.
  if (name == "rebind.evil.net") return {time == 0 ? "127.0.0.2" : "127.0.0.1"};
  if (name == "flip.evil.net") return {time % 2 == 0 ? "127.0.0.2" : "127.0.0.1"};
  if (name == "mixed.evil.net") return {"127.0.0.1", "127.0.0.2", "::1"};
  if (name == "closed.evil.net") return {"127.0.0.3", "127.0.0.1"};
  return {};
}

class Inward : public FolderTest {
 protected:
  std::string config(const std::string& more) const {
    return "[click]\norigin = \"https://links.corp.example\"\n[egress]\nports = [80, 443, " + canary_.text() +
           "]\nresolvers = [\"127.0.0.1:" + std::to_string(names_.port()) + "\"]\n" + more;
  }
  verdict::Page look(TestWeb& web, const std::string& url) {
    boost::asio::io_context io;
    LookRequest request;
    request.url = url;
    request.client = "test";
    auto page = boost::asio::co_spawn(io, follow(web.fetcher(), std::move(request)), boost::asio::use_future);
    io.run();
    return page.get();
  }
  Canary canary_;
  TestNameServer names_{say};
};

TEST_F(Inward, NothingThatIsAskedForDirectlyGetsThere) {
  TestWeb web(folder_, config(""));
  EXPECT_GE(inward().size(), 100U);
  for (const std::string& url : inward()) {
    const FetchResult result = web.fetch(with_port(url, canary_.text()), 8s);
    EXPECT_THAT(result.trouble,
                testing::AnyOf(FetchTrouble::kInward, FetchTrouble::kRefused, FetchTrouble::kNoName))
        << url << ": " << to_string(result.trouble) << " " << result.details;
    EXPECT_EQ(result.status, 0) << url;
    ASSERT_EQ(canary_.touched(), 0) << url;
  }
}

TEST_F(Inward, NorDoesARedirectOfAnyKind) {
  std::string to;
  int left = 0;
  const TestSite::Answer answer = [&](TestExchange& e) {
    if (left > 0) {
      --left;
      return e.redirect(302, "/" + std::to_string(left));
    }
    if (e.target == "/refresh") return e.answer(200, "Refresh: 0; url=" + to + "\r\n", "x");
    if (e.target == "/meta") return e.html("<meta http-equiv=refresh content='0;url=" + to + "'>");
    if (e.target == "/script") return e.html("<script>top.location.href=\"" + to + "\"</script>");
    if (e.target == "/form")
      return e.html("<form method=post action='" + to +
                    "'></form><script>document.forms[0].submit()</script>");
    if (e.target == "/frame") return e.html("<iframe width=100% height=100% src='" + to + "'></iframe>");
    if (e.target == "/link") return e.html("<a href='" + to + "'>on</a>");
    e.redirect(e.target == "/307" ? 307 : 302, to);
  };
  TestSite site(answer);
  TestWeb web(folder_,
              config("routes = [\"*.site.example:80=127.0.0.1:" + std::to_string(site.port()) + "\"]\n"));
  for (size_t i = 0; i < inward().size(); ++i) {
    to = with_port(inward()[i], canary_.text());
    if (to.find('\n') != to.npos) continue;  // cannot stand in a header
    const char* kinds[] = {"/302", "/307", "/refresh", "/meta", "/script", "/form", "/frame", "/link"};
    for (size_t k = 0; k < 2; ++k) {  // each URL by two kinds in turn
      const verdict::Page page =
          look(web, std::string("http://a.site.example") + kinds[(2 * i + k) % std::size(kinds)]);
      ASSERT_EQ(canary_.touched(), 0) << to;
      EXPECT_EQ(page.html.find("canary"), page.html.npos);
    }
  }
  left = 40;
  to = with_port("http://127.0.0.1:PORT/", canary_.text());
  const verdict::Page deep = look(web, "http://a.site.example/40");
  EXPECT_EQ(deep.chain.size(), 42U);
  EXPECT_THAT(deep.trouble, HasSubstr("loopback"));
  EXPECT_EQ(canary_.touched(), 0);
}

TEST_F(Inward, ANameServerThatChangesItsMindGainsNothing) {
  TestSite outside(
      [](TestExchange& e) {
        e.html("outside");
        e.head.clear();
      },
      nullptr, "127.0.0.2", canary_.port());
  TestSocket inside("127.0.0.1", 0, SOCK_STREAM);
  const std::string other = std::to_string(inside.port);
  TestWeb web(folder_, "[egress]\nports = [" + canary_.text() + ", " + other +
                           "]\nresolvers = [\"127.0.0.1:" + std::to_string(names_.port()) +
                           "\"]\nallow_private = [\"127.0.0.2\", \"127.0.0.3\"]\n");
  const std::string rebind = with_port("http://rebind.evil.net:PORT/", canary_.text());
  EXPECT_EQ(web.fetch(rebind).body, "outside");
  std::this_thread::sleep_for(1100ms);  // the least that an answer is kept
  EXPECT_EQ(web.fetch(rebind).trouble, FetchTrouble::kInward);
  int reached = 0;
  for (int i = 0; i < 4; ++i) {
    reached += web.fetch(with_port("http://flip.evil.net:PORT/", canary_.text())).body == "outside" ? 1 : 0;
    std::this_thread::sleep_for(550ms);
  }
  EXPECT_GT(reached, 0);
  EXPECT_EQ(web.fetch(with_port("http://mixed.evil.net:PORT/", canary_.text())).body, "outside")
      << "what may be reached of a mixed answer is";
  EXPECT_EQ(web.fetch("http://closed.evil.net:" + other + "/").trouble, FetchTrouble::kUnreachable)
      << "nobody listens at the allowed one, and the other one is no way out";
  EXPECT_FALSE(inside.is_ready(0));
  EXPECT_EQ(canary_.touched(), 0);
}

TEST_F(Inward, TheListenersWouldHaveSeenIt) {
  TestWeb web(folder_, config("allow_private = [\"127.0.0.1\"]\n"));
  (void)web.fetch(with_port("http://127.0.0.1:PORT/", canary_.text()), 300ms);
  EXPECT_EQ(canary_.touched(), 1);
}

}  // namespace
}  // namespace linkgate::scan
