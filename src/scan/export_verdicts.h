#pragma once
// What was judged here, from the stores, as verdict/verdict_export.h prints it.

#include <string>

#include "base/result.h"
#include "state/stores.h"
#include "verdict/verdict_export.h"

namespace linkgate::scan {

// All verdicts that are in force at `now`; what `policies` allows is left out. Errors: those of the stores.
Result<std::string> export_verdicts(state::IntelStore& verdicts, state::PolicyStore& policies,
                                    verdict::ExportFormat format, Time since, Time now);

}  // namespace linkgate::scan
