#include "scan/markup_tree.h"

#include <setjmp.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "base/ascii.h"
#include "scan/markup.h"

namespace linkgate::scan {
namespace {

constexpr size_t kBlockBytes = 1ULL << 20;
constexpr size_t kAlignment = 16;
constexpr unsigned kCallsPerLook = 64;  // allocations between two looks at the clock

// Elements that do not nest: without an end, or ended by the next of their kind.
constexpr std::string_view kFlat[] = {
    "area",   "base", "br",    "col",    "dd", "dt", "embed", "hr",    "img", "input", "li",   "link", "meta",
    "option", "p",    "param", "source", "td", "th", "tr",    "track", "wbr", "body",  "html", "head"};

bool is_flat(std::string_view name) {
  return std::any_of(std::begin(kFlat), std::end(kFlat),
                     [&](std::string_view flat) { return ascii::iequals(flat, name); });
}

// Behind the end of the tag whose name ends at `at`; *attributes is how many it has.
size_t skip_tag(std::string_view html, size_t at, size_t* attributes) {
  *attributes = 0;
  char quote = '\0';
  for (bool was_space = true; at < html.size(); ++at) {
    const char c = html[at];
    if (quote != '\0') {
      if (c == quote) quote = '\0';
      continue;
    }
    if (c == '>') break;
    if (c == '"' || c == '\'') quote = c;
    if (was_space && !ascii::is_space(c)) ++*attributes;
    was_space = ascii::is_space(c);
  }
  return at;
}

}  // namespace

// Memory that is only ever taken, until the limit; then the parse is left at once.
struct MarkupTree::Arena {
  std::vector<std::unique_ptr<char[]>> blocks;
  size_t used = kBlockBytes, total = 0;
  unsigned calls = 0;
  const std::chrono::steady_clock::time_point end = std::chrono::steady_clock::now() + kMaxParserTime;
  jmp_buf full;

  void* take(size_t size) {
    size = (size + kAlignment - 1) / kAlignment * kAlignment;
    total += size;
    const bool is_late = ++calls % kCallsPerLook == 0 && std::chrono::steady_clock::now() > end;
    // Over C code alone, which owns nothing but this memory.
    if (total > kMaxParserMemory || is_late) longjmp(full, 1);
    if (size > kBlockBytes) {
      // In front, so that the last block stays the one that is filled.
      blocks.insert(blocks.begin(), std::make_unique_for_overwrite<char[]>(size));
      return blocks.front().get();
    }
    if (used + size > kBlockBytes) {
      blocks.push_back(std::make_unique_for_overwrite<char[]>(kBlockBytes));
      used = 0;
    }
    used += size;
    return blocks.back().get() + used - size;
  }
};

MarkupTree::MarkupTree(std::string_view html) : arena_(std::make_unique<Arena>()) {
  if (html.size() > kMaxMarkup) {
    html = html.substr(0, kMaxMarkup);
    trouble_ = "the document is too long to be read to its end";
  }
  const size_t readable = readable_bytes(html);
  if (readable < html.size()) {
    html = html.substr(0, readable);
    trouble_ = "the document has more markup than is read";
  }
  if (!parse(html)) trouble_ = "the document takes more time or memory than there is to be read";
}

MarkupTree::~MarkupTree() = default;

// Nothing here may need a destructor between setjmp and the parser's return.
bool MarkupTree::parse(std::string_view html) {
  GumboOptions options = kGumboDefaultOptions;
  options.userdata = arena_.get();
  options.allocator = [](void* arena, size_t size) { return static_cast<Arena*>(arena)->take(size); };
  options.deallocator = [](void*, void*) {};
  options.max_errors = 0;
  if (setjmp(arena_->full) != 0) return false;
  root_ = gumbo_parse_with_options(&options, html.data(), html.size())->root;
  return true;
}

// A script is text until its end, with "<" in it that begins no tag. Where a parser sees that otherwise (in
// pictures, comments), the limits of time and memory hold.
size_t skip_script(std::string_view html, size_t at) {
  while ((at = html.find("</", at)) != html.npos) {
    if (ascii::istarts_with(html.substr(at + 2), "script")) return at;
    at += 2;
  }
  return html.size();
}

// End tags count whether they fit or not: markup that is wrong on purpose is what the arena's limits are for.
size_t readable_bytes(std::string_view html) {
  size_t depth = 0, tags = 0, attributes = 0, next = 0;
  for (size_t at = html.find('<'); at != html.npos; at = html.find('<', next)) {
    const bool is_end = html.substr(at + 1).starts_with('/');
    const size_t begin = at + 1 + (is_end ? 1 : 0);
    size_t end = begin;
    while (end < html.size() && ascii::is_alnum(html[end])) ++end;
    next = at + 1;
    if (end == begin) continue;
    next = skip_tag(html, end, &attributes);
    if (++tags > kMaxTags || attributes > kMaxAttributes) return at;
    if (!is_end && ascii::iequals(html.substr(begin, end - begin), "script")) next = skip_script(html, next);
    if (is_flat(html.substr(begin, end - begin))) continue;
    if (is_end) {
      depth -= depth > 0 ? 1 : 0;
    } else if (++depth > kMaxNesting) {
      return at;
    }
  }
  return html.size();
}

}  // namespace linkgate::scan
