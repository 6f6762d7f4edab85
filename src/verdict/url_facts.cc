// The facts of url_features.h.
#include <algorithm>
#include <bit>
#include <string>

#include "base/ascii.h"
#include "verdict/feature_sink.h"
#include "verdict/text_looks.h"

namespace linkgate::verdict {
namespace {

constexpr uint32_t kNames = 1;  // stream of hashes that are values of facts

// Eighths of the letters that are vowels; 9 where there are none.
uint64_t vowel_share(const Looks& looks) { return looks.letters == 0 ? 9 : looks.vowels * 8 / looks.letters; }

bool is_bare(const UrlParts& parts) { return parts.path.size() < 2 && parts.query.empty(); }

// The top-level domain, or for a host that was given away its kind: whether ".app" is bad must not be learnt
// from who hosts there.
uint64_t top_level_of(const UrlParts& parts, const UrlKnowledge& known) {
  if (known.host_kind != HostKind::kOwn) return static_cast<uint64_t>(known.host_kind);
  return feature_hash(kNames, parts.top_level());
}

struct HostFacts {
  const UrlParts& parts;
  const UrlKnowledge& known;
  FeatureSink& sink;
  const uint64_t kind = static_cast<uint64_t>(known.host_kind);
  const bool given = known.host_kind != HostKind::kOwn;
  const uint64_t top = top_level_of(parts, known);

  void place() const {
    const bool bare = is_bare(parts);
    const uint64_t suffix = feature_hash(kNames, parts.suffix());
    const Fact where = given ? Fact::kFreeSuffix : Fact::kSuffix;
    sink.fact(where, 0, suffix);
    sink.fact(where, 1, suffix << 1 | bare);
    sink.fact(Fact::kTopLevel, 0, top);
    sink.fact(Fact::kHostKind, 0, kind);
    sink.fact(Fact::kBare, 0, kind << 1 | bare);
    sink.fact(Fact::kBare, 1, top << 1 | bare);
    if (parts.is_address) sink.fact(Fact::kAddress, 0, 1 + bare);
    if (parts.has_port) sink.fact(Fact::kPort, 0, 1);
  }

  void looks() const {
    const auto label = parts.label(), subdomain = parts.subdomain();
    const Looks l = look_at(label), s = look_at(subdomain);
    const auto labels =
        static_cast<uint64_t>(std::count(subdomain.begin(), subdomain.end(), '.')) + !subdomain.empty();
    sink.fact(Fact::kDepthOfHost, 0, pack(std::min<uint64_t>(labels, 6), kind));
    sink.fact(Fact::kLabelLength, 0, size_bucket(label.size()));
    sink.fact(Fact::kLabelLooks, 0, pack(size_bucket(l.digits), given));
    sink.fact(Fact::kLabelLooks, 1, pack(size_bucket(l.hyphens), given));
    sink.fact(Fact::kLabelLooks, 2, pack(vowel_share(l), size_bucket(l.letters)));
    sink.fact(Fact::kLabelLooks, 3, pack(std::min(l.consonants, 8U), std::min(l.alternations, 6U)));
    sink.fact(Fact::kLabelLooks, 4, top << 16 ^ pack(size_bucket(label.size()), l.digits > 0, l.hyphens > 0));
    sink.fact(Fact::kLabelLooks, 5, top << 16 ^ pack(std::min<uint64_t>(labels, 3), vowel_share(l) / 2));
    sink.fact(Fact::kLabelLooks, 6,
              pack(kind, size_bucket(label.size()), size_bucket(l.digits), size_bucket(l.hyphens)));
    sink.fact(Fact::kLabelLooks, 7, pack(label.size() == l.digits, size_bucket(label.size())));
    const std::string shape = exact_shape(label);
    sink.fact(Fact::kLabelShape, 0, shape);
    sink.fact(Fact::kLabelShape, 1, shape + std::to_string(top));
    sink.fact(Fact::kSubdomainLooks, 0, size_bucket(subdomain.size()));
    sink.fact(Fact::kSubdomainLooks, 1, pack(size_bucket(s.digits), size_bucket(s.hyphens)));
    sink.fact(Fact::kSubdomainLooks, 2, pack(vowel_share(s), std::min(s.consonants, 8U)));
    if (label.starts_with("xn--")) sink.fact(Fact::kPunycode, 0, 1);
    if (subdomain.empty()) return;
    sink.fact(Fact::kSubdomainLooks, 3, exact_shape(subdomain) + std::to_string(kind));
    const uint64_t first = feature_hash(kNames, subdomain.substr(0, subdomain.find_first_of(".-")));
    sink.fact(Fact::kSubdomainWord, 0, top ^ first << 16);
  }

