#pragma once
// The host parser of the URL Standard, section 3.5: names (with IDNA), IPv4 in every notation, IPv6, opaque
// hosts.

#include <string>
#include <string_view>

namespace linkgate::url {

enum class HostKind { kFailure, kName, kIp };

// Appends the serialized host to `out`. `special` says whether the URL's scheme is special; other hosts are
// opaque. On kFailure `out` holds rubbish.
HostKind append_host(std::string& out, std::string_view input, bool special);

// The standard's "domain to ASCII" with beStrict false: ASCII is lower-cased and nothing else; the rest goes
// through UTS46, non-transitional, CheckBidi and CheckJoiners on, CheckHyphens, UseSTD3ASCIIRules and
// VerifyDnsLength off. False: failure. `domain` is UTF-8.
bool append_domain_to_ascii(std::string& out, std::string_view domain);

}  // namespace linkgate::url
