#pragma once
// What every linkgate-* program does first: its arguments, its configuration, its log. `linkgate up` starts a
// program as
//
//   linkgate-click --config FILE --data DIR --node 1 --log-level warn
//
// and by hand it is started the same way. --data and --log-level override the file's; --config may be absent
// (defaults).

#include <string>
#include <string_view>

#include "base/config.h"

namespace linkgate {

struct ProgramStart {
  Config config;     // config.data is what --data said, absolute
  int node = 0;      // --node: which of click.listen this process serves; 0 for all other programs
  std::string name;  // "click.1" for the second click node, else "gateway": spool folder, admin socket, log
};

// `program` is the bare name, "gateway". Handles --help and --version. On bad use or a refused configuration
// prints one line to stderr and leaves the process with 2; so it is for main() alone, before threads start.
// Starts the log.
ProgramStart start_program(std::string_view program, int argc, char** argv);

}  // namespace linkgate
