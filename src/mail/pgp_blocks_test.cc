#include "mail/pgp_blocks.h"

#include <gtest/gtest.h>

#include "mail/rewrite_laws.h"

namespace linkgate::mail {
namespace {

// What becomes of the links of a text: 'e' left alone as encrypted, 'w' wrapped, 's' wrapped as signed.
std::string fates(std::string_view type, std::string_view body) {
  const std::string mail =
      "From: a@example.org\nContent-Type: " + std::string(type) + "\n\n" + std::string(body);
  EXPECT_EQ(laws::broken_by(mail), "") << body;
  const auto message = Message::parse(mail);
  RenderOptions options;
  options.rewrite_signed = false;
  const auto rendered = message->render(options, laws::seal);
  std::string out;
  for (const LinkOutcome& outcome : rendered->outcomes) {
    out += outcome.result == Unwrapped::kEncryptedPart ? 'e'
           : outcome.result == Unwrapped::kSignedPart  ? 's'
           : outcome.result == Unwrapped::kNo          ? 'w'
                                                       : '?';
  }
  return out;
}

TEST(PgpBlocks, LeaveAloneArmourAndNothingElse) {
  const std::string text = "text/plain", flowed = "text/plain; format=flowed; delsp=yes";
  const std::string message = "-----BEGIN PGP MESSAGE-----\n", end = "-----END PGP MESSAGE-----\n";
  const std::string clear = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n";
  const std::string signature =
      "-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\nhttp://c.example/\n";
  const struct {
    std::string type, body, fates;
  } cases[] = {
      {text, message + "Comment: http://a.example/\n\nhQEM\n=ab12\n" + end + "http://b.example/\n", "ew"},
      {text, message + "Comment: http://a.example/\n\nhQEM\nhttp://b.example/\nhQEM\n" + end, "ew"},
      {text, message + "\nhttp://a.example/\n" + end, "w"},
      {text, message + "http://a.example/\n\n" + end, "w"},
      {text, message + "see this: http://a.example/\n\n" + end, "w"},
      {text, "> " + message + "> Comment: http://a.example/\r\n>\n> hQEM\n> " + end, "e"},
      {text, "http://" + message + "Comment: http://a.example/\n\n" + end, "ww"},
      {text, "see " + message + "Comment: http://a.example/\n\n" + end, "w"},
      {flowed, "http://x \n" + message + "Comment: http://a.example/\n\n" + end, "ww"},
      {text, message + "Comment: http://a.example/", "e"},
      {text, clear + "http://a.example/\n" + signature, "sw"},
      {text, clear + "http://-----END PGP SIGNATURE-----\nhttp://a.example/\n" + signature, "ssw"},
      {text, clear + "- -----END PGP SIGNATURE-----\nhttp://a.example/\n" + signature, "sw"},
      {text, clear + message + "Comment: http://a.example/\n\n" + end + signature, "sw"},
  };
  for (const auto& c : cases) EXPECT_EQ(fates(c.type, c.body), c.fates) << c.body;
}

}  // namespace
}  // namespace linkgate::mail
