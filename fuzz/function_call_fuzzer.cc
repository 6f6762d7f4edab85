// Laws of linkgate-functions on any bytes: a call that is read is written as it was read, a part of it is not
// a call yet, and evaluating it answers the same twice.
#include <cstdlib>

#include "functions/function.h"

using namespace linkgate::functions;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Call call;
  size_t taken = 0;
  while (read_call(bytes, call, taken) == Read::kCall) {
    std::string again;
    append_call(again, call);
    Call copy;
    size_t length = 0;
    if (read_call(again, copy, length) != Read::kCall || length != again.size()) abort();
    if (copy.name != call.name || copy.arguments != call.arguments) abort();
    Call part;
    if (read_call(std::string_view(again).substr(0, again.size() - 1), part, length) != Read::kIncomplete)
      abort();
    if (evaluate(call) != evaluate(copy)) abort();
    bytes.remove_prefix(taken);
  }
  return 0;
}
