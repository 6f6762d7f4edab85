#include "egress/request_log.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/ascii.h"

namespace linkgate::egress {
namespace {

nlohmann::json as_json(const RequestEntry& entry) {
  return {{"id", entry.id},
          {"time", to_iso8601(entry.begun)},
          {"door", entry.door},
          {"client", entry.client},
          {"method", entry.method},
          {"host", entry.host},
          {"port", entry.port},
          {"address", entry.address},
          {"verdict", entry.verdict},
          {"error", entry.error},
          {"details", entry.details},
          {"bytes_up", entry.bytes_up},
          {"bytes_down", entry.bytes_down},
          {"milliseconds", entry.took.count()},
          {"open", entry.is_open}};
}

template <typename Number>
void read_number(std::string_view text, Number* out) {
  std::from_chars(text.data(), text.data() + text.size(), *out);
}

}  // namespace

uint64_t RequestLog::add(RequestEntry entry) {
  entry.id = ++last_;
  entries_.push_back(std::move(entry));
  if (entries_.size() > kRequestLogEntries) entries_.pop_front();
  return last_;
}

RequestEntry* RequestLog::find(uint64_t id) {
  if (entries_.empty() || id < entries_.front().id || id > last_) return nullptr;
  return &entries_[id - entries_.front().id];
}

RequestLog::Filter RequestLog::parse_filter(std::string_view query) {
  Filter filter;
  if (query.starts_with('?')) query.remove_prefix(1);
  for (const std::string_view pair : ascii::split(query, '&')) {
    const size_t equals = pair.find('=');
    if (equals == pair.npos) continue;
    const std::string_view name = pair.substr(0, equals), value = pair.substr(equals + 1);
    if (name == "client") filter.client = value;
    if (name == "host") filter.host = value;
    if (name == "after") read_number(value, &filter.after);
    if (name == "limit") read_number(value, &filter.limit);
  }
  filter.limit = std::min(filter.limit, kMaxLogAnswer);
  return filter;
}

std::string RequestLog::json(const Filter& filter) const {
  nlohmann::json found = nlohmann::json::array();
  uint64_t last = filter.after;
  for (const RequestEntry& entry : entries_) {
    if (entry.id <= filter.after || found.size() >= filter.limit) continue;
    last = entry.id;
    if (!filter.client.empty() && entry.client != filter.client) continue;
    if (!filter.host.empty() && entry.host != filter.host) continue;
    found.push_back(as_json(entry));
  }
  return nlohmann::json{{"requests", std::move(found)}, {"last", last}}.dump(
      -1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace linkgate::egress
