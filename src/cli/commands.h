#pragma once
// The commands of `linkgate`, one file each or a group. Each function adds its command with options, help and
// action. docs/commands.md describes them; a test holds it to this list.

namespace linkgate::cli {

class Commands;

// Running
void add_up(Commands& commands);
void add_restart(Commands& commands);
void add_status(Commands& commands);
// Deciding
void add_policy(Commands& commands);
void add_list(Commands& commands);
void add_feed(Commands& commands);
void add_model(Commands& commands);
void add_keys(Commands& commands);
void add_token(Commands& commands);
void add_audit(Commands& commands);
// Asking
void add_check(Commands& commands);
void add_kql(Commands& commands);
void add_report(Commands& commands);
void add_explorer(Commands& commands);
void add_alert(Commands& commands);
void add_url(Commands& commands);
void add_wrap(Commands& commands);
void add_unwrap(Commands& commands);
// Mail
void add_rewrite(Commands& commands);
void add_import(Commands& commands);
void add_unwrap_mailbox(Commands& commands);
void add_zap(Commands& commands);
void add_quarantine(Commands& commands);
void add_submission(Commands& commands);
// Keeping
void add_backup(Commands& commands);
void add_restore(Commands& commands);
// What the documentation is held to
void add_config_keys(Commands& commands);
void add_schema(Commands& commands);

}  // namespace linkgate::cli
