#include "respond/user_mail.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.h"
#include "base/base64.h"
#include "respond/message_summary.h"

namespace linkgate::respond {
namespace {

constexpr size_t kBase64Line = 76;  // RFC 2045, 6.8

std::string in_lines(const std::string& base64) {
  std::string out;
  for (size_t at = 0; at < base64.size(); at += kBase64Line) out += base64.substr(at, kBase64Line) + "\r\n";
  return out;
}

// Nothing that could end a header's line, an address or a Message-ID.
std::string header_word(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c > ' ' && c < '\x7f' && c != '<' && c != '>') out += c;
  }
  return out;
}

std::string one_line(std::string_view text) {
  std::string out = printable(text);
  std::replace(out.begin(), out.end(), '\n', ' ');
  return out;
}

std::string_view said_of(std::string_view verdict) {
  if (verdict == "phish") return "It is phishing. Thank you: it is being removed for everybody.";
  if (verdict == "spam") return "It is spam: unwanted, but not known to be dangerous. You can delete it.";
  return "It is harmless, as far as we can tell.";
}

}  // namespace

std::string submission_notice(std::string_view id, std::string_view verdict) {
  return fmt::format("submission {} {}", id, verdict);
}

std::string user_mail(const UserMail& mail, const std::string& from, Time now) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  const std::string domain = from.substr(from.rfind('@') + 1);
  return fmt::format(
      "From: Linkgate <{}>\r\nTo: <{}>\r\nSubject: {}\r\nDate: {:%a, %d %b %Y %H:%M:%S} +0000\r\n"
      "Message-ID: <{}@{}>\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
      "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
      from, header_word(mail.to), mail.subject, fmt::gmtime(static_cast<std::time_t>(seconds)),
      header_word(mail.key), domain, in_lines(base64_encode(mail.body)));
}

UserMail submission_answer(const state::Submission& submission) {
  UserMail mail;
  mail.to = submission.reporter;
  mail.subject = "What you reported was looked at";
  mail.key = fmt::format("submission.{}.{}", submission.id, submission.verdict);
  mail.body = fmt::format("You reported a message on {}.\n\n{}\n",
                          to_iso8601(submission.reported).substr(0, 10), said_of(submission.verdict));
  if (!submission.url.empty()) mail.body += fmt::format("\nLink: {}\n", defanged(one_line(submission.url)));
  if (!submission.note.empty())
    mail.body +=
        fmt::format("\nFrom the people who looked at it:\n{}\n", defanged(printable(submission.note)));
  mail.body += fmt::format("\nReference: {}\n", submission.id);
  return mail;
}

}  // namespace linkgate::respond
