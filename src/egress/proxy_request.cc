#include "egress/proxy_request.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/ascii.h"
#include "url/url.h"

namespace linkgate::egress {
namespace {

bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return ascii::is_alnum(c) || kMarks.find(c) != kMarks.npos;
  });
}

bool is_printable(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  });
}

struct Field {
  std::string_view name, value;
};

// The header fields of a request, or nothing where one is malformed.
std::optional<std::vector<Field>> read_fields(std::string_view lines) {
  std::vector<Field> fields;
  while (!lines.empty()) {
    const size_t end = lines.find("\r\n");
    const std::string_view line = lines.substr(0, end);
    const size_t colon = line.find(':');
    if (end == lines.npos || colon == line.npos || !is_token(line.substr(0, colon)) || !is_printable(line))
      return std::nullopt;
    fields.push_back({line.substr(0, colon), ascii::trim(line.substr(colon + 1))});
    lines.remove_prefix(end + 2);
  }
  return fields;
}

// What is between client and proxy alone.
bool is_hop_by_hop(std::string_view name) {
  constexpr std::string_view kNames[] = {"connection", "keep-alive",     "te",
                                         "trailer",    "upgrade",        "expect",
                                         "host",       "http2-settings", kClientHeader};
  return ascii::istarts_with(name, "proxy-") ||
         std::any_of(std::begin(kNames), std::end(kNames),
                     [&](std::string_view one) { return ascii::iequals(one, name); });
}

bool is_named_in(std::string_view list, std::string_view name) {
  for (const std::string_view word : ascii::split(list, ',')) {
    if (ascii::iequals(ascii::trim(word), name)) return true;
  }
  return false;
}

std::string client_name(std::string_view value) {
  const bool is_plain = std::all_of(value.begin(), value.end(), [](char c) {
    return ascii::is_alnum(c) || c == '.' || c == '_' || c == '-';
  });
  return is_plain ? std::string(value.substr(0, kMaxClientName)) : "";
}

// "http://host/path" to where and what to ask there.
Refusal read_target(std::string_view target, ProxyRequest* request, std::string* origin_form) {
  const auto url = url::Url::parse(target);
  if (!url || !url->has_authority()) return Refusal::kBadRequest;
  if (url->scheme_kind() != url::SchemeKind::kHttp) return Refusal::kDenied;
  const auto to = parse_destination(url->hostname(), url->effective_port());
  if (!to) return Refusal::kBadRequest;
  request->to = *to;
  *origin_form = url->pathname();
  *origin_form += url->search();
  request->head =
      request->method + " " + *origin_form + " HTTP/1.1\r\nHost: " + std::string(url->host()) + "\r\n";
  return Refusal::kNone;
}

// Adds the fields that go on; false where the body's length is not one plain number.
bool add_fields(const std::vector<Field>& fields, ProxyRequest* request) {
  std::string_view connection;
  bool has_length = false;
  for (const Field& field : fields) {
    if (ascii::iequals(field.name, "connection")) connection = field.value;
    if (ascii::iequals(field.name, "transfer-encoding")) return false;
    if (!ascii::iequals(field.name, "content-length")) continue;
    const char* end = field.value.data() + field.value.size();
    const auto [stop, error] = std::from_chars(field.value.data(), end, request->body_bytes);
    if (has_length || field.value.empty() || error != std::errc() || stop != end) return false;
    has_length = true;
  }
  for (const Field& field : fields) {
    if (is_hop_by_hop(field.name) || is_named_in(connection, field.name)) continue;
    request->head.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  request->head += "Connection: close\r\n\r\n";
  return true;
}

}  // namespace

size_t head_size(std::string_view bytes, size_t from) {
  const size_t end = bytes.find("\r\n\r\n", from - std::min<size_t>(from, 3));
  return end == bytes.npos ? 0 : end + 4;
}

ParsedRequest parse_proxy_request(std::string_view head) {
  ParsedRequest parsed;
  ProxyRequest& request = parsed.request;
  const auto refuse = [&](Refusal why, std::string_view details) {
    parsed.refusal = why;
    parsed.details = details;
    return std::move(parsed);
  };
  const size_t end = head.find("\r\n");
  if (end == head.npos || !head.ends_with("\r\n\r\n")) return refuse(Refusal::kBadRequest, "no request");
  const auto words = ascii::split(head.substr(0, end), ' ');
  if (words.size() != 3 || !is_token(words[0]) || !is_printable(words[1]) ||
      (words[2] != "HTTP/1.1" && words[2] != "HTTP/1.0"))
    return refuse(Refusal::kBadRequest, "no request line of HTTP/1.1");
  request.method = words[0];
  request.is_connect = request.method == "CONNECT";
  // Two bytes of the empty line stay outside, one line end each field has inside.
  const size_t begin = end + 2;
  const auto fields = read_fields(head.substr(begin, head.size() - begin - 2));
  if (!fields) return refuse(Refusal::kBadRequest, "a malformed header field");
  for (const Field& field : *fields) {
    if (ascii::iequals(field.name, kClientHeader)) request.client = client_name(field.value);
  }
  if (request.is_connect) {
    const auto to = parse_authority(words[1]);
    if (!to) return refuse(Refusal::kBadRequest, "CONNECT wants HOST:PORT");
    request.to = *to;
    return parsed;
  }
  std::string origin_form;
  const Refusal why = read_target(words[1], &request, &origin_form);
  if (why == Refusal::kDenied) return refuse(why, "only http: is asked for without CONNECT");
  if (why != Refusal::kNone) return refuse(why, "the target is no absolute http URL");
  if (!add_fields(*fields, &request)) return refuse(Refusal::kBadRequest, "a body without a plain length");
  return parsed;
}

size_t response_head_size(std::string_view bytes, size_t from) {
  for (size_t at = bytes.find('\n', from - std::min<size_t>(from, 3)); at != bytes.npos;
       at = bytes.find('\n', at + 1)) {
    const std::string_view rest = bytes.substr(at + 1);
    if (rest.starts_with('\n')) return at + 2;
    if (rest.starts_with("\r\n")) return at + 3;
  }
  return 0;
}

std::optional<ResponseHead> parse_response_head(std::string_view head) {
  // "HTTP/1.x NNN"
  if (head.size() < 12 || !head.starts_with("HTTP/1.") || head[8] != ' ') return std::nullopt;
  ResponseHead parsed;
  const auto [stop, error] = std::from_chars(head.data() + 9, head.data() + 12, parsed.status);
  if (error != std::errc() || stop != head.data() + 12 || parsed.status < 100) return std::nullopt;
  bool is_left_out = false;
  bool is_first = true;
  while (!head.empty()) {
    const size_t end = head.find('\n');
    std::string_view line = head.substr(0, end);
    head.remove_prefix(end == head.npos ? head.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) break;
    const bool is_folded = line.starts_with(' ') || line.starts_with('\t');
    const std::string_view name = ascii::trim(line.substr(0, line.find(':')));
    if (!is_folded) {
      is_left_out = !is_first && (ascii::iequals(name, "connection") || ascii::iequals(name, "keep-alive") ||
                                  ascii::istarts_with(name, "proxy-"));
    }
    is_first = false;
    if (!is_left_out) parsed.text.append(line).append("\r\n");
  }
  // Interim answers and the end of the body follow on the same connection.
  if (parsed.status >= 200) parsed.text += "Connection: close\r\n";
  parsed.text += "\r\n";
  return parsed;
}

}  // namespace linkgate::egress
