#pragma once
// A document's markup, read as a browser would before any script runs: what judgement wants to know of it
// goes into verdict::Page, what decides where it leads into Markup. By Gumbo, an HTML5 parser, kept in
// bounds.

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "url/url.h"
#include "verdict/page.h"

namespace linkgate::scan {

inline constexpr size_t kMaxMarkup = 4ULL << 20;  // bytes that are read; the rest is left out
inline constexpr size_t kMaxNesting = 1000;       // of elements; what lies deeper is left out
inline constexpr size_t kMaxAttributes = 1000;    // of one tag; at the first that has more, reading ends
inline constexpr size_t kMaxTags = 150'000;       // likewise
inline constexpr size_t kMaxParserMemory = 96ULL << 20;
inline constexpr std::chrono::milliseconds kMaxParserTime{1500};
inline constexpr size_t kMaxVisibleText = 256ULL << 10;
inline constexpr size_t kMaxListed = 2000;  // links, frames, scripts, images, forms, fields: of each

struct MarkupForm {
  std::string id, name;
  std::string action;  // absolute; the document's URL where none is given
  bool is_post = false;
  std::string encoding;                                         // enctype, lower case; may be empty
  std::vector<std::pair<std::string, std::string>> successful;  // names and values that would be submitted
};
struct MarkupElement {  // what a script may click
  std::string id, tag;
  std::string href;  // absolute or javascript:, of links
  int form = -1;     // index of the form that a button submits
};

struct Markup {
  url::Url base;                         // that relative references start from
  std::vector<std::string> refreshes;    // content of <meta http-equiv=refresh>
  std::vector<MarkupForm> forms;         // as verdict::Page::forms
  std::vector<MarkupElement> elements;   // links and buttons
  std::vector<std::string> full_frames;  // absolute: frames that fill the page
  std::vector<std::string> handlers;     // scripts in attributes that run without anybody doing anything
  std::vector<std::string> pressed;      // scripts in attributes that run when somebody presses something
  std::string trouble;                   // what was left out; empty where all was read
};

// Reads `html` (UTF-8), the document at `url`. Fills page->title, visible_text, forms, links, frames,
// scripts, images and inline_scripts.
Markup read_markup(std::string_view html, const url::Url& url, verdict::Page* page);

}  // namespace linkgate::scan
