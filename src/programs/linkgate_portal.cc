// linkgate-portal: what analysts and their tools ask. See docs/portal.md.

#include "base/program.h"
#include "portal/portal.h"

int main(int argc, char** argv) {
  const linkgate::ProgramStart start = linkgate::start_program("portal", argc, argv);
  return linkgate::portal::run_portal(start.config);
}
