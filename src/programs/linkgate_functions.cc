// linkgate-functions: functions that SQL cannot express, computed for the event engine, which starts this
// program and speaks with it over pipes. Nobody else has a use for it.

#include <unistd.h>

#include <cstdio>
#include <new>

#include "functions/places.h"
#include "functions/service.h"

namespace {
constexpr int kFailed = 3;

void say(const std::string& trouble) { std::fprintf(stderr, "linkgate-functions: %s\n", trouble.c_str()); }
}  // namespace

int main(int argc, char** argv) try {
  using namespace linkgate;
  if (argc > 1) {
    if (const auto opened = functions::open_places(argv[1]); !opened)
      say("no places: " + opened.error().message());
  }
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
