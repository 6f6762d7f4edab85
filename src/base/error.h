#pragma once
// What went wrong, for callers (a code to branch on) and for people (a sentence).

#include <string>
#include <string_view>
#include <utility>

namespace linkgate {

// A handful of codes: a caller branches on these and on nothing else. Which of them is the sender's trouble
// and which is ours decides what happens to a mail or a click, see is_ours().
enum class ErrorCode {
  kInvalidArgument,  // the input is wrong in itself: malformed, unknown key, syntax error
  kNotFound,         // it does not exist
  kPermission,       // it exists and is refused: wrong secret, forged, revoked
  kLimit,            // the input is larger, deeper or more than a named limit
  kUnavailable,      // a peer or resource is not there now; trying again may help
  kTimeout,          // it took longer than its limit
  kIo,               // disk or socket failed
  kCorrupt,          // stored data does not verify
  kInternal,         // a library answered what it should not; a bug of ours aborts instead (see check.h)
};

std::string_view to_string(ErrorCode code);

class [[nodiscard]] Error {
 public:
  Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

  ErrorCode code() const { return code_; }
  // One sentence without a full stop, readable by an administrator: "spool: cannot write segment 17: no space
  // left".
  const std::string& message() const { return message_; }

  // The same error with a phrase of context in front, as each layer adds it.
  Error with_context(std::string_view context) && {
    message_.insert(0, std::string(context) + ": ");
    return std::move(*this);
  }

  // True for trouble of this installation (disk, peer, bug), false for what the sender's input caused. Mail
  // is deferred for the first and handled by UnscannableAction for the second.
  bool is_ours() const { return code_ != ErrorCode::kInvalidArgument && code_ != ErrorCode::kLimit; }

 private:
  ErrorCode code_;
  std::string message_;
};

}  // namespace linkgate
