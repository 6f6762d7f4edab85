#pragma once
// What is wrong with a query, said to the person who wrote it: a code, a sentence, and the place.

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "base/result.h"

namespace linkgate::kql {

// Bytes [begin, end) of the query text.
struct Span {
  uint32_t begin = 0;
  uint32_t end = 0;
};
inline Span join(Span a, Span b) {
  return {a.begin < b.begin ? a.begin : b.begin, a.end > b.end ? a.end : b.end};
}

enum class DiagnosticCode {
  kSyntax,        // the text is not KQL
  kUnknownName,   // no such table, column, function, operator or let name
  kWrongType,     // it exists, but not for these types
  kWrongUse,      // wrong number of arguments, a name given twice, an aggregate outside summarize, ...
  kNotSupported,  // it is KQL, and Linkgate does not have it: refused, never approximated
  kTooLarge,      // over one of the limits of limits.h
};
// "Syntax", "UnknownName", ...: what `linkgate kql --jsonl` prints.
std::string_view to_string(DiagnosticCode code);

struct Diagnostic {
  DiagnosticCode code = DiagnosticCode::kSyntax;
  std::string message;  // one sentence without a full stop
  Span span;
  // Filled by locate(); line and column count from 1, column and length in code points.
  int line = 0;
  int column = 0;
  int length = 0;
};

void locate(Diagnostic& diagnostic, std::string_view text);

// Three lines: position and message, the line of the query, and a caret under the place.
//   1:24: UnknownName: no column 'Usr' here; did you mean 'User'?
//     T | where Usr == "x"
//               ^~~
std::string render(const Diagnostic& diagnostic, std::string_view text);

// Of `names` the one nearest to `wanted` (case folded, at most a third of its letters changed), or "".
std::string nearest_name(std::string_view wanted, const std::vector<std::string_view>& names);
// "; did you mean 'X'?", or "" where nothing is near.
std::string suggestion(std::string_view wanted, const std::vector<std::string_view>& names);

// A T or a Diagnostic; works with TRY and TRY_ASSIGN of base/result.h.
template <typename T = void>
class [[nodiscard]] Expected : public tl::expected<T, Diagnostic> {
 public:
  using tl::expected<T, Diagnostic>::expected;
  Expected(Diagnostic diagnostic)  // NOLINT: converts on return
      : tl::expected<T, Diagnostic>(tl::unexpect, std::move(diagnostic)) {}
};
template <>
class [[nodiscard]] Expected<void> : public tl::expected<void, Diagnostic> {
 public:
  using tl::expected<void, Diagnostic>::expected;
  Expected() = default;
  Expected(Diagnostic diagnostic)  // NOLINT: converts on return
      : tl::expected<void, Diagnostic>(tl::unexpect, std::move(diagnostic)) {}
};

Diagnostic fail(DiagnosticCode code, Span span, std::string message);

}  // namespace linkgate::kql
