// What portal decides without a store. The doors themselves: test/portal/portal_test.mjs.
#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "api/token.h"
#include "kql/time_text.h"
#include "portal/access.h"
#include "portal/kusto_answer.h"
#include "portal/kusto_commands.h"
#include "portal/kusto_request.h"
#include "portal/timespan.h"
#include "views/event_catalog.h"

namespace linkgate::portal {
namespace {

using nlohmann::json;
using std::chrono::seconds;
using testing::HasSubstr;

TEST(KustoRequest, TimeoutsAreReadAsClientsWriteThem) {
  const struct {
    std::string_view text;
    std::optional<seconds> time;
  } cases[] = {{"00:03:00", seconds(180)},        {"01:00:30.500", seconds(3630)},
               {"1.00:00:00", seconds(86400)},    {"00:00:00.200", seconds(1)},
               {"NaN:NaN:NaN.NaN", std::nullopt}, {"90", std::nullopt},
               {"-1:00:00", std::nullopt},        {"", std::nullopt}};
  for (const auto& one : cases) EXPECT_EQ(parse_timeout(one.text), one.time) << one.text;
}

TEST(KustoRequest, BodiesAndAddressesSayTheSame) {
  const auto body =
      parse_kusto_body(R"json({"db":"d","csl":"T | take 1","properties":{"Options":{"servertimeout":
      "00:00:10","notruncation":true,"truncationmaxrecords":"5"},"Parameters":{"p":"dynamic([1])"}}})json");
  ASSERT_TRUE(body.has_value()) << body.error().message();
  const auto address = parse_kusto_query(
      "db=d&csl=T+%7C+take%201&properties=%7B%22Options%22%3A%7B%22servertimeout%22%3A%2200%3A00%3A10%22%2C"
      "%22notruncation%22%3Atrue%2C%22truncationmaxrecords%22%3A5%7D%2C%22Parameters%22%3A%7B%22p%22%3A"
      "%22dynamic(%5B1%5D)%22%7D%7D");
  ASSERT_TRUE(address.has_value()) << address.error().message();
  for (const auto& request : {*body, *address}) {
    EXPECT_EQ(request.text, "T | take 1");
    EXPECT_EQ(request.database, "d");
    EXPECT_EQ(request.time, seconds(10));
    EXPECT_EQ(request.max_rows, 5u);
    EXPECT_TRUE(request.no_truncation);
    EXPECT_THAT(request.parameters, testing::ElementsAre(testing::Pair("p", "dynamic([1])")));
  }
}

