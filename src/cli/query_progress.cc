#include "cli/query_progress.h"

#include <fmt/format.h>
#include <unistd.h>

namespace linkgate::cli {
namespace {
constexpr std::chrono::seconds kQuiet{2};  // a query that is done by then needs no line
constexpr const char* kClearLine = "\r\x1b[K";
}  // namespace

QueryProgress::QueryProgress()
    : on_terminal_(::isatty(STDERR_FILENO) != 0), begin_(std::chrono::steady_clock::now()) {}

void QueryProgress::tick() {
  const auto spent =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - begin_);
  if (!on_terminal_ || spent < kQuiet || spent == shown_) return;
  shown_ = spent;
  fmt::print(stderr, "{}linkgate: asking for {} s; Ctrl-C cancels", kClearLine, spent.count());
}

QueryProgress::~QueryProgress() {
  if (shown_.count() > 0) fmt::print(stderr, "{}", kClearLine);
}

}  // namespace linkgate::cli
