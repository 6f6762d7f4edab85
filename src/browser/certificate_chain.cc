#include "browser/certificate_chain.h"

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <memory>

namespace linkgate::browser {
namespace {

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Store = std::unique_ptr<X509_STORE, Freed<X509_STORE_free>>;
using Verification = std::unique_ptr<X509_STORE_CTX, Freed<X509_STORE_CTX_free>>;

Certificate parse(const std::string& der) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  return Certificate(::d2i_X509(nullptr, &bytes, static_cast<long>(der.size())));
}

}  // namespace

bool is_trusted(const std::vector<std::string>& chain, std::string_view host, const std::string& ca_file) {
  if (chain.empty() || host.empty()) return false;  // an empty name would stand for every name
  std::vector<Certificate> certificates;
  for (const std::string& der : chain) {
    if (certificates.size() >= kMaxCertificates) break;
    if (Certificate one = parse(der)) certificates.push_back(std::move(one));
  }
  if (certificates.empty()) return false;
  const Store store(::X509_STORE_new());
  ::X509_STORE_set_default_paths(store.get());
  if (!ca_file.empty() && ::X509_STORE_load_file(store.get(), ca_file.c_str()) != 1) return false;
  STACK_OF(X509)* others = sk_X509_new_null();
  for (size_t at = 1; at < certificates.size(); ++at) sk_X509_push(others, certificates[at].get());
  const Verification verification(::X509_STORE_CTX_new());
  ::X509_STORE_CTX_init(verification.get(), store.get(), certificates[0].get(), others);
  X509_VERIFY_PARAM* rules = ::X509_STORE_CTX_get0_param(verification.get());
  ::X509_VERIFY_PARAM_set_purpose(rules, X509_PURPOSE_SSL_SERVER);
  const std::string name(host);
  const bool is_named = ::X509_VERIFY_PARAM_set1_ip_asc(rules, name.c_str()) == 1 ||
                        ::X509_VERIFY_PARAM_set1_host(rules, name.data(), name.size()) == 1;
  const bool is_good = is_named && ::X509_verify_cert(verification.get()) == 1;
  sk_X509_free(others);
  return is_good;
}

}  // namespace linkgate::browser
