#pragma once
// A call of a function as it comes from the event engine, and the answer that goes back. One row of the
// engine's format RowBinary each way:
//
//   call     name: String   arguments: Array(Nullable(String))
//   answer   Nullable(String)
//
// A String is its length as a LEB128 number and its bytes, an Array its length and its members, a Nullable a
// byte that is 1 for null and then nothing more. Numbers come and go as text, dynamic values as JSON.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace linkgate::functions {

constexpr size_t kMaxArguments = 16;
constexpr size_t kMaxTextBytes = 64u << 20;  // of one argument

using Argument = std::optional<std::string_view>;
struct Call {
  std::string_view name;  // views of what was read
  std::vector<Argument> arguments;
};

// nullopt is null.
using Value = std::optional<std::string>;

enum class Read : uint8_t { kCall, kIncomplete, kMalformed };
// The call at the front of `bytes` and how many bytes it has. kIncomplete: there is more to come.
Read read_call(std::string_view bytes, Call& call, size_t& taken);
void append_call(std::string& out, const Call& call);
void append_answer(std::string& out, const Value& value);

}  // namespace linkgate::functions
