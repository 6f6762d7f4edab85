#include "net/smtp_reply.h"

#include <fmt/format.h>

#include "base/ascii.h"
#include "base/check.h"

namespace linkgate::net {

std::string SmtpReply::text() const {
  std::string joined;
  for (const std::string& line : lines) {
    if (!joined.empty()) joined += ' ';
    joined += line;
  }
  return joined;
}

std::string SmtpReply::wire() const {
  std::string bytes;
  const size_t count = lines.empty() ? 1 : lines.size();
  for (size_t i = 0; i < count; ++i) {
    bytes += fmt::format("{:03}{}", code, i + 1 < count ? '-' : ' ');
    if (i < lines.size()) {
      for (char c : std::string_view(lines[i]).substr(0, kMaxSmtpReplyLine)) {
        bytes += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
      }
    }
    bytes += "\r\n";
  }
  return bytes;
}

Result<bool> SmtpReplyParser::take(std::string_view line) {
  if (line.size() < 3 || line[0] < '2' || line[0] > '5' || !ascii::is_digit(line[1]) ||
      !ascii::is_digit(line[2]) || (line.size() > 3 && line[3] != ' ' && line[3] != '-')) {
    return Error(ErrorCode::kInvalidArgument, "not an SMTP reply: " + std::string(line.substr(0, 80)));
  }
  const int code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
  if (!reply_.lines.empty() && code != reply_.code) {
    return Error(ErrorCode::kInvalidArgument, "an SMTP reply whose lines differ in code");
  }
  if (reply_.lines.size() >= kMaxSmtpReplyLines)
    return Error(ErrorCode::kLimit, "an SMTP reply of too many lines");
  reply_.code = code;
  reply_.lines.emplace_back(line.size() > 4 ? line.substr(4) : std::string_view());
  return line.size() == 3 || line[3] == ' ';
}

SmtpReply SmtpReplyParser::finish() { return std::exchange(reply_, SmtpReply()); }

SmtpReply combined_reply(const std::vector<SmtpReply>& replies) {
  CHECK(!replies.empty());
  const SmtpReply* temporary = nullptr;
  const SmtpReply* permanent = nullptr;
  size_t failed = 0;
  for (const SmtpReply& reply : replies) {
    if (reply.positive()) continue;
    ++failed;
    if (reply.temporary() && temporary == nullptr) temporary = &reply;
    if (!reply.temporary() && permanent == nullptr) permanent = &reply;
  }
  if (failed == 0) return replies.front();
  SmtpReply answer = temporary != nullptr ? *temporary : *permanent;
  if (temporary == nullptr && replies.size() > 1) {
    answer.lines.back() += fmt::format(" ({} of {} recipients were not delivered)", failed, replies.size());
  }
  return answer;
}

}  // namespace linkgate::net
