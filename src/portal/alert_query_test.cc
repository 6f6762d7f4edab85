// What clients may ask of alerts in a query, and what is refused by name.
#include "portal/alert_query.h"

#include <gmock/gmock.h>

namespace linkgate::portal {
namespace {

using testing::HasSubstr;

AlertView view(std::string status, std::string severity, std::string assigned = "",
               std::string created = "2026-11-22T12:00:00.0000000Z") {
  return {{std::move(status), std::move(severity), "unknown", "phishing", std::move(assigned),
           "microsoftDefenderForOffice365", created, created}};
}

TEST(AlertFilter, SaysWhichAlertsItMeans) {
  const AlertView fresh = view("new", "high"),
                  old = view("resolved", "low", "ada", "2026-11-01T00:00:00.0000000Z");
  const struct {
    const char* text;
    bool fresh, old;
  } cases[] = {
      {"status eq 'new'", true, false},
      {"status ne 'new'", false, true},
      {"severity gt 'low'", true, false},
      {"severity in ('low', 'medium')", false, true},
      {"createdDateTime ge 2026-11-22T12:00:00Z", true, false},
      {"createdDateTime lt 2026-11-22T13:00:00+01:00", false, true},
      {"lastUpdateDateTime le 2026-11-01", false, true},
      {"assignedTo eq null", true, false},
      {"assignedTo eq 'ada'", false, true},
      {"not status eq 'new'", false, true},
      {"not (status eq 'new' or severity eq 'low')", false, false},
      {"status eq 'new' or severity eq 'low' and assignedTo eq 'eve'", true, false},
      {"(status eq 'new' or severity eq 'low') and assignedTo eq 'ada'", false, true},
      {"not not determination eq 'phishing'", true, true},
      {"serviceSource eq 'microsoftDefenderForOffice365'", true, true},
  };
  for (const auto& one : cases) {
    const auto filter = AlertFilter::parse(one.text);
    ASSERT_TRUE(filter.has_value()) << one.text << ": " << filter.error().message();
    EXPECT_EQ(filter->matches(fresh), one.fresh) << one.text;
    EXPECT_EQ(filter->matches(old), one.old) << one.text;
  }
}

TEST(AlertFilter, NamesWhatItDoesNotKnow) {
  const struct {
    const char *text, *says;
  } cases[] = {
      {"title eq 'x'", "there is no 'title' here"},
      {"status eq 'open'", "status is never 'open', it is one of new, inProgress, resolved"},
      {"status eq new", "a text in '...' is wanted at 11, and there is 'new'"},
      {"status like 'new'", "one of eq, ne"},
      {"createdDateTime gt yesterday", "a moment such as"},
      {"contains(assignedTo,'a')", "there is no 'contains' here"},
      {"(status eq 'new'", "a bracket is not closed"},
      {"status eq 'new')", "and there is ')'"},
      {"status eq 'new' and", "a comparison is wanted"},
      {"status eq 'new", "a text is not closed"},
      {"status in ('new' 'resolved')", "',' or ')' is wanted"},
      {"", "a comparison is wanted"},
  };
  for (const auto& one : cases) {
    const auto filter = AlertFilter::parse(one.text);
    ASSERT_FALSE(filter.has_value()) << one.text;
    EXPECT_THAT(filter.error().message(), HasSubstr(one.says)) << one.text;
  }
  EXPECT_EQ(AlertFilter::parse(std::string(kMaxFilterOctets + 1, '(')).error().code(), ErrorCode::kLimit);
  EXPECT_FALSE(AlertFilter::parse(std::string(kMaxFilterOctets, '(')).has_value());
}

TEST(AlertQuery, IsReadFromAnAddressAndGoesOnBehindThePage) {
  const std::string text =
      "$filter=status%20eq%20'new'&$top=2&%24skip=4&$count=true&$orderby=severity+desc,createdDateTime";
  const auto query = parse_alert_query(text);
  ASSERT_TRUE(query.has_value()) << query.error().message();
  EXPECT_EQ(query->top, 2U);
  EXPECT_EQ(query->skip, 4U);
  EXPECT_TRUE(query->count);
  ASSERT_EQ(query->order.size(), 2U);
  EXPECT_TRUE(query->order[0].second);
  EXPECT_FALSE(query->order[1].second);
  const auto next = parse_alert_query(with_skip(text, 6));
  ASSERT_TRUE(next.has_value());
  EXPECT_EQ(next->skip, 6U);
  EXPECT_EQ(next->top, 2U);
  EXPECT_TRUE(next->filter.matches(view("new", "low")));
  EXPECT_FALSE(next->filter.matches(view("resolved", "low")));
}

TEST(AlertQuery, OptionsThatThereAreNotAreRefusedByName) {
  for (const char* text : {"$select=id", "$expand=evidence", "$search=x", "top=1", "$top=0", "$top=1001",
                           "$top=x", "$skip=-1", "$count=1", "$orderby=title", "$orderby=status%20down"}) {
    const auto query = parse_alert_query(text);
    ASSERT_FALSE(query.has_value()) << text;
    EXPECT_EQ(query.error().code(), ErrorCode::kInvalidArgument);
  }
  EXPECT_THAT(parse_alert_query("$select=id").error().message(), HasSubstr("$select is not supported"));
}

TEST(AlertQuery, SeveritiesAreOrderedByWeight) {
  EXPECT_LT(compare(AlertField::kSeverity, view("new", "informational"), view("new", "low")), 0);
  EXPECT_GT(compare(AlertField::kSeverity, view("new", "high"), view("new", "medium")), 0);
}

}  // namespace
}  // namespace linkgate::portal
