#include "scan/fetch_loop.h"

namespace linkgate::scan {
namespace {

constexpr int kPollMilliseconds = 1000;  // curl wakes earlier where it has something to do

void start_curl() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

CURLM* make_multi() {
  start_curl();
  CURLM* multi = curl_multi_init();
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, kIdleConnections);
  // A transfer never waits whether another's connection could be shared.
  curl_multi_setopt(multi, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
  return multi;
}

}  // namespace

FetchLoop::FetchLoop() : multi_(make_multi()), thread_([this] { serve(); }) {}

void FetchLoop::run(std::shared_ptr<FetchHandle> handle) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_) {
      new_.push_back(std::move(handle));
      curl_multi_wakeup(multi_);
      return;
    }
  }
  fail(*handle);
}

void FetchLoop::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    curl_multi_wakeup(multi_);
  }
  if (!thread_.joinable()) return;
  thread_.join();
  curl_multi_cleanup(multi_);
}

void FetchLoop::fail(FetchHandle& handle) {
  FetchResult result;
  result.trouble = FetchTrouble::kOurs;
  result.details = "the scanner is stopping";
  std::exchange(handle.done, nullptr)(std::move(result));
}

void FetchLoop::serve() {
  while (true) {
    take_new();
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) break;
    }
    int running = 0;
    curl_multi_perform(multi_, &running);
    end_finished();
    curl_multi_poll(multi_, nullptr, 0, kPollMilliseconds, nullptr);
  }
  for (auto& [easy, handle] : running_) {
    curl_multi_remove_handle(multi_, easy);
    fail(*handle);
  }
  running_.clear();
}

void FetchLoop::take_new() {
  std::vector<std::shared_ptr<FetchHandle>> handles;
  {
    const std::lock_guard lock(mutex_);
    handles.swap(new_);
  }
  for (auto& handle : handles) {
    CURL* const easy = handle->curl.get();
    running_.emplace(easy, std::move(handle));
    if (curl_multi_add_handle(multi_, easy) != CURLM_OK) end(easy, CURLE_FAILED_INIT);
  }
}

void FetchLoop::end_finished() {
  int left = 0;
  while (const CURLMsg* told = curl_multi_info_read(multi_, &left)) {
    if (told->msg == CURLMSG_DONE) end(told->easy_handle, told->data.result);
  }
}

void FetchLoop::end(CURL* easy, CURLcode code) {
  auto node = running_.extract(easy);
  FetchHandle& handle = *node.mapped();
  curl_multi_remove_handle(multi_, easy);
  std::exchange(handle.done, nullptr)(handle.finish(code));
}

}  // namespace linkgate::scan
