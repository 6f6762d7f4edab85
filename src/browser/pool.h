#pragma once
// Browsers kept warm, and visits shared out among them: several pages at once, a new browser after so many
// pages or so much memory, and an answer for every visit whatever becomes of the browser.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "browser/browser.h"
#include "browser/visit.h"
#include "verdict/page.h"

namespace linkgate::browser {

struct PoolOptions {
  BrowserOptions browser;
  Locale locale;                              // of most visits: tabs for it are opened ahead
  int pages = 2;                              // at once
  size_t queue = 64;                          // visits that wait; more are answered at once, with trouble
  int visits_per_browser = 200;               // then it is replaced
  uint64_t max_memory_bytes = 1536ULL << 20;  // of a browser and all its processes
};

class Pool {
 public:
  // Starts a thread, and waits for the first browser. Errors say in one sentence why there can be none: not
  // installed, not to be confined, does not start.
  static Result<std::unique_ptr<Pool>> start(PoolOptions options);
  // Visits under way end with trouble.
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // Visits under way end with trouble, and so does whatever is asked from now on. Returns at once.
  // Thread-safe.
  void stop();

  // Waits for the page. At most about the budget and kMaxOverrun after its turn has come, and kMaxOverrun
  // after VisitRequest::latest whether it comes or not. Thread-safe.
  verdict::Page visit(VisitRequest request);
  // Calls `done` from the pool's thread; it must not block. Thread-safe.
  void visit(VisitRequest request, std::function<void(verdict::Page)> done);

  // Why nothing can be seen now, in one sentence; empty where all is well. Thread-safe.
  std::string trouble() const;

  struct Figures {
    uint64_t visits = 0, refused = 0;
    uint64_t browsers_started = 0, browsers_lost = 0;
    uint64_t renderers_killed = 0;  // for their memory
    uint64_t memory_bytes = 0;      // of the browser now
    int browser_pid = -1;           // -1: none now
  };
  Figures figures() const;  // thread-safe

 private:
  struct Impl;
  explicit Pool(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

inline constexpr std::chrono::seconds kMaxOverrun{8};

}  // namespace linkgate::browser
