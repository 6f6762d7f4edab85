#include "functions/service.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "functions/call.h"
#include "functions/clock_of_call.h"
#include "functions/function.h"

namespace linkgate::functions {
namespace {

constexpr size_t kReadBytes = 256u << 10;
constexpr size_t kWriteBytes = 256u << 10;

Error io_error(std::string_view what) {
  return Error(ErrorCode::kIo, std::string(what) + ": " + std::generic_category().message(errno));
}

Result<void> write_all(int out, std::string& answers) {
  for (size_t at = 0; at < answers.size();) {
    const ssize_t written = ::write(out, answers.data() + at, answers.size() - at);
    if (written < 0 && errno != EINTR) return io_error("cannot write an answer");
    if (written > 0) at += static_cast<size_t>(written);
  }
  answers.clear();
  return {};
}

// Appends what there is; false at the end.
Result<bool> read_some(int in, std::string& bytes) {
  const size_t size = bytes.size();
  bytes.resize(size + kReadBytes);
  ssize_t got = 0;
  do {
    got = ::read(in, bytes.data() + size, kReadBytes);
  } while (got < 0 && errno == EINTR);
  bytes.resize(size + static_cast<size_t>(got < 0 ? 0 : got));
  if (got < 0) return io_error("cannot read a call");
  return got > 0;
}

using Clock = std::chrono::steady_clock;

bool has_input(int in) {
  pollfd waiting{.fd = in, .events = POLLIN};
  return ::poll(&waiting, 1, 0) > 0;
}

}  // namespace

Result<void> serve(int in, int out, const Patience& patience) {
  std::string bytes, answers;
  Call call;
  auto block_began = Clock::now(), written = block_began;
  for (;;) {
    const bool idle = !has_input(in);
    TRY_ASSIGN(const bool more, read_some(in, bytes));
    if (!more) return {};
    if (idle) block_began = written = Clock::now();
    size_t at = 0, taken = 0;
    Read read = Read::kCall;
    while (at < bytes.size()) {
      read = read_call(std::string_view(bytes).substr(at), call, taken);
      if (read != Read::kCall) break;
      begin_call();
      append_answer(answers, evaluate(call));
      end_call();
      at += taken;
      const auto now = Clock::now();
      if (now - block_began > patience.block)
        return Error(ErrorCode::kLimit, "the calls of one block take too long");
      if (answers.size() > kWriteBytes || now - written > patience.answer) {
        TRY(write_all(out, answers));
        written = now;
      }
    }
    if (read == Read::kMalformed) return Error(ErrorCode::kCorrupt, "this is no call of a function");
    bytes.erase(0, at);
    TRY(write_all(out, answers));
  }
}

}  // namespace linkgate::functions
