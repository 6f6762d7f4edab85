#pragma once
// What a page shows only to somebody who presses something on it, as far as its scripts say so. Nothing is
// pressed: an order would be placed, a question answered. Pure; pages are hostile.

#include <string>

#include "verdict/page.h"

namespace linkgate::scan {

inline constexpr size_t kMostWordsBeforePress = 1500;      // bytes of text of a page that is about one button
inline constexpr size_t kMostPressScripts = 256ULL << 10;  // bytes; a page with more is no mere lure

// Where pressing leads on a page that says little: the first address that its scripts open in a window, or go
// to, for a press and for nothing else. Absolute, http or https, public, and none that acts when it is
// opened. Empty where there is none, or where the page asks for a password itself. Takes milliseconds.
std::string url_behind_press(const verdict::Page& page);

}  // namespace linkgate::scan
