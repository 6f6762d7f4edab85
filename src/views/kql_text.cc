#include "views/kql_text.h"

#include "base/ascii.h"
#include "kql/literal.h"

namespace linkgate::views {

std::string kql_string(std::string_view text) { return kql::json_string(text); }

std::string kql_list(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "(" : ", ") + kql_string(text);
  return out + ")";
}

std::string kql_datetime(Time time) { return "datetime(" + to_iso8601(time) + ")"; }

std::string alternation_of(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) {
    out += out.empty() ? '(' : '|';
    for (const char c : text) {
      const bool plain = ascii::is_alnum(c) || static_cast<unsigned char>(c) >= 0x80 || c == '_';
      out.append(plain ? "" : "\\").append(1, c);
    }
  }
  return out + ")";
}

}  // namespace linkgate::views
