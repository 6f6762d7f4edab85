#include "store/shipper.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "base/log.h"
#include "base/metrics.h"
#include "events/schema.h"
#include "events/spool_format.h"

namespace linkgate::store {
namespace {

using events::SpoolReader;
using events::SpoolSegment;

// Of segments that were there before us: a row may lie in one for so long before its last (SpoolOptions'
// default age).
constexpr std::chrono::milliseconds kSegmentAge{200};
// An error of a kind that we do not know is tried again so often (ten minutes, at the longest backoff), then
// its lines are looked at one by one: it may still be the store's trouble, and lines set aside need a person.
constexpr int kMaxUnknownFailures = 600;

// What is the same of a segment before and after it is sealed.
std::string stem_of(std::string_view path) { return std::string(path.substr(0, path.rfind('.'))); }

struct Metrics {
  metrics::Counter& rows =
      metrics::process().counter("linkgate_ship_rows_total", "Event rows the store confirmed");
  metrics::Counter& segments =
      metrics::process().counter("linkgate_ship_segments_total", "Spool segments shipped");
  metrics::Counter& rejected = metrics::process().counter("linkgate_ship_rejected_lines_total",
                                                          "Lines that the store refused, set aside");
  metrics::Counter& damaged = metrics::process().counter("linkgate_ship_damaged_lines_total",
                                                         "Spool lines with a wrong checksum, set aside");
  metrics::Counter& failures =
      metrics::process().counter("linkgate_ship_failures_total", "Times that the store did not take events");
  metrics::Gauge& waiting =
      metrics::process().gauge("linkgate_ship_pending_segments", "Sealed segments that wait");
  metrics::Gauge& lag =
      metrics::process().gauge("linkgate_ship_lag_seconds", "How far the store is behind the spools");
};
Metrics& counters() {
  static Metrics metrics;
  return metrics;
}

}  // namespace

Shipper::Shipper(ShipperOptions options, EventSink& sink, FileSystem& files, const Clock& clock)
    : options_(std::move(options)), sink_(sink), files_(files), clock_(clock) {}

// Rows that the store refuses are found by halving.
Result<void> Shipper::ship_table(const SpoolSegment& segment, const std::string& table,
                                 const std::vector<std::string_view>& lines, std::string& rejected) {
  struct Range {
    size_t begin, end;
  };
  std::deque<Range> ranges = {{0, lines.size()}};
  while (!ranges.empty()) {
    const Range range = ranges.front();
    ranges.pop_front();
    const std::vector<std::string_view> piece(lines.begin() + static_cast<ptrdiff_t>(range.begin),
                                              lines.begin() + static_cast<ptrdiff_t>(range.end));
    auto inserted = sink_.insert(table, piece);
    if (inserted) {
      counters().rows.add(static_cast<double>(piece.size()));
    } else if (!is_refusal(inserted.error(), segment.path)) {
      return inserted;
    } else if (piece.size() == 1) {
      log::error("ship: a line for {} is refused and set aside beside {}: {}", table, segment.path,
                 inserted.error().message());
      counters().rejected.add();
      rejected += events::format_line(table, piece[0]);
    } else {
      const size_t middle = range.begin + piece.size() / 2;
      ranges.push_front({middle, range.end});
      ranges.push_front({range.begin, middle});
    }
  }
  return {};
}

Result<void> Shipper::ship(SpoolReader& reader, const std::string& path) {
  TRY_ASSIGN(const SpoolSegment segment, reader.read(path));
  counters().damaged.add(segment.damaged_lines);
  std::map<std::string, std::vector<std::string_view>> tables;
  std::string rejected;
  for (const auto& line : segment.lines) {
    if (events::find_table(line.table) != nullptr) {
      tables[line.table].push_back(line.json);
    } else {
      log::error("ship: there is no table {}; its line is set aside beside {}", line.table, path);
      counters().rejected.add();
      rejected += events::format_line(line.table, line.json);
    }
  }
  for (const auto& [table, lines] : tables) TRY(ship_table(segment, table, lines, rejected));
  if (!rejected.empty()) TRY(reader.reject(path, rejected));
  TRY(reader.remove(path));
  counters().segments.add();
  return {};
}

// The rows themselves are wrong, as opposed to the store being in trouble.
bool Shipper::is_refusal(const Error& error, const std::string& path) {
  if (error.code() == ErrorCode::kInvalidArgument) return true;
  if (error.code() != ErrorCode::kInternal) return false;
  failures_ = failing_ == path ? failures_ + 1 : 1;
  failing_ = path;
  return failures_ > kMaxUnknownFailures;
}

// Takes note of what is there now.
Result<void> Shipper::look_at(const std::string& directory, Time now) {
  TRY_ASSIGN(const auto names, files_.list(directory));
  for (const std::string& name : names) {
    const bool segment = events::parse_segment_name(name, events::kOpenSuffix).has_value() ||
                         events::parse_segment_name(name, events::kSealedSuffix).has_value();
    if (!segment) continue;
    const std::string path = directory + "/" + name;
    const auto [entry, is_new] = pending_.try_emplace(stem_of(path), Pending{last_look_});
    entry->second.missed = 0;
    if (is_new && last_look_ == Time{})
      entry->second.since = files_.modified_at(path).value_or(now) - kSegmentAge;
  }
  return {};
}

Result<void> Shipper::drain_spool(const std::string& directory) {
  SpoolReader reader(directory, files_);
  TRY_ASSIGN(const auto paths, reader.sealed());
  for (size_t i = 0; i < paths.size(); ++i) {
    auto shipped = ship(reader, paths[i]);
    if (!shipped) {
      counters().waiting.add(static_cast<double>(paths.size() - i));
      return shipped;
    }
    pending_.erase(stem_of(paths[i]));
  }
  return {};
}

Result<void> Shipper::drain() {
  const Time now = clock_.now();
  counters().waiting.set(0);
  seal_orphans();
  TRY_ASSIGN(const auto names, files_.list(options_.spools));
  for (auto& [stem, pending] : pending_) ++pending.missed;
  Result<void> result = sink_.prepare();
  const bool ready = result.has_value();
  for (const std::string& name : names) {
    const std::string directory = options_.spools + "/" + name;
    auto drained = look_at(directory, now);
    if (drained && ready) drained = drain_spool(directory);
    if (!drained && result) result = drained;
  }
  std::erase_if(pending_, [](const auto& entry) { return entry.second.missed > 1; });
  // What came after the last look may have been missed in this one, had it just been renamed.
  Time fresh = last_look_;
  for (const auto& [stem, pending] : pending_) fresh = std::min(fresh, pending.since);
  fresh_until_ = fresh;
  last_look_ = now;
  if (fresh != Time{}) counters().lag.set(std::chrono::duration<double>(now - fresh).count());
  const std::lock_guard guard(trouble_mutex_);
  trouble_ = result ? "" : result.error().message();
  return result;
}

std::string Shipper::trouble() const {
  const std::lock_guard guard(trouble_mutex_);
  return trouble_;
}

void Shipper::seal_orphans() {
  const auto now = clock_.steady_now();
  if (orphans_looked_ && now - orphans_sealed_ < options_.orphan_interval) return;
  orphans_looked_ = true;
  orphans_sealed_ = now;
  const auto names = files_.list(options_.spools);
  if (!names) return;
  for (const std::string& name : *names) {
    auto sealed = events::seal_orphans(options_.spools + "/" + name, files_);
    if (!sealed) {
      log::warn("ship: {}", sealed.error().message());
    } else if (*sealed > 0) {
      log::info("ship: sealed {} segments in {} that no program was writing to", *sealed, name);
    }
  }
}

void Shipper::run(const std::function<bool()>& stop,
                  const std::function<void(std::chrono::milliseconds)>& wait) {
  std::chrono::milliseconds backoff = options_.first_backoff;
  std::string told;  // each trouble once
  while (!stop()) {
    if (auto drained = drain()) {
      if (!told.empty()) log::info("ship: the store takes events again");
      told.clear();
      backoff = options_.first_backoff;
      wait(options_.poll);
    } else {
      if (told != drained.error().message()) {
        told = drained.error().message();
        log::warn("ship: events wait in the spool: {}", told);
      }
      counters().failures.add();
      wait(backoff);
      backoff = std::min(backoff * 2, options_.max_backoff);
    }
  }
}

}  // namespace linkgate::store
