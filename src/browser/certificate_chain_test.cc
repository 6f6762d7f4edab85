#include "browser/certificate_chain.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdio>

#include "base/folder_for_test.h"

namespace linkgate::browser {
namespace {

struct Issued {
  X509* certificate = nullptr;
  EVP_PKEY* key = nullptr;

  std::string der() const {
    unsigned char* bytes = nullptr;
    const int size = ::i2d_X509(certificate, &bytes);
    std::string out(reinterpret_cast<char*>(bytes), static_cast<size_t>(size));
    ::OPENSSL_free(bytes);
    return out;
  }
  ~Issued() {
    ::X509_free(certificate);
    ::EVP_PKEY_free(key);
  }
};

void extend(X509* certificate, int kind, const char* value) {
  X509_EXTENSION* extension = ::X509V3_EXT_conf_nid(nullptr, nullptr, kind, value);
  ::X509_add_ext(certificate, extension, -1);
  ::X509_EXTENSION_free(extension);
}

// By `issuer`, or by itself. `days` may lie in the past.
void issue(Issued& out, const char* name, const Issued* issuer, int days) {
  constexpr long kDay = 24 * 60 * 60;
  out.key = ::EVP_EC_gen("P-256");
  out.certificate = ::X509_new();
  X509* certificate = out.certificate;
  ::X509_set_version(certificate, 2);
  ::ASN1_INTEGER_set(::X509_get_serialNumber(certificate), 7);
  ::X509_gmtime_adj(::X509_getm_notBefore(certificate), -30 * kDay);
  ::X509_gmtime_adj(::X509_getm_notAfter(certificate), days * kDay);
  ::X509_set_pubkey(certificate, out.key);
  ::X509_NAME_add_entry_by_txt(::X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  const Issued& by = issuer != nullptr ? *issuer : out;
  ::X509_set_issuer_name(certificate, ::X509_get_subject_name(by.certificate));
  extend(certificate, NID_basic_constraints, issuer == nullptr ? "critical,CA:TRUE" : "CA:FALSE");
  if (issuer != nullptr)
    extend(certificate, NID_subject_alt_name, "DNS:shop.example,DNS:*.shop.example,IP:192.0.2.1");
  ::X509_sign(certificate, by.key, ::EVP_sha256());
}

class CertificateTest : public FolderTest {
 protected:
  void SetUp() override {
    issue(ca_, "A CA of the test", nullptr, 30);
    ca_file_ = folder_ + "/ca.pem";
    std::FILE* file = std::fopen(ca_file_.c_str(), "w");
    ASSERT_NE(file, nullptr);
    ::PEM_write_X509(file, ca_.certificate);
    std::fclose(file);
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
