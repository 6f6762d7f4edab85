#include "url/url_repairs.h"

#include <algorithm>

#include "base/ascii.h"
#include "url/link_payload.h"
#include "url/percent.h"
#include "url/seal_box.h"

namespace linkgate::url {

namespace {

constexpr int kMaxDecodings = 3;
constexpr int kMaxTrimmedCharacters = 8;
constexpr int kMaxCutParameters = 12;

std::string replace_all(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  out.reserve(text.size());
  for (size_t done = 0;;) {
    const size_t at = text.find(from, done);
    out.append(text.substr(done, at == std::string_view::npos ? at : at - done));
    if (at == std::string_view::npos) return out;
    out.append(to);
    done = at + from.size();
  }
}

// Parameters that mail tools, ad networks and shops append to links on their way.
constexpr std::string_view kAppendedParameters[] = {
    "utm_",   "fbclid", "gclid",  "dclid",  "msclkid", "mc_cid", "mc_eid", "_hsenc", "_hsmi",   "mkt_tok",
    "igshid", "yclid",  "ttclid", "twclid", "vero_",   "s_cid",  "_ke",    "oly_",   "wickedid"};

bool is_appended_parameter(std::string_view parameter) {
  return std::any_of(std::begin(kAppendedParameters), std::end(kAppendedParameters),
                     [&](std::string_view name) { return ascii::istarts_with(parameter, name); });
}

std::string without_appended_parameters(std::string_view url) {
  const size_t question = url.find('?');
  if (question == std::string_view::npos) return std::string(url);
  const size_t hash = std::min(url.find('#', question), url.size());
  std::string out(url.substr(0, question));
  char separator = '?';
  for (const auto parameter : ascii::split(url.substr(question + 1, hash - question - 1), '&')) {
    if (is_appended_parameter(parameter)) continue;
    out.push_back(separator);
    out.append(parameter);
    separator = '&';
  }
  return out.append(url.substr(hash));
}

std::string without_controls(std::string_view url) {
  std::string out;
  for (const char c : url) {
    if (static_cast<unsigned char>(c) > 0x20) out.push_back(c);
  }
  return out;
}

std::string decode_entities(std::string_view url) {
  std::string out = replace_all(url, "&amp;", "&");
  for (const std::string_view ampersand : {"&#38;", "&#x26;", "&#X26;"})
    out = replace_all(out, ampersand, "&");
  out = replace_all(out, "&quot;", "\"");
  out = replace_all(out, "&#39;", "'");
  out = replace_all(out, "&lt;", "<");
  return replace_all(out, "&gt;", ">");
}

class Matcher {
 public:
  explicit Matcher(const std::array<uint8_t, 16>& url_hash) : wanted_(url_hash) {}

  const std::string& found() const { return found_; }
  bool exhausted() const { return attempts_ >= kMaxRepairAttempts; }

  bool matches(std::string_view url) {
    if (exhausted() || url.size() > kMaxRepairInput) return false;
    ++attempts_;
    const auto form = sealable_form(url);
    if (!form || hash16(*form) != wanted_) return false;
    found_ = url;
    return true;
  }

  // Every repair of the list on one reading of the value, and those that are often met together in pairs.
  bool repair(const std::string& url) {
    const std::string plain = decode_entities(url);
    return matches(url) || (plain != url && matches(plain)) || repair_spaces(plain) || repair_scheme(plain) ||
           repair_ends(plain) || repair_parameters(plain);
  }

 private:
  bool matches_changed(const std::string& changed, std::string_view from) {
    return changed != from && matches(changed);
  }

  bool repair_spaces(std::string_view url) {
    return matches_changed(replace_all(url, " ", "+"), url) ||
           matches_changed(replace_all(url, "+", " "), url) ||
           matches_changed(replace_all(url, "+", "%20"), url) ||
           matches_changed(replace_all(url, " ", "%2B"), url) ||
           matches_changed(replace_all(url, "+", "%2B"), url) ||
           matches_changed(without_controls(url), url) ||
           matches_changed(replace_all(replace_all(url, "=\r\n", ""), "=3D", "="), url);
  }

