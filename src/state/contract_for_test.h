#pragma once
// What the tests of the contract share: each runs on SQLite and on a PostgreSQL of its own. A half whose
// engine is missing is skipped, loudly.

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>

#include "state/postgres_server_for_test.h"
#include "state/stores.h"

namespace linkgate::state {

inline constexpr Time kNoon{Ticks(17'000'000'000'000'000)};

class ContractTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (GetParam() == "sqlite") {
      char folder[] = "/tmp/linkgate-state-XXXXXX";
      ASSERT_NE(::mkdtemp(folder), nullptr);
      folder_ = folder;
      options_.location = "sqlite:" + folder_;
    } else {
      if (server() == nullptr) {
        GTEST_SKIP() << "the PostgreSQL half of the contract did NOT run: " << why_not_;
      }
      options_.location = server()->location(server()->fresh_database());
    }
    options_.clock = &clock_;
  }

  void TearDown() override {
    std::error_code error;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, error);
  }

  StateOptions read_only() const {
    StateOptions options = options_;
    options.read_only = true;
    return options;
  }

  template <typename Store>
  static std::unique_ptr<Store> opened(Result<std::unique_ptr<Store>> store) {
    EXPECT_TRUE(store.has_value()) << store.error().message();
    return store ? std::move(*store) : nullptr;
  }
  std::unique_ptr<PolicyStore> policies() { return opened(open_policy_store(options_)); }
  std::unique_ptr<IntelStore> intel() { return opened(open_intel_store(options_)); }
  std::unique_ptr<KeyStore> keys() { return opened(open_key_store(options_)); }
  std::unique_ptr<DeliveryStore> delivery() { return opened(open_delivery_store(options_)); }

  std::unique_ptr<TokenStore> tokens() { return opened(open_token_store(options_)); }

  // One for the whole program, started when it is first needed and stopped when the program ends.
  static PostgresServer* server() {
    static const std::unique_ptr<PostgresServer> server = PostgresServer::start(&why_not_);
    return server.get();
  }
  static inline std::string why_not_;
  std::string folder_;
  FakeClock clock_{kNoon};
  StateOptions options_;
};

template <typename T>
inline void expect_ok(const Result<T>& result) {
  EXPECT_TRUE(result.has_value()) << result.error().message();
}
template <typename T>
inline ErrorCode error_of(const Result<T>& result) {
  EXPECT_FALSE(result.has_value()) << "this was to be refused";
  return result ? ErrorCode::kInternal : result.error().code();
}

}  // namespace linkgate::state
