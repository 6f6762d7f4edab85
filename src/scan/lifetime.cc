#include "scan/lifetime.h"

namespace linkgate::scan {

std::chrono::seconds lifetime_of(verdict::Disposition disposition, const ValidityConfig& validity) {
  using verdict::Disposition;
  switch (disposition) {
    case Disposition::kClean:
      return validity.clean;
    case Disposition::kUnknown:
      return validity.unknown;
    case Disposition::kSuspicious:
      return validity.suspicious;
    case Disposition::kGated:
      return validity.gated;
    case Disposition::kPhishing:
      return validity.phishing;
    case Disposition::kMalware:
      return validity.malware;
  }
  return validity.unknown;
}

}  // namespace linkgate::scan
