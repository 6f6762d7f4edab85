#include "engine/running_queries.h"

#include <fmt/format.h>

#include <vector>

#include "base/log.h"
#include "engine/exception.h"

namespace linkgate::engine {
namespace {
// A kill may come before the engine knows of the query, so it is said again until the query has left.
constexpr std::chrono::milliseconds kLook{20};
constexpr std::chrono::seconds kStuck{20};  // past its time; an ended query leaves within milliseconds
}  // namespace

RunningQueries::RunningQueries(Database& database, size_t max_queries,
                               std::function<void(const std::string&)> on_stuck)
    : database_(database),
      max_queries_(max_queries),
      on_stuck_(std::move(on_stuck)),
      thread_([this] { watch(); }) {}

RunningQueries::~RunningQueries() {
  {
    const std::lock_guard guard(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

Result<void> RunningQueries::enter(const std::shared_ptr<RunningQuery>& query) {
  const std::lock_guard guard(mutex_);
  if (queries_.size() >= max_queries_) {
    return exception(ExceptionCode::kTooManySimultaneousQueries,
                     fmt::format("{} queries are under way", max_queries_));
  }
  if (!queries_.emplace(query->id, query).second) {
    return exception(ExceptionCode::kQueryWithSameIdIsRunning,
                     fmt::format("query {} is running already", query->id));
  }
  wake_.notify_one();
  return {};
}

void RunningQueries::leave(const std::shared_ptr<RunningQuery>& query) {
  const std::lock_guard guard(mutex_);
  const auto found = queries_.find(query->id);
  if (found != queries_.end() && found->second == query) queries_.erase(found);
}

void RunningQueries::cancel_all() {
  const std::lock_guard guard(mutex_);
  for (const auto& [id, query] : queries_) query->cancelled = true;
}

size_t RunningQueries::count() const {
  const std::lock_guard guard(mutex_);
  return queries_.size();
}

void RunningQueries::watch() {
  std::unique_lock guard(mutex_);
  while (!stop_) {
    if (queries_.empty()) {
      wake_.wait(guard, [this] { return stop_ || !queries_.empty(); });
    } else {
      wake_.wait_for(guard, kLook, [this] { return stop_; });
    }
    std::vector<std::string> unwanted, stuck;
    const auto now = std::chrono::steady_clock::now();
    for (const auto& [id, query] : queries_) {
      if (!query->wanted() || now > query->deadline) {
        query->cancelled = true;
        unwanted.push_back(id);
        if (query->in_engine && now > query->deadline + kStuck) stuck.push_back(id);
      }
    }
    guard.unlock();
    for (const std::string& id : stuck) on_stuck_(id);
    for (const std::string& id : unwanted) {
      if (auto killed = database_.kill(id); !killed)
        log::warn("store: cannot end query {}: {}", id, killed.error().message());
    }
    guard.lock();
  }
}

}  // namespace linkgate::engine
