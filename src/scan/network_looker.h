#pragma once
// Looking at pages for real: by fetches through the egress proxy, and by browsers behind it.

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/config.h"
#include "base/result.h"
#include "browser/pool.h"
#include "scan/fetch.h"
#include "scan/looker.h"

namespace linkgate::scan {

class NetworkLooker final : public Looker {
 public:
  // Returns at once: the browsers start behind the caller's back, and until then no_browser() says so.
  // kNotFound, kInvalidArgument for a file of certificate authorities that cannot be read.
  static Result<std::unique_ptr<NetworkLooker>> start(const Config& config);
  ~NetworkLooker() override;

  boost::asio::awaitable<verdict::Page> fetch(LookRequest request) override;
  boost::asio::awaitable<verdict::Page> render(LookRequest request) override;
  std::string no_browser() const override;
  void stop() override;

 private:
  NetworkLooker() = default;
  std::shared_ptr<browser::Pool> pool() const;

  std::unique_ptr<Fetcher> fetcher_;
  mutable std::mutex mutex_;
  std::shared_ptr<browser::Pool> pool_;  // shared with renderings under way
  std::string why_none_ = "the browser is starting";
  std::thread starter_;
};

}  // namespace linkgate::scan
