#pragma once
// Stored functions of KQL: written by portal and the command line, read with every query.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "state/stores.h"

namespace linkgate::state {

struct QueryFunction {
  std::string name, parameters, body, folder, docstring;
  std::string changed_by;  // the name of a token, or of a user of the console
  Time changed{};
  friend bool operator==(const QueryFunction&, const QueryFunction&) = default;
};

class FunctionStore {
 public:
  enum class Put : uint8_t { kNew, kExisting, kEither };

  virtual ~FunctionStore() = default;
  virtual Result<Version> version() = 0;
  virtual Result<std::vector<QueryFunction>> list() = 0;  // by name
  // kInvalidArgument: kNew, and there is one; kNotFound: kExisting, and there is none; kLimit: there are
  // kMaxFunctions, or this one is longer than kMaxFunctionBytes.
  virtual Result<void> put(const QueryFunction& function, Put put) = 0;
  virtual Result<void> drop(std::string_view name) = 0;  // kNotFound
};
inline constexpr size_t kMaxFunctions = 1'000;
inline constexpr size_t kMaxFunctionBytes = 64 * 1024;

Result<std::unique_ptr<FunctionStore>> open_function_store(const StateOptions& options);

}  // namespace linkgate::state
