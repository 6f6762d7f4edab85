#pragma once
// CHECK(condition): our own bug if false; aborts with file, line and text, and the supervisor restarts the
// program. Never for what input, disk or network can cause: that is a Result.

namespace linkgate {
[[noreturn]] void check_failed(const char* file, int line, const char* condition);
}

#define CHECK(condition)                                                        \
  do {                                                                          \
    if (!(condition)) ::linkgate::check_failed(__FILE__, __LINE__, #condition); \
  } while (false)
