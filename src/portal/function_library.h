#pragma once
// The stored functions as queries and commands see them: read anew where their store has changed. Several
// threads at once.

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "kql/function_command.h"
#include "portal/hunting.h"
#include "state/function_store.h"

namespace linkgate::portal {

class FunctionLibrary {
 public:
  FunctionLibrary(std::unique_ptr<state::FunctionStore> store, const Clock& clock)
      : store_(std::move(store)), clock_(clock) {}

  using Functions = std::vector<state::QueryFunction>;
  using Stored = std::vector<kql::StoredFunction>;
  // shared_ptr: a query reads the functions that there were when it began, while others are written.
  Result<std::shared_ptr<const Functions>> all();
  Result<std::shared_ptr<const Stored>> for_queries();

  // What the command answers: the function that it is about, or all of them. `user` is kept as who changed
  // it.
  tl::expected<Answer, Refusal> run(const kql::FunctionCommand& command, const kql::Catalog& catalog,
                                    const std::string& user);

 private:
  Result<void> refresh();
  tl::expected<Answer, Refusal> drop(const kql::FunctionCommand& command);
  tl::expected<Answer, Refusal> keep(const kql::FunctionCommand& command, const kql::Catalog& catalog,
                                     const std::string& user);
  std::unique_ptr<state::FunctionStore> store_;
  const Clock& clock_;
  std::mutex mutex_;
  std::optional<state::Version> version_;
  std::shared_ptr<const Functions> functions_;
  std::shared_ptr<const Stored> stored_;  // the same, for queries
};

}  // namespace linkgate::portal
