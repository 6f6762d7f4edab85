#pragma once
// What externaldata of a query reads from other hosts: over https, from the hosts that the configuration
// allows and no others, within limits.

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "base/config.h"
#include "base/result.h"
#include "kql/kql.h"

namespace linkgate::portal {

// Of all that one query reads, unpacked, and of the time that it takes.
inline constexpr size_t kMaxExternalBytes = 16u << 20;
inline constexpr std::chrono::seconds kExternalTime{30};
inline constexpr int kMaxExternalRedirects = 5;

// For one query. Blocking; one call at a time.
class ExternalData {
 public:
  // `hosts`: kql.externaldata_hosts. `egress_socket`: linkgate-egress's door for our own requests, through
  // which all hosts are asked. `cancelled` is asked a few times a second and may be empty.
  ExternalData(const std::vector<std::string>& hosts, std::string egress_socket,
               std::function<bool()> cancelled);

  // What compile_asking() takes; empty where no host is allowed. This object outlives it.
  kql::Fetch fetcher();

  // The body at this address; what ends in .gz is unpacked. A redirect is followed to where a query itself
  // might have gone. No proxy of the environment is asked. linkgate-egress looks names up and says where
  // nobody goes (docs/egress.md), so that whoever has the name in their hands cannot lead us inside.
  // Errors: kPermission (not allowed; says which host), kLimit, kTimeout, kUnavailable, kInvalidArgument (no
  // address; no gzip).
  Result<std::string> fetch(const std::string& url);

 private:
  struct Transfer;
  Result<void> check(const std::string& url) const;
  // Fills `redirect` in where the answer is one; the body then means nothing.
  Result<std::string> get(const std::string& url, std::string& redirect) const;

  std::vector<std::string> origins_;  // allowed: "https://data.example", "http://127.0.0.1:8080"
  const std::string egress_socket_;
  const std::function<bool()> cancelled_;
  const std::chrono::steady_clock::time_point end_;
  size_t room_ = kMaxExternalBytes;
};

}  // namespace linkgate::portal
