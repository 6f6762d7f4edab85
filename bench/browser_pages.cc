// How long a page takes in a warm browser, and how many a second several at once give. Sites are answered by
// this program itself, on a unix socket in the place of the egress proxy. Prints JSON.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "browser/pool.h"
#include "net/http.h"

namespace {

using namespace linkgate;
using Clock = std::chrono::steady_clock;

constexpr const char* kPlain =
    "<!doctype html><title>Plain</title><h1>A page</h1><p>Some words that say nothing in particular.</p>"
    "<form action=/in method=post><input type=email name=mail><input type=password name=word></form>";
constexpr const char* kScripted =
    "<!doctype html><title>Scripted</title><link rel=stylesheet href=/s><h1>A page</h1><img src=/i><script "
    "src=/j></script>"
    "<script>fetch('/x').then(() => document.body.append('Loaded: a sentence that is long enough to be a "
    "page of its own, "
    "so that nobody waits for more of it, and a second one that adds to it what is missing; it goes on for a "
    "while, about as far as two hundred characters go, "
    "and ends.'))</script>";

net::asio::awaitable<net::HttpResponse> answer(net::HttpRequest& request) {
  net::HttpResponse response;
  response.headers = {{"Content-Type", "text/html"}};
  if (request.target == "http://plain.example/") response.body = kPlain;
  if (request.target == "http://scripted.example/") response.body = kScripted;
  co_return response;
}

double seconds_for(browser::Pool& pool, const std::string& url) {
  browser::VisitRequest request;
  request.url = url;
  const auto begin = Clock::now();
  const verdict::Page page = pool.visit(request);
  if (page.screenshot.empty()) std::fprintf(stderr, "%s: %s\n", url.c_str(), page.trouble.c_str());
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

nlohmann::json latency(browser::Pool& pool, const std::string& url, int count) {
  std::vector<double> took;
  for (int at = 0; at < count; ++at) {
    took.push_back(seconds_for(pool, url));
    std::this_thread::sleep_for(
        std::chrono::milliseconds(300));  // a tab for the next one is opened meanwhile
  }
  std::sort(took.begin(), took.end());
  return {{"p50", took[took.size() / 2]}, {"p95", took[took.size() * 95 / 100]}};
}

double pages_per_second(browser::Pool& pool, int at_once, int count) {
  const auto begin = Clock::now();
  std::vector<std::thread> threads;
  for (int thread = 0; thread < at_once; ++thread) {
    threads.emplace_back([&] {
      for (int at = 0; at < count / at_once; ++at) seconds_for(pool, "http://plain.example/");
    });
  }
  for (std::thread& thread : threads) thread.join();
  return count / std::chrono::duration<double>(Clock::now() - begin).count();
}

nlohmann::json measure(const browser::PoolOptions& options, int count) {
  nlohmann::json out;
  for (const int at_once : {1, 2, 4}) {
    browser::PoolOptions wanted = options;
    wanted.pages = at_once;
    auto pool = browser::Pool::start(wanted);
    if (!pool) return {{"trouble", pool.error().message()}};
    seconds_for(**pool, "http://plain.example/");
    out["pages_per_second_" + std::to_string(at_once)] = pages_per_second(**pool, at_once, count);
    if (at_once == 1) {
      out["plain"] = latency(**pool, "http://plain.example/", count);
      out["scripted"] = latency(**pool, "http://scripted.example/", count);
    }
    std::this_thread::sleep_for(std::chrono::seconds(1));
    out["megabytes_" + std::to_string(at_once)] = (*pool)->figures().memory_bytes >> 20;
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  constexpr int kCount = 40;
  std::string folder = std::filesystem::temp_directory_path() / "linkgate-bench-XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr || ::chmod(folder.c_str(), 0755) != 0) return 3;
  boost::asio::io_context io(1);
  net::HttpServerOptions server;
  server.listen = "unix:" + folder + "/proxy.sock";
  auto sites = net::HttpServer::start(io, server, answer);
  if (!sites) return 3;
  std::thread thread([&] { io.run(); });
  browser::PoolOptions options;
  options.browser.proxy_socket = folder + "/proxy.sock";
  if (::geteuid() == 0) options.browser.user = "nobody";
  std::puts(measure(options, argc > 1 ? std::atoi(argv[1]) : kCount).dump(1).c_str());
  io.stop();
  thread.join();
  std::filesystem::remove_all(folder);
  return 0;
}
