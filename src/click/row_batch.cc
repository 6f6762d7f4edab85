#include "click/row_batch.h"

#include <boost/asio/async_result.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <iterator>
#include <utility>

namespace linkgate::click {

namespace asio = net::asio;

// A click that waits, whatever the type of what goes on with it.
struct RowBatch::Waiting {
  virtual ~Waiting() = default;
  virtual void go_on(bool recorded) = 0;
};

RowBatch::RowBatch(asio::io_context& io, ClickNode& node) : io_(io), node_(node) {}
RowBatch::~RowBatch() = default;

asio::awaitable<bool> RowBatch::record(Rows rows) {
  return asio::async_initiate<const asio::use_awaitable_t<>, void(bool)>(
      [this](auto handler, Rows its_rows) {
        using Handler = decltype(handler);
        struct WaitingHandler final : Waiting {
          explicit WaitingHandler(Handler&& to_call) : call(std::move(to_call)) {}
          void go_on(bool recorded) override { std::move(call)(recorded); }
          Handler call;
        };
        rows_.insert(rows_.end(), std::make_move_iterator(its_rows.begin()),
                     std::make_move_iterator(its_rows.end()));
        waiting_.push_back(std::make_unique<WaitingHandler>(std::move(handler)));
        // Behind everything that is ready to run now.
        if (waiting_.size() == 1) asio::post(io_, [this] { flush(); });
      },
      asio::use_awaitable, std::move(rows));
}

void RowBatch::flush() {
  const bool recorded = node_.record(rows_);
  rows_.clear();
  // Who goes on may come with rows of the next batch at once.
  going_on_.swap(waiting_);
  for (const auto& one : going_on_) one->go_on(recorded);
  going_on_.clear();
}

}  // namespace linkgate::click
