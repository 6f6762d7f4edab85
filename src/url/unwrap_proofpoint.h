#pragma once
// Proofpoint's two encodings of a URL (facts as its published decoders show them). Inside url/ only.

#include <string>
#include <string_view>

namespace linkgate::url {

// "https-3A__example.com": '-' for '%', '_' for '/', then percent-decoded.
std::string decode_proofpoint_v2(std::string_view encoded);

// "__<url>__;<base64url replacements>!...": bytes of the URL that v3 does not let stand are '*', runs of them
// "**X", and the replacements hold the bytes. Works on bytes, since a run may part a character. Empty: not of
// that shape.
std::string decode_proofpoint_v3(std::string_view text);

}  // namespace linkgate::url
