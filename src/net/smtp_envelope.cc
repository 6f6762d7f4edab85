#include "net/smtp_envelope.h"

#include <algorithm>
#include <charconv>

#include "base/ascii.h"

namespace linkgate::net {
namespace {

constexpr size_t kMaxEnvid = 100;       // RFC 3461 section 4.4
constexpr size_t kMaxOrcpt = 500;       // RFC 3461 section 4.2
constexpr size_t kMaxAttribute = 1024;  // of XFORWARD, encoded

bool has_non_ascii(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

SmtpReply syntax_error(std::string text) { return SmtpReply(501, "5.5.4 " + std::move(text)); }

// The content of <...>, brackets inside quotes respected; `rest` is what follows. nullopt: no path stands
// here.
std::optional<std::string_view> take_path(std::string_view* rest) {
  if (rest->empty() || rest->front() != '<') return std::nullopt;
  bool quoted = false;
  for (size_t i = 1; i < rest->size(); ++i) {
    const char c = (*rest)[i];
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return std::nullopt;
    if (quoted && c == '\\') {
      ++i;
      continue;
    }
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '<' || c == ' ') return std::nullopt;
    if (c != '>') continue;
    std::string_view path = rest->substr(1, i - 1);
    rest->remove_prefix(i + 1);
    return path;
  }
  return std::nullopt;
}

// RFC 5321 section 4.1.1.3: a source route ("@a,@b:user@c") is accepted and ignored.
std::string_view without_source_route(std::string_view path) {
  if (path.empty() || path.front() != '@') return path;
  const size_t colon = path.find(':');
  return colon == std::string_view::npos ? path : path.substr(colon + 1);
}

// local-part "@" domain, shallowly: the next hop judges addresses, here nothing may pass that would break a
// command line.
bool plausible_address(std::string_view address) {
  if (address.empty() || address.size() > kMaxSmtpPath || address.front() == '@' || address.back() == '@')
    return false;
  return address.back() != '\\';
}

struct Parameter {
  std::string_view keyword, value;
  bool has_value = false;
};

// esmtp-param list; nullopt: malformed or a keyword twice.
std::optional<std::vector<Parameter>> take_parameters(std::string_view rest) {
  std::vector<Parameter> parameters;
  while (!rest.empty()) {
    if (rest.front() != ' ') return std::nullopt;
    while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
    if (rest.empty()) break;
    std::string_view word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(word.size());
    Parameter parameter;
    const size_t equals = word.find('=');
    parameter.keyword = word.substr(0, equals);
    parameter.has_value = equals != std::string_view::npos;
    if (parameter.has_value) parameter.value = word.substr(equals + 1);
    const bool named = !parameter.keyword.empty() && ascii::is_alnum(parameter.keyword.front()) &&
                       std::all_of(parameter.keyword.begin(), parameter.keyword.end(),
                                   [](char c) { return ascii::is_alnum(c) || c == '-'; });
    const bool valued = std::all_of(parameter.value.begin(), parameter.value.end(),
                                    [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7f; });
    if (!named || !valued || (parameter.has_value && parameter.value.empty())) return std::nullopt;
    for (const Parameter& other : parameters) {
      if (ascii::iequals(other.keyword, parameter.keyword)) return std::nullopt;
    }
    parameters.push_back(parameter);
  }
  return parameters;
}

// RFC 3461 section 4: '+' and two upper-case hex digits stand for a character.
std::optional<std::string> decode_xtext(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '+') {
      decoded += text[i];
      continue;
    }
    if (i + 2 >= text.size() || !ascii::is_hex(text[i + 1]) || !ascii::is_hex(text[i + 2]))
      return std::nullopt;
    decoded += static_cast<char>(ascii::hex_value(text[i + 1]) * 16 + ascii::hex_value(text[i + 2]));
    i += 2;
  }
  return decoded;
}

bool is_notify(std::string_view value) {
  if (ascii::iequals(value, "NEVER")) return true;
  for (std::string_view word : ascii::split(value, ',')) {
    if (!ascii::iequals(word, "SUCCESS") && !ascii::iequals(word, "FAILURE") &&
        !ascii::iequals(word, "DELAY"))
      return false;
  }
  return true;
}

SmtpReply unknown_parameter(std::string_view keyword) {
  return SmtpReply(555, "5.5.4 Unsupported parameter: " + std::string(keyword.substr(0, 40)));
}

std::optional<SmtpReply> apply_size(const Parameter& parameter, const SmtpExtensions& offered,
                                    SmtpEnvelope* envelope) {
  const char* end = parameter.value.data() + parameter.value.size();
  const auto [stop, error] = std::from_chars(parameter.value.data(), end, envelope->declared_size);
  if (error != std::errc() || stop != end) return syntax_error("Bad SIZE");
  if (*offered.size != 0 && envelope->declared_size > *offered.size) {
    return SmtpReply(552, "5.3.4 Message is larger than the limit");
  }
  return std::nullopt;
}

