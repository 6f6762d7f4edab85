#include "portal/function_library.h"

#include "kql/function_parameters.h"

#include <fmt/format.h>

#include <algorithm>

#include "portal/kusto_answer.h"

namespace linkgate::portal {
namespace {

using Verb = kql::FunctionCommand::Verb;

Refusal wrong(std::string message) {
  Refusal refusal{Refusal::Why::kQuery, std::move(message), {}, ""};
  refusal.diagnostic.code = kql::DiagnosticCode::kWrongUse;
  refusal.diagnostic.message = refusal.message;
  refusal.diagnostic.line = refusal.diagnostic.column = 1;
  return refusal;
}

tl::unexpected<Refusal> refused(const Error& error) {
  switch (error.code()) {
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kNotFound:
    case ErrorCode::kLimit:
      return tl::unexpected(wrong(error.message()));
    default:
      return tl::unexpected(Refusal{Refusal::Why::kUnavailable, error.message(), {}, ""});
  }
}

std::string row_of(const state::QueryFunction& f) {
  return fmt::format("[{},{},{},{},{},{},\"{}\"]", json_text(f.name),
                     json_text(kql::parameters_text(kql::function_parameters(f.parameters))),
                     json_text(f.body), json_text(f.folder), json_text(f.docstring), json_text(f.changed_by),
                     to_iso8601(f.changed));
}

Answer answer_of(const std::vector<state::QueryFunction>& functions) {
  Answer answer;
  for (const char* name : {"Name", "Parameters", "Body", "Folder", "DocString", "ModifiedBy"})
    answer.columns.push_back({name, kql::Type::kString});
  answer.columns.push_back({"ModifiedOn", kql::Type::kDateTime});
  for (const state::QueryFunction& f : functions) answer.rows.push_back(row_of(f));
  return answer;
}

std::vector<kql::StoredFunction> as_stored(const FunctionLibrary::Functions& functions) {
  std::vector<kql::StoredFunction> found;
  for (const state::QueryFunction& f : functions) found.push_back({f.name, f.parameters, f.body});
  return found;
}

}  // namespace

// REQUIRES: mutex_ is held.
Result<void> FunctionLibrary::refresh() {
  TRY_ASSIGN(const state::Version version, store_->version());
  if (functions_ && version_ == version) return {};
  TRY_ASSIGN(Functions functions, store_->list());
  stored_ = std::make_shared<const Stored>(as_stored(functions));
  functions_ = std::make_shared<const Functions>(std::move(functions));
  version_ = version;
  return {};
}

Result<std::shared_ptr<const FunctionLibrary::Functions>> FunctionLibrary::all() {
  const std::lock_guard lock(mutex_);
  TRY(refresh());
  return functions_;
}

Result<std::shared_ptr<const FunctionLibrary::Stored>> FunctionLibrary::for_queries() {
  const std::lock_guard lock(mutex_);
  TRY(refresh());
  return stored_;
}

tl::expected<Answer, Refusal> FunctionLibrary::run(const kql::FunctionCommand& command,
                                                   const kql::Catalog& catalog, const std::string& user) {
  if (command.verb == Verb::kDrop) return drop(command);
  if (changes(command.verb)) return keep(command, catalog, user);
  const auto functions = all();
  if (!functions) return refused(functions.error());
  if (command.verb == Verb::kShowAll) return answer_of(**functions);
  for (const state::QueryFunction& f : **functions) {
    if (f.name == command.function.name) return answer_of({f});
  }
  return tl::unexpected(wrong("there is no function '" + command.function.name + "'"));
}

tl::expected<Answer, Refusal> FunctionLibrary::drop(const kql::FunctionCommand& command) {
  const auto dropped = store_->drop(command.function.name);
  const bool missing = !dropped && dropped.error().code() == ErrorCode::kNotFound;
  if (!dropped && !(missing && command.if_exists)) return refused(dropped.error());
  const auto functions = all();
  if (!functions) return refused(functions.error());
  return answer_of(**functions);
}

tl::expected<Answer, Refusal> FunctionLibrary::keep(const kql::FunctionCommand& command,
                                                    const kql::Catalog& catalog, const std::string& user) {
  const auto functions = all();
  if (!functions) return refused(functions.error());
  const auto known =
      std::find_if((*functions)->begin(), (*functions)->end(),
                   [&](const state::QueryFunction& f) { return f.name == command.function.name; });
  if (command.if_not_exists && known != (*functions)->end()) return answer_of({*known});
  if (!command.skip_validation) {
    const auto sound =
        kql::check_function(command.function, as_stored(**functions), catalog, {.now = clock_.now()});
    if (!sound) return tl::unexpected(wrong(sound.error().message));
  }
  using Put = state::FunctionStore::Put;
  const Put put = command.verb == Verb::kCreate  ? Put::kNew
                  : command.verb == Verb::kAlter ? Put::kExisting
                                                 : Put::kEither;
  const state::QueryFunction kept{command.function.name, command.function.parameters, command.function.body,
                                  command.folder,        command.docstring,           user,
                                  clock_.now()};
  if (const auto done = store_->put(kept, put); !done) return refused(done.error());
  return answer_of({kept});
}

}  // namespace linkgate::portal
