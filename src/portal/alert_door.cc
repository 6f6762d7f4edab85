#include "portal/alert_door.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/token.h"
#include "base/ascii.h"
#include "kql/json.h"
#include "url/percent.h"

namespace linkgate::portal {

using net::HttpRequest;
using net::HttpResponse;
using nlohmann::json;

struct AlertDoor::Asked {
  const HttpRequest& request;
  const RequestMarks& marks;
  std::string user;
  mutable int questions = 0;
};

namespace {

constexpr std::string_view kRoots[] = {"/v1.0/security/alerts_v2", "/beta/security/alerts_v2"};
constexpr std::string_view kContext = "https://graph.microsoft.com/v1.0/$metadata#security/alerts_v2";
constexpr std::string_view kComments = "/comments";
constexpr std::string_view kChangeable[] = {"status", "classification", "determination", "assignedTo"};

// What follows the root: "", "/ID", "/ID/comments".
std::optional<std::string_view> behind_root(std::string_view path) {
  for (const std::string_view root : kRoots) {
    if (!ascii::istarts_with(path, root)) continue;
    const std::string_view rest = path.substr(root.size());
    if (rest.empty() || rest.front() == '/') return rest == "/" ? "" : rest;
  }
  return std::nullopt;
}

Refusal refusal_of(const Error& error) {
  Refusal refusal{Refusal::Why::kInternal, error.message()};
  if (error.code() == ErrorCode::kUnavailable) refusal.why = Refusal::Why::kUnavailable;
  return refusal;
}

HttpResponse state_error(const Error& error, const RequestMarks& marks) {
  switch (error.code()) {
    case ErrorCode::kNotFound:
      return graph_error(404, "ResourceNotFound", error.message(), marks);
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kLimit:
      return graph_error(400, "BadRequest", error.message(), marks);
    default:
      return graph_error(503, "ServiceUnavailable", error.message(), marks);
  }
}

views::AlertHandling handling_of(const state::AlertWork* work) {
  views::AlertHandling handling;
  if (work == nullptr) return handling;  // raised by an installation whose state is not this one
  handling.status = work->status;
  handling.classification = work->classification;
  handling.determination = work->determination;
  handling.assigned_to = work->assigned_to;
  handling.updated = work->updated;
  handling.resolved = work->resolved;
  for (const auto& comment : work->comments)
    handling.comments.push_back({comment.author, comment.text, comment.at});
  return handling;
}

// A row of AlertInfo: AlertId, Timestamp, Severity.
AlertView view_of(const std::vector<std::string>& row, const state::AlertWork* work) {
  const views::AlertHandling handling = handling_of(work);
  const Time raised = from_iso8601(row[1]).value_or(Time{});
  AlertView view;
  const auto set = [&](AlertField field, std::string text) {
    view.values[static_cast<size_t>(field)] = std::move(text);
  };
  set(AlertField::kStatus, handling.status);
  set(AlertField::kSeverity, ascii::to_lower(row[2]));
  set(AlertField::kClassification, handling.classification);
  set(AlertField::kDetermination, handling.determination);
  set(AlertField::kAssignedTo, handling.assigned_to);
  set(AlertField::kServiceSource, std::string(views::kGraphAlertSource));
  set(AlertField::kCreated, to_iso8601(raised));
  set(AlertField::kUpdated, to_iso8601(std::max(raised, handling.updated)));
  return view;
}

const state::AlertWork* find(const std::map<std::string, state::AlertWork>& works, const std::string& id) {
  const auto found = works.find(id);
  return found == works.end() ? nullptr : &found->second;
}

std::string with_context(const std::string& object, std::string_view context) {
  return fmt::format("{{\"@odata.context\":{},{}", json(std::string(context)).dump(), object.substr(1));
}

// {"status": ..., ...} of a PATCH; kInvalidArgument names what cannot be changed.
Result<state::AlertChange> change_of(const std::string& body, const std::string& by) {
  const json asked = json::parse(body, nullptr, false);
  if (!asked.is_object() || asked.empty())
    return Error(ErrorCode::kInvalidArgument, "the body is a JSON object of what is to change");
  state::AlertChange change;
  change.by = by;
  for (const auto& [name, value] : asked.items()) {
    if (name.starts_with("@odata.")) continue;
    if (std::find(std::begin(kChangeable), std::end(kChangeable), name) == std::end(kChangeable))
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("'{}' cannot be changed; there are status, classification, determination and "
                               "assignedTo",
                               name));
    const bool is_nobody = name == "assignedTo" && value.is_null();
    if (!value.is_string() && !is_nobody)
      return Error(ErrorCode::kInvalidArgument, fmt::format("'{}' is a text", name));
    const std::string text = is_nobody ? "" : value.get<std::string>();
    if (name == "status") change.status = text;
    if (name == "classification") change.classification = text;
    if (name == "determination") change.determination = text;
    if (name == "assignedTo") change.assigned_to = text;
  }
  return change;
}

}  // namespace

