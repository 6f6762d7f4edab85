#include "engine/database.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <thread>

#include "base/file_system.h"
#include "engine/chdb.h"
#include "engine/exception.h"
#include "engine/function_program.h"
#include "engine/xml_text.h"

namespace linkgate::engine {
namespace {

struct ResultDeleter {
  void operator()(chdb_result* result) const { chdb_destroy_query_result(result); }
};
using ResultPtr = std::unique_ptr<chdb_result, ResultDeleter>;

Result<Answer> to_answer(chdb_result* result) {
  if (result == nullptr)
    return Error(ErrorCode::kInternal,
                 "Code: 1002. DB::Exception: no answer of the engine. (UNKNOWN_EXCEPTION)");
  if (const char* error = chdb_result_error(result); error != nullptr)
    return Error(ErrorCode::kInternal, error);
  Answer answer;
  if (const size_t length = chdb_result_length(result); length > 0)
    answer.body.assign(chdb_result_buffer(result), length);
  answer.result_rows = chdb_result_rows_read(result);
  answer.read_rows = chdb_result_storage_rows_read(result);
  answer.read_bytes = chdb_result_storage_bytes_read(result);
  answer.written_rows = chdb_result_rows_written(result);
  answer.written_bytes = chdb_result_bytes_written(result);
  return answer;
}

// Parameters as the C interface wants them: four arrays.
struct ParameterArrays {
  explicit ParameterArrays(const Parameters& parameters) {
    for (const auto& [name, value] : parameters) {
      names.push_back(name.data());
      name_lengths.push_back(name.size());
      values.push_back(value.data());
      value_lengths.push_back(value.size());
    }
  }
  std::vector<const char*> names, values;
  std::vector<size_t> name_lengths, value_lengths;
};

// Caches are sized for a small machine: the engine's defaults assume a server of its own.
std::string config_text(const DatabaseOptions& options) {
  const uint64_t cache = options.max_memory_bytes / 16;
  return fmt::format(
      "<clickhouse>\n"
      "  <max_server_memory_usage>{}</max_server_memory_usage>\n"
      "  <background_pool_size>{}</background_pool_size>\n"
      "  <background_schedule_pool_size>8</background_schedule_pool_size>\n"
      "  <mark_cache_size>{}</mark_cache_size>\n"
      "  <uncompressed_cache_size>{}</uncompressed_cache_size>\n"
      "  <backups><allowed_path>{}</allowed_path></backups>\n"
      "</clickhouse>\n",
      options.max_memory_bytes, options.background_threads, cache, cache, xml_text(options.backups));
}

Result<void> write_file(const std::string& path, const std::string& text) {
  FileSystem& files = real_file_system();
  const std::string fresh = path + ".new";
  (void)files.remove(fresh);
  TRY_ASSIGN(auto file, files.create(fresh));
  TRY(file->append(text));
  TRY(file->sync());
  return files.rename(fresh, path);
}

// A call for each core at once: a query has as many threads.
Result<void> write_config(const DatabaseOptions& options) {
  TRY(write_file(options.config_file, config_text(options)));
  if (options.function_folder.empty()) return {};
  const int cores = static_cast<int>(std::max(std::thread::hardware_concurrency(), 1u));
  TRY(write_file(options.function_file, function_definition(cores, options.geoip_file)));
  // The engine looks for the file from the root on, which is not ours to read, or from the working folder.
  std::error_code error;
  std::filesystem::current_path(std::filesystem::path(options.function_file).parent_path(), error);
  if (error) return Error(ErrorCode::kIo, "cannot work in the folder of " + options.function_file);
  return {};
}

}  // namespace

struct Session::Impl {
  chdb_connection* connection = nullptr;
  ResultPtr stream;
};

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Session::~Session() {
  if (impl_->stream) chdb_stream_cancel_query(*impl_->connection, impl_->stream.get());
  impl_->stream.reset();
  chdb_close_conn(impl_->connection);
}

Result<Answer> Session::query(std::string_view sql, std::string_view format, const Parameters& parameters) {
  const ParameterArrays p(parameters);
  const ResultPtr result(chdb_query_with_params_n(
      *impl_->connection, sql.data(), sql.size(), format.data(), format.size(), p.names.data(),
      p.name_lengths.data(), p.values.data(), p.value_lengths.data(), parameters.size()));
  return to_answer(result.get());
}

Result<void> Session::start_stream(std::string_view sql, std::string_view format,
                                   const Parameters& parameters) {
  const ParameterArrays p(parameters);
  impl_->stream.reset(chdb_stream_query_with_params_n(
      *impl_->connection, sql.data(), sql.size(), format.data(), format.size(), p.names.data(),
      p.name_lengths.data(), p.values.data(), p.value_lengths.data(), parameters.size()));
  TRY(to_answer(impl_->stream.get()));
  return {};
}

Result<Answer> Session::fetch() {
  const ResultPtr piece(chdb_stream_fetch_result(*impl_->connection, impl_->stream.get()));
  return to_answer(piece.get());
}

Database::Database(DatabaseOptions options) : options_(std::move(options)) {}
Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::open(const DatabaseOptions& options) {
  FileSystem& files = real_file_system();
  TRY(files.make_directories(options.data));
  TRY(files.make_directories(options.backups));
  TRY(write_config(options));
  chdb_set_signal_handlers_enabled(false);
  std::unique_ptr<Database> database(new Database(options));
  TRY_ASSIGN(database->control_, database->connect());
  TRY(database->control_->query("SELECT 1"));
  return database;
}

Result<std::unique_ptr<Session>> Database::connect() {
  std::string program = "linkgate-store";
  std::string path = "--path=" + options_.data;
  std::string config = "--config-file=" + options_.config_file;
  std::string functions = "--user_defined_executable_functions_config=" +
                          std::filesystem::path(options_.function_file).filename().string();
  std::string folder = "--user_scripts_path=" + options_.function_folder;
  char* arguments[] = {program.data(), path.data(), config.data(), functions.data(), folder.data()};
  const int count = static_cast<int>(std::size(arguments)) - (options_.function_folder.empty() ? 2 : 0);
  chdb_connection* connection = chdb_connect(count, arguments);
  if (connection == nullptr || *connection == nullptr) {
    return Error(ErrorCode::kUnavailable,
                 "the event engine does not open " + options_.data + ": is another process using it?");
  }
  auto impl = std::make_unique<Session::Impl>();
  impl->connection = connection;
  return std::unique_ptr<Session>(new Session(std::move(impl)));
}

Result<void> Database::check_space() const {
  TRY_ASSIGN(const uint64_t free, real_file_system().free_bytes(options_.data));
  if (free >= kMinFreeBytes) return {};
  return exception(
      ExceptionCode::kNotEnoughSpace,
      fmt::format("{} octets are free on the disk of the events, {} must be", free, kMinFreeBytes));
}

Result<void> Database::kill(std::string_view comment) {
  const std::lock_guard guard(control_mutex_);
  TRY(control_->query("KILL QUERY WHERE Settings['log_comment'] = " + sql_string(comment) + " ASYNC"));
  return {};
}

int exception_code(std::string_view message) {
  constexpr std::string_view kStart = "Code: ";
  const size_t at = message.find(kStart);
  int code = 0;
  if (at != message.npos) {
    std::from_chars(message.data() + at + kStart.size(), message.data() + message.size(), code);
  }
  return code;
}

std::string sql_string(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + '\'';
}

}  // namespace linkgate::engine
