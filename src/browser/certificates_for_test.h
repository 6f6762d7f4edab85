#pragma once
// Certificates for a test, and who issues them.

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <stdexcept>
#include <string>

namespace linkgate::browser {

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
  // As PEM; an empty path is left out.
  void write(const std::string& certificate_path, const std::string& key_path) const {
    for (const std::string& path : {certificate_path, key_path}) {
      if (path.empty()) continue;
      std::FILE* file = std::fopen(path.c_str(), "w");
      if (file == nullptr) throw std::runtime_error(path);
      if (path == certificate_path) {
        ::PEM_write_X509(file, certificate);
      } else {
        ::PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
      }
      std::fclose(file);
    }
  }
  ~Issued() {
    ::X509_free(certificate);
    ::EVP_PKEY_free(key);
  }
};

inline void extend(X509* certificate, int kind, const char* value) {
  X509_EXTENSION* extension = ::X509V3_EXT_conf_nid(nullptr, nullptr, kind, value);
  ::X509_add_ext(certificate, extension, -1);
  ::X509_EXTENSION_free(extension);
}

// By `issuer`, or by itself. `days` may lie in the past.
inline void issue(Issued& out, const char* name, const Issued* issuer, int days) {
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

}  // namespace linkgate::browser