bool AlertDoor::is_meant(std::string_view path) { return behind_root(path).has_value(); }

HttpResponse AlertDoor::answer(const HttpRequest& request, const RequestMarks& marks) {
  const std::string_view target = request.target;
  const size_t question = std::min(target.find('?'), target.size());
  std::string_view rest = behind_root(target.substr(0, question)).value_or("");
  const std::string_view query = target.substr(std::min(target.size(), question + 1));
  const bool is_comment = rest.ends_with(kComments);
  if (is_comment) rest.remove_suffix(kComments.size());
  const std::string id = url::percent_decode(rest.empty() ? rest : rest.substr(1));
  const bool reads = request.method == "GET" && !is_comment;
  const bool changes = !id.empty() && request.method == (is_comment ? "POST" : "PATCH");
  if (!reads && !changes)
    return graph_error(405, "MethodNotAllowed",
                       "alerts are read by GET, changed by PATCH of one, commented by POST", marks);
  const auto caller = access_.look(request, reads ? api::kAlertsScope : api::kAlertsWriteScope);
  if (!caller) return graph_access_error(caller.error(), marks);
  const Asked asked{request, marks, caller->name};
  if (is_comment) return comment(asked, id);
  if (changes) return change(asked, id);
  return id.empty() ? list(asked, query) : one(asked, id);
}

HttpResponse AlertDoor::list(const Asked& asked, std::string_view text) {
  const auto query = parse_alert_query(text);
  if (!query) return graph_error(400, "BadRequest", query.error().message(), asked.marks);
  const auto rows = ask(asked, "AlertInfo\n| project AlertId, Timestamp, Severity");
  if (!rows) return graph_query_error(rows.error(), asked.marks);
  const auto work = works();
  if (!work) return state_error(work.error(), asked.marks);
  std::vector<std::pair<AlertView, std::string>> found;
  for (const auto& row : *rows) {
    AlertView view = view_of(row, find(*work, row[0]));
    if (query->filter.matches(view)) found.emplace_back(std::move(view), row[0]);
  }
  std::sort(found.begin(), found.end(), [&](const auto& a, const auto& b) {
    for (const auto& [field, descending] : query->order) {
      const int order = compare(field, a.first, b.first);
      if (order != 0) return descending ? order > 0 : order < 0;
    }
    return a.second < b.second;
  });
  std::vector<std::string> ids;
  for (size_t i = query->skip; i < found.size() && ids.size() < query->top; ++i)
    ids.push_back(found[i].second);
  const auto all = facts(asked, ids);
  if (!all) return graph_query_error(all.error(), asked.marks);
  std::string out = fmt::format("{{\"@odata.context\":{}", json(std::string(kContext)).dump());
  if (query->count) out += fmt::format(",\"@odata.count\":{}", found.size());
  const size_t end = query->skip + ids.size();
  if (end < found.size())
    out += ",\"@odata.nextLink\":" + json(base_address(asked.request) + "?" + with_skip(text, end)).dump();
  out += ",\"value\":[";
  for (const views::AlertFacts& alert : *all) {
    out += (out.back() == '[' ? "" : ",") + views::graph_alert(alert, handling_of(find(*work, alert.id)));
  }
  return json_answer(200, out + "]}");
}

