// linkgate-respond: what follows when more is known than at delivery and click. One thread a duty.

#include "base/program.h"
#include "respond/respond.h"

int main(int argc, char** argv) {
  const linkgate::ProgramStart start = linkgate::start_program("respond", argc, argv);
  return linkgate::respond::run_respond(start.config);
}