std::optional<SmtpReply> apply_mail(const Parameter& parameter, const SmtpExtensions& offered,
                                    SmtpEnvelope* envelope) {
  const std::string_view keyword = parameter.keyword;
  if (ascii::iequals(keyword, "SIZE") && offered.size) return apply_size(parameter, offered, envelope);
  if (ascii::iequals(keyword, "BODY") && offered.eight_bit_mime) {
    if (!ascii::iequals(parameter.value, "7BIT") && !ascii::iequals(parameter.value, "8BITMIME")) {
      return syntax_error("Bad BODY");
    }
    envelope->body = ascii::iequals(parameter.value, "7BIT") ? "7BIT" : "8BITMIME";
    return std::nullopt;
  }
  if (ascii::iequals(keyword, "SMTPUTF8") && offered.smtputf8) {
    if (parameter.has_value) return syntax_error("SMTPUTF8 takes no value");
    envelope->smtputf8 = true;
    return std::nullopt;
  }
  if (ascii::iequals(keyword, "RET") && offered.dsn) {
    if (!ascii::iequals(parameter.value, "FULL") && !ascii::iequals(parameter.value, "HDRS"))
      return syntax_error("Bad RET");
    envelope->ret = parameter.value;
    return std::nullopt;
  }
  if (ascii::iequals(keyword, "ENVID") && offered.dsn) {
    if (parameter.value.empty() || parameter.value.size() > kMaxEnvid || !decode_xtext(parameter.value)) {
      return syntax_error("Bad ENVID");
    }
    envelope->envid = parameter.value;
    return std::nullopt;
  }
  return unknown_parameter(keyword);
}

std::optional<SmtpReply> apply_rcpt(const Parameter& parameter, const SmtpExtensions& offered,
                                    SmtpRecipient* recipient) {
  if (offered.dsn && ascii::iequals(parameter.keyword, "NOTIFY")) {
    if (!is_notify(parameter.value)) return syntax_error("Bad NOTIFY");
    recipient->notify = parameter.value;
    return std::nullopt;
  }
  if (offered.dsn && ascii::iequals(parameter.keyword, "ORCPT")) {
    if (parameter.value.size() > kMaxOrcpt || parameter.value.find(';') == std::string_view::npos) {
      return syntax_error("Bad ORCPT");
    }
    recipient->orcpt = parameter.value;
    return std::nullopt;
  }
  return unknown_parameter(parameter.keyword);
}

}  // namespace

tl::expected<SmtpEnvelope, SmtpReply> parse_mail(std::string_view arguments, const SmtpExtensions& offered) {
  if (!ascii::istarts_with(arguments, "FROM:"))
    return tl::unexpected(syntax_error("Syntax: MAIL FROM:<address>"));
  arguments.remove_prefix(5);
  while (!arguments.empty() && arguments.front() == ' ') arguments.remove_prefix(1);  // common, and harmless
  const auto path = take_path(&arguments);
  if (!path) return tl::unexpected(syntax_error("Syntax: MAIL FROM:<address>"));
  SmtpEnvelope envelope;
  envelope.sender = without_source_route(*path);
  if (!envelope.sender.empty() && !plausible_address(envelope.sender)) {
    return tl::unexpected(SmtpReply(501, "5.1.7 Bad sender address"));
  }
  const auto parameters = take_parameters(arguments);
  if (!parameters) return tl::unexpected(syntax_error("Malformed parameters"));
  for (const Parameter& parameter : *parameters) {
    if (auto refusal = apply_mail(parameter, offered, &envelope)) return tl::unexpected(*refusal);
  }
  if (has_non_ascii(envelope.sender) && !envelope.smtputf8) {
    return tl::unexpected(SmtpReply(550, "5.6.7 This address needs SMTPUTF8"));
  }
  return envelope;
}

tl::expected<SmtpRecipient, SmtpReply> parse_rcpt(std::string_view arguments, const SmtpExtensions& offered,
                                                  bool smtputf8) {
  if (!ascii::istarts_with(arguments, "TO:"))
    return tl::unexpected(syntax_error("Syntax: RCPT TO:<address>"));
  arguments.remove_prefix(3);
  while (!arguments.empty() && arguments.front() == ' ') arguments.remove_prefix(1);
  const auto path = take_path(&arguments);
  if (!path) return tl::unexpected(syntax_error("Syntax: RCPT TO:<address>"));
  SmtpRecipient recipient;
  recipient.address = without_source_route(*path);
  if (!plausible_address(recipient.address))
    return tl::unexpected(SmtpReply(501, "5.1.3 Bad recipient address"));
  if (has_non_ascii(recipient.address) && !smtputf8) {
    return tl::unexpected(SmtpReply(553, "5.6.7 This address needs SMTPUTF8"));
  }
  const auto parameters = take_parameters(arguments);
  if (!parameters) return tl::unexpected(syntax_error("Malformed parameters"));
  for (const Parameter& parameter : *parameters) {
    if (auto refusal = apply_rcpt(parameter, offered, &recipient)) return tl::unexpected(*refusal);
  }
  return recipient;
}

