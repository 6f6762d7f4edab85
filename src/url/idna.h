#pragma once
// ICU's UTS46, and nothing else of ICU: the one place that includes its headers.

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
