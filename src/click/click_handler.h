#pragma once
// A click from request to answer: open the link, judge it, record, answer. One handler a worker thread.

#include <boost/asio/awaitable.hpp>
#include <string_view>

#include "click/click_node.h"
#include "click/row_batch.h"
#include "click/visit.h"
#include "net/http.h"

namespace linkgate::click {

class ClickHandler {
 public:
  ClickHandler(net::asio::io_context& io, ClickNode& node);
  net::asio::awaitable<net::HttpResponse> handle(net::HttpRequest& request);

 private:
  std::optional<net::HttpResponse> answer_without_link(Visit& visit);
  std::optional<net::HttpResponse> answer_at_once(Visit& visit);
  net::asio::awaitable<net::HttpResponse> answer_later(Visit& visit);
  std::optional<net::HttpResponse> find_destination(Visit& visit, std::string trouble);
  net::asio::awaitable<Result<std::string>> find_long_url(std::string url_hash);
  // Without asking anybody: by the organisation's lists, the policy, or a verdict of a moment ago.
  KnownPtr know_at_once(const Visit& visit);  // null: somebody has to be asked
  net::asio::awaitable<KnownPtr> judge(const Visit& visit, std::chrono::milliseconds patience);
  net::asio::awaitable<net::HttpResponse> press_continue(Visit& visit);
  api::CheckRequest question_of(const Visit& visit) const;

  // What pages ask for beside the click: click_progress.cc.
  struct Following;
  static net::asio::awaitable<std::optional<std::string>> next_event(std::shared_ptr<Following> following);
  net::HttpResponse follow_progress(Visit& visit);
  net::asio::awaitable<net::HttpResponse> show_picture(Visit& visit);

  // What the user gets, and its rows, which handle() records before it answers.
  net::HttpResponse conclude(Visit& visit, KnownPtr known, Decision decision);
  void shown(Decision decision);
  net::HttpResponse answer_to(const Visit& visit, const Knowledge& known, Decision decision);
  net::HttpResponse let_go_on(Visit& visit, const ClickToken& token, const Knowledge& judged);
  net::HttpResponse press_back(Visit& visit);
  net::HttpResponse press_report(Visit& visit);
  std::optional<net::HttpResponse> answer_reporting(Visit& visit);  // absent: that is not asked for
  net::HttpResponse press_submit(Visit& visit);
  net::HttpResponse refuse_automated(Visit& visit);
  net::HttpResponse refuse_link(Visit& visit, const url::OpenError& error);

  void begin(Visit& visit);
  bool open_seal(Visit& visit, net::HttpResponse& refusal);
  static void find_policy(Visit& visit);
  bool adopt(Visit& visit, std::string_view token, TokenUse use);

  ClickNode& node_;
  VerdictSource verdicts_;
  RowBatch batch_;
};

}  // namespace linkgate::click
