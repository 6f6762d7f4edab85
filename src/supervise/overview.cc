#include "supervise/overview.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <nlohmann/json.hpp>

#include "base/metrics.h"
#include "supervise/exposition.h"

namespace linkgate::supervise {
namespace {

namespace asio = boost::asio;
using net::HttpRequest;
using net::HttpResponse;
using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kAskTimeout{2000};          // of one program's admin socket
constexpr std::chrono::seconds kRestartLimit{60};  // then /restart answers 503
constexpr milliseconds kRestartPoll{20};

struct Overview {
  asio::io_context& io;
  Supervisor& supervisor;
  DataPaths paths;
  bool may_restart;
};

HttpResponse answer(unsigned status, std::string_view type, std::string body) {
  return {status, {{"Content-Type", std::string(type)}, {"Cache-Control", "no-store"}}, std::move(body), {}};
}

// What a program answers on its admin socket; an error where it does not.
asio::awaitable<Result<HttpResponse>> ask(const Overview& overview, const std::string& program,
                                          std::string_view target) {
  net::HttpClientOptions options;
  options.endpoint = "unix:" + overview.paths.admin_socket(program);
  options.connect_timeout = kAskTimeout;
  options.timeout = kAskTimeout;
  const auto client = net::HttpClient::create(overview.io, std::move(options));
  const net::Headers none;
  co_return co_await client->request("GET", target, none, "");
}

// "trouble" of a program's own health answer, or the whole of what it said.
std::string trouble_of(const HttpResponse& response) {
  const json said = json::parse(response.body, nullptr, false);
  if (said.is_object() && said.contains("trouble") && said["trouble"].is_string()) return said["trouble"];
  return fmt::format("it answers {} to /healthz", response.status);
}

asio::awaitable<HttpResponse> healthz(const Overview& overview) {
  json programs = json::object();
  bool all_well = true;
  for (const ProgramStatus& status : overview.supervisor.programs()) {
    json entry = {{"state", to_string(status.state)},
                  {"pid", status.pid > 0 ? json(status.pid) : json(nullptr)},
                  {"restarts", status.restarts}};
    if (!status.last_end.empty()) entry["last_end"] = status.last_end;
    std::string trouble =
        status.state == ProgramState::kRunning ? "" : fmt::format("it is {}", to_string(status.state));
    if (trouble.empty()) {
      const auto said = co_await ask(overview, status.name, "/healthz");
      if (!said) trouble = said.error().message();
      if (said && said->status != 200) trouble = trouble_of(*said);
    }
    entry["ok"] = trouble.empty();
    if (!trouble.empty()) entry["trouble"] = trouble;
    all_well = all_well && trouble.empty();
    programs[status.name] = std::move(entry);
  }
  const json out = {{"status", all_well ? "ok" : "degraded"}, {"programs", std::move(programs)}};
  co_return answer(all_well ? 200 : 503, "application/json",
                   out.dump(1, ' ', false, json::error_handler_t::replace) + "\n");
}

void count_programs(const Supervisor& supervisor) {
  for (const ProgramStatus& status : supervisor.programs()) {
    const metrics::Labels labels = {{"name", status.name}};
    metrics::process()
        .gauge("linkgate_program_up", "1 while the program is ready", labels)
        .set(status.state == ProgramState::kRunning ? 1 : 0);
    metrics::process()
        .gauge("linkgate_program_restarts", "Starts after the first one", labels)
        .set(status.restarts);
  }
}

asio::awaitable<HttpResponse> all_metrics(const Overview& overview) {
  count_programs(overview.supervisor);
  std::vector<std::pair<std::string, std::string>> texts = {{"up", metrics::process().exposition()}};
  for (const ProgramStatus& status : overview.supervisor.programs()) {
    if (status.state != ProgramState::kRunning) continue;
    const auto said = co_await ask(overview, status.name, "/metrics");
    if (said && said->status == 200) texts.emplace_back(status.name, said->body);
  }
  co_return answer(200, metrics::kContentType, merge_expositions(texts));
}

// True once every program of `before` (or the one named) has been restarted since and is ready.
bool restarted(const std::vector<ProgramStatus>& before, const std::vector<ProgramStatus>& now,
               const std::string& name) {
  return std::all_of(before.begin(), before.end(), [&](const ProgramStatus& old) {
    if (!name.empty() && old.name != name) return true;
    return std::any_of(now.begin(), now.end(), [&](const ProgramStatus& status) {
      return status.name == old.name && status.restarts > old.restarts &&
             status.state == ProgramState::kRunning;
    });
  });
}

asio::awaitable<HttpResponse> restart(const Overview& overview, std::string name) {
  const std::vector<ProgramStatus> before = overview.supervisor.programs();
  const Result<void> begun =
      name.empty() ? overview.supervisor.restart_all() : overview.supervisor.restart(name);
  if (!begun)
    co_return answer(begun.error().code() == ErrorCode::kNotFound ? 404 : 503, "text/plain",
                     begun.error().message() + "\n");
  asio::steady_timer timer(overview.io);
  const auto end = steady_clock::now() + kRestartLimit;
  while (!restarted(before, overview.supervisor.programs(), name)) {
    if (steady_clock::now() > end)
      co_return answer(503, "text/plain", "it was restarted but is not ready yet; see its log\n");
    timer.expires_after(kRestartPoll);
    co_await timer.async_wait(asio::use_awaitable);
  }
  co_return answer(200, "text/plain", "restarted\n");
}

asio::awaitable<HttpResponse> handle(const Overview& overview, HttpRequest& request) {
  const size_t question = std::min(request.target.find('?'), request.target.size());
  const std::string path = request.target.substr(0, question);
  const std::string query = request.target.substr(question);
  const bool get = request.method == "GET" || request.method == "HEAD";
  if (get && path == "/healthz") co_return co_await healthz(overview);
  if (get && path == "/metrics") co_return co_await all_metrics(overview);
  constexpr std::string_view kProgram = "?program=";
  if (overview.may_restart && request.method == "POST" && path == "/restart") {
    std::string name = query.starts_with(kProgram) ? query.substr(kProgram.size()) : "";
    co_return co_await restart(overview, std::move(name));
  }
  co_return answer(404, "text/plain", "here are GET /healthz and GET /metrics\n");
}

Result<std::unique_ptr<net::HttpServer>> serve(asio::io_context& io, std::string listen,
                                               Supervisor& supervisor, const DataPaths& paths,
                                               bool may_restart) {
  net::HttpServerOptions options;
  options.listen = std::move(listen);
  options.max_connections = 100;
  const auto overview = std::make_shared<const Overview>(
      Overview{io, supervisor, paths, may_restart});  // as long as the handler
  return net::HttpServer::start(io, std::move(options),
                                [overview](HttpRequest& request) { return handle(*overview, request); });
}

}  // namespace

Result<std::unique_ptr<net::HttpServer>> serve_overview(asio::io_context& io, const std::string& listen,
                                                        Supervisor& supervisor, const DataPaths& paths) {
  auto server = serve(io, listen, supervisor, paths, false);
  if (!server) return std::move(server).error().with_context("linkgate.admin_listen");
  return server;
}

Result<std::unique_ptr<net::HttpServer>> serve_control(asio::io_context& io, const std::string& socket_path,
                                                       Supervisor& supervisor, const DataPaths& paths) {
  const mode_t former = ::umask(0077);
  auto server = serve(io, "unix:" + socket_path, supervisor, paths, true);
  ::umask(former);
  return server;
}

}  // namespace linkgate::supervise
