#include "engine/exception.h"

#include <fmt/format.h>

namespace linkgate::engine {
namespace {

std::string_view name_of(ExceptionCode code) {
  switch (code) {
    case ExceptionCode::kBadArguments:
      return "BAD_ARGUMENTS";
    case ExceptionCode::kSyntaxError:
      return "SYNTAX_ERROR";
    case ExceptionCode::kUnknownSetting:
      return "UNKNOWN_SETTING";
    case ExceptionCode::kReadonly:
      return "READONLY";
    case ExceptionCode::kTooManySimultaneousQueries:
      return "TOO_MANY_SIMULTANEOUS_QUERIES";
    case ExceptionCode::kNotEnoughSpace:
      return "NOT_ENOUGH_SPACE";
    case ExceptionCode::kQueryWithSameIdIsRunning:
      return "QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING";
    case ExceptionCode::kQueryWasCancelled:
      return "QUERY_WAS_CANCELLED";
    case ExceptionCode::kCannotDecompress:
      return "CANNOT_DECOMPRESS";
    case ExceptionCode::kAccessDenied:
      return "ACCESS_DENIED";
    case ExceptionCode::kAuthenticationFailed:
      return "AUTHENTICATION_FAILED";
    case ExceptionCode::kUnknownException:
      return "UNKNOWN_EXCEPTION";
  }
  return "UNKNOWN_EXCEPTION";
}

}  // namespace

Error exception(ExceptionCode code, std::string_view sentence) {
  return Error(ErrorCode::kInternal, fmt::format("Code: {}. DB::Exception: {}. ({})", static_cast<int>(code),
                                                 sentence, name_of(code)));
}

Error as_exception(Error error) {
  switch (error.code()) {
    case ErrorCode::kPermission:
      return exception(ExceptionCode::kReadonly, error.message());
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kLimit:
      return exception(ExceptionCode::kSyntaxError, error.message());
    case ErrorCode::kInternal:
      return error;
    default:
      return exception(ExceptionCode::kUnknownException, error.message());
  }
}

unsigned http_status(int code) {
  switch (code) {
    case static_cast<int>(ExceptionCode::kAuthenticationFailed):
    case static_cast<int>(ExceptionCode::kAccessDenied):
      return 403;
    case 46:   // UNKNOWN_FUNCTION
    case 47:   // UNKNOWN_IDENTIFIER
    case 60:   // UNKNOWN_TABLE
    case 81:   // UNKNOWN_DATABASE
    case 115:  // UNKNOWN_SETTING
      return 404;
    case 26:   // CANNOT_PARSE_QUOTED_STRING
    case 27:   // CANNOT_PARSE_INPUT_ASSERTION_FAILED
    case 36:   // BAD_ARGUMENTS
    case 38:   // CANNOT_PARSE_DATE
    case 41:   // CANNOT_PARSE_DATETIME
    case 43:   // ILLEGAL_TYPE_OF_ARGUMENT
    case 53:   // TYPE_MISMATCH
    case 62:   // SYNTAX_ERROR
    case 72:   // CANNOT_PARSE_NUMBER
    case 73:   // UNKNOWN_FORMAT
    case 117:  // INCORRECT_DATA
    case 164:  // READONLY
    case 271:  // CANNOT_DECOMPRESS
    case 456:  // UNKNOWN_QUERY_PARAMETER
      return 400;
    case 202:  // TOO_MANY_SIMULTANEOUS_QUERIES
      return 503;
    default:
      return 500;
  }
}

}  // namespace linkgate::engine
