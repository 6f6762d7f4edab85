#pragma once
// URL patterns of Defender's two lists, which differ in what they match: the Tenant Allow/Block List (TABL,
// "tenant-allow-block-list-urls-configure") and the policies' do-not-rewrite list ("safe-links-about"). Also
// plain feeds.

#include <string>
#include <string_view>

#include "base/result.h"

namespace linkgate::url {

enum class ListAction { kAllow, kBlock };

// An entry of the Tenant Allow/Block List. parse() refuses what Defender refuses, with the reason in the
// message.
class TablPattern {
 public:
  static Result<TablPattern> parse(std::string_view entry);
  // Refuses a pattern that no entry of this action may have: a whole top-level domain can only be blocked.
  // Apart from parse(), because an entry that an older version took is still read (it allows nothing).
  Result<void> check(ListAction action) const;
  // `url` is a link as typed or parsed, with or without scheme. The authority is compared in ASCII lower
  // case, without userinfo, port and root dot. A backslash is kept in the authority, as Defender does; a
  // block is tried on the browser's reading of it too (a slash), an allow never fits such a link.
  bool matches(std::string_view url, ListAction action) const;
  const std::string& text() const { return text_; }

 private:
  enum class Hosts { kExact, kSubdomains, kDomainAndSubdomains };
  enum class Paths { kNone, kExact, kPrefix, kAny };
  bool matches_host(std::string_view host) const;
  bool matches_path(std::string_view path) const;

  std::string text_;
  std::string host_;  // without the wildcard; a bare label where the entry names a top-level domain
  std::string path_;  // kExact: "/a"; kPrefix: "/a/"
  Hosts hosts_ = Hosts::kExact;
  Paths paths_ = Paths::kNone;
  bool ip_ = false;
  bool tld_ = false;
};

// An entry of "Do not rewrite the following URLs in email": up to three '*', scheme optional (then http and
// https).
// "*." in front stands for one label or more, a "/*" at the end for the path and everything under it, a '*'
// elsewhere in the path for any text. '*' anywhere else in the host is refused: "*contoso.com" would exempt
// falsecontoso.com.
class DoNotRewritePattern {
 public:
  static Result<DoNotRewritePattern> parse(std::string_view entry);
  // False for what does not parse as an http, https or ftp URL.
  bool matches(std::string_view url) const;
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::string scheme_;  // "" for any
  std::string host_;    // with port where the entry has one; without the "*."
  std::string path_;    // glob over path and query, without a final "/*"; "" for the root
  bool subdomains_ = false;
  bool everything_under_ = false;
};

}  // namespace linkgate::url
