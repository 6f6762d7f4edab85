// Any bytes as a request to the egress proxy, a site's answer, a name server's. Laws: what is sent on is one
// well-formed head with one Host and nothing for the proxy; a destination reads as itself; no site speaks for
// the proxy.
#include "base/ascii.h"
#include "base/check.h"
#include "egress/dns_message.h"
#include "egress/proxy_request.h"

using namespace linkgate;

static size_t count(std::string_view text, std::string_view what) {
  size_t found = 0;
  for (size_t at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++found;
  return found;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto parsed = egress::parse_proxy_request(bytes.substr(0, egress::head_size(bytes)));
  if (parsed.refusal == egress::Refusal::kNone) {
    CHECK(egress::parse_authority(parsed.request.to.text()) == parsed.request.to);
    const std::string head = ascii::to_lower(parsed.request.head);
    CHECK(parsed.request.is_connect == head.empty());
    CHECK(head.empty() || (head.ends_with("\r\n\r\n") && count(head, "\r\n\r\n") == 1));
    CHECK(head.empty() || (count(head, "\r\nhost: ") == 1 && count(head, "\r\nproxy-") == 0));
    CHECK(count(head, "\n") == count(head, "\r\n"));
  }
  if (const auto answer = egress::parse_response_head(bytes)) {
    const std::string text = ascii::to_lower(answer->text);
    CHECK(text.ends_with("\r\n\r\n") && count(text, "\nproxy-status") == 0);
  }
  const auto question = *egress::dns_question(0, "a.example", egress::DnsType::kA);
  for (const std::string& message : {question + std::string(bytes), std::string(bytes)}) {
    const auto told = egress::read_dns_answer(question, message);
    CHECK(told.addresses.size() <= egress::kMaxDnsAddresses);
    CHECK((told.kind == egress::DnsAnswer::Kind::kFound) == !told.addresses.empty());
  }
  return 0;
}
