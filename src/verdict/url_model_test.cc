#include "verdict/url_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "verdict/feature_sink.h"
#include "verdict/url_model_file.h"

namespace linkgate::verdict {
namespace {

url::Url parsed(std::string_view text) {
  const auto url = url::Url::parse(text);
  EXPECT_TRUE(url.has_value()) << text;
  return url.value_or(url::Url());
}

// A model that knows some features: each gets `weight` steps of a tenth.
struct Known {
  std::string_view url;
  int8_t weight;
  std::vector<Fact> facts;         // these facts of the URL
  std::string_view piece_of_path;  // and pieces of its path within this text
};
UrlModelParts knowing(const std::vector<Known>& all) {
  UrlModelParts parts;
  parts.group_bits = 12;
  parts.slots.resize(4 << 12);
  parts.step = 0.1F;
  parts.exceeded_by_percent = 0.5F;
  parts.exceeded_by_thousandth = 1;
  parts.exceeded_by_ten_thousandth = 2;
  for (const Known& known : all) {
    const UrlParts cut = cut_url(parsed(known.url));
    std::vector<UrlFeature> features;
    extract_features(cut, know_url(cut), 0, &features);
    const size_t at = cut.path.find(known.piece_of_path);
    for (const UrlFeature& feature : features) {
      const bool is_fact = std::count(known.facts.begin(), known.facts.end(), feature.fact) != 0;
      const bool is_piece = !known.piece_of_path.empty() && feature.text == PartText::kPath &&
                            feature.begin >= at &&
                            feature.begin + feature.length <= at + known.piece_of_path.size();
      if (!is_fact && !is_piece) continue;
      for (size_t slot = 0; slot < 4; ++slot) {
        auto& one = parts.slots[(feature.hash & 0xfff) * 4 + slot];
        if (one.weight != 0 && one.tag != feature.hash >> 24) continue;
        one = {static_cast<uint8_t>(feature.hash >> 24), known.weight};
        break;
      }
    }
  }
  return parts;
}

const UrlModel& lures() {
  static const UrlModel model(knowing({
      {"http://paypal-x.weebly.com/", 10, {Fact::kBrandWay}, ""},
      {"http://x.example/verify", 10, {}, "verify"},
      {"http://pages.weebly.com/", 5, {Fact::kHostKind}, ""},
  }));
  return model;
}

TEST(UrlModelTest, SpellingsOfOneDestinationHaveOneScore) {
  const UrlModel& model = lures();
  const float sum = model.score(parsed("http://paypal-x.weebly.com/verify")).sum;
  EXPECT_GT(sum, 2);
  for (const auto* const spelling :
       {"https://paypal-x.weebly.com/verify", "http://www.paypal-x.weebly.com/verify",
        "HTTP://PayPal-X.WEEBLY.com/verify", "https://paypal-x.weebly.com./verify",
        "https://paypal-x.weebly.com:443/verify", "http://paypal-x.weebly.com:443/verify",
        "https://user:word@paypal-x.weebly.com/verify", "https://paypal-x.weebly.com/verify#top",
        "https://paypal-x.weebly.com//a/..//%76er%2569fy", "https:\\\\paypal-x.weebly.com\\verify"})
    EXPECT_EQ(model.score(parsed(spelling)).sum, sum) << spelling;
  EXPECT_NE(model.score(parsed("https://paypal-x.weebly.com/else")).sum, sum);
}

TEST(UrlModelTest, SaysInWordsWhatMovedTheSum) {
  struct Case {
    std::string_view url;
    std::string_view sentence;
  };
  for (const Case& one : {
           Case{"https://paypal-help.example.org/",
                "the host name carries \"paypal\" but belongs to example.org"},
           Case{"https://paypal-help.weebly.com/",
                "the host name carries \"paypal\" but lives on a free site builder (weebly.com)"},
           Case{"https://paypa1-secure.example.org/",
                "the host name carries \"paypa1\", which looks like \"paypal\", but belongs to example.org"},
           Case{"https://site.example/a/verify", "the path asks for \"verify\""},
           Case{"https://site.weebly.com/",
                "anybody can have such a host: it is a free site builder (weebly.com)"},
       }) {
    // A model for which the features of this URL alone weigh.
    const UrlModel model(knowing({{one.url, 10, {Fact::kBrandWay, Fact::kHostKind}, "verify"}}));
    std::vector<std::string> said;
    for (const auto& reason : model.explain(parsed(one.url))) said.push_back(reason.sentence);
    EXPECT_NE(std::find(said.begin(), said.end(), one.sentence), said.end())
        << one.url << ": " << (said.empty() ? "nothing" : said[0]);
  }
  EXPECT_TRUE(lures().explain(parsed("https://site.example/")).empty());
}

TEST(UrlModelTest, ABrandOnItsOwnDomainIsNotBorrowed) {
  for (const auto* const own : {"https://www.paypal.com/signin", "https://login.microsoftonline.com/",
                                "https://amazon.co.jp/", "https://www.citi.com/citibank"}) {
    const UrlKnowledge known = know_url(cut_url(parsed(own)));
    EXPECT_TRUE(known.host_brands.empty()) << own;
  }
  const UrlKnowledge borrowed = know_url(cut_url(parsed("https://paypal.com.signin.example/")));
  ASSERT_EQ(borrowed.host_brands.size(), 1U);
  EXPECT_EQ(borrowed.host_brands[0].brand->name, "paypal");
}

TEST(UrlModelTest, FindsNamesThatAreSpeltNearlyRight) {
  struct Case {
    std::string_view text, name;
    bool is_exact;
  };
  for (const Case& one : {Case{"metamask-login", "metamask", true}, Case{"metamaskweb", "metamask", true},
                          Case{"metamaask", "metamask", false}, Case{"mteamask", "metamask", false},
                          Case{"micr0soft", "microsoft", false}, Case{"coinbasee", "coinbase", true},
                          Case{"conbase", "coinbase", false}, Case{"dhl-parcel", "dhl", true}}) {
    const auto found = find_brands(one.text);
    ASSERT_EQ(found.size(), 1U) << one.text;
    EXPECT_EQ(found[0].brand->name, one.name) << one.text;
    EXPECT_EQ(found[0].is_exact, one.is_exact) << one.text;
  }
  for (const auto* const other : {"startups", "cranberry", "weather-report", "a", "-", ""})
    EXPECT_TRUE(find_brands(other).empty()) << other;
}

TEST(UrlModelTest, TheFileIsReadAsItWasWritten) {
  UrlModelParts parts = lures().parts();
  parts.depth = 1;
  parts.nodes = {{3, 0.5F}, {-1, 1.25F}, {-1, -2}};
  parts.top_levels = {{top_level_hash("a"), 1}, {top_level_hash("a") + 1, 2}};
  parts.card = "seed: 7\n";
  const std::string bytes = print_model(parts);
  const auto again = UrlModel::parse(bytes);
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(print_model(again->parts()), bytes);
  EXPECT_EQ(again->card(), "seed: 7\n");
  const UrlModel before(parts);
  EXPECT_EQ(again->score(parsed("http://paypal.weebly.com/verify")).sum,
            before.score(parsed("http://paypal.weebly.com/verify")).sum);
}

TEST(UrlModelTest, RefusesWhatIsNoModel) {
  const std::string good = print_model(lures().parts());
  for (size_t length : {size_t{0}, size_t{7}, size_t{8}, size_t{40}, good.size() - 1})
    EXPECT_FALSE(UrlModel::parse(std::string_view(good).substr(0, length))) << length;
  for (size_t at = 0; at < 120; ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x40);
    EXPECT_FALSE(UrlModel::parse(bad)) << at;
  }
  EXPECT_FALSE(UrlModel::parse(good + "x"));
  // Rightly summed up, and still no model.
  UrlModelParts parts = lures().parts();
  parts.depth = 1;
  parts.nodes = {{static_cast<int16_t>(kMeasures), 0}, {-1, 0}, {-1, 0}};
  EXPECT_FALSE(UrlModel::parse(print_model(parts)));
  parts.nodes = {{1, 0}, {1, 0}, {-1, 0}};  // a child beyond the last level
  EXPECT_FALSE(UrlModel::parse(print_model(parts)));
  parts.nodes.clear();
  parts.step = std::numeric_limits<float>::infinity();
  EXPECT_FALSE(UrlModel::parse(print_model(parts)));
}

TEST(UrlModelTest, AFileOfOtherFeaturesIsRefusedByItsVersion) {
  std::string old = print_model(lures().parts());
  old[8] = 1;
  const auto read = UrlModel::parse(old);
  ASSERT_FALSE(read);
  EXPECT_EQ(
      read.error().message(),
      "the URL model was trained on features of version 1, and this Linkgate has version 2: train it again");
}

TEST(UrlModelTest, TheTreesSeeWhatTheLinearHalfSaysOfEachPart) {
  // Adds 100 where the path says more than 0.5, whatever the host does.
  UrlModelParts parts = lures().parts();
  parts.depth = 1;
  parts.nodes = {
      {static_cast<int16_t>(kOwnMeasures + static_cast<size_t>(Speaker::kPath)), 0.5F}, {-1, 0}, {-1, 100}};
  const UrlModel model(parts);
  EXPECT_GT(model.score(parsed("http://x.example/verify")).sum, 100);
  EXPECT_LT(model.score(parsed("http://paypal-x.weebly.com/")).sum, 100);
  EXPECT_GT(model.score(parsed("http://paypal-x.weebly.com/")).sum, 1);
}

// Hashes of the pieces of host and path as one text.
std::vector<uint32_t> whole_pieces(std::string_view url, FactMask unused) {
  const UrlParts cut = cut_url(parsed(url));
  std::vector<UrlFeature> features;
  extract_features(cut, know_url(cut), unused, &features);
  std::vector<uint32_t> hashes;
  for (const UrlFeature& feature : features) {
    if (feature.speaker == Speaker::kWhole) hashes.push_back(feature.hash);
  }
  std::sort(hashes.begin(), hashes.end());
  return hashes;
}

TEST(UrlModelTest, PiecesAcrossTheBordersAreOfTheWholeOnly) {
  const auto shared = [](std::string_view a, std::string_view b) {
    std::vector<uint32_t> both;
    const auto of_a = whole_pieces(a, 0), of_b = whole_pieces(b, 0);
    std::set_intersection(of_a.begin(), of_a.end(), of_b.begin(), of_b.end(), std::back_inserter(both));
    return both.size();
  };
  // "p/l", "top/l" and the like.
  EXPECT_GT(shared("http://aaaa.top/login", "http://bbbb.top/login"),
            shared("http://aaaa.top/login", "http://bbbb.top/x/login"));
  EXPECT_EQ(shared("http://aaaa.top/login", "http://bbbb.org/sesam"), 0U);
}

TEST(UrlModelTest, WhichFreeHostItIsStaysOutOfThePiecesWhereHostsAreNotLearnt) {
  const FactMask hidden = bit(Fact::kFreeSuffix);
  EXPECT_EQ(whole_pieces("http://shop.weebly.com/login", hidden),
            whole_pieces("http://shop.webflow.io/login", hidden));
  EXPECT_NE(whole_pieces("http://shop.weebly.com/login", 0), whole_pieces("http://shop.webflow.io/login", 0));
  EXPECT_NE(whole_pieces("http://shop.example.com/login", hidden),
            whole_pieces("http://shop.example.org/login", hidden));
}

TEST(UrlModelTest, RarityFollowsTheThresholds) {
  using enum UrlScore::Rarity;
  const auto rarity = [](float bias) {
    UrlModelParts parts = lures().parts();
    parts.bias = bias;
    return UrlModel(parts).score(parsed("http://x.example/")).rarity;
  };
  EXPECT_EQ(rarity(0.4F), kUsual);
  EXPECT_EQ(rarity(0.6F), kOneIn100);
  EXPECT_EQ(rarity(1.1F), kOneIn1000);
  EXPECT_EQ(rarity(2.1F), kOneIn10000);
}

TEST(UrlModelTest, LongUrlsCostNoMoreThanTheirLimits) {
  const std::string host(3000, 'a');
  for (const std::string& text :
       {"http://x.example/" + std::string(1 << 20, '/'), "http://x.example/?" + std::string(1 << 20, '&'),
        "http://" + host + ".example/", "http://x.example/" + std::string(1 << 20, '%')}) {
    std::vector<UrlFeature> features;
    const UrlParts cut = cut_url(parsed(text));
    extract_features(cut, know_url(cut), 0, &features);
    EXPECT_LT(features.size(), kMaxFeatures);
  }
}

}  // namespace
}  // namespace linkgate::verdict
