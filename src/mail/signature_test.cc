#include "mail/signature.h"

#include <gtest/gtest.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

#include "base/base64.h"
#include "mail/rewrite_laws.h"
#include "mail/rewriter.h"

namespace linkgate::mail {
namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(CMS_ContentInfo* cms) const { CMS_ContentInfo_free(cms); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

std::string bytes_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<size_t>(size)};
}

// A certificate that vouches for itself, made for one test.
class Signer {
 public:
  Signer() : key_(EVP_EC_gen("P-256")), certificate_(X509_new()) {
    X509_set_version(certificate_.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate_.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate_.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate_.get()), 3600);
    X509_set_pubkey(certificate_.get(), key_.get());
    X509_NAME* name = X509_get_subject_name(certificate_.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("Alice"), -1,
                               -1, 0);
    X509_set_issuer_name(certificate_.get(), name);
    X509_EXTENSION* extension =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints, "critical,CA:TRUE");
    X509_add_ext(certificate_.get(), extension, -1);
    X509_EXTENSION_free(extension);
    X509_sign(certificate_.get(), key_.get(), EVP_sha256());
  }

  std::string pem() const {
    const Owned<BIO> out(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(out.get(), certificate_.get());
    return bytes_of(out.get());
  }

  // DER; `detached` or with the content inside.
  std::string sign(std::string_view content, bool detached) const {
    const Owned<BIO> in(BIO_new_mem_buf(content.data(), static_cast<int>(content.size())));
    const Owned<CMS_ContentInfo> cms(CMS_sign(certificate_.get(), key_.get(), nullptr, in.get(),
                                              CMS_BINARY | (detached ? CMS_DETACHED : 0)));
    const Owned<BIO> out(BIO_new(BIO_s_mem()));
    i2d_CMS_bio(out.get(), cms.get());
    return bytes_of(out.get());
  }

 private:
  Owned<EVP_PKEY> key_;
  Owned<X509> certificate_;
};

constexpr std::string_view kSigned = "Content-Type: text/plain\r\n\r\nsee http://signed.example/\r\n";

std::string detached_message(const Signer& signer, std::string_view extra_part = "") {
  return "From: a@example.org\r\nMIME-Version: 1.0\r\n"
         "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; micalg=sha-256; "
         "boundary=b\r\n\r\n"
         "--b\r\n" +
         std::string(kSigned) +
         "\r\n--b\r\n"
         "Content-Type: application/pkcs7-signature; name=smime.p7s\r\nContent-Transfer-Encoding: "
         "base64\r\n\r\n" +
         base64_encode(signer.sign(kSigned, true)) + "\r\n" + std::string(extra_part) + "--b--\r\n";
}

std::string opaque_message(const Signer& signer, std::string_view content) {
  return "From: a@example.org\r\nSubject: s\r\nMIME-Version: 1.0\r\n"
         "Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\n"
         "Content-Disposition: attachment; filename=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
         base64_encode(signer.sign(content, false)) + "\r\n";
}

std::string without_newline_cr(std::string text) {
  std::erase(text, '\r');
  return text;
}

SignatureTrust trust_of(const Signer& signer) {
  auto trust = SignatureTrust::from_pem(signer.pem());
  EXPECT_TRUE(trust);
  return std::move(*trust);
}

Rendered render(const std::string& bytes, const SignatureTrust* trust, bool rewrite_signed = true) {
  const auto message = Message::parse(bytes, {}, trust);
  EXPECT_TRUE(message);
  RenderOptions options;
  options.rewrite_signed = rewrite_signed;
  auto rendered = message->render(options, laws::seal);
  EXPECT_TRUE(rendered) << rendered.error().message();
  return std::move(*rendered);
}

TEST(Signature, TrustedDetachedPartStaysAsItIs) {
  const Signer signer;
  const SignatureTrust trust = trust_of(signer);
  for (const std::string& bytes : {detached_message(signer), without_newline_cr(detached_message(signer))}) {
    const Rendered rendered = render(bytes, &trust);
    EXPECT_EQ(rendered.bytes, bytes);
    ASSERT_EQ(rendered.outcomes.size(), 1U);
    EXPECT_EQ(rendered.outcomes[0].result, Unwrapped::kSignedPart);
  }
}

