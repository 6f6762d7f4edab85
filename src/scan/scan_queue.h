#pragma once
// Who is looked at next. So many at once, one at a time for one URL however many ask, senders in turn, and
// nobody waits for ever: what does not fit is told so at once. One thread: that of the io_context.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "verdict/verdict.h"

namespace linkgate::scan {

// The smaller, the sooner.
enum class Urgency : uint8_t { kClick, kAsked, kRescan, kDelivery };

struct ScanQueueOptions {
  int parallel = 2;          // scans at once
  size_t max_waiting = 500;  // of all senders and urgencies
};

class ScanQueue {
 public:
  using Work = std::function<boost::asio::awaitable<verdict::Verdict>()>;
  // What everybody who asks about one URL waits for; absent: there was no room.
  using Answer = std::optional<verdict::Verdict>;

  ScanQueue(boost::asio::io_context& io, ScanQueueOptions options) : io_(io), options_(options) {}

  // Runs `work` when its turn comes, unless the same `key` is waiting or under way: then the answer of that
  // one, which moves forward where this asker is more urgent. `sender`: who is served in turn with others.
  boost::asio::awaitable<Answer> run(std::string key, std::string sender, Urgency urgency, Work work);

  size_t waiting() const { return waiting_; }
  int under_way() const { return running_; }

 private:
  struct Job;
  using JobPtr = std::shared_ptr<Job>;  // shared by the queue and everybody who waits
  // Of one urgency: senders in turn, the jobs of each in their order.
  struct Line {
    std::map<std::string, std::deque<JobPtr>> jobs;
    std::deque<std::string> turns;
  };
  void enqueue(const JobPtr& job);
  bool take_out(const JobPtr& job);
  JobPtr next();
  void start_some();
  boost::asio::awaitable<void> work_on(JobPtr job);

  boost::asio::io_context& io_;
  const ScanQueueOptions options_;
  std::map<Urgency, Line> lines_;
  std::map<std::string, JobPtr> by_key_;
  size_t waiting_ = 0;
  int running_ = 0;
};

}  // namespace linkgate::scan
