// linkgate-functions: functions that SQL cannot express, computed for the event engine, which starts this
// program and speaks with it over pipes. Nobody else has a use for it.

#include <unistd.h>

#include <cstdio>
#include <new>

#include "functions/service.h"

namespace {
constexpr int kFailed = 3;

void say(const std::string& trouble) { std::fprintf(stderr, "linkgate-functions: %s\n", trouble.c_str()); }
}  // namespace

int main() try {
  using namespace linkgate;
  if (const auto confined = functions::confine(); !confined)
    say("not confined: " + confined.error().message());
  if (const auto served = functions::serve(STDIN_FILENO, STDOUT_FILENO); !served) {
    say(served.error().message());
    return kFailed;
  }
  return 0;
} catch (const std::bad_alloc&) {
  say("a call takes too much memory");
  return kFailed;
}
