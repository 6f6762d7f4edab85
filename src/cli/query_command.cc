#include "cli/query_command.h"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <filesystem>
#include <optional>

#include "base/clock.h"
#include "cli/command.h"
#include "cli/first_start.h"
#include "cli/rows.h"
#include "kql/json.h"
#include "portal/function_library.h"
#include "portal/kusto_commands.h"
#include "views/event_catalog.h"

namespace linkgate::cli {
namespace {

std::string user_name() {
  const passwd* user = ::getpwuid(::geteuid());
  return user != nullptr ? user->pw_name : std::to_string(::geteuid());
}

// Opening a store makes one where there is none, which is not what somebody asks for who only looks.
bool has_state(const Config& config) {
  std::error_code error;
  return !config.state.location.empty() || std::filesystem::exists(DataPaths(config.data).state(), error);
}

std::string text_of(const std::string& json) {
  if (json == "null") return "";
  if (!json.starts_with('"')) return json;
  const auto value = kql::scalar_of_json(json, kql::Type::kString);
  const auto* text = value ? std::get_if<std::string>(&*value) : nullptr;
  return text != nullptr ? *text : json;
}

}  // namespace

Result<std::vector<kql::StoredFunction>> stored_functions(const Config& config) {
  if (!has_state(config)) return std::vector<kql::StoredFunction>();
  auto store = state::open_function_store(state_options(config, /*read_only=*/true));
  if (!store && store.error().code() == ErrorCode::kNotFound) return std::vector<kql::StoredFunction>();
  if (!store) return std::move(store).error();
  const SystemClock clock;
  TRY_ASSIGN(const auto functions, portal::FunctionLibrary(*std::move(store), clock).for_queries());
  return *functions;
}

Result<tl::expected<portal::Answer, portal::Refusal>> ask_management_command(const Config& config,
                                                                             const std::string& text) {
  const SystemClock clock;
  const kql::Catalog catalog = views::event_catalog(config.events.database);
  const bool changes = portal::changes_functions(text);
  std::optional<portal::FunctionLibrary> functions;
  if (changes || has_state(config)) {
    TRY_ASSIGN(auto store, state::open_function_store(state_options(config, !changes)));
    functions.emplace(std::move(store), clock);
  }
  return portal::run_command(text, {.catalog = catalog,
                                    .database = config.events.database,
                                    .functions = functions ? &*functions : nullptr,
                                    .user = user_name()});
}

Result<int> run_management_command(const Config& config, const std::string& text, const std::string& format) {
  TRY_ASSIGN(const auto answer, ask_management_command(config, text));
  if (!answer) {
    fmt::print(stderr, "linkgate: {}\n", answer.error().message);
    return answer.error().why == portal::Refusal::Why::kQuery ? kBadUse : kFailed;
  }
  Rows rows;
  for (const auto& column : answer->columns) rows.columns.push_back(column.name);
  for (const std::string& row : answer->rows) {
    auto& cells = rows.rows.emplace_back();
    for (const std::string& cell : kql::json_elements(row).value_or(std::vector<std::string>())) {
      if (format == "json")
        cells.push_back(Cell::json(cell));
      else
        cells.emplace_back(text_of(cell));
    }
  }
  fmt::print("{}", print(rows, format));
  return kYes;
}

}  // namespace linkgate::cli