TEST(Signature, OthersAreRewrittenUnlessPolicySaysNot) {
  const Signer signer;
  const Signer stranger;
  const SignatureTrust trust = trust_of(stranger);
  const std::string bytes = detached_message(signer);
  EXPECT_EQ(render(bytes, &trust).outcomes[0].result, Unwrapped::kNo);
  EXPECT_EQ(render(bytes, nullptr).outcomes[0].result, Unwrapped::kNo);
  EXPECT_EQ(render(bytes, nullptr, false).outcomes[0].result, Unwrapped::kSignedPart);
  EXPECT_EQ(render(bytes, nullptr, false).bytes, bytes);
}

TEST(Signature, AlteredContentIsNotTrusted) {
  const Signer signer;
  const SignatureTrust trust = trust_of(signer);
  std::string bytes = detached_message(signer);
  bytes.replace(bytes.find("see "), 4, "SEE ");
  EXPECT_EQ(render(bytes, &trust).outcomes[0].result, Unwrapped::kNo);
}

TEST(Signature, CoversTheFirstPartAlone) {
  const Signer signer;
  const SignatureTrust trust = trust_of(signer);
  const Rendered rendered = render(
      detached_message(signer, "--b\r\nContent-Type: text/plain\r\n\r\nhttp://added.example/\r\n"), &trust);
  ASSERT_EQ(rendered.outcomes.size(), 2U);
  EXPECT_EQ(rendered.outcomes[0].result, Unwrapped::kSignedPart);
  EXPECT_EQ(rendered.outcomes[1].result, Unwrapped::kNo);
}

TEST(Signature, OpaquePartIsKeptWhereTrustedAndOpenedWhereNot) {
  const Signer signer;
  const SignatureTrust trust = trust_of(signer);
  const std::string bytes = opaque_message(signer, kSigned);
  EXPECT_EQ(render(bytes, &trust).bytes, bytes);
  EXPECT_EQ(render(bytes, &trust).outcomes.at(0).result, Unwrapped::kSignedPart);
  const Rendered opened = render(bytes, nullptr);
  EXPECT_TRUE(
      opened.bytes.starts_with("From: a@example.org\r\nSubject: s\r\nMIME-Version: 1.0\r\n"
                               "Content-Type: text/plain\r\n\r\nsee https://links.example/"))
      << opened.bytes;
  EXPECT_EQ(opened.bytes.find("pkcs7"), std::string::npos);
  EXPECT_EQ(laws::broken_by(bytes), "");
}

TEST(Signature, OpaquePartWithLinesThatCannotBeSentIsRefused) {
  const Signer signer;
  const std::string content = std::string(kSigned) + std::string(2000, 'x') + "\r\n";
  const std::string bytes = opaque_message(signer, content);
  const auto message = Message::parse(bytes);
  ASSERT_TRUE(message);
  const auto rendered = message->render({}, laws::seal);
  ASSERT_FALSE(rendered);
  EXPECT_FALSE(rendered.error().is_ours()) << "it is the sender's trouble";
}

TEST(Signature, TrustIsReadFromPemOrRefused) {
  EXPECT_FALSE(SignatureTrust::from_pem(""));
  EXPECT_FALSE(SignatureTrust::from_pem("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"));
  EXPECT_TRUE(SignatureTrust::from_pem(Signer().pem() + "\n# comment\n" + Signer().pem()));
}

TEST(Signature, WhatIsNoSignedDataHasNoContent) {
  for (const std::string_view der : {"", "x", "\x30\x00"}) EXPECT_FALSE(opaque_signed_content(der));
  EXPECT_EQ(opaque_signed_content(Signer().sign(kSigned, false)), kSigned);
  EXPECT_FALSE(opaque_signed_content(Signer().sign(kSigned, true))) << "detached";
}

}  // namespace
}  // namespace linkgate::mail
