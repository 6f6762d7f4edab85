#pragma once
// The rows of all clicks that a worker answers in one turn of its loop go to the spool in one write: a click
// waits until its rows are there, not for a write of its own.

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <vector>

#include "click/click_node.h"
#include "net/http.h"

namespace linkgate::click {

// Of one worker thread.
class RowBatch {
 public:
  RowBatch(net::asio::io_context& io, ClickNode& node);
  ~RowBatch();
  // As ClickNode::record(). What ends a batch is that nothing else is ready to run.
  net::asio::awaitable<bool> record(Rows rows);

 private:
  struct Waiting;
  void flush();

  net::asio::io_context& io_;
  ClickNode& node_;
  Rows rows_;
  std::vector<std::unique_ptr<Waiting>> waiting_, going_on_;  // the latter empty but in flush()
};

}  // namespace linkgate::click
