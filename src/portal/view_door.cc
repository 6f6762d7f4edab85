#include "portal/view_door.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "api/token.h"
#include "base/ascii.h"
#include "base/check.h"
#include "kql/json.h"
#include "portal/kusto_answer.h"
#include "url/percent.h"
#include "views/filter_text.h"

namespace linkgate::portal {

using net::HttpRequest;
using net::HttpResponse;

struct ViewDoor::Asked {
  const HttpRequest& request;
  const RequestMarks& marks;
  std::string user;
  ViewQuestion question;
  int questions = 0;
};

namespace {

constexpr std::string_view kReports = "/api/v1/reports/", kExplorer = "/api/v1/explorer/";

Error wrong(std::string what) { return {ErrorCode::kInvalidArgument, std::move(what)}; }

// Rows as objects: {column: value, ...}.
std::string objects_of(const Answer& answer) {
  std::vector<std::string> names;
  for (const auto& column : answer.columns) names.push_back(json_text(column.name));
  std::string out = "[";
  for (const std::string& row : answer.rows) {
    const auto values = kql::json_elements(row);
    CHECK(values && values->size() == names.size());
    out += out.size() > 1 ? ",\n{" : "\n{";
    for (size_t i = 0; i < names.size(); ++i) out += (i > 0 ? "," : "") + names[i] + ":" + (*values)[i];
    out += '}';
  }
  return out + "]";
}

// The report or view of the Explorer that the path names; null: there is none.
const views::Report* find_view(std::string_view path, std::string_view view) {
  if (path.starts_with(kReports)) return views::find_report(path.substr(kReports.size()), view);
  const auto all = views::explorer_views();
  const auto found = std::find_if(all.begin(), all.end(), [&](const views::Report& one) {
    return one.name == path.substr(kExplorer.size());
  });
  return found == all.end() || !view.empty() ? nullptr : &*found;
}

Result<void> read_parameter(std::string_view name, std::string value, Time now, ViewQuestion& out) {
  for (const views::FilterMember& member : views::filter_members()) {
    if (name != member.name) continue;
    (out.filter.*member.values).push_back(std::move(value));
    return {};
  }
  if (name == "from" || name == "to") {
    TRY_ASSIGN(const Time moment, views::moment_of(name, value, now));
    (name == "from" ? out.filter.from : out.filter.to) = moment;
  } else if (name == "view") {
    out.view = std::move(value);
  } else if (name == "section") {
    out.section = std::move(value);
  } else if (name == "all") {
    if (value != "true" && value != "false") return wrong("all is true or false");
    out.all = value == "true";
  } else if (name == "rows") {
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), out.rows);
    if (error != std::errc() || end != value.data() + value.size() || out.rows < 1 ||
        out.rows > kMostViewRows)
      return wrong(fmt::format("rows is a number from 1 to {}", kMostViewRows));
  } else {
    return wrong(fmt::format("there is no parameter \"{}\"", name.substr(0, 100)));
  }
  return {};
}

}  // namespace

Result<ViewQuestion> parse_view_question(std::string_view query, Time now) {
  ViewQuestion out;
  for (const std::string_view parameter : ascii::split(query, '&')) {
    if (parameter.empty()) continue;
    const size_t equals = std::min(parameter.find('='), parameter.size());
    std::string value(parameter.substr(std::min(parameter.size(), equals + 1)));
    std::replace(value.begin(), value.end(), '+', ' ');
    TRY(read_parameter(parameter.substr(0, equals), url::percent_decode(value), now, out));
  }
  if (!out.filter.from) out.filter.from = out.filter.to.value_or(now) - Ticks(views::kOrdinaryPeriod);
  TRY_ASSIGN(out.filter, views::checked(std::move(out.filter)));
  return out;
}

bool ViewDoor::is_meant(std::string_view path) {
  return path.starts_with(kReports) || path.starts_with(kExplorer);
}

HttpResponse ViewDoor::answer(const HttpRequest& request, const RequestMarks& marks) {
  if (request.method != "GET")
    return graph_error(405, "MethodNotAllowed", "this address is asked by GET", marks);
  const auto caller = access_.look(request, api::kHuntingScope);
  if (!caller) return graph_access_error(caller.error(), marks);
  const std::string_view target = request.target;
  const size_t mark = std::min(target.find('?'), target.size());
  auto question = parse_view_question(target.substr(std::min(target.size(), mark + 1)), marks.now);
  if (!question) return graph_error(400, "BadRequest", question.error().message(), marks);
  const views::Report* found = find_view(target.substr(0, mark), question->view);
  if (found == nullptr) return graph_error(404, "ResourceNotFound", "there is no such report or view", marks);
  views::Report report = *found;
  if (question->all) report.has_default_filter = false;
  Asked asked{request, marks, caller->name, *std::move(question)};
  auto out = head(report, asked);
  if (!out) return graph_query_error(out.error(), marks);
  size_t sections = 0;
  for (const views::Section& section : report.sections) {
    if (!asked.question.section.empty() && section.name != asked.question.section) continue;
    const auto text = this->section(report, section, asked);
    if (!text) return graph_query_error(text.error(), marks);
    *out += (sections++ > 0 ? ",\n" : "\n") + *text;
  }
  if (sections == 0) return graph_error(400, "BadRequest", "the report has no such section", marks);
  return json_answer(200, *out + "]}");
}

tl::expected<std::string, Refusal> ViewDoor::head(const views::Report& report, Asked& asked) {
  const views::Filter& filter = asked.question.filter;
  std::string out = fmt::format(
      "{{\"report\":{},\"title\":{},\"period\":{},\"filter\":{}", json_text(report.name),
      json_text(report.title), json_text(views::period_in_words(filter)), json_text(views::in_words(filter)));
  if (const auto left_out = views::default_filter(report, filter)) {
    const auto hidden = ask(asked, left_out->hidden, kMostViewRows);
    if (!hidden) return tl::unexpected(hidden.error());
    uint64_t clicks = 0;
    for (const std::string& row : hidden->rows) {
      const auto values = kql::json_elements(row);
      CHECK(values && values->size() > 1);
      uint64_t count = 0;
      std::from_chars((*values)[1].data(), (*values)[1].data() + (*values)[1].size(), count);
      clicks += count;
    }
    out += fmt::format(",\"defaultFilter\":{{\"sentence\":{},\"hiddenClicks\":{}}}",
                       json_text(left_out->sentence), clicks);
  }
  return out + ",\"sections\":[";
}

tl::expected<std::string, Refusal> ViewDoor::section(const views::Report& report,
                                                     const views::Section& section, Asked& asked) {
  const auto found =
      ask(asked, views::section_query(report, section, asked.question.filter), asked.question.rows);
  if (!found) return tl::unexpected(found.error());
  return fmt::format("{{\"name\":{},\"title\":{},\"rows\":{},\"more\":{}}}", json_text(section.name),
                     json_text(section.title), objects_of(*found), found->truncated);
}

tl::expected<Answer, Refusal> ViewDoor::ask(Asked& asked, std::string kql, uint64_t rows) {
  Question question{.text = std::move(kql),
                    .user = asked.user,
                    .query_id = fmt::format("{}-{}", asked.marks.activity_id, ++asked.questions)};
  question.time = time_;
  question.max_rows = rows;
  if (asked.request.client_gone) {
    question.cancelled = [flag = asked.request.client_gone] { return flag->load(std::memory_order_relaxed); };
  }
  return hunting_.ask(question);
}

}  // namespace linkgate::portal
