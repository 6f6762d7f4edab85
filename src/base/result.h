#pragma once
// Result<T>: a T, or the Error that kept us from it. The return type of everything the world can make fail.
//
//   Result<Policy> load(std::string_view path) {
//     TRY_ASSIGN(std::string text, read_file(path));   // returns the error to our caller
//     TRY(check_syntax(text));
//     return parse(text);                              // a Policy or an Error: both convert
//   }

#include <tl/expected.hpp>
#include <utility>

#include "base/error.h"

namespace linkgate {

template <typename T = void>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
  Result(Error error)
      : tl::expected<T, Error>(tl::unexpect, std::move(error)) {}  // NOLINT: converts on return
};

template <>
class [[nodiscard]] Result<void> : public tl::expected<void, Error> {
 public:
  using tl::expected<void, Error>::expected;
  Result() = default;
  Result(Error error)
      : tl::expected<void, Error>(tl::unexpect, std::move(error)) {}  // NOLINT: converts on return
};

}  // namespace linkgate

#define LINKGATE_CONCAT_(a, b) a##b
#define LINKGATE_CONCAT(a, b) LINKGATE_CONCAT_(a, b)

// Evaluates a Result<>; on error returns it from the enclosing function (CO_TRY: from the enclosing
// coroutine).
#define TRY(expression)                                                                       \
  do {                                                                                        \
    if (auto try_result_ = (expression); !try_result_) return std::move(try_result_).error(); \
  } while (false)
#define CO_TRY(expression)                                                                       \
  do {                                                                                           \
    if (auto try_result_ = (expression); !try_result_) co_return std::move(try_result_).error(); \
  } while (false)

// TRY_ASSIGN(auto x, f()): x is f()'s value, or the enclosing function returns f()'s error.
#define TRY_ASSIGN(declaration, expression) \
  TRY_ASSIGN_(LINKGATE_CONCAT(try_result_, __LINE__), return, declaration, expression)
#define CO_TRY_ASSIGN(declaration, expression) \
  TRY_ASSIGN_(LINKGATE_CONCAT(try_result_, __LINE__), co_return, declaration, expression)
// A declaration cannot stand in parentheses. NOLINTBEGIN(bugprone-macro-parentheses)
#define TRY_ASSIGN_(result, leave, declaration, expression) \
  auto result = (expression);                               \
  if (!result) leave std::move(result).error();             \
  declaration = std::move(*result)
// NOLINTEND(bugprone-macro-parentheses)
