#include "store/exception.h"

#include <string>

#include "base/ascii.h"
#include "store/client.h"

namespace linkgate::store {
namespace {

constexpr size_t kMaxMessageBytes = 500;

constexpr int kMemory = 241, kRowsOrBytes = 396;
constexpr int kThrown = 395;  // by throwIf(), which has a sentence of ours
constexpr int kUnknownFunction = 46, kFunctionFailed = 754;
constexpr std::string_view kNativeFunction = "linkgate_call";
constexpr std::string_view kUnsaid = "it ended, as it does where calls take too long or too much memory";

// Numbers of ClickHouse's src/Common/ErrorCodes.cpp. What is not here may pass if tried again, as far as
// anyone knows.
ErrorCode meaning(int exception_code) {
  switch (exception_code) {
    case 6:    // CANNOT_PARSE_TEXT
    case 16:   // NO_SUCH_COLUMN_IN_TABLE
    case 20:   // NUMBER_OF_COLUMNS_DOESNT_MATCH
    case 25:   // CANNOT_PARSE_ESCAPE_SEQUENCE
    case 26:   // CANNOT_PARSE_QUOTED_STRING
    case 27:   // CANNOT_PARSE_INPUT_ASSERTION_FAILED
    case 36:   // BAD_ARGUMENTS
    case 38:   // CANNOT_PARSE_DATE
    case 41:   // CANNOT_PARSE_DATETIME
    case 43:   // ILLEGAL_TYPE_OF_ARGUMENT
    case 46:   // UNKNOWN_FUNCTION
    case 47:   // UNKNOWN_IDENTIFIER
    case 53:   // TYPE_MISMATCH
    case 62:   // SYNTAX_ERROR
    case 69:   // ARGUMENT_OUT_OF_BOUND
    case 70:   // CANNOT_CONVERT_TYPE
    case 72:   // CANNOT_PARSE_NUMBER
    case 117:  // INCORRECT_DATA
    case 131:  // TOO_LARGE_STRING_SIZE
    case 349:  // CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
    case 386:  // NO_COMMON_TYPE
    case 407:  // DECIMAL_OVERFLOW
    case 427:  // CANNOT_COMPILE_REGEXP
    case 675:  // CANNOT_PARSE_IPV4
      return ErrorCode::kInvalidArgument;
    case 60:  // UNKNOWN_TABLE
    case 81:  // UNKNOWN_DATABASE
      return ErrorCode::kNotFound;
    case 164:  // READONLY
    case 192:  // UNKNOWN_USER
    case 194:  // REQUIRED_PASSWORD
    case 497:  // ACCESS_DENIED
    case 516:  // AUTHENTICATION_FAILED
      return ErrorCode::kPermission;
    case 158:  // TOO_MANY_ROWS
    case 161:  // TOO_MANY_COLUMNS
    case 167:  // TOO_DEEP_AST
    case 168:  // TOO_BIG_AST
    case 191:  // SET_SIZE_LIMIT_EXCEEDED
    case 241:  // MEMORY_LIMIT_EXCEEDED
    case 307:  // TOO_MANY_BYTES
    case 396:  // TOO_MANY_ROWS_OR_BYTES
      return ErrorCode::kLimit;
    case 159:  // TIMEOUT_EXCEEDED
    case 160:  // TOO_SLOW
      return ErrorCode::kTimeout;
    case 202:  // TOO_MANY_SIMULTANEOUS_QUERIES
    case 210:  // NETWORK_ERROR
    case 242:  // TABLE_IS_READ_ONLY
    case 243:  // NOT_ENOUGH_SPACE
    case 252:  // TOO_MANY_PARTS
    case 394:  // QUERY_WAS_CANCELLED
      return ErrorCode::kUnavailable;
    default:
      return ErrorCode::kInternal;
  }
}

}  // namespace

Error store_error(long http_status, int exception_code, std::string_view body) {
  ErrorCode code = meaning(exception_code);
  if (exception_code == 0) {
    code = http_status == 413   ? ErrorCode::kLimit
           : http_status >= 500 ? ErrorCode::kUnavailable
                                : ErrorCode::kInternal;
  }
  const std::string_view message = ascii::trim(body);
  // Ours to explain: the engine would show the whole query.
  if (exception_code == kUnknownFunction && message.find(kNativeFunction) != message.npos) {
    return Error(
        ErrorCode::kUnavailable,
        "event store: it lacks linkgate_call(), which computes what SQL cannot: linkgate-functions is not "
        "installed there (docs/store.md)");
  }
  if (exception_code == kFunctionFailed && message.find(kNativeFunction) != message.npos) {
    const size_t why = message.find("linkgate-functions: ");
    const std::string_view said = why == message.npos ? kUnsaid : message.substr(why);
    return Error(ErrorCode::kLimit,
                 "event store: linkgate-functions, which computes what SQL cannot, failed in this query: " +
                     std::string(ascii::trim(said.substr(0, said.find('\n')))));
  }
  if (exception_code == kRowsOrBytes) return Error(code, std::string(kAnswerTooLarge));
  if (exception_code == kMemory) {
    const size_t figures = message.find("would use ");
    const std::string_view said = figures == message.npos ? "" : message.substr(figures);
    return Error(code, std::string(kOutOfMemory) + (said.empty() ? "" : ": it ") +
                           std::string(said.substr(0, said.find(": While ")).substr(0, kMaxMessageBytes)));
  }
  if (exception_code == kThrown) {
    constexpr std::string_view kBefore = "DB::Exception: ";
    const size_t prefix = message.find(kBefore);
    const std::string_view said = prefix == message.npos ? message : message.substr(prefix + kBefore.size());
    return Error(ErrorCode::kLimit,
                 std::string(said.substr(0, said.find(": while executing")).substr(0, kMaxMessageBytes)));
  }
  return Error(code, "event store: " + std::string(message.substr(0, kMaxMessageBytes)));
}

bool is_out_of_memory(const Error& error) { return error.message().find(kOutOfMemory) != std::string::npos; }

bool is_answer_too_large(const Error& error) {
  return error.message().find(kAnswerTooLarge) != std::string::npos;
}

}  // namespace linkgate::store
