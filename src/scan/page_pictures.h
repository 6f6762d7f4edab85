#pragma once
// What is seen on the picture of a page and is nowhere in its text.

#include <string>

#include "verdict/page.h"

namespace linkgate::scan {

// Where the QR codes on the screenshot of `page` lead: the first that is a web address of another site; empty
// where there is none. Takes some 10 ms.
std::string code_url_on(const verdict::Page& page);

}  // namespace linkgate::scan
