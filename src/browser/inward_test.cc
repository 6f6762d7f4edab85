// Everything that a page can try in order to reach what is near the browser instead of what is far away.
// Counted on sockets that really listen here: none of it may arrive.

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>

#include "browser/world_for_test.h"

namespace linkgate::browser {
namespace {

// TCP and UDP on one port, on every address of the machine, IPv4 and IPv6.
class Ears {
 public:
  Ears() {
    for (int attempt = 0; attempt < 50 && fds_.empty(); ++attempt) open();
    if (fds_.empty()) throw std::runtime_error("no port for the test");
  }
  ~Ears() { close_all(); }
  uint16_t port() const { return port_; }
  // Connections that wait to be accepted, datagrams that wait to be read.
  int heard() const {
    int count = 0;
    for (const int fd : fds_) {
      pollfd one{fd, POLLIN, 0};
      count += ::poll(&one, 1, 0) > 0 ? 1 : 0;
    }
    return count;
  }

 private:
  void open() {
    port_ = 0;
    for (const int type : {SOCK_STREAM, SOCK_DGRAM}) {
      const int fd = ::socket(AF_INET6, type | SOCK_CLOEXEC, 0);
      const int off = 0;
      ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
      sockaddr_in6 address = {};
      address.sin6_family = AF_INET6;
      address.sin6_port = htons(port_);
      socklen_t size = sizeof address;
      auto* generic = reinterpret_cast<sockaddr*>(&address);
      fds_.push_back(fd);
      if (::bind(fd, generic, size) != 0 || (type == SOCK_STREAM && ::listen(fd, 100) != 0) ||
          ::getsockname(fd, generic, &size) != 0)
        return close_all();
      port_ = ntohs(address.sin6_port);
    }
  }
  void close_all() {
    for (const int fd : fds_) ::close(fd);
    fds_.clear();
  }

  std::vector<int> fds_;
  uint16_t port_ = 0;
};

void knock(int type, uint16_t port) {
  const int fd = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  if (type == SOCK_DGRAM) {
    ASSERT_EQ(::send(fd, "x", 1, 0), 1);
  }
  ::close(fd);
}

std::string javascript_list(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) out += "'" + text + "',";
  return out + "]";
}

// The machine's own addresses beside loopback.
std::vector<std::string> own_addresses() {
  std::vector<std::string> out;
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return out;
  for (const ifaddrs* one = all; one != nullptr; one = one->ifa_next) {
    std::array<char, INET6_ADDRSTRLEN> text;
    if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != AF_INET) continue;
    const auto* address = reinterpret_cast<const sockaddr_in*>(one->ifa_addr);
    if (::inet_ntop(AF_INET, &address->sin_addr, text.data(), text.size()) != nullptr)
      out.emplace_back(text.data());
  }
  ::freeifaddrs(all);
  return out;
}

// The ways, each with HOST standing for "address:port".
constexpr const char* kWays = R"js(
  const make = (tag, set) => { const e = Object.assign(document.createElement(tag), set); document.body.append(e) };
  const ways = [
    h => make('img', {src: `http://${h}/img`}),
    h => make('img', {src: `https://${h}/img`}),
    h => make('iframe', {src: `http://${h}/frame`}),
    h => make('object', {data: `http://${h}/object`}),
    h => make('script', {src: `http://${h}/script`}),
    h => make('video', {src: `http://${h}/video`, autoplay: true}),
    h => make('link', {rel: 'stylesheet', href: `http://${h}/style`}),
    h => make('link', {rel: 'prefetch', href: `http://${h}/prefetch`}),
    h => make('link', {rel: 'preload', as: 'image', href: `http://${h}/preload`}),
    h => make('link', {rel: 'preconnect', href: `http://${h}`}),
    h => make('link', {rel: 'dns-prefetch', href: `http://${h}`}),
    h => make('link', {rel: 'prerender', href: `http://${h}/prerender`}),
    h => make('script', {type: 'speculationrules', textContent:
        JSON.stringify({prefetch: [{source: 'list', urls: [`http://${h}/speculation`]}]})}),
    h => fetch(`http://${h}/fetch`, {mode: 'no-cors'}),
    h => fetch(`http://${h}/post`, {mode: 'no-cors', method: 'POST', body: 'x', keepalive: true}),
    h => { const x = new XMLHttpRequest(); x.open('GET', `http://${h}/xhr`); x.send() },
    h => navigator.sendBeacon(`http://${h}/beacon`, 'x'),
    h => new WebSocket(`ws://${h}/websocket`),
    h => new WebSocket(`wss://${h}/websocket`),
    h => new EventSource(`http://${h}/events`),
    h => new WebTransport(`https://${h}/transport`),
    h => document.body.append(Object.assign(document.createElement('div'),
        {style: `background: url(http://${h}/css)`})),
    h => new FontFace('f', `url(http://${h}/font)`).load(),
    h => new Worker(URL.createObjectURL(new Blob([`fetch('http://${h}/worker', {mode: 'no-cors'})`]))),
    h => { const c = new RTCPeerConnection({iceServers: [{urls: `stun:${h}`},
             {urls: [`turn:${h}`, `turn:${h}?transport=tcp`, `turns:${h}?transport=tcp`], username: 'u', credential: 'p'}],
             iceCandidatePoolSize: 2});
           c.createDataChannel('d'); c.createOffer().then(o => c.setLocalDescription(o)) },
    h => { const c = new RTCPeerConnection(); c.createDataChannel('d');
           c.createOffer().then(o => c.setLocalDescription(o)).then(() => c.addIceCandidate({sdpMid: '0', candidate:
             `candidate:1 1 udp 2122260223 ${h.replace(/:(\d+)$/, ' $1')} typ host`})) },
    h => make('iframe', {src: 'file:///etc/passwd'}),
    h => make('img', {src: 'file:///proc/self/environ'}),
    h => fetch('file:///etc/passwd'),
    h => window.open(`http://${h}/window`, '_blank', 'noopener'),
  ];
  for (const host of hosts) for (const way of ways) { try { const r = way(host); if (r && r.catch) r.catch(() => {}) } catch {} }
)js";

