#include "scan/random_tokens.h"

#include <algorithm>

#include "base/ascii.h"

namespace linkgate::scan {
namespace {

constexpr size_t kLeastToken =
    16;                            // letters and digits mixed: shorter ones are words ("covid19", "q3report")
constexpr size_t kLeastWord = 24;  // letters alone, with capitals amid them

bool is_token_byte(char c) { return ascii::is_alnum(c) || c == '_' || c == '-' || c == '='; }

bool is_made_up(std::string_view run) {
  size_t digits = 0, upper = 0, lower = 0, turns = 0;
  for (size_t i = 0; i < run.size(); ++i) {
    const bool is_digit = ascii::is_digit(run[i]);
    digits += is_digit ? 1 : 0;
    upper += run[i] >= 'A' && run[i] <= 'Z' ? 1 : 0;
    lower += run[i] >= 'a' && run[i] <= 'z' ? 1 : 0;
    if (i > 0 && ascii::is_alnum(run[i]) && ascii::is_alnum(run[i - 1]))
      turns += is_digit != ascii::is_digit(run[i - 1]) ? 1 : 0;
  }
  if (run.size() >= kLeastToken && digits > 0 && turns >= 3) return true;
  return run.size() >= kLeastWord && upper >= 4 && lower >= 4;
}

void append_run(std::string_view run, std::string* out, bool* has_token) {
  if (is_made_up(run)) {
    *has_token = true;
    out->push_back('*');
    return;
  }
  for (size_t i = 0; i < run.size(); ++i) {
    const bool is_digit = ascii::is_digit(run[i]);
    if (is_digit && i > 0 && ascii::is_digit(run[i - 1])) continue;
    out->push_back(is_digit ? '0' : ascii::to_lower(run[i]));
  }
}

std::string starred(std::string_view text, bool* has_token) {
  std::string out;
  size_t at = 0;
  while (at < text.size()) {
    size_t end = at;
    while (end < text.size() && is_token_byte(text[end])) ++end;
    if (end > at) {
      append_run(text.substr(at, end - at), &out, has_token);
      at = end;
      continue;
    }
    const bool is_blank = ascii::is_space(text[at]);
    if (!is_blank) out.push_back(text[at]);
    if (is_blank && !out.empty() && out.back() != ' ') out.push_back(' ');
    ++at;
  }
  return out;
}

}  // namespace

std::string without_tokens(std::string_view text) {
  bool has_token = false;
  return starred(text, &has_token);
}

std::string recipient_group(std::string_view url, std::string_view sender_domain) {
  bool has_token = false;
  const std::string shape = starred(url.substr(0, url.find('#')), &has_token);
  if (!has_token && url.find('@') == url.npos && url.find("%40") == url.npos) return "";
  return std::string(sender_domain) + " " + shape;
}

}  // namespace linkgate::scan
