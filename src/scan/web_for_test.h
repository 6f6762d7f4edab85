#pragma once
// A small world on loopback for tests of fetching: sites that do as they are told, a name server that says
// what it is told, and the real egress proxy before them.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "base/folder_for_test.h"
#include "egress/service.h"
#include "scan/fetch.h"

namespace linkgate::scan {

// A certificate for `names` ("DNS:a.example,DNS:b.example"), by itself or by `issuer`.
struct TestCertificate {
  X509* certificate = X509_new();
  EVP_PKEY* key = EVP_EC_gen("P-256");
  TestCertificate(const std::string& subject, const std::string& names, long valid_s = 3600,
                  const TestCertificate* issuer = nullptr) {
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), issuer != nullptr ? 2 : 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -7200);
    X509_gmtime_adj(X509_getm_notAfter(certificate), valid_s);
    X509_set_pubkey(certificate, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(subject.c_str()), -1, -1, 0);
    const TestCertificate& by = issuer != nullptr ? *issuer : *this;
    X509_set_issuer_name(certificate, X509_get_subject_name(by.certificate));
    extend(NID_basic_constraints, issuer != nullptr ? "CA:FALSE" : "critical,CA:TRUE");
    if (!names.empty()) extend(NID_subject_alt_name, names.c_str());
    X509_sign(certificate, by.key, EVP_sha256());
  }
  ~TestCertificate() {
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  void write(const std::string& path) const {
    FILE* out = ::fopen(path.c_str(), "w");
    PEM_write_X509(out, certificate);
    ::fclose(out);
  }

 private:
  void extend(int nid, const char* value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }
};

struct TestSocket {
  int fd = -1;
  uint16_t port = 0;
  // Bound to `address` ("127.0.0.1", "::", ...); port 0 takes a free one.
  TestSocket(const char* address, uint16_t wanted, int type) {
    const bool v6 = std::string(address).find(':') != std::string::npos;
    fd = ::socket(v6 ? AF_INET6 : AF_INET, type | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    sockaddr_in6 six{};
    sockaddr_in four{};
    six.sin6_family = AF_INET6;
    four.sin_family = AF_INET;
    six.sin6_port = four.sin_port = htons(wanted);
    if (v6) ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (v6) ::inet_pton(AF_INET6, address, &six.sin6_addr);
    if (!v6) ::inet_pton(AF_INET, address, &four.sin_addr);
    sockaddr* name = v6 ? reinterpret_cast<sockaddr*>(&six) : reinterpret_cast<sockaddr*>(&four);
    socklen_t size = v6 ? sizeof six : sizeof four;
    if (::bind(fd, name, size) != 0) ADD_FAILURE() << "cannot bind " << address << " port " << wanted;
    if (type == SOCK_STREAM) ::listen(fd, 64);
    ::getsockname(fd, name, &size);
    port = ntohs(v6 ? six.sin6_port : four.sin_port);
  }
  ~TestSocket() { ::close(fd); }
  TestSocket(const TestSocket&) = delete;
  TestSocket& operator=(const TestSocket&) = delete;
  bool is_ready(int milliseconds) const {
    pollfd look{fd, POLLIN, 0};
    return ::poll(&look, 1, milliseconds) == 1;
  }
};

// One request as a site gets it, and what it sends back, byte by byte if it likes.
class TestExchange {
 public:
  TestExchange(int fd, SSL* tls, const std::atomic<bool>& stopping)
      : fd_(fd), tls_(tls), stopping_(stopping) {}
  std::string head, method, target, body;
  std::string header(const std::string& name) const {
    const size_t at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return "";
    const size_t begin = at + name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }
  bool send(std::string_view bytes) {
    while (!bytes.empty() && !stopping_) {
      const ssize_t n = tls_ != nullptr ? SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()))
                                        : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return !stopping_;
  }
  void answer(int status, const std::string& headers, const std::string& text) {
    send("HTTP/1.1 " + std::to_string(status) + " Said\r\n" + headers +
         "Content-Length: " + std::to_string(text.size()) + "\r\n\r\n" + text);
  }
  void html(const std::string& text) { answer(200, "Content-Type: text/html; charset=utf-8\r\n", text); }
  void redirect(int status, const std::string& to) { answer(status, "Location: " + to + "\r\n", ""); }
  // Until the client has gone or the test ends.
  void hang() const {
    char byte = 0;
    while (!stopping_ && ::recv(fd_, &byte, 1, MSG_PEEK) != 0) {
    }
  }
  bool pause(int milliseconds) const {
    for (int i = 0; i < milliseconds / 10 && !stopping_; ++i) ::usleep(10'000);
    return !stopping_;
  }
  // Reads a head and its body; false at the end.
  bool read() {
    head.clear();
    size_t end = std::string::npos;
    while ((end = head.find("\r\n\r\n")) == std::string::npos) {
      if (!more(&head)) return false;
    }
    body = head.substr(end + 4);
    head.resize(end + 2);
    method = head.substr(0, head.find(' '));
    target = head.substr(method.size() + 1, head.find(' ', method.size() + 1) - method.size() - 1);
    const std::string length = header("Content-Length");
    while (!length.empty() && body.size() < std::stoul(length)) {
      if (!more(&body)) return false;
    }
    return true;
  }

 private:
  bool more(std::string* into) {
    char piece[4096];
    const ssize_t n =
        tls_ != nullptr ? SSL_read(tls_, piece, sizeof piece) : ::recv(fd_, piece, sizeof piece, 0);
    if (n > 0) into->append(piece, static_cast<size_t>(n));
    return n > 0;
  }
  int fd_;
  SSL* tls_;
  const std::atomic<bool>& stopping_;
};

// A server on loopback, HTTP or (with a certificate) HTTPS; a thread for each connection.
class TestSite {
 public:
  using Answer = std::function<void(TestExchange&)>;
  explicit TestSite(Answer answer, const TestCertificate* certificate = nullptr,
                    const char* address = "127.0.0.1", uint16_t port = 0)
      : socket_(address, port, SOCK_STREAM), answer_(std::move(answer)) {
    if (certificate != nullptr) {
      tls_ = SSL_CTX_new(TLS_server_method());
      SSL_CTX_use_certificate(tls_, certificate->certificate);
      SSL_CTX_use_PrivateKey(tls_, certificate->key);
    }
    accepting_ = std::thread([this] { accept(); });
  }
  ~TestSite() {
    stopping_ = true;
    accepting_.join();
    {
      const std::lock_guard lock(mutex_);
      for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
    }
    for (auto& thread : threads_) thread.join();
    SSL_CTX_free(tls_);
  }
  uint16_t port() const { return socket_.port; }
  int connections() const { return connections_; }
  int requests() const { return requests_; }

