#include "url/unwrap_proofpoint.h"

#include "base/ascii.h"
#include "base/base64.h"
#include "url/percent.h"

namespace linkgate::url {

namespace {

// A run "**X" stands for as many bytes as X's place in this alphabet, plus two.
constexpr std::string_view kRunLengths = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// "https:/host": mail systems fold two slashes into one.
std::string with_both_slashes(std::string url) {
  const size_t colon = url.find(":/");
  if (colon == std::string::npos || colon == 0 || url.compare(colon, 3, "://") == 0) return url;
  for (size_t i = 0; i < colon; ++i) {
    if (!ascii::is_alnum(url[i])) return url;
  }
  return url.insert(colon + 1, "/");
}

}  // namespace

std::string decode_proofpoint_v2(std::string_view encoded) {
  std::string text(encoded);
  for (char& c : text) c = c == '-' ? '%' : c == '_' ? '/' : c;
  return percent_decode(text);
}

std::string decode_proofpoint_v3(std::string_view text) {
  if (!text.starts_with("__")) return {};
  text.remove_prefix(2);
  const size_t url_end = text.find("__;");
  if (url_end == std::string_view::npos) return {};
  const std::string_view url = text.substr(0, url_end);
  const std::string_view tail = text.substr(url_end + 3);
  std::string_view encoded = tail.substr(0, tail.find('!'));
  while (encoded.ends_with('=')) encoded.remove_suffix(1);
  const auto decoded = base64url_decode(encoded);
  const std::string replacements = decoded ? *decoded : "";
  size_t used = 0;
  std::string out;
  for (size_t i = 0; i < url.size(); ++i) {
    if (url[i] != '*' || used == replacements.size()) {
      out.push_back(url[i]);
      continue;
    }
    size_t count = 1;
    if (i + 2 < url.size() && url[i + 1] == '*' && kRunLengths.find(url[i + 2]) != std::string_view::npos) {
      count = kRunLengths.find(url[i + 2]) + 2;
      i += 2;
    }
    const std::string_view bytes = std::string_view(replacements).substr(used, count);
    out.append(bytes);
    used += bytes.size();
  }
  return with_both_slashes(std::move(out));
}

}  // namespace linkgate::url
