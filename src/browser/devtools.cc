#include "browser/devtools.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cstdint>
#include <deque>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace linkgate::browser {
namespace {

namespace asio = boost::asio;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr size_t kReadBytes = 64 * 1024;

Error refusal(const std::string& method, const Json& error) {
  const auto message = error.is_object() ? error.find("message") : error.end();
  const bool has_message = error.is_object() && message != error.end() && message->is_string();
  return Error(ErrorCode::kInvalidArgument,
               method + ": " + (has_message ? message->get<std::string>() : "refused"));
}

// A call under way; lives in the coroutine of call().
struct Waiter {
  explicit Waiter(asio::io_context& io) : timer(io) {}
  asio::steady_timer timer;  // ends early when there is something to wake for
  std::optional<Json> answer;
  bool is_cut = false;
};

}  // namespace

bool MessageSplitter::feed(std::string_view octets, size_t max_bytes,
                           const std::function<void(std::string_view)>& on_message) {
  while (true) {
    const size_t end = octets.find('\0');
    if (rest_.size() + (end == std::string_view::npos ? octets.size() : end) > max_bytes) return false;
    if (end == std::string_view::npos) break;
    if (rest_.empty()) {
      on_message(octets.substr(0, end));
    } else {
      rest_.append(octets.substr(0, end));
      on_message(rest_);
      std::string().swap(rest_);
    }
    octets.remove_prefix(end + 1);
  }
  rest_.append(octets);
  return true;
}

struct DevTools::State {
  State(asio::io_context& context, int commands_fd, int answers_fd)
      : io(context), commands(context, commands_fd), answers(context, answers_fd) {}

  void on_message(std::string_view text) {
    const Json message = Json::parse(text, nullptr, false);
    if (!message.is_object()) return;
    const auto method = message.find("method");
    if (method != message.end() && method->is_string()) {
      const auto session = message.find("sessionId");
      const auto params = message.find("params");
      static const Json kNone = Json::object();
      if (on_event)
        on_event(session != message.end() && session->is_string() ? session->get<std::string>() : "",
                 method->get<std::string>(),
                 params != message.end() && params->is_object() ? *params : kNone);
      return;
    }
    const auto id = message.find("id");
    if (id == message.end() || !id->is_number_unsigned()) return;
    const auto waiter = waiters.find(id->get<uint64_t>());
    if (waiter == waiters.end()) return;
    waiter->second->answer = message;
    waiter->second->timer.cancel();
  }

  void end(const std::string& why) {
    if (!is_open) return;
    is_open = false;
    boost::system::error_code ignored;
    commands.close(ignored);
    answers.close(ignored);
    for (auto& [id, waiter] : waiters) {
      waiter->is_cut = true;
      waiter->timer.cancel();
    }
    if (ended) std::exchange(ended, nullptr)(why);
  }

  uint64_t enqueue(const std::string& session, std::string_view method, const Json& params);

  asio::io_context& io;
  asio::posix::stream_descriptor commands, answers;
  bool is_open = true, is_writing = false;
  uint64_t last_id = 0;
  std::map<uint64_t, Waiter*> waiters;
  std::deque<std::string> unwritten;
  size_t unwritten_bytes = 0;
  MessageSplitter splitter;
  EventHandler on_event;
  std::function<void(const std::string&)> ended;
};

namespace {

template <typename State>
asio::awaitable<void> read_all(std::shared_ptr<State> state) {
  std::string buffer(kReadBytes, '\0');
  while (state->is_open) {
    const auto [error, size] = co_await state->answers.async_read_some(asio::buffer(buffer), kAwait);
    if (error) {
      state->end("the browser ended");
    } else if (!state->splitter.feed(std::string_view(buffer).substr(0, size), kMaxMessageBytes,
                                     [&](std::string_view text) { state->on_message(text); })) {
      state->end("the browser sent a message without end");
    }
  }
}

template <typename State>
asio::awaitable<void> write_all(std::shared_ptr<State> state) {
  while (state->is_open && !state->unwritten.empty()) {
    const std::string message = std::move(state->unwritten.front());
    state->unwritten.pop_front();
    const auto [error, size] = co_await asio::async_write(state->commands, asio::buffer(message), kAwait);
    state->unwritten_bytes -= message.size();
    if (error) state->end("the browser ended");
  }
  state->is_writing = false;
}

}  // namespace

uint64_t DevTools::State::enqueue(const std::string& session, std::string_view method, const Json& params) {
  const uint64_t id = ++last_id;
  Json message{{"id", id}, {"method", method}, {"params", params}};
  if (!session.empty()) message["sessionId"] = session;
  // What comes from a page and is no UTF-8 is replaced, never thrown.
  std::string text = message.dump(-1, ' ', false, Json::error_handler_t::replace);
  text.push_back('\0');
  unwritten_bytes += text.size();
  unwritten.push_back(std::move(text));
  return id;
}

DevTools::DevTools(asio::io_context& io, int commands_fd, int answers_fd)
    : state_(std::make_shared<State>(io, commands_fd, answers_fd)) {}

DevTools::~DevTools() {
  state_->on_event = nullptr;
  state_->ended = nullptr;
  close();
}

void DevTools::start(EventHandler on_event, std::function<void(const std::string&)> ended) {
  state_->on_event = std::move(on_event);
  state_->ended = std::move(ended);
  asio::co_spawn(state_->io, read_all(state_), asio::detached);
}

void DevTools::send(const std::string& session, std::string_view method, const Json& params) {
  if (!state_->is_open) return;
  state_->enqueue(session, method, params);
  if (state_->unwritten_bytes > kMaxUnwrittenBytes) return state_->end("the browser reads nothing any more");
  if (!std::exchange(state_->is_writing, true)) asio::co_spawn(state_->io, write_all(state_), asio::detached);
}

asio::awaitable<Result<Json>> DevTools::call(std::string session, std::string method, Json params,
                                             std::chrono::milliseconds timeout) {
  const std::shared_ptr<State> state = state_;
  if (!state->is_open) co_return Error(ErrorCode::kUnavailable, "the browser ended");
  Waiter waiter(state->io);
  waiter.timer.expires_after(timeout);
  const uint64_t id = state->last_id + 1;
  state->waiters.emplace(id, &waiter);
  send(session, method, params);
  if (!waiter.is_cut) co_await waiter.timer.async_wait(kAwait);
  state->waiters.erase(id);
  if (waiter.answer) {
    const auto error = waiter.answer->find("error");
    if (error != waiter.answer->end()) co_return refusal(method, *error);
    Json result = std::move((*waiter.answer)["result"]);
    if (!result.is_object()) result = Json::object();
    co_return result;
  }
  if (waiter.is_cut) co_return Error(ErrorCode::kUnavailable, "the browser ended");
  co_return Error(ErrorCode::kTimeout, method + ": no answer in time");
}

bool DevTools::is_open() const { return state_->is_open; }
void DevTools::close() { state_->end("closed"); }

}  // namespace linkgate::browser
