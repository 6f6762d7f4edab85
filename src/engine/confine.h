#pragma once
// Takes from this process, for good, every file but those it needs: Landlock (kernel 5.13 and later). The
// second line behind engine/statement.h: the engine has functions that read and write files by name.

#include <string>
#include <vector>

#include "base/result.h"

namespace linkgate::engine {

// For this thread and all threads that it starts later, so call it before any. `writable` folders can be used
// in full, `readable` ones (and files) read; whatever does not exist is skipped. kUnavailable where the
// kernel cannot: the caller says so and goes on.
Result<void> confine_files(const std::vector<std::string>& writable,
                           const std::vector<std::string>& readable);

}  // namespace linkgate::engine