TEST_F(BrowserTest, NothingOfAPageArrivesInside) {
  const Ears ears;
  const std::string port = ":" + std::to_string(ears.port());
  std::vector<std::string> hosts;
  for (const char* host : {"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "127.1",
                           "2130706433", "0x7f.1", "[::]", "127.0.0.53", "169.254.169.254"})
    hosts.push_back(host + port);
  for (const std::string& own : own_addresses()) hosts.push_back(own + port);
  // A few hosts a page: all connections at once would only wait for one another.
  constexpr size_t kTogether = 3;
  for (size_t at = 0; at < hosts.size(); at += kTogether) {
    const std::vector<std::string> some(
        hosts.begin() + static_cast<ptrdiff_t>(at),
        hosts.begin() + static_cast<ptrdiff_t>(std::min(hosts.size(), at + kTogether)));
    const std::string url = "http://a" + std::to_string(at) + ".example/";
    sites->html(
        url, "<body><p>A page</p><script>const hosts = " + javascript_list(some) + ";" + kWays + "</script>");
    const verdict::Page page = look(url);
    EXPECT_NE(page.visible_text.find("A page"), std::string::npos) << some[0] << ": " << page.trouble;
    EXPECT_EQ(page.visible_text.find("root:"), std::string::npos);
    EXPECT_EQ(ears.heard(), 0) << some[0];
  }
  // They did try: the proxy was asked, and refused.
  EXPECT_GT(sites->asked().size(), hosts.size() * 10);
  knock(SOCK_STREAM, ears.port());
  knock(SOCK_DGRAM, ears.port());
  EXPECT_EQ(ears.heard(), 2) << "the test itself is not heard";
}

TEST_F(BrowserTest, NoRedirectLeadsInside) {
  const Ears ears;
  const std::string inside = "http://127.0.0.1:" + std::to_string(ears.port()) + "/";
  sites->redirect("http://a.example/", 302, inside);
  sites->html("http://b.example/", "", {{"Refresh", "0; url=" + inside}});
  sites->html("http://c.example/", "<meta http-equiv=refresh content='0; url=" + inside + "'>");
  sites->html("http://d.example/", "<script>location = '" + inside + "'</script>");
  sites->html("http://e.example/",
              "<form method=post action=" + inside + "></form><script>document.forms[0].submit()</script>");
  sites->redirect("http://f.example/", 302, "file:///etc/passwd");
  sites->html("http://g.example/", "<script>location = 'file:///etc/passwd'</script>");
  sites->html("http://h.example/", "<script>location = 'chrome://version'</script>");
  sites->html("http://i.example/", "<script>location = 'view-source:file:///etc/passwd'</script>");
  for (const char* host : {"a", "b", "c", "d", "e", "f", "g", "h", "i"}) {
    const verdict::Page page = look(std::string("http://") + host + ".example/");
    EXPECT_EQ(page.html.find("root:"), std::string::npos) << host;
    EXPECT_EQ(page.html.find("Chromium"), std::string::npos) << host << page.html;
    EXPECT_EQ(ears.heard(), 0) << host;
  }
}

}  // namespace
}  // namespace linkgate::browser
