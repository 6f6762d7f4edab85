// What one click costs a click node beside its connection: opening the link, judging it by a verdict that is
// known, two rows into a spool on this disk, and the answer.

#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>

#include "base/check.h"
#include "click/click_handler.h"
#include "events/spool.h"

namespace linkgate::click {
namespace {

constexpr size_t kLinks = 200;
constexpr std::chrono::microseconds kBetweenClicks{
    20};  // so that what is remembered for seconds has its usual size

class Node {
 public:
  Node() {
    char name[] = "/tmp/linkgate-bench-XXXXXX";
    folder_ = mkdtemp(name);
    events::SpoolOptions options;
    options.directory = folder_ + "/click-0";
    options.program = "click-0";
    spool_ = std::move(events::SpoolWriter::open(options, real_file_system()).value());
    config_.origin = "https://links.example.net";
    config_.clicks_per_minute = 1'000'000'000;
    auto key = url::generate_key(1, Time{});
    key.state = url::KeyState::kSealing;
    keys_ = std::make_shared<url::Keyring>(std::vector{key});
    auto view = std::make_shared<state::PolicyView>();
    view->version = 1;
    view_ = view;
    ClickSources sources;
    sources.policies = [this] { return view_; };
    sources.keys = [this] { return keys_; };
    sources.state_in_trouble = [] { return false; };
    node_ = std::make_unique<ClickNode>(config_, "bench.0", sources, Branding{}, *spool_, clock_, registry_);
    handler_ = std::make_unique<ClickHandler>(io_, *node_);
    verdict::Verdict clean;
    clean.disposition = verdict::Disposition::kClean;
    clean.evidence.push_back({"list.none", "No list has this address.", {}});
    clean_ = clean;
    for (size_t i = 0; i < kLinks; ++i) {
      url::LinkClaims claims;
      claims.network_message_id = {1, 2, 3};
      claims.recipient = "bench@corp.test";
      claims.message_time = clock_.now();
      claims.url = "https://site-" + std::to_string(i) + ".example.org/page?n=" + std::to_string(i);
      urls_.push_back(claims.url);
      targets_.push_back(url::seal(claims, config_.origin, *keys_)->substr(config_.origin.size()));
    }
  }
  ~Node() {
    handler_.reset();
    node_.reset();
    spool_.reset();
    std::filesystem::remove_all(folder_);
  }

  // As scan's answers would, every two seconds.
  void refresh_verdicts() {
    for (const std::string& url : urls_)
      node_->verdicts.put(url, /*static_only=*/false, view_->version, clean_);
  }

  unsigned click(size_t number) {
    net::HttpRequest request;
    request.method = "GET";
    request.target = targets_[number % targets_.size()];
    request.headers = {{"Host", "links.example.net"}, {"User-Agent", "Mozilla/5.0 (bench)"}};
    request.client_address = "10." + std::to_string(number >> 16 & 255) + "." +
                             std::to_string(number >> 8 & 255) + "." + std::to_string(number & 255);
    clock_.advance(kBetweenClicks);
    unsigned status = 0;
    net::asio::co_spawn(io_, handler_->handle(request),
                        [&](std::exception_ptr, net::HttpResponse response) { status = response.status; });
    io_.restart();
    while (status == 0) io_.run_one();
    return status;
  }

 private:
  std::string folder_;
  FakeClock clock_{Time(std::chrono::hours(24 * 365 * 56))};
  metrics::Registry registry_;
  ClickConfig config_;
  std::shared_ptr<const url::Keyring> keys_;
  std::shared_ptr<const state::PolicyView> view_;
  verdict::Verdict clean_;
  std::vector<std::string> targets_, urls_;
  net::asio::io_context io_{1};
  std::unique_ptr<events::SpoolWriter> spool_;
  std::unique_ptr<ClickNode> node_;
  std::unique_ptr<ClickHandler> handler_;
};

void answer_click(benchmark::State& state) {
  Node node;
  size_t number = 0;
  for (auto _ : state) {
    if (number % 50'000 == 0) node.refresh_verdicts();
    CHECK(node.click(number++) == 302);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(answer_click)->Unit(benchmark::kNanosecond);

void rows_of_click(benchmark::State& state) {
  ClickFacts facts;
  facts.click = {random_id(), SystemClock().now()};
  facts.claims.recipient = "bench@corp.test";
  facts.claims.url = "https://site-17.example.org/page?n=17";
  facts.client_address = "10.1.2.3";
  facts.user_agent = "Mozilla/5.0 (bench)";
  facts.policy = "Built-in protection";
  facts.node = "bench.0";
  Knowledge known = from_verdict({});
  const Step step{step::kRedirect, &verdict::click_outcome(verdict::Page::kNone, false, false), {}};
  for (auto _ : state) benchmark::DoNotOptimize(click_rows(facts, step, known, facts.click.start));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(rows_of_click)->Unit(benchmark::kNanosecond);

}  // namespace
}  // namespace linkgate::click

BENCHMARK_MAIN();
