#pragma once
// What an HTML document says of its own charset: "prescan a byte stream to determine its encoding" (WHATWG
// HTML, 13.2.3.2), as browsers and the mail clients built on them do where nothing better is known. All of
// the document is looked at: what the prescan of 1024 bytes does not reach, a browser heeds when it comes to
// it (13.2.3.4).

#include <optional>
#include <string>
#include <string_view>

namespace linkgate::mail {

// The label, in lower case; nullopt where there is none that Charset knows. A document that could be read so
// far is in no UTF-16, whatever it says: that comes out as "utf-8".
std::optional<std::string> declared_charset(std::string_view document);

}  // namespace linkgate::mail
