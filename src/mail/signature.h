#pragma once
// Whose signatures keep a part as it is: the certificate authorities of a PEM bundle, for S/MIME (RFC 8551)
// by OpenSSL. A signature by anybody they vouch for counts, whatever address it names; so a bundle should
// hold the authorities of known partners, not those of the web. OpenPGP signatures never verify here: their
// parts count as unverified.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace linkgate::mail {

class SignatureTrust {
 public:
  // Error kInvalidArgument where the text holds no certificate that can be read.
  static Result<SignatureTrust> from_pem(std::string_view pem);
  SignatureTrust(SignatureTrust&&) noexcept;
  SignatureTrust& operator=(SignatureTrust&&) noexcept;
  ~SignatureTrust();

  // A detached signature: `content` is the signed entity as it stands in the message (line ends are made CRLF
  // here), `signature` CMS in DER. Thread-safe; certificates are judged as of now.
  bool verifies(std::string_view content, std::string_view signature) const;
  // An opaque one: the content lies inside.
  bool verifies(std::string_view signature) const;

 private:
  struct Store;
  explicit SignatureTrust(std::unique_ptr<Store> store);
  std::unique_ptr<Store> store_;
};

// The entity inside opaque CMS signed-data in DER, whoever signed it; nullopt where it is anything else
// (encrypted, compressed, broken).
std::optional<std::string> opaque_signed_content(std::string_view cms);

}  // namespace linkgate::mail
