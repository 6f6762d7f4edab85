// UrlModel::explain: what moved the sum, in words. Every feature is put down to one candidate sentence; a
// candidate's effect is the sum of its features' weights and of what the trees lose without these and its
// measures.
#include <algorithm>
#include <functional>
#include <optional>

#include "base/ascii.h"
#include "verdict/feature_sink.h"
#include "verdict/url_model.h"

namespace linkgate::verdict {

namespace {

constexpr size_t kMaxShown = 60;       // of a URL's text in a sentence
constexpr size_t kMaxWords = 12;       // of host and path each that get a sentence of their own
constexpr float kLeastEffect = 0.25F;  // less is not worth a sentence

// As people can read it in a log: what is not printable ASCII is a question mark.
std::string shown(std::string_view text) {
  std::string out = "\"";
  for (const char c : text.substr(0, kMaxShown)) out.push_back(c >= ' ' && c <= '~' && c != '"' ? c : '?');
  return out + (text.size() > kMaxShown ? "...\"" : "\"");
}

bool is_one_of(Fact fact, std::initializer_list<Fact> facts) {
  return std::find(facts.begin(), facts.end(), fact) != facts.end();
}

}  // namespace

class UrlExplanation {
 public:
  UrlExplanation(const UrlModel& model, const url::Url& url)
      : model_(model), parts_(cut_url(url)), known_(know_url(parts_)) {
    extract_features(parts_, known_, model.parts_.unused, &features_);
    taken_.resize(features_.size());
    sums_ = model.sums(features_);
    measures_ = measure_url(parts_, known_, model.top_level(parts_), sums_);
    trees_ = model.trees(measures_);
  }

  std::vector<UrlReason> run(size_t most) {
    about_host_brands();
    about_words(PartText::kHost, std::string_view(parts_.host).substr(0, parts_.label_end), Fact::kHostWords,
                Topic::kHostWords, "the host name says ");
    about_path_brands();
    about_words(PartText::kPath, parts_.path, Fact::kPathWords, Topic::kPathWords, "the path asks for ");
    about_place();
    about_host_text();
    about_path_text();
    std::erase_if(reasons_, [](const UrlReason& reason) { return reason.effect < kLeastEffect; });
    std::stable_sort(reasons_.begin(), reasons_.end(),
                     [](const UrlReason& a, const UrlReason& b) { return a.effect > b.effect; });
    if (reasons_.size() > most) reasons_.resize(most);
    return std::move(reasons_);
  }

 private:
  // The sums of the features that fit and that no sentence has yet.
  LinearSums take(const std::function<bool(const UrlFeature&)>& fits) {
    LinearSums taken{};
    for (size_t i = 0; i < features_.size(); ++i) {
      if (taken_[i] || !fits(features_[i])) continue;
      taken_[i] = true;
      taken[static_cast<size_t>(features_[i].speaker)] += model_.weight(features_[i].hash);
    }
    return taken;
  }
  static bool touches(const UrlFeature& feature, PartText text, size_t begin, size_t length) {
    return feature.text == text && feature.begin < begin + length &&
           begin < size_t{feature.begin} + feature.length;
  }
  // What is lost without the features that were taken, and where a topic is given, when nothing is known
  // about it: its measures are those of a URL without any.
  float effect_of(const LinearSums& taken, std::optional<Topic> topic = std::nullopt) const {
    Measures changed = measures_;
    if (topic) {
      UrlKnowledge nothing;
      nothing.host_kind = known_.host_kind;
      const Measures empty = measure_url(parts_, nothing, 0, {});
      for (size_t i = 0; i < kOwnMeasures; ++i) {
        if (topic_of_measure(i) == *topic) changed[i] = empty[i];
      }
    }
    LinearSums left = sums_;
    for (size_t i = 0; i < kSpeakers; ++i) left[i] -= taken[i];
    set_sums(left, &changed);
    return total(taken) + trees_ - model_.trees(changed);
  }
  void say(std::string sentence, float effect) { reasons_.push_back({std::move(sentence), effect}); }

  std::string owner() const {
    if (known_.host_kind == HostKind::kOwn) return "belongs to " + std::string(parts_.domain());
    return "lives on " + std::string(to_string(known_.host_kind)) + " (" +
           std::string(host_kind_suffix(parts_.host)) + ")";
  }

  void about_host_brands() {
    if (known_.host_brands.empty()) return;
    const Borrowed& found = known_.host_brands.front();
    const auto taken = take([&](const UrlFeature& f) {
      return is_one_of(f.fact, {Fact::kBrandCount, Fact::kBrandName, Fact::kBrandWay}) ||
             std::any_of(known_.host_brands.begin(), known_.host_brands.end(),
                         [&](const Borrowed& b) { return touches(f, PartText::kHost, b.begin, b.length); });
    });
    std::string what =
        "the host name carries " + shown(std::string_view(parts_.host).substr(found.begin, found.length));
    if (!found.is_exact) what += ", which looks like \"" + std::string(found.brand->name) + "\",";
    say(what + " but " + owner(), effect_of(taken, Topic::kHostBrand));
  }

