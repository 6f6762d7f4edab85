#pragma once
// Tables of the configuration that are about people. Private to config.cc.

#include "base/config.h"
#include "base/config_section.h"

namespace linkgate {

void read_alerts(Section& in, AlertsConfig& out);
void read_user_mail(Section& in, UserMailConfig& out);

}  // namespace linkgate
