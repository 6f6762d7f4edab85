#include "gateway/authentication_results.h"

#include <optional>

#include "base/ascii.h"

namespace linkgate::gateway {
namespace {

constexpr size_t kMaxResults = 64;

// RFC 8601 section 2.2 over a value whose folding is already gone.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  // White space and comments, which nest (counted, not recursed into).
  void skip_blank() {
    int depth = 0;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (depth > 0 && c == '\\') {
        ++at_;
      } else if (c == '(') {
        ++depth;
      } else if (c == ')' && depth > 0) {
        --depth;
      } else if (depth == 0 && !ascii::is_space(c)) {
        return;
      }
    }
  }

  bool take(char c) {
    skip_blank();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  // A token or quoted string; what ends it is not taken.
  std::optional<std::string> word() {
    skip_blank();
    if (at_ < text_.size() && text_[at_] == '"') return quoted();
    const size_t begin = at_;
    while (at_ < text_.size() && !ascii::is_space(text_[at_]) &&
           std::string_view(";=()\"").find(text_[at_]) == std::string_view::npos)
      ++at_;
    if (at_ == begin) return std::nullopt;
    return std::string(text_.substr(begin, at_ - begin));
  }

  // To the next ';' outside quotes and comments.
  void skip_clause() {
    while (at_ < text_.size() && text_[at_] != ';') {
      if (text_[at_] == '(') {
        skip_blank();
      } else if (text_[at_] == '"') {
        if (!quoted()) at_ = text_.size();
      } else {
        ++at_;
      }
    }
  }

  bool done() {
    skip_blank();
    return at_ >= text_.size();
  }

 private:
  std::optional<std::string> quoted() {
    std::string content;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') {
        ++at_;
        return content;
      }
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      content += text_[at_];
    }
    return std::nullopt;
  }

  std::string_view text_;
  size_t at_ = 0;
};

// "spf/1" names version 1 of the method.
std::string method_name(std::string_view word) { return ascii::to_lower(word.substr(0, word.find('/'))); }

bool is_plain_word(std::string_view word) {
  for (char c : word) {
    if (!ascii::is_alnum(c) && c != '-' && c != '_') return false;
  }
  return !word.empty() && word.size() <= 40;
}

void keep_first(std::string* kept, const std::string& result) {
  if (kept->empty()) *kept = result;
}

}  // namespace

AuthenticationResults parse_authentication_results(std::string_view value) {
  AuthenticationResults parsed;
  Reader reader(value.substr(0, kMaxAuthenticationResults));
  const auto id = reader.word();
  if (!id) return parsed;
  parsed.authserv_id = ascii::to_lower(*id);
  reader.skip_clause();  // a version number may follow the id
  while (reader.take(';') && !reader.done() && parsed.results.size() < kMaxResults) {
    const auto method = reader.word();
    if (!method) break;
    if (reader.take('=')) {
      const auto result = reader.word();
      if (!result) break;
      AuthenticationResult one{method_name(*method), ascii::to_lower(*result)};
      if (is_plain_word(one.method) && is_plain_word(one.result)) parsed.results.push_back(std::move(one));
    } else if (!ascii::iequals(*method, "none")) {
      break;
    }
    reader.skip_clause();
  }
  return parsed;
}

AuthenticationDetails authentication_details(const std::vector<std::string>& values,
                                             const std::vector<std::string>& trusted) {
  AuthenticationDetails details;
  for (const std::string& value : values) {
    const AuthenticationResults parsed = parse_authentication_results(value);
    bool ours = false;
    for (const std::string& id : trusted)
      ours = ours || (!id.empty() && ascii::iequals(id, parsed.authserv_id));
    if (!ours) continue;
    for (const AuthenticationResult& one : parsed.results) {
      if (one.method == "spf") keep_first(&details.spf, one.result);
      // Several signatures: one that passes is what DMARC asks for (RFC 7489 section 4.2).
      if (one.method == "dkim" && (details.dkim.empty() || one.result == "pass")) details.dkim = one.result;
      if (one.method == "dmarc") keep_first(&details.dmarc, one.result);
      if (one.method == "compauth") keep_first(&details.compauth, one.result);
    }
    return details;
  }
  return details;
}

std::string AuthenticationDetails::json() const {
  if (!known()) return "";
  // The words passed is_plain_word(): nothing in them needs escaping.
  const auto pair = [](std::string_view name, const std::string& result) {
    return "\"" + std::string(name) + "\":\"" + (result.empty() ? "none" : result) + "\"";
  };
  return "{" + pair("SPF", spf) + "," + pair("DKIM", dkim) + "," + pair("DMARC", dmarc) + "," +
         pair("CompAuth", compauth) + "}";
}

}  // namespace linkgate::gateway
