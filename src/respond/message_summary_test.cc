#include "respond/message_summary.h"

#include <gmock/gmock.h>

namespace linkgate::respond {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Preview, ShowsTextAndRunsAndLinksNothing) {
  const std::string shown = preview(
      "From: =?utf-8?q?M=C3=BCller?= <m@ext.test>\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\x1b[2J\r\n"
      "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
      "<style>p{color:red}</style><script>alert(1)</script><p>Your parcel &amp; more</p>"
      "<a href=\"https://bad.example/x\">here</a> www.bad.example\r\n--b\r\n"
      "Content-Type: application/pdf; name=\"a.pdf\"\r\nContent-Disposition: "
      "attachment\r\n\r\nxx\r\n--b--\r\n");
  EXPECT_THAT(shown, HasSubstr("Müller"));
  EXPECT_THAT(shown, HasSubstr("Subject: Grüße"));
  EXPECT_THAT(shown, HasSubstr("Your parcel & more"));
  EXPECT_THAT(shown, HasSubstr("hxxps://bad[.]example/x"));
  EXPECT_THAT(shown, HasSubstr("a[.]pdf"));
  for (const char* never : {"alert(1)", "color:red", "https://", "www.bad", "\x1b", "<p>"})
    EXPECT_THAT(shown, Not(HasSubstr(never)));
}

TEST(Preview, SaysWhatItCannotRead) {
  EXPECT_THAT(preview("no header at all"), Not(testing::IsEmpty()));
  EXPECT_EQ(summarise("").subject, "");
  const std::string long_text = "Subject: x\r\n\r\n" + std::string(2 * kMaxPreview, 'x');
  EXPECT_LT(preview(long_text).size(), kMaxPreview + 1000);
  EXPECT_THAT(preview(long_text), HasSubstr("there is more"));
}

}  // namespace
}  // namespace linkgate::respond
