#pragma once
// What makes a click node forget the verdicts that it keeps: linkgate-scan is asked five times a second
// whether one may be another by now. While it does not answer, nothing is forgotten: what is kept is seconds
// old at most.

#include <boost/asio/awaitable.hpp>
#include <string>

#include "click/click_node.h"
#include "net/http.h"

namespace linkgate::click {

// Runs until the io_context ends; on one worker of a node. `node` outlives it.
net::asio::awaitable<void> follow_changes(net::asio::io_context& io, ClickNode& node);

}  // namespace linkgate::click
