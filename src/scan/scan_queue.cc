#include "scan/scan_queue.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <list>

namespace linkgate::scan {

namespace asio = boost::asio;

struct ScanQueue::Job {
  std::string key, sender;
  Urgency urgency = Urgency::kAsked;
  Work work;
  bool is_done = false, is_running = false;
  Answer answer;
  std::list<asio::steady_timer*> waiting;
};

void ScanQueue::enqueue(const JobPtr& job) {
  Line& line = lines_[job->urgency];
  auto& jobs = line.jobs[job->sender];
  if (jobs.empty()) line.turns.push_back(job->sender);
  jobs.push_back(job);
  ++waiting_;
}

bool ScanQueue::take_out(const JobPtr& job) {
  Line& line = lines_[job->urgency];
  const auto of_sender = line.jobs.find(job->sender);
  if (of_sender == line.jobs.end() || std::erase(of_sender->second, job) == 0) return false;
  if (of_sender->second.empty()) {
    line.jobs.erase(of_sender);
    std::erase(line.turns, job->sender);
  }
  --waiting_;
  return true;
}

ScanQueue::JobPtr ScanQueue::next() {
  for (auto& [urgency, line] : lines_) {
    if (line.turns.empty()) continue;
    const std::string sender = std::move(line.turns.front());
    line.turns.pop_front();
    auto& jobs = line.jobs[sender];
    JobPtr job = std::move(jobs.front());
    jobs.pop_front();
    --waiting_;
    if (jobs.empty())
      line.jobs.erase(sender);
    else
      line.turns.push_back(sender);
    return job;
  }
  return nullptr;
}

void ScanQueue::start_some() {
  while (running_ < options_.parallel) {
    JobPtr job = next();
    if (!job) return;
    ++running_;
    job->is_running = true;
    asio::co_spawn(io_, work_on(std::move(job)), asio::detached);
  }
}

asio::awaitable<void> ScanQueue::work_on(JobPtr job) {
  job->answer = co_await job->work();
  job->is_done = true;
  by_key_.erase(job->key);
  --running_;
  for (asio::steady_timer* timer : job->waiting) timer->cancel();
  start_some();
}

asio::awaitable<ScanQueue::Answer> ScanQueue::run(std::string key, std::string sender, Urgency urgency,
                                                  Work work) {
  JobPtr job;
  if (const auto same = by_key_.find(key); same != by_key_.end()) {
    job = same->second;
    if (urgency < job->urgency && !job->is_running && take_out(job)) {
      job->urgency = urgency;
      enqueue(job);
    }
  } else {
    if (running_ >= options_.parallel && waiting_ >= options_.max_waiting) co_return std::nullopt;
    job = std::make_shared<Job>();
    job->key = key;
    job->sender = std::move(sender);
    job->urgency = urgency;
    job->work = std::move(work);
    by_key_.emplace(std::move(key), job);
    enqueue(job);
    start_some();
  }
  asio::steady_timer timer(io_, asio::steady_timer::time_point::max());
  const auto place = job->waiting.insert(job->waiting.end(), &timer);
  if (!job->is_done) co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  job->waiting.erase(place);
  co_return job->answer;
}

}  // namespace linkgate::scan
