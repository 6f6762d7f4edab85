// Pages that were captured elsewhere, judged as they were fetched. They are no part of the project:
// LINKGATE_DATA names their folder, or they lie as ../shared/data beside the checkout.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "scan/markup.h"
#include "verdict/page_model.h"

namespace linkgate::scan {
namespace {

using verdict::Disposition;

std::optional<std::string> captured(const std::string& file) {
  const char* named = std::getenv("LINKGATE_DATA");
  const std::filesystem::path root =
      named != nullptr ? named : std::filesystem::path(LINKGATE_SOURCE_DIR) / "../shared/data";
  std::ifstream in(root / "pages" / file, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

struct Captured {
  const char *name, *file, *url;
  Disposition disposition;
};
class CapturedPages : public testing::TestWithParam<Captured> {};

TEST_P(CapturedPages, AreJudgedAsTheyDeserve) {
  const auto html = captured(GetParam().file);
  if (!html) GTEST_SKIP() << GetParam().file << " is not there: set LINKGATE_DATA to the data set";
  verdict::Page page;
  page.chain.push_back({GetParam().url, verdict::HopKind::kStart, 200});
  page.status = 200;
  page.media_type = "text/html";
  page.html = *html;
  read_markup(*html, *url::Url::parse(GetParam().url), &page);
  const auto judgement = judge_page(page, verdict::BrandLooks::shipped(), {});
  EXPECT_EQ(judgement.disposition, GetParam().disposition)
      << (judgement.evidence.empty() ? "" : judgement.evidence[0].sentence);
}

constexpr char kPayPal[] = "phishintention/datasets/test_sites/www.paypal.com/html.txt";
constexpr char kGoogle[] = "phishintention/datasets/test_sites/accounts.g.cdcde.com/html.txt";

INSTANTIATE_TEST_SUITE_P(
    All, CapturedPages,
    testing::Values(Captured{"PayPalsHomePage", kPayPal, "https://www.paypal.com/hk/home",
                             Disposition::kUnknown},
                    Captured{"GooglesSignInElsewhere", kGoogle, "https://accounts.g.cdcde.com/ServiceLogin",
                             Disposition::kPhishing},
                    Captured{"GooglesSignInAtHome", kGoogle, "https://accounts.google.com/ServiceLogin",
                             Disposition::kUnknown},
                    Captured{"AFormWithTurnstile", "turnstile/src/implicit.html", "https://demo.example/",
                             Disposition::kUnknown},
                    Captured{"AnotherFormWithTurnstile", "turnstile/src/explicit.html",
                             "https://demo.example/", Disposition::kUnknown}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace linkgate::scan
