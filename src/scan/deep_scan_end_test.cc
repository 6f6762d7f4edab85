// Scans that are given up while servers keep them waiting.

#include <sys/un.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>

#include "scan/deep_scan.h"
#include "scan/redirect_chain.h"
#include "scan/web_for_test.h"

namespace linkgate::scan {
namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;

// Fetches for real, from a thread that is not the scan's.
class Fetches final : public Looker {
 public:
  explicit Fetches(const std::string& socket) : fetcher_(Fetcher::start({socket, ""}).value()) {}
  asio::awaitable<verdict::Page> fetch(LookRequest request) override {
    verdict::Page page = co_await follow(*fetcher_, std::move(request));
    co_return page;
  }
  asio::awaitable<verdict::Page> render(LookRequest) override { co_return verdict::Page(); }
  std::string no_browser() const override { return "there is none"; }
  void stop() override { fetcher_->stop(); }

 private:
  std::unique_ptr<Fetcher> fetcher_;
};

// A proxy that takes connections and says nothing.
class Silence {
 public:
  explicit Silence(const std::string& path) : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(fd_, 8), 0);
  }
  ~Silence() { ::close(fd_); }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  // Until somebody has asked something.
  void wait_for_question() {
    pollfd ready{fd_, POLLIN, 0};
    ASSERT_EQ(::poll(&ready, 1, 20'000), 1);
  }

 private:
  const int fd_;
};

using DeepScanEnd = FolderTest;

TEST_F(DeepScanEnd, DoesNotWaitForServersAndLeavesNobodyWithoutAnAnswer) {
  const std::string socket = folder_ + "/proxy.sock";
  Silence silence(socket);
  Fetches looker(socket);
  const SystemClock clock;
  const verdict::BrandLooks brands = verdict::BrandLooks::shipped();
  const auto nothing_listed = [](const url::Url&) -> std::optional<Listed> { return std::nullopt; };
  auto deep = std::make_unique<DeepScan>(DeepScanOptions{}, looker, nothing_listed, brands, clock);
  asio::io_context io{1};
  auto work = asio::make_work_guard(io);
  std::thread thread([&io] { io.run(); });
  std::vector<std::future<verdict::Verdict>> answers;
  for (const char* url : {"https://a.example/", "https://b.example/", "https://waits.example/"}) {
    api::CheckRequest request;
    request.url = url;
    answers.push_back(asio::co_spawn(io, deep->scan(request, url, {}), asio::use_future));
  }
  silence.wait_for_question();
  asio::post(io, asio::use_future).get();  // all three have asked
  const auto begin = steady_clock::now();
  deep.reset();
  EXPECT_LT(steady_clock::now() - begin, budget_of(api::CheckMoment::kAsked).fetch / 2);
  for (auto& answer : answers) {
    ASSERT_EQ(answer.wait_for(std::chrono::seconds(20)), std::future_status::ready);
    const verdict::Verdict verdict = answer.get();
    EXPECT_EQ(verdict.disposition, verdict::Disposition::kUnknown);
    EXPECT_FALSE(verdict.evidence.empty());
  }
  work.reset();
  thread.join();
}

}  // namespace
}  // namespace linkgate::scan
