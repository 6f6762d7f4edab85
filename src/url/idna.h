#pragma once
// UTS46 as ICU does it, with what Unicode added since ICU's own version. ICU's headers are included here, in
// idna_newer.cc and in confusable.cc alone.

#include <string>
#include <string_view>

namespace linkgate::url {

// Appends the ASCII form of a domain that is not plain ASCII. False: the standard's failure.
// Domains longer than kMaxIdnaInput bytes fail: ICU's work grows with the square of a label's length.
inline constexpr size_t kMaxIdnaInput = 4096;
bool append_idna_to_ascii(std::string& out, std::string_view domain);

// The readable form of a serialized host, for pages and reports; labels that do not decode stay as they are.
std::string domain_to_unicode(std::string_view domain);

}  // namespace linkgate::url
