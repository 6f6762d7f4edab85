#include "portal/hunting.h"

#include <algorithm>
#include <utility>

#include "base/metrics.h"
#include "portal/external_data.h"
#include "portal/function_library.h"
#include "portal/kusto_answer.h"
#include "views/event_catalog.h"

namespace linkgate::portal {
namespace {

constexpr std::chrono::minutes kTroubleIsRecent{1};

Refusal refusal_of(const Error& error) {
  using Why = Refusal::Why;
  switch (error.code()) {
    case ErrorCode::kLimit:
      return {store::is_out_of_memory(error) ? Why::kMemory : Why::kLimit, error.message()};
    case ErrorCode::kTimeout:
      return {Why::kTimeout, error.message()};
    case ErrorCode::kUnavailable:
      return {Why::kUnavailable, error.message()};
    default:
      return {Why::kInternal, error.message()};
  }
}

uint64_t size_of(const Answer& answer) {
  uint64_t size = 0;
  for (const std::string& row : answer.rows) size += row.size();
  return size;
}

}  // namespace

// One of a user's queries, while it runs.
class Hunting::Turn {
 public:
  Turn(Hunting& hunting, const Question& question) : hunting_(hunting) {
    const std::lock_guard lock(hunting_.mutex_);
    const auto of_user = std::count_if(hunting_.running_.begin(), hunting_.running_.end(),
                                       [&](const RunningQuery& q) { return q.user == question.user; });
    granted_ = of_user < hunting_.queries_per_user_;
    if (!granted_) return;
    const RunningQuery query{question.user, question.query_id, question.text, hunting_.clock_.now()};
    place_ = hunting_.running_.insert(hunting_.running_.end(), query);
  }
  ~Turn() {
    if (!granted_) return;
    const std::lock_guard lock(hunting_.mutex_);
    hunting_.running_.erase(place_);
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  bool granted() const { return granted_; }

 private:
  Hunting& hunting_;
  std::list<RunningQuery>::iterator place_;
  bool granted_ = false;
};

Hunting::Hunting(FindStore find_store, const std::string& database, int queries_per_user, const Clock& clock,
                 FunctionLibrary* functions, KqlConfig kql, std::string egress_socket)
    : find_store_(std::move(find_store)),
      database_(database),
      catalog_(views::event_catalog(database)),
      queries_per_user_(queries_per_user),
      clock_(clock),
      kql_(std::move(kql)),
      egress_socket_(std::move(egress_socket)),
      functions_(functions) {}

tl::expected<Answer, Refusal> Hunting::ask(const Question& question) {
  static metrics::Counter& answered = metrics::process().counter("linkgate_portal_queries_total",
                                                                 "Hunting queries", {{"result", "answered"}});
  static metrics::Counter& refused =
      metrics::process().counter("linkgate_portal_queries_total", "Hunting queries", {{"result", "refused"}});
  static metrics::Histogram& seconds = metrics::process().histogram(
      "linkgate_portal_query_seconds", "Time of a hunting query", metrics::latency_buckets());
  const Turn turn(*this, question);
  if (!turn.granted()) {
    refused.add();
    return tl::unexpected(Refusal{Refusal::Why::kBusy, "so many queries of yours run already; wait for one"});
  }
  const auto start = clock_.steady_now();
  auto answer = run(question);
  seconds.observe(std::chrono::duration<double>(clock_.steady_now() - start).count());
  (answer ? answered : refused).add();
  if (!answer && answer.error().why == Refusal::Why::kTimeout)
    answer.error().message = time_limit_trouble(question.time);
  note(question, answer);
  return answer;
}

void Hunting::note(const Question& question, const tl::expected<Answer, Refusal>& answer) {
  const bool missing = !answer && answer.error().why == Refusal::Why::kUnavailable &&
                       !(question.cancelled && question.cancelled());  // a client that went is no trouble
  if (!answer && !missing) return;
  const std::lock_guard lock(mutex_);
  trouble_ = missing ? answer.error().message : "";
  trouble_at_ = clock_.steady_now();
}

std::vector<RunningQuery> Hunting::running(std::string_view user) const {
  const std::lock_guard lock(mutex_);
  std::vector<RunningQuery> found;
  for (const RunningQuery& query : running_) {
    if (query.user == user) found.push_back(query);
  }
  return found;
}

std::string Hunting::trouble() const {
  const std::lock_guard lock(mutex_);
  return clock_.steady_now() - trouble_at_ < kTroubleIsRecent ? trouble_ : "";
}

tl::expected<Answer, Refusal> Hunting::run(const Question& question) {
  const auto options = find_store_();
  if (!options) return tl::unexpected(refusal_of(options.error()));
  store::StoreClient client(*options);
  store::QueryLimits limits;
  limits.time = question.time;
  limits.max_rows = question.max_rows + 1;
  limits.max_bytes = question.max_bytes;
  limits.max_memory = kql_.query_memory_bytes;
  limits.cancelled = question.cancelled;
  const kql::CompileOptions compiling{.now = clock_.now(),
                                      .row_limit = question.max_rows + 1,
                                      .answers = {},
                                      .parameters = question.parameters,
                                      .timespan = question.timespan};
  static const FunctionLibrary::Stored none;
  std::shared_ptr<const FunctionLibrary::Stored> functions;
  if (functions_ != nullptr) {
    auto found = functions_->for_queries();
    if (!found) return tl::unexpected(refusal_of(found.error()));
    functions = *std::move(found);
  }
  ExternalData external(kql_.externaldata_hosts, egress_socket_, question.cancelled);
  const auto asked = kql::compile_asking(
      question.text, functions ? *functions : none, catalog_, compiling,
      [&](const std::string& sql) -> Result<std::vector<std::string>> {
        TRY_ASSIGN(store::QueryResult result, client.query(sql, limits));
        return std::move(result.rows);
      },
      external.fetcher());
  if (!asked) return tl::unexpected(refusal_of(asked.error()));
  const auto& compiled = *asked;
  if (!compiled) {
    return tl::unexpected(
        Refusal{Refusal::Why::kQuery, compiled.error().message, compiled.error(), question.text});
  }
  const auto start = clock_.steady_now();
  auto first = one_result(*compiled, client, limits, question.max_rows, question.query_id);
  if (!first) return first;
  if (question.first_only) {
    first->not_asked = compiled->more.size();
    return first;
  }
  // What follows shares the limits: its time, its octets and its rows are what was left.
  uint64_t room = question.max_rows - first->rows.size();
  uint64_t octets = size_of(*first);
  for (const kql::CompiledResult& further : compiled->more) {
    if (first->truncated) break;
    const auto spent = std::chrono::duration_cast<std::chrono::seconds>(clock_.steady_now() - start);
    limits.time = std::max(question.time - spent, std::chrono::seconds(1));
    limits.max_bytes = question.max_bytes > octets ? question.max_bytes - octets : 1;
    const std::string id = question.query_id + "-" + std::to_string(first->more.size() + 2);
    auto answer = one_result(further, client, limits, room, id);
    if (!answer) return answer;
    room -= answer->rows.size();
    octets += size_of(*answer);
    first->truncated = answer->truncated;
    first->more.push_back(*std::move(answer));
  }
  return first;
}

tl::expected<Answer, Refusal> Hunting::one_result(const kql::CompiledResult& compiled,
                                                  store::StoreClient& client,
                                                  const store::QueryLimits& limits, uint64_t max_rows,
                                                  const std::string& query_id) {
  auto result = client.query(compiled.sql, limits, query_id);
  if (!result && store::is_answer_too_large(result.error()))
    return tl::unexpected(Refusal{Refusal::Why::kLimit, size_limit_trouble(limits.max_bytes)});
  if (!result) return tl::unexpected(refusal_of(result.error()));
  Answer answer{compiled.columns, {}, compiled.visualization, result->rows.size() > max_rows, compiled.name};
  if (answer.truncated) result->rows.resize(max_rows);
  answer.rows.reserve(result->rows.size());
  for (std::string& line : result->rows) {
    auto row = kql::row_to_json(line, answer.columns);
    if (!row) return tl::unexpected(refusal_of(row.error()));
    answer.rows.push_back(*std::move(row));
    std::string().swap(line);  // one copy of a large answer at a time
  }
  return answer;
}

}  // namespace linkgate::portal
