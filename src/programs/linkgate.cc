// linkgate: the command line. Each command is a file of cli/.
#include "base/log.h"
#include "cli/command.h"
#include "cli/commands.h"

int main(int argc, char** argv) {
  using namespace linkgate::cli;
  linkgate::log::start("linkgate", linkgate::log::Level::kInfo);
  Commands commands;
  // Running
  add_up(commands);
  add_status(commands);
  add_restart(commands);
  // Deciding
  add_policy(commands);
  add_list(commands);
  add_feed(commands);
  add_model(commands);
  add_keys(commands);
  add_token(commands);
  add_audit(commands);
  // Asking
  add_check(commands);
  add_kql(commands);
  add_report(commands);
  add_explorer(commands);
  add_alert(commands);
  add_url(commands);
  add_wrap(commands);
  add_unwrap(commands);
  // Mail
  add_rewrite(commands);
  add_import(commands);
  add_unwrap_mailbox(commands);
  add_zap(commands);
  add_quarantine(commands);
  add_submission(commands);
  // Keeping
  add_backup(commands);
  add_restore(commands);
  // What the documentation is held to
  add_schema(commands);
  add_config_keys(commands);
  return commands.run(argc, argv);
}
