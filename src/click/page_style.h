#pragma once
// The pages' one style sheet, inlined into every page and named by its hash in their Content-Security-Policy.

#include <string_view>

namespace linkgate::click {
extern const std::string_view kStyle;
}
