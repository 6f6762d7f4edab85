#include "net/smtp_session.h"

#include "base/ascii.h"
#include "base/check.h"

namespace linkgate::net {
namespace {

// Verbs of a browser or proxy that was tricked into talking to us.
bool is_foreign_protocol(std::string_view verb) {
  for (std::string_view foreign : {"GET", "POST", "PUT", "HEAD", "OPTIONS", "CONNECT", "HOST:"}) {
    if (ascii::iequals(verb, foreign)) return true;
  }
  return false;
}

}  // namespace

SmtpSession::SmtpSession(SmtpSessionOptions options) : options_(std::move(options)) {}

std::string SmtpSession::greeting() const {
  return SmtpReply(220, options_.hostname + (options_.protocol == SmtpProtocol::kLmtp ? " LMTP" : " ESMTP") +
                            " Linkgate")
      .wire();
}

SmtpSession::Step SmtpSession::advance(std::string_view* input, std::string* output) {
  CHECK(state_ != State::kAwaitMail && state_ != State::kAwaitData && state_ != State::kAnswering);
  while (state_ != State::kClosed) {
    if (state_ == State::kData) return read_data(input);
    const auto line = take_line(input, output);
    if (!line) return state_ == State::kClosed ? Step::kClose : Step::kInput;
    const auto step = command(*line, !input->empty(), output);
    line_.clear();
    if (step) return *step;
  }
  return Step::kClose;
}

// The next command line, without CRLF; nullopt: none is whole yet, or the session closed over it. Lines end
// in CRLF and in nothing else, so that nobody in between can have read other commands than we do.
std::optional<std::string_view> SmtpSession::take_line(std::string_view* input, std::string* output) {
  while (!input->empty()) {
    const size_t lf = input->find('\n');
    const std::string_view piece = input->substr(0, lf == std::string_view::npos ? lf : lf + 1);
    input->remove_prefix(piece.size());
    if (line_.size() + piece.size() > kMaxSmtpCommandLine) line_too_long_ = true;
    if (!line_too_long_) line_.append(piece);
    if (lf == std::string_view::npos) return std::nullopt;
    if (line_too_long_) {
      line_too_long_ = false;
      line_.clear();
      fail(500, "5.5.6 Line too long", output);
      if (state_ == State::kClosed) return std::nullopt;
      continue;
    }
    if (line_.size() < 2 || line_[line_.size() - 2] != '\r') {
      close(421, "4.5.2 Lines must end in CR LF", output);
      return std::nullopt;
    }
    line_.resize(line_.size() - 2);
    return line_;
  }
  return std::nullopt;
}

std::optional<SmtpSession::Step> SmtpSession::command(std::string_view line, bool more_input,
                                                      std::string* output) {
  for (char c : line) {
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) continue;
    fail(500, "5.5.2 Control character in a command", output);
    return std::nullopt;
  }
  const std::string_view verb = line.substr(0, line.find(' '));
  const std::string_view arguments = ascii::trim(line.substr(verb.size()));
  const bool lmtp = options_.protocol == SmtpProtocol::kLmtp;
  if (lmtp ? ascii::iequals(verb, "LHLO") : ascii::iequals(verb, "EHLO") || ascii::iequals(verb, "HELO")) {
    hello(verb, arguments, output);
  } else if (ascii::iequals(verb, "MAIL")) {
    return mail(arguments, output);
  } else if (ascii::iequals(verb, "RCPT")) {
    rcpt(arguments, output);
  } else if (ascii::iequals(verb, "DATA")) {
    return data(arguments, more_input, output);
  } else if (ascii::iequals(verb, "RSET")) {
    reset();
    reply(250, "2.0.0 Ok", output);
  } else if (ascii::iequals(verb, "NOOP")) {
    reply(250, "2.0.0 Ok", output);
  } else if (ascii::iequals(verb, "QUIT")) {
    return close(221, "2.0.0 Bye", output);
  } else if (ascii::iequals(verb, "VRFY")) {
    reply(252, "2.0.0 Send the mail and see", output);
  } else if (ascii::iequals(verb, "XFORWARD") && options_.offer_xforward) {
    xforward(arguments, output);
  } else if (is_foreign_protocol(verb)) {
    return close(421, "4.7.0 This is no web server", output);
  } else {
    fail(500, "5.5.1 Command not known here", output);
  }
  return std::nullopt;
}

void SmtpSession::hello(std::string_view verb, std::string_view arguments, std::string* output) {
  if (arguments.empty()) return fail(501, "5.5.4 Say who you are", output);
  reset();
  state_ = State::kReady;
  helo_ = arguments;
  extended_ = !ascii::iequals(verb, "HELO");
  SmtpReply greeting(250, options_.hostname);
  if (extended_) {
    const SmtpExtensions& extensions = options_.extensions;
    if (extensions.pipelining) greeting.lines.emplace_back("PIPELINING");
    if (extensions.size) {
      greeting.lines.push_back(*extensions.size == 0 ? "SIZE" : "SIZE " + std::to_string(*extensions.size));
    }
    if (extensions.enhanced_status_codes) greeting.lines.emplace_back("ENHANCEDSTATUSCODES");
    if (extensions.eight_bit_mime) greeting.lines.emplace_back("8BITMIME");
    if (extensions.dsn) greeting.lines.emplace_back("DSN");
    if (extensions.smtputf8) greeting.lines.emplace_back("SMTPUTF8");
    if (options_.offer_xforward)
      greeting.lines.emplace_back("XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE");
  }
  *output += greeting.wire();
}

