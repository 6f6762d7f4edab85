// IMAP answers: cut the same however the octets come, and printing undoes parsing.
#include <algorithm>

#include "base/check.h"
#include "net/imap_response.h"
using namespace linkgate::net;

static std::vector<std::string> cut(std::string_view octets, size_t step) {
  ImapFramer framer(4096);
  std::vector<std::string> out;
  for (size_t at = 0; at < octets.size(); at += step) {
    framer.feed(octets.substr(at, step));
    while (true) {
      const auto next = framer.next();
      if (!next) return out;
      if (!*next) break;
      out.push_back(**next);
    }
  }
  return out;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view octets(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto responses = cut(octets, octets.size() + 1);
  CHECK(cut(octets, 1 + data[0] % 7) == responses);
  for (const std::string& response : responses) {
    const auto parsed = parse_imap_response(response);
    if (!parsed) continue;
    const auto again = parse_imap_response(print_imap_response(*parsed));
    CHECK(again.has_value() && *again == *parsed);
    for (const ImapValue& value : parsed->values) {
      const auto set = parse_imap_set(value.text, 1000);
      if (set && std::is_sorted(set->begin(), set->end(), std::less_equal<>()))
        CHECK(parse_imap_set(print_imap_set(*set), 1000) == set);
    }
  }
  return 0;
}
