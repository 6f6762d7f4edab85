#pragma once
// What a page asks for: read off the names and labels of its fields, of whatever type they are.

#include "verdict/page_view.h"

namespace linkgate::verdict {

// Fills view.asked and view.asking_form from view.page and view.text.
void find_asked(PageView& view);

}  // namespace linkgate::verdict
