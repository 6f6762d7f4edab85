#include "net/tls.h"

#include <sys/stat.h>

#include "base/log.h"

namespace linkgate::net {
namespace {

namespace ssl = boost::asio::ssl;

// Changes whenever one of the files does; renewals rename a new file into place, which the inode tells.
std::string stamp(const TlsFiles& files) {
  std::string out;
  for (const std::string* path : {&files.certificate, &files.private_key}) {
    struct stat status {};
    if (::stat(path->c_str(), &status) != 0) return {};
    out += std::to_string(status.st_ino) + "." + std::to_string(status.st_mtim.tv_sec) + "." +
           std::to_string(status.st_mtim.tv_nsec) + "." + std::to_string(status.st_size) + " ";
  }
  return out;
}

int choose_protocol(SSL*, const unsigned char** out, unsigned char* size, const unsigned char* offered,
                    unsigned int offered_size, void*) {
  static constexpr unsigned char kHttp11[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, size, kHttp11, sizeof(kHttp11) - 1, offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

Result<std::shared_ptr<ssl::context>> make_context(const TlsFiles& files) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  boost::system::error_code error;
  context->set_options(ssl::context::default_workarounds | ssl::context::no_compression, error);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_options(context->native_handle(), SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_alpn_select_cb(context->native_handle(), choose_protocol, nullptr);
  context->use_certificate_chain_file(files.certificate, error);
  if (error) {
    return Error(ErrorCode::kInvalidArgument,
                 "TLS certificate " + files.certificate + ": " + error.message());
  }
  context->use_private_key_file(files.private_key, ssl::context::pem, error);
  if (!error && SSL_CTX_check_private_key(context->native_handle()) != 1) {
    return Error(ErrorCode::kInvalidArgument,
                 "TLS key " + files.private_key + " does not belong to certificate " + files.certificate);
  }
  if (error)
    return Error(ErrorCode::kInvalidArgument, "TLS key " + files.private_key + ": " + error.message());
  return context;
}

}  // namespace

Result<std::unique_ptr<TlsContext>> TlsContext::load(const TlsFiles& files) {
  std::unique_ptr<TlsContext> tls(new TlsContext(files));
  tls->stamp_ = stamp(files);
  TRY_ASSIGN(tls->context_, make_context(files));
  tls->looked_ = std::chrono::steady_clock::now();
  return tls;
}

std::shared_ptr<ssl::context> TlsContext::current(std::chrono::steady_clock::time_point now) {
  if (now - looked_ < kTlsReloadInterval) return context_;
  looked_ = now;
  std::string seen = stamp(files_);
  if (seen.empty() || seen == stamp_) return context_;
  stamp_ = seen;
  auto fresh = make_context(files_);
  if (fresh) {
    context_ = std::move(*fresh);
    log::info("TLS certificate reloaded from {}", files_.certificate);
  } else {
    // Certificate and key are often replaced one after the other: the next look sees the second change.
    log::error("TLS certificate kept as it was: {}", fresh.error().message());
  }
  return context_;
}

}  // namespace linkgate::net
