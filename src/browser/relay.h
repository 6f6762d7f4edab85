#pragma once
// From a TCP port on the browser's loopback to the egress proxy's unix socket: the only way out of the
// browser's network namespace. Octets are passed on as they are; the proxy understands them.

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

namespace linkgate::browser {

// More than this at once are closed as they come.
inline constexpr int kMaxRelayed = 512;

// Lives until destruction; connections under way are cut then. One thread: that of `io`.
class Relay {
 public:
  // `listener` is taken over. An empty `socket_path` refuses whatever comes (403).
  Relay(boost::asio::io_context& io, int listener, std::string socket_path);
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;
  ~Relay();

  uint64_t accepted() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the coroutines, which end later
};

}  // namespace linkgate::browser