  bool repair_scheme(std::string_view url) {
    if (ascii::istarts_with(url, "https://")) return matches("http://" + std::string(url.substr(8)));
    if (ascii::istarts_with(url, "http://")) return matches("https://" + std::string(url.substr(7)));
    for (const std::string_view scheme : {"https://", "http://", "ftp://"}) {
      if (matches(std::string(scheme) + std::string(url))) return true;
    }
    return false;
  }

  // A slash behind the path come or gone, a fragment added, punctuation and brackets swallowed.
  bool repair_ends(std::string_view url) {
    const size_t end = std::min(url.find_first_of("?#"), url.size());
    const std::string path(url.substr(0, end));
    const std::string tail(url.substr(end));
    if (path.ends_with('/') ? matches(path.substr(0, path.size() - 1) + tail) : matches(path + "/" + tail))
      return true;
    const size_t hash = url.find('#');
    if (hash != std::string_view::npos &&
        (matches(url.substr(0, hash)) || repair_parameters(url.substr(0, hash)))) {
      return true;
    }
    std::string_view trimmed = url;
    for (int i = 0; i < kMaxTrimmedCharacters && !trimmed.empty(); ++i) {
      if (!internal::contains(" .,;:!?)]}>'\"*_~|&=/\\", trimmed.back())) return false;
      trimmed.remove_suffix(1);
      if (matches(trimmed)) return true;
    }
    return false;
  }

  bool repair_parameters(std::string_view url) {
    const std::string clean = without_appended_parameters(url);
    if (clean != url && (matches(clean) || repair_slash_before_query(clean))) return true;
    std::string_view rest = url;
    for (int i = 0; i < kMaxCutParameters; ++i) {
      const size_t cut = rest.find_last_of("&?;");
      if (cut == std::string_view::npos) return false;
      rest = rest.substr(0, cut);
      if (matches(rest) || repair_slash_before_query(rest)) return true;
    }
    return false;
  }

  // "https://h/p" became "https://h/p/?utm_source=x".
  bool repair_slash_before_query(std::string_view url) {
    const size_t end = std::min(url.find_first_of("?#"), url.size());
    if (end == 0 || url[end - 1] != '/') return false;
    return matches(std::string(url.substr(0, end - 1)).append(url.substr(end)));
  }

  const std::array<uint8_t, 16>& wanted_;
  std::string found_;
  size_t attempts_ = 0;
};

}  // namespace

std::optional<RepairedUrl> match_url(const std::vector<std::string_view>& raw_values,
                                     const std::array<uint8_t, 16>& url_hash) {
  Matcher matcher(url_hash);
  bool first = true;
  for (const std::string_view raw : raw_values) {
    if (raw.size() > kMaxRepairInput) continue;
    // The value as it should be comes first; then not decoded at all, then decoded more often than it was
    // encoded.
    const std::string once = percent_decode(raw);
    if (matcher.matches(once)) return RepairedUrl{matcher.found(), !first};
    first = false;
    std::vector<std::string> readings{once, std::string(raw)};
    std::string decoded = once;
    for (int i = 1; i < kMaxDecodings; ++i) {
      std::string again = percent_decode(decoded);
      if (again == decoded) break;
      readings.push_back(again);
      decoded = std::move(again);
    }
    for (const auto& reading : readings) {
      if (matcher.repair(reading)) return RepairedUrl{matcher.found(), true};
    }
    // A form's encoder wrote spaces as '+' before it escaped the rest.
    if (raw.find('+') != std::string_view::npos &&
        matcher.repair(percent_decode(replace_all(raw, "+", " ")))) {
      return RepairedUrl{matcher.found(), true};
    }
  }
  return std::nullopt;
}

}  // namespace linkgate::url
