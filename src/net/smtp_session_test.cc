#include "net/smtp_session.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace linkgate::net {
namespace {

using Step = SmtpSession::Step;

SmtpExtensions everything() {
  return {.pipelining = true,
          .eight_bit_mime = true,
          .smtputf8 = true,
          .dsn = true,
          .enhanced_status_codes = true,
          .size = 1000};
}

SmtpSessionOptions lmtp(SmtpExtensions extensions = everything(), bool xforward = true) {
  return {SmtpProtocol::kLmtp, "gw.test", extensions, 1000, xforward};
}

// Plays a client that sends `input` at once; every transaction is answered 250 for each recipient.
struct Played {
  std::string output;
  std::vector<SmtpTransaction> transactions;
  bool closed = false;
};

Played play(SmtpSessionOptions options, std::string input, size_t step = 1'000'000) {
  SmtpSession session(std::move(options));
  Played played;
  for (size_t at = 0; at < input.size() && !played.closed; at += step) {
    std::string_view piece = std::string_view(input).substr(at, step);
    while (true) {
      const Step next = session.advance(&piece, &played.output);
      if (next == Step::kInput) break;
      if (next == Step::kMail) session.answer_mail(&played.output);
      if (next == Step::kData) session.begin_data(&played.output);
      if (next == Step::kTransaction) {
        played.transactions.push_back(session.take_transaction());
        while (session.answers_owed() > 0) session.answer(SmtpReply(250, "2.0.0 kept"), &played.output);
      }
      if (next == Step::kClose) {
        played.closed = true;
        break;
      }
    }
  }
  return played;
}

// The codes of all replies, in order: "250 354 250".
std::string codes(const std::string& output) {
  std::string list;
  for (size_t at = 0; at < output.size(); at = output.find('\n', at) + 1) {
    if (output[at + 3] == '-') continue;
    if (!list.empty()) list += ' ';
    list += output.substr(at, 3);
  }
  return list;
}

TEST(SmtpSession, AnswersCommandsByTable) {
  const struct {
    std::string input, want;
  } kCases[] = {
      {"LHLO me\r\n", "250"},
      {"lhlo me\r\n", "250"},
      {"LHLO\r\n", "501"},
      {"EHLO me\r\n", "500"},
      {"HELO me\r\n", "500"},
      {"MAIL FROM:<a@b>\r\n", "503"},
      {"LHLO me\r\nMAIL FROM:<a@b>\r\nMAIL FROM:<a@b>\r\n", "250 250 503"},
      {"LHLO me\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nRSET\r\nRCPT TO:<a@b>\r\n", "250 250 250 250 503"},
      {"LHLO me\r\nRCPT TO:<a@b>\r\n", "250 503"},
      {"LHLO me\r\nDATA\r\n", "250 503"},
      {"LHLO me\r\nMAIL FROM:<a@b>\r\nDATA\r\n", "250 250 503"},
      {"LHLO me\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nLHLO me\r\nRCPT TO:<c@d>\r\n", "250 250 250 250 503"},
      {"NOOP\r\nVRFY x\r\nHELP\r\nQUIT\r\nNOOP\r\n", "250 252 500 221"},
      {"LHLO me\r\nBDAT 5 LAST\r\n", "250 500"},
      {"LHLO me\r\nSTARTTLS\r\n", "250 500"},
      {"GET / HTTP/1.1\r\nNOOP\r\n", "421"},
      {"NOOP\nNOOP\r\n", "421"},
      {"NOOP\rNOOP\r\n", "500"},
      {std::string("NO\0OP\r\n", 7), "500"},
      {std::string(5000, 'x') + "\r\nNOOP\r\n", "500 250"},
      {"LHLO me\r\nMAIL FROM:<a@b> SIZE=1001\r\n", "250 552"},
      {"LHLO me\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA x\r\n", "250 250 250 501"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(codes(play(lmtp(), c.input).output), c.want) << c.input.substr(0, 100);
    EXPECT_EQ(codes(play(lmtp(), c.input, 1).output), c.want) << "byte by byte: " << c.input.substr(0, 100);
  }
}

TEST(SmtpSession, ReadsParametersByTable) {
  const struct {
    std::string line, want;
  } kCases[] = {
      {"MAIL FROM:<a@b> BODY=8BITMIME SIZE=5 SMTPUTF8 RET=HDRS ENVID=x+20y", "250"},
      {"MAIL FROM:<a@b> body=7bit", "250"},
      {"MAIL FROM: <a@b>", "250"},
      {"MAIL FROM:<\"a b\"@c>", "250"},
      {"MAIL FROM:<\"a>b\"@c>", "250"},
      {"MAIL FROM:<@x,@y:a@b>", "250"},
      {"MAIL FROM:<>", "250"},
      {"MAIL FROM:a@b", "501"},
      {"MAIL FROM:<a@b", "501"},
      {"MAIL FROM:<a@b>x", "501"},
      {"MAIL FROM:<a b@c>", "501"},
      {"MAIL FROM:<a<b@c>", "501"},
      {"MAIL FROM:<a@b> BODY=BINARYMIME", "501"},
      {"MAIL FROM:<a@b> SIZE=x", "501"},
      {"MAIL FROM:<a@b> SIZE=99999999999999999999999", "501"},
      {"MAIL FROM:<a@b> RET=ALL", "501"},
      {"MAIL FROM:<a@b> ENVID=x+2", "501"},
      {"MAIL FROM:<a@b> SIZE=5 size=5", "501"},
      {"MAIL FROM:<a@b> AUTH=<>", "555"},
      {"MAIL FROM:<a@b> SMTPUTF8=1", "501"},
      {"MAIL FROM:<\xc3\xa4@b>", "550"},
      {"MAIL FROM:<\xc3\xa4@b> SMTPUTF8", "250"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(codes(play(lmtp(), "LHLO me\r\n" + c.line + "\r\n").output), "250 " + c.want) << c.line;
  }
  const struct {
    std::string line, want;
  } kRecipients[] = {
      {"RCPT TO:<a@b> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;a@b", "250"},
      {"RCPT TO:<a@b> NOTIFY=NEVER", "250"},
      {"RCPT TO:<a@b> NOTIFY=NEVER,DELAY", "501"},
      {"RCPT TO:<a@b> ORCPT=x", "501"},
      {"RCPT TO:<a@b> X=1", "555"},
      {"RCPT TO:<>", "501"},
      {"RCPT TO:<@>", "501"},
      {"RCPT TO:<postmaster>", "250"},
      {"RCPT TO:<\xc3\xa4@b>", "553"},
      {"RCPT TO:<" + std::string(600, 'a') + "@b>", "501"},
  };
  for (const auto& c : kRecipients) {
    EXPECT_EQ(codes(play(lmtp(), "LHLO me\r\nMAIL FROM:<a@b>\r\n" + c.line + "\r\n").output),
              "250 250 " + c.want)
        << c.line;
  }
}

TEST(SmtpSession, OffersAndTakesOnlyWhatItWasGiven) {
  const Played none = play(lmtp(SmtpExtensions(), false),
                           "LHLO me\r\nMAIL FROM:<a@b> SIZE=5\r\nMAIL FROM:<a@b> BODY=8BITMIME\r\n"
                           "MAIL FROM:<a@b> RET=FULL\r\nXFORWARD ADDR=1.2.3.4\r\n");
  EXPECT_EQ(none.output.substr(0, none.output.find('\n') + 1), "250 gw.test\r\n");
  EXPECT_EQ(codes(none.output), "250 555 555 555 500");
  const std::string all = play(lmtp(), "LHLO me\r\n").output;
  EXPECT_EQ(all,
            "250-gw.test\r\n250-PIPELINING\r\n250-SIZE "
            "1000\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250-DSN\r\n"
            "250-SMTPUTF8\r\n250 XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE\r\n");
}

TEST(SmtpSession, GivesTheTransactionWithEverythingThatWasSaid) {
  const std::string input =
      "LHLO me\r\nXFORWARD NAME=client.ext.test ADDR=192.0.2.1 HELO=[UNAVAILABLE]\r\nXFORWARD IDENT=4Q+2BX "
      "SOURCE=REMOTE\r\n"
      "MAIL FROM:<s@ext.test> BODY=8BITMIME RET=FULL ENVID=e1\r\nRCPT TO:<a@b> NOTIFY=NEVER\r\nRCPT TO:<c@d> "
      "ORCPT=rfc822;x@y\r\nDATA\r\n";
  SmtpSession session(lmtp());
  std::string output;
  for (std::string_view left = input; session.advance(&left, &output) == Step::kMail;)
    session.answer_mail(&output);
  session.begin_data(&output);
  std::string_view content = "Subject: x\r\n\r\n..dot\r\n.\r\n";
  ASSERT_EQ(session.advance(&content, &output), Step::kTransaction);
  EXPECT_EQ(session.answers_owed(), 2U);
  const SmtpTransaction transaction = session.take_transaction();
  EXPECT_EQ(transaction.data, "Subject: x\r\n\r\n.dot\r\n");
  EXPECT_EQ(transaction.refusal, SmtpRefusal::kNone);
  EXPECT_EQ(transaction.envelope.sender, "s@ext.test");
  EXPECT_EQ(transaction.envelope.body, "8BITMIME");
  EXPECT_EQ(transaction.envelope.ret, "FULL");
  EXPECT_EQ(transaction.envelope.envid, "e1");
  ASSERT_EQ(transaction.envelope.recipients.size(), 2U);
  EXPECT_EQ(transaction.envelope.recipients[0], (SmtpRecipient{"a@b", "NEVER", ""}));
  EXPECT_EQ(transaction.envelope.recipients[1], (SmtpRecipient{"c@d", "", "rfc822;x@y"}));
  EXPECT_EQ(transaction.origin.name, "client.ext.test");
  EXPECT_EQ(transaction.origin.ident, "4Q+X");
  EXPECT_EQ(transaction.origin.helo, "");
  EXPECT_EQ(transaction.origin.source, "REMOTE");
}

TEST(SmtpSession, RefusedMessagesAreReadToTheirEndAndSayWhy) {
  const std::string head = "LHLO me\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n";
  const auto refusal = [&](const std::string& content) {
    SmtpSession session(lmtp());
    std::string output;
    for (std::string_view left = head; session.advance(&left, &output) == Step::kMail;)
      session.answer_mail(&output);
    session.begin_data(&output);
    std::string_view left = content;
    EXPECT_EQ(session.advance(&left, &output), Step::kTransaction);
    EXPECT_EQ(left, "NOOP\r\n");
    return session.take_transaction().refusal;
  };
  EXPECT_EQ(refusal("ok\r\n.\r\nNOOP\r\n"), SmtpRefusal::kNone);
  EXPECT_EQ(refusal("a\n.\nMAIL FROM:<x@y>\r\n.\r\nNOOP\r\n"), SmtpRefusal::kAmbiguous);
  EXPECT_EQ(refusal(std::string(1001, 'x') + "\r\n.\r\nNOOP\r\n"), SmtpRefusal::kTooLarge);
}

TEST(SmtpSession, ContentBeforeItWasAskedForEndsTheSession) {
  const Played played =
      play(lmtp(), "LHLO me\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nSubject: x\r\n\r\nQUIT\r\n.\r\n");
  EXPECT_EQ(codes(played.output), "250 250 250 421");
  EXPECT_TRUE(played.closed);
  EXPECT_TRUE(played.transactions.empty());
}

TEST(SmtpSession, SmtpHasOneAnswerForAll) {
  SmtpSessionOptions options = lmtp();
  options.protocol = SmtpProtocol::kSmtp;
  SmtpSession session(options);
  std::string output;
  std::string_view head = "EHLO me\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nDATA\r\n";
  ASSERT_EQ(session.advance(&head, &output), Step::kMail);
  session.answer_mail(&output);
  ASSERT_EQ(session.advance(&head, &output), Step::kData);
  session.begin_data(&output);
  std::string_view content = "x\r\n.\r\n";
  ASSERT_EQ(session.advance(&content, &output), Step::kTransaction);
  EXPECT_EQ(session.take_transaction().envelope.recipients.size(), 2U);
  EXPECT_EQ(session.answers_owed(), 1U);
}

TEST(SmtpSession, TooManyErrorsCloseIt) {
  std::string input = "LHLO me\r\n";
  for (int i = 0; i <= kMaxSmtpErrors; ++i) input += "WHAT\r\n";
  const Played played = play(lmtp(), input + "NOOP\r\n");
  EXPECT_TRUE(played.closed);
  EXPECT_EQ(played.output.substr(played.output.rfind("\r\n", played.output.size() - 3) + 2),
            "421 4.7.0 Too many errors\r\n");
}

TEST(SmtpSession, RecipientsAreBounded) {
  std::string input = "LHLO me\r\nMAIL FROM:<a@b>\r\n";
  for (size_t i = 0; i <= kMaxSmtpRecipients; ++i) input += "RCPT TO:<r" + std::to_string(i) + "@b>\r\n";
  const std::string list = codes(play(lmtp(), input).output);
  EXPECT_EQ(list.substr(list.size() - 7), "250 452");
}

TEST(SmtpReply, OneAnswerForManyLosesNothing) {
  const SmtpReply ok(250, "ok"), later(451, "later"), never(550, "never");
  EXPECT_EQ(combined_reply({ok, ok}).code, 250);
  EXPECT_EQ(combined_reply({ok, later, never}).code, 451);
  EXPECT_EQ(combined_reply({ok, never}).code, 550);
  EXPECT_EQ(combined_reply({ok, never}).lines.back(), "never (1 of 2 recipients were not delivered)");
}

TEST(SmtpReply, ATextCannotHoldASecondReply) {
  EXPECT_EQ(SmtpReply(250, "a\r\n550 b").wire(), "250 a??550 b\r\n");
  SmtpReplyParser parser;
  EXPECT_FALSE(*parser.take("250-a"));
  EXPECT_TRUE(*parser.take("250 b"));
  EXPECT_EQ(parser.finish().wire(), "250-a\r\n250 b\r\n");
  for (std::string_view bad : {"", "25", "abc", "250_x", "100 x", "650 x"})
    EXPECT_FALSE(parser.take(bad)) << bad;
}

}  // namespace
}  // namespace linkgate::net
