#pragma once
// Work that would hold up the event loop (parsing, rendering, disk) goes to threads; the coroutine waits for
// it.

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <functional>
#include <utility>

#include "base/result.h"

namespace linkgate::gateway {

namespace asio = boost::asio;

using Workers = asio::thread_pool;

// Runs `work` on a worker; a thrown exception becomes kInternal. What `work` refers to must outlive the wait,
// which ends only when it has run.
template <typename T>
asio::awaitable<Result<T>> on_worker(Workers& workers, std::function<Result<T>()> work) {
  return asio::async_initiate<const asio::use_awaitable_t<>&, void(Result<T>)>(
      [&workers](auto handler, std::function<Result<T>()> task) {
        auto executor = asio::get_associated_executor(handler);
        asio::post(workers, [task = std::move(task), handler = std::move(handler),
                             guard = asio::make_work_guard(executor), executor]() mutable {
          Result<T> result = Error(ErrorCode::kInternal, "the work did not run");
          try {
            result = task();
          } catch (const std::exception& error) {
            result = Error(ErrorCode::kInternal, error.what());
          }
          asio::post(executor, [handler = std::move(handler), result = std::move(result)]() mutable {
            handler(std::move(result));
          });
        });
      },
      asio::use_awaitable, std::move(work));
}

}  // namespace linkgate::gateway
