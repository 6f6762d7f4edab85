// SMTP sessions: whatever the bytes, whole replies; a message that is not refused can be sent on and arrives
// as it was.
#include "base/check.h"
#include "net/smtp_session.h"
using namespace linkgate::net;

static void check_content(const std::string& content) {
  CHECK(is_unambiguous(content));
  std::string wire, back;
  SmtpDataEncoder encoder;
  encoder.put(content, &wire);
  encoder.finish(&wire);
  SmtpDataDecoder decoder;
  std::string_view rest = wire;
  CHECK(decoder.take(&rest, &back) && rest.empty() && back == content && !decoder.ambiguous());
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 2, size - 2);
  const auto protocol = data[0] % 2 == 0 ? SmtpProtocol::kLmtp : SmtpProtocol::kSmtp;
  SmtpSession session({protocol, "gw.test", {true, true, true, true, true, 200}, 200, true});
  std::string output;
  auto step = SmtpSession::Step::kInput;
  for (size_t at = 0; at < input.size() && step != SmtpSession::Step::kClose; at += 1 + data[1]) {
    std::string_view piece = input.substr(at, 1 + data[1]);
    while ((step = session.advance(&piece, &output)) != SmtpSession::Step::kInput &&
           step != SmtpSession::Step::kClose) {
      if (step == SmtpSession::Step::kMail) session.answer_mail(&output);
      if (step == SmtpSession::Step::kData) session.begin_data(&output);
      if (step != SmtpSession::Step::kTransaction) continue;
      const SmtpTransaction transaction = session.take_transaction();
      CHECK(!transaction.envelope.recipients.empty() && session.answers_owed() > 0);
      if (transaction.refusal == SmtpRefusal::kNone) check_content(transaction.data);
      while (session.answers_owed() > 0) session.answer({250, "ok"}, &output);
    }
  }
  CHECK(output.empty() || output.ends_with("\r\n"));
  return 0;
}
