#include "url/domain.h"

#include <libpsl.h>

#include "base/ascii.h"
#include "base/check.h"
#include "url/ip_address.h"

namespace linkgate::url {

namespace {
const psl_ctx_t& list() {
  static const psl_ctx_t* const builtin = psl_builtin();
  CHECK(builtin != nullptr);  // libpsl built without a list would make every host its own domain
  return *builtin;
}
}  // namespace

std::string registrable_domain(std::string_view hostname) {
  if (hostname.starts_with('[') || ends_in_a_number(hostname)) return std::string(hostname);
  std::string host = ascii::to_lower(hostname);
  if (host.size() > 1 && host.ends_with('.')) host.pop_back();
  const char* domain = psl_registrable_domain(&list(), host.c_str());
  return domain != nullptr ? std::string(domain) : host;
}

bool has_known_suffix(std::string_view hostname) {
  const size_t dot = hostname.rfind('.');
  if (dot == 0 || dot == std::string_view::npos || ends_in_a_number(hostname)) return false;
  const std::string suffix = ascii::to_lower(hostname.substr(dot + 1));
  // Without the list's default rule, by which every unknown last label would be a suffix.
  return psl_is_public_suffix2(&list(), suffix.c_str(), PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE) != 0;
}

}  // namespace linkgate::url
