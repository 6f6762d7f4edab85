#include "engine/query_request.h"

#include <fmt/format.h>

#include <random>

#include "base/ascii.h"
#include "base/base64.h"
#include "engine/exception.h"
#include "engine/query_settings.h"
#include "net/gzip.h"

namespace linkgate::engine {
namespace {

constexpr size_t kMaxParameters = 1000;
constexpr size_t kMaxQueryIdBytes = 200;
constexpr size_t kMaxInflatedBytes = 512u << 20;

std::string percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] == '%' && i + 2 < text.size() && ascii::is_hex(text[i + 1]) &&
               ascii::is_hex(text[i + 2])) {
      out += static_cast<char>(ascii::hex_value(text[i + 1]) * 16 + ascii::hex_value(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

bool is_format_name(std::string_view name) {
  for (const char c : name) {
    if (!ascii::is_alnum(c)) return false;
  }
  return !name.empty() && name.size() < 64;
}

// Everything of the URL but the query itself.
Result<void> take_parameter(std::string_view name, const std::string& value, const QueryLimits& limits,
                            QueryRequest& request) {
  if (name == "database") {
    request.database = value;
  } else if (name == "default_format") {
    request.format = value;
  } else if (name == "query_id") {
    if (value.size() > kMaxQueryIdBytes)
      return exception(ExceptionCode::kBadArguments, "the query_id is too long");
    request.query_id = value;
  } else if (name.starts_with("param_")) {
    request.parameters.emplace_back(name.substr(6), value);
  } else if (name != "query" && name != "user" && name != "password") {
    return take_setting(name, value, limits, request);
  }
  return {};
}

}  // namespace

std::vector<std::pair<std::string, std::string>> parse_url_parameters(std::string_view target) {
  std::vector<std::pair<std::string, std::string>> result;
  const size_t question = target.find('?');
  if (question == target.npos) return result;
  for (const std::string_view pair : ascii::split(target.substr(question + 1), '&')) {
    if (pair.empty()) continue;
    const size_t equals = pair.find('=');
    result.emplace_back(percent_decode(pair.substr(0, equals)),
                        equals == pair.npos ? "" : percent_decode(pair.substr(equals + 1)));
  }
  return result;
}

Credentials credentials_of(const net::HttpRequest& request) {
  if (!request.header("X-ClickHouse-User").empty() || !request.header("X-ClickHouse-Key").empty()) {
    return {std::string(request.header("X-ClickHouse-User")),
            std::string(request.header("X-ClickHouse-Key"))};
  }
  const std::string_view authorization = request.header("Authorization");
  if (ascii::istarts_with(authorization, "Basic ")) {
    const auto pair = base64_decode(ascii::trim(authorization.substr(6)));
    if (!pair) return {};
    const size_t colon = pair->find(':');
    return {pair->substr(0, colon), colon == pair->npos ? "" : pair->substr(colon + 1)};
  }
  Credentials result;
  for (auto& [name, value] : parse_url_parameters(request.target)) {
    if (name == "user") result.user = value;
    if (name == "password") result.password = value;
  }
  return result;
}

std::string random_word(size_t digits) {
  static thread_local std::mt19937_64 random{std::random_device{}()};
  std::string word;
  while (word.size() < digits) word += fmt::format("{:016x}", random());
  word.resize(digits);
  return word;
}

bool same_secret(std::string_view a, std::string_view b) {
  unsigned difference = a.size() != b.size();
  for (size_t i = 0; i < a.size(); ++i) {
    difference |=
        static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b.empty() ? '\0' : b[i % b.size()]);
  }
  return difference == 0;
}

Result<QueryRequest> read_query_request(net::HttpRequest& http, const QueryLimits& limits) {
  QueryRequest request{.seconds = limits.default_seconds};
  request.read_only = http.method == "GET";
  request.format = http.header("X-ClickHouse-Format");
  std::string sql;
  bool compressed = false;
  const auto parameters = parse_url_parameters(http.target);
  if (parameters.size() > kMaxParameters)
    return exception(ExceptionCode::kBadArguments, "too many parameters");
  for (const auto& [name, value] : parameters) {
    if (name == "query") sql = value;
    if (name == "enable_http_compression") compressed = value != "0";
    TRY(take_parameter(name, value, limits, request));
  }
  request.gzip_answer = compressed && http.header("Accept-Encoding").find("gzip") != std::string_view::npos;
  if (request.query_id.empty()) request.query_id = random_word(32);

  std::string body = std::move(http.body);
  const std::string_view encoding = http.header("Content-Encoding");
  if (ascii::iequals(encoding, "gzip") || ascii::iequals(encoding, "deflate")) {
    auto inflated = net::inflate_all(body, kMaxInflatedBytes);
    if (!inflated) return exception(ExceptionCode::kCannotDecompress, inflated.error().message());
    body = std::move(*inflated);
  } else if (!encoding.empty() && !ascii::iequals(encoding, "identity")) {
    return exception(ExceptionCode::kCannotDecompress,
                     fmt::format("Content-Encoding {} is not taken", encoding));
  }
  // As ClickHouse does it, text of URL and body are one, with a line end between; of an INSERT in the URL,
  // the body is data.
  const bool only_in_body = sql.empty();
  if (only_in_body) sql = std::exchange(body, {});
  auto statement = classify_statement(sql, request.read_only);
  if (statement && statement->kind != StatementKind::kInsert && !body.empty()) {
    statement = classify_statement(sql + "\n" + body, request.read_only);
  }
  if (!statement) return as_exception(std::move(statement).error());
  request.statement = std::move(*statement);
  if (request.statement.kind == StatementKind::kInsert) {
    request.data = std::move(request.statement.data) + body;
  }
  if (!request.statement.format.empty()) request.format = request.statement.format;
  if (request.format.empty()) request.format = "TabSeparated";
  if (!is_format_name(request.format))
    return exception(ExceptionCode::kBadArguments, "not the name of a format");
  return request;
}

}  // namespace linkgate::engine
