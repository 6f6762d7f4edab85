#include "mail/signature.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <limits>

namespace linkgate::mail {
namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_STORE* store) const { X509_STORE_free(store); }
  void operator()(CMS_ContentInfo* cms) const { CMS_ContentInfo_free(cms); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

Owned<BIO> reader(std::string_view bytes) {
  return Owned<BIO>(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

Owned<CMS_ContentInfo> parse_signed_data(std::string_view der) {
  if (der.size() > static_cast<size_t>(std::numeric_limits<int>::max())) return nullptr;
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  Owned<CMS_ContentInfo> cms(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(der.size())));
  ERR_clear_error();
  if (!cms || OBJ_obj2nid(CMS_get0_type(cms.get())) != NID_pkcs7_signed) return nullptr;
  return cms;
}

// RFC 8551, 3.1.1: what is signed has CRLF at every line end.
std::string canonical(std::string_view content) {
  std::string out;
  out.reserve(content.size() + content.size() / 32);
  for (size_t i = 0; i < content.size(); ++i) {
    if (content[i] == '\n' && (i == 0 || content[i - 1] != '\r')) out += '\r';
    out += content[i];
  }
  return out;
}

}  // namespace

struct SignatureTrust::Store {
  Owned<X509_STORE> authorities;

  bool verify(std::string_view der, BIO* content) const {
    const Owned<CMS_ContentInfo> cms = parse_signed_data(der);
    const bool good =
        cms && CMS_verify(cms.get(), nullptr, authorities.get(), content, nullptr, CMS_BINARY) == 1;
    ERR_clear_error();
    return good;
  }
};

SignatureTrust::SignatureTrust(std::unique_ptr<Store> store) : store_(std::move(store)) {}
SignatureTrust::SignatureTrust(SignatureTrust&&) noexcept = default;
SignatureTrust& SignatureTrust::operator=(SignatureTrust&&) noexcept = default;
SignatureTrust::~SignatureTrust() = default;

Result<SignatureTrust> SignatureTrust::from_pem(std::string_view pem) {
  auto store = std::make_unique<Store>();
  store->authorities.reset(X509_STORE_new());
  const Owned<BIO> bio = reader(pem);
  int count = 0;
  while (true) {
    const Owned<X509> certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!certificate) break;
    X509_STORE_add_cert(store->authorities.get(), certificate.get());
    ++count;
  }
  // The end of the text is an error to the reader as well; anything else is a certificate that cannot be
  // read.
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!at_end) return Error(ErrorCode::kInvalidArgument, "signature trust: a certificate cannot be read");
  if (count == 0) return Error(ErrorCode::kInvalidArgument, "signature trust: no certificate in PEM form");
  return SignatureTrust(std::move(store));
}

bool SignatureTrust::verifies(std::string_view content, std::string_view signature) const {
  if (content.size() > static_cast<size_t>(std::numeric_limits<int>::max() / 2)) return false;
  const std::string signed_bytes = canonical(content);
  const Owned<BIO> bio = reader(signed_bytes);
  return store_->verify(signature, bio.get());
}

bool SignatureTrust::verifies(std::string_view signature) const { return store_->verify(signature, nullptr); }

std::optional<std::string> opaque_signed_content(std::string_view der) {
  const Owned<CMS_ContentInfo> cms = parse_signed_data(der);
  if (!cms) return std::nullopt;
  ASN1_OCTET_STRING** content = CMS_get0_content(cms.get());
  if (content == nullptr || *content == nullptr) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(*content)),
                     static_cast<size_t>(ASN1_STRING_length(*content)));
}

}  // namespace linkgate::mail
