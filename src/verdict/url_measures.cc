#include "verdict/url_measures.h"

#include <algorithm>
#include <bit>

#include "base/ascii.h"
#include "base/check.h"
#include "verdict/text_looks.h"

namespace linkgate::verdict {
namespace {

struct Row {
  Measures values{};
  size_t used = 0;
  void add(float value) { values[used++] = value; }
  void add(size_t value) { add(static_cast<float>(value)); }
  void add(uint32_t value) { add(static_cast<float>(value)); }
  void add(bool value) { add(value ? 1.0F : 0.0F); }
};

// Where the measures of each topic end.
struct End {
  Topic topic;
  size_t end;
};
constexpr End kEnds[] = {
    {Topic::kPlace, 15},     {Topic::kLabel, 27}, {Topic::kSubdomain, 37}, {Topic::kHostWords, 50},
    {Topic::kHostBrand, 59}, {Topic::kPath, 79},  {Topic::kPathWords, 92}, {Topic::kPathBrand, kOwnMeasures}};

float share(uint32_t part, uint32_t whole) {
  return whole == 0 ? -1.0F : static_cast<float>(part) / static_cast<float>(whole);
}

size_t count(std::string_view text, char c) {
  return static_cast<size_t>(std::count(text.begin(), text.end(), c));
}

void place(const UrlParts& parts, const UrlKnowledge& known, float top_level, Row* row) {
  for (int kind = 0; kind < kHostKinds; ++kind) row->add(static_cast<int>(known.host_kind) == kind);
  row->add(known.host_kind == HostKind::kOwn ? top_level : 0.0F);
  row->add(parts.suffix().size());
  row->add(parts.is_address);
  row->add(parts.has_port);
  row->add(known.is_owned);
}

void looks(std::string_view text, Row* row) {
  const Looks l = look_at(text);
  row->add(l.length);
  row->add(share(l.vowels, l.letters));
  row->add(l.consonants);
  row->add(l.digits);
  row->add(share(l.digits, l.length));
  row->add(l.hyphens);
  row->add(l.entropy);
  row->add(l.alternations);
  row->add(l.longest);
}

void words(uint32_t kinds, Row* row) {
  for (int i = 0; i < kWordKinds; ++i) row->add((kinds >> i & 1) != 0);
  row->add(static_cast<uint32_t>(std::popcount(kinds)));
}

void host_brands(const UrlParts& parts, const UrlKnowledge& known, Row* row) {
  uint32_t exact = 0, word = 0, in_subdomain = 0, longest = 0;
  for (const Borrowed& found : known.host_brands) {
    exact += found.is_exact;
    word += found.is_word;
    in_subdomain += found.begin < parts.label_begin;
    longest = std::max<uint32_t>(longest, found.length);
  }
  const auto all = static_cast<uint32_t>(known.host_brands.size());
  row->add(all);
  row->add(exact);
  row->add(all - exact);
  row->add(word);
  row->add(in_subdomain);
  row->add(all - in_subdomain);
  row->add(longest);
  row->add(all == 0 ? -1.0F : static_cast<float>(known.host_brands.front().brand->kind));
  row->add(all == 0 ? -1.0F : static_cast<float>(known.host_brands.front().begin));
}

// Endings that pages and downloads have.
float ending_of(std::string_view path) {
  static constexpr std::string_view kEndings[] = {"html", "htm", "php", "asp", "aspx", "jsp", "pdf"};
  const std::string_view last = path.substr(path.rfind('/') + 1);
  const size_t dot = last.rfind('.');
  if (dot == last.npos) return 0;
  const auto* const found = std::find(std::begin(kEndings), std::end(kEndings), last.substr(dot + 1));
  return static_cast<float>(found - std::begin(kEndings) + 1);
}

void path(const UrlParts& parts, Row* row) {
  looks(parts.path, row);
  row->add(count(parts.path, '/'));
  row->add(parts.path.ends_with('/'));
  row->add(count(parts.path, '_'));
  row->add(count(parts.path, '.'));
  const float ending = ending_of(parts.path);
  row->add(ending);
  row->add(ending == 3.0F);
  const auto& written = parts.path_as_written;
  row->add(static_cast<size_t>(std::count_if(written.begin(), written.end(), ascii::is_upper)));
  row->add(parts.query.size());
  row->add(count(parts.query, '='));
  row->add(count(parts.path, '@') != 0);
  row->add(count(parts.query, '@') != 0);
}

}  // namespace

float total(const LinearSums& sums) {
  float all = 0;
  for (const float sum : sums) all += sum;
  return all;
}

void set_sums(const LinearSums& sums, Measures* measures) {
  std::copy(sums.begin(), sums.end(), measures->begin() + kOwnMeasures);
  measures->back() = total(sums);
}

Measures measure_url(const UrlParts& parts, const UrlKnowledge& known, float top_level,
                     const LinearSums& sums) {
  Row row;
  place(parts, known, top_level, &row);
  looks(parts.label(), &row);
  row.add(parts.label().starts_with("xn--"));
  row.add(count(parts.label(), '-') != 0 && known.host_kind != HostKind::kOwn);
  row.add(look_at(parts.label()).letters == 0);
  looks(parts.subdomain(), &row);
  row.add(count(parts.subdomain(), '.'));
  words(known.host_words, &row);
  host_brands(parts, known, &row);
  path(parts, &row);
  words(known.path_words, &row);
  const bool none = known.path_brands.empty();
  row.add(known.path_brands.size());
  row.add(none ? -1.0F : static_cast<float>(known.path_brands.front().brand->kind));
  row.add(!none && known.path_brands.front().is_exact);
  row.add(!none && known.path_brands.front().is_word);
  CHECK(row.used == kOwnMeasures);
  set_sums(sums, &row.values);
  return row.values;
}

Topic topic_of_measure(size_t index) {
  for (const End& end : kEnds) {
    if (index < end.end) return end.topic;
  }
  return Topic::kSums;
}

}  // namespace linkgate::verdict
