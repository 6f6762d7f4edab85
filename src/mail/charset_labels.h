#pragma once
// Names of charsets as mails have them, and as ICU does. For charset.cc.

#include <string_view>

namespace linkgate::mail {

// The name for ICU: that of the charset which readers take for `label`, or `label` itself; empty where a
// label says nothing.
std::string_view icu_label(std::string_view label);

}  // namespace linkgate::mail
