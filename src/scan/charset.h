#pragma once
// The bytes of a document as UTF-8: by its byte order mark, by what its server says, by what it says itself,
// else windows-1252 where it is no UTF-8 already (Encoding Standard and HTML Standard, 13.2.3, in short: of
// the document's own word only a "charset=" within the first kilobyte counts).

#include <string>
#include <string_view>

namespace linkgate::scan {

// `content_type`: the header's value, may be empty. What does not decode becomes U+FFFD.
std::string to_utf8(std::string_view bytes, std::string_view content_type);

// The "charset" parameter of a media type, lower case; empty where there is none.
std::string charset_of(std::string_view content_type);

}  // namespace linkgate::scan
