#pragma once
// Foreign text within HTML, SVG and XML.

#include <string>
#include <string_view>

namespace linkgate {

// As the text of an element or the value of a quoted attribute: & < > " ' become references. Control
// characters but tab and newline are left out; no markup may hold them.
std::string escape_markup(std::string_view text);

}  // namespace linkgate