  void about_path_brands() {
    if (known_.path_brands.empty() || known_.is_owned) return;
    const Borrowed& found = known_.path_brands.front();
    const auto taken = take([&](const UrlFeature& f) {
      return is_one_of(f.fact, {Fact::kPathBrandWay, Fact::kPathBrandName}) ||
             touches(f, PartText::kPath, found.begin, found.length);
    });
    say("the path carries " + shown(std::string_view(parts_.path).substr(found.begin, found.length)) +
            " but the host " + owner(),
        effect_of(taken, Topic::kPathBrand));
  }

  // Words that ask for something, a sentence each; what is known of all of them goes to the first.
  void about_words(PartText text, std::string_view where, Fact fact, Topic topic,
                   std::string_view beginning) {
    const LinearSums shared = take([&](const UrlFeature& f) { return f.fact == fact; });
    size_t said = 0;
    for (size_t begin = 0; begin < where.size() && said < kMaxWords;) {
      size_t end = begin;
      while (end < where.size() && ascii::is_alnum(where[end])) ++end;
      const std::string_view word = where.substr(begin, end - begin);
      if (!word.empty() && word_kinds_in(word) != 0) {
        LinearSums taken = take([&](const UrlFeature& f) { return touches(f, text, begin, word.size()); });
        const bool is_first = said++ == 0;
        for (size_t i = 0; is_first && i < kSpeakers; ++i) taken[i] += shared[i];
        const float effect = is_first ? effect_of(taken, topic) : effect_of(taken);
        say(std::string(beginning) + shown(word), effect);
      }
      begin = end + 1;
    }
  }

  void about_place() {
    const float effect = effect_of(take([](const UrlFeature& f) {
      return is_one_of(f.fact, {Fact::kSuffix, Fact::kFreeSuffix, Fact::kTopLevel, Fact::kHostKind,
                                Fact::kBare, Fact::kAddress, Fact::kPort, Fact::kFreeLabelWord});
    }));
    if (parts_.is_address) return say("the host is a bare address, " + parts_.host, effect);
    if (known_.host_kind != HostKind::kOwn)
      return say("anybody can have such a host: it is " + std::string(to_string(known_.host_kind)) + " (" +
                     std::string(host_kind_suffix(parts_.host)) + ")",
                 effect);
    say("much phishing lies under \"." +
            std::string(parts_.suffix().empty() ? parts_.top_level() : parts_.suffix()) + "\"",
        effect);
  }

  void about_host_text() {
    const auto in_front = parts_.subdomain();
    const auto subdomain = take([&](const UrlFeature& f) {
      return is_one_of(f.fact, {Fact::kSubdomainLooks, Fact::kSubdomainWord, Fact::kDepthOfHost}) ||
             (f.text == PartText::kHost && f.begin < parts_.label_begin);
    });
    if (!in_front.empty())
      say(shown(in_front) + " in front of " + std::string(parts_.domain()) +
              " is unlike the host names of honest sites",
          effect_of(subdomain));
    const auto label = take([](const UrlFeature& f) {
      return is_one_of(f.fact, {Fact::kLabelLooks, Fact::kLabelShape, Fact::kLabelLength, Fact::kPunycode}) ||
             f.text == PartText::kHost;
    });
    say("the name " + shown(parts_.label()) + " is unlike those of honest sites", effect_of(label));
  }

  void about_path_text() {
    const auto query =
        take([](const UrlFeature& f) { return f.text == PartText::kQuery || f.fact == Fact::kQueryShape; });
    if (!parts_.query.empty())
      say("the query " + shown(parts_.query) + " is like those of phishing", effect_of(query));
    const auto foreign = take([](const UrlFeature& f) { return f.fact == Fact::kForeignMark; });
    say("a mail address or a second URL stands behind the host", effect_of(foreign));
    const auto path = take([](const UrlFeature& f) {
      return f.text == PartText::kPath ||
             is_one_of(f.fact, {Fact::kPathShape, Fact::kPathLooks, Fact::kPathEnding, Fact::kPathText});
    });
    if (parts_.path.size() > 1)
      say("the path " + shown(parts_.path) + " is like those of phishing", effect_of(path));
  }

  const UrlModel& model_;
  const UrlParts parts_;
  const UrlKnowledge known_;
  std::vector<UrlFeature> features_;
  std::vector<bool> taken_;
  LinearSums sums_{};
  Measures measures_{};
  float trees_ = 0;
  std::vector<UrlReason> reasons_;
};

std::vector<UrlReason> UrlModel::explain(const url::Url& url, size_t most) const {
  return UrlExplanation(*this, url).run(most);
}

}  // namespace linkgate::verdict
