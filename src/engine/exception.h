#pragma once
// ClickHouse's exceptions, as its clients read them: a number, a name, a sentence, in one line of text.

#include <string>
#include <string_view>

#include "base/error.h"

namespace linkgate::engine {

// The numbers of ClickHouse's ErrorCodes that linkgate-store raises itself.
enum class ExceptionCode {
  kBadArguments = 36,
  kSyntaxError = 62,
  kUnknownSetting = 115,
  kReadonly = 164,
  kTooManySimultaneousQueries = 202,
  kNotEnoughSpace = 243,
  kQueryWithSameIdIsRunning = 216,
  kQueryWasCancelled = 394,
  kCannotDecompress = 271,
  kAccessDenied = 497,
  kAuthenticationFailed = 516,
  kUnknownException = 1002,
};

// "Code: 164. DB::Exception: <sentence>. (READONLY)". kInternal, like what the engine says itself.
Error exception(ExceptionCode code, std::string_view sentence);
// Our own refusals (kPermission, kInvalidArgument, kLimit) in that form; an engine's text stays as it is.
Error as_exception(Error error);
// The HTTP status that ClickHouse answers for an exception's number.
unsigned http_status(int exception_code);

}  // namespace linkgate::engine
