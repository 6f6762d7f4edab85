#pragma once
// The log of a program: one line an event, to stderr, where `linkgate up` and journald pick it up.
// Secrets (keys, tokens, passwords, the sealed part of links) are never arguments of these.

#include <fmt/format.h>

#include <string_view>

namespace linkgate::log {

enum class Level { kDebug, kInfo, kWarn, kError };

// Call before threads start; again for another level. `program` stands in every line.
void start(std::string_view program, Level level);

// Control characters and newlines of hostile text are escaped, so one event is one line.
void write(Level level, std::string_view text);

template <typename... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::kDebug, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::kInfo, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void warn(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::kWarn, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::kError, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace linkgate::log
