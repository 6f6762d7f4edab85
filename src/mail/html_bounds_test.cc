// What hostile documents cost: the tokenizer holds no more memory for a longer document, and neither it nor
// the search for links takes more than linear time.
#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <ctime>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "mail/html_links.h"
#include "mail/html_tokenizer.h"

namespace linkgate::mail {
namespace {

struct Adversary {
  std::string_view start;
  std::string_view unit;  // over and over
};

constexpr Adversary kAdversaries[] = {
    {"", "<"},
    {"", "</"},
    {"", "</ "},
    {"", "<a"},
    {"", "<a "},
    {"", "<a>"},
    {"", "<a href=x>"},
    {"", "<a href=\""},
    {"", "<a href='>"},
    {"<a ", "b "},
    {"<a ", "b=c "},
    {"<a ", "b=\"'"},
    {"<a ", "/="},
    {"", "<!"},
    {"", "<?"},
    {"", "<!-"},
    {"", "<!--"},
    {"", "<!-->"},
    {"<!--", "-"},
    {"<!--", "--!"},
    {"<!--", "->"},
    {"", "<!--[if mso]>"},
    {"<!--[if mso]>", "<!--"},
    {"<!--[if mso]>", "<style><a href=x>"},
    {"", "<!--[if mso]><a href=x><![endif]-->"},
    {"", "<![CDATA["},
    {"", "<![CDATA[]]>"},
    {"<svg>", "<![CDATA["},
    {"<svg>", "<![CDATA[]]>"},
    {"", "<svg>"},
    {"", "<math>"},
    {"", "<svg></svg>"},
    {"", "<svg><desc>"},
    {"", "<svg><desc><p></desc></svg>"},
    {"", "<math><mi><svg>"},
    {"<svg><svg><svg><svg><svg><svg><svg><svg>", "</math>"},
    {"<math>", "<annotation-xml encoding=text/html>"},
    {"", "<title>"},
    {"<title>", "</titl"},
    {"<title>", "</title"},
    {"", "<title></title>"},
    {"<style>", "<a href=x>"},
    {"", "<xmp>"},
    {"<xmp>", "<xmp><!--"},
    {"<plaintext>", "<plaintext><"},
    {"", "<script>"},
    {"<script>", "<!--<script>"},
    {"<script>", "<!--</script"},
    {"<script><!--", "<script></script>"},
    {"<svg><script>", "<script><!--"},
    {"<textarea>", "</textarea/"},
    {"", "&"},
    {"", "&#x"},
    {"", "&amp"},
    {"", "&notit"},
    {"<a href=\"", "&CounterClockwiseContourIntegral"},
    {"", "http://"},
    {"", "www."},
    {"", "http://a.example/&amp;"},
    {"", "http://a.example/ "},
    {"", "<td>http://a.example/"},
    {"", "<meta http-equiv=refresh content='1;url="},
    {"", "<meta charset="},
    {"", "<base href="},
    {"", "<v:rect href=x>"},
    {"", "\r\n"},
    {"<svg>", "<title>"},
    {"<svg>", "<style><a href='"},
    {"<select>", "<script>"},
    {"<template>", "<xmp>"},
    {"<frameset>", "<style a=b c=d>"},
    {"<!--[if mso]>", "<title><!-- >"},
    {"", "<svg><style>--></style><![CDATA[]]></svg>"},
};

std::string document(const Adversary& adversary, size_t size) {
  std::string text(adversary.start);
  while (text.size() < size) text += adversary.unit;
  return text;
}

// Bytes in use on the heap; 0 where the allocator does not say (sanitizers bring their own).
size_t heap() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

size_t most_memory_of_tokenizer(std::string_view html, CdataRule rule) {
  const size_t before = heap();
  HtmlTokenizer tokenizer(html, rule);
  HtmlToken token;
  size_t most = 0;
  for (size_t i = 0; tokenizer.next(token); ++i) {
    if (i % 512 == 0) most = std::max(most, heap() - std::min(before, heap()));
  }
  return std::max(most, heap() - std::min(before, heap()));
}

// What one tag of kMaxAttributes takes, while the vector of them grows; and the stack of open svg and math.
constexpr size_t kMostMemory = 3 * kMaxAttributes * sizeof(HtmlAttribute) + 4 * kMaxForeignDepth + 4096;

TEST(HtmlBounds, MemoryOfTheTokenizerDoesNotGrowWithTheDocument) {
  size_t most = 0;
  for (const Adversary& adversary : kAdversaries) {
    for (const CdataRule rule : {CdataRule::kByNamespace, CdataRule::kAlways}) {
      const std::string small = document(adversary, 1 << 17);
      const std::string large = document(adversary, 1 << 20);
      const size_t of_small = most_memory_of_tokenizer(small, rule);
      const size_t of_large = most_memory_of_tokenizer(large, rule);
      EXPECT_LE(of_large, of_small + 1024) << adversary.start << " and many " << adversary.unit;
      EXPECT_LE(of_large, kMostMemory) << adversary.start << " and many " << adversary.unit;
      most = std::max(most, of_large);
    }
  }
  if (most == 0) std::printf("html bounds: this allocator does not say what it holds\n");
  std::printf("html bounds: %zu documents of 1 MiB, at most %zu bytes held (bound %zu)\n",
              std::size(kAdversaries), most, kMostMemory);
}

// Of this thread, so that other programs do not count; the best of a few runs.
double seconds(const std::function<void()>& work) {
  const auto now = [] {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
  };
  double best = std::numeric_limits<double>::max();
  for (int run = 0; run < 3; ++run) {
    const double start = now();
    work();
    best = std::min(best, now() - start);
  }
  return best;
}

// Twice the document may take three times as long, so eight times the document 27 times (linear: 8,
// quadratic: 64); less than a millisecond says nothing.
TEST(HtmlBounds, TimeIsLinearInTheDocument) {
  constexpr size_t kSmall = 1 << 17;
  constexpr double kFactor = 27;
  double worst = 0;
  for (const Adversary& adversary : kAdversaries) {
    const std::string small = document(adversary, kSmall);
    const std::string large = document(adversary, 8 * kSmall);
    const auto tokenize = [](const std::string& html) {
      HtmlTokenizer tokenizer(html);
      for (HtmlToken token; tokenizer.next(token);) {
      }
    };
    const auto find = [](const std::string& html) {
      find_html_links(html, std::numeric_limits<size_t>::max());
    };
    for (const std::function<void(const std::string&)>& work :
         {std::function<void(const std::string&)>(tokenize), std::function<void(const std::string&)>(find)}) {
      const double base = std::max(seconds([&] { work(small); }), 1e-3);
      const double ratio = seconds([&] { work(large); }) / base;
      EXPECT_LT(ratio, kFactor) << adversary.start << " and many " << adversary.unit;
      worst = std::max(worst, ratio);
    }
  }
  std::printf("html bounds: %zu documents, eight times the bytes take at most %.1f times the time\n",
              std::size(kAdversaries), worst);
}

TEST(HtmlBounds, SvgNestedTooDeeplyIsSaid) {
  std::string html;
  for (size_t i = 0; i < kMaxForeignDepth; ++i) html += "<svg>";
  EXPECT_FALSE(find_html_links(html, 1).limit_reached);
  EXPECT_TRUE(find_html_links(html + "<svg>", 1).limit_reached);
}

}  // namespace
}  // namespace linkgate::mail
