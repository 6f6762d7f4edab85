#include "browser/certificate_chain.h"

#include <gtest/gtest.h>

#include "base/folder_for_test.h"
#include "browser/certificates_for_test.h"

namespace linkgate::browser {
namespace {

class CertificateTest : public FolderTest {
 protected:
  void SetUp() override {
    issue(ca_, "A CA of the test", nullptr, 30);
    ca_file_ = folder_ + "/ca.pem";
    ca_.write(ca_file_, "");
  }
  Issued ca_;
  std::string ca_file_;
};

TEST_F(CertificateTest, IsTrustedForItsNamesByItsCa) {
  Issued site;
  issue(site, "shop.example", &ca_, 10);
  for (const char* host : {"shop.example", "www.shop.example", "192.0.2.1"})
    EXPECT_TRUE(is_trusted({site.der()}, host, ca_file_)) << host;
  for (const char* host : {"other.example", "a.b.shop.example", "192.0.2.2", ""})
    EXPECT_FALSE(is_trusted({site.der()}, host, ca_file_)) << host;
  EXPECT_FALSE(is_trusted({site.der()}, "shop.example", ""));
  EXPECT_FALSE(is_trusted({site.der()}, "shop.example", folder_ + "/none"));
}

TEST_F(CertificateTest, IsNotTrustedExpiredSelfMadeOrBroken) {
  Issued expired, own;
  issue(expired, "shop.example", &ca_, -1);
  issue(own, "shop.example", nullptr, 10);
  EXPECT_FALSE(is_trusted({expired.der()}, "shop.example", ca_file_));
  EXPECT_FALSE(is_trusted({own.der()}, "shop.example", ca_file_));
  EXPECT_FALSE(is_trusted({}, "shop.example", ca_file_));
  EXPECT_FALSE(is_trusted({"no certificate"}, "shop.example", ca_file_));
}

}  // namespace
}  // namespace linkgate::browser
