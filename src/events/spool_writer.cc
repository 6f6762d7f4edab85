#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <random>
#include <thread>

#include "base/check.h"
#include "base/log.h"
#include "base/metrics.h"
#include "events/spool.h"
#include "events/spool_format.h"

namespace linkgate::events {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kLockRetry{20};
constexpr milliseconds kFreeSpaceInterval{100};  // how old the answer of statvfs may be
constexpr size_t kKeptBatchBytes = 1 << 20;      // a larger batch gives its room back
constexpr std::string_view kProbeName = "PROBE";
constexpr size_t kProbeBytes = 4096;

std::string random_boot_id() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

Result<std::unique_ptr<FileLock>> lock_directory(const std::string& directory, milliseconds wait,
                                                 FileSystem& files) {
  const auto deadline = steady_clock::now() + wait;
  for (;;) {
    auto lock = files.lock(directory + "/" + std::string(kLockName));
    if (lock || lock.error().code() != ErrorCode::kUnavailable || steady_clock::now() >= deadline)
      return lock;
    std::this_thread::sleep_for(kLockRetry);
  }
}

// Makes an open segment of an earlier process a sealed one. True where there was something in it.
Result<bool> seal_left_open(const std::string& directory, const SegmentName& name, FileSystem& files) {
  const std::string open_path = directory + "/" + name.text() + std::string(kOpenSuffix);
  TRY_ASSIGN(const std::string bytes, files.read(open_path));
  const size_t end = bytes.rfind('\n') + 1;  // 0 where there is none: npos + 1
  if (end < bytes.size()) {
    log::warn("spool: cut a torn line of {} octets off {}", bytes.size() - end, open_path);
    metrics::process().counter("linkgate_spool_torn_lines_total", "Torn last lines cut off at start").add();
    TRY(files.truncate(open_path, end));
  }
  if (end == 0) {
    TRY(files.remove(open_path));
    return false;
  }
  TRY(files.sync_file(open_path));
  TRY(files.rename(open_path, directory + "/" + name.text() + std::string(kSealedSuffix)));
  return true;
}

struct Recovered {
  uint64_t next_number = 1;
  int sealed = 0;
};

// REQUIRES: the directory's lock.
Result<Recovered> recover(const std::string& directory, FileSystem& files) {
  Recovered result;
  TRY_ASSIGN(const auto names, files.list(directory));
  for (const std::string& file : names) {
    const auto open = parse_segment_name(file, kOpenSuffix);
    // ".seg", ".seg.damaged" and ".seg.rejected" all keep their number taken.
    const auto known =
        open ? open
             : parse_segment_name(file.substr(0, file.find(kSealedSuffix) + kSealedSuffix.size()),
                                  kSealedSuffix);
    if (known) result.next_number = std::max(result.next_number, known->number + 1);
    if (!open) continue;
    TRY_ASSIGN(const bool sealed, seal_left_open(directory, *open, files));
    result.sealed += sealed;
  }
  TRY(files.sync_directory(directory));
  return result;
}

// Rows go into the open segment under the mutex; one thread beside syncs it every few milliseconds, seals it
// by age or size, and tries a disk that failed until it works again.
class SpoolWriterImpl final : public SpoolWriter {
 public:
  SpoolWriterImpl(SpoolOptions options, FileSystem& files, std::unique_ptr<FileLock> lock,
                  uint64_t next_number)
      : options_(std::move(options)),
        files_(files),
        lock_(std::move(lock)),
        boot_(random_boot_id()),
        next_number_(next_number),
        thread_([this] { run(); }) {}

