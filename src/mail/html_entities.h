#pragma once
// Character references of HTML ("&amp;", "&#x41;", "&notin"), decoded as the tokenizer of the HTML Standard
// does (13.2.5.72 to 13.2.5.80), and the escaping of what we write into a document.

#include <string>
#include <string_view>

namespace linkgate::mail {

enum class ReferenceContext { kText, kAttribute };  // in attributes "&copy=1" stays what it is

// `text` is UTF-8 or any bytes that keep ASCII; other bytes pass through. The result is never longer than
// three times the input. Code points come out as UTF-8.
std::string decode_references(std::string_view text, ReferenceContext context);

// One reference: `text` begins with '&'. Appends what it means and returns its length; 0 where the ampersand
// stands for itself, and then nothing is appended.
size_t decode_reference(std::string_view text, ReferenceContext context, std::string& out);

// `url` as an attribute value in double or single quotes: & < > " ' become references.
std::string escape_attribute(std::string_view url);

void append_utf8(std::string& out, char32_t code_point);

}  // namespace linkgate::mail
