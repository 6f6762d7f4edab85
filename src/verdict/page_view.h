#pragma once
// A page as its judges look at it: texts in lower case and bounded, its host taken apart, what it asks for.
// Everything is computed once; judging looks only here.

#include <string>
#include <string_view>
#include <vector>

#include "url/url.h"
#include "verdict/page.h"

namespace linkgate::verdict {

// What lies beyond is not looked at, so that a page costs no more than this.
inline constexpr size_t kMaxViewedMarkup = 1024 * 1024;
inline constexpr size_t kMaxViewedText = 64 * 1024;
inline constexpr size_t kMaxViewedTags = 20'000;

// What a visitor is asked for, from what costs least to lose.
enum class Asked : uint8_t {
  kNothing,
  kAddress,   // an address of mail and a way on: the first of two steps
  kIdentity,  // a number that a state gave, papers
  kPassword,
  kCode,         // a code that was sent to the visitor
  kCard,         // number, expiry, security code
  kSecretWords,  // what opens a wallet
};
std::string_view to_string(Asked asked);  // "a password", as in "asks for ..."

struct PageView {
  const Page* page = nullptr;
  url::Url url;             // where the page lies
  std::string host;         // of it
  std::string domain;       // site_of(host)
  std::string owner_label;  // what its owner chose: "northgate-voicemail", on hosts that give names away the
                            // label in front of them
  std::string title, text, markup;  // lower case, blanks run together in title and text
  std::vector<std::string>
      tags;  // "img src=... alt=...", lower case, without brackets, each at most 500 bytes
  std::vector<std::string> headings;  // texts of h1 to h3
  std::vector<std::string> logos;     // what pictures and what is named a logo say of themselves
  std::string copyright;              // the words behind (c)
  std::string script;                 // inline scripts, as they are
  Asked asked = Asked::kNothing;
  const Form* asking_form = nullptr;  // the form that asks; null where fields stand without one
};

// REQUIRES: `page.chain` is not empty and its last URL parses.
PageView view_of(const Page& page);

// What belongs to one owner: the registrable domain, on hosts that give names away ("x.builder.example") the
// name that was given.
std::string site_of(std::string_view host);

// `word` in `text` with no letter or digit of ASCII on either side. Both lower case.
bool has_word(std::string_view text, std::string_view word);

}  // namespace linkgate::verdict
