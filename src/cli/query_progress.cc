#include "cli/query_progress.h"

#include <fmt/format.h>
#include <unistd.h>

namespace linkgate::cli {
namespace {

constexpr std::chrono::seconds kQuiet{2};  // a query that is done by then needs no line
constexpr std::chrono::seconds kBetweenLooks{1};
constexpr const char* kClearLine = "\r\x1b[K";

// 950, 21 thousand, 2.5 million, 25 million, 3,000 million
std::string readable(uint64_t rows) {
  constexpr uint64_t kThousand = 1'000, kMillion = 1'000'000;
  if (rows < kThousand) return std::to_string(rows);
  if (rows < kMillion) return std::to_string(rows / kThousand) + " thousand";
  if (rows < 10 * kMillion)
    return fmt::format("{}.{} million", rows / kMillion, rows % kMillion / (kMillion / 10));
  std::string digits = std::to_string(rows / kMillion);
  for (size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits + " million";
}

}  // namespace

std::string progress_line(std::chrono::seconds spent, const store::ReadSoFar& read) {
  std::string line = fmt::format("asking for {} s", spent.count());
  if (read.rows == 0) return line;
  line += fmt::format(", {} rows read", readable(read.rows));
  if (read.of_rows > read.rows) line += fmt::format(" of some {}", readable(read.of_rows));
  return line;
}

QueryProgress::QueryProgress(Look look)
    : on_terminal_(::isatty(STDERR_FILENO) != 0),
      begin_(std::chrono::steady_clock::now()),
      look_(std::move(look)) {
  if (on_terminal_ && look_)
    looking_ = std::jthread([this](const std::stop_token& done) { keep_looking(done); });
}

void QueryProgress::keep_looking(const std::stop_token& done) {
  const auto pause = [&](std::chrono::seconds time) {
    std::unique_lock lock(mutex_);
    stopped_.wait_for(lock, done, time, [] { return false; });
    return !done.stop_requested();
  };
  for (bool on = pause(kQuiet); on; on = pause(kBetweenLooks)) {
    const auto found = look_();
    if (!found) continue;
    rows_ = found->rows;
    of_rows_ = found->of_rows;
  }
}

void QueryProgress::tick() {
  const auto spent =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - begin_);
  if (!on_terminal_ || spent < kQuiet || spent == shown_) return;
  shown_ = spent;
  fmt::print(stderr, "{}linkgate: {}; Ctrl-C cancels", kClearLine, progress_line(spent, {rows_, of_rows_}));
}

QueryProgress::~QueryProgress() {
  if (shown_.count() > 0) fmt::print(stderr, "{}", kClearLine);
}

}  // namespace linkgate::cli
