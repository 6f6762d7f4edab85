#include "net/admin.h"

#include <fmt/format.h>

namespace linkgate::net {
namespace {

std::string json_quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

HttpResponse answer(const HttpRequest& request, const HealthFunction& health,
                    const MetricsFunction& metrics) {
  if (request.method != "GET" && request.method != "HEAD") {
    return {405, {{"Allow", "GET, HEAD"}, {"Content-Type", "text/plain"}}, "method not allowed\n", {}};
  }
  std::string_view path = std::string_view(request.target).substr(0, request.target.find('?'));
  if (path == "/healthz") {
    Health now = health();
    std::string body = now.ok ? "{\"status\":\"ok\"}\n"
                              : "{\"status\":\"failing\",\"trouble\":" + json_quoted(now.trouble) + "}\n";
    return {now.ok ? 200U : 503U,
            {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}},
            body,
            {}};
  }
  if (path == "/metrics") {
    return {200, {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}}, metrics(), {}};
  }
  return {404, {{"Content-Type", "text/plain"}}, "not found\n", {}};
}

}  // namespace

Result<std::unique_ptr<HttpServer>> start_admin(asio::io_context& io, const std::string& path,
                                                HealthFunction health, MetricsFunction metrics,
                                                HttpHandler others) {
  HttpServerOptions options;
  options.listen = "unix:" + path;
  options.max_connections = 64;
  HttpHandler handler = [health = std::move(health), metrics = std::move(metrics),
                         others = std::move(others)](HttpRequest& request) -> asio::awaitable<HttpResponse> {
    HttpResponse response = answer(request, health, metrics);
    if (response.status == 404 && others) response = co_await others(request);
    co_return response;
  };
  return HttpServer::start(io, std::move(options), std::move(handler));
}

}  // namespace linkgate::net
