#include "store/exception.h"

#include <gtest/gtest.h>

#include "store/client.h"

namespace linkgate::store {
namespace {

TEST(StoreError, SaysWhatAMissingFunctionProgramMeans) {
  const Error missing = store_error(
      404, 46,
      "Code: 46. DB::Exception: Function with name `linkgate_call` does not exist. In scope SELECT ...");
  EXPECT_EQ(missing.code(), ErrorCode::kUnavailable);
  EXPECT_NE(missing.message().find("linkgate-functions is not installed there"), std::string::npos);
  EXPECT_EQ(missing.message().find("SELECT"), std::string::npos);
  EXPECT_EQ(store_error(404, 46, "Function with name `other` does not exist").code(),
            ErrorCode::kInvalidArgument);
}

TEST(StoreError, SaysWhyTheFunctionProgramEnded) {
  const Error slow = store_error(500, 754,
                                 "User defined function 'linkgate_call' failed. Stderr: linkgate-functions: "
                                 "a call takes too long\n. More");
  EXPECT_EQ(slow.code(), ErrorCode::kLimit);
  EXPECT_TRUE(slow.message().ends_with("linkgate-functions: a call takes too long")) << slow.message();
  const Error killed = store_error(500, 754, "User defined function 'linkgate_call' failed. Signal 9");
  EXPECT_TRUE(killed.message().ends_with("too long or too much memory")) << killed.message();
}

TEST(StoreError, TellsMemoryFromTheSizeOfAnAnswer) {
  const Error memory =
      store_error(500, 241,
                  "Code: 241. DB::Exception: Query memory limit exceeded: would use 97.04 MiB "
                  "(attempt to allocate chunk of 64.50 MiB), maximum: 95.37 MiB: While executing "
                  "AggregatingTransform. (MEMORY_LIMIT_EXCEEDED)");
  EXPECT_EQ(memory.code(), ErrorCode::kLimit);
  EXPECT_TRUE(is_out_of_memory(memory));
  EXPECT_TRUE(memory.message().ends_with("maximum: 95.37 MiB")) << memory.message();
  const Error large = store_error(500, 396, "Code: 396. DB::Exception: Limit for result exceeded");
  EXPECT_EQ(large.code(), ErrorCode::kLimit);
  EXPECT_TRUE(is_answer_too_large(large));
  EXPECT_FALSE(is_out_of_memory(large));
  EXPECT_FALSE(is_answer_too_large(memory));
}

TEST(StoreError, OfALimitThatAQuerySetsItselfIsItsSentence) {
  const Error limit = store_error(
      500, 395,
      "Code: 395. DB::Exception: scan goes through 5 rows: while executing 'FUNCTION throwIf(...)'.");
  EXPECT_EQ(limit.code(), ErrorCode::kLimit);
  EXPECT_EQ(limit.message(), "scan goes through 5 rows");
}

}  // namespace
}  // namespace linkgate::store
