#pragma once
// linkgate alert rule: an organisation's own rules for alerts.

#include "cli/command.h"

namespace linkgate::cli {

// The group "rule" of the command "alert".
void add_alert_rules(Command& alert);

}  // namespace linkgate::cli
