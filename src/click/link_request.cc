#include "click/link_request.h"

#include <array>
#include <string>

#include "base/ascii.h"
#include "url/percent.h"

namespace linkgate::click {
namespace {

constexpr std::string_view kFormPrefix = "/f/";

struct Button {
  std::string_view prefix;
  Asked asked;
};
constexpr std::array<Button, 4> kButtons = {{{"/continue/", Asked::kContinue},
                                             {"/back/", Asked::kBack},
                                             {"/report/", Asked::kReport},
                                             {"/submit/", Asked::kSubmit}}};

// Pages and what belongs to them: the token stands in the path, before the link.
constexpr std::array<Button, 3> kFollowed = {
    {{"/scan/", Asked::kFollow}, {"/events/", Asked::kProgress}, {"/picture/", Asked::kPicture}}};

// Proxies may send the absolute form (RFC 9112, 3.2.2); which host it names is the seal's business, not ours.
std::string_view origin_form(std::string_view target) {
  if (!ascii::istarts_with(target, "http://") && !ascii::istarts_with(target, "https://")) return target;
  target.remove_prefix(target.find("//") + 2);
  size_t path = target.find_first_of("/?");
  return path == std::string_view::npos ? std::string_view("/") : target.substr(path);
}

// Fills link and form; false where the rest has no shape of a link.
bool read_link(std::string_view rest, LinkRequest* request) {
  rest = rest.substr(0, rest.find('#'));
  if (rest.starts_with(kFormPrefix)) {
    request->form = true;
    request->link = rest.substr(0, rest.find('?'));
    return request->link.size() > kFormPrefix.size();
  }
  // Some clients escape the '?' with all the rest; url::open repairs that.
  if (!rest.starts_with("/?") && !ascii::istarts_with(rest, "/%3f")) return false;
  request->link = rest;
  return true;
}

}  // namespace

LinkRequest read_request(std::string_view target) {
  LinkRequest request;
  target = origin_form(target);
  if (target == "/robots.txt") {
    request.asked = Asked::kRobots;
    return request;
  }
  if (target == "/favicon.ico" || target == "/") {
    request.asked = target == "/" ? Asked::kRoot : Asked::kIcon;
    return request;
  }
  std::string_view rest = target;
  Asked asked = Asked::kLink;
  for (const Button& followed : kFollowed) {
    if (!target.starts_with(followed.prefix)) continue;
    rest.remove_prefix(followed.prefix.size());
    const size_t end = rest.find('/');
    if (end == std::string_view::npos) return request;
    request.token = rest.substr(0, end);
    rest.remove_prefix(end);
    asked = followed.asked;
  }
  for (const Button& button : kButtons) {
    if (!target.starts_with(button.prefix)) continue;
    rest.remove_prefix(button.prefix.size() - 1);
    asked = button.asked;
  }
  if (read_link(rest, &request)) request.asked = asked;
  return request;
}

bool lost_its_seal(std::string_view link) {
  // Where a client escaped all of the link, the URL in it is escaped once more, so that its own "data=" is
  // none here.
  const bool escaped = !link.starts_with("/?");
  const std::string plain = escaped ? url::percent_decode(link) : std::string(link);
  constexpr std::string_view kStart = "/?url=";
  return plain.size() > kStart.size() && plain.starts_with(kStart) &&
         plain.find("data=") == std::string::npos;
}

std::string_view token_of_form(std::string_view body) {
  constexpr std::string_view kName = "token=";
  while (!body.empty()) {
    std::string_view field = body.substr(0, body.find('&'));
    if (field.starts_with(kName)) return field.substr(kName.size());
    body.remove_prefix(std::min(body.size(), field.size() + 1));
  }
  return {};
}

}  // namespace linkgate::click
