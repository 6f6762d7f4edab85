#pragma once
// Certificates of sites: verified against the trust store, kept as evidence, and no reason to turn back.

#include <openssl/types.h>

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "verdict/page.h"

namespace linkgate::scan {

// The certificate authorities of the system and of `extra` (PEM; may be empty). Loaded once, as reading them
// takes longer than most pages. Thread-safe to use.
class TrustStore {
 public:
  static Result<std::shared_ptr<const TrustStore>> load(const std::string& extra);
  ~TrustStore();
  TrustStore(const TrustStore&) = delete;
  TrustStore& operator=(const TrustStore&) = delete;

  // Makes connections of `context` note the certificate they are shown in *seen, as trusted where the chain
  // leads to this store and it names `host`, and go on whatever it is; and speak with servers as old as TLS
  // 1.0. `host` and `seen` outlive the context's handshakes.
  void watch(SSL_CTX* context, const std::string& host, std::optional<verdict::Certificate>* seen) const;

 private:
  TrustStore() = default;
  X509_STORE* store_ = nullptr;
};

}  // namespace linkgate::scan
