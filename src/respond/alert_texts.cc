#include "respond/alert_texts.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/base64.h"
#include "notify/syslog.h"
#include "respond/message_summary.h"

#ifndef LINKGATE_VERSION
#error "LINKGATE_VERSION is the project's version"
#endif

namespace linkgate::respond {
namespace {

using views::AlertFacts;
using views::Named;

constexpr size_t kBase64Line = 76;      // RFC 2045, 6.8
constexpr size_t kMaxEncodedWord = 45;  // octets that fit one of RFC 2047 with its 75 characters
constexpr size_t kMaxCefValue = 1023;   // of the fields used here, by CEF's dictionary
constexpr size_t kMaxSubjectShown = 200;

struct Rank {
  std::string_view severity;
  int cef;  // CEF: 0-3 low, 4-6 medium, 7-8 high, 9-10 very high
  notify::SyslogSeverity syslog;
};
constexpr Rank kRanks[] = {{"High", 8, notify::SyslogSeverity::kError},
                           {"Medium", 6, notify::SyslogSeverity::kWarning},
                           {"Low", 3, notify::SyslogSeverity::kNotice},
                           {"Informational", 1, notify::SyslogSeverity::kInformational}};

const Rank& rank_of(std::string_view severity) {
  for (const Rank& rank : kRanks) {
    if (rank.severity == severity) return rank;
  }
  return kRanks[std::size(kRanks) - 1];
}

std::string_view cut(std::string_view text, size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
  return text.substr(0, most);
}

std::string one_line(std::string_view text) {
  std::string out = printable(text);
  std::replace(out.begin(), out.end(), '\n', ' ');
  return out;
}

// A header's text: as it is where it is plain ASCII, else encoded words of RFC 2047.
std::string header_text(std::string_view text) {
  std::string line = one_line(text);
  const bool plain = std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c < '\x7f'; });
  if (plain && line.find("=?") == line.npos) return line;
  std::string out;
  for (std::string_view left = line; !left.empty();) {
    const std::string_view piece = cut(left, kMaxEncodedWord);
    out += (out.empty() ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?") + base64_encode(piece) + "?=";
    left.remove_prefix(std::max<size_t>(piece.size(), 1));
  }
  return out;
}

std::string in_lines(const std::string& base64) {
  std::string out;
  for (size_t at = 0; at < base64.size(); at += kBase64Line) out += base64.substr(at, kBase64Line) + "\r\n";
  return out;
}

void list(std::string_view title, const std::vector<std::string>& all, std::string& out) {
  if (all.empty()) return;
  out += fmt::format("\n{}:\n", title);
  for (size_t i = 0; i < std::min(all.size(), kMaxNamed); ++i)
    out += "  " + defanged(one_line(all[i])) + "\n";
  if (all.size() > kMaxNamed) out += fmt::format("  and {} more\n", all.size() - kMaxNamed);
}

std::vector<std::string> messages_of(const AlertFacts& alert) {
  std::vector<std::string> all;
  for (const std::string& mail : views::named_in(alert, Named::kMails)) {
    const auto one = std::find_if(alert.evidence.begin(), alert.evidence.end(),
                                  [&](const auto& entity) { return entity.mail == mail; });
    const std::string subject(cut(one->subject, kMaxSubjectShown));
    all.push_back(subject.empty() ? mail : fmt::format("\"{}\" ({})", subject, mail));
  }
  return all;
}

std::string body_of(const AlertFacts& alert) {
  std::string out = fmt::format("{}\n\n{}, {}, {}\n{}\n", one_line(alert.title), alert.severity,
                                one_line(alert.category), to_iso8601(alert.raised), views::summary_of(alert));
  list("Users", views::named_in(alert, Named::kUsers), out);
  list("Links", views::named_in(alert, Named::kUrls), out);
  list("Messages", messages_of(alert), out);
  list("Clients", views::named_in(alert, Named::kAddresses), out);
  return out + fmt::format("\nlinkgate alert show {}\n", alert.id);
}

std::string joined(const std::vector<std::string>& all) {
  std::string out;
  for (const std::string& one : all) {
    if (out.size() + one.size() + 1 > kMaxCefValue) return out + (out.empty() ? "" : ",...");
    out += (out.empty() ? "" : ",") + one;
  }
  return out;
}

std::string first_of(const std::vector<std::string>& all) {
  return all.empty() ? "" : std::string(cut(all.front(), kMaxCefValue));
}

// A name of the kind of alert that programs can hold on to: words of its title.
std::string signature_of(std::string_view title) {
  std::string out;
  for (const char c : title) {
    if (ascii::is_alnum(c)) {
      out += ascii::to_lower(c);
    } else if (!out.empty() && out.back() != '-') {
      out += '-';
    }
  }
  while (!out.empty() && out.back() == '-') out.pop_back();
  return out;
}

}  // namespace

std::string alert_mail(const AlertFacts& alert, const AlertMailHeader& header, Time now) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  const std::string domain = header.from.substr(header.from.rfind('@') + 1);
  return fmt::format(
      "From: Linkgate <{}>\r\nTo: <{}>\r\nSubject: {}\r\nDate: {:%a, %d %b %Y %H:%M:%S} +0000\r\n"
      "Message-ID: <{}.{}@{}>\r\nAuto-Submitted: auto-generated\r\nX-Linkgate-Alert: {}\r\n"
      "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
      "Content-Transfer-Encoding: base64\r\n\r\n{}",
      header.from, header.to, header_text(fmt::format("[Linkgate] {}: {}", alert.severity, alert.title)),
      fmt::gmtime(static_cast<std::time_t>(seconds)), alert.id, signature_of(header.receiver), domain,
      alert.id, in_lines(base64_encode(body_of(alert))));
}

std::string alert_syslog(const AlertFacts& alert, std::string_view host) {
  const Rank& rank = rank_of(alert.severity);
  const auto users = views::named_in(alert, Named::kUsers), urls = views::named_in(alert, Named::kUrls);
  const auto mails = views::named_in(alert, Named::kMails);
  const std::string client = first_of(views::named_in(alert, Named::kAddresses));
  const bool is_v6 = client.find(':') != client.npos;
  const auto raised = std::chrono::duration_cast<std::chrono::milliseconds>(alert.raised.time_since_epoch());
  notify::CefEvent event{signature_of(alert.title), one_line(alert.title), rank.cef, {}};
  event.extension = {{"rt", std::to_string(raised.count())},
                     {"externalId", alert.id},
                     {"cat", alert.category},
                     {"duser", first_of(users)},
                     {"src", is_v6 ? "" : client},
                     {"c6a2Label", is_v6 ? "Source IPv6 Address" : ""},
                     {"c6a2", is_v6 ? client : ""},
                     {"request", first_of(urls)},
                     {"msg", views::summary_of(alert)},
                     {"cs1Label", mails.empty() ? "" : "NetworkMessageIds"},
                     {"cs1", joined(mails)},
                     {"cs2Label", users.size() < 2 ? "" : "Users"},
                     {"cs2", users.size() < 2 ? "" : joined(users)},
                     {"cs3Label", urls.size() < 2 ? "" : "Urls"},
                     {"cs3", urls.size() < 2 ? "" : joined(urls)}};
  return notify::syslog_message(rank.syslog, alert.raised, host, "alert",
                                notify::cef_text(event, LINKGATE_VERSION));
}

}  // namespace linkgate::respond
