#pragma once
// URL patterns of Defender's two lists, which differ in what they match: the Tenant Allow/Block List (TABL,
// "tenant-allow-block-list-urls-configure") and the policies' do-not-rewrite list ("safe-links-about"). Also plain feeds.

#include <string>
#include <string_view>

#include "base/result.h"

namespace linkgate::url {

enum class ListAction { kAllow, kBlock };

// An entry of the Tenant Allow/Block List. parse() refuses what Defender refuses, with the reason in the message.
class TablPattern {
 public:
  static Result<TablPattern> parse(std::string_view entry);
  // `url` is a link as typed or parsed, with or without scheme; the authority is compared lower-cased, backslashes kept.
  bool matches(std::string_view url, ListAction action) const;
  const std::string& text() const { return text_; }

 private:
  enum class Kind { kHost, kHostPath, kLeftWildcard, kLeftWildcardPath, kTldWildcard, kTilde, kTildeBoth, kIp, kIpPath };
  std::string text_;
  std::string host_;
  std::string path_prefix_;
  Kind kind_ = Kind::kHost;
};

// An entry of "Do not rewrite the following URLs in email": up to three '*', scheme optional.
class DoNotRewritePattern {
 public:
  static Result<DoNotRewritePattern> parse(std::string_view entry);
  bool matches(std::string_view url) const;
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace linkgate::url
