#include "engine/service.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <stdexcept>

#include "base/log.h"
#include "base/metrics.h"
#include "engine/exception.h"
#include "engine/query_settings.h"
#include "net/gzip.h"

namespace linkgate::engine {
namespace {

using net::HttpRequest;
using net::HttpResponse;
namespace asio = net::asio;

constexpr std::chrono::seconds kGrace{2};  // past its own limit, before we end it

// Formats whose pieces can be sent one after another: no header, no footer, nothing between rows.
constexpr std::array<std::string_view, 12> kStreamed = {"JSONEachRow",
                                                        "JSONLines",
                                                        "NDJSON",
                                                        "JSONCompactEachRow",
                                                        "JSONStringsEachRow",
                                                        "JSONCompactStringsEachRow",
                                                        "TabSeparated",
                                                        "TSV",
                                                        "TabSeparatedRaw",
                                                        "CSV",
                                                        "RowBinary",
                                                        "Native"};

bool is_streamed(std::string_view format) {
  return std::find(kStreamed.begin(), kStreamed.end(), format) != kStreamed.end();
}

std::string_view content_type(std::string_view format) {
  if (format.find("EachRow") != format.npos || format == "NDJSON" || format == "JSONLines")
    return "application/x-ndjson; charset=UTF-8";
  if (format.starts_with("JSON")) return "application/json; charset=UTF-8";
  if (format.starts_with("TSV") || format.starts_with("TabSeparated"))
    return "text/tab-separated-values; charset=UTF-8";
  if (format.starts_with("CSV")) return "text/csv; charset=UTF-8";
  if (format.starts_with("RowBinary") || format == "Native" || format == "Parquet" ||
      format.starts_with("Arrow")) {
    return "application/octet-stream";
  }
  return "text/plain; charset=UTF-8";
}

// Bytes as a file without a name: how the engine gets the data of an INSERT, since in the SQL text it would
// be read on as SQL after an empty line.
class MemoryFile {
 public:
  static Result<MemoryFile> of(std::string_view bytes) {
    MemoryFile file;
    file.fd_ = memfd_create("linkgate-insert", MFD_CLOEXEC);
    if (file.fd_ < 0) return Error(ErrorCode::kIo, "no memory file for the data of an INSERT");
    while (!bytes.empty()) {
      const ssize_t n = write(file.fd_, bytes.data(), bytes.size());
      if (n <= 0) return Error(ErrorCode::kIo, "no memory for the data of an INSERT");
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return file;
  }
  MemoryFile(MemoryFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  MemoryFile& operator=(MemoryFile&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~MemoryFile() {
    if (fd_ >= 0) close(fd_);
  }
  std::string path() const { return fmt::format("/proc/self/fd/{}", fd_); }

 private:
  MemoryFile() = default;
  int fd_ = -1;
};

// Runs `work` on a thread of `pool` and comes back to the caller's own.
asio::awaitable<Result<Answer>> on_pool(asio::thread_pool& pool, std::function<Result<Answer>()> work) {
  const auto home = co_await asio::this_coro::executor;
  co_await asio::post(asio::bind_executor(pool.get_executor(), asio::use_awaitable));
  Result<Answer> result = Answer{};
  try {
    result = work();
  } catch (const std::exception& problem) {  // out of memory; it must not leave this thread as an exception
    result = Error(ErrorCode::kInternal, problem.what());
  }
  co_await asio::post(asio::bind_executor(home, asio::use_awaitable));
  co_return result;
}

std::string_view kind_name(StatementKind kind) {
  switch (kind) {
    case StatementKind::kRead:
      return "read";
    case StatementKind::kInsert:
      return "insert";
    case StatementKind::kDefinition:
      return "definition";
  }
  return "read";
}

// Until the answer, or its first piece, was there.
void count_query(StatementKind kind, bool answered, std::chrono::duration<double> elapsed) {
  metrics::Registry& registry = metrics::process();
  const std::string name(kind_name(kind));
  registry
      .counter("linkgate_store_queries_total", "Statements by kind and outcome",
               {{"kind", name}, {"outcome", answered ? "answered" : "failed"}})
      .add();
  registry
      .histogram("linkgate_store_query_seconds", "Time to the answer or its first piece",
                 metrics::latency_buckets(), {{"kind", name}})
      .observe(elapsed.count());
}

HttpResponse plain_response(unsigned status, std::string_view text) {
  HttpResponse response{.status = status};
  response.headers.emplace_back("Content-Type", "text/plain; charset=UTF-8");
  response.body = text;
  return response;
}

// The text that ends a stream that failed, where the client was told its tag beforehand: how ClickHouse does
// it since 25.11.
std::string exception_in_stream(std::string_view message, std::string_view tag) {
  const std::string line = fmt::format("{}\n", message);
  return fmt::format("\r\n__exception__\r\n{}\r\n{}{} {}\r\n__exception__\r\n", tag, line, line.size(), tag);
}

HttpResponse error_response(const Error& error, std::string_view query_id) {
  const int code = exception_code(error.message());
  HttpResponse response{.status = http_status(code)};
  response.headers = {{"Content-Type", "text/plain; charset=UTF-8"},
                      {"X-ClickHouse-Exception-Code", std::to_string(code)}};
  if (!query_id.empty()) response.headers.emplace_back("X-ClickHouse-Query-Id", query_id);
  response.body = error.message() + "\n";
  return response;
}

std::string summary(const Answer& answer, std::chrono::nanoseconds elapsed) {
  return fmt::format(
      R"({{"read_rows":"{}","read_bytes":"{}","written_rows":"{}","written_bytes":"{}","total_rows_to_read":"0",)"
      R"("result_rows":"{}","result_bytes":"{}","elapsed_ns":"{}"}})",
      answer.read_rows, answer.read_bytes, answer.written_rows, answer.written_bytes,
      answer.written_rows > 0 ? answer.written_rows : answer.result_rows, answer.body.size(),
      elapsed.count());
}

}  // namespace

// One request from the moment it was understood to the last byte of its answer. Let go of on any thread; its
// end (which may have to wait for the engine) happens on a pool's.
struct StoreService::Job {
  QueryRequest request;
  std::shared_ptr<RunningQuery> running = std::make_shared<RunningQuery>();
  asio::thread_pool* pool = nullptr;
  std::unique_ptr<Session> session;
  std::unique_ptr<net::GzipStream> gzip;
  bool streaming = false;
  bool ended = false;
  bool failed = false;
  std::string exception_tag;
  std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
};

StoreService::StoreService(Database& database, ServiceOptions options)
    : database_(database),
      options_(std::move(options)),
      running_(database, options_.max_queries, options_.on_stuck),
      readers_(options_.readers),
      writers_(options_.writers) {}

StoreService::~StoreService() {
  running_.cancel_all();
  readers_.join();
  writers_.join();
}

std::shared_ptr<StoreService::Job> StoreService::make_job(QueryRequest request) {
  auto owned = std::make_unique<Job>();
  owned->request = std::move(request);
  owned->pool = owned->request.statement.kind == StatementKind::kRead ? &readers_ : &writers_;
  owned->running->id = owned->request.query_id;
  owned->running->deadline =
      std::chrono::steady_clock::now() + std::chrono::seconds(owned->request.seconds) + kGrace;
  return std::shared_ptr<Job>(owned.release(), [this](Job* job) {
    job->running->cancelled = true;  // of no effect where it has ended
    asio::post(*job->pool, [this, job] {
      {
        const EngineCall call(*job->running);
        job->session.reset();
      }
      running_.leave(job->running);
      delete job;
    });
  });
}

// On a pool's thread. The whole answer, or the first piece of a stream.
Result<Answer> StoreService::start(Job& job) {
  const QueryRequest& request = job.request;
  if (!job.running->wanted()) return exception(ExceptionCode::kQueryWasCancelled, "the client went away");
  if (request.statement.kind != StatementKind::kRead) TRY(database_.check_space());
  const EngineCall call(*job.running);
  TRY_ASSIGN(job.session, database_.connect());
  if (!request.database.empty() && request.database != "default") {
    std::string name = request.database;
    for (size_t at = 0; (at = name.find('`', at)) != name.npos; at += 2) name.insert(at, "`");
    TRY(job.session->query("USE `" + name + "`"));
  }
  TRY(job.session->query(settings_statement(request, options_.limits)));
  if (request.statement.kind == StatementKind::kInsert) {
    TRY_ASSIGN(const MemoryFile data, MemoryFile::of(request.data));
    auto inserted =
        job.session->query(fmt::format("{} FROM INFILE {} COMPRESSION 'none' FORMAT {}",
                                       request.statement.sql, sql_string(data.path()), request.format));
    // The statement was read by us before, so its syntax is right. When an INSERT breaks (a full disk), the
    // engine sometimes goes on to the nothing behind it and tells of that instead.
    if (!inserted &&
        exception_code(inserted.error().message()) == static_cast<int>(ExceptionCode::kSyntaxError)) {
      return exception(ExceptionCode::kUnknownException,
                       "the engine broke off the INSERT and gave no reason");
    }
    return inserted;
  }
  if (!job.streaming) return job.session->query(request.statement.sql, request.format, request.parameters);
  TRY(job.session->start_stream(request.statement.sql, request.format, request.parameters));
  return job.session->fetch();
}

asio::awaitable<HttpResponse> StoreService::run(std::shared_ptr<Job> job) {
  const QueryRequest& request = job->request;
  job->streaming =
      request.statement.kind == StatementKind::kRead && !request.buffered && is_streamed(request.format);
  std::function<Result<Answer>()> work = [this, job] { return start(*job); };
  Result<Answer> first = co_await on_pool(*job->pool, work);
  const auto elapsed = std::chrono::steady_clock::now() - job->started;
  count_query(request.statement.kind, first.has_value(), elapsed);
  if (!first) co_return error_response(as_exception(std::move(first).error()), request.query_id);

  HttpResponse response;
  response.headers = {{"Content-Type", std::string(content_type(request.format))},
                      {"X-ClickHouse-Query-Id", request.query_id},
                      {"X-ClickHouse-Format", request.format},
                      {"X-ClickHouse-Timezone", "UTC"},
                      {"X-ClickHouse-Server-Display-Name", "linkgate-store"},
                      {"X-ClickHouse-Summary", summary(*first, elapsed)}};
  job->ended = !job->streaming || first->body.empty();
  if (request.gzip_answer) {
    response.headers.emplace_back("Content-Encoding", "gzip");
    job->gzip = std::make_unique<net::GzipStream>();
    response.body = job->gzip->add(first->body, job->ended);
  } else {
    response.body = std::move(first->body);
  }
  if (job->ended) co_return response;
  job->exception_tag = random_word(16);
  response.headers.emplace_back("X-ClickHouse-Exception-Tag", job->exception_tag);
  response.next_chunk = [job] { return next_piece(job); };
  co_return response;
}

asio::awaitable<std::optional<std::string>> StoreService::next_piece(std::shared_ptr<Job> job) {
  if (job->failed)
    throw std::runtime_error("query " + job->request.query_id + " failed in its midst");  // breaks off
  if (job->ended) co_return std::nullopt;
  std::function<Result<Answer>()> work = [job] {
    const EngineCall call(*job->running);
    return job->session->fetch();
  };
  Result<Answer> piece = co_await on_pool(*job->pool, work);
  std::string bytes;
  if (piece) {
    bytes = std::move(piece->body);
    job->ended = bytes.empty();
  } else {
    bytes = exception_in_stream(piece.error().message(), job->exception_tag);
    job->failed = true;
  }
  if (job->gzip) bytes = job->gzip->add(bytes, job->ended || job->failed);
  if (bytes.empty()) co_return std::nullopt;
  co_return bytes;
}

asio::awaitable<HttpResponse> StoreService::handle(HttpRequest& http) {
  const std::string_view path = std::string_view(http.target).substr(0, http.target.find('?'));
  if (path == "/ping" ||
      (path == "/" && http.method == "GET" && http.target.find("query=") == std::string::npos)) {
    co_return plain_response(200, "Ok.\n");
  }
  if (path != "/") co_return plain_response(404, "There is nothing at this path.\n");
  if (http.method != "GET" && http.method != "POST") co_return plain_response(405, "GET or POST.\n");
  const Credentials given = credentials_of(http);
  const bool user = same_secret(given.user, options_.credentials.user);
  const bool password = same_secret(given.password, options_.credentials.password);
  if (!user || !password) {
    const Error refused =
        exception(ExceptionCode::kAuthenticationFailed, "the user or the password is wrong");
    co_return error_response(refused, "");
  }
  const auto client_gone = http.client_gone;
  auto request = read_query_request(http, options_.limits);
  if (!request) co_return error_response(request.error(), "");
  auto job = make_job(std::move(*request));
  job->running->client_gone = client_gone;
  if (auto entered = running_.enter(job->running); !entered) {
    co_return error_response(entered.error(), job->request.query_id);
  }
  HttpResponse response = co_await run(job);
  co_return response;
}

}  // namespace linkgate::engine
