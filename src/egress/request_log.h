#pragma once
// What was asked of the proxy and what became of it: the last kRequestLogEntries requests, in memory, for the
// evidence of a scan and for an administrator who wants to know where his machines went.

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace linkgate::egress {

inline constexpr size_t kRequestLogEntries = 8192;
inline constexpr size_t kMaxLogAnswer = 1000;  // entries of one answer

struct RequestEntry {
  uint64_t id = 0;
  Time begun{};
  std::string door;    // "pages", "feeds"
  std::string client;  // who asked, as it calls itself; else "pid-N"
  std::string method;  // "CONNECT", "GET", ...; empty where it was no request
  std::string host;
  uint16_t port = 0;
  std::string address;  // that was dialled; empty where none was
  std::string verdict;  // "allowed", "refused", "failed"
  std::string error;    // Proxy-Status's word for a refusal
  std::string details;  // a sentence; what ended it early, too
  uint64_t bytes_up = 0, bytes_down = 0;
  std::chrono::milliseconds took{0};
  bool is_open = false;
};

class RequestLog {
 public:
  uint64_t add(RequestEntry entry);  // its id, from 1 on
  // nullptr where it was pushed out.
  RequestEntry* find(uint64_t id);

  struct Filter {
    std::string client, host;  // empty: all
    uint64_t after = 0;        // ids above it
    size_t limit = kMaxLogAnswer;
  };
  // "?client=...&host=...&after=N&limit=N", all optional.
  static Filter parse_filter(std::string_view query);
  // {"requests":[{...}],"last":ID}, oldest first.
  std::string json(const Filter& filter) const;

 private:
  std::deque<RequestEntry> entries_;
  uint64_t last_ = 0;
};

}  // namespace linkgate::egress
