#include "net/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <optional>

namespace linkgate::net {
namespace {

constexpr int kBacklog = 1024;
constexpr std::string_view kUnixPrefix = "unix:";

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

Error bad_address(const std::string& listen) {
  return Error(ErrorCode::kInvalidArgument,
               "listen address '" + listen + "' is not ADDRESS:PORT, [IPV6]:PORT or unix:/path");
}

Error from_errno(int error, const std::string& context) {
  ErrorCode code = error == EADDRINUSE || error == EACCES || error == EADDRNOTAVAIL ? ErrorCode::kUnavailable
                                                                                    : ErrorCode::kIo;
  return Error(code, context + ": " + std::strerror(error));
}

Result<SocketAddress> parse_unix(const std::string& listen) {
  SocketAddress address;
  auto* unix_address = reinterpret_cast<sockaddr_un*>(&address.storage);
  std::string path = listen.substr(kUnixPrefix.size());
  if (path.empty()) return bad_address(listen);
  if (path.size() >= sizeof(unix_address->sun_path)) {
    return Error(ErrorCode::kInvalidArgument, "socket path '" + path + "' is longer than " +
                                                  std::to_string(sizeof(unix_address->sun_path) - 1) +
                                                  " bytes");
  }
  unix_address->sun_family = AF_UNIX;
  std::memcpy(unix_address->sun_path, path.c_str(), path.size() + 1);
  address.size = sizeof(sockaddr_un);
  return address;
}

Result<SocketAddress> parse_address(const std::string& listen) {
  if (listen.starts_with(kUnixPrefix)) return parse_unix(listen);
  size_t colon = listen.rfind(':');
  if (colon == std::string::npos) return bad_address(listen);
  std::string host = listen.substr(0, colon);
  uint16_t port = 0;
  const char* end = listen.data() + listen.size();
  auto [stop, error] = std::from_chars(listen.data() + colon + 1, end, port);
  if (error != std::errc() || stop != end) return bad_address(listen);

  SocketAddress address;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    if (inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &v6->sin6_addr) != 1)
      return bad_address(listen);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    address.size = sizeof(sockaddr_in6);
    return address;
  }
  if (host == "localhost") host = "127.0.0.1";
  if (host.empty() || host == "*") host = "0.0.0.0";
  if (inet_pton(AF_INET, host.c_str(), &v4->sin_addr) != 1) return bad_address(listen);
  v4->sin_family = AF_INET;
  v4->sin_port = htons(port);
  address.size = sizeof(sockaddr_in);
  return address;
}

// A socket file left by an earlier process would make bind() fail; anything that is not a socket is left
// alone.
void remove_old_socket(const std::string& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode)) unlink(path.c_str());
}

}  // namespace

int inherited_fd(std::string_view name) {
  const char* variable = std::getenv("LINKGATE_FDS");
  if (variable == nullptr) return -1;
  std::string_view rest(variable);
  while (!rest.empty()) {
    std::string_view item = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), item.size() + 1));
    size_t equals = item.find('=');
    if (equals == std::string_view::npos || item.substr(0, equals) != name) continue;
    int fd = -1;
    std::string_view number = item.substr(equals + 1);
    auto [stop, error] = std::from_chars(number.data(), number.data() + number.size(), fd);
    if (error != std::errc() || stop != number.data() + number.size() || fcntl(fd, F_GETFD) < 0) return -1;
    // Ours alone from here on: no child of this program may inherit it, and accept() must never block.
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    return fd;
  }
  return -1;
}

Result<int> open_listener(const std::string& listen) {
  TRY_ASSIGN(SocketAddress address, parse_address(listen));
  int family = address.get()->sa_family;
  int fd = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return from_errno(errno, "cannot listen on " + listen);
  int on = 1;
  if (family == AF_UNIX) {
    remove_old_socket(listen.substr(kUnixPrefix.size()));
  } else {
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));  // inherited by what accept() returns
    if (family == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
  }
  if (::bind(fd, address.get(), address.size) < 0 || ::listen(fd, kBacklog) < 0) {
    int error = errno;
    ::close(fd);
    return from_errno(error, "cannot listen on " + listen);
  }
  return fd;
}

std::string local_address(int fd) {
  SocketAddress address;
  address.size = sizeof(address.storage);
  if (::getsockname(fd, address.get(), &address.size) < 0) return {};
  char text[INET6_ADDRSTRLEN] = {};
  switch (address.get()->sa_family) {
    case AF_UNIX:
      return std::string(kUnixPrefix) + reinterpret_cast<sockaddr_un*>(&address.storage)->sun_path;
    case AF_INET: {
      auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
      inet_ntop(AF_INET, &v4->sin_addr, text, sizeof(text));
      return std::string(text) + ":" + std::to_string(ntohs(v4->sin_port));
    }
    case AF_INET6: {
      auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
      inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof(text));
      return "[" + std::string(text) + "]:" + std::to_string(ntohs(v6->sin6_port));
    }
    default:
      return {};
  }
}

}  // namespace linkgate::net
