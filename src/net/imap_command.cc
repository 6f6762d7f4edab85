#include "net/imap_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/ascii.h"

namespace linkgate::net {
namespace {

constexpr size_t kMaxUids = 1'000'000;  // of one set that a server names

struct CodeMeaning {
  std::string_view code;
  ErrorCode error;
};
// RFC 5530 and RFC 9208.
constexpr std::array<CodeMeaning, 10> kMeanings = {{{"NONEXISTENT", ErrorCode::kNotFound},
                                                    {"TRYCREATE", ErrorCode::kNotFound},
                                                    {"NOPERM", ErrorCode::kPermission},
                                                    {"AUTHENTICATIONFAILED", ErrorCode::kPermission},
                                                    {"AUTHORIZATIONFAILED", ErrorCode::kPermission},
                                                    {"EXPIRED", ErrorCode::kPermission},
                                                    {"PRIVACYREQUIRED", ErrorCode::kPermission},
                                                    {"OVERQUOTA", ErrorCode::kLimit},
                                                    {"CANNOT", ErrorCode::kInvalidArgument},
                                                    {"INUSE", ErrorCode::kUnavailable}}};

}  // namespace

ImapClient::Command& ImapClient::Command::word(std::string_view word) {
  parts_.back().append(" ").append(word);
  return *this;
}

ImapClient::Command& ImapClient::Command::text(std::string_view text) {
  const auto quoted = imap_quoted(text);
  return quoted ? word(*quoted) : literal(text);
}

ImapClient::Command& ImapClient::Command::literal(std::string_view octets) {
  parts_.back().append(fmt::format(" {{{}}}\r\n", octets.size()));
  parts_.emplace_back(octets);
  return *this;
}

ImapClient::Command& ImapClient::Command::answer(std::string_view line) {
  parts_.back().append("\r\n");
  parts_.emplace_back(line);
  return *this;
}

std::vector<std::string> ImapClient::Command::parts(const std::string& tag) {
  parts_.front().insert(0, tag + " ");
  parts_.back().append("\r\n");
  return std::move(parts_);
}

Error refusal(const ImapResponse& status, std::string_view verb) {
  const std::string message = fmt::format(
      "IMAP: {}: {}{}", verb, status.code.empty() ? "" : "[" + status.code.front().text + "] ", status.text);
  if (status.word == "BAD") return Error(ErrorCode::kInternal, message);
  for (const CodeMeaning& meaning : kMeanings) {
    if (status.has_code(meaning.code)) return Error(meaning.error, message);
  }
  return Error(ErrorCode::kUnavailable, message);
}

uint32_t imap_number(const ImapValue& value) {
  uint32_t number = 0;
  const char* end = value.text.data() + value.text.size();
  const auto [stop, error] = std::from_chars(value.text.data(), end, number);
  return error == std::errc() && stop == end && value.kind == ImapValue::Kind::kAtom ? number : 0;
}

std::optional<ImapMessage> imap_message(ImapResponse* response) {
  if (response->word != "FETCH" || response->values.empty()) return std::nullopt;
  ImapMessage message;
  auto& items = response->values.front().items;
  for (size_t i = 0; i + 1 < items.size(); i += 2) {
    ImapValue& value = items[i + 1];
    if (items[i].is("UID")) message.uid = imap_number(value);
    if (items[i].is("RFC822.SIZE")) message.size = imap_number(value);
    if (items[i].is("INTERNALDATE")) message.internal_date = value.text;
    if (items[i].text.starts_with("BODY[") || items[i].text.starts_with("body["))
      message.octets = std::move(value.text);
    if (!items[i].is("FLAGS")) continue;
    for (const ImapValue& flag : value.items) {
      if (is_imap_flag(flag.text)) message.flags.push_back(flag.text);
    }
  }
  if (message.uid == 0) return std::nullopt;
  return message;
}

ImapCopied imap_copied(const ImapResponse& response) {
  ImapCopied copied;
  const bool copy = response.has_code("COPYUID") && response.code.size() == 4;
  const bool append = response.has_code("APPENDUID") && response.code.size() == 3;
  if (!copy && !append) return copied;
  const auto to = parse_imap_set(response.code.back().text, kMaxUids);
  const auto from =
      copy ? parse_imap_set(response.code[2].text, kMaxUids) : std::vector<uint32_t>(to ? to->size() : 0, 0);
  if (!from || !to || from->size() != to->size()) return copied;
  copied.uid_validity = imap_number(response.code[1]);
  for (size_t i = 0; i < to->size(); ++i) copied.uids.emplace_back((*from)[i], (*to)[i]);
  return copied;
}

bool is_imap_flag(std::string_view flag) {
  if (ascii::iequals(flag, "\\Recent")) return false;
  if (flag.starts_with('\\')) flag.remove_prefix(1);
  return !flag.empty() && std::all_of(flag.begin(), flag.end(), [](char c) {
    return c > 0x20 && c < 0x7f && std::string_view("(){%*\"\\]").find(c) == std::string_view::npos;
  });
}

}  // namespace linkgate::net