std::optional<SmtpReply> parse_xforward(std::string_view arguments, SmtpOrigin* origin) {
  const struct {
    std::string_view name;
    std::string SmtpOrigin::*member;
  } kAttributes[] = {{"NAME", &SmtpOrigin::name},    {"ADDR", &SmtpOrigin::address},
                     {"PORT", &SmtpOrigin::port},    {"PROTO", &SmtpOrigin::protocol},
                     {"HELO", &SmtpOrigin::helo},    {"IDENT", &SmtpOrigin::ident},
                     {"SOURCE", &SmtpOrigin::source}};
  const std::string padded = std::string(" ").append(arguments);
  const auto words = take_parameters(padded);
  if (!words || words->empty()) return syntax_error("Bad XFORWARD");
  for (const Parameter& word : *words) {
    auto value = decode_xtext(word.value);
    if (!value || word.value.size() > kMaxAttribute) return syntax_error("Bad XFORWARD value");
    if (ascii::iequals(*value, "[UNAVAILABLE]") || ascii::iequals(*value, "[TEMPUNAVAIL]")) value->clear();
    bool known = false;
    for (const auto& attribute : kAttributes) {
      if (!ascii::iequals(word.keyword, attribute.name)) continue;
      origin->*attribute.member = *value;
      known = true;
    }
    if (!known) return syntax_error("Unknown XFORWARD attribute");
  }
  return std::nullopt;
}

std::string mail_command(const SmtpEnvelope& envelope, uint64_t size, const SmtpExtensions& peer) {
  std::string command = "MAIL FROM:<" + envelope.sender + ">";
  if (peer.size && size != 0) command += " SIZE=" + std::to_string(size);
  if (peer.eight_bit_mime && !envelope.body.empty()) command += " BODY=" + envelope.body;
  if (peer.smtputf8 && envelope.smtputf8) command += " SMTPUTF8";
  if (peer.dsn && !envelope.ret.empty()) command += " RET=" + envelope.ret;
  if (peer.dsn && !envelope.envid.empty()) command += " ENVID=" + envelope.envid;
  return command;
}

std::string rcpt_command(const SmtpRecipient& recipient, const SmtpExtensions& peer) {
  std::string command = "RCPT TO:<" + recipient.address + ">";
  if (peer.dsn && !recipient.notify.empty()) command += " NOTIFY=" + recipient.notify;
  if (peer.dsn && !recipient.orcpt.empty()) command += " ORCPT=" + recipient.orcpt;
  return command;
}

void add_extension(std::string_view line, SmtpExtensions* extensions) {
  const std::string_view keyword = line.substr(0, line.find(' '));
  if (ascii::iequals(keyword, "PIPELINING")) extensions->pipelining = true;
  if (ascii::iequals(keyword, "8BITMIME")) extensions->eight_bit_mime = true;
  if (ascii::iequals(keyword, "SMTPUTF8")) extensions->smtputf8 = true;
  if (ascii::iequals(keyword, "DSN")) extensions->dsn = true;
  if (ascii::iequals(keyword, "ENHANCEDSTATUSCODES")) extensions->enhanced_status_codes = true;
  if (ascii::iequals(keyword, "SIZE")) {
    uint64_t limit = 0;
    const std::string_view value = ascii::trim(line.substr(keyword.size()));
    std::from_chars(value.data(), value.data() + value.size(), limit);
    extensions->size = limit;
  }
}

SmtpExtensions common_extensions(const SmtpExtensions& a, const SmtpExtensions& b) {
  SmtpExtensions both;
  both.pipelining = a.pipelining && b.pipelining;
  both.eight_bit_mime = a.eight_bit_mime && b.eight_bit_mime;
  both.smtputf8 = a.smtputf8 && b.smtputf8;
  both.dsn = a.dsn && b.dsn;
  both.enhanced_status_codes = a.enhanced_status_codes && b.enhanced_status_codes;
  if (a.size && b.size)
    both.size = *a.size == 0 ? *b.size : *b.size == 0 ? *a.size : std::min(*a.size, *b.size);
  return both;
}

}  // namespace linkgate::net
