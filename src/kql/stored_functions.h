#pragma once
// Stored functions: kept outside of any query, called by name from all. To a query they are let statements
// before its first; what it names itself hides them.

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kql/kql.h"

namespace linkgate::kql {

struct StoredFunction {
  std::string name;
  std::string parameters;  // "(since:timespan = 7d, T:(*))"
  std::string body;        // "{ ... }"
};

// A query with the stored functions that it names, and those that these name.
class WithFunctions {
 public:
  WithFunctions(std::string_view query, std::span<const StoredFunction> functions);
  const std::string& text() const { return text_; }
  // What compile(text()) said, as an error of the query: one inside of a function stands at the name that
  // brought the function in, and says where in the function it is.
  Diagnostic of_query(Diagnostic diagnostic) const;

 private:
  struct Placed {
    const StoredFunction* function = nullptr;
    size_t begin = 0, end = 0;  // of its text in text_
    Span named_at;              // in the query
  };
  void add(size_t function, Span named_at, size_t depth);
  Diagnostic one_of_query(Diagnostic diagnostic) const;

  std::string query_;
  std::span<const StoredFunction> functions_;
  std::map<std::string_view, size_t> places_;
  std::vector<char> state_;           // of each function: 0 unseen, 1 being added, 2 added
  std::vector<std::string> circles_;  // "f -> g -> f"
  std::vector<size_t> path_;
  std::vector<Placed> placed_;
  std::string text_;
};

// As compile() and compile_asking() of kql.h, with stored functions.
Expected<Compiled> compile(std::string_view text, std::span<const StoredFunction> functions,
                           const Catalog& catalog, const CompileOptions& options);
Result<Expected<Compiled>> compile_asking(std::string_view text, std::span<const StoredFunction> functions,
                                          const Catalog& catalog, const CompileOptions& options,
                                          const Ask& ask, const Fetch& fetch = {});

// Whether this function can be kept: its name is free, its text is one function, and it binds when it is
// called with values of its parameters' types (one that takes a table of any columns is only parsed).
// `functions` are those that are there; one of the same name is what it replaces.
Expected<> check_function(const StoredFunction& function, std::span<const StoredFunction> functions,
                          const Catalog& catalog, const CompileOptions& options);

}  // namespace linkgate::kql
