#pragma once
// What is wrong with a query, said to the person who wrote it: a code, a sentence, and the place.

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "base/result.h"
#include "kql/limits.h"

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
  // For kusto_code() and kusto_message(), where the service is known to say it: its code, what it calls the
  // thing that has no such name, and the operator that it stands in. Of static lifetime.
  std::string_view service_code = "";
  std::string_view unresolved = "";
  std::string_view operator_name = "";
  // Filled by locate(); line and column count from 1, column and length in code points.
  int line = 0;
  int column = 0;
  int length = 0;
  // Of a query's first diagnostic: the others, by place. Filled by compile().
  std::vector<Diagnostic> others = {};
  // Only while several are looked for: this was said already, and what stands on it is silent.
  bool said = false;
};

// The Kusto service's code for it: "SYN0002" for all syntax, "SEM0100" for names; "" where none is known.
std::string_view kusto_code(const Diagnostic& diagnostic);
// As the service says it, with our suggestion: "'where' operator: Failed to resolve column or scalar
// expression named 'Usr'; did you mean 'User'?". Where its words are not known: the message.
std::string kusto_message(const Diagnostic& diagnostic, std::string_view text);
// The diagnostic and its others, by place.
std::vector<const Diagnostic*> all_of(const Diagnostic& diagnostic);

inline constexpr std::string_view kUnknownFunction = "SEM0260";

void locate(Diagnostic& diagnostic, std::string_view text);

// Three lines: position and message, the line of the query, and a caret under the place. Of a long line what
// stands around the place is shown, between ellipses.
//   1:24: UnknownName: no column 'Usr' here; did you mean 'User'?
//     T | where Usr == "x"
//               ^~~
// With others, all of them, by place.
std::string render(const Diagnostic& diagnostic, std::string_view text);

// Of `names` the one nearest to `wanted` (case folded, at most a third of its letters changed), else one that
// begins with it or that it begins with, or "".
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

// What is wrong with one query, while it is read on after its first error. Of what begins at one place the
// first stands; limits are not among them, since looking on costs what the query itself does not.
class DiagnosticList {
 public:
  void add(Diagnostic diagnostic);
  bool full() const { return found_.size() >= kMaxDiagnostics; }
  // To be passed on in place of what was added.
  static Diagnostic said();
  std::vector<Diagnostic> take() { return std::move(found_); }

 private:
  std::vector<Diagnostic> found_;
};

}  // namespace linkgate::kql
