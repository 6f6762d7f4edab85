#pragma once
// One blocking HTTP exchange after another with the event store (libcurl; keeps its connection).

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace linkgate::store {

struct StoreRequest {
  std::vector<std::pair<std::string, std::string>> parameters;  // of the URL, not yet encoded
  std::string_view body;                                        // empty: of no length
  std::chrono::milliseconds timeout{30'000};
  size_t max_answer_bytes = 64u << 20;
  const std::function<bool()>* cancelled = nullptr;
  // Takes the answer's octets as they come, instead of post()'s result; false ends the exchange. Of refusals
  // that come in time it sees nothing.
  const std::function<bool(std::string_view)>* take = nullptr;
};

class StoreConnection {
 public:
  StoreConnection(std::string url, std::string user, std::string password);
  ~StoreConnection();
  // The body of a 2xx answer to POST path?parameters. Errors as StoreClient's.
  Result<std::string> post(std::string_view path, const StoreRequest& request);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace linkgate::store
