#pragma once
// Drains the spools of all programs into the event store: oldest segment first within a spool, one INSERT for
// each table of a segment, and only then the segment goes. Killed anywhere, it does the same again, and a row
// that the store has already replaces itself.

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/result.h"
#include "events/spool.h"

namespace linkgate::store {

// The store as a shipper needs it (StoreSink); tests have one that fails on demand.
class EventSink {
 public:
  virtual ~EventSink() = default;
  // Called before each drain(): tables are to be there also where no event has come yet.
  virtual Result<void> prepare() { return {}; }
  // As StoreClient::insert().
  virtual Result<void> insert(std::string_view table, const std::vector<std::string_view>& lines) = 0;
};

struct ShipperOptions {
  std::string spools;  // folder of the programs' spool folders
  std::chrono::milliseconds poll{20};
  std::chrono::milliseconds first_backoff{
      100};  // doubles up to max_backoff while the store does not take events
  std::chrono::milliseconds max_backoff{1000};
  std::chrono::seconds orphan_interval{10};  // how often spools without a writer are looked for
};

// One thread. Metrics: linkgate_ship_*.
class Shipper {
 public:
  Shipper(ShipperOptions options, EventSink& sink, FileSystem& files, const Clock& clock);

  // Ships what is sealed now. The first error of a spool leaves the rest of that spool for later. A process
  // has one shipper at most at work on a folder of spools.
  Result<void> drain();
  // Until `stop` is true, which `wait` (sleeping at most so long) helps to notice. Never ends by an error.
  void run(const std::function<bool()>& stop, const std::function<void(std::chrono::milliseconds)>& wait);

  // Everything that was appended to a spool before this moment can be queried, as of the last drain(). Time{}
  // before the second drain(): of what the first one saw nobody knows when it came.
  Time fresh_until() const { return fresh_until_; }
  // Why events wait, empty while they do not; before the first drain() nobody knows. Any thread.
  std::string trouble() const;

 private:
  Result<void> drain_spool(const std::string& directory);
  Result<void> look_at(const std::string& directory, Time now);
  bool is_refusal(const Error& error, const std::string& path);
  Result<void> ship(events::SpoolReader& reader, const std::string& path);
  Result<void> ship_table(const events::SpoolSegment& segment, const std::string& table,
                          const std::vector<std::string_view>& lines, std::string& rejected);
  void seal_orphans();

  const ShipperOptions options_;
  EventSink& sink_;
  FileSystem& files_;
  const Clock& clock_;
  Time fresh_until_{};
  Time last_look_{};
  // Every segment that is open or sealed, with a time before which nothing in it was appended: that of the
  // last look that did not find it.
  struct Pending {
    Time since;
    int missed = 0;  // looks in a row that did not find it; one may fall into its renaming
  };
  std::map<std::string, Pending> pending_;
  std::string failing_;  // segment that fails for a reason nobody knows, and how often it did
  int failures_ = 0;
  mutable std::mutex trouble_mutex_;
  std::string trouble_ = "the event store was not asked yet";
  std::chrono::steady_clock::time_point orphans_sealed_{};
  bool orphans_looked_ = false;
};

}  // namespace linkgate::store
