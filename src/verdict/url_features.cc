#include "verdict/url_features.h"

#include <algorithm>
#include <string>

#include "base/ascii.h"
#include "verdict/feature_sink.h"
#include "verdict/text_looks.h"

namespace linkgate::verdict {
namespace {

// Pieces of one stream are never taken for pieces of another.
enum Stream : uint32_t {
  kLabelGram = 1,
  kLabelShapeGram,
  kLabelWord,
  kHostGram,
  kSubdomainGram,
  kSubdomainWord,
  kPathGram,
  kPathWord,
  kQueryGram,
  kQueryKey,
  kSegmentShape,  // and the three behind it, by depth
  kWholeGram = kSegmentShape + 4,
  kWholePair
};
constexpr size_t kSegmentDepths = 4;
constexpr size_t kLeastOfWhole = 3, kMostOfWhole = 6;
constexpr size_t kMaxWholePath = 40;  // deeper the path's own pieces say it all

template <typename Do>
void each_word(std::string_view text, Do&& act) {
  for (size_t begin = 0; begin < text.size();) {
    size_t end = begin;
    while (end < text.size() && ascii::is_alnum(text[end])) ++end;
    if (end > begin) act(text.substr(begin, end - begin), begin);
    begin = end + 1;
  }
}

class Pieces {
 public:
  Pieces(const UrlParts& parts, FeatureSink* sink) : parts_(parts), sink_(*sink) {}

  void host() {
    if (parts_.is_address) return;
    const auto label = parts_.label();
    const size_t at = parts_.label_begin;
    speaker_ = Speaker::kLabel;
    grams(kLabelGram, PartText::kHost, label, at, 2, 6);
    shape_.assign(label);
    std::transform(shape_.begin(), shape_.end(), shape_.begin(), letter_shape);
    grams(kLabelShapeGram, PartText::kHost, shape_, at, 4, 7);
    grams(kHostGram, PartText::kHost, label, at, 4, 6);
    words(kLabelWord, PartText::kHost, label, at);
    const auto subdomain = parts_.subdomain();
    if (subdomain.empty()) return;
    speaker_ = Speaker::kSubdomain;
    grams(kSubdomainGram, PartText::kHost, subdomain, 0, 3, 5);
    grams(kHostGram, PartText::kHost, subdomain, 0, 4, 6);
    words(kSubdomainWord, PartText::kHost, subdomain, 0);
  }

  void path() {
    if (parts_.path.size() < 2) return;
    speaker_ = Speaker::kPath;
    grams(kPathGram, PartText::kPath, parts_.path, 0, 3, 6);
    words(kPathWord, PartText::kPath, parts_.path, 0);
    const std::string_view written = parts_.path_as_written;
    size_t depth = 0;
    for (const auto segment : ascii::split(written.substr(1), '/')) {
      if (segment.empty()) continue;
      const auto stream = static_cast<uint32_t>(kSegmentShape + std::min(depth, kSegmentDepths - 1));
      sink_.piece(feature_hash(stream, run_shape(segment)), speaker_, PartText::kPath,
                  static_cast<size_t>(segment.data() - written.data()), segment.size());
      ++depth;
    }
  }

  void query() {
    if (parts_.query.empty()) return;
    speaker_ = Speaker::kQuery;
    grams(kQueryGram, PartText::kQuery, parts_.query, 0, 3, 5);
    size_t at = 0;
    for (const auto pair : ascii::split(parts_.query, '&')) {
      const auto key = pair.substr(0, pair.find('='));
      sink_.piece(feature_hash(kQueryKey, key), speaker_, PartText::kQuery, at, key.size());
      at += pair.size() + 1;
    }
  }

  // The first `host` characters of the host and the path as one text: what stands together across their
  // borders. A piece is put down to the part that most of it lies in.
  void whole(size_t host) {
    buffer_.assign(1, '^').append(parts_.host, 0, host);
    const size_t border = buffer_.size();
    buffer_.append(parts_.path, 0, kMaxWholePath).push_back('$');
    for (size_t i = 0; i < buffer_.size(); ++i) {
      uint32_t h = feature_hash(kWholeGram, {});
      for (size_t n = 1; n <= kMostOfWhole && i + n <= buffer_.size(); ++n) {
        h = feature_step(h, buffer_[i + n - 1]);
        if (n >= kLeastOfWhole) whole_piece(h, i, n, border);
      }
    }
  }

 private:
  void whole_piece(uint32_t hash, size_t begin, size_t length, size_t border) {
    const size_t end = begin + length;
    if (begin >= border || (end > border && end - border > border - begin)) {
      const size_t from = std::max(begin, border);
      sink_.piece(hash, Speaker::kWhole, PartText::kPath, from - border,
                  std::min(end, buffer_.size() - 1) - from);
    } else {
      const size_t from = std::max<size_t>(begin, 1);
      sink_.piece(hash, Speaker::kWhole, PartText::kHost, from - 1, std::min(end, border) - from);
    }
  }
  // Every run of `least` to `most` characters of "^text$". `offset`: where the text begins in its part.
  void grams(uint32_t stream, PartText from, std::string_view text, size_t offset, size_t least,
             size_t most) {
    buffer_.assign(1, '^').append(text).push_back('$');
    for (size_t i = 0; i < buffer_.size(); ++i) {
      uint32_t h = feature_hash(stream, {});
      const size_t begin = i == 0 ? 0 : i - 1;
      for (size_t n = 1; n <= most && i + n <= buffer_.size(); ++n) {
        h = feature_step(h, buffer_[i + n - 1]);
        if (n >= least)
          sink_.piece(h, speaker_, from, offset + begin, std::min(i + n - 1, text.size()) - begin);
      }
    }
  }
  void words(uint32_t stream, PartText from, std::string_view text, size_t offset) {
    each_word(text, [&](std::string_view word, size_t at) {
      sink_.piece(feature_hash(stream, word), speaker_, from, offset + at, word.size());
    });
  }

  const UrlParts& parts_;
  FeatureSink& sink_;
  Speaker speaker_ = Speaker::kLabel;
  std::string buffer_, shape_;
};

}  // namespace

UrlKnowledge know_url(const UrlParts& parts) {
  UrlKnowledge known;
  known.host_kind = host_kind(parts.host);
  if (!parts.is_address) {
    const std::string_view names = std::string_view(parts.host).substr(0, parts.label_end);
    known.host_brands = find_brands(names);
    known.is_owned =
        std::any_of(known.host_brands.begin(), known.host_brands.end(),
                    [&](const Borrowed& found) { return is_own_domain(*found.brand, parts.domain()); });
    if (known.is_owned) known.host_brands.clear();
    known.host_words = word_kinds_in(names);
  }
  known.path_brands = find_brands(parts.path);
  known.path_words = word_kinds_in(parts.path) | word_kinds_in(parts.query);
  return known;
}

void extract_features(const UrlParts& parts, const UrlKnowledge& known, FactMask unused,
                      std::vector<UrlFeature>* features) {
  FeatureSink sink(features, unused);
  Pieces pieces(parts, &sink);
  pieces.host();
  pieces.path();
  pieces.query();
  // What a host that was given away is worth by itself is left to the fact that can be left out.
  const bool hides_suffix = (unused & bit(Fact::kFreeSuffix)) != 0 && known.host_kind != HostKind::kOwn;
  const size_t suffix = hides_suffix ? host_kind_suffix(parts.host).size() : 0;
  pieces.whole(parts.host.size() - suffix);
  add_host_facts(parts, known, &sink);
  add_path_facts(parts, known, &sink);
}

}  // namespace linkgate::verdict
