#include "egress/dns_message.h"

#include <algorithm>
#include <cstring>

#include "base/ascii.h"

namespace linkgate::egress {
namespace {

constexpr size_t kHeaderBytes = 12;
constexpr size_t kMaxName = 253, kMaxLabel = 63;
constexpr int kMaxPointers = 32;  // of one name; more is a loop
constexpr int kMaxAliases = 16;
constexpr int kMaxRecords = 256;
constexpr uint16_t kInternet = 1, kAlias = 5;
constexpr int kNoError = 0, kNameError = 3;

void put16(std::string& out, unsigned value) {
  out += static_cast<char>(value >> 8);
  out += static_cast<char>(value & 0xff);
}

// A walk over a message; once something does not fit, `failed` stays.
struct Reader {
  std::string_view bytes;
  size_t at = 0;
  bool failed = false;

  unsigned u8() {
    if (at >= bytes.size()) failed = true;
    return failed ? 0 : static_cast<uint8_t>(bytes[at++]);
  }
  unsigned u16() {
    const unsigned high = u8();
    return high << 8 | u8();
  }
  uint32_t u32() {
    const uint32_t high = u16();
    return high << 16 | u16();
  }
  // A name in lower case with dots, compressed or not (RFC 1035, 4.1.4).
  std::string name() {
    std::string out;
    size_t behind = 0;  // where the record goes on after the first pointer
    for (int pointers = 0; !failed;) {
      const unsigned length = u8();
      if (length >= 0xc0) {
        const size_t to = (length & 0x3f) << 8 | u8();
        if (behind == 0) behind = at;
        if (++pointers > kMaxPointers) failed = true;
        at = to;
        continue;
      }
      if (length > kMaxLabel || out.size() + length > kMaxName || length > bytes.size() - at) failed = true;
      if (failed || length == 0) break;
      if (!out.empty()) out += '.';
      out += ascii::to_lower(bytes.substr(at, length));
      at += length;
    }
    if (behind != 0) at = behind;
    return out;
  }
};

struct Record {
  std::string owner, alias;
  uint16_t type = 0;
  uint32_t ttl = 0;
  std::string_view data;
};

std::optional<Record> read_record(Reader& in) {
  Record record;
  record.owner = in.name();
  record.type = static_cast<uint16_t>(in.u16());
  const bool is_internet = in.u16() == kInternet;
  record.ttl = in.u32();
  const size_t size = in.u16();
  if (in.failed || size > in.bytes.size() - in.at) return std::nullopt;
  record.data = in.bytes.substr(in.at, size);
  if (record.type == kAlias) record.alias = Reader{in.bytes, in.at}.name();
  if (!is_internet) record.type = 0;
  in.at += size;
  return record;
}

net::IpAddress address_of(std::string_view data) {
  net::IpAddress address;
  if (data.size() == 4) address.bytes[10] = address.bytes[11] = 0xff;
  std::memcpy(address.bytes.data() + 16 - data.size(), data.data(), data.size());
  return address;
}

void collect(const std::vector<Record>& records, std::string name, DnsType type, DnsAnswer* answer) {
  const size_t size = type == DnsType::kA ? 4 : 16;
  uint32_t ttl = UINT32_MAX;
  for (int aliases = 0; aliases <= kMaxAliases; ++aliases) {
    const Record* alias = nullptr;
    for (const Record& record : records) {
      if (record.owner != name) continue;
      if (record.type == kAlias) alias = &record;
      if (record.type != static_cast<uint16_t>(type) || record.data.size() != size) continue;
      ttl = std::min(ttl, record.ttl);
      if (answer->addresses.size() < kMaxDnsAddresses) answer->addresses.push_back(address_of(record.data));
    }
    if (!answer->addresses.empty() || alias == nullptr) break;
    ttl = std::min(ttl, alias->ttl);
    name = alias->alias;
  }
  answer->ttl = std::chrono::seconds(ttl == UINT32_MAX ? 0 : ttl);
  answer->kind = answer->addresses.empty() ? DnsAnswer::Kind::kNotFound : DnsAnswer::Kind::kFound;
}

}  // namespace

std::optional<std::string> dns_question(uint16_t id, std::string_view name, DnsType type) {
  if (name.empty() || name.size() > kMaxName) return std::nullopt;
  std::string out;
  put16(out, id);
  put16(out, 0x0100);  // recursion desired
  put16(out, 1);       // one question
  out.append(6, '\0');
  for (const std::string_view label : ascii::split(name, '.')) {
    if (label.empty() || label.size() > kMaxLabel) return std::nullopt;
    out += static_cast<char>(label.size());
    out += label;
  }
  out += '\0';
  put16(out, static_cast<unsigned>(type));
  put16(out, kInternet);
  return out;
}

DnsAnswer read_dns_answer(std::string_view question, std::string_view message) {
  DnsAnswer answer;
  if (message.size() < kHeaderBytes || question.size() < kHeaderBytes) return answer;
  if (message.substr(0, 2) != question.substr(0, 2)) return answer;
  Reader asked{question, kHeaderBytes}, in{message, 2};
  const unsigned flags = in.u16();
  const unsigned questions = in.u16(), count = in.u16();
  in.at = kHeaderBytes;
  const bool is_answer = (flags & 0x8000) != 0 && questions == 1;
  const std::string name = asked.name();
  const unsigned type = asked.u16();
  const bool is_ours = in.name() == name && in.u16() == type && in.u16() == kInternet;
  if (!is_answer || in.failed || !is_ours) return answer;
  const int code = static_cast<int>(flags & 0xf);
  if (code != kNoError) {
    answer.kind = code == kNameError ? DnsAnswer::Kind::kNotFound : DnsAnswer::Kind::kFailed;
    return answer;
  }
  if ((flags & 0x0200) != 0) {
    answer.kind = DnsAnswer::Kind::kTruncated;
    return answer;
  }
  std::vector<Record> records;
  for (unsigned i = 0; i < count && i < kMaxRecords; ++i) {
    auto record = read_record(in);
    if (!record) return answer;
    records.push_back(std::move(*record));
  }
  collect(records, name, static_cast<DnsType>(type), &answer);
  return answer;
}

}  // namespace linkgate::egress
