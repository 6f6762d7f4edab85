#include "scan/fetch_trust.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <ctime>

#include "net/peer.h"

namespace linkgate::scan {
namespace {

constexpr int kMaxNames = 200;         // of a certificate, that are kept
constexpr size_t kMaxNameBytes = 256;  // of each

struct Watched {
  const std::string* host;
  std::optional<verdict::Certificate>* seen;
};

std::string text_of(const ASN1_STRING* string) {
  unsigned char* utf8 = nullptr;
  const int size = string != nullptr ? ASN1_STRING_to_UTF8(&utf8, string) : -1;
  if (size < 0) return "";
  std::string text(reinterpret_cast<const char*>(utf8), std::min(static_cast<size_t>(size), kMaxNameBytes));
  OPENSSL_free(utf8);
  return text;
}

std::string entry_of(const X509_NAME* name, int nid) {
  const int at = X509_NAME_get_index_by_NID(name, nid, -1);
  return at < 0 ? "" : text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
}

Time time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return Time(std::chrono::duration_cast<Ticks>(std::chrono::seconds(::timegm(&parts))));
}

std::string address_text(const ASN1_OCTET_STRING* bytes) {
  const unsigned char* data = ASN1_STRING_get0_data(bytes);
  const int size = ASN1_STRING_length(bytes);
  if (size != 4 && size != 16) return "";
  net::IpAddress address;
  if (size == 4) address.bytes[10] = address.bytes[11] = 0xff;
  std::copy_n(data, size, address.bytes.begin() + (16 - size));
  return address.text();
}

std::vector<std::string> names_of(const X509* certificate) {
  std::vector<std::string> names;
  auto* all =
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(all) && i < kMaxNames; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(all, i);
    if (name->type == GEN_DNS) names.push_back(text_of(name->d.dNSName));
    if (name->type == GEN_IPADD) names.push_back(address_text(name->d.iPAddress));
  }
  GENERAL_NAMES_free(all);
  return names;
}

bool names_host(X509* certificate, const std::string& host) {
  if (net::IpAddress::parse(host)) return X509_check_ip_asc(certificate, host.c_str(), 0) == 1;
  return X509_check_host(certificate, host.c_str(), host.size(), 0, nullptr) == 1;
}

verdict::Certificate read_certificate(X509* leaf) {
  verdict::Certificate certificate;
  const X509_NAME* subject = X509_get_subject_name(leaf);
  const X509_NAME* issuer = X509_get_issuer_name(leaf);
  certificate.subject = entry_of(subject, NID_commonName);
  certificate.issuer = entry_of(issuer, NID_commonName);
  if (certificate.issuer.empty()) certificate.issuer = entry_of(issuer, NID_organizationName);
  certificate.names = names_of(leaf);
  certificate.not_before = time_of(X509_get0_notBefore(leaf));
  certificate.not_after = time_of(X509_get0_notAfter(leaf));
  return certificate;
}

// In place of OpenSSL's own verification: the same, but whatever it says the handshake goes on.
int verify_and_note(X509_STORE_CTX* context, void* argument) {
  const auto* watched = static_cast<const Watched*>(argument);
  const bool is_valid = X509_verify_cert(context) == 1;
  X509* leaf = X509_STORE_CTX_get0_cert(context);
  if (leaf != nullptr) {
    *watched->seen = read_certificate(leaf);
    (*watched->seen)->is_trusted = is_valid && names_host(leaf, *watched->host);
  }
  X509_STORE_CTX_set_error(context, X509_V_OK);
  return 1;
}

void free_watched(void*, void* pointer, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<Watched*>(pointer);
}

}  // namespace

Result<std::shared_ptr<const TrustStore>> TrustStore::load(const std::string& extra) {
  std::shared_ptr<TrustStore> trust(new TrustStore);
  trust->store_ = X509_STORE_new();
  if (trust->store_ == nullptr) return Error(ErrorCode::kInternal, "OpenSSL has no memory for a trust store");
  X509_STORE_set_default_paths(trust->store_);
  if (!extra.empty() && X509_STORE_load_file(trust->store_, extra.c_str()) != 1)
    return Error(ErrorCode::kInvalidArgument, extra + ": no certificates in PEM can be read from it");
  return std::shared_ptr<const TrustStore>(std::move(trust));
}

TrustStore::~TrustStore() { X509_STORE_free(store_); }

void TrustStore::watch(SSL_CTX* context, const std::string& host,
                       std::optional<verdict::Certificate>* seen) const {
  static const int kIndex = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_watched);
  auto* watched = new Watched{&host, seen};  // the context's, which frees it
  SSL_CTX_set_ex_data(context, kIndex, watched);
  SSL_CTX_set1_cert_store(context, store_);
  SSL_CTX_set_cert_verify_callback(context, verify_and_note, watched);
  SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
  SSL_CTX_set_options(context, SSL_OP_LEGACY_SERVER_CONNECT);
}

}  // namespace linkgate::scan