HttpResponse AlertDoor::one(const Asked& asked, const std::string& id) {
  const auto found = facts(asked, {id});
  if (!found) return graph_query_error(found.error(), asked.marks);
  if (found->empty()) return graph_error(404, "ResourceNotFound", "there is no alert " + id, asked.marks);
  const auto work = alerts_.find(id);
  if (!work) return state_error(work.error(), asked.marks);
  const std::string alert = views::graph_alert(found->front(), handling_of(*work ? &**work : nullptr));
  return json_answer(200, with_context(alert, std::string(kContext) + "/$entity"));
}

HttpResponse AlertDoor::changed(const Asked& asked, const std::string& id, const state::AlertChange& change,
                                bool comments_only) {
  const auto work = alerts_.change(id, change, hunting_.clock().now());
  if (!work) return state_error(work.error(), asked.marks);
  if (!comments_only) return one(asked, id);
  return json_answer(200,
                     with_context("{\"value\":" + views::graph_comments(handling_of(&*work).comments) + "}",
                                  std::string(kContext) + "('" + id + "')/comments"));
}

HttpResponse AlertDoor::change(const Asked& asked, const std::string& id) {
  const auto change = change_of(asked.request.body, asked.user);
  if (!change) return graph_error(400, "BadRequest", change.error().message(), asked.marks);
  return changed(asked, id, *change, false);
}

HttpResponse AlertDoor::comment(const Asked& asked, const std::string& id) {
  const json body = json::parse(asked.request.body, nullptr, false);
  if (!body.is_object() || !body.contains("comment") || !body["comment"].is_string())
    return graph_error(400, "BadRequest", "the body has no text \"comment\"", asked.marks);
  state::AlertChange change;
  change.comment = body["comment"].get<std::string>();
  change.by = asked.user;
  return changed(asked, id, change, true);
}

tl::expected<std::vector<std::vector<std::string>>, Refusal> AlertDoor::ask(const Asked& asked,
                                                                            const std::string& kql) {
  Question question{.text = kql, .user = asked.user};
  question.query_id = fmt::format("{}-{}", asked.marks.activity_id, asked.questions++);
  const auto found = hunting_.ask(question);
  if (!found) return tl::unexpected(found.error());
  std::vector<std::vector<std::string>> rows;
  for (const std::string& row : found->rows) {
    const json values = json::parse(row, nullptr, false);
    if (!values.is_array()) return tl::unexpected(Refusal{Refusal::Why::kInternal, "a row is no list"});
    auto& texts = rows.emplace_back();
    for (const json& value : values) {
      texts.push_back(value.is_string() ? value.get<std::string>() : value.is_null() ? "" : value.dump());
    }
  }
  return rows;
}

tl::expected<std::vector<views::AlertFacts>, Refusal> AlertDoor::facts(const Asked& asked,
                                                                       const std::vector<std::string>& ids) {
  std::optional<Refusal> refused;  // says more than an Error can
  const auto found = views::read_alert_facts(
      [&](const std::string& kql) -> Result<std::vector<std::vector<std::string>>> {
        auto rows = ask(asked, kql);
        if (rows) return *std::move(rows);
        refused = rows.error();
        return Error(ErrorCode::kUnavailable, refused->message);
      },
      ids);
  if (!found) return tl::unexpected(refused ? *refused : refusal_of(found.error()));
  return *found;
}

Result<std::map<std::string, state::AlertWork>> AlertDoor::works() {
  TRY_ASSIGN(auto all, alerts_.list(Time{}));
  std::map<std::string, state::AlertWork> by_id;
  for (state::AlertWork& work : all) {
    std::string id = work.id;
    by_id.emplace(std::move(id), std::move(work));
  }
  return by_id;
}

// What the client asked; behind a proxy that ends TLS its scheme is told by that.
std::string AlertDoor::base_address(const HttpRequest& request) const {
  const bool is_https = is_tls_ || ascii::iequals(request.header("X-Forwarded-Proto"), "https");
  const std::string_view target = request.target;
  return fmt::format("{}://{}{}", is_https ? "https" : "http", request.header("Host"),
                     target.substr(0, target.find('?')));
}

}  // namespace linkgate::portal