  void words() const {
    if (known.is_owned) sink.fact(Fact::kOwned, 0, 1);
    for (uint64_t i = 0; i < kWordKinds; ++i) {
      if ((known.host_words >> i & 1) == 0) continue;
      sink.fact(Fact::kHostWords, 0, i);
      sink.fact(Fact::kHostWords, 1, pack(i, kind, !known.host_brands.empty()));
    }
    if (known.host_words != 0)
      sink.fact(Fact::kHostWords, 2, pack(static_cast<uint64_t>(std::popcount(known.host_words)), given));
    if (!given) return;
    for (const auto word : ascii::split(parts.label(), '-'))
      sink.fact(Fact::kFreeLabelWord, 0, pack(feature_hash(kNames, word), 0, 0, kind));
  }

  void brands() const {
    if (known.host_brands.empty()) return;
    const auto label = parts.label();
    sink.fact(Fact::kBrandCount, 0, pack(known.host_brands.size(), kind));
    for (const Borrowed& found : known.host_brands) {
      const bool in_subdomain = found.begin < parts.label_begin;
      const auto type = static_cast<uint64_t>(found.brand->kind);
      const bool leads = found.begin == (in_subdomain ? 0 : parts.label_begin);
      sink.fact(Fact::kBrandName, 0, found.brand->name);
      sink.fact(Fact::kBrandWay, 0, pack(found.is_exact, found.is_word, in_subdomain, kind));
      sink.fact(Fact::kBrandWay, 1, pack(type, found.is_exact, kind));
      sink.fact(Fact::kBrandWay, 2, pack(found.is_exact, found.is_word, in_subdomain, is_bare(parts)));
      sink.fact(Fact::kBrandWay, 3, pack(found.is_exact, found.is_word, leads, size_bucket(found.length)));
      if (in_subdomain) continue;
      const size_t rest = label.size() - std::min<size_t>(found.length, label.size());
      sink.fact(Fact::kBrandWay, 4, pack(size_bucket(rest), found.is_exact, given));
    }
  }
};

void add_path_looks(const UrlParts& parts, uint64_t kind, uint64_t depth, FeatureSink* sink) {
  const Looks l = look_at(parts.path);
  sink->fact(Fact::kPathLooks, 0, pack(size_bucket(l.digits), size_bucket(l.hyphens)));
  sink->fact(Fact::kPathLooks, 1, pack(vowel_share(l), std::min(l.consonants, 8U)));
  sink->fact(Fact::kPathLooks, 2, pack(std::min(l.alternations, 12U), kind != 0));
  const auto& written = parts.path_as_written;
  const auto capitals = static_cast<size_t>(std::count_if(written.begin(), written.end(), ascii::is_upper));
  sink->fact(Fact::kPathLooks, 3, pack(size_bucket(capitals), size_bucket(written.size())));
  const std::string_view last = std::string_view(parts.path).substr(parts.path.rfind('/') + 1);
  const size_t dot = last.rfind('.');
  const auto ending = dot == last.npos ? std::string_view("-") : last.substr(dot + 1).substr(0, 8);
  sink->fact(Fact::kPathEnding, 0, ending);
  sink->fact(
      Fact::kPathEnding, 1,
      static_cast<uint64_t>(feature_hash(kNames, ending)) << 16 ^ pack(std::min<uint64_t>(depth, 15), kind));
}

// Kits keep their paths while their hosts change.
void add_path_text(const UrlParts& parts, uint64_t top, FeatureSink* sink) {
  constexpr size_t kMaxKitPath = 60;
  std::string masked = parts.path.substr(0, kMaxKitPath);
  std::transform(masked.begin(), masked.end(), masked.begin(),
                 [](char c) { return ascii::is_digit(c) ? '0' : c; });
  sink->fact(Fact::kPathText, 0, masked);
  sink->fact(Fact::kPathText, 1, masked + std::to_string(top));
  sink->fact(Fact::kPathText, 2,
             run_shape(std::string_view(parts.path_as_written).substr(1)) + std::to_string(top));
}

}  // namespace

Speaker speaker_of(Fact fact) {
  switch (fact) {
    case Fact::kSuffix:
    case Fact::kFreeSuffix:
    case Fact::kTopLevel:
    case Fact::kHostKind:
    case Fact::kBare:
    case Fact::kAddress:
    case Fact::kPort:
      return Speaker::kPlace;
    case Fact::kOwned:
    case Fact::kHostWords:
    case Fact::kBrandCount:
    case Fact::kBrandName:
    case Fact::kBrandWay:
    case Fact::kFreeLabelWord:
      return Speaker::kHostNames;
    default:
      return fact >= Fact::kPathShape ? Speaker::kPathFacts : Speaker::kHostLooks;
  }
}

void add_host_facts(const UrlParts& parts, const UrlKnowledge& known, FeatureSink* sink) {
  const HostFacts facts{parts, known, *sink};
  facts.place();
  facts.looks();
  facts.words();
  facts.brands();
}

void add_path_facts(const UrlParts& parts, const UrlKnowledge& known, FeatureSink* sink) {
  const auto kind = static_cast<uint64_t>(known.host_kind);
  const std::string_view path = parts.path, query = parts.query;
  const bool ends_in_slash = path.ends_with('/');
  const auto depth = static_cast<uint64_t>(std::count(path.begin(), path.end(), '/')) - ends_in_slash;
  sink->fact(Fact::kPathShape, 0, pack(std::min<uint64_t>(depth, 8), ends_in_slash));
  sink->fact(Fact::kPathShape, 1, pack(std::min<uint64_t>(depth, 8), kind));
  sink->fact(Fact::kPathShape, 2, size_bucket(path.size()));
  sink->fact(Fact::kQueryShape, 0, pack(size_bucket(query.size()), kind != 0));
  sink->fact(Fact::kQueryShape, 1,
             std::min<uint64_t>(static_cast<uint64_t>(std::count(query.begin(), query.end(), '=')), 8));
  if (path.find('@') != path.npos || query.find('@') != query.npos) sink->fact(Fact::kForeignMark, 0, 1);
  if (path.find("http") != path.npos || query.find("http") != query.npos)
    sink->fact(Fact::kForeignMark, 0, 2);
  for (uint64_t i = 0; i < kWordKinds; ++i) {
    if ((known.path_words >> i & 1) == 0) continue;
    sink->fact(Fact::kPathWords, 0, i);
    sink->fact(Fact::kPathWords, 1, pack(i, kind, std::min<uint64_t>(depth, 4)));
  }
  for (const Borrowed& found : known.path_brands) {
    sink->fact(Fact::kPathBrandWay, 0, pack(found.is_exact, found.is_word, kind, known.is_owned));
    sink->fact(Fact::kPathBrandWay, 1,
               pack(static_cast<uint64_t>(found.brand->kind), found.is_exact, known.is_owned));
    sink->fact(Fact::kPathBrandName, 0, found.brand->name);
  }
  if (path.size() < 2) return;
  add_path_looks(parts, kind, depth, sink);
  add_path_text(parts, top_level_of(parts, known), sink);
}

}  // namespace linkgate::verdict