std::optional<SmtpSession::Step> SmtpSession::mail(std::string_view arguments, std::string* output) {
  if (state_ == State::kStart) {
    fail(503, "5.5.1 Say hello first", output);
    return std::nullopt;
  }
  if (state_ != State::kReady) {
    fail(503, "5.5.1 A sender was given already", output);
    return std::nullopt;
  }
  auto envelope = parse_mail(arguments, extended_ ? options_.extensions : SmtpExtensions());
  if (!envelope) {
    fail(envelope.error().code, envelope.error().text(), output);
    return std::nullopt;
  }
  transaction_.envelope = std::move(*envelope);
  state_ = State::kAwaitMail;
  return Step::kMail;
}

void SmtpSession::answer_mail(std::string* output) {
  CHECK(state_ == State::kAwaitMail);
  state_ = State::kMail;
  reply(250, "2.1.0 Sender ok", output);
}

void SmtpSession::refuse_mail(const SmtpReply& refusal, std::string* output) {
  CHECK(state_ == State::kAwaitMail);
  reset();
  *output += refusal.wire();
}

void SmtpSession::rcpt(std::string_view arguments, std::string* output) {
  if (state_ != State::kMail) return fail(503, "5.5.1 Give a sender first", output);
  auto recipient = parse_rcpt(arguments, extended_ ? options_.extensions : SmtpExtensions(),
                              transaction_.envelope.smtputf8);
  if (!recipient) return fail(recipient.error().code, recipient.error().text(), output);
  if (transaction_.envelope.recipients.size() >= kMaxSmtpRecipients)
    return reply(452, "4.5.3 Too many recipients", output);
  transaction_.envelope.recipients.push_back(std::move(*recipient));
  reply(250, "2.1.5 Recipient ok", output);
}

std::optional<SmtpSession::Step> SmtpSession::data(std::string_view arguments, bool more_input,
                                                   std::string* output) {
  // RFC 2920 section 3.1: nothing may follow DATA before its answer. Were DATA refused, content would be read
  // as commands.
  if (more_input) return close(421, "4.5.0 Data was sent before it was asked for", output);
  if (!arguments.empty()) {
    fail(501, "5.5.4 DATA takes no arguments", output);
  } else if (state_ != State::kMail) {
    fail(503, "5.5.1 Give a sender first", output);
  } else if (transaction_.envelope.recipients.empty()) {
    fail(503, "5.5.1 No valid recipients", output);  // RFC 2033 section 4.2
  } else {
    state_ = State::kAwaitData;
    return Step::kData;
  }
  return std::nullopt;
}

void SmtpSession::begin_data(std::string* output) {
  CHECK(state_ == State::kAwaitData);
  state_ = State::kData;
  decoder_ = SmtpDataDecoder();
  reply(354, "Go ahead, end with <CRLF>.<CRLF>", output);
}

void SmtpSession::refuse_data(const SmtpReply& refusal, std::string* output) {
  CHECK(state_ == State::kAwaitData);
  reset();
  *output += refusal.wire();
}

void SmtpSession::drop_data() {
  CHECK(state_ == State::kData);
  if (transaction_.refusal == SmtpRefusal::kNone) transaction_.refusal = SmtpRefusal::kNoMemory;
  bound_data();
}

SmtpSession::Step SmtpSession::read_data(std::string_view* input) {
  const bool whole = decoder_.take(input, &transaction_.data);
  if (options_.max_message != 0 && transaction_.data.size() > options_.max_message) {
    transaction_.refusal = SmtpRefusal::kTooLarge;
  }
  bound_data();
  if (!whole) return Step::kInput;
  if (decoder_.ambiguous() && transaction_.refusal == SmtpRefusal::kNone)
    transaction_.refusal = SmtpRefusal::kAmbiguous;
  transaction_.helo = helo_;
  state_ = State::kAnswering;
  answers_owed_ = options_.protocol == SmtpProtocol::kLmtp ? transaction_.envelope.recipients.size() : 1;
  return Step::kTransaction;
}

// Of a message that is refused whatever follows, the beginning is kept and its memory given back.
void SmtpSession::bound_data() {
  if (transaction_.refusal == SmtpRefusal::kNone || transaction_.data.size() <= kKeptOfRefused) return;
  transaction_.data.resize(kKeptOfRefused);
  if (transaction_.data.capacity() > 4 * kKeptOfRefused) transaction_.data.shrink_to_fit();
}

SmtpTransaction SmtpSession::take_transaction() {
  CHECK(state_ == State::kAnswering);
  return std::exchange(transaction_, SmtpTransaction());
}

void SmtpSession::answer(const SmtpReply& answer, std::string* output) {
  CHECK(state_ == State::kAnswering && answers_owed_ > 0);
  *output += answer.wire();
  if (--answers_owed_ == 0) reset();
}

void SmtpSession::xforward(std::string_view arguments, std::string* output) {
  if (state_ != State::kReady) return fail(503, "5.5.1 Not now", output);
  if (auto refusal = parse_xforward(arguments, &transaction_.origin))
    return fail(refusal->code, refusal->text(), output);
  reply(250, "2.0.0 Ok", output);
}

void SmtpSession::reset() {
  transaction_ = SmtpTransaction();
  answers_owed_ = 0;
  if (state_ != State::kStart && state_ != State::kClosed) state_ = State::kReady;
}

void SmtpSession::reply(int code, std::string text, std::string* output) {
  *output += SmtpReply(code, std::move(text)).wire();
}

void SmtpSession::fail(int code, std::string text, std::string* output) {
  if (++errors_ > kMaxSmtpErrors) {
    close(421, "4.7.0 Too many errors", output);
    return;
  }
  reply(code, std::move(text), output);
}

std::optional<SmtpSession::Step> SmtpSession::close(int code, std::string text, std::string* output) {
  reply(code, std::move(text), output);
  state_ = State::kClosed;
  return Step::kClose;
}

}  // namespace linkgate::net
