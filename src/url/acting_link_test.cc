#include "url/acting_link.h"

#include <gtest/gtest.h>

namespace linkgate::url {
namespace {

struct Case {
  const char* url;
  const char* act;  // "" for none
};
class LinkActs : public testing::TestWithParam<Case> {};

TEST_P(LinkActs, AreToldByTheirWordsAndSecrets) {
  const auto url = Url::parse(GetParam().url);
  ASSERT_TRUE(url);
  const auto act = link_act(*url);
  EXPECT_EQ(act ? to_string(*act) : "", GetParam().act) << GetParam().url;
}

INSTANTIATE_TEST_SUITE_P(
    Links, LinkActs,
    testing::Values(Case{"https://news.example/unsubscribe?u=77&id=a1b2c3", "unsubscribes"},
                    Case{"https://news.example/l/Abmelden/x", "unsubscribes"},
                    Case{"https://news.example/cgi/do_unsubscribe.php?m=1", "unsubscribes"},
                    Case{"https://news.example/?action=unsub&k=1", "unsubscribes"},
                    Case{"https://app.example/verify-email?token=eyJhbGciOi1JIUzI1NiJ9x",
                         "confirms something"},
                    Case{"https://app.example/confirm/4f9a8b7c6d5e4f3a2b1c", "confirms something"},
                    Case{"https://app.example/auth/magic?token=Zk81LmQx77aPq", "signs somebody in"},
                    Case{"https://app.example/password-reset/MTIzNDU2Nzg5MA-7h3k2", "signs somebody in"},
                    Case{"https://cal.example/event/9871/rsvp?code=a8f7e6d5c4b3", "answers an invitation"},
                    Case{"https://cal.example/rsvp/yes?event=42", "answers an invitation"},
                    Case{"https://shop.example/approve/po-7?key=5b1e", "confirms something"},
                    Case{"https://secrets.example/s/7f1a90", "uses up a secret that can be read once"},
                    Case{"https://secrets.example/about", ""}, Case{"https://shop.example/s/7f1a90", ""},
                    Case{"https://blog.example/rsvp/what-to-wear", ""}, Case{"https://app.example/login", ""},
                    Case{"https://app.example/verify", ""},
                    Case{"https://blog.example/how-to-unsubscribed-people/", ""},
                    Case{"https://shop.example/item/123456789012?ref=mail", ""},
                    Case{"https://shop.example/confirmation-of-orders-explained", ""},
                    Case{"mailto:unsubscribe@news.example", ""}));

}  // namespace
}  // namespace linkgate::url
