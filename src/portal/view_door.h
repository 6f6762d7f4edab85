#pragma once
// GET /api/v1/reports/NAME and /api/v1/explorer/messages|clicks|urls: what `linkgate report` and `linkgate
// explorer` show, for programs of others, by the same filters and from the same queries.

#include <string>
#include <string_view>

#include "net/http.h"
#include "portal/access.h"
#include "portal/graph_answer.h"
#include "portal/hunting.h"
#include "views/report.h"

namespace linkgate::portal {

// Of each table, where nobody says otherwise, and at most.
inline constexpr uint64_t kViewRows = 10'000, kMostViewRows = kKustoRows;

// What the parameters of an address ask for.
struct ViewQuestion {
  views::Filter filter;  // checked
  std::string view, section;
  uint64_t rows = kViewRows;
  bool all = false;  // without the default filter
};
// kInvalidArgument: a parameter that there is not, or what is wrong with one.
Result<ViewQuestion> parse_view_question(std::string_view query, Time now);

// Blocking; several threads at once. References outlive it.
class ViewDoor {
 public:
  ViewDoor(Hunting& hunting, Access& access, const PortalConfig& config)
      : hunting_(hunting), access_(access), time_(config.query_time) {}

  static bool is_meant(std::string_view path);
  net::HttpResponse answer(const net::HttpRequest& request, const RequestMarks& marks);

 private:
  struct Asked;
  tl::expected<std::string, Refusal> head(const views::Report& report, Asked& asked);
  tl::expected<std::string, Refusal> section(const views::Report& report, const views::Section& section,
                                             Asked& asked);
  tl::expected<Answer, Refusal> ask(Asked& asked, std::string kql, uint64_t rows);

  Hunting& hunting_;
  Access& access_;
  const std::chrono::seconds time_;
};

}  // namespace linkgate::portal
