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

// A serialized host as the machine it names: "[::ffff:102:304]" is "1.2.3.4", which every network stack opens
// for it (RFC 4291, section 2.5.5.2), and one root dot says the same name. Others as they are; one that ends
// in several dots is no name at all. For keys and lists, not for URLs.
std::string host_as_addressed(std::string_view host);

}  // namespace linkgate::url
