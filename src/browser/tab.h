#pragma once
// One tab of a visit: what it told, and what it can be asked.

#include <chrono>
#include <optional>
#include <string>

#include "browser/browser.h"
#include "browser/navigation_log.h"
#include "browser/snapshot.h"

namespace linkgate::browser {

using Instant = std::chrono::steady_clock::time_point;

class Tab {
 public:
  // `first`: how its first document was reached.
  Tab(Browser& browser, const Target& target, verdict::HopKind first)
      : session(target.session), id(target.id), log(target.id, first), browser_(browser) {}

  // Makes it the visitor's, and lets it go on. prepared() is the same, and waits until all of it holds: a
  // document that arrives before would not be told of.
  boost::asio::awaitable<Result<void>> prepared(const std::vector<std::pair<std::string, Json>>& identity,
                                                Instant deadline);
  void prepare(const std::vector<std::pair<std::string, Json>>& identity);
  // Its frames as they stand, the main one first, at most kMaxFrames. A script that never rests is ended
  // once.
  boost::asio::awaitable<Result<std::vector<Snapshot>>> take(Instant deadline);
  // A place on the page, in its pixels, where a click hits nothing that a person could have meant to press.
  boost::asio::awaitable<std::optional<std::pair<int, int>>> blank_place(Instant deadline);
  // PNG of what is seen, in pixels of the page; empty where there is none in time.
  boost::asio::awaitable<std::string> screenshot(Instant deadline);
  // The bytes of the page's icon, mostly from the browser's cache; empty where there is none, or none in
  // time.
  boost::asio::awaitable<std::string> fetch_icon(const Snapshot& frame, Instant deadline);
  // Looks for ourselves at a certificate that Chromium did not take.
  boost::asio::awaitable<void> verify_certificate(Instant deadline);
  void send(std::string_view method, const Json& params) {
    browser_.devtools().send(session, method, params);
  }

  const std::string session, id;
  NavigationLog log;
  bool is_gone = false;  // closed, by itself or by us
  bool has_crashed = false;
  Instant last_activity = std::chrono::steady_clock::now();

 private:
  void set_up(const std::vector<std::pair<std::string, Json>>& identity);
  boost::asio::awaitable<Result<Snapshot>> take_frame(std::string frame, Instant deadline);
  boost::asio::awaitable<std::string> read_stream(std::string handle, Instant deadline);
  boost::asio::awaitable<Result<Json>> call(std::string method, Json params, Instant deadline);

  Browser& browser_;
};

inline constexpr size_t kMaxFrames = 8;
inline constexpr size_t kMaxScreenshotBytes = 4 << 20;
inline constexpr size_t kMaxIconBytes = 256 << 10;

}  // namespace linkgate::browser
