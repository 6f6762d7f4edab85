#pragma once
// A client of the DevTools protocol over Chromium's two pipes: JSON messages, each ended by NUL. Calls wait
// for the answer with their id; what has no id is an event of a session ("" is the browser itself). One
// thread: that of the io_context.
//
// The other end is a browser that hostile pages try to take over, so nothing it sends grows us without bound.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace linkgate::browser {

using Json = nlohmann::json;

// A longer message ends the connection. The largest that we ask for is a document with its shadow roots.
inline constexpr size_t kMaxMessageBytes = 48ULL << 20;
// Of what we wrote and a browser that hangs did not read; beyond it the connection ends.
inline constexpr size_t kMaxUnwrittenBytes = 8ULL << 20;

// Cuts a stream of octets into messages. Pure.
class MessageSplitter {
 public:
  // Calls `on_message` for every message that is complete by now. False where one has grown beyond
  // `max_bytes`; nothing more is taken then.
  bool feed(std::string_view octets, size_t max_bytes,
            const std::function<void(std::string_view)>& on_message);

 private:
  std::string rest_;
};

class DevTools {
 public:
  using EventHandler =
      std::function<void(const std::string& session, const std::string& method, const Json& params)>;

  // Takes over both descriptors.
  DevTools(boost::asio::io_context& io, int commands_fd, int answers_fd);
  DevTools(const DevTools&) = delete;
  DevTools& operator=(const DevTools&) = delete;
  ~DevTools();  // as close()

  // Before the first call. `ended` is called once, from the io_context, with why; not after destruction.
  void start(EventHandler on_event, std::function<void(const std::string& why)> ended);

  // The result, always an object. Errors: kTimeout, kUnavailable (the connection ended), kInvalidArgument
  // (what DevTools says against it). DevTools may be destroyed meanwhile.
  boost::asio::awaitable<Result<Json>> call(std::string session, std::string method, Json params,
                                            std::chrono::milliseconds timeout);
  // Nobody waits for the answer.
  void send(const std::string& session, std::string_view method, const Json& params);

  bool is_open() const;
  void close();

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the coroutines, which end later
};

}  // namespace linkgate::browser