  ~SpoolWriterImpl() override {
    {
      const std::lock_guard guard(mutex_);
      stop_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

  Result<void> append(std::string_view table, std::string_view json) override {
    return append_bytes(format_line(table, json), 1);
  }

  Result<void> append_all(const std::vector<std::pair<std::string, std::string>>& rows) override {
    if (rows.empty()) return {};
    thread_local std::string bytes;  // its room serves the next batch
    bytes.clear();
    for (const auto& [table, json] : rows) append_line(bytes, table, json);
    auto appended = append_bytes(bytes, rows.size());
    if (bytes.capacity() > kKeptBatchBytes) bytes = std::string();
    return appended;
  }

  bool healthy() const override { return healthy_.load(std::memory_order_relaxed); }

  std::string trouble() const override {
    const std::lock_guard guard(mutex_);
    return trouble_;
  }

 private:
  // An open segment. Shared, since the thread syncs it without the mutex while appends go on.
  struct Segment {
    SegmentName name;
    std::unique_ptr<AppendFile> file;
    steady_clock::time_point started;
    bool name_synced = false;  // touched by the thread alone
  };

  std::string path(const SegmentName& name, std::string_view suffix) const {
    return options_.directory + "/" + name.text() + std::string(suffix);
  }

  Result<void> append_bytes(std::string_view bytes, size_t lines) {
    const std::lock_guard guard(mutex_);
    TRY(check_space());
    TRY(open_segment());
    if (auto written = open_->file->append(bytes); !written) {
      // Whether half a line stayed behind is unknown, so nothing may follow it in this file.
      to_seal_.push_back(std::move(open_));
      wake_.notify_one();
      return fail(std::move(written).error());
    }
    lines_written_.add(static_cast<double>(lines));
    if (open_->file->size() >= options_.max_segment_bytes) to_seal_.push_back(std::move(open_));
    if (!dirty_) {
      dirty_ = true;
      wake_.notify_one();
    }
    return {};
  }

  Result<void> check_space() {
    const auto now = steady_clock::now();
    if (now - space_checked_ >= kFreeSpaceInterval) {
      auto free = files_.free_bytes(options_.directory);
      if (!free) return fail(std::move(free).error());
      free_bytes_ = *free;
      space_checked_ = now;
    }
    if (free_bytes_ >= options_.min_free_bytes) return {};
    return fail(Error(ErrorCode::kIo,
                      fmt::format("{} octets are free, {} must be", free_bytes_, options_.min_free_bytes)));
  }

  Result<void> open_segment() {
    if (open_) return {};
    auto segment = std::make_shared<Segment>();
    segment->name = {next_number_, boot_, options_.program};
    auto file = files_.create(path(segment->name, kOpenSuffix));
    if (!file) return fail(std::move(file).error());
    ++next_number_;
    segment->file = std::move(*file);
    segment->started = steady_clock::now();
    open_ = std::move(segment);
    return {};
  }

  // REQUIRES: mutex_. Remembers the trouble and gives it back with context.
  Error fail(Error error) {
    error = std::move(error).with_context("spool " + options_.program);
    if (healthy_) log::error("{}", error.message());
    trouble_ = error.message();
    healthy_ = false;
    wake_.notify_one();
    return error;
  }

  void note(Result<void> result) {
    if (result) return;
    const std::lock_guard guard(mutex_);
    sync_failures_.add();
    (void)fail(std::move(result).error());
  }

  void run() {
    std::unique_lock guard(mutex_);
    while (!stop_ || open_ || !to_seal_.empty()) {
      wait_for_work(guard);
      dirty_ = false;
      const bool old = open_ && steady_clock::now() - open_->started >= options_.max_segment_age;
      if (open_ && (old || stop_ || !healthy_)) to_seal_.push_back(std::move(open_));
      const std::shared_ptr<Segment> current = open_;
      std::deque<std::shared_ptr<Segment>> sealing = std::exchange(to_seal_, {});
      const bool ill = !healthy_;
      guard.unlock();
      for (auto& segment : sealing) {
        note(segment->file->sync());
        note(seal(*segment));
      }
      if (!sealing.empty()) note(files_.sync_directory(options_.directory));
      if (current) note(sync(*current));
      if (ill) probe();
      guard.lock();
    }
  }

  // Sleeps until there is something to sync, to seal or to probe; not at all while stopping.
  void wait_for_work(std::unique_lock<std::mutex>& guard) {
    if (stop_) return;
    if (!healthy_) {
      wake_.wait_for(guard, options_.probe_interval, [this] { return stop_; });
    } else if (!dirty_ && !open_ && to_seal_.empty()) {
      wake_.wait(guard, [this] { return stop_ || dirty_ || !healthy_ || !to_seal_.empty(); });
    } else if (!dirty_ && to_seal_.empty()) {
      wake_.wait_until(guard, open_->started + options_.max_segment_age,
                       [this] { return stop_ || dirty_ || !healthy_ || !to_seal_.empty(); });
    }
    if (dirty_ && !stop_) wake_.wait_for(guard, options_.sync_interval, [this] { return stop_; });
  }

  Result<void> sync(Segment& segment) {
    TRY(segment.file->sync());
    if (segment.name_synced) return {};
    TRY(files_.sync_directory(options_.directory));
    segment.name_synced = true;
    return {};
  }

  // Synced before, so that sealed means complete. Where the sync failed it is handed over all the same: the
  // store keeps it better than this disk.
  Result<void> seal(Segment& segment) {
    const bool empty = segment.file->size() == 0;
    segment.file.reset();
    const std::string open_path = path(segment.name, kOpenSuffix);
    if (empty) return files_.remove(open_path);
    auto renamed = files_.rename(open_path, path(segment.name, kSealedSuffix));
    if (!renamed) unsealed_.push_back(segment.name);
    return renamed;
  }

  Result<void> seal_again() {
    for (; !unsealed_.empty(); unsealed_.pop_back()) {
      const SegmentName& name = unsealed_.back();
      TRY(files_.rename(path(name, kOpenSuffix), path(name, kSealedSuffix)));
    }
    return {};
  }

  void probe() {
    const std::string probe_path = options_.directory + "/" + std::string(kProbeName);
    (void)files_.remove(probe_path);
    auto result = [&]() -> Result<void> {
      TRY_ASSIGN(const uint64_t free, files_.free_bytes(options_.directory));
      if (free < options_.min_free_bytes) return Error(ErrorCode::kIo, "the disk is full");
      TRY_ASSIGN(auto file, files_.create(probe_path));
      TRY(file->append(std::string(kProbeBytes, 'x')));
      TRY(file->sync());
      TRY(seal_again());
      return files_.sync_directory(options_.directory);
    }();
    (void)files_.remove(probe_path);
    if (!result) return;
    const std::lock_guard guard(mutex_);
    log::info("spool {}: the disk works again", options_.program);
    trouble_.clear();
    space_checked_ = {};
    healthy_ = true;
  }

  const SpoolOptions options_;
  FileSystem& files_;
  const std::unique_ptr<FileLock> lock_;
  const std::string boot_;
  metrics::Counter& lines_written_ =
      metrics::process().counter("linkgate_spool_lines_total", "Event rows written to the spool");
  metrics::Counter& sync_failures_ = metrics::process().counter("linkgate_spool_sync_failures_total",
                                                                "Failing fsyncs and renames of the spool");

  std::vector<SegmentName> unsealed_;  // could not be renamed; touched by the thread alone

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  uint64_t next_number_;
  std::shared_ptr<Segment> open_;
  std::deque<std::shared_ptr<Segment>> to_seal_;  // full or broken, oldest first
  bool dirty_ = false;                            // appended since the last sync
  bool stop_ = false;
  std::string trouble_;
  uint64_t free_bytes_ = 0;
  steady_clock::time_point space_checked_{};
  std::atomic<bool> healthy_ = true;  // written under the mutex
  std::thread thread_;                // last: it uses all of the above
};

}  // namespace

Result<std::unique_ptr<SpoolWriter>> SpoolWriter::open(const SpoolOptions& options, FileSystem& files) {
  CHECK(is_program_name(options.program));
  TRY(files.make_directories(options.directory));
  TRY_ASSIGN(auto lock, lock_directory(options.directory, options.lock_wait, files));
  TRY_ASSIGN(const Recovered recovered, recover(options.directory, files));
  return std::unique_ptr<SpoolWriter>(
      std::make_unique<SpoolWriterImpl>(options, files, std::move(lock), recovered.next_number));
}

Result<int> seal_orphans(const std::string& directory, FileSystem& files) {
  auto lock = files.lock(directory + "/" + std::string(kLockName));
  if (!lock && lock.error().code() == ErrorCode::kUnavailable) return 0;
  if (!lock) return std::move(lock).error();
  TRY_ASSIGN(const Recovered recovered, recover(directory, files));
  return recovered.sealed;
}

}  // namespace linkgate::events
