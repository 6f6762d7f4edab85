#include "functions/call.h"

namespace linkgate::functions {
namespace {

constexpr char kNull = 1, kPresent = 0;
constexpr int kLengthBits = 35;  // five bytes of seven: more than any length that is taken

// What is left of the bytes, and what became of reading them.
struct Input {
  std::string_view rest;
  Read state = Read::kCall;

  bool ok() const { return state == Read::kCall; }
  char byte() {
    if (ok() && rest.empty()) state = Read::kIncomplete;
    if (!ok()) return 0;
    const char c = rest[0];
    rest.remove_prefix(1);
    return c;
  }
  size_t length(size_t most) {
    size_t value = 0;
    for (int shift = 0; shift < kLengthBits; shift += 7) {
      const auto c = static_cast<unsigned char>(byte());
      if (!ok()) return 0;
      value |= static_cast<size_t>(c & 0x7f) << shift;
      if ((c & 0x80) != 0) continue;
      if (value > most) state = Read::kMalformed;
      return ok() ? value : 0;
    }
    state = Read::kMalformed;
    return 0;
  }
  std::string_view text() {
    const size_t size = length(kMaxTextBytes);
    if (ok() && size > rest.size()) state = Read::kIncomplete;
    if (!ok()) return {};
    const std::string_view found = rest.substr(0, size);
    rest.remove_prefix(size);
    return found;
  }
};

void append_text(std::string& out, std::string_view text) {
  size_t size = text.size();
  for (; size >= 0x80; size >>= 7) out += static_cast<char>(size | 0x80);
  out += static_cast<char>(size);
  out += text;
}

}  // namespace

Read read_call(std::string_view bytes, Call& call, size_t& taken) {
  Input in{.rest = bytes};
  call.name = in.text();
  call.arguments.resize(in.length(kMaxArguments));
  for (Argument& argument : call.arguments) {
    const char mark = in.byte();
    if (mark != kNull && mark != kPresent) in.state = Read::kMalformed;
    argument = mark == kNull ? Argument() : Argument(in.text());
    if (!in.ok()) break;
  }
  taken = bytes.size() - in.rest.size();
  return in.state;
}

void append_call(std::string& out, const Call& call) {
  append_text(out, call.name);
  out += static_cast<char>(call.arguments.size());
  for (const Argument& argument : call.arguments) {
    out += argument ? kPresent : kNull;
    if (argument) append_text(out, *argument);
  }
}

void append_answer(std::string& out, const Value& value) {
  out += value ? kPresent : kNull;
  if (value) append_text(out, *value);
}

}  // namespace linkgate::functions