TEST(KustoRequest, WhatIsNoRequestIsRefused) {
  for (const char* text : {"", "[]", "{}", R"json({"csl":5})json", R"({"csl":"T","properties":"{"})",
                           R"({"csl":"T","properties":[]})"}) {
    EXPECT_FALSE(parse_kusto_body(text).has_value()) << text;
  }
  EXPECT_FALSE(parse_kusto_query("db=d").has_value());
}

TEST(Timespan, IsADurationOrAnInterval) {
  const auto time = [](std::string_view text) {
    return Time(Ticks(kql::parse_datetime(text).value() - kql::kUnixEpochTicks));
  };
  const Time now = time("2026-03-31T12:00:00Z");
  const struct {
    std::string_view text, from, to;
  } cases[] = {{"P7D", "2026-03-24T12:00:00Z", "2026-03-31T12:00:00Z"},
               {"P2W", "2026-03-17T12:00:00Z", "2026-03-31T12:00:00Z"},
               {"PT1H30M", "2026-03-31T10:30:00Z", "2026-03-31T12:00:00Z"},
               {"PT0.5S", "2026-03-31T11:59:59.5Z", "2026-03-31T12:00:00Z"},
               {"P1M", "2026-02-28T12:00:00Z", "2026-03-31T12:00:00Z"},
               {"P1Y1M1DT1H", "2025-02-27T11:00:00Z", "2026-03-31T12:00:00Z"},
               {"2026-03-01T08:00:00Z", "2026-03-01T08:00:00Z", "2026-03-31T12:00:00Z"},
               {"2026-03-01/2026-03-02T06:00:00+02:00", "2026-03-01T00:00:00Z", "2026-03-02T04:00:00Z"},
               {"2026-01-31T08:00:00Z/P1M", "2026-01-31T08:00:00Z", "2026-02-28T08:00:00Z"},
               {"P1D/2026-03-01", "2026-02-28T00:00:00Z", "2026-03-01T00:00:00Z"},
               {"P9000Y", "0001-01-01T00:00:00Z", "2026-03-31T12:00:00Z"}};
  for (const auto& one : cases) {
    const auto range = parse_timespan(one.text, now);
    ASSERT_TRUE(range.has_value()) << one.text << ": " << range.error().message();
    EXPECT_EQ(to_iso8601(range->from), to_iso8601(time(one.from))) << one.text;
    EXPECT_EQ(to_iso8601(range->to), to_iso8601(time(one.to))) << one.text;
  }
}

TEST(Timespan, WhatIsNoneIsRefused) {
  const Time now(Ticks(17'955'039'330'000'000));
  for (const char* text : {"",
                           "P",
                           "PT",
                           "P7",
                           "7D",
                           "P7DT",
                           "P-7D",
                           "PTH",
                           "P1D2Y",
                           "P1.5M",
                           "PT1S1H",
                           "last week",
                           "P1D/P2D",
                           "/",
                           "P1D/",
                           "2026-01-01/x",
                           "2026-01-02/2026-01-01",
                           "P99999999999999999999D",
                           "PinfD",
                           "P1D/2026-01-01/2026-01-02"}) {
    EXPECT_FALSE(parse_timespan(text, now).has_value()) << text;
  }
}

TEST(KustoCommand, SaysWhatTablesAndColumnsMean) {
  const kql::Catalog catalog = views::event_catalog("linkgate");
  const auto tables = run_command(".show tables", {catalog, "linkgate"});
  ASSERT_TRUE(tables.has_value());
  EXPECT_THAT(tables->rows, testing::Each(testing::Not(testing::EndsWith(",\"\"]"))));
  const auto columns = run_command(".show database schema", {catalog, "linkgate"});
  ASSERT_TRUE(columns.has_value());
  EXPECT_THAT(columns->rows, testing::Contains(testing::AllOf(HasSubstr("\"UrlClickEvents\",\"Url\""),
                                                              HasSubstr("the whole URL"))));
}

TEST(KustoCommand, NamesMayStandInQuotesOrBrackets) {
  const kql::Catalog catalog = views::event_catalog("linkgate");
  for (const char* text :
       {".show table EmailEvents schema as json", " .SHOW table ['EmailEvents'] schema as JSON ",
        ".show table \"EmailEvents\"  schema as json\n"}) {
    EXPECT_TRUE(is_command(text));
    const auto answer = run_command(text, {catalog, "linkgate"});
    ASSERT_TRUE(answer.has_value()) << answer.error().message;
    EXPECT_EQ(json::parse(answer->rows.at(0)).at(0), "EmailEvents");
  }
  const auto columns = run_command(".show database schema", {catalog, "linkgate"});
  ASSERT_TRUE(columns.has_value()) << columns.error().message;
  EXPECT_THAT(columns->rows,
              testing::Contains(HasSubstr("\"UrlClickEvents\",\"Timestamp\",\"System.DateTime\"")));
  EXPECT_FALSE(run_command(".show table emailevents cslschema", {catalog, "linkgate"}).has_value());
  EXPECT_FALSE(run_command(".show table ['", {catalog, "linkgate"}).has_value());
  EXPECT_THAT(run_command(".drop table EmailEvents", {catalog, "linkgate"}).error().message,
              HasSubstr("does not have the command '.drop table EmailEvents'"));
}

TEST(KustoCommand, ARefusalIsTheWholeSentenceOverHttpToo) {
  const kql::Catalog catalog = views::event_catalog("linkgate");
  for (const char* text : {".show nothing", ".show tables | count"}) {
    const Refusal refusal = run_command(text, {catalog, "linkgate"}).error();
    const json error = json::parse(to_json(kusto_error(refusal), {})).at("error");
    EXPECT_THAT(error.at("@message").get<std::string>(), HasSubstr(refusal.message)) << text;
    EXPECT_THAT(refusal.message, HasSubstr(".show tables, databases"));
  }
}

// What clients and editors ask when they connect.
TEST(KustoCommand, ListsWhatThereIsInTheShapesThatClientsRead) {
  const kql::Catalog catalog = views::event_catalog("linkgate");
  const auto ask = [&](std::string_view text) {
    auto answer = run_command(text, {catalog, "linkgate"});
    EXPECT_TRUE(answer.has_value()) << text << answer.error().message;
    return answer.value_or(Answer());
  };
  const json schema = json::parse(
      json::parse(ask(".show databases schema as json with (x=true)").rows.at(0)).at(0).get<std::string>());
  const json& database = schema.at("Databases").at("linkgate");
  EXPECT_THAT(
      database.at("Tables").at("UrlClickEvents").at("OrderedColumns"),
      testing::Contains(json{{"Name", "Timestamp"}, {"Type", "System.DateTime"}, {"CslType", "datetime"}}));
  for (const char* part : {"Functions", "ExternalTables", "MaterializedViews"})
    EXPECT_TRUE(database.at(part).is_object()) << part;
  EXPECT_EQ(ask(".show database linkgate cslschema").rows.size(), catalog.tables.size());
  EXPECT_EQ(ask(".show databases entities with (resolveFunctionsSchema=true)").rows.size(),
            catalog.tables.size());
  for (const char* text : {".show database", ".show cluster databases", ".show databases"})
    EXPECT_EQ(ask(text).rows.size(), 1U) << text;
  for (const char* text : {".show materialized-views", ".show external tables", ".show running queries"})
    EXPECT_TRUE(ask(text).rows.empty()) << text;
  for (const char* text : {".show", ".show with (x=1)", ".show tables tables", ".drop table T"})
    EXPECT_FALSE(run_command(text, {catalog, "linkgate"}).has_value()) << text;
}

TEST(KustoAnswer, SaysWhatHappenedInThePlacesWhereClientsLook) {
  Answer answer{
      {{"x", kql::Type::kLong}, {"a\"b", kql::Type::kDynamic}}, {"[1,null]", "[2,{\"k\":[]}]"}, {}, true};
  const RequestMarks marks{"client", "00000000-0000-4000-8000-000000000000", Time{}};
  const json v2 = json::parse(kusto_v2(answer, marks, row_limit_trouble(2)));
  EXPECT_EQ(v2.at(2).at("Rows"), json::parse("[[1,null],[2,{\"k\":[]}]]"));
  EXPECT_EQ(v2.at(2).at("Columns").at(1).at("ColumnName"), "a\"b");
  EXPECT_EQ(v2.back().at("HasErrors"), true);
  EXPECT_EQ(v2.at(3).at("Rows").at(0).at(5), 2) << "a level that clients take for an error";
  const json v1 = json::parse(kusto_v1(answer, ""));
  EXPECT_EQ(v1.at("Tables").at(0).at("Columns").at(0).at("DataType"), "Int64");
  EXPECT_FALSE(v1.contains("Exceptions"));
}

TEST(KustoAnswer, RefusesMemoryInTheWordsOfTheService) {
  const json error =
      json::parse(to_json(kusto_error({Refusal::Why::kMemory, "it would use 2 GiB"}), {})).at("error");
  EXPECT_EQ(error.at("code"), "LowMemoryCondition");
  EXPECT_THAT(error.at("@message").get<std::string>(), HasSubstr("(80DA0007)"));
  EXPECT_THAT(error.at("@message").get<std::string>(),
              HasSubstr("(message: 'it would use 2 GiB', details: '')"));
}

TEST(KustoAnswer, OfSeveralResultsHasATableOfContents) {
  Answer answer{.columns = {{"x", kql::Type::kLong}}, .rows = {"[1]"}, .name = "First"};
  answer.more.push_back(
      {.columns = {{"y", kql::Type::kLong}}, .rows = {"[2]"}, .visualization = {"piechart", {}}});
  const json v2 = json::parse(kusto_v2(answer, {"client", "", Time{}}, ""));
  EXPECT_EQ(v2.at(1).at("Rows").size(), 2U);
  EXPECT_EQ(v2.at(1).at("Rows").at(1).at(0), 2);
  EXPECT_THAT(v2.at(1).at("Rows").at(1).at(2).get<std::string>(), HasSubstr("piechart"));
  EXPECT_EQ(v2.at(2).at("TableName"), "First");
  EXPECT_EQ(v2.at(3).at("TableKind"), "PrimaryResult");
  EXPECT_EQ(v2.at(3).at("Rows"), json::parse("[[2]]"));
  EXPECT_EQ(v2.at(4).at("TableId"), 3);
  const json tables = json::parse(kusto_v1(answer, "")).at("Tables");
  ASSERT_EQ(tables.size(), 4U);
  EXPECT_EQ(tables.at(1).at("Rows"), json::parse("[[2]]"));
  EXPECT_EQ(tables.at(3).at("Rows").at(0), json::parse(R"([0,"QueryResult","PrimaryResult","0","First"])"));
  EXPECT_EQ(tables.at(3).at("Rows").at(2).at(1), "QueryProperties");
}

TEST(KustoAnswer, ASeveralTimesWrongQueryIsRefusedOnceWithAllThatIsWrong) {
  const auto refused = [](const std::string& text) {
    const auto compiled = kql::compile(text, views::event_catalog("linkgate"), {});
    const Refusal refusal{Refusal::Why::kQuery, compiled.error().message, compiled.error(), text};
    return json::parse(to_json(kusto_error(refusal), {})).at("error");
  };
  const json one = refused("EmailEvents | where Subjekt == 1");
  EXPECT_EQ(one.at("@message"),
            "Semantic error: SEM0100: 'where' operator: Failed to resolve column or scalar expression named "
            "'Subjekt'; did you mean 'Subject'? [line:position=1:21]");
  EXPECT_EQ(one.at("innererror").at("code"), "SEM0100");
  EXPECT_FALSE(one.contains("details"));
  const json two = refused("EmailEvents | where Subjekt == 1 | extend x = tolowr('A')");
  EXPECT_EQ(two.at("innererror").at("column"), 21);
  ASSERT_EQ(two.at("details").size(), 2u);
  EXPECT_EQ(two.at("details").at(1).at("code"), "SEM0260");
  EXPECT_THAT(two.at("@message").get<std::string>(),
              HasSubstr("\nSemantic error: SEM0260: Unknown function"));
}

class AccessTest : public testing::Test {
 protected:
  void SetUp() override {
    char folder[] = "/tmp/linkgate-portal-XXXXXX";
    ASSERT_NE(::mkdtemp(folder), nullptr);
    folder_ = folder;
    auto opened = state::open_token_store({.location = "sqlite:" + folder_});
    ASSERT_TRUE(opened.has_value()) << opened.error().message();
    tokens_ = std::move(*opened);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  Result<Caller> look(const std::string& address, const std::string& authorization,
                      const std::string& host = "127.0.0.1:8482") {
    net::HttpRequest request;
    request.client_address = address;
    request.headers.emplace_back("Host", host);
    if (!authorization.empty()) request.headers.emplace_back("Authorization", authorization);
    Access access(config_, *tokens_);
    return access.look(request, api::kHuntingScope);
  }

  std::string folder_;
  std::unique_ptr<state::TokenStore> tokens_;
  PortalConfig config_;
};

TEST_F(AccessTest, ATokenOpensForItsScopeOnly) {
  const std::string good = api::new_token(), other = api::new_token();
  ASSERT_TRUE(tokens_->create({"ada", std::string(api::kHuntingScope), Time{}}, api::token_hash(good)));
  ASSERT_TRUE(tokens_->create({"eve", "something.else", Time{}}, api::token_hash(other)));
  EXPECT_EQ(look("192.0.2.1", "Bearer " + good)->name, "ada");
  EXPECT_EQ(look("192.0.2.1", "bearer " + good)->name, "ada");
  EXPECT_EQ(look("192.0.2.1", "Bearer " + other).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(look("192.0.2.1", "Bearer " + good + "x").error().code(), ErrorCode::kPermission);
  EXPECT_EQ(look("192.0.2.1", "Basic " + good).error().code(), ErrorCode::kPermission);
  EXPECT_EQ(look("192.0.2.1", "").error().code(), ErrorCode::kPermission);
}

TEST_F(AccessTest, WhoMayWriteFunctionsMayAsk) {
  const std::string writer = api::new_token(), reader = api::new_token();
  ASSERT_TRUE(tokens_->create({"ada", std::string(api::kFunctionsScope), Time{}}, api::token_hash(writer)));
  ASSERT_TRUE(tokens_->create({"eve", std::string(api::kHuntingScope), Time{}}, api::token_hash(reader)));
  const auto may = [&](const std::string& token, std::string_view scope) {
    net::HttpRequest request;
    request.client_address = "127.0.0.1";
    request.headers.emplace_back("Host", "localhost");
    if (!token.empty()) request.headers.emplace_back("Authorization", "Bearer " + token);
    config_.loopback_without_token = true;
    return Access(config_, *tokens_).look(request, scope).has_value();
  };
  EXPECT_TRUE(may(writer, api::kHuntingScope));
  EXPECT_TRUE(may(writer, api::kFunctionsScope));
  EXPECT_FALSE(may(reader, api::kFunctionsScope));
  EXPECT_TRUE(may("", api::kHuntingScope));
  EXPECT_FALSE(may("", api::kFunctionsScope)) << "nobody knows who that would be";
}

TEST_F(AccessTest, WithoutATokenOnlyLoopbackAndOnlyWhereTheConfigurationSaysSo) {
  EXPECT_EQ(look("127.0.0.1", "").error().code(), ErrorCode::kPermission);
  config_.loopback_without_token = true;
  for (const char* address : {"127.0.0.1", "127.8.0.1", "::1", ""})
    EXPECT_EQ(look(address, "")->name, "loopback");
  for (const char* host : {"localhost", "LOCALHOST:1", "[::1]:8482"})
    EXPECT_TRUE(look("::1", "", host)) << host;
  for (const char* host : {"", "evil.example", "evil.example:8482", "127.evil.example:1", "["})
    EXPECT_FALSE(look("127.0.0.1", "", host).has_value()) << host;
  EXPECT_EQ(look("192.0.2.1", "").error().code(), ErrorCode::kPermission);
  EXPECT_EQ(look("127.0.0.1", "Bearer wrong").error().code(), ErrorCode::kPermission)
      << "a wrong one is not none";
}

}  // namespace
}  // namespace linkgate::portal
