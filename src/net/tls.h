#pragma once
// A server's TLS context from PEM files, made anew when the files change, so that a renewed certificate needs
// no restart.

#include <boost/asio/ssl/context.hpp>
#include <chrono>
#include <memory>

#include "base/result.h"
#include "net/http.h"

namespace linkgate::net {

class TlsContext {
 public:
  static Result<std::unique_ptr<TlsContext>> load(const TlsFiles& files);
  // The context for a new connection; connections that live keep theirs. Looks at the files' times at most
  // every kTlsReloadInterval. New files that do not load leave the old certificate in use and are logged
  // once.
  std::shared_ptr<boost::asio::ssl::context> current(std::chrono::steady_clock::time_point now);

 private:
  explicit TlsContext(TlsFiles files) : files_(std::move(files)) {}
  TlsFiles files_;
  std::string stamp_;
  std::shared_ptr<boost::asio::ssl::context> context_;
  std::chrono::steady_clock::time_point looked_{};
};

inline constexpr std::chrono::seconds kTlsReloadInterval{10};

}  // namespace linkgate::net