 private:
  void accept() {
    while (!stopping_) {
      if (!socket_.is_ready(20)) continue;
      const int fd = ::accept4(socket_.fd, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) continue;
      ++connections_;
      const std::lock_guard lock(mutex_);
      open_.push_back(fd);
      threads_.emplace_back([this, fd] { serve(fd); });
    }
  }
  void serve(int fd) {
    SSL* tls = nullptr;
    if (tls_ != nullptr) {
      tls = SSL_new(tls_);
      SSL_set_fd(tls, fd);
    }
    if (tls == nullptr || SSL_accept(tls) == 1) {
      TestExchange exchange(fd, tls, stopping_);
      while (!stopping_ && exchange.read()) {
        ++requests_;
        answer_(exchange);
        if (exchange.head.empty()) break;  // the answer says: close
      }
    }
    SSL_free(tls);
    const std::lock_guard lock(mutex_);
    open_.remove(fd);
    ::shutdown(fd, SHUT_RDWR);
    ::close(fd);
  }
  TestSocket socket_;
  const Answer answer_;
  SSL_CTX* tls_ = nullptr;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> connections_ = 0, requests_ = 0;
  std::mutex mutex_;
  std::list<int> open_;
  std::list<std::thread> threads_;
  std::thread accepting_;
};

// The real proxy in this process.
class TestEgress {
 public:
  explicit TestEgress(const std::string& folder, const std::string& toml) : paths_(folder) {
    auto config = parse_config(toml, "test.toml");
    if (!config) ADD_FAILURE() << config.error().message();
    config->data = folder;
    std::filesystem::create_directories(paths_.run());
    auto started = egress::Service::start(io_, *config, clock_);
    if (!started) ADD_FAILURE() << started.error().message();
    service_ = std::move(*started);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~TestEgress() {
    io_.stop();
    thread_.join();
  }
  const DataPaths& paths() const { return paths_; }

 private:
  const DataPaths paths_;
  SystemClock clock_;
  boost::asio::io_context io_{1};
  std::unique_ptr<egress::Service> service_;
  std::thread thread_;
};

// The proxy and a fetcher that uses it.
class TestWeb {
 public:
  // `toml`: an [egress] section; `trust`: a file of authorities.
  TestWeb(const std::string& folder, const std::string& toml, const std::string& trust = "")
      : egress_(folder, toml) {
    auto fetching = Fetcher::start({egress_.paths().egress_socket(), trust});
    if (!fetching) ADD_FAILURE() << fetching.error().message();
    fetcher_ = std::move(*fetching);
  }
  Fetcher& fetcher() { return *fetcher_; }
  FetchResult fetch(const std::string& url, std::chrono::milliseconds budget = std::chrono::seconds(10)) {
    FetchRequest request;
    const auto parsed = url::Url::parse(url);
    if (!parsed) {
      FetchResult none;
      none.trouble = FetchTrouble::kRefused;
      none.details = "no URL";
      return none;
    }
    request.url = *parsed;
    request.budget = budget;
    return fetcher_->visit(identity_of(Visitor::kDesktop), "test")->fetch_and_wait(std::move(request));
  }

 private:
  TestEgress egress_;
  std::unique_ptr<Fetcher> fetcher_;
};

}  // namespace linkgate::scan
