// linkgate-gateway: mail in by LMTP or SMTP, links sealed, mail out to the next hop.

#include "base/program.h"
#include "gateway/gateway.h"

int main(int argc, char** argv) {
  const linkgate::ProgramStart start = linkgate::start_program("gateway", argc, argv);
  return linkgate::gateway::run_gateway(start.config);
}
