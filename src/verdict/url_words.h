#pragma once
// What phishing URLs are made of, as people who fight it know: names that they borrow, words that they ask
// with, places where anybody gets a host for nothing. The model learns what each is worth; the tables let it
// recognise a name that its examples never had.

#include <cstdint>
#include <string_view>
#include <vector>

#include "verdict/url_brands.h"

namespace linkgate::verdict {

// Where a host lives when its owner did not have to register a domain, and hosts that lead elsewhere.
enum class HostKind : uint8_t {
  kOwn,       // a domain of its own, as far as we know
  kBuilder,   // site builders: weebly.com, webflow.io
  kStatic,    // pages and apps of developers: pages.dev, vercel.app, github.io
  kDynamic,   // dynamic DNS and subdomains that are given away: duckdns.org
  kBlog,      // blogspot.com, wordpress.com
  kStorage,   // object storage and gateways to it: r2.dev, s3.amazonaws.com
  kHosting,   // a hosting firm's names for sites without a domain: 000webhostapp.com
  kForm,      // documents and forms of offices: docs.google.com, jotform.com
  kTunnel,    // a way into somebody's machine: ngrok.io, trycloudflare.com
  kShortener  // bit.ly
};
inline constexpr int kHostKinds = 10;
// By the longest suffix of `host` that is known.
HostKind host_kind(std::string_view host);
// That suffix; empty for kOwn.
std::string_view host_kind_suffix(std::string_view host);
std::string_view to_string(HostKind kind);  // for people: "a free site builder"

// A well-known name within a text, spelt right or nearly so.
struct Borrowed {
  const Brand* brand = nullptr;
  uint16_t begin = 0, length = 0;  // where in the text
  bool is_exact = true;            // false: a letter is wrong, doubled or a digit ("paypa1")
  bool is_word = true;             // false: letters on either side belong to the same word
};
// From the left, names that overlap not twice, at most kMaxBorrowed. `text` is lower case.
inline constexpr size_t kMaxBorrowed = 4;
std::vector<Borrowed> find_brands(std::string_view text);

// What words ask for, as bits: sign-in, verification, ... Words that run together with others count where
// they are five letters or longer ("secureloginportal"). `text` is lower case.
inline constexpr int kWordKinds = 12;
uint32_t word_kinds_in(std::string_view text);
// True where `word` is one of them or several of three letters or more, one behind the other: "securelogin",
// but not "surveyors".
bool is_lure_word(std::string_view word);

}  // namespace linkgate::verdict
