#pragma once
// Text inside an element of XML.

#include <string>
#include <string_view>

namespace linkgate::engine {

inline std::string xml_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<')
      out += "&lt;";
    else if (c == '&')
      out += "&amp;";
    else
      out += c;
  }
  return out;
}

}  // namespace linkgate::engine
